"""Plain ASGI: the receiver, and the engine's own loop beside it in the same process.

Serve it with one worker: ``uvicorn asgi_app:application``.
"""

from __future__ import annotations

import asyncio
from typing import Any

import office

from odnexus.receiver import AsgiReceiver

receiver = AsgiReceiver(office.async_engine())


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer one request; while the server lives, poll and step."""
    if scope["type"] != "lifespan":
        await receiver(scope, receive, send)
        return
    stop = asyncio.Event()
    await receive()  # lifespan.startup
    loop = asyncio.create_task(office.async_engine().run(stop))
    await send({"type": "lifespan.startup.complete"})
    await receive()  # lifespan.shutdown
    stop.set()
    await loop
    await send({"type": "lifespan.shutdown.complete"})
