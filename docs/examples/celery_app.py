"""Celery: polls and steps as tasks of a beat. The web process receives, workers work.

A location is worked on by one worker at a time, so several may run; each must reach the store, so give workers on
several machines a PostgreSQL or MariaDB store. Run ``celery -A celery_app worker --beat``.
"""

from __future__ import annotations

import office
from celery import Celery

app = Celery("odnexus", broker="memory://")  # a broker of your own: redis://…, amqp://…
app.conf.beat_schedule = {
    "poll": {"task": "odnexus.poll", "schedule": 300.0},
    "step": {"task": "odnexus.step", "schedule": 5.0},
    "scan": {"task": "odnexus.scan", "schedule": 86_400.0},
    "webhooks": {"task": "odnexus.webhooks", "schedule": 3_600.0},
}


@app.task(name="odnexus.poll")
def poll() -> dict[str, int]:
    """Ask both sides of every location for what changed."""
    engine = office.engine()
    return {each.name: engine.poll(each.name).events for each in engine.practice.locations}


@app.task(name="odnexus.step")
def step() -> int:
    """Work on what is due."""
    return office.engine().step().settled


@app.task(name="odnexus.scan")
def scan() -> dict[str, int]:
    """Compare both calendars, once a night."""
    engine = office.engine()
    return {each.name: engine.scan(each.name) for each in engine.practice.locations}


@app.task(name="odnexus.webhooks")
def webhooks() -> list[str]:
    """Keep endpoint and subscriptions as they should be, every hour."""
    reports = office.engine().ensure_webhooks("https://hooks.example.com/nexhealth")
    return [report.problem for report in reports]
