"""Can a condition be true, and can it be false? Found by trying answers for its leaves, not by asking events.

The leaves of a rule are not free: an event has one form and one source, a weight that is above 5 % is above 2 %, a
text with “compute lease” has “lease”. `clash` knows what cannot be together. The plain way to an answer is tried
first: every part of an `all`, the first part of an `any`. Only if its leaves clash, and those that leave no choice do
not, a search tries an answer for one leaf after the other, and goes back as soon as two of them clash or the
condition is decided the wrong way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from alertd.rules.company_leaves import CompanySentiment, Exposed, Mentions, Weight
from alertd.rules.company_reading import Who
from alertd.rules.conditions_origin import KINDS, TRUSTS
from alertd.rules.facts import FACTS, Facts
from alertd.rules.filing import Filing, base_form
from alertd.rules.index_leaves import OnIndex
from alertd.rules.leaves import PLACES, Origin, Words
from alertd.rules.limits import Limit
from alertd.rules.logic import Node, Truth
from alertd.rules.near import Near
from alertd.rules.reported import ONLY_NAMED, STATUSES, DealTerms, Reports
from alertd.rules.tone import Novelty, Tone
from alertd.rules.traits import walk
from alertd.rules.tree import All, Always, AnyOf, Not
from alertd.text.scan import Term, term_words

MAX_LEAVES = 60
"""Conditions with more different leaves are not searched."""
MAX_STEPS = 300
_RELATED = (
    Words, Near, Origin, Filing, Facts, Reports, DealTerms, Mentions, Exposed, CompanySentiment, Weight, Tone,
    Novelty, OnIndex,
)  # fmt: skip
"""The leaves of which two can have to do with each other."""
_DOMAINS = {"kind": frozenset(KINDS), "trust": frozenset(TRUSTS)}
Answers = dict[Node, bool]
Said = tuple[Node, bool]
"""A leaf and its answer."""


def possible(condition: Node, truth: bool, *, bound: bool) -> bool:
    """Say whether a condition can be true, or false, for some event; True where the search would take too long.

    `bound`: its company conditions are about one company.
    """
    plain = _plain_way(condition, truth)
    if plain is not None and conflict(plain, bound=bound) is None:
        return True
    needed = list(required(condition, truth))
    if conflict(needed, bound=bound) is not None:
        return False
    leaves = list(dict.fromkeys([*(leaf for leaf, _ in needed), *(n for n in walk(condition) if not n.children)]))
    if len(leaves) > MAX_LEAVES:
        return True
    return _Search(condition, truth, leaves, bound).found({})


def _plain_way(node: Node, truth: bool) -> dict[Said, None] | None:
    """Give answers that decide a condition, of each choice the first; None if there are none."""
    if isinstance(node, Always):
        return {} if truth else None
    if isinstance(node, Not):
        return _plain_way(node.part, not truth)
    if not node.children:
        return {(node, truth): None}
    needed = node.children if truth is isinstance(node, All) else node.children[:1]
    found: dict[Said, None] = {}
    for part in needed:
        way = _plain_way(part, truth)
        if way is None:
            return None
        found |= way
    return found


@dataclass(slots=True)
class _Search:
    condition: Node
    truth: bool
    leaves: list[Node]
    bound: bool
    steps: int = 0

    def found(self, answers: Answers) -> bool:
        """Look for answers of the leaves that are still open."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            return True
        now = _value(self.condition, answers)
        if now is not None:
            return now is self.truth
        leaf = self.leaves[len(answers)]
        for answer in (self.truth, not self.truth):
            clashes = any(clash(leaf, answer, other, said, bound=self.bound) for other, said in answers.items())
            if not clashes and self.found({**answers, leaf: answer}):
                return True
        return False


def _value(node: Node, answers: Answers) -> Truth:
    if isinstance(node, Always):
        return True
    if isinstance(node, Not):
        inner = _value(node.part, answers)
        return None if inner is None else not inner
    if not isinstance(node, All | AnyOf):
        return answers.get(node)
    decisive = isinstance(node, AnyOf)
    parts = [_value(part, answers) for part in node.parts]
    if decisive in parts:
        return decisive
    return None if None in parts else not decisive


def required(node: Node, truth: bool = True) -> Iterator[Said]:
    """Give the answers that leaves must have for a condition to be true, or false."""
    if isinstance(node, Not):
        yield from required(node.part, not truth)
    elif not node.children:
        yield node, truth
    elif truth is isinstance(node, All):
        for part in node.children:
            yield from required(part, truth)


def conflict(answers: Iterable[Said], *, bound: bool) -> tuple[Said, Said] | None:
    """Give the first two of some answers that cannot be together; None if all can."""
    said = [answer for answer in answers if isinstance(answer[0], _RELATED)]
    for one, other in combinations(said, 2) if len(said) <= MAX_LEAVES else ():
        if clash(*one, *other, bound=bound):
            return one, other
    return None


def clash(one: Node, is_one: bool, other: Node, is_other: bool, *, bound: bool) -> bool:
    """Say whether two leaves cannot have these answers about one event."""
    if one == other:
        return is_one is not is_other
    if is_one and is_other:
        return _exclude(one, other, bound) or _exclude(other, one, bound)
    if is_one:
        return _implies(one, other)
    if is_other:
        return _implies(other, one)
    return _cover(one, other)


# --- what follows from what -----------------------------------------------------------------------------------


