"""How to reach a mailbox's server, with the certificates that vouch for it."""

from __future__ import annotations

import asyncio
import ssl
import time
from pathlib import Path

from alertd.errors import FetchTemporary
from alertd.net.address import AddressPolicy
from alertd.net.imap_socket import Access
from alertd.sources.mail import MailConfig

KEEP_S = 3_600.0
"""How long certificates that were read serve: reading the system's takes 50 ms of a core."""


class MailAccess:
    """Knows how to reach servers."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Path | None, int], tuple[float, ssl.SSLContext]] = {}
        """(`ca_file`, when it was changed) -> when it was read, and what came of it."""

    async def of(self, source: MailConfig) -> Access:
        """Say how to reach a source's server. Raises FetchTemporary where its certificates cannot be read."""
        # In a thread: the event loop may not stand still for so long.
        context = None if source.tls == "none" else await asyncio.to_thread(self._context, source.ca_file)
        policy = AddressPolicy.of(source.allow_private)
        return Access(source.host, source.server_port, source.tls, context, policy, source.timeout)

    def _context(self, ca_file: Path | None) -> ssl.SSLContext:
        try:
            key = (ca_file, ca_file.stat().st_mtime_ns if ca_file is not None else 0)
            read, context = self._kept.get(key, (0.0, None))
            if context is None or time.monotonic() - read > KEEP_S:
                context = _read(ca_file)
                self._kept = {one: kept for one, kept in self._kept.items() if one[0] != ca_file}
                self._kept[key] = (time.monotonic(), context)
        except OSError as error:
            why = error.strerror or "no certificates in it"
            raise FetchTemporary(f"not asked: ca_file cannot be read ({why})") from error
        return context


def _read(ca_file: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    return context
