"""The tone of an event and of each company in it: from the sentences to a score, a label and a confidence.

    words and phrases (tone_words) -> a sentence's items (tone_line) -> what it says (tone_signals, tone_taken,
    tone_figures) -> features (tone_features) -> opinion (tone_model) -> here: the mean over the sentences

The title weighs most, then the lead; a sentence in which nothing is said of fortunes weighs next to nothing there,
and nothing in the rest. A company's tone comes from the sentences that name it, or go on about it (`It said…`), seen
from its place in them.
Only English is understood; of other languages nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from alertd.companies.mentions import Mention
from alertd.enrich.draft import FIELDS, Draft, Field
from alertd.enrich.tone_features import of_company, of_sentence, of_signals
from alertd.enrich.tone_leans import WEIGHT, leans, speakers
from alertd.enrich.tone_line import MOST, Line, Signal, line_of, words_of
from alertd.enrich.tone_model import Opinion, mean, model, opinion, score_of, sentiment_of
from alertd.enrich.tone_signals import signals_of
from alertd.enrich.tone_words import OTHER, SELF
from alertd.model import Sentiment
from alertd.text.sentences import Sentence

SENTENCES = 60
"""Sentences of a body that are looked at."""
TELLING = 16
"""Passages that say something; of what follows only those are read that name a company not named before."""
CHARACTERS = 1_000
"""Of a sentence; what is longer is no sentence."""
COMPANIES, ASKED, PER_COMPANY = 20, 4, 3
"""Companies that get a tone. Beyond one look at each, at most so many looks at all, and so many at one."""
LEAD = 2
"""Sentences of a body that are its lead."""
_READ: tuple[tuple[Field, int], ...] = (("title", 4), ("body", SENTENCES))
_TITLE, _LEAD, _REST, _SILENT, _ALONG = 4.0, 2.0, 1.0, 0.15, 0.5
"""Weights: of the title, of the lead, of the rest; times that, where nothing is said, or where a company is only
meant."""
_RIGHT = 0.1
"""What a sentence that tells of a right weighs for its holder."""
_GOES_ON = frozenset(("the", "it", "its", "shares", "they", "their", "he", "she", "we", "our"))
"""How a sentence begins that goes on about the company of the one before."""
_OF_HOLDER = frozenset(("reclaim_right", "termination_right", "option_to_extend", "exclusivity", "take_or_pay"))
"""Terms that are a right: what may happen by it hurts the other side, not who holds it."""


class Passage(NamedTuple):
    """A sentence that has been read."""

    weight: float
    line: Line
    signals: list[Signal]
    companies: list[str]
    """The companies in it, in the order in which `OTH` stands in the line."""
    holders: frozenset[str] = frozenset()
    """Companies whose rights it tells of."""


def add_tone(draft: Draft) -> None:
    """Fill in the event's sentiment and that of its companies, where they have none."""
    event = draft.event
    if not event.language.lower().startswith("en"):
        return
    judging = speakers(draft.types)
    wanted = [company.id for company in event.companies if company.sentiment is None and company.id not in judging]
    if event.sentiment is not None and not wanted:
        return
    passages = list(_passages(draft))
    if not passages:
        return
    found = company_tones(passages, wanted, leans(draft.types))
    companies = [replace(c, sentiment=found[c.id]) if c.id in found else c for c in event.companies]
    draft.event = replace(event, sentiment=event.sentiment or overall(passages), companies=companies)


def overall(passages: Sequence[Passage]) -> Sentiment:
    """Give the tone of all passages together, of which there is at least one."""
    said = [(p.weight * (1.0 if p.signals else _SILENT), _opinion(p), _force(p.signals)) for p in passages]
    return sentiment_of(model().sentence, *_together(said))


def company_tones(
    passages: Sequence[Passage], wanted: Sequence[str], parts: Mapping[str, Opinion]
) -> dict[str, float]:
    """Give the score of each company that passages are about, among those wanted; `parts` is what they do in it."""
    heard: dict[str, list[tuple[float, Passage]]] = {company: [] for company in wanted[:COMPANIES]}
    left = ASKED
    for company, passage, weight in _about(passages):
        known = heard.get(company)
        if known is None or len(known) >= PER_COMPANY or (known and not left):
            continue
        left -= bool(known)
        known.append((weight * (1.0 if passage.signals else _SILENT), passage))
    scores = {}
    for company, looks in heard.items():
        said = [(weight, company_opinion(p, company), _force(p.signals)) for weight, p in looks]
        if said and company in parts:
            said.append((WEIGHT, parts[company], 1.0))
        if said:
            scores[company] = round(score_of(*_together(said)), 3)
    return scores


