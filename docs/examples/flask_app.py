"""Flask: the webhook, the questions, and a command for the worker (``flask --app flask_app work``)."""

from __future__ import annotations

import click
import office
from flask import Flask, Response, jsonify, request

from odnexus import SignatureError, WebhookError

app = Flask(__name__)


@app.post("/nexhealth")
def nexhealth() -> tuple[str, int]:
    """Take a delivery: its bytes as they came, since the signature covers them."""
    try:
        office.engine().receive(request.headers, request.get_data())
    except SignatureError:
        return "", 401
    except WebhookError:
        return "", 400
    return "", 204


@app.get("/reviews")
def reviews() -> Response:
    """Show the open questions. Put a login before it."""
    return jsonify(office.questions())


@app.cli.command("work")
def work() -> None:
    """Poll and step once: run it every few minutes."""
    click.echo(f"{office.work()} events")
