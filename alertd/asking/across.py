"""What belongs to one event loop, asked from another: so that somebody who reads for long can do it in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

T = TypeVar("T")


class Across:
    """Hands each call to the loop that the thing belongs to, and waits for its answer."""

    def __init__(self, thing: object, loop: asyncio.AbstractEventLoop) -> None:
        self._thing = thing
        self._loop = loop

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self._thing, name)

        async def ask(*args: Any, **named: Any) -> Any:
            return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(method(*args, **named), self._loop))

        return ask


async def in_a_thread(thing: T, work: Callable[[T], Awaitable[Any]]) -> Any:
    """Let something that asks `thing`, which belongs to this loop, work in a thread with a loop of its own."""
    there = cast("T", Across(thing, asyncio.get_running_loop()))

    def run() -> Any:
        async def whole() -> Any:
            return await work(there)

        return asyncio.run(whole())

    return await asyncio.to_thread(run)
