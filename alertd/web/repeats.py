"""`Idempotency-Key`: who does not know whether a request arrived sends it again, and nothing is done twice.

    the key and whose token it came with -> what came of it, for 24 hours
    the same key with another request    -> 422;  while the first is under way -> 409

An answer that says no, or that it can be tried again, is not kept: then nothing was made.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Protocol

import msgspec
from aiohttp import web

from alertd.model import Struct
from alertd.web.problems import Refusal

HEADER = "Idempotency-Key"
LONGEST = 200


class RequestStore(Protocol):
    """What is asked of the store."""

    async def begin_request(self, name: str, mark: bytes) -> bytes:
        """Take a request that nobody has taken for 24 hours; empty: it is taken now, else what is there."""
        ...

    async def settle_request(self, name: str, came: bytes) -> None:
        """Write down what came of it."""
        ...

    async def drop_request(self, name: str) -> None:
        """Let it be asked again."""
        ...


class _Kept(Struct, frozen=True, kw_only=True):
    """A request, and what came of it."""

    mark: str
    """Fingerprint of all that was asked."""
    status: int = 0
    """0: it is under way."""
    body: str = ""
    """Base64."""


class Repeats:
    """Knows the requests of the last 24 hours that had a key."""

    def __init__(self, store: RequestStore) -> None:
        self._store = store

    async def begin(self, request: web.Request, whose: str, body: bytes) -> Once | web.Response | None:
        """Take a request on; gives what came of it before, or None where it has no key. Raises Refusal."""
        keys = request.headers.getall(HEADER, [])
        if not keys:
            return None
        key = keys[0]
        if len(keys) > 1 or not 0 < len(key) <= LONGEST or not all("!" <= one <= "~" for one in key):
            raise Refusal(400, f"{HEADER} is one text of at most {LONGEST} visible ASCII characters, no blanks")
        name = _mark(key, whose)
        asked = _mark(request.method, request.path_qs, base64.b64encode(body).decode())
        found = await self._store.begin_request(name, msgspec.json.encode(_Kept(mark=asked)))
        if not found:
            return Once(self._store, name, asked)
        before = msgspec.json.decode(found, type=_Kept)
        if before.mark != asked:
            raise Refusal(422, f"this {HEADER} came with another request before: take a new one")
        if not before.status:
            raise Refusal(409, "the same request is under way")
        return web.Response(body=base64.b64decode(before.body), status=before.status, content_type="application/json")


class Once:
    """A request that is done now."""

    def __init__(self, store: RequestStore, name: str, mark: str) -> None:
        self._store = store
        self._name = name
        self._mark = mark

    async def done(self, status: int, body: bytes) -> None:
        """Keep what came of it."""
        kept = _Kept(mark=self._mark, status=status, body=base64.b64encode(body).decode())
        await self._store.settle_request(self._name, msgspec.json.encode(kept))

    async def failed(self) -> None:
        """Let it be asked again: nothing was made."""
        await self._store.drop_request(self._name)


def _mark(*parts: str) -> str:
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()
