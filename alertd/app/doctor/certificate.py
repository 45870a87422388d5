"""When certificates end: those of hosts outside, and our own."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alertd.app.doctor.verdict import Verdict
from alertd.base.clock import rfc3339

DAY_S = 86_400
SOON_S = 21 * DAY_S
"""A renewal that works by itself has happened long before (Let's Encrypt asks for it 30 days before the end)."""
NOW_S = 3 * DAY_S
NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL, which Python does not name: our own is read also when it has ended."""


@dataclass(frozen=True, slots=True)
class Validity:
    """From when until when a certificate is good; seconds since the epoch."""

    begins: float
    ends: float

    @classmethod
    def of(cls, certificate: Mapping[str, Any]) -> Validity:
        """Read what `SSLSocket.getpeercert` gives."""
        begins, ends = (ssl.cert_time_to_seconds(str(certificate[key])) for key in ("notBefore", "notAfter"))
        return cls(begins, ends)


def judge_validity(area: str, whose: str, found: Validity, now_s: float, advice: str) -> Verdict:
    """Judge when it ends. One that lives for days only is told of in the last quarter and the last tenth."""
    left, whole = found.ends - now_s, found.ends - found.begins
    day = rfc3339(round(found.ends * 1000))[:10]
    if left <= 0:
        return Verdict("bad", area, f"the certificate of {whose} ended on {day}", advice)
    says = f"the certificate of {whose} ends on {day}, in {left / DAY_S:.0f} days"
    if left < min(NOW_S, whole / 10):
        return Verdict("bad", area, says, advice)
    return Verdict("warn" if left < min(SOON_S, whole / 4) else "ok", area, says, advice if left < SOON_S else "")


def own_certificate(cert: Path, key: Path) -> Validity:
    """Read our own by making a connection with ourselves: so certificate and key are seen to belong together.

    Raises OSError (ssl.SSLError is one).
    """
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(cert, key, password=_no_password)
    client = ssl.create_default_context(cafile=str(cert))
    client.check_hostname = False
    client.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VerifyFlags(NO_CHECK_TIME)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client.wrap_bio(to_client, to_server)
    theirs = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):  # TLS 1.3 takes two turns each
        for side in (ours, theirs):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return Validity.of(ours.getpeercert() or {})


def _no_password() -> str:
    raise OSError("the key has a password")


def judge_own(cert: Path, key: Path, now_s: float) -> Verdict:
    """Judge the certificate of our own listeners."""
    advice = "renew it; alertd takes the new file by itself"
    try:
        return judge_validity("tls", "the web interface", own_certificate(cert, key), now_s, advice)
    except OSError as error:
        why = error.strerror or str(error)
        return Verdict("bad", "tls", f"the certificate of the web interface cannot be used: {why}", "see `web.tls`")
