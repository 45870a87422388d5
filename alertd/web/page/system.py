"""How alertd does: processes, what waits, Redis, archive, models, receivers, and what the operator was told.

GET  /system    for a desk as far as it is the desk's, or everybody's
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aiohttp import web
from prometheus_client import Gauge

from alertd import __version__, telemetry
from alertd.asking.caller import Caller
from alertd.asking.counts import Span, notices_of
from alertd.asking.desk_view import owners_of
from alertd.asking.notices_seen import is_for
from alertd.asking.status import seen_by
from alertd.base.clock import rfc3339
from alertd.base.html import Html, element
from alertd.errors import Temporary
from alertd.model import JournalRecord
from alertd.notify.plain import one_line
from alertd.text.written import counted
from alertd.web.page.desk import Desk, away
from alertd.web.page.frame import page, said
from alertd.web.page.parts import UNKNOWN, ago, facts, listed, section, state, until
from alertd.web.page.sources import paused

WAY = "/system"
DAYS = 7
MOST = 50


class SystemPage:
    """The page about the daemon itself."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Sequence[web.RouteDef]:
        """Give it."""
        return [web.get(WAY, self._all)]

    async def _all(self, request: web.Request) -> web.StreamResponse:
        desk, signed = self._desk, self._desk.signed(request)
        now, whole = desk.clock(), signed.caller.all_desks
        try:
            view = await desk.view(signed.caller)
            found = await desk.status()
            findings = await desk.store.check_server(relaxed=desk.in_force.reach.relaxed) if whole else []
        except Temporary:
            return away(signed, WAY)
        found = seen_by(found | {"daemons": [dict(one) for one in desk.daemons()]}, view)
        if not whole:
            found = _narrowed(found, signed.caller, desk)
        span = Span.until(now, DAYS)
        told = await desk.counted(("notices", str(span.first)), lambda history: notices_of(history, span, MOST * 4))
        owners = owners_of(view.books.reach)
        seen = None if told is None else [one for one in told if is_for(one, signed.caller, owners)][:MOST]
        parts = [
            *paused(found),
            *_troubles(found, [one.text for one in findings]),
            section("Daemon", *_daemons(found["daemons"], now, whole=whole)),
            section("Flow", _flow(found, now)),
            section("Redis", _redis(found)),
            section("Archive and history", *_archive(found, now, whole=whole)),
            *([section("Models", _models(found.get("models", [])))] if whole else []),
            section("Receivers", _receivers(found["receivers"], now)),
            section("What the operator was told", _notices(seen, now)),
        ]
        return page("System", *parts, signed=signed, here=WAY)


def _narrowed(found: dict[str, Any], caller: Caller, desk: Desk) -> dict[str, Any]:
    """Leave out the receivers and positions of no desk: others' messages go there, and others hold these."""
    own = {one.id for one in desk.in_force.reach.receivers if caller.sees_desk(one.desk)}
    names = {one.id for one in desk.names.seen_by(caller)}
    daemons = [
        one | {"positions": [held for held in one["positions"] if held["portfolio"] in names]}
        for one in found["daemons"]
    ]
    return found | {"receivers": [one for one in found["receivers"] if one["id"] in own], "daemons": daemons}


def _troubles(found: Mapping[str, Any], findings: Sequence[str]) -> list[Html]:
    wrong = [*findings]
    for daemon in found["daemons"]:
        if not daemon["reload_ok"]:
            faults = "; ".join(one_line(fault, 300) for fault in daemon["faults"][:3])
            wrong.append(f"The last reload was refused, the old rules stay in force. {faults}")
        wrong += [f"Positions of {one['portfolio']}: {one_line(one['text'], 300)}" for one in daemon["positions"]]
    wrong += [
        f"{name}: {one_line(found[name]['error'], 300)}"
        for name in ("archive", "history")
        if found.get(name, {}).get("error")
    ]
    return [said(one, "wrong") for one in wrong]


def _daemons(daemons: Sequence[Mapping[str, Any]], now: int, *, whole: bool) -> Iterator[Html]:
    if not daemons:
        yield facts({"Version": __version__})
    for one in daemons:
        yield facts({
            "Version": one["version"], "Started": ago(one["started_at"], now),
            "Rules": f"version {one['rules_version'][:12]}, last reload {'taken' if one['reload_ok'] else 'refused'}",
            "Roles": ", ".join(one["roles"]) if whole else "", "Settings": one["config"] if whole else "",
        })  # fmt: skip
        if whole:
            rows = [
                [name, str(process["pid"] or "none"), f"{process['starts'] - 1:,}", ago(process["started_at"], now)]
                for name, process in one["processes"].items()
            ]
            columns = ["Process", "Pid", "Started again", "Last start"]
            yield listed(columns, rows, f"Processes of pid {one['pid']}", numbers=(1, 2), none="")


