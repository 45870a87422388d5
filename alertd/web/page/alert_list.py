"""The list of alerts: what is chosen, and a row for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec

from alertd.asking.choices import Choices
from alertd.asking.portfolio_names import PortfolioName
from alertd.base.clock import parse_rfc3339
from alertd.base.html import Html, element, joined
from alertd.model import SEVERITIES, TouchedHolding
from alertd.notify.clocks import age
from alertd.notify.holdings import in_list
from alertd.notify.plain import one_line
from alertd.web.alert_types import SINCE, Which
from alertd.web.page.alert_text import Span, marked
from alertd.web.page.frame import badge

WAY = "/alerts"
ALL = "400d"
ANY = "any"
"""What the form sends where nothing is chosen."""
_SELECTS = frozenset({"status", "severity", "portfolio"})
_SPANS = (("1d", "a day"), ("7d", "7 days"), ("30d", "30 days"), (ALL, "all"))
_MORE = (
    ("company", "Company", "companies"), ("event_type", "Event type", "event_types"), ("source", "Source", "sources"),
    ("rule", "Rule", "rules"),
)  # fmt: skip
"""Fields that are chosen from what there is (`Choices`), or typed; they stand folded until one is used."""
_STATUSES = ("open", "acknowledged", "closed", "snoozed")


def chosen(query: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Give what is chosen of what a form sends."""
    return [(name, value) for name, value in query if value and not (value == ANY and name in _SELECTS)]


def choices(which: Which, portfolios: Sequence[PortfolioName], there: Choices) -> Html:
    """Write the form that chooses: it goes into the address, so that a choice can be kept as a bookmark."""
    named = [(one.id, one.title or one.id) for one in portfolios]
    if which.portfolio and which.portfolio not in dict(named):
        named.append((which.portfolio, which.portfolio))  # alerts outlive their portfolio
    since = which.since or (ALL if which.text else SINCE)
    more = [_input(name, label, str(getattr(which, name) or ""), getattr(there, them)) for name, label, them in _MORE]
    unfolded = any(getattr(which, name) for name, _, _ in _MORE)
    rest = [
        _select("status", "Status", [("", ANY), *((one, one) for one in _STATUSES)], which.status or ""),
        _select("severity", "At least", [("", ANY), *((one, one) for one in SEVERITIES)], which.severity or ""),
        _select("portfolio", "Portfolio", [("", ANY), *named], which.portfolio or ""),
        _select("since", "Changed within", _spans(since), since),
        element("button", "Show", type="submit"),
        element("details", element("summary", "More"), element("div", *more), open="open" if unfolded else ""),
    ]
    used = unfolded or any((which.status, which.severity, which.portfolio, which.since not in ("", SINCE)))
    return element(
        "form",
        element("label", "Words", element("input", type="search", name="text", value=which.text, maxlength="200")),
        _fold(used),
        element("div", *rest, class_="rest"),
        class_="choices", action=WAY, role="search", aria_label="Which alerts",
    )  # fmt: skip


def _fold(used: bool) -> Html:
    """Make what shows the rest of the form on a phone, where the alerts come first; elsewhere all of it is shown."""
    box = element("input", type="checkbox", **({"checked": "checked"} if used else {}))
    return element("label", box, "Filters", class_="fold")


def _input(name: str, label: str, value: str, there: Mapping[str, str]) -> Html:
    """Write a field with what there is to choose from: alerts outlive that, so anything can be typed."""
    ways = {"list": f"all-{name}"} if there else {}
    field = element("input", name=name, value=value, size="16", maxlength="200", **ways)
    offered = [element("option", one_line(words, 80), value=one) for one, words in there.items()]
    return joined(
        element("label", label, field), *([element("datalist", *offered, id=f"all-{name}")] if there else [])
    )


def _spans(since: str) -> list[tuple[str, str]]:
    known = list(_SPANS)
    return known if since in dict(known) else [*known, (since, since)]


def _select(name: str, label: str, options: Sequence[tuple[str, str]], selected: str) -> Html:
    made = [
        element("option", text, value=value or ANY, **({"selected": "selected"} if value == selected else {}))
        for value, text in options
    ]
    return element("label", label, element("select", *made, name=name))


def row(one: Mapping[str, Any], now: int) -> Html:
    """Write an alert of a list (`alerts.rows.row`)."""
    state = str(one["status"])
    if one["acknowledged_by"]:
        state = f"{state} by {one['acknowledged_by']}"
    elif one["snoozed_until"] and parse_rfc3339(one["snoozed_until"]) > now:
        state = "snoozed"
    when = age(max(0, now - parse_rfc3339(one["updated_at"])))
    small = " · ".join([str(one["portfolio_title"] or one["portfolio"]), state, f"{when} ago"])
    held = in_list(msgspec.convert(one.get("holdings") or [], list[TouchedHolding]))
    return element(
        "li",
        badge(str(one["severity"])),
        element("a", str(one["title"]) or "(no headline)", href=f"{WAY}/{one['id']}"),
        *([element("span", held, class_="held")] if held else []),
        *([_snippet(one["snippet"], one["hits"])] if one.get("snippet") else []),
        element("span", small, class_="small"),
        class_=f"alert {one['severity']} {one['status']}",
    )


def _snippet(text: str, hits: Sequence[Sequence[int]]) -> Html:
    """Write the words around what was found, with that marked."""
    places = [Span(start, end, "") for start, end in hits]
    return element("span", marked(text, places), class_="snippet")


def turn(query: Sequence[tuple[str, str]], cursor: str) -> Html:
    """Write the ways to older alerts, which begin at a cursor, and back to the newest."""
    kept = [(name, value) for name, value in chosen(query) if name != "cursor"]
    ways = [("To the newest", kept)] if any(name == "cursor" for name, _ in query) else []
    ways += [("Older", [*kept, ("cursor", cursor)])] if cursor else []
    if not ways:
        return joined()
    links = [element("a", text, href=f"{WAY}?{urlencode(to)}", class_="go") for text, to in ways]
    return element("nav", *links, aria_label="More alerts", class_="turn")
