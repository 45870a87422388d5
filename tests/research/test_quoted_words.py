"""The words of the text that a note shows: cut between words, at their own place."""

from __future__ import annotations

import pytest

from alertd.model import Event, Evidence
from alertd.research.grounds import QUOTE_MAX, before, quote
from alertd.research.material import Earlier
from alertd.research.study import Study

SENTENCE = (
    "Preliminary considerations notwithstanding, " * 12 + "closing comes on 3 June, " + "shareholders said " * 30
)
AT = SENTENCE.index("3 June")


@pytest.mark.parametrize("shift", range(12))
def test_a_quote_of_a_long_sentence_begins_and_ends_with_whole_words(shift: int) -> None:
    body = "x" * shift + SENTENCE
    at = AT + shift
    (ground,) = quote(Study(Event(body=body)), [Evidence(field="body", start=at, end=at + 6, quote=body)])
    shown = ground.evidence
    assert shown is not None
    assert shown.quote == body[shown.start : shown.end] and "3 June" in shown.quote
    assert len(shown.quote) <= QUOTE_MAX
    assert body[shown.start - 1].isspace() and (body[shown.end].isspace())
    assert not shown.quote[0].isspace() and not shown.quote[-1].isspace()


def test_a_span_without_a_blank_around_it_is_cut_where_it_must_be() -> None:
    body = "y" * 900
    (ground,) = quote(Study(Event(body=body)), [Evidence(field="body", start=400, end=406, quote=body)])
    assert ground.evidence is not None and len(ground.evidence.quote) == QUOTE_MAX
    assert ground.evidence.start <= 400 and ground.evidence.end >= 406


def test_a_long_title_of_an_earlier_event_ends_with_a_whole_word() -> None:
    title = "a considerable undertaking " * 20
    said = before(Earlier("ev_1", "2026-02-02T00:00:00.000Z", "acquisition", title)).text
    assert len(said) <= QUOTE_MAX and said.endswith((" a", " considerable", " undertaking"))
