"""How Sphinx builds these pages. The build is strict: a reference that leads nowhere fails."""

from __future__ import annotations

import odnexus

project = "odnexus"
author = "The odnexus authors"
copyright = "The odnexus authors"  # noqa: A001 - Sphinx' name
version = release = odnexus.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"odnexus {release}"
nitpicky = True

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

# `Name` in a docstring becomes a link where it leads somewhere, and plain code where it does not.
default_role = "py:obj"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_member_order = "bysource"
autodoc_class_signature = "separated"
autodoc_default_options = {"members": True, "show-inheritance": True}

# Types of other people, whose pages the build cannot reach without a network, and type variables.
_OUTSIDE = r"(attr|collections|contextlib|datetime|decimal|enum|http|httpx|os|pathlib|threading|types|typing|zoneinfo)"
nitpick_ignore_regex = [
    ("py:obj", r".*"),
    (r"py:.*", rf"{_OUTSIDE}\..*"),
    ("py:class", r"(T|K|V|R)"),
]

# A class shows its public home only once it was asked for there.
for _name in odnexus.__all__:
    getattr(odnexus, _name)
