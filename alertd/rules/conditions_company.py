"""How the conditions on companies are read: `mentions`, `exposed`, `role`, `weight`, `sentiment` with `of`…."""

from __future__ import annotations

import re
from typing import Any, get_args

from alertd.base import suggest
from alertd.base.yaml import Path
from alertd.companies.model import RelationType
from alertd.companies.names import fold_sector
from alertd.companies.relations import MAX_HOPS
from alertd.rules.company_leaves import CompanySentiment, Exposed, Mentions, Role, Weight
from alertd.rules.company_reading import Who
from alertd.rules.index_leaves import FAR_DAYS, NEAR_DAYS, SentimentIndex, VolumeZ
from alertd.rules.leaves import listed
from alertd.rules.reader import LIMIT, LIST_NAME, MAX_PARTS, Operator, Reader, key_of, one_or_more
from alertd.rules.tree import Condition

_RELATIONS: tuple[RelationType, ...] = get_args(RelationType)
_ROLE = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_BARE = re.compile(r"([<>]=?|≤|≥)?\s*([-+]?(?:\d+\.?\d*|\.\d+))")
"""A weight without a unit."""
MOST_Z = 100.0
_HOPS = re.compile(r"(?:([0-9])\s*\.\.\s*)?([0-9])")


def read_who(reader: Reader, path: Path) -> Who | None:
    """Read a set of companies: `holdings`, one or more companies, `{sector: …}`, `{list: …}`."""
    node = reader.doc.node(path)
    value = node.value if node is not None else None
    if value == "holdings":
        if reader.in_event_type:
            reader.fault(path, "an event type knows no holdings", "ask for them in a portfolio's rule")
            return None
        return Who(holdings=True)
    if isinstance(value, dict):
        return _read_group(reader, path, set(value))
    ids = {at: _read_company(reader, word, at) for word, at in reader.words(path)}
    found = frozenset(company for company in ids.values() if company is not None)
    wanted = len(value) if isinstance(value, list) else 1
    if not ids or None in ids.values() or len(ids) < wanted:
        return None
    return Who(ids=found, written=listed(tuple(word for word, _ in reader.words(path))))


def _read_company(reader: Reader, text: str, path: Path) -> str | None:
    if text == "holdings":
        reader.fault(path, "`holdings` cannot stand in a list of companies", "put the two under `any:`")
        return None
    company = reader.known.company(text)
    if company is None:
        hint = "did you mean `holdings`?" if suggest.closest(text, ("holdings",)) else ""
        hint = hint or reader.known.company_hint(text) or "declare it in a file under rules/companies/"
        reader.fault(path, f"there is no company `{text[:60]}`", hint)
    elif reason := reader.known.barred("company", company):
        reader.fault(path, reason)
        return None
    return company


def _read_group(reader: Reader, path: Path, keys: set[str]) -> Who | None:
    if keys == {"list"}:
        name = reader.list_name(path, "companies")
        ids = reader.known.company_list(name) if name is not None else None
        return Who(ids=ids, written=f"list {name}") if ids else None
    if keys != {"sector"}:
        beside = sorted(keys & {"as", "of", "hops", "strength", "min_relevance"})
        near = [meant for key in keys if (meant := suggest.closest(key, ("sector", "list")))]
        hint = f"write `{beside[0]}` beside `{key_of(path)}`, not in it" if beside else (
            f"did you mean `{near[0]}`?" if near and len(keys) == 1 else "")  # fmt: skip
        message = f"`{key_of(path)}` takes `holdings`, companies, `{{sector: …}}` or `{{list: …}}`"
        reader.fault(path, message, hint)
        return None
    at = (*path, "sector")
    written = reader.words(at)
    known = {word: fold_sector(word) for word, _ in written}
    unknown = [(word, place) for word, place in written if known[word] not in reader.known.sectors]
    for word, place in unknown:
        hint = suggest.hint(word, reader.known.sectors) or "companies under rules/companies/ say their `sector`"
        reader.fault(place, f"no company is declared to be of sector `{word[:60]}`", hint)
    if unknown or not written or len(written) < max(1, len(reader.items(at))):
        return None
    sectors = [reader.known.sector(name) or frozenset() for name in dict.fromkeys(known.values())]
    return Who(ids=frozenset().union(*sectors), written=f"sector {listed(tuple(known))}")


def _read_relevance(reader: Reader, path: Path) -> float | None:
    at = reader.option(path, "min_relevance")
    return 0.0 if at is None else reader.number(at, 0, 1)


def _read_mentions(reader: Reader, path: Path, depth: int) -> Condition | None:
    who = read_who(reader, path)
    relevance = _read_relevance(reader, path)
    if who is None or relevance is None:
        return None
    return Mentions(who=who, min_relevance=relevance)


def _read_exposed(reader: Reader, path: Path, depth: int) -> Condition | None:
    before = len(reader.faults)
    who = read_who(reader, path)
    relevance = _read_relevance(reader, path)
    as_at, of_at, hops_at, strength_at = (reader.option(path, name) for name in ("as", "of", "hops", "strength"))
    types = reader.choices(as_at, _RELATIONS, "relation") if as_at else ()
    of = read_roles(reader, of_at) if of_at else ()
    strength = reader.limit(strength_at, 0, 1) if strength_at else None
    hops = _read_hops(reader, hops_at) if hops_at else (0, 1)
    if who is None or relevance is None or hops is None or len(reader.faults) > before:
        return None
    if types and hops[1] == 0:
        reader.fault(hops_at or path, "`as` needs a relation, and `hops` allows none", 'write `hops: "1..1"`')
        return None
    return Exposed(
        who=who,
        types=tuple(kind for kind in _RELATIONS if kind in types),
        of=of,
        least=max(hops[0], 1) if types else hops[0],
        most=hops[1],
        strength=strength,
        min_relevance=relevance,
    )


