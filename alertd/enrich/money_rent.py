"""What is paid by the year for what is let is the revenue of who lets, also where its sentence says only `deal`.

A sentence that names both sides says so itself (`money_owner.py`). `They put the price at $3bn a year` does not: it
takes the parties of the event, which are known once the roles are.
"""

from __future__ import annotations

from msgspec.structs import replace

from alertd.enrich.draft import Draft
from alertd.model import Amount

_LESSOR = "lessor"
_RENT_PER = frozenset(("year", "quarter", "month"))


def add_rents(draft: Draft) -> None:
    """Say whose revenue the rents are; amounts that the event brought with it stay as they are."""
    if not draft.found_amounts:
        return
    lessors = {party.company for one in draft.types for party in one.parties if party.role == _LESSOR}
    if len(lessors) != 1:
        return
    (lessor,) = lessors
    amounts = [_as_rent(one, lessor) for one in draft.event.amounts]
    draft.event = replace(draft.event, amounts=amounts)


def _as_rent(amount: Amount, lessor: str) -> Amount:
    is_rent = amount.role == "deal_value" and amount.per in _RENT_PER and not amount.derived
    return replace(amount, role="revenue", of=lessor) if is_rent and amount.of in (None, lessor) else amount
