"""Whether the hosts outside can be reached: their names, their addresses, a connection, their certificates.

Nothing is asked there and no secret is shown: a connection is made as far as TLS, and dropped. The daemon does as
much every few seconds.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

from alertd.app.doctor.certificate import DAY_S, Validity, judge_validity
from alertd.app.doctor.hosts import Endpoint
from alertd.app.doctor.verdict import Verdict
from alertd.errors import FetchPermanent, FetchTemporary
from alertd.net.imap_socket import Access, connect
from alertd.net.words import explain_socket
from alertd.notify.smtp import SmtpFailure, certificate_of

AT_ONCE = 16
ADVICE = "see whether a name server, a firewall or the host itself is in trouble"
"""Where a host cannot be reached."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What came of an attempt."""

    endpoint: Endpoint
    trouble: str = ""
    """Why it cannot be reached; empty: it can."""
    validity: Validity | None = None
    """Of its certificate; None without TLS."""


async def reach_all(found: Sequence[Endpoint]) -> list[Reached]:
    """Connect to each of them, some at a time."""
    free = asyncio.Semaphore(AT_ONCE)

    async def one(endpoint: Endpoint) -> Reached:
        async with free:
            return await reach(endpoint)

    return list(await asyncio.gather(*map(one, found)))


async def reach(endpoint: Endpoint) -> Reached:
    """Connect to one of them, as far as TLS."""
    try:
        async with asyncio.timeout(2 * endpoint.timeout_s):
            if endpoint.smtp is not None:
                certificate = await certificate_of(endpoint.smtp)
            else:
                context = None if endpoint.tls == "none" else _context(endpoint)
                wire = await connect(
                    Access(endpoint.host, endpoint.port, endpoint.tls, context, endpoint.policy, endpoint.timeout_s)
                )
                certificate = wire.certificate
                wire.abort()
    except TimeoutError:
        return Reached(endpoint, "does not answer in time")
    except (FetchTemporary, FetchPermanent, SmtpFailure) as error:
        return Reached(endpoint, str(error))
    except OSError as error:
        return Reached(endpoint, explain_socket(error))
    return Reached(endpoint, validity=Validity.of(certificate) if certificate else None)


def _context(endpoint: Endpoint) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if endpoint.ca_file is not None:
        context.load_verify_locations(cafile=endpoint.ca_file)
    return context


def judge_reached(found: Sequence[Reached], now_s: float) -> list[Verdict]:
    """Name each host in trouble, and each certificate that ends soon; the others together."""
    told: list[Verdict] = []
    fine: list[tuple[float, str]] = []
    for one in found:
        where = f"{one.endpoint.host}:{one.endpoint.port} ({one.endpoint.asked_for})"
        if one.trouble:
            told.append(Verdict("bad", "hosts", f"{where} {one.trouble}", ADVICE))
        elif one.validity is None:
            fine.append((float("inf"), where))
        else:
            advice = "tell whoever runs it"
            verdict = judge_validity("hosts", where, one.validity, now_s, advice)
            if verdict.level == "ok":
                fine.append((one.validity.ends, where))
            else:
                told.append(verdict)
    if fine:
        told.insert(0, Verdict("ok", "hosts", _together(fine, now_s)))
    return told


def _together(fine: list[tuple[float, str]], now_s: float) -> str:
    count = len(fine)
    says = "1 host is reached as it should be" if count == 1 else f"{count} hosts are reached as they should be"
    ends, where = min(fine)
    if ends == float("inf"):
        return says
    return f"{says}; the first certificate to end is that of {where}, in {(ends - now_s) / DAY_S:.0f} days"
