"""The XML of a form, alone or inside a full submission, as a tree that cannot hurt.

    bytes -> text (charset.py) -> from <ownershipDocument> to its end -> lxml -> names without their namespaces

Only the form's own element reaches lxml: no DOCTYPE, so no entities, and nothing of the documents around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from alertd.errors import ParseFailed
from alertd.sources.charset import decode
from alertd.sources.clean import FORBIDDEN
from alertd.sources.xml_tree import Element, parse_tree

MAX_XML = 4 << 20
"""Characters of the XML of one form. The largest real ones, of funds with a hundred persons, have a tenth of it."""
MAX_BODY = 16 << 20
"""Characters of a submission in which the form is looked for: it comes first, exhibits after it."""


def text_of(body: bytes) -> str:
    """Decode a document, or the beginning of a submission. Raises ParseFailed if there is nothing in it."""
    text, _ = decode(body[:MAX_BODY], None)
    text = FORBIDDEN.sub("", text)
    if not text.strip():
        raise ParseFailed("the document is empty")
    return text


def root_of(text: str, name: str) -> Element | None:
    """Give the first element of this name, with everything in it; none if there is none.

    Raises ParseFailed if it is cut off, too large, or no XML.
    """
    start = re.search(rf"<((?:[A-Za-z_][\w.-]{{0,40}}:)?{name})[\s/>]", text)
    if start is None:
        return None
    end = text.find(f"</{start[1]}>", start.start())
    if end < 0:
        raise ParseFailed(f"the XML is cut off: `{name}` is not closed")
    xml = text[start.start() : end + len(start[1]) + 3]
    if len(xml) > MAX_XML:
        raise ParseFailed(f"the XML has {len(xml):,} characters; more than {MAX_XML:,} are not read")
    try:
        root = parse_tree(xml)
    except etree.XMLSyntaxError as error:
        raise ParseFailed(f"the XML is malformed: {error.msg}"[:200]) from error
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.rpartition("}")[2]
    return root


def said(element: Element, path: str) -> str:
    """Give the text at a path, of its `value` where it has one; empty if there is none."""
    found = element.find(path)
    if found is None:
        return ""
    value = found.find("value")
    return ((found if value is None else value).text or "").strip()


def children(element: Element | None, *names: str, most: int) -> Iterator[Element]:
    """Give the children of these names, in the order in which they stand, and at most so many."""
    if element is None:
        return
    left = most
    for child in element:
        if child.tag in names:
            if left <= 0:
                return
            left -= 1
            yield child
