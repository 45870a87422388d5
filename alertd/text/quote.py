"""A source's own words around a span of its text, as evidence shows them. The core gives the same (c/quoted.c)."""

from __future__ import annotations

MAX_QUOTE = 200
"""Characters of the source's own words that one piece of evidence shows."""


def quote(text: str, start: int, end: int) -> str:
    """Give the source's own words around a span, verbatim: its line, at most 200 characters, cut between words."""
    if end - start >= MAX_QUOTE:
        return text[start : start + MAX_QUOTE]
    room = MAX_QUOTE - (end - start)
    left = max(text.rfind("\n", max(0, start - room), start) + 1, start - room, 0)
    right = text.find("\n", end, end + room)
    right = min(end + room, len(text)) if right < 0 else right
    if right - left > MAX_QUOTE:
        left = max(left, min(start - room // 2, right - MAX_QUOTE))
        right = min(right, left + MAX_QUOTE)
    if left and not text[left - 1].isspace():
        space = text.find(" ", left, start)
        left = space + 1 if space >= 0 else left
    if right < len(text) and not text[right].isspace():
        space = text.rfind(" ", end, right)
        right = space if space >= 0 else right
    return text[left:right].strip() if text[start:end].strip() == text[start:end] else text[left:right]
