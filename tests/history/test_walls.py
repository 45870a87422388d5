"""A desk sees of a line its own and what is nobody's; what cannot be attributed it does not see."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from alertd.companies.model import Company
from alertd.history.archive.narrowing import Narrowing
from alertd.history.walls import UNKNOWN, DeskWall, cut
from alertd.model import CompanyMention, Event, JournalRecord, Provenance, Rights, event_to_dict
from alertd.rules.walls import Walls

AT = "2026-11-23T00:00:00.000Z"
WALL = DeskWall(
    "ai",
    Walls([Company(id="secret", name="Secret", desk="macro")]),
    owners={"wire": None, "ai-desk": "ai", "macro-desk": "macro"},
    portfolios={"mine": "ai", "theirs": "macro", "open": None},
    alerts={"al_mine": "ai", "al_theirs": "macro"}.get,
)


def event(**data: Any) -> JournalRecord:
    """Make the line of an event that matched in three portfolios."""
    made = Event(id="ev_1", source="wire", companies=[CompanyMention(id="secret"), CompanyMention(id="nvda")])
    names = ("mine", "theirs", "open")
    fields: dict[str, Any] = {
        "event": event_to_dict(made),
        "matches": [{"portfolio": name} for name in names],
        "decisions": [
            {"portfolio": name, "alert": f"al_{name}", "reason": "first", "receivers": {"r": f"dl_{name}"}}
            for name in names
        ],
        "failures": [],
        "desks": {"mine": "ai", "theirs": "macro"},
        "alerts": [{"id": f"al_{name}", "portfolio": name, "desk": desk}
                   for name, desk in (("mine", "ai"), ("theirs", "macro"), ("open", None))],
        "over_time": {"verdicts": [{"portfolio": name} for name in (*names, "other")]},
        "story": {"because": "both name Secret"},
    }  # fmt: skip
    ids = ["ev_1", *(f"{kind}_{name}" for name in names for kind in ("al", "dl"))]
    return JournalRecord(kind="event", at=AT, ids=ids, reason="first", data=fields | data)


def line(kind: Any, ids: list[str], **data: Any) -> JournalRecord:
    """Make another line."""
    return JournalRecord(kind=kind, at=AT, ids=ids, reason="said", data=data)


def test_of_an_event_a_desk_sees_its_own_and_nobodys() -> None:
    seen = cut(event(), WALL)
    assert seen is not None
    assert [one["portfolio"] for one in seen.data["matches"]] == ["mine", "open"]
    assert [one["id"] for one in seen.data["alerts"]] == ["al_mine", "al_open"]
    assert [one["portfolio"] for one in seen.data["over_time"]["verdicts"]] == ["mine", "open"]
    assert seen.data["desks"] == {"mine": "ai"}
    assert seen.ids == ["ev_1", "al_mine", "dl_mine", "al_open", "dl_open"]
    assert "theirs" not in repr(seen)
    assert "secret" not in repr(seen).lower()


def test_an_event_of_another_desks_source_is_not_there() -> None:
    assert cut(event(source_desk="macro"), WALL) is None
    assert cut(event(source_desk="ai"), WALL) is not None


@pytest.mark.parametrize(
    ("record", "seen"),
    [
        (line("delivery", ["al_mine", "dl_1", "ai-desk"], receiver="ai-desk", alert="al_mine"), True),
        (line("delivery", ["al_theirs", "dl_1"], receiver="gone", alert="al_theirs"), False),
        (line("delivery", ["dl_1", "macro-desk"], receiver="macro-desk"), False),
        (line("delivery", ["dl_1", "gone"], receiver="gone"), False),
        (line("answer", ["al_x"], alert={"id": "al_x", "desk": "ai", "portfolio": "was"}, portfolio="was"), True),
        (line("answer", ["al_x"], alert={"id": "al_x", "desk": "macro", "portfolio": "was"}), False),
        (line("timer", ["al_x"], desk=None, alert={"id": "al_x", "desk": None, "portfolio": "open"}), True),
        (line("release", ["ai-desk"], desk="ai", portfolios=["mine", "open"]), True),
        (line("release", ["ai-desk"], desk="ai", portfolios=["mine", "theirs"]), False),
        (line("release", ["ai-desk"], desk="ai", portfolios=["nobody-knows"]), False),
        (line("note", ["al_mine", "ev_1", "dl_1"], alert="al_mine", portfolio="was", desk="ai", note={}), True),
        (line("note", ["al_mine", "ev_1"], alert="al_mine", portfolio="mine", desk="macro", note={}), False),
        (line("note", ["al_theirs", "ev_1"], alert="al_theirs", portfolio="theirs", note={}), False),
        (line("notice", ["wire"], subject="wire"), True),
        (line("notice", ["macro-desk"], subject="macro-desk/x"), False),
        (line("notice", ["x"], subject="x", desk="macro"), False),
        (line("entry", ["ev_9", "wire"]), True),
        (line("entry", ["ev_9", "elsewhere"]), False),
        (line("silence", ["si_1"], desk=None, portfolios=[], silence={"all_desks": False}), True),
        (line("silence", ["si_1"], desk=None, portfolios=[], silence={"all_desks": True}), False),
        (line("reload", []), False),
    ],
)
def test_other_lines_are_seen_whole_or_not_at_all(record: JournalRecord, seen: bool) -> None:
    assert cut(record, WALL) == (record if seen else None)


@pytest.mark.parametrize(
    ("receiver", "alert", "kept"),
    [("ai-desk", "", True), ("wire", "", False), ("wire", "al_open", True), ("ai-desk", "al_mine", True)],
)
def test_a_message_about_no_single_alert_is_for_whoever_got_it(receiver: str, alert: str, kept: bool) -> None:
    ids = ["dl_1", receiver, *([alert] if alert else [])]
    wall = replace(WALL, alerts={"al_mine": "ai", "al_open": None}.get)
    seen = cut(line("delivery", ids, receiver=receiver, alert=alert, payload="words", attempts=1), wall)
    assert seen is not None
    assert ("payload" in seen.data) is kept
    assert seen.data["attempts"] == 1


@pytest.mark.parametrize(
    ("receivers", "seen"), [(["macro-desk"], False), (["gone"], False), (["macro-desk", "ai-desk"], True), ([], True)]
)
def test_what_only_some_may_be_told_is_for_a_desk_of_which_one_is(receivers: list[str], seen: bool) -> None:
    made = Event(id="ev_1", source="wire", provenance=Provenance(rights=Rights(receivers=receivers)))
    assert (cut(line("event", ["ev_1"], event=event_to_dict(made)), WALL) is not None) is seen


@pytest.mark.parametrize(
    ("receivers", "seen"), [(["macro-desk"], False), (["gone"], False), (["macro-desk", "ai-desk"], True), ([], True)]
)
def test_a_note_about_it_is_for_the_same(receivers: list[str], seen: bool) -> None:
    note = {"event": "ev_1", "event_revision": 1, "rights": {"receivers": receivers}}
    made = line("note", ["al_mine", "ev_1"], alert="al_mine", portfolio="mine", desk="ai", note=note)
    assert (cut(made, WALL) is not None) is seen


def test_a_company_that_no_file_declares_any_more_is_not_for_a_desk() -> None:
    made = Event(id="ev_1", companies=[CompanyMention(id=name) for name in ("was-secret", "open", "cik-0001045810")])
    walls = Walls([Company(id="open", name="Open")], undeclared=UNKNOWN)
    seen = cut(line("event", ["ev_1"], event=event_to_dict(made)), replace(WALL, walls=walls))
    assert seen is not None
    assert [one["id"] for one in seen.data["event"]["companies"]] == ["open", "cik-0001045810"]


@pytest.mark.parametrize(
    "odd", [{"desks": 7}, {"matches": True}, {"alerts": [1], "decisions": [{}]}, {"over_time": None}, {"failures": 1}]
)
def test_a_line_that_is_not_made_as_it_should_be_is_for_no_desk(odd: dict[str, Any]) -> None:
    assert cut(event(**odd), WALL) is None
    assert Narrowing(portfolios=frozenset({"mine"})).take(event(**odd)) is None


def test_of_a_version_a_desk_sees_no_files() -> None:
    seen = cut(line("version", [], rules_version="v", alertd="1", files={"theirs.yaml": "0"}, holdings={}), WALL)
    assert seen is not None
    assert seen.data == {"rules_version": "v", "alertd": "1"}
