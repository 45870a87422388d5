"""Rules and events for measurements: seeded, synthetic, in the proportions of a platform with many desks.

portfolios  one for each 8 rules; holdings log-normal in size (mean 24 of 10,000 companies), some held by all
trees       any 45 %, all 15 %, all and any 22 %, any and none 18 %; 1 to 12 terms, mean 4; the terms stand in at
            most 3 % of the events, so what is searched for is found, but seldom
filters     form or source 20 % (60 % of the 8-K ones with an item), sentiment 15 %, amount 15 %, regex 2.5 %,
            near 2.5 %
companies   the portfolio's holdings 79 %, a list of the rule's own 20 %, none 1 %
events      a headline and 100 to 800 words (mean 380, 2.1 kB), one to three companies, half of them filings
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from random import Random

from alertd.base.ids import mark
from alertd.companies.model import Holding, Holdings
from alertd.model import Amount, CompanyMention, Event, Sentiment
from alertd.rules.book import EventTypeRule, Portfolio, Rule, RuleBook, make_book
from alertd.rules.company_leaves import Mentions
from alertd.rules.company_reading import Who
from alertd.rules.filing import Filing
from alertd.rules.leaves import Origin, Words
from alertd.rules.limits import Limit
from alertd.rules.money import Money, MoneyLimit
from alertd.rules.near import Near
from alertd.rules.pattern import Pattern
from alertd.rules.tone import Tone
from alertd.rules.tree import All, AnyOf, Condition, Not
from bench.language import KNOWN, RARE, SEED, language, zipf

COMPANIES = 10_000
RULES_PER_PORTFOLIO = 8
_FORMS = ("8-K", "10-Q", "10-K", "4", "SCHEDULE 13D", "6-K", "S-1")
_SOURCES = ("prwire", "newswire", "blog")
_RULE_FORMS = (45, 8, 8, 5, 5, 4, 3, 12, 7, 3)
_EVENT_FORMS = (20, 4, 3, 8, 2, 4, 2, 17, 35, 5)
_ITEMS = ("1.01", "1.02", "1.03", "2.01", "2.02", "2.03", "2.04", "2.05", "2.06", "3.01", "4.01", "5.02", "8.01")
_MONEY = r"(?i)(?:\$|usd\s?)\s?\d+(?:[.,]\d+)*\s?(?:million|billion|bn)?"
_SINGLE_WORDS = 20_000
_SUMS = (1e7, 1e8, 5e8, 1e9, 5e9)


def company(number: int) -> str:
    """Name a company, the popular ones first."""
    return f"cik-{number + 1:010d}"


# --- rules ----------------------------------------------------------------------------------------------------


def make_rules(count: int, seed: int = SEED, kind: type[RuleMaker] | None = None) -> RuleBook:
    """Make a book with so many rules, of another kind than the usual if one is given."""
    maker = (kind or RuleMaker)(Random(seed + count), count)
    portfolios = []
    for number in range(math.ceil(count / RULES_PER_PORTFOLIO)):
        held = maker.holdings()
        positions = {c: Holding(company=c, weight=1 / len(held), label=c[-5:]) for c in held}
        rules = min(RULES_PER_PORTFOLIO, count - number * RULES_PER_PORTFOLIO)
        portfolios.append(
            Portfolio(
                id=f"book-{number:06d}",
                title=f"Book {number}",
                receivers=("desk",),
                holdings=Holdings(positions=positions, hash=mark(str(number), str(seed))),
                rules=tuple(maker.rule(i, held) for i in range(rules)),
            )
        )
    types = (EventTypeRule(id=t.replace(" ", "_"), title=t, when=one_of("text", [t])) for t in sorted(KNOWN[:10]))
    return make_book(portfolios, event_types=tuple(types))


def unrelated_rules(book: RuleBook, more: int, *, words: bool) -> RuleBook:
    """Give a book with so many more rules that hold for no event of ours.

    They are about companies that no event names and share the words of the others; with `words` it is the other way
    round: they share the companies, and no event has their words.
    """
    random = Random(SEED + more)
    maker = RuleMaker(random, more)
    if words:
        maker.terms = [f"{term}q" for term in maker.terms]
    owners, first = zipf(COMPANIES, 0.75), 0 if words else COMPANIES
    portfolios = []
    for number in range(math.ceil(more / RULES_PER_PORTFOLIO)):
        held = sorted({company(first + c) for c in random.choices(range(COMPANIES), cum_weights=owners, k=24)})
        holdings = Holdings(positions={c: Holding(company=c, weight=1 / len(held)) for c in held}, hash=str(number))
        rules = tuple(maker.rule(i, held, wide=False) for i in range(RULES_PER_PORTFOLIO))
        portfolios.append(Portfolio(id=f"other-{number:06d}", title="Other", holdings=holdings, rules=rules))
    return make_book([*book.portfolios, *portfolios], event_types=book.event_types)


class RuleMaker:
    """Makes the rules of one book."""

    def __init__(self, random: Random, count: int) -> None:
        self._random = random
        size = min(50_000, int(60 * math.sqrt(count)))
        rest = random.sample(language().words[RARE:], min(_SINGLE_WORDS, int(size * 0.35)))
        rest += random.sample(language().phrases, min(len(language().phrases), size - len(rest) - len(KNOWN)))
        random.shuffle(rest)
        self.terms = [*KNOWN, *rest]
        self._weights = zipf(len(self.terms), 0.65)
        self._owners = zipf(COMPANIES, 0.75)

    def holdings(self) -> list[str]:
        """Give what a portfolio holds."""
        size = min(200, max(5, round(self._random.lognormvariate(2.85, 0.85))))
        return sorted({company(c) for c in self._random.choices(range(COMPANIES), cum_weights=self._owners, k=size)})

    def rule(self, number: int, held: Sequence[str], *, wide: bool = True) -> Rule:
        """Make a rule of a portfolio; with `wide` it may be about the whole market."""
        random = self._random
        terms = self.some_terms()
        parts: list[Condition] = [*self.tree(terms), *self._filters(terms)]
        binds = random.random() >= 0.01 or not wide
        if binds:
            own = random.random() < 0.2
            ids = frozenset(random.sample(held, min(len(held), random.randint(5, 30)))) if own else frozenset()
            parts.append(Mentions(who=Who(holdings=not own, ids=ids, written="own" if own else "holdings")))
        return self.made(number, parts, binds=binds)

    def made(self, number: int, parts: Sequence[Condition], *, binds: bool) -> Rule:
        """Make a rule of its conditions."""
        fingerprint = mark(str(number), str(self._random.random()))
        return Rule(
            id=f"rule-{number}",
            title=f"Rule {number}",
            severity="medium",
            when=parts[0] if len(parts) == 1 else All(tuple(parts)),
            hash=fingerprint,
            definition=fingerprint.encode(),
            binds=binds,
            names_form=True,
        )

    def some_terms(self) -> list[str]:
        """Give the terms of a rule."""
        random = self._random
        count = 1 if random.random() < 0.12 else min(12, 2 + int(math.log(1 - random.random()) / math.log(0.72)))
        return list(dict.fromkeys(random.choices(self.terms, cum_weights=self._weights, k=count)))

    def tree(self, terms: list[str]) -> Iterator[Condition]:
        """Give the conditions on words."""
        shape = self._random.choices(("any", "all", "both", "none"), (45, 15, 22, 18))[0]
        if len(terms) == 1 or shape == "any":
            yield one_of("text", terms)
        elif shape == "all":
            yield from (one_of("text", [term]) for term in terms[:3])
            if terms[3:]:
                yield Not(one_of("text", terms[3:]))
        elif shape == "both":
            if len(terms) > 3:
                yield one_of("text", terms[:1])
            yield AnyOf((one_of("text", terms[-2:]), one_of("title", terms[-3:])))
        else:
            most = max(1, len(terms) // 3)
            yield one_of("text", terms[most:])
            yield Not(one_of("text", terms[:most]))

    def _filters(self, terms: list[str]) -> Iterator[Condition]:
        random = self._random
        if random.random() < 0.2:
            form = random.choices((*_FORMS, *_SOURCES), _RULE_FORMS)[0]
            items = (random.choice(_ITEMS),) if form == "8-K" and random.random() < 0.6 else ()
            yield Origin("source", (form,)) if form in _SOURCES else Filing((form,), items)
        if random.random() < 0.15:
            yield Tone(Limit("<=", -0.3) if random.random() < 0.66 else Limit(">=", 0.3))
        if random.random() < 0.15:
            yield Money(MoneyLimit((Limit(">=", random.choice(_SUMS)),), "USD"))
        if random.random() < 0.025:
            yield Pattern((_MONEY,))
        if random.random() < 0.025:
            near = (frozenset(terms[:1]), frozenset(random.choices(self.terms, k=3)))
            yield Near(near, 30, tuple(itertools.chain(*near)))


def one_of(name: str, terms: Sequence[str]) -> Words:
    """Make the condition that one of these stands in the text or the title."""
    return Words(name, tuple(terms), frozenset(terms))


# --- events ---------------------------------------------------------------------------------------------------


def make_events(count: int, seed: int = SEED, *, skew: int = 0) -> list[Event]:
    """Make events; with `skew` each is about so many of the six most held companies, and what every desk watches."""
    random = Random(seed + 7 + skew)
    news = zipf(COMPANIES, 0.2)
    return [_event(random, number, news, skew) for number in range(count)]


def _event(random: Random, number: int, news: Sequence[float], skew: int) -> Event:
    body = language().text(random, min(800, max(100, round(random.lognormvariate(5.75, 0.6)))))
    for phrase in random.sample(KNOWN[:14], 5) if skew else random.sample(KNOWN, _poisson(random, 0.4)):
        body.insert(random.randrange(len(body)), phrase)
    if random.random() < 0.3:
        body.insert(len(body) // 2, f"${1 + 9 * random.random():.1f} billion")
    many = 1 + (random.random() < 0.35) + (random.random() < 0.1)
    named = random.choices(range(COMPANIES), cum_weights=news, k=1 if skew else many)
    named += [random.randrange(6) for _ in range(skew)]
    form = "8-K" if skew else random.choices((*_FORMS, *_SOURCES), _EVENT_FORMS)[0]
    filing = form not in _SOURCES
    tone = max(-1.0, min(1.0, random.gauss(0, 0.45)))
    amount = random.choice((0, 0, 0, 2e7, 3e8, 1.2e9, 8e9))
    return Event(
        id=f"ev_{number:026d}",
        source="edgar" if filing else form,
        kind="filing" if filing else "news",
        language="en",
        title=" ".join(language().text(random, 9)).capitalize(),
        body=" ".join(body),
        event_at="2026-11-20T14:00:00.000Z",
        form=form if filing else None,
        items=[random.choice(_ITEMS)] if form == "8-K" else [],
        companies=[CompanyMention(id=company(c), name=f"Company {c}", sentiment=tone) for c in dict.fromkeys(named)],
        amounts=[Amount(low=amount, high=amount)] if amount else [],
        sentiment=Sentiment(score=tone),
    )


def _poisson(random: Random, mean: float) -> int:
    limit, product, count = math.exp(-mean), random.random(), 0
    while product > limit:
        product *= random.random()
        count += 1
    return count
