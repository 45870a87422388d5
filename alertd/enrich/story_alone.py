"""Which reports can be no part of another's story: round-ups of many, and notices that come every day. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from alertd.model import Event
from alertd.rules.parties import named

_MANY = (
    "stocks to watch", "stock to watch", "stocks on the move", "market wrap", "markets wrap", "morning briefing",
    "daily open", "things to know", "what to watch", "week ahead", "day ahead", "week in review",
    "premarket movers", "pre market movers", "after hours movers", "biggest moves", "most active", "market movers",
    "movers", "gainers and losers", "roundup", "round up", "wrapup", "wrap up", "morning squawk",
    "lightning round", "news in brief", "in brief", "news digest", "digest", "factbox", "diary", "blog highlights",
    "stocks making", "stock market today", "market today", "live updates", "option activity", "options activity",
    "morning bid", "before the bell", "after the bell", "opening bell", "closing bell", "newsletter",
    "market update", "markets update", "market report", "top stories", "top news", "headlines", "buzzing stocks",
    "ipo calendar", "earnings calendar", "earnings scheduled", "analyst ratings", "upgrades and downgrades",
    "upgrades downgrades", "stocks that", "stocks in news", "stocks in the news", "press digest",
)  # fmt: skip
"""Words of a title that stands over many things, folded."""
_MARKETS = tuple(
    f"{where} {what} "
    for where in (
        "asia",
        "asian",
        "asia pacific",
        "european",
        "europe",
        "global",
        "world",
        "u s",
        "us",
        "wall street",
    )
    for what in ("market", "markets", "stocks", "shares", "equities", "futures")
)
"""How a title begins that tells how markets went: there is one of them every few hours."""
_DAILY = (
    "director dealing", "director dealings", "director pdmr shareholding", "director pdmr dealing", "pdmr dealing",
    "pdmr notification", "pdmr transaction", "holding s in company", "holdings in company", "tr 1",
    "total voting rights", "transaction in own shares", "transactions in own shares", "net asset value",
    "net asset value s", "block listing", "form 8 3", "form 8 5", "form 4", "form 3", "form 144", "rule 8 3",
    "notice of agm", "result of agm", "results of agm", "statement of changes in beneficial ownership",
    "publication of a prospectus", "publication of final terms", "major shareholding notification",
    "voting rights and capital", "dividend declaration", "notice of results",
)  # fmt: skip
"""Titles that many companies use word for word, each for its own notice."""
_ROUND_UPS = tuple(f" {phrase} " for phrase in _MANY)
_ROUTINE = tuple(f" {phrase} " for phrase in _DAILY)
_LIST_OF_TICKERS = re.compile(r"(?:\b[A-Z]{1,5}(?:, and |, | and | & )){2,7}[A-Z]{1,5}\b")
_CROWD = 5
"""From so many companies on, of which none is the main one, an event is about none of them."""
_MAIN = 0.5


def stands_alone(event: Event, title: str, words: Sequence[str]) -> str:
    """Say why an event is no report of one thing that happened; "" if it is. `words` are the title's, folded."""
    if event.kind == "filing":
        return ""
    padded = f" {' '.join(words)} "
    if padded[1:].startswith(_MARKETS):
        return "market report"
    if any(map(padded.__contains__, _ROUND_UPS)) or _LIST_OF_TICKERS.search(title[:500]):
        return "round-up"
    if any(map(padded.__contains__, _ROUTINE)):
        return "routine notice"
    if len(named(event)) >= _CROWD and all(mention.relevance < _MAIN for mention in event.companies):
        return "round-up"
    return ""
