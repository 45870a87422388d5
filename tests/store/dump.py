"""Everything that stands in Redis under a namespace, to compare before and after."""

from __future__ import annotations

from typing import Any

from alertd.store.redis import RedisStore

_READ: dict[bytes, tuple[str, tuple[str | int, ...]]] = {
    b"hash": ("HGETALL", ()),
    b"zset": ("ZRANGE", (0, -1, "WITHSCORES")),
    b"list": ("LRANGE", (0, -1)),
    b"stream": ("XRANGE", ("-", "+")),
    b"string": ("GET", ()),
    b"set": ("SMEMBERS", ()),
}


async def dump(store: RedisStore) -> dict[str, Any]:
    """Give each key's content under its name; `pending` is what the group has handed out."""
    prefix = store.keys("")
    found: dict[str, Any] = {}
    for key in await store.link.call("KEYS", f"{prefix}*"):
        kind = await store.link.call("TYPE", key)
        command, rest = _READ[kind]
        content = await store.link.call(command, key, *rest)
        if kind == b"hash":
            content = {content[i]: content[i + 1] for i in range(0, len(content), 2)}
        elif kind == b"set":
            content = sorted(content)
        found[key.decode().removeprefix(prefix)] = content
    rows = await store.pending(None, 0, 1_000)
    found["pending"] = [(row.stream_id, row.consumer, row.deliveries) for row in rows]
    return found
