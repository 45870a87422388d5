"""What the pages are put together of: times, tables, headings, words that say how something is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from alertd.base.clock import parse_rfc3339
from alertd.base.html import Html, element
from alertd.history.charts.tables import table
from alertd.notify.clocks import age
from alertd.notify.plain import one_line
from alertd.web.callers import SignedIn
from alertd.web.page.frame import csrf

UNKNOWN = "–"
WELL = frozenset({"fine", "new", "ok", "closed", "in force"})


def section(title: str, *parts: Html, small: str = "") -> Html:
    """Write a part of a page under its heading."""
    note = [element("p", small, class_="small")] if small else []
    return element("section", element("h2", title), *note, *parts)


def listed(
    columns: Sequence[str], rows: Sequence[Sequence[str]], caption: str, *, numbers: Sequence[int] = (), none: str
) -> Html:
    """Write a table, or a sentence where there is nothing to put into it."""
    return table(columns, rows, numbers=numbers, caption=caption) if rows else element("p", none, class_="none")


def cut(there: int, most: int) -> Html:
    """Say that there are more than a page shows."""
    return element("p", f"These are {most:,} of {there:,}.", class_="small")


def ago(at: str | None, now: int, never: str = "never") -> Html:
    """Write how long ago a time was, which itself stands behind it."""
    if not at:
        return element("span", never, class_="small")
    return element("time", f"{age(max(0, now - parse_rfc3339(at)))} ago", datetime=at, title=at)


def until(at: str | None, now: int) -> Html:
    """Write in how long a time comes."""
    if not at:
        return element("span", UNKNOWN)
    left = parse_rfc3339(at) - now
    return element("time", f"in {age(left)}" if left > 0 else "now", datetime=at, title=at)


def state(word: str) -> Html:
    """Write how something is: in a word, never in a colour alone."""
    return element("span", word, class_="state-fine" if word in WELL else "state-bad")


def facts(them: Mapping[str, str]) -> Html:
    """Write names with their values, those without one left out."""
    made = [part for name, value in them.items() if value for part in (element("dt", name), element("dd", value))]
    return element("dl", *made, class_="rows")


def link(text: str, *way: str) -> Html:
    """Write a link to a page of ours; the ids of events that are pushed are others'."""
    path = "/".join(quote(one, safe="") for one in way)
    return element("a", one_line(text, 200) or "(no name)", href=f"/{path}")


def button(text: str, way: str, signed: SignedIn, **fields: str) -> Html:
    """Write a form that is one button."""
    hidden = [element("input", type="hidden", name=name, value=value) for name, value in fields.items()]
    return element("form", csrf(signed), *hidden, element("button", text, type="submit"), method="post", action=way)


def select(name: str, label: str, options: Sequence[tuple[str, str]], chosen: str) -> Html:
    """Write a choice; options are value and words."""
    made = [
        element("option", words, value=value, **({"selected": "selected"} if value == chosen else {}))
        for value, words in options
    ]
    return element("label", label, element("select", *made, name=name))


def field(name: str, label: str, value: str = "", **attributes: Any) -> Html:
    """Write a field of one line."""
    return element("label", label, element("input", name=name, value=value, **attributes))
