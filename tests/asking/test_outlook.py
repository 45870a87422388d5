"""What lies ahead of a portfolio, by the texts of its alerts."""

from __future__ import annotations

from datetime import date

from msgspec.structs import replace

from alertd.asking.outlook import Known, calendar, in_words
from alertd.model import (
    AlertState,
    Duration,
    Event,
    Evidence,
    Note,
    NoteGround,
    NoteStatement,
    Provenance,
    Rights,
)  # fmt: skip
from tests.alerts.living import state

TODAY = date(2027, 1, 15)
CLOSING = "The parties expect to close the deal on 17 April 2027, the filing says."


def about(body: str, *, name: str = "al_a", **fields: object) -> AlertState:
    event = Event(id="ev_a", title="A deal", body=body, event_at="2027-01-15T10:00:00.000Z")
    return replace(state(name), event=replace(event, **fields))


def test_a_date_that_is_ahead_stands_with_its_words_and_its_alert() -> None:
    (one,) = calendar([about(CLOSING)], TODAY)
    assert (one.first, one.last, one.alert) == (date(2027, 4, 17), date(2027, 4, 17), "al_a")
    assert one.quote == CLOSING
    assert "17 April" in one.what
    assert in_words(one, TODAY) == "in 92 days"
    assert in_words(one, date(2027, 4, 17)) == "today"


def test_what_is_over_or_withdrawn_is_not_ahead() -> None:
    assert calendar([about(CLOSING)], date(2027, 4, 18)) == []
    assert calendar([about(CLOSING, withdrawn=True)], TODAY) == []
    assert calendar([about("The deal closed on 17 April 2026.")], TODAY) == []
    assert calendar([about(CLOSING, event_at="")], TODAY) == []


def test_what_two_alerts_say_in_the_same_words_stands_once_and_the_soonest_first() -> None:
    later = "The vote will take place on 1 June 2027."
    found = calendar([about(later, name="al_b"), about(CLOSING), about(CLOSING, name="al_c")], TODAY)
    assert [one.alert for one in found] == ["al_a", "al_b"]


def test_an_alert_is_read_again_only_when_it_has_changed_or_somebody_else_looks() -> None:
    known, there = Known(), about(CLOSING)
    found = known.of(there, "ai")
    assert known.of(about(CLOSING), "ai") is found
    assert known.of(there, None) is not found
    later = replace(there, alert=replace(there.alert, updated_at="2027-01-16T10:00:00.000Z"))
    assert known.of(later, "ai") is not found
    assert calendar([later], TODAY, known, "ai") == calendar([later], TODAY)


def test_what_a_text_runs_until_is_a_date_too() -> None:
    def until(text: str) -> list[date]:
        evidence = [Evidence(field="body", start=0, end=9, quote="until then")]
        length = Duration(until=text, of="lease", evidence=evidence)
        return [one.last for one in calendar([about("Nothing.", durations=[length])], TODAY)]

    assert until("2027-06-30") == [date(2027, 6, 30)]
    assert until("2027-02") == [date(2027, 2, 28)]
    assert until("2027-12") == [date(2027, 12, 31)]
    assert until("2028") == [date(2028, 12, 31)]
    assert until("2027-13") == []
    assert until("soon") == []


def test_a_note_quotes_beyond_the_excerpt_but_not_what_rights_keep() -> None:
    quote = NoteGround(kind="quote", evidence=Evidence(field="body", start=0, end=9, quote=CLOSING))
    note = Note(
        event="ev_a", event_revision=1, statements=[NoteStatement(section="horizon", text="t", grounds=[quote])]
    )
    there = about("The beginning alone.")
    noted = replace(there, alert=replace(there.alert, note=note))
    assert [one.quote for one in calendar([noted], TODAY)] == [CLOSING]
    rights = Provenance(rights=Rights(show="title"))
    assert noted.event is not None
    assert calendar([replace(noted, event=replace(noted.event, provenance=rights))], TODAY) == []
    assert calendar([about(CLOSING, provenance=rights)], TODAY) == []
