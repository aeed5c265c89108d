"""``odnexus doctor``: is everything there that this practice needs, and what to do about what is not.

`facts` is what is asked of both systems, `gather` asks for it, `checks` judges it without asking anything.
"""

from __future__ import annotations
