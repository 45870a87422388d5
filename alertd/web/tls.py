"""The certificate of our own listeners: TLS 1.2 or later, taken anew when its files change."""

from __future__ import annotations

import ssl
from pathlib import Path

import structlog

from alertd.errors import Permanent
from alertd.web.outside import TlsConfig

_log = structlog.get_logger(__name__)


class Certificate:
    """A context that new connections are made with.

    A renewed certificate is loaded into it before the next handshake; connections that stand keep what they have.
    """

    def __init__(self, config: TlsConfig) -> None:
        """Load it. Raises Permanent where that cannot be done."""
        self._config = config
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2  # RFC 8996: 1.0 and 1.1 must not be used
        self._loaded = _state(config)
        try:
            _load(self.context, config)
        except OSError as error:  # ssl.SSLError is one
            raise Permanent(f"web.tls: {_why(error)}") from error

    def renew(self) -> None:
        """Load it again if its files have changed; what cannot be loaded leaves the one in use."""
        state = _state(self._config)
        if state == self._loaded:
            return
        self._loaded = state
        try:
            _load(
                ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), self._config
            )  # half written, it is no pair yet
            _load(self.context, self._config)
        except OSError as error:
            _log.error("web_certificate_not_taken", error=_why(error))
            return
        _log.info("web_certificate_renewed")


def local_context(cert: Path) -> ssl.SSLContext:
    """Make the context by which commands on this machine know the daemon: by its very certificate, not by its name.

    Raises OSError.
    """
    context = ssl.create_default_context(cafile=str(cert))
    context.check_hostname = False  # it is asked by its address
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def _load(context: ssl.SSLContext, config: TlsConfig) -> None:
    context.load_cert_chain(config.cert, config.key, password=_no_password)


def _no_password() -> str:
    """Say instead of asking at the terminal that a key with a password is not taken."""
    raise OSError("the key has a password; write it without one, readable by alertd alone")


def _state(config: TlsConfig) -> tuple[tuple[int, int], ...]:
    return tuple((_stat(path)) for path in (config.cert, config.key))


def _stat(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_ino)


def _why(error: OSError) -> str:
    return str(error.strerror or error)
