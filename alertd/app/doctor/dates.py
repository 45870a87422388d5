"""What time it is at the sources: one HEAD for the root of each host, and the Date of whatever it answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from statistics import median

import aiohttp

from alertd.app.doctor.hosts import Endpoint
from alertd.app.doctor.verdict import Verdict
from alertd.net.client import HttpClient
from alertd.net.retry_after import parse_http_date

OFF_S = 5.0
"""Dates are whole seconds, and some hosts keep their answers for a while: the median is off by seconds at most."""


async def offsets(found: Sequence[Endpoint], user_agent: str) -> list[float]:
    """Ask each source's host; gives the seconds by which its clock is ahead of ours, of those that say."""
    async with HttpClient(user_agent) as http:
        asked = [_offset(one, http, user_agent) for one in found if one.source and one.speaks in ("http", "https")]
        return [offset for offset in await asyncio.gather(*asked) if offset is not None]


async def _offset(endpoint: Endpoint, http: HttpClient, user_agent: str) -> float | None:
    host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    url = f"{endpoint.speaks}://{host}:{endpoint.port}/"
    limit = aiohttp.ClientTimeout(total=endpoint.timeout_s)
    known = {"User-Agent": user_agent}
    began = time.time()
    try:
        with http.sockets(endpoint.policy) as session:
            async with session.head(url, allow_redirects=False, timeout=limit, headers=known) as answer:
                said = parse_http_date(answer.headers.get("Date"))
    except (aiohttp.ClientError, OSError):  # that it cannot be reached is told elsewhere
        return None
    if said is None:
        return None
    return said / 1000 + 0.5 - (began + time.time()) / 2  # the middle of its second, against the middle of ours


def judge_offsets(found: Sequence[float]) -> Verdict:
    """Judge our clock by theirs: by the median, as a single host may be wrong."""
    if not found:
        return Verdict("ok", "clock", "no source's host says what time it is")
    off = median(found)
    hosts = f"{len(found)} {'host' if len(found) == 1 else 'hosts'}"
    says = f"ours is {abs(off):.0f} s {'behind' if off > 0 else 'ahead of'} the sources' clocks (median of {hosts})"
    if abs(off) > OFF_S:
        return Verdict("bad", "clock", says, "let a time service keep this machine's clock")
    return Verdict("ok", "clock", says)
