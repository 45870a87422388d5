"""HTML of strangers as a tree of lxml that cannot hurt, and CSS selectors over it.

Nothing is fetched, nothing runs, libxml2's own limits of size and depth hold. A selector that takes too long over a
page made for it is ended with its parse worker.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated, Any, Final

from cssselect import HTMLTranslator, SelectorError, parse
from lxml import etree
from pydantic import AfterValidator, Field

from alertd.errors import ParseFailed
from alertd.sources.charset import decode
from alertd.sources.clean import FORBIDDEN
from alertd.sources.links import absolute
from alertd.sources.xml_tree import Element

MAX_SELECTOR: Final = 500
_META: Final = re.compile(rb"""<meta\s[^<>]{0,200}?charset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_LONG_TAG: Final = re.compile(r"<([A-Za-z][\w:.-]{0,100}+)[^<>]{1000,}+>")
_MAX_ATTRIBUTES: Final = 200
_MAX_TAG: Final = 64 << 10
_META_WITHIN: Final = 4_096
"""Bytes in which a page states its charset; HTML asks for the first 1,024, pages are later than that."""


def _check(selector: str) -> str:
    try:
        if any(one.pseudo_element for one in parse(selector)):
            raise ValueError("a selector finds elements; what of them is wanted is said by `attribute`, not by `::`")
        _xpath(selector)(etree.Element("p"))
    except (SelectorError, etree.XPathError) as error:
        raise ValueError(f"no CSS selector: {error}") from None
    return selector


def _xpath(selector: str) -> Element:
    return etree.XPath(HTMLTranslator().css_to_xpath(selector, prefix="descendant-or-self::"))


Selector = Annotated[str, AfterValidator(_check), Field(min_length=1, max_length=MAX_SELECTOR)]
"""A CSS selector as a user writes it."""


@lru_cache(maxsize=1_000)
def compiled(selector: str) -> Element:
    """Give what finds the elements of a selector, in the order of the document, below an element or at it."""
    return _xpath(selector)


def select(element: Element, selector: str) -> list[Any]:
    """Give the elements below an element, or itself, that a selector finds."""
    found: list[Any] = compiled(selector)(element)
    return found


def parse_html(body: bytes, content_type: str | None, base_url: str) -> tuple[Element, str, list[str]]:
    """Give a page's root element, what its links are relative to, and what was overlooked. Raises ParseFailed."""
    text, notes = decode(body, _typed(body, content_type))
    text = _LONG_TAG.sub(_bounded, FORBIDDEN.sub("", text))
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True, recover=True,
        collect_ids=False, default_doctype=False,
    )  # fmt: skip
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser) if text.strip() else None
    except (etree.XMLSyntaxError, etree.ParserError) as error:
        raise ParseFailed(f"HTML that cannot be read: {error.msg or error}") from None
    if root is None:
        raise ParseFailed("the page is empty")
    stated = next(iter(root.xpath("//base/@href")), "")
    return root, absolute(str(stated), base_url) or base_url, notes


def _bounded(tag: re.Match[str]) -> str:
    """Take the attributes from a start tag that has too many: the parser compares each with all others."""
    return f"<{tag[1]}>" if len(tag[0]) > _MAX_TAG or len(tag[0].split()) > _MAX_ATTRIBUTES else tag[0]


def _typed(body: bytes, content_type: str | None) -> str | None:
    """Give the content type, with the charset that the page states itself where HTTP states none."""
    if content_type and "charset" in content_type.lower():
        return content_type
    found = _META.search(body[:_META_WITHIN])
    return f"text/html; charset={found[1].decode('ascii')}" if found else content_type


def markup(element: Element) -> str:
    """Give an element as HTML, without what follows it."""
    written: str = etree.tostring(element, method="html", encoding="unicode", with_tail=False)
    return written


def line(element: Element) -> str:
    """Give the text of an element in one line, markup left out."""
    return " ".join("".join(element.itertext()).split())
