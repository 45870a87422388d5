"""What is kept of the past, as commands reach it: beside the store of the running daemon, or alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from alertd.asking import kept
from alertd.asking.kept import Kept
from alertd.asking.reach import Reach
from alertd.cli.connect import command_store
from alertd.cli.output import told
from alertd.errors import StoreUnavailable
from alertd.store.redis import RedisStore


def kept_of(reach: Reach, desk: str | None = None) -> Kept:
    """Open what is kept, as a desk sees it; None: whole. What is damaged is said on stderr."""
    return kept.kept_of(reach, told, desk)


@asynccontextmanager
async def store_or_kept(reach: Reach, kept: Kept) -> AsyncIterator[RedisStore | None]:
    """Open the store of the running daemon; None, and a line on stderr, where only what is kept can be asked.

    Raises StoreUnavailable where nothing is kept either.
    """
    async with AsyncExitStack() as stack:
        store = None
        try:
            store = await stack.enter_async_context(command_store(reach))
        except StoreUnavailable as error:
            if kept.history is None:
                raise
            told(f"alertd: {error}; this is what is kept, up to {kept.until}")
        yield store
