"""The sources: how each does, what came of it by day, when it was not seen, and what of it was refused.

GET  /sources       those that are there for whoever looks
GET  /sources/ID    one

Sources of no desk are there for everybody; of these a desk is shown no entry that its receivers may not be told of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from alertd.asking.counts import Span, refused_by, sources_of
from alertd.asking.desk_view import DeskView
from alertd.asking.status import in_order, seen_by
from alertd.base.html import Html, element
from alertd.errors import Temporary
from alertd.history.charts.svg import day_bars, sparkline
from alertd.history.charts.values import Series
from alertd.model import JournalRecord
from alertd.notify.plain import one_line
from alertd.text.written import counted
from alertd.web.page.desk import Desk, away, not_there
from alertd.web.page.frame import page, said
from alertd.web.page.parts import UNKNOWN, ago, cut, facts, link, listed, section, state, until

WAY = "/sources"
MOST_ROWS = 1_000
MOST_LINES = 200
"""Of the journal, about one source."""
MOST_SHOWN = 40
_NOTE = (
    "Usual lag: from when an item says it was published until it was seen. Rejected: of the entries of the last read."
)
REJECTED = "rejected: "


class SourcePages:
    """The pages about sources."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Sequence[web.RouteDef]:
        """Give them."""
        return [web.get(WAY, self._all), web.get(f"{WAY}/{{source}}", self._one)]

    async def _all(self, request: web.Request) -> web.StreamResponse:
        desk, signed = self._desk, self._desk.signed(request)
        now = desk.clock()
        try:
            found = seen_by(await desk.status(), await desk.view(signed.caller))
        except Temporary:
            return away(signed, WAY)
        counts, span = await self._counts(now), Span.until(now)
        there = in_order(found["sources"])
        rows = [_row(one, counts, span, now) for one in there[:MOST_ROWS]]
        columns = ["Source", "State", "Last read", "Last new", "Reports, 30 days", "Usual lag", "Rejected", "Why"]
        none = "There is no source that you may see."
        shown = listed(columns, rows, "Sources, those in trouble first", numbers=(5, 6), none=none)
        more = [cut(len(there), MOST_ROWS)] if len(there) > MOST_ROWS else []
        note = element("p", _NOTE, class_="small")
        return page("Sources", *paused(found), shown, note, *more, signed=signed, here=WAY)

    async def _one(self, request: web.Request) -> web.StreamResponse:
        desk, signed = self._desk, self._desk.signed(request)
        now, name = desk.clock(), request.match_info["source"]
        try:
            view = await desk.view(signed.caller)
            found = seen_by(await desk.status(), view)
            row = next((one for one in found["sources"] if one["id"] == name), None)
            if row is None:
                return not_there(signed, WAY, "source")
            lines = [record for _, record in await desk.store.trace(name, MOST_LINES)]
        except Temporary:
            return away(signed, WAY)
        span, counts = Span.until(now), await self._counts(now)
        refused = await desk.counted(("refused", name, str(span.first)), lambda h: refused_by(h, name, span))
        told = lines if self._may_be_told(name, view) else [one for one in lines if one.kind != "entry"]
        parts = [
            *paused(found),
            _facts(row, now),
            section("Entries", _chart(counts, name, span)),
            section("When it was not seen", _spells(row)),
            section("Entries that became no event", *_refused(refused, told, now)),
            section("What the operator was told", _notices(told, now)),
        ]
        return page(name, *parts, signed=signed, here=WAY)

    async def _counts(self, now: int) -> dict[str, list[int]] | None:
        """Count the reports of all sources by day; None: there is no history."""
        span = Span.until(now)
        return await self._desk.counted(("sources", str(span.first)), lambda history: sources_of(history, span))

    def _may_be_told(self, name: str, view: DeskView) -> bool:
        """Tell whether a desk may be shown what a source says, by the source's rights of today."""
        source = next((one for one in self._desk.in_force.reach.sources if one.id == name), None)
        rights = source.rights.rights() if source is not None and getattr(source, "rights", None) else None
        return view.desk is None or view.may_be_told(rights)


def paused(found: Mapping[str, Any]) -> list[Html]:
    """Say that nothing new is taken in, where that is so."""
    why = found["redis"].get("paused")
    return [said(f"Nothing new is taken in: {why}. Sending goes on.", "wrong")] if why else []


