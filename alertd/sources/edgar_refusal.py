"""What EDGAR sent instead of a feed, in one sentence for a person. Pure."""

from __future__ import annotations

from alertd.sources.plain import html_title, quoted

_LOOKED_AT = 20_000
_KNOWN = (
    ("file unavailable", "it is down for maintenance, or was asked for a page after the last one"),
    ("temporarily unavailable", "it is down for maintenance, or was asked for a page after the last one"),
    ("undergoing maintenance", "it is down for maintenance"),
    ("request rate threshold", "it says that more requests came from here than it allows"),
    ("undeclared automated tool", "it wants a User-Agent with a contact address"),
    ("access denied", "it denies access"),
)
"""Words of EDGAR's own pages, in lower case, and what each of these pages means."""


def no_feed(text: str) -> str:
    """Say why a document cannot be a feed; empty if it can."""
    start = text[:_LOOKED_AT].lstrip("\ufeff \t\r\n\0")
    if not start:
        return "the document is empty"
    lower = start.lower()
    if "<!doctype html" in lower[:1_000] or "<html" in lower[:1_000]:
        return _page(start, lower)
    if not start.startswith("<"):
        what = "JSON" if start[0] in "{[" else "plain text"
        return f"no feed but {what}, starting with “{quoted(start, 60)}”"
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        return "XML with a document type of its own, which no feed of EDGAR has"
    return ""


def _page(start: str, lower: str) -> str:
    title = html_title(start)
    titled = f" titled “{quoted(title, 100)}”" if title else ""
    means = next((f": {meaning}" for words, meaning in _KNOWN if words in lower), "")
    return f"EDGAR sent an HTML page{titled} instead of a feed{means}"


def is_refused(status: int, text: str) -> bool:
    """Say whether EDGAR does not want to be asked: 429, or 403 but for the file storage's, which has no such file.

    The storage behind /Archives answers 403 with an XML <Error> for a file that is not there.
    """
    start = text[:1_000].lstrip("\ufeff \t\r\n\0")
    return status == 429 or (status == 403 and not (start.startswith("<?xml") and "<Error>" in start))
