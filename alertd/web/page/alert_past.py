"""An alert that Redis has forgotten, from what the history kept of it: old messages lead here, and old lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from alertd.base.html import Html, element
from alertd.model import TouchedHolding
from alertd.notify.holdings import in_list
from alertd.notify.plain import one_line, web_link
from alertd.web.page.frame import badge, said
from alertd.web.page.parts import ago, facts, link

MOST_ADDRESS = 2_000
"""Characters of an address that is linked to."""


def past_page(one: Mapping[str, Any], now: int) -> tuple[str, list[Html]]:
    """Write it, from a row as `History.alert` gives it; gives its title and what is shown."""
    title = one_line(str(one["title"]), 300) or "(no headline)"
    words = [f"{one[kind]} call it {kind}" for kind in ("useful", "noise") if one.get(kind)]
    told = [f"{name} (revision {revision})" for name, revision in (one.get("told") or {}).items()]
    address = web_link(str(one["url"] or ""), MOST_ADDRESS)
    return title, [
        said("It is over, and Redis keeps it no more. This is what the history has of it."),
        element("p", badge(str(one["severity"])), element("span", str(one["status"]), class_="small"),
                class_="status"),
        facts({
            "Portfolio": link(str(one["portfolio_title"] or one["portfolio"]), "portfolios", str(one["portfolio"])),
            "Rules": one_line(", ".join(one["rules"] or []), 400),
            "Holdings": _held(one.get("holdings") or []),
            "First": ago(one["first_at"], now),
            "Changed last": ago(one["updated_at"], now),
            "Taken by": one_line(str(one["acknowledged_by"] or ""), 80),
            "Told": one_line(", ".join(told), 400),
            "Answers": ", ".join(words),
        }),
        *([element("p", element("a", "Read source", href=address, rel="noreferrer noopener", class_="go"))]
          if address else []),
        *([element("p", "Carried on by ", link("another alert", "alerts", str(one["merged_into"])))]
          if one.get("merged_into") else []),
        element("p", "All that was decided about it: ", element("code", f"alertd why {one['id']}")),
    ]  # fmt: skip


def _held(holdings: list[Any]) -> str:
    try:
        return in_list(msgspec.convert(holdings, list[TouchedHolding]))
    except msgspec.ValidationError:  # a newer version wrote them
        return ""
