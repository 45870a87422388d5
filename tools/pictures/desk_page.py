"""The desk's page as a browser shows it: the list, and the seed story's alert after a second source and an answer."""

from __future__ import annotations

import re

from msgspec import to_builtins
from msgspec.structs import replace

from alertd.alerts.rows import row
from alertd.alerts.trail import EVERYBODY, Trail, trail_of
from alertd.asking.caller import Caller
from alertd.asking.choices import Choices
from alertd.asking.portfolio_names import PortfolioName
from alertd.base.clock import rfc3339
from alertd.base.html import element, style_sheet
from alertd.base.ids import alert_id, delivery_id
from alertd.model import (
    AlertState,
    Change,
    ChangeKind,
    Decision,
    Event,
    JournalRecord,
    Match,
    Message,
    Story,
    TouchedHolding,
    event_to_dict,
)
from alertd.web.alerts import Which
from alertd.web.callers import SignedIn
from alertd.web.page import alert_list
from alertd.web.page.alert_page import alert_page
from alertd.web.page.frame import file, page
from tools.pictures import stories
from tools.pictures.stories import SENT

_SIGNED = SignedIn(Caller("jd@example.com", desk="ai"), csrf="0" * 32, until_s=0)
_MINUTE = 60_000
NOW = SENT + 14 * _MINUTE


def one_alert() -> str:
    """Show the alert."""
    state, trail = _alert()
    title, shown = alert_page(state, trail, _SIGNED, NOW)
    return _alone(page(title, *shown, signed=_SIGNED, here="/alerts", live=True, headed=False).text or "")


def listed() -> str:
    """Show the list, with the seed story's alert on top."""
    state, _ = _alert()
    rows = [row(state), *(row(one) for one in _others(state))]
    names = [PortfolioName("ai-infrastructure", "AI infrastructure"), PortfolioName("power", "Power and grid")]
    shown = element("ol", *(alert_list.row(one, NOW) for one in rows), class_="alerts")
    form = alert_list.choices(Which(), names, Choices())
    live = element("div", shown, id="live")
    return _alone(page("Alerts", form, live, signed=_SIGNED, here="/alerts", live=True).text or "")


def _alone(text: str) -> str:
    """Put the style sheet into the page, since nothing is fetched here, and leave out the script."""
    text = re.sub(r"<script[^>]*></script>", "", text)
    text = text.replace('id="state" role="status"></p>', 'id="state" role="status">Live.</p>')
    return re.sub(r'<link rel="stylesheet"[^>]*>', lambda _: style_sheet(file("page.css").decode()), text)


def _alert() -> tuple[AlertState, Trail]:
    """Make the alert fourteen minutes on: a second source has it, and somebody has taken it."""
    message = stories.seed(noted=True)
    assert message.alert is not None and message.event is not None
    first, second = message.event, _second(message.event)
    at = [rfc3339(SENT - 500), rfc3339(SENT + 3 * _MINUTE), rfc3339(SENT + 5 * _MINUTE)]
    texts = ["first report", "also reported by second-wire (2 independent sources)", "acknowledged by jd@example.com"]
    reasons: tuple[ChangeKind, ...] = ("first", "update_material", "acknowledged")
    changes = [
        Change(at=when, revision=n, event=one.id, event_revision=1, reason=reason, text=text)
        for n, (when, one, reason, text) in enumerate(
            zip(at, (first, second, second), reasons, texts, strict=True), 1
        )
    ]
    alert = replace(
        message.alert, revision=3, status="acknowledged", acknowledged_by="jd@example.com", acknowledged_at=at[2],
        updated_at=at[2], changes=changes,
    )  # fmt: skip
    state = AlertState(
        alert=alert, event=first, sources=2, portfolio_title=message.portfolio_title, timezone=message.timezone
    )
    lines = [*_decided(state, first, at[0], 1, "first"), *_decided(state, second, at[1], 2, "update_material")]
    return state, trail_of(state, lines, (), EVERYBODY)


def _second(event: Event) -> Event:
    return replace(
        event, id="ev_second", source="second-wire", title="SpaceX to rent supercomputer to Anthropic, sources say",
        url="https://second.example.com/1", story=Story(id="st_seed", sources=2, position=2, novelty=0.75),
        seen_at=rfc3339(SENT + 3 * _MINUTE), event_at=rfc3339(SENT + 3 * _MINUTE - 2000),
    )  # fmt: skip


def _decided(state: AlertState, event: Event, at: str, revision: int, reason: str) -> list[JournalRecord]:
    alert, told = state.alert, {}
    for receiver in ("ai-desk", "pm-mail"):
        told[receiver] = delivery_id(receiver, alert.id, revision)
    if revision > 1:
        told["pm-mail"] = "quiet_until: until 07:30 EST"
    rules = list(dict.fromkeys(match.rule for match in alert.matches))
    decision = Decision(
        portfolio=alert.portfolio, alert=alert.id, alert_revision=revision, reason=reason,  # type: ignore[arg-type]
        receivers=told, rules=rules,
    )  # fmt: skip
    data = {"event": event_to_dict(event), "decisions": [to_builtins(decision)]}
    lines = [JournalRecord(kind="event", at=at, ids=[alert.id], reason=reason, data=data)]
    for receiver, delivery in told.items():
        if delivery.startswith("dl_"):
            sent = {"delivery": delivery, "receiver": receiver, "attempts": 1}
            lines.append(JournalRecord(kind="delivery", at=at, ids=[alert.id], reason="sent", data=sent))
    return lines


def _others(state: AlertState) -> list[AlertState]:
    """Make the alerts below it: those of the pictured brief."""
    digest: Message = stories.brief()
    assert digest.digest is not None
    found = []
    for item in digest.digest.items[1:]:
        alert = replace(
            state.alert, id=alert_id(item.portfolio, item.title), severity=item.severity, title=item.title,
            status=item.status, updated_at=item.updated_at, first_at=item.first_at,
            acknowledged_by="jd@example.com" if item.status == "acknowledged" else None,
            matches=[_holding(state, item.holdings)],
        )  # fmt: skip
        found.append(replace(state, alert=alert, event=None))
    return found


def _holding(state: AlertState, holdings: list[TouchedHolding]) -> Match:
    return replace(state.alert.matches[0], holdings=holdings)
