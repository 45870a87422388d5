"""`alertd note`: written now by the rules that are there, or as alerts carry it (how it reads: golden/note.txt)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from alertd.base.clock import rfc3339, system_clock
from alertd.model import Evidence, Note, NoteGround, NoteStatement, Rights
from alertd.store.redis import RedisStore
from tests.alerts.living import TITLE, state
from tests.cli.conftest import Desk
from tests.cli.living import ONE, TWO
from tests.cli.run import HERE, Done, alertd

LEASE = {
    "title": "Vega Grid leases its Orion supercomputer to Lumen Labs",
    "event_at": "2026-02-02T12:41:56Z",
    "companies": [{"id": "vega", "role": "lessor"}, {"id": "lumen", "role": "lessee"}],
}
QUARREL = {
    "title": "Lumen Labs sues Vega Grid",
    "event_at": "2026-06-02T09:12:30Z",
    "companies": [{"id": "lumen"}, {"id": "vega"}],
}
STRANGERS = {"title": "Two strangers meet", "event_at": "2026-02-02T12:41:56Z"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(HERE / "tried/rules", tmp_path / "rules")
    return tmp_path


def note(folder: Path, *events: dict[str, Any], words: Sequence[str] = ()) -> Done:
    """Ask with the events on stdin, a line each."""
    return alertd("note", "-", *words, cwd=folder, stdin="\n".join(map(json.dumps, events)).encode())


def noted(folder: Path, *events: dict[str, Any], words: Sequence[str] = ()) -> list[dict[str, Any]]:
    done = note(folder, *events, words=(*words, "--json"))
    assert (done.code, done.err) == (0, "")
    documents: list[dict[str, Any]] = done.json
    return documents


def said(document: dict[str, Any], section: str) -> list[str]:
    return [one["text"] for one in document["note"]["statements"] if one["section"] == section]


def held(document: dict[str, Any]) -> list[str]:
    """Give the holdings that a note names."""
    return [one["holding"]["label"] for one in document["note"]["statements"] if one.get("holding")]


def hold(folder: Path, portfolio: str, *companies: str, desk: str = "") -> None:
    """Write a portfolio that holds these."""
    holdings = ", ".join(f"{{company: {company}, weight: 1%}}" for company in companies)
    text = f"portfolio: {portfolio}\ntitle: P\nreceivers: []\nholdings: [{holdings}]\n{desk}"
    text += "rules: [{id: any, title: A, severity: low, when: {mentions: holdings}}]\n"
    (folder / f"rules/portfolios/{portfolio}.yaml").write_text(text)


# --- written now ----------------------------------------------------------------------------------------------


def test_each_portfolio_that_it_touches_has_a_note_and_no_other(folder: Path) -> None:
    hold(folder, "drinks", "KO")
    hold(folder, "grids", "vega")
    assert [(one["portfolio"], one["alert"]) for one in noted(folder, LEASE)] == [("ai", None), ("grids", None)]
    assert [one["portfolio"] for one in noted(folder, LEASE, words=["drinks"])] == ["drinks"]


def test_of_an_event_that_touches_nobody_one_note_says_what_can_be_said(folder: Path) -> None:
    hold(folder, "drinks", "KO")
    (only,) = noted(folder, STRANGERS)
    assert held(only) == []
    assert {"implication", "winner", "risk"} <= set(only["note"]["none_found"])


def test_the_hops_say_how_far_away_a_holding_is_still_named(folder: Path) -> None:
    with (folder / "rules/companies/private.yaml").open("a") as file:
        file.write("  - {company: TSM, is: supplier, of: NVDA, strength: 0.8}\n")
    hold(folder, "chips", "NVDA", "TSM")
    for hops, named in (("0", []), ("1", ["NVDA"]), ("2", ["NVDA", "TSM"])):
        (shown,) = noted(folder, LEASE, words=["chips", "--hops", hops])
        assert held(shown) == named, hops
    done = note(folder, LEASE, words=["chips", "--hops", "3"])
    assert (done.code, done.out) == (2, "")


@pytest.mark.parametrize(
    ("before", "precedents"),
    [
        ([LEASE], ["The same parties before: compute lease, 2026-02-02."]),
        ([LEASE | {"title": "Vega Grid leases a supercomputer", "companies": [{"id": "vega"}]}], []),
        ([STRANGERS], []),
        ([], []),
    ],
    ids=["both", "one of them", "neither", "nothing"],
)
def test_of_a_timeline_the_last_is_the_event_and_before_it_is_what_the_same_parties_did(
    folder: Path, before: list[dict[str, Any]], precedents: list[str]
) -> None:
    (shown,) = noted(folder, *before, QUARREL, words=["ai"])
    assert said(shown, "precedent") == precedents


def test_a_relation_that_is_another_desks_is_not_what_a_note_rests_on(folder: Path) -> None:
    (folder / "rules/companies/secret.yaml").write_text(
        "desk: quant\nrelations: [{company: AMD, is: supplier, of: vega}]\n"
    )
    hold(folder, "open", "AMD")
    hold(folder, "walled", "AMD", desk="desk: quant\n")
    assert [one["portfolio"] for one in noted(folder, LEASE)] == ["ai", "walled"]
    assert held(noted(folder, LEASE, words=["open"])[0]) == []


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ((json.dumps(LEASE), "ia"), 2, "there is no portfolio ia (did you mean ai?)"),
        (('{"title": 7}', "ai"), 1, "not an event: Expected `str`, got `int` - at `$.title`"),
        (("nowhere.json", "ai"), 2, "nowhere.json: "),
        (("[]", "ai"), 1, "not an event: "),
    ],
    ids=["no portfolio", "no event", "no file", "none"],
)
def test_what_cannot_be_noted_is_told_in_one_line(folder: Path, words: tuple[str, ...], code: int, told: str) -> None:
    done = alertd("note", *words, cwd=folder)
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith(f"alertd: {told}")
    assert done.err.count("\n") == 1


def test_broken_rules_note_nothing_and_are_shown(folder: Path) -> None:
    (folder / "rules/portfolios/filings.yaml").write_text("portfolio: [")
    done = note(folder, LEASE)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("rules/portfolios/filings.yaml:")


def test_a_hostile_event_does_not_drive_the_terminal(folder: Path) -> None:
    done = note(folder, LEASE | {"title": "\x1b[2J[red]Vega Grid leases a supercomputer to Lumen Labs\u202e"})
    assert done.code == 0
    assert "[red]" in done.out
    assert "\x1b" not in done.out
    assert "\u202e" not in done.out


# --- as alerts carry it ---------------------------------------------------------------------------------------

KEPT = Note(
    event="ev_a", event_revision=1, by="anthropic/some-model", confidence="medium", confidence_why="announced",
    statements=[
        NoteStatement(
            section="risk", text="What was leased can be taken back.",
            grounds=[NoteGround(kind="quote", evidence=Evidence(field="title", start=0, end=9, quote=TITLE))],
        )
    ],
)  # fmt: skip


def told_of(desk: Desk, name: str, note: Note | None, portfolio: str = "ai", wall: str | None = None) -> None:
    """Write an alert that took the event `ev_a` in."""
    made = state(name, desk=wall)
    alert = replace(made.alert, note=note, portfolio=portfolio, updated_at=rfc3339(system_clock()))

    async def write(store: RedisStore) -> None:
        assert await store.commit(name, 0, replace(made, alert=alert), (), system_clock()) is None

    desk.do(write)


def test_an_id_shows_the_note_that_its_alert_carries(desk: Desk) -> None:
    told_of(desk, ONE, KEPT)
    done = desk.run("note", "ev_a")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        f"ai  what ev_a means  ({ONE})",
        "  Risk      What was leased can be taken back.",
        f"            “{TITLE}”",
        "  Note      confidence medium: announced · by anthropic/some-model",
    ]


def test_an_id_with_a_portfolio_shows_the_note_of_its_alert_alone(desk: Desk) -> None:
    told_of(desk, ONE, KEPT)
    told_of(desk, TWO, replace(KEPT, by="facts"), "other")
    assert {one["portfolio"] for one in desk.run("note", "ev_a", "--json").json} == {"ai", "other"}
    (shown,) = desk.run("note", "ev_a", "other", "--json").json
    assert (shown["alert"], shown["note"]["confidence"]) == (TWO, "medium")


def test_an_alert_stands_for_its_newest_event_also_by_its_beginning(desk: Desk) -> None:
    told_of(desk, ONE, KEPT)
    told_of(desk, TWO, KEPT, "other", wall="b")
    for name in (ONE, ONE[:8]):
        (shown,) = desk.run("note", name, "--json").json
        assert (shown["alert"], shown["portfolio"]) == (ONE, "ai")
    for words in (("al_zzz",), (TWO, "--desk", "a")):
        none = desk.run("note", *words)
        assert (none.code, none.err) == (1, f"alertd: there is no alert {words[0]}; alertd alerts lists them\n")
    several = desk.run("note", "al_", "--desk", "a")
    assert several.code == 0, "of the other one the desk knows nothing"
    assert "is the beginning of 2 alerts" in desk.run("note", "al_").err


def test_what_is_no_file_may_have_been_meant_for_an_id(desk: Desk) -> None:
    assert "there is no such file; an event is its id (ev_…), a file, -, or JSON" in desk.run("note", "evabc").err


def test_an_alert_without_a_note_and_an_event_without_an_alert_are_told_apart(desk: Desk) -> None:
    told_of(desk, ONE, None)
    bare = desk.run("note", "ev_a")
    assert (bare.code, bare.out) == (1, "")
    assert bare.err.startswith(f"alertd: the alert {ONE} carries no note: ")
    for words, whose in ((("ev_a", "other"), " of other"), (("ev_b",), "")):
        none = desk.run("note", *words)
        assert (none.code, none.out) == (1, "")
        assert none.err == f"alertd: no alert{whose} is about {words[0]}; alertd why {words[0]} says more\n"


def test_a_desk_is_shown_the_notes_of_its_alerts_that_it_may_be_told_of(desk: Desk) -> None:
    rules = "rules: [{id: any, title: Any, severity: low, when: {text: any}}]\n"
    portfolio = f"portfolio: other\ntitle: Other\ndesk: b\nreceivers: []\n{rules}"
    (desk.folder / "rules/portfolios/b.yaml").write_text(portfolio)
    told_of(desk, ONE, KEPT)
    told_of(desk, TWO, KEPT, "other", wall="b")
    assert [one["portfolio"] for one in desk.run("note", "ev_a", "--desk", "a", "--json").json] == ["ai"]
    assert {one["portfolio"] for one in desk.run("note", "ev_a", "--desk", "b", "--json").json} == {"ai", "other"}
    none = desk.run("note", "ev_a", "other", "--desk", "a")
    assert (none.code, none.out) == (1, "")
    assert none.err == "alertd: no alert of other for desk a is about ev_a; alertd why ev_a says more\n"


def test_a_note_that_only_others_receivers_may_be_told_is_not_shown_to_a_desk(desk: Desk) -> None:
    told_of(desk, ONE, replace(KEPT, rights=Rights(receivers=["elsewhere"])))
    assert desk.run("note", "ev_a", "--desk", "a").code == 1
    assert desk.run("note", "ev_a").code == 0, "whoever runs it sees all"


def test_of_a_desk_only_its_portfolios_and_those_of_nobody_have_a_note(folder: Path) -> None:
    hold(folder, "ours", "vega", desk="desk: a\n")
    hold(folder, "theirs", "vega", desk="desk: b\n")
    shown = [one["portfolio"] for one in noted(folder, LEASE, words=["--desk", "a"])]
    assert shown == ["ai", "ours"]
    done = note(folder, LEASE, words=["theirs", "--desk", "a"])
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("alertd: there is no portfolio theirs")
    assert "b" not in done.err.partition("there are")[2].split(), done.err