def _opinion(passage: Passage) -> Opinion:
    """Ask what a passage says as a whole."""
    if passage.weight > _REST:
        return opinion(model().sentence, of_sentence(passage.line, passage.signals))
    return opinion(model().plain, of_signals(passage.line, passage.signals))


def company_opinion(passage: Passage, company: str) -> Opinion:
    """Ask what a passage says of a company: as it is named in it, or, if it is only meant, as a whole."""
    if company not in passage.companies:
        return _opinion(passage)
    named = iter(passage.companies)
    words = [SELF if w == OTHER and next(named, "") == company else w for w in passage.line.words]
    return opinion(model().company, of_company(passage.line._replace(words=words), passage.signals))


def _together(said: Sequence[tuple[float, Opinion, float]]) -> tuple[Opinion, float]:
    """Give the mean of weighted opinions and of how strong their words are."""
    whole = sum(weight for weight, _, _ in said)
    force = sum(weight * one for weight, _, one in said) / whole
    return mean([(weight, one) for weight, one, _ in said]), force


def _about(passages: Sequence[Passage]) -> Iterator[tuple[str, Passage, float]]:
    """Go through the passages with the companies that each is about, those named in it first."""
    all_named = {company for passage in passages for company in passage.companies}
    only = next(iter(all_named)) if len(all_named) == 1 else ""
    before = ""
    for passage in passages:
        named = list(dict.fromkeys(passage.companies))
        for company in named:
            yield company, passage, passage.weight * (_RIGHT if company in passage.holders else 1.0)
        if named:
            before = named[0] if len(named) == 1 else ""
            continue
        goes_on = bool(passage.line.words) and passage.line.words[0] in _GOES_ON
        meant = only or (before if goes_on else "")
        if meant and passage.signals:
            yield meant, passage, passage.weight * _ALONG
        before = before if goes_on else ""


def _force(signals: Sequence[Signal]) -> float:
    """Give how strong the words are, in (0, 1]."""
    return min(0.55 + 0.45 * max([abs(signal.value) for signal in signals], default=0.0), 1.0)


def _holders(draft: Draft) -> list[tuple[Field, int, str]]:
    """Give where rights are told of, and who holds them."""
    return [
        (one.field, one.start, term.held_by)
        for term in draft.event.terms
        if term.held_by and term.type in _OF_HOLDER
        for one in term.evidence
        if one.field in FIELDS
    ]


def _passages(draft: Draft) -> Iterator[Passage]:
    told = 0
    named: set[str] = set()
    text = {name: draft.text(name) for name in FIELDS}
    rights = _holders(draft)
    for name, nth, sentence, inside in _sentences(draft):
        if told >= TELLING and all(mention.company in named for mention in inside):
            continue
        weight = _TITLE if name == "title" else _LEAD if nth < LEAD else _REST
        read = read_passage(text[name], sentence, inside, weight)
        if read.signals or (read.line.words and weight > _REST):
            told += 1
            named.update(read.companies)
            held = {by for field, at, by in rights if field == name and sentence.start <= at < sentence.end}
            yield read._replace(holders=frozenset(held)) if held else read


def _sentences(draft: Draft) -> Iterator[tuple[Field, int, Sentence, list[Mention]]]:
    """Go through the sentences with their place in the field and the companies named in them."""
    by_field: dict[Field, list[Mention]] = {"title": [], "body": []}
    for mention in sorted(draft.mentions, key=lambda one: (one.start, -one.end)):
        by_field[mention.field].append(mention)
    for name, most in _READ:
        mentions = iter(by_field[name])
        waiting = next(mentions, None)
        for nth, sentence in enumerate(draft.sentences[name][:most]):
            inside: list[Mention] = []
            while waiting is not None and waiting.start < sentence.end:
                if waiting.start >= sentence.start:
                    inside.append(waiting)
                waiting = next(mentions, None)
            yield name, nth, sentence, inside


def read_passage(text: str, sentence: Sentence, mentions: Iterable[Mention], weight: float = 1.0) -> Passage:
    """Read a sentence with the companies named in it, which come in the order of the text."""
    words: list[str] = []
    companies: list[str] = []
    at, end = sentence.start, min(sentence.end, sentence.start + CHARACTERS)
    for mention in mentions:
        if mention.start >= at and mention.end <= end:
            words += words_of(text[at : mention.start])
            words.append(OTHER)
            companies.append(mention.company)
            at = mention.end
    words += words_of(text[at:end])
    line = line_of(words)
    if len(words) > MOST:
        companies = companies[: line.words.count(OTHER)]  # behind the words that are read none stands in the line
    return Passage(weight, line, signals_of(line), companies)
