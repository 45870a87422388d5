"""Any condition, rule, book and event, out of few words and companies, so that they often meet."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from alertd.base.ids import mark
from alertd.companies.model import Holding, Holdings, Relation
from alertd.model import (
    Amount,
    CompanyIndex,
    CompanyMention,
    DealTerm,
    Event,
    Evidence,
    Party,
    ReportedType,
    Sentiment,
    Story,
)
from alertd.rules.book import EventTypeRule, KeyOf, Portfolio, Rule, RuleBook, make_book
from alertd.rules.company_leaves import CompanySentiment, Exposed, Mentions, Role, Weight, is_about_company
from alertd.rules.company_reading import Who
from alertd.rules.facts import Asked, Facts
from alertd.rules.filing import Filing
from alertd.rules.index_leaves import SentimentIndex, VolumeZ
from alertd.rules.leaves import Origin, Words
from alertd.rules.limits import Limit
from alertd.rules.money import Money, MoneyLimit
from alertd.rules.near import Near
from alertd.rules.pattern import Pattern
from alertd.rules.reported import DealTerms, Reports
from alertd.rules.state import Count, Sequence, State, Step
from alertd.rules.tone import Novelty, Tone
from alertd.rules.traits import names_form, types_named
from alertd.rules.tree import All, Always, AnyOf, Condition, Not
from alertd.rules.world import Rates
from alertd.text.scan import make_term

COMPANIES = ("alpha", "beta", "gamma", "delta", "omega")
TYPES = ("deal", "dispute", "cut")
ROLES = ("lessor", "lessee")
WORDS = ("lease", "leases", "cut", "big cut", "GPU", "the big deal", "right to the big deal", "Ünit")
RELATIONS = (
    Relation(company="alpha", type="supplier", of="beta", strength=0.5),
    Relation(company="beta", type="supplier", of="gamma", since="2026-02-01", until="2026-03-01"),
    Relation(company="delta", type="competitor", of="alpha", strength=0.9),
    Relation(company="omega", type="supplier", of="delta", strength=0.3),
    Relation(company="alpha", type="lender", of="gamma"),
)
_DAYS = ("", "2026-01-15T00:00:00.000Z", "2026-02-01T00:00:00.000Z", "2026-03-02T10:00:00.000Z")


def _some(values: tuple[str, ...], most: int = 2) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=most, unique=True).map(tuple)


_TERM = st.builds(lambda word, exact: make_term(word, exact=exact), st.sampled_from(WORDS), st.booleans())
_TERMS = st.frozensets(_TERM, min_size=1, max_size=2)
_SHARE = st.sampled_from([0.0, 0.25, 0.5, 1.0])
_LIMIT = st.builds(Limit, st.sampled_from([">=", "<=", ">", "<"]), st.sampled_from([-0.5, 0.0, 0.5]))
_MONEY = st.builds(
    lambda limit, currency, per: MoneyLimit((replace(limit, value=1e6),), currency, per),
    _LIMIT,
    st.sampled_from(["USD", "EUR", "CHF"]),
    st.sampled_from([None, "year", "quarter", "share"]),
)
_WHO = st.one_of(
    st.just(Who(holdings=True)),
    st.frozensets(st.sampled_from(COMPANIES), min_size=1, max_size=2).map(
        lambda ids: Who(ids=ids, written=", ".join(sorted(ids)))
    ),
)
_FACT = st.one_of(
    st.builds(Asked, st.just("percent"), _LIMIT),
    st.builds(lambda flag: Asked("amendment", flag=flag), st.booleans()),
    st.builds(lambda code: Asked("code", any_of=code), _some(("P", "S"))),
    st.builds(lambda terms: Asked("purpose", any_of=("words",), terms=terms), _TERMS),
)
_HOPS = st.sampled_from([(0, 0), (0, 1), (1, 1), (1, 2), (0, 2), (2, 3)])

LEAVES: dict[str, st.SearchStrategy[Condition]] = {
    "words": st.builds(Words, st.sampled_from(["text", "lead", "title"]), st.just(("words",)), _TERMS),
    "near": st.builds(
        lambda groups, within, place: Near(tuple(groups), within, ("words",) * len(groups), place),
        st.lists(_TERMS, min_size=2, max_size=3),
        st.integers(2, 6),
        st.sampled_from(["text", "lead", "title"]),
    ),
    "regex": st.sampled_from([Pattern(("b.g",)), Pattern(("U", "ut{1,2}")), Pattern(("Ü",))]),
    "origin": st.one_of(
        st.builds(Origin, st.just("source"), _some(("wire", "desk-wire", "edgar"))),
        st.builds(Origin, st.just("kind"), _some(("news", "filing"))),
        st.builds(Origin, st.just("language"), _some(("en", "de", "en-GB"))),
        st.builds(Origin, st.just("trust"), _some(("low", "high"))),
    ),
    "form": st.builds(
        Filing, _some(("8-K", "8-K/A", "SCHEDULE 13D", "424B2")), st.one_of(st.just(()), _some(("1.01", "1.02")))
    ),
    "event_type": st.builds(
        Reports, _some(TYPES), st.one_of(st.just(()), _some(("announced", "denied"))), st.sampled_from([0.5, 0.8])
    ),
    "amount": st.builds(Money, _MONEY, st.one_of(st.just(()), _some(("revenue", "debt")))),
    "terms": st.builds(DealTerms, _some(("exclusivity", "reclaim_right"))),
    "facts": st.lists(_FACT, min_size=1, max_size=2).map(lambda asked: Facts(tuple(asked))),
    "sentiment": st.builds(Tone, _LIMIT),
    "novelty": st.builds(Novelty, _LIMIT),
    "mentions": st.builds(Mentions, who=_WHO, min_relevance=_SHARE),
    "exposed": st.builds(
        lambda who, types, of, hops, strength, relevance: Exposed(
            who=who,
            types=types,
            of=of,
            least=max(hops[0], 1) if types and hops[1] else hops[0],
            most=hops[1],
            strength=strength,
            min_relevance=relevance,
        ),
        _WHO,
        st.sampled_from([(), (), ("supplier",), ("supplier", "customer")]),
        st.one_of(st.just(()), st.just(()), _some(ROLES)),
        _HOPS,
        st.one_of(st.none(), st.none(), _LIMIT),
        st.sampled_from([0.0, 0.0, 0.5]),
    ),
    "role": st.builds(Role, _some(ROLES)),
    "weight": st.builds(Weight, _LIMIT.map(lambda limit: replace(limit, value=limit.value / 10))),
    "company-sentiment": st.builds(CompanySentiment, _LIMIT, _WHO),
    "sentiment_index": st.builds(SentimentIndex, _LIMIT),
    "volume_z": st.builds(VolumeZ, _LIMIT, st.sampled_from([30, 90])),
    "always": st.just(Always()),
}
"""Name -> any condition of that kind."""


def _groups(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    parts = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(st.builds(All, parts), st.builds(All, parts), st.builds(AnyOf, parts), st.builds(Not, inner))


_COMPANY = st.one_of(
    *(LEAVES[name] for name in ("mentions", "exposed", "role", "weight", "company-sentiment", "volume_z"))
)
_LEAF = st.one_of(*LEAVES.values())
CONDITIONS: st.SearchStrategy[Condition] = st.one_of(
    _COMPANY,
    _LEAF,
    st.builds(lambda *parts: All(parts), _COMPANY, _LEAF),
    st.builds(lambda *parts: AnyOf(parts), _COMPANY, st.builds(lambda *parts: All(parts), _COMPANY, _LEAF)),
    st.recursive(st.one_of(_COMPANY, _LEAF), _groups, max_leaves=6),
)
"""Any condition, most often a short one with a company in it: those of many parts seldom hold."""
_TEXTUAL = st.recursive(
    st.one_of(*(LEAVES[name] for name in ("words", "near", "regex", "origin", "form", "amount", "terms", "facts"))),
    _groups,
    max_leaves=3,
)
_STATES: st.SearchStrategy[State | None] = st.sampled_from(
    [
        None,
        None,
        None,
        None,
        None,
        Count(at_least=2, within_ms=1000),
        Sequence(steps=(Step(types=("deal",)), Step(forms=("8-K/A",))), within_ms=1000),
    ]
)


_KEYS: list[KeyOf] = ["story", "company", "parties", "rule"]


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """Make any rule."""
    when = draw(CONDITIONS)
    state = draw(_STATES)
    binds = draw(st.sampled_from([True, True, False])) and is_about_company(when)
    key = draw(st.sampled_from(_KEYS))
    valid_from = draw(st.sampled_from([None, None, None, "2026-02-01"]))
    types = types_named(when) | (state.types() if state is not None else frozenset())
    definition = repr((when, state, binds, key, valid_from)).encode()
    return Rule(
        id="",
        title="Any",
        severity="high",
        when=when,
        state=state,
        hash=mark(definition.decode()),
        definition=definition,
        binds=binds,
        types=types,
        names_form=names_form(when),
        key=key,
        valid_from=valid_from,
        experimental=draw(st.booleans()),
    )


def named(rule: Rule, name: str) -> Rule:
    """Give a rule its id, which is part of its definition."""
    definition = f"{name} ".encode() + rule.definition
    return replace(rule, id=name, definition=definition, hash=mark(definition.decode()))


HOLDINGS = st.dictionaries(
    st.sampled_from(COMPANIES), st.sampled_from([None, -0.05, 0.0, 0.05, 0.08]), min_size=1, max_size=4
).map(
    lambda weights: Holdings(
        positions={
            company: Holding(company=company, weight=weight or 0.0, unweighted=weight is None)
            for company, weight in weights.items()
        },
        hash=repr(sorted(weights.items())),
    )
)


@st.composite
def portfolios(draw: st.DrawFn, name: str) -> Portfolio:
    """Make any portfolio of a name."""
    numbers = draw(st.lists(st.integers(0, 7), min_size=2, max_size=7, unique=True))
    made = tuple(named(draw(rules()), f"rule-{number}") for number in numbers)
    desk = draw(st.sampled_from([None, None, "desk"]))
    return Portfolio(id=name, title=name, rules=made, holdings=draw(HOLDINGS), desk=desk)


@st.composite
def event_types(draw: st.DrawFn) -> tuple[EventTypeRule, ...]:
    """Make any event types."""
    made = []
    for name in draw(st.sampled_from([(), ("deal",), ("deal", "dispute")])):
        statuses = draw(st.one_of(st.just(()), st.tuples(st.tuples(st.just("denied"), _TEXTUAL))))
        made.append(
            EventTypeRule(id=name, title=name, when=draw(_TEXTUAL), roles=ROLES, statuses=statuses, hash=name)
        )
    return tuple(made)


def book_of(made: list[Portfolio], types: tuple[EventTypeRule, ...]) -> RuleBook:
    """Put portfolios into a book."""
    return make_book(
        made,
        event_types=types,
        relations=(*RELATIONS, Relation(company="omega", type="owner", of="alpha", desk="desk")),
        labels={"alpha": "ALPH"},
        rates=Rates(date="2026-01-01", rates={"EUR": 2.0}),
        routine_forms=frozenset({"424B2"}),
        source_desks={"desk-wire": "desk"},
    )


@st.composite
def books(draw: st.DrawFn) -> RuleBook:
    """Make any book."""
    names = draw(st.sampled_from([("a",), ("a", "b"), ("a", "b", "c")]))
    return book_of([draw(portfolios(name)) for name in names], draw(event_types()))


_TEXT = st.lists(st.sampled_from([*WORDS, "leasing", "GPUs", "of", "—", "big"]), max_size=7).map(" ".join)
_EVIDENCE = st.lists(
    st.builds(
        Evidence, field=st.sampled_from(["title", "body"]), start=st.just(0), end=st.integers(0, 4), quote=st.just("")
    ),
    max_size=1,
)
_INDEX = st.one_of(
    st.none(),
    st.builds(
        CompanyIndex,
        sentiment=st.sampled_from([None, -0.5, 0.5]),
        volume_z=st.sampled_from([None, 0.5, -0.5]),
        volume_z90=st.sampled_from([None, 0.75]),
    ),
)
_MENTIONS = st.lists(
    st.builds(
        CompanyMention,
        id=st.sampled_from(COMPANIES),
        name=st.just("Name"),
        relevance=st.sampled_from([1.0, 0.5, 0.25, 0.0]),
        sentiment=st.sampled_from([None, -0.5, 0.5]),
        index=_INDEX,
        role=st.sampled_from([None, *ROLES]),
        evidence=_EVIDENCE,
    ),
    max_size=3,
)
_REPORTED = st.lists(
    st.builds(
        ReportedType,
        type=st.sampled_from(TYPES),
        confidence=st.sampled_from([0.4, 0.5, 0.9]),
        status=st.sampled_from(["announced", "denied", "reported"]),
        evidence=_EVIDENCE,
        parties=st.lists(
            st.builds(Party, company=st.sampled_from(COMPANIES), role=st.sampled_from(["", *ROLES])), max_size=2
        ),
    ),
    max_size=2,
)
_FACTS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "percent": st.sampled_from([0, 0.5, "0.5", None]),
        "amendment": st.booleans(),
        "code": st.sampled_from(["P", "s"]),
        "purpose": st.sampled_from(["big cuts", ""]),
        "transactions": st.lists(
            st.fixed_dictionaries({"code": st.sampled_from(["P", "S"]), "percent": _SHARE}), max_size=2
        ),
    },
)


def events() -> st.SearchStrategy[Event]:
    """Make any event."""
    return st.builds(
        Event,
        id=st.just("ev_1"),
        title=_TEXT,
        body=_TEXT,
        source=st.sampled_from(["", "wire", "desk-wire"]),
        kind=st.sampled_from(["news", "filing"]),
        trust=st.sampled_from(["low", "high"]),
        language=st.sampled_from(["", "en", "en-GB", "de"]),
        awaiting=st.sampled_from([None, None, "full_text"]),
        event_at=st.sampled_from(_DAYS),
        form=st.sampled_from([None, None, "8-K", "8-k/a", "SC 13D", "424B2"]),
        items=st.lists(st.sampled_from(["1.01", "Item 1.02."]), max_size=2),
        facts=_FACTS,
        companies=_MENTIONS,
        parties=st.lists(st.sampled_from(COMPANIES), max_size=2),
        event_types=_REPORTED,
        amounts=st.lists(
            st.builds(
                Amount,
                low=st.sampled_from([1e5, 1e6, 1e9]),
                high=st.sampled_from([1e6, 1e9]),
                role=st.sampled_from([None, "revenue"]),
                currency=st.sampled_from(["USD", "EUR", "JPY"]),
                per=st.sampled_from([None, "year", "share"]),
                derived=st.booleans(),
            ),
            max_size=2,
        ),
        terms=st.lists(st.builds(DealTerm, type=st.sampled_from(["exclusivity", "penalty"])), max_size=1),
        sentiment=st.one_of(st.none(), st.builds(Sentiment, score=st.sampled_from([-0.5, 0.0, 0.5]))),
        story=st.one_of(st.none(), st.builds(Story, id=st.just("st_1"), novelty=_SHARE)),
    )
