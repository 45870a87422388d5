"""`alertd sources`: who does how, and why; what a test of an hour of faults shows stands in tests/workers."""

from __future__ import annotations

from typing import Any

import pytest

from alertd.base.clock import system_clock
from alertd.model import Spell, Standing
from tests.cli.conftest import Desk

MINUTE = 60_000
HOUR = 60 * MINUTE


def three(desk: Desk) -> None:
    """Configure three sources; the state that a test writes is that of `wire`."""
    names = ("quiet", "wire", "late")
    desk.settings(sources=[{"id": n, "type": "feed", "url": f"https://{n}.example.com/rss"} for n in names])
    desk.running()


def stand(desk: Desk, **about: Any) -> None:
    """Write down how `wire` stands."""
    desk.do(lambda store: store.save_standing(Standing(source="wire", **about)))


def test_each_source_has_a_line_those_in_trouble_first(desk: Desk) -> None:
    three(desk)
    now = system_clock()
    desk.source(state="failing", failures=4, error="HTTP 503\x1b[2J", last_success_ms=now - 9 * MINUTE - 1)
    stand(desk, state="failing", since_ms=now - 8 * MINUTE - 1)
    done = desk.run("sources")
    assert done.code == 1
    assert done.out.splitlines() == [
        "Sources: 0 of 3 fine",
        "id     type  state    for    last item  last good  rate  why",
        "wire   feed  failing  8 min  never      9 min ago        failed 4 times in a row: HTTP 503\ufffd[2J",
        "quiet  feed  new             never      never            not asked yet",
        "late   feed  new             never      never            not asked yet",
    ]


def test_what_was_judged_by_the_clock_is_shown_with_its_reason(desk: Desk) -> None:
    three(desk)
    desk.source(state="fine", last_success_ms=system_clock())
    stand(desk, state="silent", since_ms=system_clock() - 3 * HOUR - 1, why="nothing new for more than 2 h")
    (row,) = desk.run("sources", "--trouble", "--json").json
    assert (row["id"], row["state"], row["why"]) == ("wire", "silent", "nothing new for more than 2 h")
    assert "silent  3 h " in desk.run("sources", "--trouble").out
    assert "wire: nothing new for more than 2 h" in desk.run("status").out


def test_when_all_is_well_there_is_nothing_to_say(desk: Desk) -> None:
    desk.running()
    desk.source(state="fine", last_success_ms=system_clock(), polls=1)
    assert desk.run("sources").code == 0
    done = desk.run("sources", "--trouble")
    assert (done.code, done.out.splitlines()[0]) == (0, "Sources: 1 of 1 fine")


def test_one_source_in_full_with_the_times_in_which_it_was_not_seen(desk: Desk) -> None:
    three(desk)
    now = system_clock()
    spells = [
        Spell(since_ms=now - 50 * HOUR, until_ms=now - 49 * HOUR),
        Spell(since_ms=now - 2 * HOUR, until_ms=now - HOUR, why="HTTP 503", became="missed"),
    ]
    desk.source(
        state="fine", url="https://wire.example.com/rss?key=s3cret", last_success_ms=now, last_poll_ms=now, polls=7,
        events=5, duplicates=1, entries=20, spells=spells, moved_to="https://new.example.com/rss",
    )  # fmt: skip
    done = desk.run("sources", "wire")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0] == "wire  feed, fine: moved for good to https://new.example.com/rss: change its url"
    assert "  asked at     https://wire.example.com/rss?…" in lines
    assert "  in all       7 polls, 5 events, 1 duplicate" in lines
    assert "  last read    20 entries, 0 rejected" in lines
    assert not any("next asked" in line for line in lines), "it is not known here"
    assert lines[-2].endswith("HTTP 503          some may be missing")
    assert lines[-1].endswith("it was not asked  nothing missed")
    assert "s3cret" not in done.out
    row = desk.run("sources", "show", "wire", "--json").json
    assert [spell["became"] for spell in row["spells"]] == ["covered", "missed"]
    assert "s3cret" not in str(row)


def test_when_it_is_asked_next_is_shown_as_long_as_it_will_be(desk: Desk) -> None:
    three(desk)
    due = system_clock() + 9 * MINUTE + 30_000
    desk.source(state="failing", failures=1, error="answered 403", due_ms=due)
    assert "  next asked   in 9 min" in desk.run("sources", "wire").out.splitlines()
    desk.source(state="gone", error="answered 410", due_ms=due)
    assert "next asked" not in desk.run("sources", "wire").out


def test_a_source_that_is_not_there_is_said_with_what_was_meant(desk: Desk) -> None:
    three(desk)
    done = desk.run("sources", "wires")
    assert (done.code, done.err) == (1, "alertd: there is no source wires; did you mean wire?\n")


def test_without_a_daemon_what_it_left_is_shown(desk: Desk) -> None:
    desk.source(state="fine", polls=7)
    done = desk.run("sources")
    assert done.err == "no daemon runs here; what follows is what it left\n"
    assert done.out.startswith("Sources: 1 of 1 fine\n")


@pytest.mark.parametrize("words", [("sources",), ("sources", "show"), ("sources", "wire"), ("status",)])
@pytest.mark.parametrize("config", ["none", "named", "broken"])
def test_without_settings_that_can_be_read_a_line_says_so(desk: Desk, words: tuple[str, ...], config: str) -> None:
    (desk.folder / "alertd.yaml").unlink()
    if config == "broken":
        (desk.folder / "alertd.yaml").write_text("sources: [{id: wire,\n")
    done = desk.run(*words, *(("-c", "/nonexist.yaml") if config == "named" else ()))
    assert done.code == 1
    assert "Traceback" not in done.err
    assert 0 < len(done.err.splitlines()) <= 2
    assert done.out == ""


@pytest.mark.parametrize("words", [("sources", "-h"), ("sources", "--help")])
def test_the_help_names_the_commands_of_the_group(desk: Desk, words: tuple[str, ...]) -> None:
    done = desk.run(*words)
    assert done.code == 0
    assert "show" in done.out
