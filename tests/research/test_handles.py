"""What a model may cite, by id: relations, earlier events and numbers; nothing of what only a desk may know."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from msgspec.structs import replace

from alertd.companies.model import Relation
from alertd.model import Amount, Duration, Evidence, Sentiment, Story
from alertd.research.handles import MAX_EARLIER, MAX_NUMBERS, MAX_RELATIONS, handles, labels_of
from alertd.research.material import Earlier, Exposure
from tests.research.cases import MSFT, NVDA, SECRET, SUPPLIES, lease, material

BARE: dict[str, Any] = {"amounts": [], "durations": [], "sentiment": None, "story": None, "companies": []}


def numbers(**fields: object) -> list[str]:
    named = handles(material(event=lease(**(BARE | fields))))
    return [one.text for handle, one in named.items() if handle[0] == "n"]


def test_each_kind_has_its_letter_and_counts_from_one() -> None:
    named = handles(material())
    assert [handle for handle in named if handle[0] == "r"] == ["r1", "r2", "r3"]
    assert named["r1"].text == "NVDA supplies SpaceX since 2024-07-22"
    assert (named["r1"].company, named["r1"].relation, named["r1"].since) == (NVDA, "supplier", "2024-07-22")
    assert named["e1"].text == (
        "contract dispute of 2025-11-20: Anthropic and SpaceX argue over 12 satellites"
    )  # fmt: skip
    assert {one.kind for handle, one in named.items() if handle[0] == "n"} == {"number"}


def test_what_only_a_desk_may_know_and_what_is_held_is_not_among_them() -> None:
    named = handles(material())
    said = " ".join(one.text + one.source for one in named.values())
    assert SECRET.source not in said
    assert "QuietCo" not in said
    assert "0.08" not in said
    without = dataclasses.replace(material(), exposures=tuple(
        dataclasses.replace(one, holding=None) for one in material().exposures
    ))  # fmt: skip
    assert handles(without) == named


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"amounts": [Amount(low=3e9, high=4e9, per="year", role="revenue", of="spacex")]},
         "$3-4bn a year, revenue of SpaceX"),
        ({"amounts": [Amount(low=2e9, high=2e9, role="deal_value", earlier=True)]}, "$2bn, deal value, before"),
        ({"amounts": [Amount(low=2e9, high=2e9, derived=True)]}, "$2bn, reckoned from a total over a term"),
        ({"durations": [Duration(low=90, high=90, unit="day", of="notice")]}, "90 days, notice"),
        ({"durations": [Duration(low=1, high=1, unit="year")]}, "1 year"),
        ({"durations": [Duration(low=3, high=None, unit="year")]}, "at least 3 years"),
        ({"durations": [Duration(low=None, high=6, unit="month")]}, "up to 6 months"),
        ({"durations": [Duration(until="2031-06", of="lease")]}, "until 2031-06, lease"),
        ({"sentiment": Sentiment(score=0.35, label="mildly positive")}, "tone +0.35, mildly positive"),
    ],
)  # fmt: skip
def test_a_number_says_whose_and_what_it_is(fields: dict[str, object], text: str) -> None:
    assert text in [said.replace("SPACEX", "SpaceX") for said in numbers(**fields)]


def test_a_story_is_three_numbers() -> None:
    assert numbers(story=Story(id="st_1", novelty=0.5, sources=2, position=3)) == [
        "novelty 0.50", "independent sources: 2", "reports of this story so far: 3",
    ]  # fmt: skip


def test_a_length_without_ends_is_no_number() -> None:
    assert numbers(durations=[Duration(unit="day")]) == []


def test_there_are_no_more_of_them_than_a_model_is_to_read() -> None:
    place = Evidence(field="title", start=0, end=6, quote="SpaceX")
    many = [Amount(low=float(n), high=float(n), evidence=[place]) for n in range(1, 200)]
    steps = [dataclasses.replace(material().exposures[1], company=f"c{n}", path=(_relation(n),)) for n in range(200)]
    earlier = tuple(Earlier(event=f"ev_{n}", at="2025-01-01T00:00:00.000Z", type="results") for n in range(99))
    about = material(event=lease(**(BARE | {"amounts": many})), exposures=tuple(steps), earlier=earlier)
    named = handles(about)
    counts = [sum(handle[0] == letter for handle in named) for letter in "ren"]
    assert counts == [MAX_RELATIONS, MAX_EARLIER, MAX_NUMBERS]


def test_a_company_is_called_by_its_label_then_its_ticker_then_its_name() -> None:
    labels = labels_of(material())
    assert labels[NVDA] == "NVDA"
    assert labels["spacex"] == "SpaceX"
    unlabelled = material(exposures=(Exposure(MSFT, "", 1, (SUPPLIES,), "anthropic"),))
    assert labels_of(unlabelled)[MSFT] == "MICROSOFT CORP"


def _relation(n: int) -> Relation:
    return replace(SUPPLIES, company=f"c{n}")
