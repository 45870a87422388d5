"""`alertd silence`: what may be held back, for how long, by whom, and what others see of it."""

from __future__ import annotations

from typing import Any

import pytest

from alertd.base.clock import system_clock
from alertd.model import JournalRecord, Silence
from tests.cli.conftest import PORTFOLIO, Desk
from tests.cli.living import journalled, ms

CALL = ("silence", "add", "--reason", "earnings call", "--by", "jd")


def silences(desk: Desk) -> list[Silence]:
    return desk.do(lambda store: store.silences(system_clock()))


def add(desk: Desk, *words: str) -> dict[str, Any]:
    done = desk.run(*CALL, *words, "--json")
    assert (done.code, done.err) == (0, "")
    made: dict[str, Any] = done.json
    return made


def test_a_silence_names_what_it_holds_back_who_made_it_why_and_its_end(desk: Desk) -> None:
    done = desk.run(*CALL, "--portfolio", "ai", "--rule", "lease", "--for", "2h")
    assert (done.code, done.err) == (0, "")
    (made,) = silences(desk)
    assert done.out.startswith(f"{made.id}  portfolios ai; rules lease, until {made.ends_at}\n")
    assert (made.author, made.reason, made.all_desks, made.desk) == ("jd", "earnings call", True, None)
    assert abs(ms(made.ends_at) - system_clock() - 7_200_000) < 60_000
    (record,) = journalled(desk, "silence")
    assert (record.reason, record.data["who"], record.data["via"]) == ("added", "jd", "cli")
    assert record.ids == [made.id]


def test_a_company_is_named_as_people_call_it(desk: Desk) -> None:
    made = add(desk, "--company", "NVDA", "--for", "1h")
    assert made["companies"] == ["cik-0001045810"]


def test_each_week_for_a_year_unless_it_says(desk: Desk) -> None:
    made = add(desk, "--portfolio", "ai", "--weekly", "fri 16:00-18:00", "--timezone", "Europe/London")
    assert made["weekly"] == [{"days": [4], "start": "16:00", "end": "18:00", "timezone": "Europe/London"}]
    assert ms(made["ends_at"]) - system_clock() > 360 * 86_400_000
    assert "fri 16:00-18:00 Europe/London" in desk.run("silence", "list").out


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--portfolio", "ia"), "there is no portfolio ia; did you mean `ai`?"),
        (("--rule", "leese"), "there is no rule leese; did you mean `lease`?"),
        (("--company", "NVDIA"), "there is no company NVDIA; did you mean"),
        (("--event-type", "compute_leese"), "there is no event type compute_leese"),
        (("--source", "wires"), "there is no source wires; did you mean `wire`?"),
        (("--receiver", "dsk"), "there is no receiver dsk; did you mean `desk`?"),
    ],
)
def test_what_is_not_there_is_refused_with_a_suggestion(desk: Desk, words: tuple[str, ...], why: str) -> None:
    done = desk.run(*CALL, *words, "--for", "1h")
    assert done.code == 1
    assert why in done.err
    assert silences(desk) == []


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--for", "1h"), "name what is held back"),
        (("--everything", "--portfolio", "ai", "--for", "1h"), "name what is held back"),
        (("--portfolio", "ai"), "a silence needs an end: --for 2h, or --until 18:00"),
        (("--portfolio", "ai", "--for", "1h", "--until", "18:00"), "not both"),
        (("--portfolio", "ai", "--until", "2020-01-01"), "would be over before it begins"),
        (("--portfolio", "ai", "--for", "500d"), "lasts for 400 days at most"),
        (("--portfolio", "ai", "--weekly", "friday"), "is no time of a week"),
        (("--portfolio", "ai", "--for", "1h", "--timezone", "Mars"), "no such time zone"),
    ],
)
def test_what_cannot_be_meant_is_said(desk: Desk, words: tuple[str, ...], why: str) -> None:
    done = desk.run(*CALL, *words)
    assert done.code == 2
    assert why in done.err


def test_a_reason_is_needed(desk: Desk) -> None:
    assert desk.run("silence", "add", "--portfolio", "ai", "--for", "1h").code == 2
    done = desk.run("silence", "add", "--portfolio", "ai", "--for", "1h", "--reason", " \n")
    assert (done.code, "say why" in done.err) == (2, True)


def test_with_rules_that_cannot_be_read_it_is_made_all_the_same(desk: Desk) -> None:
    (desk.folder / "rules/portfolios/ai.yaml").write_text("portfolio: [")
    done = desk.run(*CALL, "--portfolio", "ai", "--for", "1h")
    assert (done.code, "not checked against the rules" in done.err) == (0, True)
    assert len(silences(desk)) == 1


def test_a_list_shows_what_each_held_back(desk: Desk) -> None:
    made = add(desk, "--everything", "--until", "2h", "--from", "1h")
    event = JournalRecord(kind="event", at="2026-01-12T00:00:00.000Z", ids=["ev_a", made["id"]], reason="silenced")
    desk.journal(event)
    (row,) = desk.run("silence", "list", "--json").json
    assert (row["held_back"], row["state"], row["what"]) == (1, "to come", "everything")
    assert "earnings call" in desk.run("silence", "list").out


def test_a_silence_ends_early_and_that_is_written_down(desk: Desk) -> None:
    made = add(desk, "--portfolio", "ai", "--for", "2h")
    done = desk.run("silence", "end", made["id"][:9], "--by", "mk")
    assert (done.code, done.out) == (0, f"{made['id']} is over: portfolios ai\n")
    assert silences(desk) == []
    assert [(record.reason, record.data["who"]) for record in journalled(desk, "silence")] == [
        ("added", "jd"),
        ("ended", "mk"),
    ]
    done = desk.run("silence", "end", made["id"])
    assert (done.code, f"no silence {made['id']} that is not over" in done.err) == (1, True)
    assert desk.run("silence", "list").out == "nothing is silenced\n"


def test_one_desk_neither_sees_nor_ends_the_silences_of_another(desk: Desk) -> None:
    desk.settings(receivers=[{"id": "desk", "type": "console", "desk": "ai"}])
    (desk.folder / "rules/portfolios/ai.yaml").write_text(
        PORTFOLIO.replace("title: AI inf", "desk: ai\ntitle: AI inf")
    )
    made = add(desk, "--portfolio", "ai", "--desk", "ai", "--for", "2h")
    assert desk.run("silence", "list", "--desk", "energy").out == "nothing is silenced\n"
    assert desk.run("silence", "end", made["id"], "--desk", "energy").code == 1
    assert "portfolios ai; desk ai" in desk.run("silence", "list", "--desk", "ai").out
    done = desk.run(*CALL, "--portfolio", "ai", "--desk", "energy", "--for", "2h")
    assert (done.code, done.err) == (1, "there is no desk energy\nthere is no portfolio ai\n")


def test_a_desk_that_nothing_belongs_to_is_a_misspelling(desk: Desk) -> None:
    done = desk.run(*CALL, "--everything", "--desk", "enrgy", "--for", "2h")
    assert (done.code, done.err) == (1, "there is no desk enrgy\n")
    assert silences(desk) == []
