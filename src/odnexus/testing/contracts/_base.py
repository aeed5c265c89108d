"""What the contracts have in common: abilities, and a loop to run an async store in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from threading import Event as Flag, Thread
from typing import Any, ClassVar, NoReturn, Self, TypeVar

import pytest

T = TypeVar("T")


class Contract:
    """Base of the contracts: promises of a store as tests.

    Attributes:
        concurrent: Set it to ``True`` if the store may be used from several threads (an async store: by several tasks)
            at a time; then the tests with threads run as well. The engine asks for it as soon as webhooks arrive in
            another thread than the one that works.
    """

    concurrent: ClassVar[bool] = False

    def claim_concurrent(self) -> None:
        """Skip the running test unless the store claims to be safe in several threads."""
        if not self.concurrent:
            pytest.skip("the store does not claim `concurrent`")


class Blocking:
    """An async part as a sync one: each method runs in the loop of *run* and returns when it is done."""

    def __init__(self, part: object, run: Callable[[Coroutine[Any, Any, Any]], Any]) -> None:
        self._part = part
        self._run = run

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return the method *name*, made to wait for its result."""
        method = getattr(self._part, name)
        return lambda *args, **kwargs: self._run(method(*args, **kwargs))


class LoopThread:
    """An event loop in a thread of its own, so that several threads can call an async store at a time."""

    def __init__(self) -> None:
        self._ready = Flag()
        self._thread = Thread(target=self._serve, name="odnexus contract loop", daemon=True)

    def _serve(self) -> None:
        with asyncio.Runner() as runner:
            self._loop = runner.get_loop()
            self._stop = asyncio.Event()
            self._loop.call_soon(self._ready.set)
            runner.run(self._wait())

    async def _wait(self) -> None:
        await self._stop.wait()

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run *coroutine* in the loop and return its result; may be called from any thread but the loop's."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()


class AsyncContract(Contract):
    """Base of the contracts for async stores.

    The fixture ``loop`` is there for your own: ``loop.run(coroutine)`` opens a pool, for example, in the loop in which
    the tests will use it.
    """

    @pytest.fixture
    def loop(self) -> Iterator[LoopThread]:
        """Return the loop in which the store is used."""
        with LoopThread() as loop:
            yield loop


def missing(fixture: str) -> NoReturn:
    """Tell the author of a contract class which fixture is to be overridden."""
    raise NotImplementedError(f"override the fixture `{fixture}` and let it return the store under test, empty")