def _flow(found: Mapping[str, Any], now: int) -> Html:
    events = found["events"]
    oldest = ago(events["oldest_at"], now) if events["backlog"] else "nothing waits"
    queued = sum(row["queued"] for row in found["receivers"])
    waiting = sum(row["waiting"] for row in found["receivers"])
    return facts({
        "To be matched": f"{events['backlog']:,} events, {events['pending']:,} of them handed out",
        "Oldest stored": oldest,
        "To be sent": f"{queued:,} queued, {waiting:,} behind them",
        "Dead letters": element("a", f"{sum(row['dead'] for row in found['receivers']):,}", href="/dead"),
    })  # fmt: skip


def _redis(found: Mapping[str, Any]) -> Html:
    redis = found["redis"]
    limit = redis["memory_limit_bytes"]
    of = f" of {limit / (1 << 20):,.0f} MB, {redis['memory_bytes'] / limit:.0%}" if limit else ", no limit"
    return facts({
        "Answers in": f"{redis['roundtrip_ms']:g} ms",
        "Memory": f"{redis['memory_bytes'] / (1 << 20):,.1f} MB{of}",
        "Intake": state(f"paused: {redis['paused']}") if redis["paused"] else state("fine"),
    })  # fmt: skip


def _archive(found: Mapping[str, Any], now: int, *, whole: bool) -> Iterator[Html]:
    rows = [
        [one["id"], ago(one["archived_until"], now), _behind(one["behind_s"]), ago(one["reported_at"], now)]
        for one in found["archives"]
    ]
    columns = ["Archive", "Up to", "Behind the journal", "Last heard of"]
    yield listed(columns, rows, "Archives", numbers=(2,), none="There is no archive.")
    history = found.get("history", {})
    checked = _value(telemetry.VERIFY_AT)
    faults = f"{counted(int(_value(telemetry.VERIFY_FAULTS)), 'fault')}, " if checked else ""
    yield facts({
        "History": ago(history.get("until"), now, "nothing yet") if history else "",
        "Verified": element("span", faults, ago(rfc3339(round(checked * 1000)), now)) if checked else
                    "not yet since this process started; alertd verify does it now",
    } if whole else {"History": ago(history.get("until"), now, "nothing yet")})  # fmt: skip


def _behind(seconds: float | None) -> str:
    return UNKNOWN if seconds is None else f"{seconds:g} s"


def _value(gauge: Gauge) -> float:
    """Give what a gauge of this process shows."""
    return next((sample.value for metric in gauge.collect() for sample in metric.samples), 0.0)


def _models(models: Sequence[Mapping[str, Any]]) -> Html:
    rows = [
        [
            one["id"],
            one["model"],
            state({"closed": "fine", None: "fine"}.get(one["breaker"], f"left alone ({one['breaker']})")),
            _left(one["calls_today"], one["calls_left"]),
            _left(one["tokens_today"], one["tokens_left"]),
            f"{one['cost_today']:.4f} {one['currency']}" if one["currency"] else UNKNOWN,
            one_line(one["last_error"] or "", 200),
        ]
        for one in models
    ]
    columns = ["Model", "Asks", "State", "Calls today", "Tokens today", "Cost today", "Last error"]
    return listed(columns, rows, "Models and their budgets", numbers=(3, 4, 5), none="No model is asked.")


def _left(used: int, left: int | None) -> str:
    return f"{used:,}" if left is None else f"{used:,}, {left:,} left"


def _receivers(receivers: Sequence[Mapping[str, Any]], now: int) -> Html:
    rows = [
        [
            one["id"],
            one["type"],
            state(_how(one)),
            f"{one['queued']:,}",
            f"{one['waiting']:,}",
            f"{one['dead']:,}",
            ago(one["last_sent_at"], now),
            until(one["paused_until"], now) if one["paused_until"] else UNKNOWN,
        ]
        for one in receivers
    ]
    columns = ["Receiver", "Type", "State", "Queued", "Behind", "Dead", "Last sent", "Asked again"]
    return listed(columns, rows, "Receivers", numbers=(3, 4, 5), none="There is none that you may see.")


def _how(one: Mapping[str, Any]) -> str:
    if one["parked"]:
        return f"parked: {one_line(one['parked'], 200)}"
    why = f": {one_line(one['error'], 200)}" if one.get("error") else ""
    return f"failed {counted(one['failures'], 'time')} in a row{why}" if one["failures"] else "fine"


def _notices(records: Sequence[JournalRecord] | None, now: int) -> Html:
    if records is None:
        return element("p", "There is no history yet.")
    rows = [
        [
            ago(one.at, now),
            one_line(one.reason.replace("_", " "), 60),
            one_line(str(one.data.get("subject", "")), 80),
            one_line(str(one.data.get("text", "")), 500),
        ]
        for one in records
    ]
    return listed(["When", "What", "About", "In words"], rows, f"Notices, {DAYS} days", none="Nothing.")
