"""What went wrong, in a few words for a person. Never a path, a query or a header: those hold secrets."""

from __future__ import annotations

import errno
import socket
import ssl
from typing import Final

import aiohttp

from alertd.net.pools import Attempt

_ERRNO: Final = {
    errno.ECONNREFUSED: "refuses connections",
    errno.EHOSTUNREACH: "cannot be reached (no route)",
    errno.ENETUNREACH: "cannot be reached (no network)",
    errno.ECONNRESET: "resets connections",
    errno.ECONNABORTED: "resets connections",
    errno.EPIPE: "resets connections",
    errno.ETIMEDOUT: "does not answer",
    errno.EMFILE: "not asked: this process has too many open files",
    errno.ENFILE: "not asked: this machine has too many open files",
}

# OpenSSL's X509_V_ERR_… codes, as ssl.SSLCertVerificationError.verify_code gives them.
_CERTIFICATE: Final = {
    9: "its certificate is not valid yet",
    10: "its certificate has expired",
    18: "its certificate is self-signed",
    19: "its certificate is signed by an unknown authority",
    20: "its certificate is signed by an unknown authority",
    21: "its certificate is signed by an unknown authority",
    23: "its certificate was revoked",
    62: "its certificate is for another host name",
    64: "its certificate is for another address",
}
_AGAIN: Final = frozenset({socket.EAI_AGAIN, socket.EAI_FAIL})


def explain(exc: BaseException, attempt: Attempt, *, connect_s: float, read_s: float) -> str:
    """Say what an exception of aiohttp means."""
    if isinstance(exc, aiohttp.ClientConnectorCertificateError):
        return _certificate(exc.certificate_error)
    if isinstance(exc, aiohttp.ClientConnectorSSLError):
        return _tls(exc)
    if isinstance(exc, aiohttp.ClientConnectorDNSError):
        slow = exc.os_error.errno in _AGAIN
        return "its name cannot be resolved now" if slow else "its name is not known"
    if isinstance(exc, aiohttp.ConnectionTimeoutError):
        what = "no connection" if attempt.resolved else "its name was not resolved"
        return f"{what} within {connect_s:g} s"
    if isinstance(exc, aiohttp.ClientConnectorError):
        broken = isinstance(exc.os_error, ConnectionError)  # TLS that ends without a word has no errno
        return _ERRNO.get(exc.os_error.errno or 0, "resets connections" if broken else "cannot be connected to")
    return _after_connecting(exc, attempt, read_s)


def explain_socket(exc: OSError) -> str:
    """Say what an error of a socket, of TLS or of name resolution means."""
    if isinstance(exc, ssl.SSLCertVerificationError):
        return _certificate(exc)
    if isinstance(exc, ssl.SSLError):
        return _tls(exc)
    if isinstance(exc, socket.gaierror):
        return "its name cannot be resolved now" if exc.errno in _AGAIN else "its name is not known"
    return _ERRNO.get(
        exc.errno or 0, "resets connections" if isinstance(exc, ConnectionError) else "cannot be reached"
    )


def _after_connecting(exc: BaseException, attempt: Attempt, read_s: float) -> str:
    if isinstance(exc, aiohttp.SocketTimeoutError):
        if attempt.answered:
            return f"nothing more for {read_s:g} s{attempt.progress()}"
        return f"no answer within {read_s:g} s after connecting"
    if isinstance(exc, aiohttp.ServerDisconnectedError):
        return "closed the connection without an answer"
    if isinstance(exc, aiohttp.ClientPayloadError):
        return f"its body ended early{attempt.progress()}"
    if isinstance(exc, aiohttp.ClientResponseError):
        return "its answer is not proper HTTP"
    if isinstance(exc, (aiohttp.ClientConnectionError, OSError)):
        return f"reset the connection{attempt.progress()}"
    return f"failed ({type(exc).__name__})"


def _certificate(exc: BaseException) -> str:
    code = getattr(exc, "verify_code", None)
    return _CERTIFICATE.get(code or 0, "its certificate cannot be verified")


def _tls(exc: ssl.SSLError) -> str:
    reason = getattr(exc, "reason", None) or getattr(getattr(exc, "os_error", None), "reason", None) or ""
    if reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST"):
        return "does not speak TLS"
    words = str(reason).replace("_", " ").lower()
    return f"TLS failed ({words})" if words else "TLS failed"


def size(count: int) -> str:
    """Write a number of bytes as `16 MiB`, `512 KiB` or `300 bytes`."""
    for unit, name in ((1 << 20, "MiB"), (1 << 10, "KiB")):
        if count >= unit:
            return f"{count / unit:.4g} {name}"
    return f"{count} bytes"