def _implies(one: Node, other: Node) -> bool:
    """Whether the other leaf is true wherever the one is."""
    if isinstance(one, Words) and isinstance(other, Words):
        in_place = PLACES.index(other.name) <= PLACES.index(one.name)
        return in_place and all(_found_in(term, other.any_of) for term in one.any_of)
    if isinstance(one, Near) and isinstance(other, Words):
        return PLACES.index(other.name) <= PLACES.index(one.place) and any(
            all(_found_in(term, other.any_of) for term in group) for group in one.groups
        )
    if isinstance(one, Origin) and isinstance(other, Origin):
        return one.name == other.name and set(one.any_of) <= set(other.any_of)
    if isinstance(one, Filing) and isinstance(other, Origin):
        return other.name == "kind" and "filing" in other.any_of
    if isinstance(one, Filing) and isinstance(other, Filing):
        forms = all(form in other.any_of or form.removesuffix("/A") in other.any_of for form in one.any_of)
        return forms and (not other.items or (bool(one.items) and set(one.items) <= set(other.items)))
    if isinstance(one, Reports) and isinstance(other, Reports):
        sure = one.min_confidence >= other.min_confidence
        kinds = not other.kinds or (bool(one.kinds) and set(one.kinds) <= set(other.kinds))
        return sure and kinds and set(one.any_of) <= set(other.any_of) and _statuses(one) <= _statuses(other)
    if isinstance(one, DealTerms) and isinstance(other, DealTerms):
        return set(one.any_of) <= set(other.any_of)
    if isinstance(one, Mentions) and isinstance(other, Mentions):
        return one.who == other.who and one.min_relevance >= other.min_relevance
    if isinstance(one, Mentions) and isinstance(other, Exposed):
        anyhow = not (other.types or other.of or other.least or other.strength)
        return anyhow and one.who == other.who and one.min_relevance >= other.min_relevance
    limits = _limits(one, other)
    return limits is not None and _within(*limits)


def _exclude(one: Node, other: Node, bound: bool) -> bool:
    """Whether the two leaves cannot both be true: an event has one source, one form, one tone."""
    if isinstance(one, Origin) and isinstance(other, Origin) and one.name == other.name:
        return one.name != "language" and not set(one.any_of) & set(other.any_of)
    if isinstance(one, Filing) and isinstance(other, Filing):
        return not any(_same_form(form, wanted) for form in one.any_of for wanted in other.any_of)
    if isinstance(one, Filing) and isinstance(other, Origin):
        return other.name == "kind" and "filing" not in other.any_of
    if isinstance(one, Filing) and isinstance(other, Facts):
        forms = set(map(base_form, one.any_of))
        return any(forms.isdisjoint(FACTS[asked.name].forms) for asked in other.asked)
    if bound and (company := _who(one)) is not None and (another := _who(other)) is not None:
        one_company = company.holdings or another.holdings or not company.ids.isdisjoint(another.ids)
        if not one_company:
            return True
    limits = _limits(one, other) if bound or not isinstance(one, Weight | CompanySentiment | OnIndex) else None
    return limits is not None and _apart(*limits)


def _cover(one: Node, other: Node) -> bool:
    """Whether one of the two leaves is true of every event.

    Never one on a company: it is false of events that do not name it.
    """
    if isinstance(one, Origin) and isinstance(other, Origin) and one.name == other.name and one.name in _DOMAINS:
        return _DOMAINS[one.name] <= {*one.any_of, *other.any_of}
    limits = _limits(one, other) if isinstance(one, Tone | Novelty) else None
    return limits is not None and _apart(_opposite(limits[0]), _opposite(limits[1]))


def _who(leaf: Node) -> Who | None:
    """Give the companies of which the bound one must be."""
    if isinstance(leaf, CompanySentiment):
        return leaf.of
    return leaf.who if isinstance(leaf, Mentions | Exposed) else None


def _found_in(term: Term, terms: frozenset[Term]) -> bool:
    """Whether a text in which a term stands has one of these terms too: the term, or a part of it."""
    if term in terms:
        return True
    words, exact = term_words(term)
    for first in range(len(words)):
        for last in range(first + 1, len(words) + 1):
            part = " ".join(words[first:last])
            inflected = last == len(words) and not exact
            if part in terms or (not inflected and f"={part}" in terms):
                return True
    return False


def _statuses(leaf: Reports) -> set[str]:
    return set(leaf.statuses) or {status for status in STATUSES if status not in ONLY_NAMED}


def _same_form(one: str, other: str) -> bool:
    return one == other or one.removesuffix("/A") == other or other.removesuffix("/A") == one


def _limits(one: Node, other: Node) -> tuple[Limit, Limit] | None:
    """Give the limits of two leaves, if they are about the same number."""
    for kind in (Weight, Tone, Novelty):
        if isinstance(one, kind) and isinstance(other, kind):
            return one.limit, other.limit
    if isinstance(one, CompanySentiment) and isinstance(other, CompanySentiment) and one.of == other.of:
        return one.limit, other.limit
    if isinstance(one, OnIndex) and isinstance(other, OnIndex) and one.name() == other.name():
        return one.limit, other.limit
    return None


def _low(limit: Limit) -> bool:
    return limit.op in (">=", ">")


def _strict(limit: Limit) -> bool:
    return limit.op in (">", "<")


def _opposite(limit: Limit) -> Limit:
    turned: dict[str, str] = {">=": "<", "<": ">=", ">": "<=", "<=": ">"}
    return Limit(turned[limit.op], limit.value)  # type: ignore[arg-type]


def _within(one: Limit, other: Limit) -> bool:
    """Whether every number within the one limit is within the other."""
    if _low(one) is not _low(other):
        return False
    if one.value == other.value:
        return _strict(one) or not _strict(other)
    return one.value > other.value if _low(one) else one.value < other.value


def _apart(one: Limit, other: Limit) -> bool:
    """Whether no number is within both limits."""
    if _low(one) is _low(other):
        return False
    low, high = (one, other) if _low(one) else (other, one)
    return low.value > high.value or (low.value == high.value and (_strict(low) or _strict(high)))
