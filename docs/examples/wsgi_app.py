"""Plain WSGI: the receiver at /nexhealth, /opendental and /health, and the open questions at /reviews.

Serve it with any WSGI server (``waitress-serve wsgi_app:application``), and run ``office.work`` every few minutes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import office

from odnexus.receiver import StartResponse, WsgiReceiver

receiver = WsgiReceiver(office.engine())


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Answer one request. Put a login before /reviews."""
    if environ["PATH_INFO"] != "/reviews":
        return receiver(environ, start_response)
    body = json.dumps(office.questions()).encode()
    start_response("200 OK", [("content-type", "application/json"), ("content-length", str(len(body)))])
    return [body]
