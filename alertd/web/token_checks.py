"""What is doubtful in who may come in: unknown desks, portfolios that are not theirs, names that anybody can take."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from alertd.base import suggest
from alertd.base.yaml import Document
from alertd.errors import Fault
from alertd.web.config import DeskToken, WebConfig
from alertd.web.guards import is_loopback


def unknown_desks(doc: Document, tokens: Sequence[DeskToken], desks: Collection[str]) -> Iterator[Fault]:
    """Name tokens of desks to which nothing belongs; `desks` are those of portfolios, receivers and sources."""
    places = {item.get("name"): at for at, item in doc.items(("web", "tokens"))}
    for one in tokens:
        if one.desk is None or one.desk in desks:
            continue
        message = f"nothing belongs to desk `{one.desk}`: token `{one.name}` opens only what is nobody's"
        hint = (
            suggest.hint(one.desk, sorted(desks)) or f"write `desk: {one.desk}` in a portfolio, or take it out here"
        )
        yield doc.fault((*places.get(one.name, ("web", "tokens")), "desk"), message, hint, severity="warning")


def foreign_portfolios(
    doc: Document, tokens: Sequence[DeskToken], portfolios: Mapping[str, str | None]
) -> Iterator[Fault]:
    """Name tokens for portfolios that there are not, or not on their desk; `portfolios`: id -> desk."""
    places = {item.get("name"): at for at, item in doc.items(("web", "tokens"))}
    for one in tokens:
        there = {name for name, desk in portfolios.items() if desk == one.desk}
        for name in one.portfolios:
            if name in there:
                continue
            whose = f"desk `{one.desk}` has" if one.desk is not None else "of those without a desk there is"
            message = f"{whose} no portfolio `{name}`: token `{one.name}` opens nothing by it"
            hint = suggest.hint(name, sorted(there)) or "take it out here"
            at = (*places.get(one.name, ("web", "tokens")), "portfolios")
            yield doc.fault(at, message, hint, severity="warning")


def open_names(doc: Document, web: WebConfig) -> Iterator[Fault]:
    """Name trusted proxies on this machine where a header says who asks: whoever can run a program here can connect
    as one, and be whom they like.
    """
    for number, network in enumerate(web.outside.proxies if web.user_header is not None else ()):
        if not is_loopback(str(network.network_address)):
            continue
        message = f"anybody on this machine can connect as this proxy and say in {web.user_header} who they are"
        hint = "let nobody else on it, let the proxy come from a machine of its own, or give people a token each"
        yield doc.fault(("web", "trusted_proxies", number), message, hint, severity="warning")
