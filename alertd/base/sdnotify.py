"""Tell systemd what the daemon is doing: sd_notify(3), one datagram for each message.

The address is `$NOTIFY_SOCKET`, which the composition root reads and hands in. Without it everything here does
nothing, so callers need not ask where they run. Nothing raises: a deaf service manager is no reason to stop alerting.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping


class SdNotify:
    """Sends state changes to the service manager listening at `address`; None or empty: to nobody."""

    def __init__(self, address: str | None) -> None:
        self._address = _socket_address(address or "")

    def ready(self, status: str = "") -> bool:
        """READY=1: settings are loaded, the store answers, the work has begun; also ends a reload."""
        return self._send("READY=1", _status(status))

    def reloading(self) -> bool:
        """RELOADING=1 with the monotonic clock that systemd 253 and later ask for; `ready` must follow."""
        return self._send("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self, status: str = "") -> bool:
        """STOPPING=1: draining has begun."""
        return self._send("STOPPING=1", _status(status))

    def watchdog(self) -> bool:
        """WATCHDOG=1: work makes progress. To be called from a check of that, never from a bare timer."""
        return self._send("WATCHDOG=1")

    def status(self, text: str) -> bool:
        """STATUS=…: one line for `systemctl status`."""
        return self._send(_status(text))

    def extend_timeout(self, seconds: float) -> bool:
        """EXTEND_TIMEOUT_USEC=…: start-up or draining needs this much longer, counted from now."""
        return self._send(f"EXTEND_TIMEOUT_USEC={int(seconds * 1_000_000)}")

    def _send(self, *lines: str) -> bool:
        """Send the lines as one datagram; False if there is nobody or the datagram did not leave."""
        if not self._address:
            return False
        data = "\n".join(line for line in lines if line).encode("utf-8", "replace")
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as s:
                s.setblocking(False)  # a full queue must not hold the event loop
                s.sendto(data, self._address)
        except OSError:
            return False
        return True


def watchdog_seconds(environment: Mapping[str, str], pid: int) -> float | None:
    """Give the time within which systemd wants to hear `watchdog`, or None if it does not watch this process.

    sd_watchdog_enabled(3): `WATCHDOG_PID`, where set, must be ours. Send at half of it.
    """
    if environment.get("WATCHDOG_PID", str(pid)) != str(pid):
        return None
    try:
        microseconds = int(environment.get("WATCHDOG_USEC", ""))
    except ValueError:
        return None
    return microseconds / 1_000_000 if microseconds > 0 else None


def _socket_address(address: str) -> str:
    if address.startswith("@"):  # the abstract namespace of Linux
        return "\0" + address[1:]
    return address if address.startswith("/") else ""  # vsock: addresses of virtual machines are not for us


def _status(text: str) -> str:
    return "STATUS=" + " ".join(text.split()) if text else ""  # a line break would begin another assignment
