"""A record of the journal in one line."""

from __future__ import annotations

from typing import Any

import pytest

from alertd.asking.journal_text import headline
from alertd.model import JournalRecord
from alertd.workers.full_text import DROPPED


@pytest.mark.parametrize(
    ("asked", "says"),
    [("ev_1", "from wire: its full text"), ("wire", "ev_1: its full text"), ("", "ev_1 from wire: its full text")],
)
def test_what_happened_to_an_event_is_a_sentence_whoever_is_asked_about(asked: str, says: str) -> None:
    record = JournalRecord(kind="entry", at="", ids=["ev_1", "wire"], reason=DROPPED, data={"full_text": "dropped"})
    assert headline(record, asked).startswith(says)


@pytest.mark.parametrize(
    ("title", "says"),
    [
        ("", "number 3 rejected: title: expected `str`, got `int`"),
        ("a.jsonl, entry 3", "“a.jsonl, entry 3” rejected: title: expected `str`, got `int`"),
    ],
)
def test_an_entry_that_is_rejected_is_named(title: str, says: str) -> None:
    data: dict[str, Any] = {"source": "inbox", "position": 2, "title": title}
    reason = "rejected: title: expected `str`, got `int`"
    assert headline(JournalRecord(kind="entry", at="", ids=["inbox"], reason=reason, data=data), "inbox") == says


WRITTEN = {
    "alert": "al_1", "note": {"by": "openai/small-1", "statements": [{}, {}]}, "receivers": {"desk": "dl_1"},
    "dropped": [["unknown_name", "EVIL"], ["unknown_name", "ACME"], ["number_not_in_ground", "9bn"]],
}  # fmt: skip
FALLEN = {"alert": "al_1", "note": {"fallback": "no model: m: timeout"}, "dropped": [], "receivers": {}}


@pytest.mark.parametrize(
    ("asked", "reason", "data", "says"),
    [
        ("al_1", "written", WRITTEN, "note by openai/small-1, 2 statements, 3 dropped (number_not_in_ground, "
         "unknown_name); desk: dl_1"),
        ("ev_1", "written", WRITTEN | {"dropped": []}, "al_1 note by openai/small-1, 2 statements; desk: dl_1"),
        ("al_1", "fallback", FALLEN, "note of the facts stays: no model: m: timeout"),
    ],
)  # fmt: skip
def test_of_a_note_it_is_said_who_wrote_it_or_why_no_model_did(
    asked: str, reason: str, data: dict[str, Any], says: str
) -> None:
    assert headline(JournalRecord(kind="note", at="", ids=["al_1", "ev_1"], reason=reason, data=data), asked) == says


@pytest.mark.parametrize(
    ("who", "said"),
    [("jd", "by jd (api)"), ("jd (api)", "by jd (api)"), ("api", "by api"), ("jd (bot)", "by jd (bot) (api)")],
)
def test_the_way_of_an_answer_is_named_once(who: str, said: str) -> None:
    record = JournalRecord(
        kind="answer", at="", ids=["al_1"], reason="close", data={"who": who, "via": "api", "revision": 2}
    )
    assert headline(record, "al_1") == f"closed {said}, revision 2"
