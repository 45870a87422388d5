"""Takes a namespace out of a server again: of a replay, whose daemon has ended."""

from __future__ import annotations

from alertd.store.client import Link
from alertd.store.keys import Keys

AT_ONCE = 500


async def clear_namespace(url: str, namespace: str) -> int:
    """Remove every key of a namespace; gives how many. Raises StoreUnavailable, StoreRefused, ValueError.

    Only on a single server or a primary: SCAN sees the keys of the server that it is sent to.
    """
    keys = Keys(namespace)
    link = Link(url, keys, name="clear", max_connections=2)
    removed, cursor = 0, b"0"
    try:
        while True:
            # `{` and `}` stand for themselves in a pattern, and a namespace has nothing that does not.
            cursor, found = await link.call("SCAN", cursor, "MATCH", keys("*"), "COUNT", AT_ONCE)
            if found:
                removed += int(await link.call("UNLINK", *found))
            if cursor == b"0":
                return removed
    finally:
        await link.aclose()
