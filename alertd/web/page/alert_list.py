"""The list of alerts: what is chosen, and a row for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from alertd.base.clock import parse_rfc3339
from alertd.base.html import Html, element
from alertd.model import SEVERITIES, TouchedHolding
from alertd.notify.clocks import age
from alertd.notify.holdings import in_list
from alertd.web.alerts import SINCE, Which
from alertd.web.page.frame import badge
from alertd.web.portfolio_names import PortfolioName

WAY = "/alerts"
ANY = "any"
"""What the form sends where nothing is chosen."""
_SPANS = (("1d", "a day"), ("7d", "7 days"), ("30d", "30 days"), ("400d", "all"))
_STATUSES = ("open", "acknowledged", "closed", "snoozed")


def chosen(query: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Give what is chosen of what a form sends."""
    return [(name, value) for name, value in query if value and value != ANY]


def choices(which: Which, portfolios: Sequence[PortfolioName]) -> Html:
    """Write the form that chooses: it goes into the address, so that a choice can be kept as a bookmark."""
    named = [(one.id, one.title or one.id) for one in portfolios]
    if which.portfolio and which.portfolio not in dict(named):
        named.append((which.portfolio, which.portfolio))  # alerts outlive their portfolio
    since = which.since or SINCE
    fields = [
        _select("status", "Status", [("", ANY), *((one, one) for one in _STATUSES)], which.status or ""),
        _select("severity", "At least", [("", ANY), *((one, one) for one in SEVERITIES)], which.severity or ""),
        _select("portfolio", "Portfolio", [("", ANY), *named], which.portfolio or ""),
        _select("since", "Changed within", _spans(since), since),
        element("button", "Show", type="submit"),
    ]
    return element("form", *fields, class_="choices", action=WAY, role="search", aria_label="Which alerts")


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
        element("span", small, class_="small"),
        class_=f"alert {one['severity']} {one['status']}",
    )
