"""How sure it is that something happened: announced, reported, rumoured, denied, or not at all.

The words that show an event type are looked at in their clause, and what stands around them is asked in this order:

    long ago, told as a story                        -> none     three years after the lease
    denied                                           -> denied   rules out a bid
    a question, a condition, advice                  -> none     what if it leases
    negated: by the one it is about, or by nobody    -> denied   says it will not lease; none: did not lease
    pondered, possible                               -> rumoured mulls a bid, could sue
    talks, people who know, somebody's report        -> reported in talks to buy
    else                                             -> announced

A word that is itself part of the evidence is no such sign: `cancels` is what ends a contract. The title decides
before the body, and a type's `status` in its file before all of this, but for what is long ago or only asked.
What turns out to be no event is dropped, and its reason kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from alertd.enrich.draft import FIELDS, Draft, Field
from alertd.enrich.frames import Frames
from alertd.enrich.status_clauses import Clauses
from alertd.enrich.status_signs import Verdict, judge, speaks_of_sources
from alertd.model import ReportedType
from alertd.rules.book import EventTypeRule
from alertd.text.sentences import Sentence

MAX_SENTENCES = 6
"""Sentences with evidence that are judged for one type."""
_BESIDE = 3
"""Sentences of the body in which the sources of the headline may be named."""


class _Judged(NamedTuple):
    field: Field
    verdict: Verdict


class Statuses:
    """Judges the event types just found."""

    def __init__(self, event_types: Mapping[str, EventTypeRule], frames: Mapping[str, Frames]) -> None:
        self._types = event_types
        self._frames = frames

    def __call__(self, draft: Draft) -> None:
        """Give each type its status; drop those that turn out to be none."""
        if not draft.reported or draft.event.language[:2].lower() not in ("", "en"):
            return
        kept: list[ReportedType] = []
        for reported in draft.reported:
            judged = self._judge(draft, reported)
            if judged is None or (judged.verdict.status is None and reported.status == "denied"):
                kept.append(reported)
            elif judged.verdict.status is None:
                draft.refused.append((reported.type, judged.verdict.reason))
            elif reported.status != "announced" or judged.verdict.status == "announced":
                kept.append(reported)
            else:
                kept.append(_with_status(draft, reported, judged))
        draft.reported = kept

    def _judge(self, draft: Draft, reported: ReportedType) -> _Judged | None:
        """Judge the sentences that hold the evidence; None where it lies in no text, as the form of a filing."""
        if any(e.field not in FIELDS for e in reported.evidence):
            return None
        frames = self._frames.get(reported.type)
        first: _Judged | None = None
        for field, sentence, spans in _places(draft, reported):
            clauses = Clauses(draft, field, sentence, spans)
            verdict = judge(clauses, frames.words if frames else {})
            if verdict.status == "announced" and field == "title" and (told := _told_by_others(draft)) is not None:
                verdict = told
            judged = _Judged(field, verdict)
            if field == "title" or verdict.status is not None:
                return judged
            first = first or judged
        return first


def _places(draft: Draft, reported: ReportedType) -> Iterator[tuple[Field, Sentence, list[tuple[int, int]]]]:
    """Give the sentences that hold evidence, with its spans, the title's first."""
    count = 0
    for field in FIELDS:
        spans = sorted((e.start, e.end) for e in reported.evidence if e.field == field and e.end > e.start)
        for sentence in draft.sentences[field] if spans else ():
            inside = [span for span in spans if sentence.start <= span[0] < sentence.end]
            if inside and count < MAX_SENTENCES:
                count += 1
                yield field, sentence, inside


def _told_by_others(draft: Draft) -> Verdict | None:
    """Say whether the text under a headline names unnamed people as the source."""
    for sentence in draft.sentences["body"][:_BESIDE]:
        told = speaks_of_sources(draft.text("body"), sentence)
        if told is not None:
            return told
    return None


def _with_status(draft: Draft, reported: ReportedType, judged: _Judged) -> ReportedType:
    """Give a type its status, and show the word that makes it so."""
    status, verdict = judged.verdict.status, judged.verdict
    assert status is not None
    evidence = list(reported.evidence)
    if verdict.span is not None:
        shown = draft.evidence(verdict.field, *verdict.span)
        evidence = evidence if shown in evidence else [*evidence, shown]
    return replace(reported, status=status, evidence=evidence)
