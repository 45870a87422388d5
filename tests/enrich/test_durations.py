from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.enrich.durations import MOST, add_durations
from alertd.model import Duration
from tests.enrich.making import understood


def durations(title: str, body: str = "", **fields: object) -> list[Duration]:
    return understood(add_durations, title, body, **fields).durations


def test_a_lease_that_lasts_is_a_duration_with_its_place() -> None:
    title = "SpaceX signs 15-year lease"
    (found,) = durations(title)
    assert (found.low, found.high, found.unit, found.of) == (15, 15, "year", "lease")
    assert title[found.evidence[0].start : found.evidence[0].end] == "15-year"


def test_an_open_end_is_left_open() -> None:
    (least,) = durations("a lease of at least 20 years")
    (most,) = durations("a lease of up to 12 years")
    assert (least.low, least.high) == (20, None)
    assert (most.low, most.high) == (None, 12)


def test_a_date_up_to_which_something_runs_is_as_exact_as_it_is_stated() -> None:
    said = ["The lease runs through 2031", "until June 2031", "until 30 June 2031", "until 31 June 2031"]
    assert [one.until for text in said for one in durations(text)] == ["2031", "2031-06", "2031-06-30", "2031-06"]


def test_a_date_that_has_passed_is_none() -> None:
    assert durations("The lease ran until June 2019") == []
    (then,) = durations("The lease runs until June 2019", event_at="2018-05-01T00:00:00.000Z")
    assert then.until == "2019-06"


def test_the_same_length_in_title_and_body_is_one_duration_with_both_places() -> None:
    (found,) = durations("SpaceX signs 15-year lease", "The 15-year lease begins in May.")
    assert [one.field for one in found.evidence] == ["title", "body"]


def test_durations_that_an_event_brings_stay_as_they_are() -> None:
    brought = [Duration(low=1, high=1)]
    assert durations("a 15-year lease", durations=brought) == brought


def test_a_language_that_is_not_understood_gives_none() -> None:
    assert durations("un contrat de 15 years lease", language="fr") == []


@pytest.mark.parametrize(
    "text",
    ["one-" * 15_000 + "year lease", "5-year " * 9_000, "for 5 years " * 5_000, "until 2031 " * 6_000, "20" * 30_000,
     "year " * 13_000, "a lease of " * 6_000 + "5 years", "twenty " * 9_000 + "years", "lease for the " * 4_500,
     "5-year" + " a" * 30_000, "through " * 8_000 + "2031", "90 days' " * 7_000 + "notice"],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_hostile_text_costs_time_by_its_length_only(text: str) -> None:
    begun = time.process_time()
    found = durations("x", text)
    assert time.process_time() - begun < 2, "65,536 characters"
    assert len(found) <= MOST


AROUND = st.text(alphabet="0123456789 -–yearsmonthdlightcfrun,.'’2031\n", max_size=200)


@given(AROUND, AROUND)
def test_any_text_around_a_length_gives_durations_whose_places_are_in_it(before: str, behind: str) -> None:
    body = f"{before}\n\nIt signed a 15-year lease.\n\n{behind}"
    made = durations("x", body)
    assert any("15-year" in one.quote for found in made for one in found.evidence)
    for found in made:
        assert found.low is None or found.high is None or 0 < found.low <= found.high
        assert all(0 <= one.start < one.end <= len(body) for one in found.evidence)


@given(st.integers(1, 99), st.sampled_from(["day", "week", "month", "year"]), st.sampled_from(["lease", "contract"]))
def test_a_length_reads_back_in_each_of_its_forms(number: int, unit: str, what: str) -> None:
    many = f"{number} {unit}{'s' if number > 1 else ''}"
    for text in (f"a {number}-{unit} {what}", f"The {what} runs for {many}", f"a {what} with a term of {many}"):
        (found,) = durations(text)
        assert (found.low, found.high, found.unit, found.of) == (number, number, unit, what), text
