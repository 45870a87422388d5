"""What was found in the text of an alert's event: who and in which role, how it reads, money, lengths of time, terms.

Each with the source's own words, as far as these may be shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from alertd.base.html import Html, element, joined
from alertd.history.charts.svg import level_bars
from alertd.history.charts.values import Bar
from alertd.model import Amount, CompanyMention, Duration, Event, Evidence
from alertd.notify.plain import one_line
from alertd.text.written import amount_text, tone_label

MOST = 30
"""Of a kind: a page is no database either."""
_QUOTE = 300


def names_of(event: Event) -> dict[str, str]:
    """Give how the companies of an event are called, by their ids."""
    return {one.id: one_line(one.name, 60) for one in event.companies if one.name}


def who(event: Event) -> Html | None:
    """Write the companies that the text names, those with a role first; None where it names none."""
    roles = _roles(event)
    ranked = sorted(event.companies, key=lambda one: (one.id not in roles, -one.relevance))[:MOST]
    rows = [
        element(
            "li",
            element("b", _named(one)),
            element("span", ", ".join(roles.get(one.id, [])) or "named", class_="role"),
            *([element("span", f"recognised by: {one_line(one.how, 200)}", class_="small")] if one.how else []),
        )
        for one in ranked
    ]
    return element("ul", *rows, class_="parties") if rows else None


def tone(event: Event) -> Html | None:
    """Draw how the text reads for each company that has a score; None where none has."""
    scored = [one for one in event.companies if one.sentiment is not None][:MOST]
    bars = [Bar(_named(one), one.sentiment, tone_label(one.sentiment or 0.0)) for one in scored]
    whole = event.sentiment
    if whole is not None:
        bars.append(Bar("the whole text", whole.score, tone_label(whole.score)))
    return level_bars("How it reads", "from -1 to +1", bars, signed=True, least=2.0) if bars else None


def money(event: Event) -> Html | None:
    """List the amounts, lengths of time and terms with the words they rest on; None where there are none."""
    names = names_of(event)
    found = [*_amounts(event.amounts, names), *_durations(event.durations), *_terms(event, names)]
    return element("ul", *found, class_="found") if found else None


def _named(one: CompanyMention) -> str:
    name = one_line(one.name or one.id, 80)
    return f"{name} ({one_line(one.ticker, 12)})" if one.ticker and one.ticker != name else name


def _roles(event: Event) -> dict[str, list[str]]:
    """Give the roles of each company, over all that the event reports."""
    found: dict[str, list[str]] = {}
    said = [(party.company, party.role) for kind in event.event_types for party in kind.parties]
    for company, role in [*said, *((one.id, one.role or "") for one in event.companies)]:
        words = one_line(role.replace("_", " "), 40)
        if words and words not in found.setdefault(company, []):
            found[company].append(words)
    return {company: roles for company, roles in found.items() if roles}


def _amounts(amounts: Sequence[Amount], names: Mapping[str, str]) -> Iterator[Html]:
    for one in amounts[:MOST]:
        text = amount_text(one.low, one.high, one.currency, one.bound, one_line(one.per or "", 20))
        if text:
            role = one_line((one.role or "").replace("_", " "), 40)
            of = f"of {names.get(one.of, one_line(one.of, 60))}" if one.of else ""
            marks = [
                " ".join(filter(None, (role, of))),
                "derived" if one.derived else "",
                "before" if one.earlier else "",
            ]
            yield _line(text, [mark for mark in marks if mark], one.evidence)


def _durations(durations: Sequence[Duration]) -> Iterator[Html]:
    for one in durations[:MOST]:
        if one.low is not None and one.high is not None:
            size = f"{one.low:g}" if one.low == one.high else f"{one.low:g}-{one.high:g}"
            text = f"{size} {one.unit}{'' if size == '1' else 's'}"
        elif one.until:
            text = f"until {one_line(one.until, 10)}"
        else:
            continue
        yield _line(text, [one_line((one.of or "").replace("_", " "), 40)] if one.of else [], one.evidence)


def _terms(event: Event, names: Mapping[str, str]) -> Iterator[Html]:
    for one in event.terms[:MOST]:
        held = [f"held by {names.get(one.held_by, one_line(one.held_by, 60))}"] if one.held_by else []
        yield _line(one_line(one.type.replace("_", " "), 60), held, one.evidence)


def _line(text: str, marks: Sequence[str], evidence: Iterable[Evidence]) -> Html:
    quote = next((one_line(one.quote, _QUOTE) for one in evidence if one.quote), "")
    return element(
        "li",
        joined(element("b", text), element("span", " · ".join(marks), class_="role")),
        *([element("q", quote)] if quote else []),
    )
