"""What became of an alert, as its page shows it: the story with its sources, what was sent, what was decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import tzinfo
from typing import TypeVar

from alertd.alerts.reasons import REASONS, outcome
from alertd.alerts.trail import DELIVERED, Report, Sent, Trail
from alertd.base.html import Html, element
from alertd.model import Alert
from alertd.notify.clocks import clock_time, moment
from alertd.notify.lines import LINK_MAX
from alertd.notify.plain import one_line, web_link
from alertd.web.page.parts import link

T = TypeVar("T")
MOST = 40
"""Of each list, the newest."""
_SENT = {
    "sent": "sent",
    "retry": "failed, will be tried again",
    "requeued": "queued again by a person",
    "dead": "given up",
    "superseded": "not sent: a newer message took its place",
    "expired": "not sent: its time had passed",
    "queued": "waits to be sent",
    "waiting": "waits for an earlier message",
    "sending": "being sent",
    "in_doubt": "may have arrived; it will be repeated",
}
_EARLIER = "What came before is in the archive: alertd why."


def timeline(trail: Trail, place: tzinfo, now: int) -> Html | None:
    """List the reports of the alert, each with its source, the newest first; None where the journal has none."""
    rows = []
    for one in _newest(trail.reports):
        event = one.event
        way = web_link(event.url, LINK_MAX)
        title = one_line(event.title, 200) or "(no headline)"
        headline = element("a", title, href=way, rel="noreferrer noopener") if way else element("span", title)
        small = element("span", " · ".join(_about(one, place, now)), class_="small")
        became = link("What became of it", "events", event.id)
        rows.append(_row(moment(event.event_at) or moment(one.at), place, now, headline, small, became))
    return _list(rows, trail) if rows else None


def _about(one: Report, place: tzinfo, now: int) -> list[str]:
    event, story = one.event, one.event.story
    parts = [f"{one_line(event.source, 64)}, trust {event.trust}"]
    if event.revision > 1:
        parts.append(f"revision {event.revision}, {(event.revision_reason or '').replace('_', ' ')}".rstrip(", "))
    seen = moment(event.seen_at)
    parts += [f"seen {clock_time(seen, place, now)}"] if seen is not None else []
    if story is not None:
        parts.append(
            "first report" if story.position == 1 else f"report {story.position}, {story.novelty * 100:.0f} % new"
        )
        parts += [f"{story.sources} sources"] if story.sources > 1 else []
    parts += ["late"] if event.late else []
    parts += ["withdrawn"] if event.withdrawn else []
    return [*parts, *([f"because {one_line(one.because, 200)}"] if one.because else [])]


def deliveries(trail: Trail, place: tzinfo, now: int) -> Html | None:
    """List what was sent, or is to be, the newest first; None where nothing was."""
    rows = []
    for one in _newest(trail.sent):
        said = element("span", element("b", one_line(one.receiver, 64)), f" {_SENT.get(one.state, one.state)}")
        rows.append(_row(moment(one.at), place, now, said, *_attempts(one)))
    return element("ol", *rows, class_="history") if rows else None


def _attempts(one: Sent) -> list[Html]:
    parts = [f"attempt {one.attempts}"] if one.attempts > 1 else []
    parts += [one_line(one.detail, 300)] if one.detail else []
    return [element("span", " · ".join(parts), class_="small")] if parts else []


def decisions(trail: Trail, alert: Alert, place: tzinfo, now: int) -> Html | None:
    """List what was decided of each report and for each receiver, with the reason, the newest first."""
    rules = {match.rule: match.title for match in alert.matches}
    rows = []
    for one in _newest(trail.reports):
        decided = one.decision
        detail = f": {one_line(decided.detail, 300)}" if decided.detail else ""
        why = REASONS.get(decided.reason, decided.reason.replace("_", " "))
        said = element("span", element("b", f"{why[:1].upper()}{why[1:]}"), detail)
        told = [
            element("li", element("b", one_line(name, 64)), f" {_outcome(what)}", class_="small")
            for name, what in decided.receivers.items()
        ]
        named = ", ".join(one_line(rules.get(rule) or rule, 100) for rule in decided.rules[:5])
        held = [element("span", f"Rules: {named}", class_="small")] if named else []
        rows.append(_row(moment(one.at), place, now, said, *held, *([element("ul", *told)] if told else [])))
    return _list(rows, trail) if rows else None


def _outcome(what: str) -> str:
    return "is told" if what.startswith(DELIVERED) else one_line(outcome(what), 200)


def _row(at: int | None, place: tzinfo, now: int, *inside: Html) -> Html:
    when = element("time", clock_time(at, place, now)) if at is not None else element("time", "not yet")
    return element("li", when, element("div", *inside))


def _list(rows: Iterable[Html], trail: Trail) -> Html:
    more = [element("li", element("span", _EARLIER, class_="small"))] if trail.begins_late else []
    return element("ol", *rows, *more, class_="history")


def _newest(them: Sequence[T]) -> list[T]:
    return list(reversed(them[-MOST:]))
