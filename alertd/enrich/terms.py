"""The terms of a deal besides its price: who may end it, take it back or extend it, and on what it hangs.

Each with the sentence that says it and, where the sentence does, who holds it. `docs/money.md` is the contract for
readers.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from alertd.companies.mentions import Mention
from alertd.enrich.draft import FIELDS, Draft, Field
from alertd.enrich.language import is_understood
from alertd.enrich.term_cues import CUES, DEALS, ENDS, Cue, denied
from alertd.enrich.term_holder import holder, paid_to
from alertd.model import DealTerm, Evidence
from alertd.text.quote import MAX_QUOTE
from alertd.text.sentences import Sentence

MOST = 30
"""Terms of one event."""
_PLACES = 6
_SENTENCES = 200
"""Sentences of one field that are looked at for one word."""


def add_terms(draft: Draft) -> None:
    """Find the terms, unless the event brought some with it or its words are not understood."""
    if draft.event.terms or not is_understood(draft.event.language):
        return
    found: list[DealTerm] = []
    for name in FIELDS:
        for term in _in_field(draft, name):
            _add(found, term)
    if found:
        draft.event = replace(draft.event, terms=found)


def _in_field(draft: Draft, name: Field) -> Iterator[DealTerm]:
    leading = draft.vocabulary[name] & _WORDS
    if not leading:
        return
    text = draft.text(name)
    low = draft.lowered[name].replace("\n", " ")
    companies = {mention.company for mention in draft.mentions}
    only = companies.pop() if len(companies) == 1 else None
    sentences = draft.sentences[name]
    starts = [one.start for one in sentences]
    found = {word: _places(low, word, starts) for word in leading}
    for cue in CUES:
        for index in sorted({index for word in cue.words & leading for index in found[word]}):
            yield from _in_sentence(draft, name, text, low, sentences[index], cue, only)


_WORDS = frozenset().union(*(cue.words for cue in CUES))


def _places(low: str, word: str, starts: Sequence[int]) -> set[int]:
    """Give the sentences in which a word stands."""
    found: set[int] = set()
    at = low.find(word)
    while at >= 0 and len(found) < _SENTENCES:
        index = max(bisect_right(starts, at) - 1, 0)
        found.add(index)
        following = starts[index + 1] if index + 1 < len(starts) else len(low)
        at = low.find(word, max(following, at + 1))
    return found


def _in_sentence(
    draft: Draft, name: Field, text: str, low: str, sentence: Sentence, cue: Cue, only: str | None
) -> Iterator[DealTerm]:
    for found in cue.pattern.finditer(low, sentence.start, sentence.end):
        start, end = found.span()
        if cue.without is not None and cue.without.match(low, end, sentence.end):
            continue
        if cue.needs is not None and not cue.needs.search(low, sentence.start, sentence.end):
            continue
        if cue.deal and not _of_deal(draft, low[sentence.start : sentence.end]):
            continue
        if denied(low, sentence.start, start, end, cue):
            continue
        held = _held(text, low, sentence, found, cue, draft.mentions_in(name, *sentence), only)
        yield DealTerm(type=cue.type, held_by=held, evidence=[_evidence(draft, name, sentence, start, end)])
        return


def _of_deal(draft: Draft, sentence: str) -> bool:
    return bool(DEALS.search(sentence) or DEALS.search(draft.event.title.lower()))


def _held(
    text: str,
    low: str,
    sentence: Sentence,
    found: re.Match[str],
    cue: Cue,
    named: Sequence[Mention],
    only: str | None,
) -> str | None:
    if cue.type == "contingency":
        return None
    if cue.type == "penalty":
        return paid_to(text, found.start(), found.end(), named)
    held = holder(text, sentence, found.start(), found.end(), named, only, subject=cue.subject)
    if held is None and cue.type == "change_of_control" and (right := ENDS.search(low, *sentence)):
        return holder(text, sentence, right.start(), right.end(), named, only, subject=True)
    return held


def _evidence(draft: Draft, name: Field, sentence: Sentence, start: int, end: int) -> Evidence:
    """Quote the sentence and no more, or as much of it around the term as a quote may have."""
    text, (left, right) = draft.text(name), sentence
    if right - left > MAX_QUOTE:
        end = min(end, start + MAX_QUOTE)
        left = max(left, start - (MAX_QUOTE - (end - start)) // 2)
        right = min(right, left + MAX_QUOTE)
        left = max(sentence.start, right - MAX_QUOTE)
        if left > sentence.start and (blank := text.find(" ", left, start)) >= 0:
            left = blank + 1
        if right < sentence.end and (blank := text.rfind(" ", end, right)) >= 0:
            right = blank
    return Evidence(field=name, start=left, end=right, quote=text[left:right])


def _add(found: list[DealTerm], term: DealTerm) -> None:
    """Add a term, or its place to the same one; who holds it may be said in only one of the places."""
    for i, other in enumerate(found):
        if other.type == term.type and (other.held_by == term.held_by or None in (other.held_by, term.held_by)):
            evidence = [*other.evidence, *(one for one in term.evidence if one not in other.evidence)][:_PLACES]
            found[i] = replace(other, held_by=other.held_by or term.held_by, evidence=evidence)
            return
    if len(found) < MOST:
        found.append(term)
