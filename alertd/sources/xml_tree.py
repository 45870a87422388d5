"""XML of strangers as a tree of lxml that cannot hurt: no entities, nothing fetched, libxml2's own limits of size."""

from __future__ import annotations

from typing import Any, TypeAlias

from lxml import etree

Element: TypeAlias = Any
"""An lxml element; lxml has no types of its own."""


def parse_tree(text: str) -> Element:
    """Give the root element of a text. Raises etree.XMLSyntaxError."""
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True, collect_ids=False,
    )  # fmt: skip
    return etree.fromstring(text.encode("utf-8", "replace"), parser)
