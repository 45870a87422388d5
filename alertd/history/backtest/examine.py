"""What a worker makes of a line of the past: read, understood where that is asked for, matched.

    nothing   it fits no rule, and no rule over time wants to know: most lines of most backtests
    matched   rules hold for it, or rules over time are concerned: what decides goes on from there
    whole     it may be an earlier step of a sequence with conditions beside it: what decides matches it itself
    placed    it is understood here; what decides puts it into its story, and matches it
    record    no event: an answer, a silence, what a clock brought about

So the one process that decides does little for most events. Pure but for rules that raise: they stay off.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec.structs import replace

from alertd.companies.table import load_registrants
from alertd.enrich.enricher import Enricher
from alertd.enrich.story_report import Report, report_of
from alertd.errors import ParseFailed
from alertd.history.backtest.coverage import Covered
from alertd.history.backtest.happened import NearMiss
from alertd.history.backtest.near import NearFinder
from alertd.history.backtest.plan import Plan
from alertd.history.past import PastEvent, PastRecord
from alertd.history.past_line import RawPast, past_of
from alertd.model import Decision, Event, Match, Observation
from alertd.rules.late import Opened
from alertd.rules.match import Matcher
from alertd.rules.outcome import MatchResult, RuleFailure
from alertd.rules.over_time import ask
from alertd.rules.read import Read
from alertd.rules.state import Sequence

What = Literal["skip", "nothing", "matched", "whole", "placed", "record"]
_MADE = frozenset({"first", "update_material", "update_minor"})
_FOUND = (
    "companies", "parties", "event_types", "amounts", "durations", "terms",
)  # fmt: skip


class Ordering(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An alert that the daemon decided on: by its revisions it is known in which order."""

    alert: str
    revision: int
    unchanged: bool


class Examined(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A line, as far as it can be judged by itself."""

    what: What
    at_ms: int = 0
    """By its own clock."""
    why: str = ""
    """Of what is skipped."""
    tell: bool = False
    """Something came of it then, or nearly does now: it is given also where nothing is decided."""
    matches: list[Match] = []
    opened: list[Opened] = []
    """Rules over time that it concerns."""
    observations: list[Observation] = []
    """What is remembered of it, where that is all."""
    failures: list[RuleFailure] = []
    near: list[NearMiss] = []
    event: Event | None = None
    """As it is understood here."""
    report: Report | None = None
    """What its story is compared by."""
    turn: int = 0
    """Its place in the batch in which it was decided."""
    order: list[Ordering] = []
    name: str = ""
    """Of the window that was released, or the timer that rang."""


class Examiner:
    """Judges lines for one plan. Belongs to one process."""

    def __init__(self, plan: Plan) -> None:
        book = plan.book
        self._plan = plan
        self._routine_forms = book.routine_forms
        self._source_desks = book.source_desks
        self._facts = any(isinstance(rule.state, Sequence) for _, rule in book.rules())
        """Somebody asks what was said of companies before."""
        self._near = NearFinder(book) if plan.near else None
        self._matcher = Matcher(book)
        self._understanding: Matcher | None = None
        self.covered = Covered()
        """What was seen since this was asked last."""

    def take(self, raw: RawPast) -> Examined:
        """Judge a line; it never raises over what stands in it."""
        try:
            past = past_of(raw)
        except ParseFailed as error:
            return Examined("skip", why=str(error))
        if past is None:
            return Examined("skip")
        if isinstance(past, PastRecord):
            return Examined("record", past.at_ms, name=_name(past))
        self.covered.add(past, self._plan.since_ms)
        try:
            return self._event(past, raw)
        except Exception:  # noqa: BLE001 whoever decides tries it again, and says what is wrong with it
            return Examined("whole", past.at_ms, turn=past.turn, order=_order(past.decisions))

    def _event(self, past: PastEvent, raw: RawPast) -> Examined:
        event = past.event
        tell = bool(past.matches or past.decisions) or self._plan.every
        if event.story is None or (self._plan.enrich == "fresh" and not raw.redacted):
            known = bare(event) if self._plan.enrich == "fresh" else event
            read = self._understander().read(known)
            return self._placed(past, read, tell=tell)
        read = self._matcher.read(event, as_found=True)
        result = self._matcher.match_read(read)
        near = self._nearly(past, read, result)
        found = bool(result.matches or result.open or event.revision > 1)
        return Examined(
            "whole" if result.earlier is not None else "matched" if found else "nothing",
            past.at_ms,
            tell=tell or bool(near),
            matches=list(result.matches),
            opened=[Opened(one.portfolio.id, one.rule.id, one.companies) for one in result.open],
            observations=[] if found else self._observed(result),
            failures=list(result.failures),
            near=near,
            turn=past.turn,
            order=_order(past.decisions),
        )

    def _placed(self, past: PastEvent, read: Read, *, tell: bool) -> Examined:
        near: list[NearMiss] = []
        if self._near is not None:
            found = self._matcher.read(read.event, as_found=True)
            near = self._nearly(past, found, self._matcher.match_read(found))
        return Examined(
            "placed",
            past.at_ms,
            tell=tell or bool(near),
            failures=list(read.failures),
            near=near,
            event=read.event,
            report=report_of(read.event, self._source_desks.get(read.event.source, "")),
            turn=past.turn,
            order=_order(past.decisions),
        )

    def _nearly(self, past: PastEvent, read: Read, result: MatchResult) -> list[NearMiss]:
        if self._near is None or past.at_ms < self._plan.since_ms:
            return []
        held = {(match.portfolio, match.rule) for match in result.matches}
        return list(self._near.of(read.reading, read.keys().all(), held))

    def _observed(self, result: MatchResult) -> list[Observation]:
        return ask([result], self._routine_forms, source_desks=self._source_desks).observations if self._facts else []

    def _understander(self) -> Matcher:
        """Give what understands events: made when the first one needs it."""
        if self._understanding is None:
            book = self._plan.book
            table = book.companies.over(load_registrants(self._plan.registrants))
            only_types = replace(book, portfolios=())
            self._understanding = Matcher(only_types, understanding=Enricher.of(book.event_types, table))
        return self._understanding


def bare(event: Event) -> Event:
    """Give an event without what was found in it, so that it can be found anew; its language stays."""
    return replace(event, sentiment=None, story=None, **{name: [] for name in _FOUND})


def _order(decisions: tuple[Decision, ...]) -> list[Ordering]:
    """Give the alerts whose revision an event made, or, as a duplicate, found."""
    told = (one for one in decisions if one.reason in _MADE or one.reason == "duplicate")
    return [Ordering(one.alert, one.alert_revision, one.reason == "duplicate") for one in told if one.alert_revision]


def _name(past: PastRecord) -> str:
    """Name the window or timer that a line is about, as the store does."""
    data = past.record.data
    if past.kind == "release":
        return str(data.get("window", ""))
    if past.kind == "timer" and past.record.ids:
        return f"{data.get('timer', '')}/{past.record.ids[0]}/{data.get('receiver') or ''}"
    return ""
