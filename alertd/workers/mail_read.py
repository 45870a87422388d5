"""One mail: so many bytes of it from the server, and what a parse worker makes of them.

A mail that kills parse workers, or that the server does not hand over, fails one poll; at the second it is left out
with its reason, so that those behind it are reached.
"""

from __future__ import annotations

from alertd import telemetry
from alertd.base.clock import Clock
from alertd.errors import FetchTemporary, ParseFailed, ParseKilled
from alertd.model import ParsedFeed
from alertd.net.imap import About, CommandRefused, Imap
from alertd.sources.dates import parse_date
from alertd.sources.mail import LARGEST, MailConfig, about_mail, rejected_mail
from alertd.sources.mail_parts import MAX_HEADER
from alertd.sources.parsepool import ParseJob, ParsePool
from alertd.workers.parsing import parse_timed

TRIES = 2


class MailReader:
    """Reads mails, and remembers those that make trouble."""

    def __init__(self, pool: ParsePool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock
        self._troubles: dict[tuple[str, int, int], int] = {}
        """(source, UIDVALIDITY, UID) -> how often."""

    async def read(self, imap: Imap, source: MailConfig, about: About, validity: int) -> ParsedFeed | None:
        """Fetch and parse one mail; None if it is gone.

        Raises ParseKilled and CommandRefused the first time that a mail makes this trouble, FetchTemporary when the
        conversation is broken.
        """
        key = (source.id, validity, about.uid)
        try:
            page = await self._read(imap, source, about)
        except ParseKilled as error:
            self._again(key, error)
            telemetry.PARSE_KILLS.labels(source=source.id).inc()
            page = rejected_mail(f"two parse workers died over it ({error})", about.uid)
        except CommandRefused as error:
            self._again(key, error)
            page = rejected_mail(f"the server {error}", about.uid)
        except ParseFailed as error:
            page = rejected_mail(str(error), about.uid)
        self._troubles.pop(key, None)
        return page

    def _again(self, key: tuple[str, int, int], error: ParseKilled | FetchTemporary) -> None:
        """Count a trouble; raises it the first times."""
        self._troubles[key] = self._troubles.get(key, 0) + 1
        if self._troubles[key] < TRIES:
            raise error

    async def _read(self, imap: Imap, source: MailConfig, about: About) -> ParsedFeed | None:
        too_large = about.size > LARGEST
        most = MAX_HEADER + 1 if too_large else source.max_bytes
        raw = await imap.fetch(about.uid, most, header=too_large)
        if raw is None:
            return None
        received = parse_date(about.received)
        facts = about_mail(
            source.facts(),
            uid=about.uid,
            size=about.size,
            received_ms=received.ms if received else None,
            whole=about.size <= most,
        )
        seen_ms = self._clock()
        job = ParseJob(type=source.type, body=raw, content_type=None, base_url="", source=facts, seen_at_ms=seen_ms)
        return await parse_timed(self._pool, job, self._clock)
