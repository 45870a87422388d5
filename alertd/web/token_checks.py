"""What is wrong with `web.tokens` that only the whole shows: desks that nobody has."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from alertd.base import suggest
from alertd.base.yaml import Document
from alertd.errors import Fault
from alertd.web.config import DeskToken


def unknown_desks(doc: Document, tokens: Sequence[DeskToken], desks: Collection[str]) -> Iterator[Fault]:
    """Name tokens of desks to which nothing belongs; `desks` are those of portfolios, receivers and sources."""
    places = {item.get("name"): at for at, item in doc.items(("web", "tokens"))}
    for one in tokens:
        if one.desk in desks:
            continue
        message = f"nothing belongs to desk `{one.desk}`: token `{one.name}` opens only what is nobody's"
        hint = (
            suggest.hint(one.desk, sorted(desks)) or f"write `desk: {one.desk}` in a portfolio, or take it out here"
        )
        yield doc.fault((*places.get(one.name, ("web", "tokens")), "desk"), message, hint, severity="warning")
