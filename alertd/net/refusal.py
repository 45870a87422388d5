"""The beginning of what a server sends with an answer that is no document: it often says why."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import aiohttp

from alertd.net.inflate import BodyDamaged, UnknownEncoding, make_decoder

_PATIENCE_S = 5.0
"""The status is known by then: the rest is only nice to have."""


async def read_refusal(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    """Read at most so many bytes, decoded; whatever happens to the body, what came before counts. Never raises."""
    begin = bytearray()
    if not limit:
        return b""
    with suppress(aiohttp.ClientError, OSError, BodyDamaged, UnknownEncoding):
        decoder = make_decoder(",".join(answer.headers.getall("Content-Encoding", [])))
        async with asyncio.timeout(_PATIENCE_S):
            async for chunk in answer.content.iter_chunked(4096):
                for piece in decoder.feed(chunk):
                    begin += piece[: limit - len(begin)]
                    if len(begin) >= limit:
                        return bytes(begin)
    return bytes(begin)
