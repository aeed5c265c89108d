"""FastAPI: the webhook, the questions with their answers, and the loop in the application's lifespan.

Serve it with one worker: ``uvicorn fastapi_app:app``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import office
from fastapi import FastAPI, HTTPException, Request, Response

from odnexus import ConfigurationError, SignatureError, WebhookError


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Poll and step while the application lives."""
    stop = asyncio.Event()
    loop = asyncio.create_task(office.async_engine().run(stop))
    yield
    stop.set()
    await loop


app = FastAPI(lifespan=lifespan)


@app.post("/nexhealth", status_code=204)
async def nexhealth(request: Request) -> Response:
    """Take a delivery: its bytes as they came, since the signature covers them."""
    try:
        await office.async_engine().receive(request.headers, await request.body())
    except SignatureError:
        raise HTTPException(401) from None
    except WebhookError:
        raise HTTPException(400) from None
    return Response(status_code=204)


@app.get("/reviews")
async def reviews() -> list[dict[str, object]]:
    """Show the open questions. Put a login before it, and show `question.body` to the staff only."""
    return [
        {"id": each.review.id, "kind": each.review.kind, "choices": list(each.review.choices)}
        for each in await office.async_engine().reviews()
    ]


@app.post("/reviews/{id}/{choice}", status_code=204)
async def answer(id: str, choice: str, record: str = "") -> Response:
    """Answer a question; what it held back is worked on at the next step."""
    try:
        await office.async_engine().answer(id, choice, record=record, by="desk")
    except ConfigurationError as error:
        raise HTTPException(422, str(error)) from None
    return Response(status_code=204)
