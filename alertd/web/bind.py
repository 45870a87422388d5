"""Where to listen, as the settings write it; apart from the server, so that settings load no HTTP library."""

from __future__ import annotations


def parse_bind(bind: str) -> tuple[str, int]:
    """Read `127.0.0.1:8321` or `[::1]:0` as host and port. Raises ValueError."""
    host, colon, port = bind.strip().rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        raise ValueError(f"an IPv6 address stands in brackets, as in [::1]:8321, not {bind!r}")
    if not colon or not host or not port.isdecimal() or int(port) > 65535:
        raise ValueError(f"write host:port, such as 127.0.0.1:8321, not {bind!r}")
    return host, int(port)
