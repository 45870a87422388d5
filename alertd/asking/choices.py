"""What the fields of the alerts' list offer: what is in force for whoever looks, so that nobody has to guess ids.

It is a help and no wall: what is not offered (an alert outlives its rule, its source and its holding) can be typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from alertd.asking.in_force import InForce
from alertd.asking.portfolio_names import PortfolioName
from alertd.companies.model import Holding
from alertd.rules.walls import may_see

MOST = 300
"""Of each kind: a page carries them all."""
MOST_READ = 2_000
"""Rules and holdings that are read for it: a page does not wait for a book of a hundred thousand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What is offered, each value with words for people."""

    companies: dict[str, str] = field(default_factory=dict)
    event_types: dict[str, str] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    rules: dict[str, str] = field(default_factory=dict)


async def choices_of(in_force: InForce, portfolios: Sequence[PortfolioName], desk: str | None) -> Choices:
    """Give what there is: rules and holdings of these portfolios, as far as they are few, and sources of the desk.

    The portfolios are those that whoever looks may see; `desk` None: they see all desks.
    """
    left, read = MOST_READ, list[str]()
    for one in portfolios:
        if one.rules + one.holdings <= left:
            left -= one.rules + one.holdings
            read.append(one.id)
    sources = ((one.id, one.type) for one in in_force.reach.sources if may_see(desk, one.desk))
    book = await in_force.book(read)
    if book is None:
        return Choices(sources=_first(sources))
    held = [one for portfolio in book.portfolios for one in portfolio.holdings.positions.values()]
    return Choices(
        companies=_first((one.label or one.company, _called(one)) for one in held),
        event_types=_first((one.id, one.title) for one in book.event_types),
        sources=_first(sources),
        rules=_first((rule.id, rule.title) for _, rule in book.rules()),
    )


def _called(one: Holding) -> str:
    """Say which company it is, as the alerts do: `Microsoft (MSFT)`."""
    return f"{one.name} ({one.label})" if one.name else one.label or one.company


def _first(found: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Give the first of them in the order of the alphabet, each once."""
    return dict(sorted(dict(found).items(), key=lambda one: one[0].casefold())[:MOST])
