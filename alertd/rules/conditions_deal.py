"""How the conditions on what an event reports are read: types, money, terms, facts, tone, novelty."""

from __future__ import annotations

from typing import Any

from alertd.base import suggest
from alertd.base.yaml import Path
from alertd.rules import conditions_company
from alertd.rules.conditions_words import TERMS, read_terms
from alertd.rules.facts import CODES, FACTS, Asked, Facts
from alertd.rules.limits import Limit
from alertd.rules.money import AMOUNT_ROLES, AMOUNT_SCHEMA_PATTERN, Money, MoneyLimit, parse_money
from alertd.rules.reader import LIMIT, Operator, Reader, key_of, one_or_more
from alertd.rules.reader_hints import DEFINE_KIND, DEFINE_TYPE
from alertd.rules.reported import DEAL_TERMS, STATUSES, SURE, DealTerms, Reports
from alertd.rules.tone import Novelty, Tone
from alertd.rules.tree import Condition


def _read_event_type(reader: Reader, path: Path, depth: int) -> Condition | None:
    types = reader.choices(path, reader.known.event_types, "event type", DEFINE_TYPE)
    statuses: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    sure: float | None = SURE
    sound = bool(types)
    if (at := reader.option(path, "status")) is not None:
        statuses = reader.choices(at, STATUSES, "status")
        sound = sound and bool(statuses)
    if (at := reader.option(path, "event_kind")) is not None:
        kinds = reader.choices(at, reader.known.event_kinds, "kind of event", DEFINE_KIND)
        sound = sound and bool(kinds)
    if (at := reader.option(path, "min_confidence")) is not None:
        sure = reader.number(at, 0, 1)
    return Reports(types, statuses, sure, kinds) if sound and sure is not None else None


def _read_amount(reader: Reader, path: Path, depth: int) -> Condition | None:
    limit = _money(reader, path)
    roles: tuple[str, ...] = ()
    if (at := reader.option(path, "role")) is not None:
        roles = reader.choices(at, AMOUNT_ROLES, "role of an amount")
        if not roles:
            return None
    return Money(limit, roles) if limit is not None else None


def _money(reader: Reader, path: Path) -> MoneyLimit | None:
    try:
        return parse_money(reader.value(path))
    except ValueError as error:
        reader.fault(path, f"`{key_of(path)}`: {error}")
        return None


def _read_terms(reader: Reader, path: Path, depth: int) -> Condition | None:
    terms = reader.choices(path, DEAL_TERMS, "deal term")
    return DealTerms(terms) if terms else None


def _read_sentiment(reader: Reader, path: Path, depth: int) -> Condition | None:
    if reader.option(path, "of") is not None:
        return conditions_company.read_company_sentiment(reader, path, depth)
    limit = reader.limit(path, -1, 1)
    return Tone(limit) if limit is not None else None


def _read_novelty(reader: Reader, path: Path, depth: int) -> Condition | None:
    limit = reader.limit(path, 0, 1)
    return Novelty(limit) if limit is not None else None


# --- facts ----------------------------------------------------------------------------------------------------


def _read_facts(reader: Reader, path: Path, depth: int) -> Condition | None:
    value = reader.value(path)
    if not isinstance(value, dict) or not value:
        reader.fault(path, "`facts` takes a mapping of facts", 'such as `facts: {percent: ">= 5", amendment: false}`')
        return None
    asked = [_fact(reader, name, (*path, name)) for name in value]
    made = tuple(fact for fact in asked if fact is not None)
    return Facts(made) if len(made) == len(asked) else None


def _fact(reader: Reader, name: str, path: Path) -> Asked | None:
    fact = FACTS.get(name)
    if fact is None:
        reader.fault(path, f"unknown fact `{name[:60]}`", suggest.hint(name, FACTS), key=True)
        return None
    if fact.kind == "flag":
        value = reader.value(path)
        if not isinstance(value, bool):
            reader.fault(path, f"`{name}` takes true or false")
            return None
        return Asked(name, flag=value)
    if fact.kind == "money":
        money = _dollars(reader, path)
        return Asked(name, money=money) if money is not None else None
    if fact.kind == "words":
        terms = read_terms(reader, path)
        return Asked(name, any_of=terms.written, terms=terms.terms) if terms is not None else None
    if fact.kind == "code":
        chosen = reader.choices(path, fact.choices, name, _CODE_HINT if name == "code" else "")
        return Asked(name, any_of=chosen) if chosen else None
    limit = reader.limit(path)
    if limit is None or not str(reader.value(path)).strip().lower().endswith(("%", "bp", "bps")):
        return Asked(name, limit=limit) if limit is not None else None
    if fact.kind == "number":
        reader.fault(path, f"`{name}` is a number and no share of anything", 'such as ">= 10000"')
        return None
    return Asked(name, limit=Limit(limit.op, limit.value * 100))  # percent are stated as such: 5, not 0.05


def _dollars(reader: Reader, path: Path) -> MoneyLimit | None:
    money = _money(reader, path)
    if money is not None and (money.currency != "USD" or money.per is not None):
        reader.fault(path, f"`{key_of(path)}` is a total in USD on these forms", 'such as ">= 1M USD"')
        return None
    return money


_CODE_HINT = f"such as P, {CODES['P']}, or S, {CODES['S']}"
_MONEY: dict[str, Any] = {"type": "string", "pattern": AMOUNT_SCHEMA_PATTERN}
_NAMES: dict[str, Any] = one_or_more({"type": "string"})


def _fact_schema(name: str) -> dict[str, Any]:
    fact = FACTS[name]
    kinds: dict[str, dict[str, Any]] = {
        "flag": {"type": "boolean"},
        "money": _MONEY,
        "words": TERMS,
        "code": one_or_more({"enum": list(fact.choices)}),
    }
    return {**kinds.get(fact.kind, LIMIT), "description": f"{fact.summary} (form {', '.join(fact.forms)})"}


OPERATORS: dict[str, Operator] = {
    "event_type": Operator(
        _read_event_type,
        _NAMES,
        "the event reports this event type, or one of these",
        options={
            "event_kind": one_or_more({"type": "string"}),
            "status": one_or_more({"enum": list(STATUSES)}),
            "min_confidence": {"type": "number", "minimum": 0, "maximum": 1},
        },
        forbidden_in_event_types=True,
    ),
    "amount": Operator(
        _read_amount,
        _MONEY,
        "the event states an amount of money within a limit",
        options={"role": one_or_more({"enum": list(AMOUNT_ROLES)})},
    ),
    "terms": Operator(
        _read_terms, one_or_more({"enum": list(DEAL_TERMS)}), "this term of a deal, or one of these, was found"
    ),
    "facts": Operator(
        _read_facts,
        {
            "type": "object",
            "properties": {name: _fact_schema(name) for name in FACTS},
            "additionalProperties": False,
        },
        "the fields of a form say so",
    ),
    "sentiment": Operator(
        _read_sentiment,
        LIMIT,
        "the event's tone, or that of the sentences about a company, is within a limit from -1 to 1",
        options={"of": conditions_company.WHO},
        forbidden_in_event_types=True,
    ),
    "novelty": Operator(
        _read_novelty,
        LIMIT,
        "the event is this new to its story: 1 for the first report, less with each repeat",
        forbidden_in_event_types=True,
    ),
}
