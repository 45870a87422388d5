"""Asks EDGAR's other places for what its pages no longer show, and takes in what was missed.

    index of a day, submissions of a company -> not seen? -> header of the filing -> intake, marked late

One filing after the other: what came before a failure is an event, and a repeat finds it known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Protocol

import msgspec

from alertd import telemetry
from alertd.base.clock import Clock, parse_rfc3339
from alertd.errors import FetchTemporary, ParseFailed
from alertd.model import Candidate, Known, ParsedFeed, SourceState, Struct
from alertd.net.address import AddressPolicy
from alertd.net.client import GetOptions, Response
from alertd.rules.filing import canonical_form
from alertd.sources.edgar import EdgarConfig
from alertd.sources.edgar_late import DAY, SINCE, UNTIL
from alertd.sources.edgar_places import header_url, index_url, submissions_name, submissions_url
from alertd.sources.edgar_refusal import is_refused
from alertd.workers.intake import Intake
from alertd.workers.parsing import Parser, parse_answer

ASKED_AT_ONCE = 500
"""Marks of one question to the store."""
OLDER_FILES = 5
"""Files with a company's older submissions that are read for one gap at most."""
_MAX_BYTES = 32 << 20


class Requests(Protocol):
    """How EDGAR is asked."""

    async def get(self, url: str, options: GetOptions, *, longest_s: float = 30.0) -> Response:
        """Fetch when our turn has come. Raises FetchTemporary, FetchPermanent, StoreUnavailable."""
        ...


class MarkStore(Protocol):
    """What finding out what was seen needs of the store."""

    async def known_marks(self, source: str, marks: Sequence[str]) -> dict[str, Known]:
        """Tell which marks are known, and who owns them."""
        ...


class Brief(Struct, frozen=True):
    """What has to be known of a filing to fetch it."""

    accession: str = ""
    form: str = ""
    accepted_at: str | None = None
    filers: list[dict[str, str]] = msgspec.field(default_factory=list)

    @property
    def accepted_ms(self) -> int | None:
        """When EDGAR accepted it; None where that is not known."""
        return parse_rfc3339(self.accepted_at) if self.accepted_at else None


def brief_of(candidate: Candidate) -> Brief:
    """Read what a candidate says of its filing."""
    return msgspec.json.decode(candidate.event, type=Brief)


class LateFilings:
    """What was missed of EDGAR, found and taken in."""

    def __init__(self, requests: Requests, parser: Parser, store: MarkStore, intake: Intake, clock: Clock) -> None:
        self._requests = requests
        self._parser = parser
        self._store = store
        self._intake = intake
        self._clock = clock

    async def index(self, source: EdgarConfig, day: date, forms: Sequence[str]) -> ParsedFeed | None:
        """Read the index of a day, for some forms; None where EDGAR has none.

        Raises FetchTemporary, FetchPermanent, StoreUnavailable; ParseFailed where what came is not all of it.
        """
        self._intake.check_room()
        response = await self._get(source, index_url(source.base_url, day))
        if response is None:
            return None
        return await self._parse("edgar-index", source, response, forms, **{DAY: day.isoformat()})

    async def submissions(
        self, source: EdgarConfig, cik: str, since_ms: int, until_ms: int
    ) -> tuple[list[Candidate], str]:
        """Give the filings of a company that were accepted in a time, and why that may not be all; empty if it is.

        Raises as `index`.
        """
        self._intake.check_room()
        found: list[Candidate] = []
        lacking = ""
        names = [submissions_name(cik)]
        for number in range(1 + OLDER_FILES):
            if number >= len(names):
                break
            response = await self._get(source, submissions_url(source.base_url, names[number]))
            if response is None:
                lacking = lacking or f"EDGAR has no {telemetry.safe_text(names[number])}"
                continue
            bounds = {SINCE: since_ms, UNTIL: until_ms}
            parsed = await self._parse("edgar-submissions", source, response, source.facts().forms, **bounds)
            found += parsed.candidates
            names += parsed.unfinished
        if len(names) > 1 + OLDER_FILES:
            lacking = lacking or f"they lie in more than {OLDER_FILES} older files"
        return found, lacking

    async def missing(self, source: EdgarConfig, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Give those that were not seen. Raises StoreUnavailable."""
        found: list[Candidate] = []
        for start in range(0, len(candidates), ASKED_AT_ONCE):
            asked = candidates[start : start + ASKED_AT_ONCE]
            known = await self._store.known_marks(source.id, [one.identity for one in asked])
            found += (one for one in asked if one.identity not in known)
        return found

    async def take(
        self, source: EdgarConfig, listed: Candidate, found_in: str, keep: Callable[[Brief], bool]
    ) -> Brief | None:
        """Take in a filing that was not seen, as its header tells it; None if it is not kept, or became no event.

        Where there is no header, it comes as it is listed. Raises FetchTemporary, FetchPermanent, ParseKilled,
        StoreUnavailable.
        """
        whole = await self._whole(source, listed)
        if whole is None:
            return None
        brief = brief_of(whole)
        if not keep(brief):
            return None
        state = SourceState(source=source.id, baseline_done=True)
        page = ParsedFeed(format=f"edgar-{found_in}", candidates=[whole])
        taken = await self._intake.take(source, state, page, gaps=False)
        if not any(result.outcome == "new" for _, result in taken.results):
            return None
        telemetry.LATE_FILINGS.labels(source=source.id, found=found_in).inc()
        return brief

    async def _whole(self, source: EdgarConfig, listed: Candidate) -> Candidate | None:
        """Give the filing as its header tells it; None if its form is not watched after all."""
        brief = brief_of(listed)
        cik = next((filer["cik"] for filer in brief.filers if filer.get("cik", "").isdecimal()), "")
        response = await self._get(source, header_url(source.base_url, cik, brief.accession)) if cik else None
        if response is None:
            return listed
        try:
            parsed = await self._parse("edgar-header", source, response, source.facts().forms)
        except ParseFailed:
            return listed
        return next((one for one in parsed.candidates if one.identity == listed.identity), None)

    async def _get(self, source: EdgarConfig, url: str) -> Response | None:
        """Fetch; None where EDGAR says that there is no such file."""
        options = GetOptions(
            timeout_s=source.timeout,
            max_wire_bytes=_MAX_BYTES,
            max_bytes=_MAX_BYTES,
            allow=AddressPolicy.of(source.allow_private),
        )
        try:
            return await self._requests.get(url, options)
        except FetchTemporary as error:
            text = error.page.decode("latin-1")
            if error.status == 404 or (error.status == 403 and not is_refused(403, text)):
                return None
            raise

    async def _parse(
        self, kind: str, source: EdgarConfig, response: Response, forms: Sequence[str], **reads: str | int
    ) -> ParsedFeed:
        facts = msgspec.structs.replace(source.facts(), forms=tuple(map(canonical_form, forms)), reads=dict(reads))
        return await parse_answer(self._parser, source, response, self._clock, kind=kind, facts=facts)
