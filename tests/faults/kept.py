"""Whether the store kept what it acknowledged. Feeds show again what it lost: nothing else in a history tells."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from pathlib import Path

from alertd.store.redis import RedisStore
from tests.faults.sink import Sink
from tests.support.daemon import eventually

WENT_BACK = ("store_went_back", "store_lost_lines", "store_rolled_back", "store_lost")
"""What daemons log, and tell the operator, about a store that is older than what they know of it."""


def went_back(folder: Path, notices: Sink) -> str:
    """Say what tells that the store went back; nothing if nothing does."""
    told = {notice["kind"] for notice in notices.notices()}
    return ", ".join(word for word in WENT_BACK if word in told or lines_with(folder, [f'"event": "{word}"']))


async def compared(store: Callable[[], Awaitable[RedisStore]]) -> None:
    """Wait until some daemon has held the store against what it knew of it, since this was called (store/age.py)."""
    before = await beats(await store())

    async def beaten() -> bool:
        return any(count > before.get(name, 0) for name, count in (await beats(await store())).items())

    await eventually(beaten, "a daemon counts one more second in the store", 120)


async def beats(store: RedisStore) -> Mapping[str, int]:
    """Give the seconds that each process has counted."""
    names = [name.decode() for name in await store.link.call("KEYS", store.keys("beat:*"))]
    return {name: int((await store.link.call("GET", name) or b"0").partition(b"|")[0]) for name in names}


def lines_with(folder: Path, some: Collection[str]) -> list[str]:
    """Give lines of all daemons' logs in which any of these words are, whole lines or not."""
    lines = [line for file in folder.glob("d*/alertd.log") for line in file.read_text(errors="replace").splitlines()]
    return [line[:300] for line in lines if any(words in line for words in some)]
