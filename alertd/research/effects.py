"""What an event of a type is for the companies in it, and for those one relation away: good, bad, or nobody can tell.

A table and nothing more: for each event type (or `type/kind`) and role the sign for the company itself, and what it
is for a neighbour by what that neighbour is to it (`supplier`…) and, where that matters, by what it supplies. Only
what follows from the thing itself stands here; where two careful people could disagree there is no sign, and the
neighbour is called exposed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from alertd.companies.model import Goods, RelationType
from alertd.model import ReportedType
from alertd.research.material import Sign


class Effect(NamedTuple):
    """A sign, and what makes it so: of a company itself a predicate (`gets the rent`), of a neighbour a clause."""

    sign: Sign | None
    why: str
    only: Goods | None = None
    """Of a neighbour: it follows only if this is what it supplies or leases, as the relation says."""


UNKNOWN = Effect(None, "")
HAS_TO_PAY = Effect(-1, "has to pay")
JUDGED, PAID = ("litigation", "regulatory_action"), ("penalty",)
"""Types, and roles of an amount, in which whose amount it is has to pay, whatever role the company plays; how firm
that is, `standing.py` reads."""

_GROWS: dict[RelationType, Effect] = {
    "supplier": Effect(1, "more of what it supplies may be needed"),
    "investor": Effect(1, "its stake gains"),
    "owner": Effect(1, "what it owns gains"),
    "lender": Effect(1, "its loan is safer"),
}
"""Near to a company whose business grows."""

_SHRINKS: dict[RelationType, Effect] = {
    "supplier": Effect(-1, "less of what it supplies may be needed"),
    "lessor": Effect(-1, "its tenant is weaker"),
    "investor": Effect(-1, "its stake loses"),
    "owner": Effect(-1, "what it owns loses"),
    "lender": Effect(-1, "its loan is less safe"),
}
"""Near to a company whose business shrinks."""

_FAILS: dict[RelationType, Effect] = _SHRINKS | {"customer": Effect(-1, "what it buys may not come")}
"""Near to a company that may not deliver."""

_WON: dict[RelationType, Effect] = _GROWS | {"competitor": Effect(-1, "the business went to its competitor")}
"""Near to a company that has won business."""

_MOVES_ON: dict[RelationType, Effect] = {
    "supplier": Effect(-1, "its customer now takes capacity elsewhere", only="compute"),
    "lessor": Effect(-1, "its tenant now takes capacity elsewhere", only="compute"),
}
"""Near to a tenant that takes its computing somewhere else: who makes its chips may sell them to the new lessor."""

_LICENSED_MORE: dict[RelationType, Effect] = {
    "licensor": Effect(1, "its licensee may earn more by it"),
    "licensee": Effect(1, "what it has licensed may be sold"),
}
_LICENSED_LESS: dict[RelationType, Effect] = {
    "licensor": Effect(-1, "its licensee earns less by it"),
    "licensee": Effect(-1, "what it has licensed may not be sold"),
}
_STOPS: dict[RelationType, Effect] = {"customer": Effect(-1, "what it buys may come late")}
"""Near to a company that cannot deliver for a while."""

_ROLES: dict[str, dict[str, tuple[Effect, dict[RelationType, Effect]]]] = {
    "acquisition": {"target": (Effect(1, "is to be bought"), {"owner": Effect(1, "what it owns is bid for")})},
    "acquisition/abandoned": {"target": (Effect(-1, "is not bought after all"), {})},
    "acquisition/blocked": {"target": (Effect(-1, "may not be bought"), {})},
    "auditor_change": {},
    "bankruptcy": {"issuer": (Effect(-1, "cannot pay its debts"), _FAILS)},
    "bankruptcy/emergence": {"issuer": (Effect(1, "leaves bankruptcy"), {})},
    "buyback": {"issuer": (Effect(1, "buys its own shares"), {})},
    "buyback/stopped": {"issuer": (Effect(-1, "stops buying its own shares"), {})},
    "clinical_result/failure": {"sponsor": (Effect(-1, "failed in its trial"), _LICENSED_LESS)},
    "clinical_result/success": {"sponsor": (Effect(1, "succeeded in its trial"), _LICENSED_MORE)},
    "compute_lease": {
        "lessor": (Effect(1, "gets the rent"), _WON),
        "lessee": (UNKNOWN, _MOVES_ON),
    },
    "contract_award": {"contractor": (Effect(1, "wins the contract"), _WON)},
    "contract_dispute": {"respondent": (Effect(-1, "is accused"), {})},
    "contract_termination/lease": {"terminated": (Effect(-1, "loses the tenant or the lease"), _SHRINKS)},
    "contract_termination/commercial": {"terminated": (Effect(-1, "loses the contract"), _SHRINKS)},
    "contract_termination": {"terminated": (Effect(-1, "loses the contract"), _SHRINKS)},
    "cyber_incident": {"victim": (Effect(-1, "was attacked"), _STOPS)},
    "default": {
        "issuer": (Effect(-1, "does not pay"), _FAILS),
        "lender": (Effect(-1, "is not paid"), {}),
    },
    "delisting": {"issuer": (Effect(-1, "may lose its listing"), {})},
    "dividend_change/cut": {"issuer": (Effect(-1, "pays less"), {})},
    "dividend_change/suspended": {"issuer": (Effect(-1, "pays nothing"), {})},
    "dividend_change/raised": {"issuer": (Effect(1, "pays more"), {})},
    "dividend_change/special": {"issuer": (Effect(1, "pays once more"), {})},
    "drug_decision/approval": {"sponsor": (Effect(1, "may sell its drug"), _LICENSED_MORE)},
    "drug_decision/rejection": {"sponsor": (Effect(-1, "may not sell its drug"), _LICENSED_LESS)},
    "drug_decision/hold": {"sponsor": (Effect(-1, "has to stop its trial"), {})},
    "going_concern": {"issuer": (Effect(-1, "may not be able to go on"), _FAILS)},
    "guidance/weak": {"issuer": (Effect(-1, "expects less"), {})},
    "guidance_cut": {"issuer": (Effect(-1, "expects less than it did"), {})},
    "guidance_raise": {"issuer": (Effect(1, "expects more than it did"), {})},
    "impairment": {"issuer": (Effect(-1, "writes down what it owns"), {})},
    "offering/equity": {"issuer": (Effect(-1, "issues more shares"), {})},
    "offering/convertible": {"issuer": (Effect(-1, "may issue more shares"), {})},
    "outage": {"issuer": (Effect(-1, "cannot deliver"), _STOPS)},
    "price_target/lowered": {"issuer": (Effect(-1, "has its price target cut"), {})},
    "price_target/raised": {"issuer": (Effect(1, "has its price target raised"), {})},
    "product_recall": {"issuer": (Effect(-1, "has to take goods back"), {})},
    "rating_change/downgrade": {"issuer": (Effect(-1, "is rated lower"), {})},
    "rating_change/upgrade": {"issuer": (Effect(1, "is rated higher"), {})},
    "regulatory_action/fine": {"subject": (HAS_TO_PAY, {})},
    "regulatory_action/inquiry": {"subject": (Effect(-1, "is looked into"), {})},
    "restatement": {"issuer": (Effect(-1, "has to correct its figures"), {})},
    "sanctions": {"subject": (Effect(-1, "is sanctioned"), {})},
    "short_report": {"issuer": (Effect(-1, "is accused by a short seller"), {})},
    "strike": {"issuer": (Effect(-1, "is struck"), _STOPS)},
    "strike/ended": {"issuer": (UNKNOWN, {})},
    "strike/lockout": {"issuer": (Effect(-1, "has locked its workers out"), _STOPS)},
    "strike/threatened": {"issuer": (Effect(-1, "may be struck"), {})},
    "supply_agreement": {"supplier": (Effect(1, "gets the order"), _WON)},
    "tender_offer": {"target": (Effect(1, "is bid for"), {})},
    "trading_halt": {"issuer": (Effect(-1, "cannot be traded"), {})},
    "trading_halt/resumed": {"issuer": (UNKNOWN, {})},
}  # fmt: skip


def on_itself(found: ReportedType, role: str | None) -> Effect:
    """Say what an event is for a company that plays a role in it."""
    return _entry(found, role)[0]


def on_neighbour(found: ReportedType, role: str | None, relation: RelationType, what: Sequence[Goods] = ()) -> Effect:
    """Say what an event is for whoever is `relation` (supplier…) of `what` to a company that plays a role in it."""
    effect = _entry(found, role)[1].get(relation, UNKNOWN)
    return effect if effect.only is None or effect.only in what else UNKNOWN


def _entry(found: ReportedType, role: str | None) -> tuple[Effect, dict[RelationType, Effect]]:
    """Give the entry of the type's kind, or of the type; nothing follows from what is denied."""
    if found.status == "denied":
        return UNKNOWN, {}
    roles = _ROLES.get(f"{found.type}/{found.kind}" if found.kind else found.type, _ROLES.get(found.type, {}))
    return roles.get(role or "", (UNKNOWN, {}))


def known() -> dict[str, frozenset[str]]:
    """Give the types, and kinds of types, that the table speaks of, each with its roles."""
    return {name: frozenset(roles) for name, roles in _ROLES.items()}