def _read_hops(reader: Reader, path: Path) -> tuple[int, int] | None:
    value = reader.value(path)
    found = _HOPS.fullmatch(str(value).strip()) if isinstance(value, (int, str)) else None
    if not found or isinstance(value, bool):
        reader.fault(path, "`hops` takes a number of relations or a range", 'such as `hops: 2` or `hops: "1..2"`')
        return None
    least, most = int(found[1] or 0), int(found[2])
    if not least <= most <= MAX_HOPS:
        reader.fault(path, f"`hops` lies between 0 and {MAX_HOPS}, the lower end first")
        return None
    return least, most


def read_roles(reader: Reader, path: Path) -> tuple[str, ...]:
    """Read the name of a role, or several; empty if anything is wrong."""
    roles = reader.choices(path, reader.known.roles, "role", "roles come from `roles:` of an event type")
    odd = [role for role in roles if not _ROLE.fullmatch(role)]
    for role in odd:
        reader.fault(path, f"`{role[:60]}` is not a role", "such as `lessor`: lower case, digits, `_` and `-`")
    return () if odd else roles


def _read_role(reader: Reader, path: Path, depth: int) -> Condition | None:
    roles = read_roles(reader, path)
    return Role(roles) if roles else None


def _read_weight(reader: Reader, path: Path, depth: int) -> Condition | None:
    bare = _BARE.fullmatch(str(reader.value(path)).strip())
    if bare is not None and (number := float(bare[2])):
        op = bare[1] or ">="
        share = number * 100 if abs(number) < 1 else number  # who writes 0.02 means the share, who writes 2 percent
        such = f'such as "{op} {share:g}%" or "{op} {share * 100:g}bp"'
        reader.fault(path, "`weight` needs a unit", such)
        return None
    limit = reader.limit(path)
    return Weight(limit) if limit is not None else None


def read_company_sentiment(reader: Reader, path: Path, depth: int) -> CompanySentiment | None:
    """Read `sentiment` with its option `of`."""
    limit = reader.limit(path, -1, 1)
    of_at = reader.option(path, "of")
    who = read_who(reader, of_at) if of_at else None
    return CompanySentiment(limit, who) if limit is not None and who is not None else None


def _read_sentiment_index(reader: Reader, path: Path, depth: int) -> Condition | None:
    limit = reader.limit(path, -1, 1)
    return SentimentIndex(limit) if limit is not None else None


def _read_volume_z(reader: Reader, path: Path, depth: int) -> Condition | None:
    limit = reader.limit(path, -MOST_Z, MOST_Z)
    days_at = reader.option(path, "days")
    days = reader.value(days_at) if days_at else NEAR_DAYS
    if days not in (NEAR_DAYS, FAR_DAYS):
        reader.fault(days_at or path, f"`days` is {NEAR_DAYS} or {FAR_DAYS}")
        return None
    return VolumeZ(limit, int(days)) if limit is not None else None


_NAMES = one_or_more({"type": "string", "minLength": 1})
_SECTOR: dict[str, Any] = {
    "type": "object",
    "properties": {"sector": _NAMES},
    "required": ["sector"],
    "additionalProperties": False,
}
WHO: dict[str, Any] = {
    "anyOf": [*one_or_more({"type": ["string", "integer"]}, MAX_PARTS)["anyOf"], _SECTOR, LIST_NAME],
    "description": "`holdings`, or companies by id, ticker, CIK or declared name, a sector, a list",
}
"""JSON Schema of a set of companies."""
_RELEVANCE: dict[str, Any] = {"type": "number", "minimum": 0, "maximum": 1}

OPERATORS: dict[str, Operator] = {
    "mentions": Operator(
        _read_mentions,
        WHO,
        "the event names such a company",
        {"min_relevance": _RELEVANCE},
    ),
    "exposed": Operator(
        _read_exposed,
        WHO,
        "the event names such a company, or one that it is related to within `hops` (1 unless said) relations",
        {
            "as": one_or_more({"enum": list(_RELATIONS)}),
            "of": _NAMES,
            "hops": {"anyOf": [{"type": "integer", "minimum": 0, "maximum": MAX_HOPS},
                               {"type": "string", "pattern": r"^\s*([0-3]\s*\.\.\s*)?[0-3]\s*$"}]},
            "strength": LIMIT,
            "min_relevance": _RELEVANCE,
        },
        forbidden_in_event_types=True,
    ),
    "role": Operator(
        _read_role,
        _NAMES,
        "the company plays this role, or one of these, in the event types that the rule names",
        forbidden_in_event_types=True,
    ),
    "weight": Operator(
        _read_weight,
        LIMIT,
        "the portfolio holds the company with such a weight",
        forbidden_in_event_types=True,
    ),
    "sentiment_index": Operator(
        _read_sentiment_index,
        LIMIT,
        "the mean tone of the company's stories of 30 days, the younger ones counting more, is within a limit",
        forbidden_in_event_types=True,
    ),
    "volume_z": Operator(
        _read_volume_z,
        LIMIT,
        "the company's stories of the last day, against the 30 days before, are so many standard deviations off",
        {"days": {"enum": [NEAR_DAYS, FAR_DAYS]}},
        forbidden_in_event_types=True,
    ),
}  # fmt: skip
