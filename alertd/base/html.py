"""HTML that is escaped by construction: what is not made by `element` is text, and text cannot become markup."""

from __future__ import annotations

import re
from html import escape

_NAME = re.compile(r"[a-z][a-z0-9-]*")
_EMPTY = frozenset({"br", "hr", "img", "input", "link", "meta"})


class Html(str):
    """Markup that `element` or `document` made. Nothing else may make one."""

    __slots__ = ()


def element(tag: str, /, *children: str, **attributes: str) -> Html:
    """Make an element. Children that are not Html are text and are escaped, and so is each attribute's value.

    An attribute that is Python's word takes a `_` behind it (`class_`), `_` within a name is `-`; with an empty value
    it is left out. Raises ValueError for names that are none.
    """
    given = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items() if value}
    if not all(map(_NAME.fullmatch, (tag, *given))):
        raise ValueError(f"names of HTML are lower-case words: {tag} {list(given)}")
    head = tag + "".join(f' {key}="{escape(value, quote=True)}"' for key, value in given.items())
    if tag in _EMPTY:
        return Html(f"<{head}>")
    return Html(f"<{head}>{_joined(children)}</{tag}>")


def joined(*children: str) -> Html:
    """Put children side by side without an element around them."""
    return Html(_joined(children))


def flow(*children: str) -> Html:
    """Put children together without white space between them, as parts of one word or sentence."""
    return Html("".join(child if isinstance(child, Html) else escape(child, quote=False) for child in children))


def style_sheet(css: str) -> Html:
    """Make a style element of our own CSS, which is never escaped. Raises ValueError if it could end the element."""
    if "<" in css:
        raise ValueError("CSS within HTML must not hold <")
    return Html(f"<style>{css}</style>")


def document(head: Html, body: Html) -> str:
    """Put a page together."""
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>{body}</html>\n'


def _joined(children: tuple[str, ...]) -> str:
    return "\n".join(child if isinstance(child, Html) else escape(child, quote=False) for child in children)
