"""What `alertd preview --sample` shows is what the daemon would send."""

from __future__ import annotations

import pytest

from alertd.model import Event, Evidence, Message
from alertd.notify.samples import SAMPLES
from alertd.text.quote import quote
from tests.notify.cases import NOW

OF_AN_ALERT = [name for name in SAMPLES if SAMPLES[name]("desk", NOW).alert is not None]


def sample(name: str) -> tuple[Message, Event]:
    message = SAMPLES[name]("desk", NOW)
    assert message.event is not None
    return message, message.event


def text(event: Event, evidence: Evidence) -> str:
    return event.title if evidence.field == "title" else event.body


@pytest.mark.parametrize("name", OF_AN_ALERT)
def test_the_words_that_a_rule_held_for_are_quoted_with_their_line(name: str) -> None:
    message, event = sample(name)
    assert message.alert is not None
    found = [one for match in message.alert.matches for one in match.evidence]
    found += [one for kind in event.event_types for one in kind.evidence]
    assert found
    for one in found:
        assert one.quote == quote(text(event, one), one.start, one.end)


@pytest.mark.parametrize("name", OF_AN_ALERT)
def test_what_a_term_and_a_note_quote_stands_in_the_text(name: str) -> None:
    message, event = sample(name)
    assert message.alert is not None
    found = [one for term in event.terms for one in term.evidence]
    if message.alert.note is not None:
        grounds = [ground for said in message.alert.note.statements for ground in said.grounds]
        found += [ground.evidence for ground in grounds if ground.evidence is not None]
    assert found
    for one in found:
        assert one.quote == text(event, one)[one.start : one.end]