def _row(one: Mapping[str, Any], counts: Mapping[str, list[int]] | None, span: Span, now: int) -> list[str]:
    by_day: list[float | None] = [*(counts or {}).get(one["id"], [0] * span.count)]
    spark = sparkline(f"reports of {one['id']} by day", by_day) if counts is not None else element("span", UNKNOWN)
    return [
        link(one["id"], "sources", one["id"]),
        state(one["state"]),
        ago(one["last_success_at"], now),
        ago(one["last_new_at"], now),
        spark,
        _lag(one),
        _rejected(one),
        one_line(one["why"] or "", 300),
    ]


def _lag(one: Mapping[str, Any]) -> str:
    return f"{one['usual_lag_s']:,.0f} s" if one["usual_lag_s"] else UNKNOWN


def _rejected(one: Mapping[str, Any]) -> str:
    return f"{one['rejected']:,} of {one['entries']:,}" if one["entries"] else UNKNOWN


def _facts(one: Mapping[str, Any], now: int) -> Html:
    return facts({
        "State": state(one["state"]),
        "Why": one_line(one["why"] or "", 500),
        "Since": ago(one["since_at"], now) if one["since_at"] else "",
        "Type": one["type"],
        "Asked at": one_line(one["asked_at"] or "", 300),
        "Last asked": ago(one["last_poll_at"], now),
        "Last read": ago(one["last_success_at"], now),
        "Last new": ago(one["last_new_at"], now),
        "Asked next": until(one["next_poll_at"], now) if one["next_poll_at"] else "",
        "Comes with": f"a lag of {_lag(one)}, usually" if one["usual_lag_s"] else "",
        "News": f"{one['per_day']:,.1f} a day" if one["per_day"] is not None else "",
        "In all": f"{one['events']:,} events, {counted(one['duplicates'], 'duplicate')}, "
                  f"{counted(one['polls'], 'poll')}",
        "Last document": f"{counted(one['entries'], 'entry', 'entries')}, {one['rejected']:,} rejected or skipped",
        "Moved to": one_line(one["moved_to"] or "", 300),
    })  # fmt: skip


def _chart(counts: Mapping[str, list[int]] | None, name: str, span: Span) -> Html:
    if counts is None:
        return element("p", "There is no history yet, so nothing is counted by day.")
    values: list[float | None] = [*counts.get(name, [0] * span.count)]
    return day_bars("Reports by day", "reports that were decided on, days of UTC", span.labels,
                    [Series("reports", values)])  # fmt: skip


def _spells(one: Mapping[str, Any]) -> Html:
    rows = [
        [
            element("time", spell["since_at"], datetime=spell["since_at"]),
            element("time", spell["until_at"], datetime=spell["until_at"]),
            one_line(spell["why"] or "it was not asked", 200),
            one_line(spell["text"], 200),
        ]
        for spell in reversed(one["spells"])
    ]
    return listed(["From", "To", "Why", "What became of it"], rows, "Gaps", none="It was always seen.")


def _refused(reasons: Sequence[tuple[str, int]] | None, lines: Sequence[JournalRecord], now: int) -> list[Html]:
    """Write why, over the days, and which were the last."""
    counts = [[one_line(reason, 200), f"{count:,}"] for reason, count in reasons or ()]
    entries = [one for one in lines if one.kind == "entry"][-MOST_SHOWN:]
    last = [
        [
            ago(one.at, now),
            one_line(one.reason.removeprefix(REJECTED), 200),
            one_line(str(one.data.get("title") or ""), 200) or UNKNOWN,
        ]
        for one in reversed(entries)
    ]
    none = "None was refused in these days." if reasons is not None else "There is no history yet."
    shown = [listed(["Why", "Entries"], counts, "Refused, 30 days, by reason", numbers=(1,), none=none)]
    if last:
        shown.append(listed(["When", "Why", "Title"], last, "The last ones", none=""))
    return shown


def _notices(lines: Sequence[JournalRecord], now: int) -> Html:
    rows = [
        [ago(one.at, now), one_line(one.reason.replace("_", " "), 60), one_line(str(one.data.get("text", "")), 400)]
        for one in reversed(lines)
        if one.kind == "notice"
    ][:MOST_SHOWN]
    return listed(["When", "What", "In words"], rows, "Notices", none="Nothing, as far as the journal goes back.")
