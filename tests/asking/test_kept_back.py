"""Records of the journal as a desk may see them, where rights keep a part of an alert from it."""

from __future__ import annotations

from typing import Any

from alertd.alerts.looking import as_a_desk_sees
from alertd.alerts.rows import card
from alertd.asking.kept_back import Line, without_kept_back
from alertd.model import AlertState, JournalRecord
from tests.alerts.living import TITLE, state
from tests.alerts.test_looking import SECRET, SLACK, mixed

ALERT = "al_a"


def record(kind: str = "answer", name: str = ALERT, **data: Any) -> Line:
    made = JournalRecord(kind=kind, at="2027-01-15T08:00:00.000Z", ids=[name], reason="acknowledge", data=data)  # type: ignore[arg-type]
    return "1-0", made


def told(line: Line, *, states: dict[str, AlertState] | None = None, open_: tuple[str, ...] = ()) -> list[Line]:
    known = {ALERT: mixed()} if states is None else states
    return without_kept_back([line], known, lambda one: as_a_desk_sees(one, "ai", [SLACK]), open_)


def test_a_card_is_that_of_what_the_desk_sees() -> None:
    ((_, seen),) = told(record(alert=card(mixed()), who="jd", title=SECRET, text=SECRET))
    assert (seen.data["alert"]["title"], seen.data["who"]) == (TITLE, "jd")
    assert "CANARY" not in str(seen.data)
    ((_, event),) = told(record("event", event={"id": "ev_a"}, alerts=[card(mixed())]))
    assert [one["title"] for one in event.data["alerts"]] == [TITLE]


def test_of_a_text_there_is_as_much_as_its_source_lets_be_shown() -> None:
    limited = {"id": "ev_a", "title": TITLE, "body": SECRET, "provenance": {"rights": {"show": "title"}}}
    ((_, seen),) = told(record("event", "ev_a", event=limited))
    assert (seen.data["event"]["title"], seen.data["event"]["body"]) == (TITLE, "")


def test_a_note_about_an_alert_of_which_something_is_kept_back_is_not_there() -> None:
    assert told(record("note", note={"statements": [SECRET]})) == []


def test_what_nothing_is_kept_back_of_stays_and_messages_never_do() -> None:
    line = record(alert={"id": ALERT, "title": TITLE}, payload=SECRET)
    ((_, seen),) = told(line, states={ALERT: state(desk="ai")})
    assert seen.data == {"alert": {"id": ALERT, "title": TITLE}}


def test_of_an_alert_that_the_store_has_no_more_only_what_everybody_may_be_told_is_there() -> None:
    line = record(alert={"id": ALERT, "title": SECRET})
    assert told(line, states={}) == []
    assert told(line, states={}, open_=(ALERT,)) == [line]
