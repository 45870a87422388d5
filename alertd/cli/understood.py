"""An event as it is understood, in lines for people: what was found, where, why, and what was not taken.

ev_al2uz66dio2dh4zypow4z2r2fh “Vega Grid leases Orion to Lumen Labs for $1.2 billion a year”
  language   en
  company    Vega Grid · 0.95 · lessor
               title: “Vega Grid” 0-9
  reports    compute_lease · 0.93 · announced · Vega Grid (lessor) · Lumen Labs (lessee)
  money      $1.2bn a year
  not taken  Orion: an ordinary word without a company's context
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

from alertd.companies.finder import CompanyFinder
from alertd.companies.table import CompanyTable
from alertd.model import Amount, CompanyMention, DealTerm, Duration, Event, Evidence, ReportedType
from alertd.rules.explain import one_line, quoted
from alertd.text.written import amount_text

SHOWN = 12
"""Lines of one kind; JSON has them all."""
_WIDTH = 11

Naming = Callable[[str], str]
"""Gives the name of a company by its id, or the id."""


def naming_of(table: CompanyTable) -> Naming:
    """Name the companies of a table, and well-known ones, for events that bring ids alone."""

    @cache
    def finder() -> CompanyFinder:  # most events need none
        return CompanyFinder(table)

    def name(company: str) -> str:
        known = finder().company(company)
        return finder().display_name(known) if known is not None else company

    return name


def understood_lines(event: Event, refused: Sequence[tuple[str, str]] = (), naming: Naming = str) -> Iterator[str]:
    """Write what an event is about."""
    yield f"{event.id} “{one_line(event.title)}”"
    yield from facts_lines(event, refused, naming)


def facts_lines(event: Event, refused: Sequence[tuple[str, str]] = (), naming: Naming = str) -> Iterator[str]:
    """Write what an event is about, without the event itself."""
    stated = {company.id: company.name for company in event.companies}

    def names(company: str) -> str:
        return stated.get(company) or naming(company)

    rows: list[tuple[str, str, Sequence[Evidence]]] = []
    if event.language:
        rows.append(("language", event.language, ()))
    rows += _bounded(
        [("company", _company(company, names(company.id)), company.evidence) for company in event.companies]
    )
    rows += _bounded([("reports", _type(kind, names), kind.evidence) for kind in event.event_types])
    rows += _bounded([("money", _amount(amount, names), amount.evidence) for amount in event.amounts])
    rows += _bounded([("lasts", _duration(length), length.evidence) for length in event.durations])
    rows += _bounded([("term", _term(term, names), term.evidence) for term in event.terms])
    if event.sentiment is not None:
        tone = event.sentiment
        rows.append(("tone", f"{_signed(tone.score)} · {tone.label} · confidence {tone.confidence:.2f}", ()))
    if event.story is not None:
        rows.append(("story", _story(event), ()))
    rows += _bounded([("not taken", f"{what}: {why}", ()) for what, why in refused])
    for name, text, evidence in rows:
        yield f"  {name:<{_WIDTH}}{one_line(text)}"
        yield from (f"  {'':<{_WIDTH}}  {line}" for line in quoted(evidence, event)[:3])


def _bounded(rows: list[tuple[str, str, Sequence[Evidence]]]) -> Iterable[tuple[str, str, Sequence[Evidence]]]:
    more = len(rows) - SHOWN
    return rows if more <= 1 else [*rows[:SHOWN], (rows[0][0], f"and {more} more", ())]


def _company(company: CompanyMention, name: str) -> str:
    tone = "" if company.sentiment is None else f"tone {_signed(company.sentiment)}"
    id_ = "" if name == company.id else company.id
    return _joined(name, id_, f"{company.relevance:.2f}", company.role, tone, company.how)


def _type(kind: ReportedType, names: Naming) -> str:
    parties = [f"{names(p.company)}" + (f" ({p.role})" if p.role else "") for p in kind.parties]
    return _joined(kind.type, kind.kind, f"{kind.confidence:.2f}", kind.status, *parties, kind.asset)


def _amount(amount: Amount, names: Naming) -> str:
    value = amount_text(amount.low, amount.high, amount.currency, amount.bound, amount.per)
    whose = f"of {names(amount.of)}" if amount.of else ""
    marks = ("derived" if amount.derived else "", "earlier" if amount.earlier else "")
    return _joined(value, amount.role, whose, *marks)


def _duration(length: Duration) -> str:
    until = f"until {length.until}" if length.until else ""
    if length.low is None or length.high is None:
        return _joined(until, length.of)
    span = f"{length.low:g}" if length.low == length.high else f"{length.low:g} to {length.high:g}"
    return _joined(f"{span} {length.unit}" + ("" if span == "1" else "s"), until, length.of)


def _term(term: DealTerm, names: Naming) -> str:
    return _joined(term.type, f"held by {names(term.held_by)}" if term.held_by else "")


def _story(event: Event) -> str:
    story = event.story
    assert story is not None
    follows = f"follows {story.previous}" if story.previous else ""
    return _joined(story.id, f"novelty {story.novelty:.2f}", f"report {story.position}", follows)


def _signed(score: float) -> str:
    return f"{round(score, 2) + 0.0:+.2f}"  # no -0.00


def _joined(*parts: str | None) -> str:
    return " · ".join(part for part in parts if part)
