"""One POST: the exact bytes, once, and what came of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

import aiohttp
from multidict import CIMultiDict

from alertd.net.address import beside
from alertd.net.exchange import PostFailed, PostOptions, PostResult
from alertd.net.headers import BadHeader, checked, retry_after
from alertd.net.pools import Attempt, Pools, attempting
from alertd.net.redirects import BadUrl, read_url, split_credentials
from alertd.net.words import explain

_DRAINED: Final = 64 * 1024
"""An answer up to this size is read to its end, so that its connection can serve again."""
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


async def send_once(
    pools: Pools, url: str, body: bytes, headers: Mapping[str, str], options: PostOptions, now: int, user_agent: str
) -> PostResult:
    """Send and give the answer. Raises PostFailed."""
    try:
        target, secret = split_credentials(read_url(url))
        sending = CIMultiDict({"User-Agent": options.user_agent or user_agent})
        sending.update(secret | checked(headers))
    except (BadUrl, BadHeader) as exc:
        raise PostFailed(str(exc), sent=False, forbidden=True) from exc
    sending["Accept-Encoding"] = "identity"
    timeouts = aiohttp.ClientTimeout(
        total=None, connect=options.connect_timeout_s, sock_connect=options.connect_timeout_s
    )
    session = pools.session(options.allow, "post")
    time = asyncio.get_running_loop().time
    began = time()
    with attempting() as attempt:
        try:
            async with asyncio.timeout(options.timeout_s):
                answer = await session.post(
                    target, data=body, headers=sending, allow_redirects=False, timeout=timeouts
                )
        except (aiohttp.ClientError, OSError) as exc:
            raise _failure(exc, attempt, target.raw_host or "", options) from exc
        # The status is the outcome: whatever becomes of the answer's body cannot change it any more.
        try:
            excerpt = await _excerpt(answer, options)
        finally:
            answer.release()
        return PostResult(
            status=answer.status,
            retry_after_s=retry_after(answer, now),
            body_excerpt=excerpt,
            elapsed_s=time() - began,
        )


def _failure(exc: Exception, attempt: Attempt, host: str, options: PostOptions) -> PostFailed:
    if attempt.refused and not attempt.connected:
        why = attempt.refused[0]
        short = beside(why, host)
        said = f"is at {why}" if short == why else f"is {short}"
        return PostFailed(f"{host}: {said}", sent=False, forbidden=True)
    if isinstance(exc, TimeoutError) and not isinstance(exc, aiohttp.ClientError):
        words = f"{'no answer' if attempt.connected else 'no connection'} within {options.timeout_s:g} s"
    else:
        words = explain(exc, attempt, connect_s=options.connect_timeout_s, read_s=options.timeout_s)
    untrusted = isinstance(exc, aiohttp.ClientConnectorCertificateError)
    return PostFailed(f"{host}: {words}", sent=attempt.connected, untrusted=untrusted)


async def _excerpt(answer: aiohttp.ClientResponse, options: PostOptions) -> str:
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        return ""  # not asked for, and not worth a decoder
    begin = bytearray()
    total = 0
    with suppress(aiohttp.ClientError, OSError):
        async with asyncio.timeout(options.excerpt_timeout_s):
            async for chunk in answer.content.iter_chunked(4096):
                begin += chunk[: options.max_excerpt - len(begin)]
                total += len(chunk)
                if total > max(_DRAINED, options.max_excerpt):
                    break
    return _CONTROL.sub("", begin.decode("utf-8", "replace"))
