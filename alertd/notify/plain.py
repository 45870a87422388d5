"""Strangers' text made safe for one line of a message: no controls, no bidi tricks, no lone surrogates, cut cleanly.

Events are clean when they come from our own sources; pushed and filtered ones need not be, and a message is the last
border before a person's screen (DESIGN.md, promise 3). Everything here is pure and never raises.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

ELLIPSIS = "…"
_JOINERS = frozenset("\u200c\u200d")
"""Zero-width (non-)joiners: Persian and Indic spelling and emoji sequences need them."""
_MAX_MARKS = 4
"""Combining marks kept on one character; more is "zalgo" text that paints over its neighbours."""
_LOOKED_AT = 8
"""Times the limit, and a bit: so much of a text is looked at for its one line, however long it is."""
_MAX_JOINED = 32
"""How far back a cut looks for the start of a combined character; beyond that it is an attack, not a character."""


def one_line(text: str, limit: int = 0) -> str:
    """Give `text` as one printable line; cut to `limit` code points if that is not 0.

    Control characters and line breaks become spaces, format characters (bidi overrides and isolates, zero-width
    spaces, tags) vanish, lone surrogates become U+FFFD, runs of white space become one space.
    """
    if limit:
        text = text[: limit * _LOOKED_AT + 200]
    if not (text.isascii() and text.isprintable()):
        text = printable(text)
    text = " ".join(text.split())
    return cut(text, limit) if limit else text


def printable(text: str) -> str:
    """Give a text without control characters and line breaks (they become spaces), format characters and lone
    surrogates; white space stays as it is.
    """
    out: list[str] = []
    marks = 0
    for char in text:
        category = unicodedata.category(char)
        if category in ("Mn", "Me"):
            marks += 1
            if marks > _MAX_MARKS:
                continue
        else:
            marks = 0
        if category in ("Cc", "Zl", "Zp", "Zs"):
            out.append(" ")
        elif category == "Cs":
            out.append("\ufffd")
        elif category != "Cf" or char in _JOINERS:
            out.append(char)
    return "".join(out)


def cut(text: str, limit: int, cost: Callable[[str], int] = len) -> str:
    """Shorten `text` to at most `limit`, ending in `…`, never inside a combined character.

    `cost` says what one character counts (Slack counts `&` as `&amp;`). It is asked for single characters only.
    """
    if len(text) * 5 <= limit or sum(map(cost, text)) <= limit:  # no cost here is above 5
        return text
    room = limit - cost(ELLIPSIS)
    if room < 0:
        return ""
    kept = used = 0
    for char in text:
        used += cost(char)
        if used > room:
            break
        kept += 1
    for whole in range(kept, max(kept - _MAX_JOINED, 0), -1):
        if whole == len(text) or not _joined(text[whole - 1], text[whole]):
            return text[:whole].rstrip() + ELLIPSIS
    return text[:kept].rstrip() + ELLIPSIS


def _joined(before: str, after: str) -> bool:
    joined = before in _JOINERS or after in _JOINERS or "\U0001f3fb" <= after <= "\U0001f3ff"  # skin tones
    return joined or unicodedata.category(after) in ("Mn", "Me", "Mc")


def web_link(url: str, limit: int) -> str:
    """Give `url` if it is an http(s) address that is safe to put behind a word, else nothing.

    At most `limit` long: a link that is too long is dropped, never cut, for a cut link leads somewhere else. Nothing
    before an `@` in the host's place: `https://bank.example@elsewhere.example` reads as what it is not.
    """
    if not url.startswith(("https://", "http://")) or len(url) > limit:
        return ""
    if any(c.isspace() or c in "<>\"'`\\|" or not c.isprintable() for c in url):
        return ""
    host = re.split(r"[/?#]", url.partition("://")[2], maxsplit=1)[0]
    return "" if not host or "@" in host else url


def counted(number: int, thing: str) -> str:
    """Write a number of things: `1 alert`, `1,200 alerts`."""
    return f"{number:,} {thing if number == 1 else thing + 's'}"
