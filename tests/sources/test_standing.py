"""How a source stands, and what the operator hears of it: once when it changes, once when it is over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from alertd.model import Rhythm, SourceState, Standing
from alertd.sources.rhythm import HOUR_MS, SilentFor
from alertd.sources.standing import CALM_MS, FLAPPING_TIMES, Tell, Watched, begun, in_words, judge, shown

NOW = 1_767_600_000_000
MINUTE = 60_000
ERROR = "HTTP 503"


def state(**fields: Any) -> SourceState:
    given: dict[str, Any] = {"state": "fine", "wait_ms": MINUTE} | fields
    return SourceState(source="wire", **given)


@dataclass
class Life:
    """A source's life as the operator hears of it."""

    silent_after: SilentFor = "off"
    polled: bool = True
    now: int = NOW
    state: SourceState = field(default_factory=state)
    standing: Standing = field(default_factory=lambda: Standing(source="wire", state="fine"))
    heard: list[Tell] = field(default_factory=list)

    def _take(self, after: SourceState, seen: Watched | None = None) -> None:
        self.standing, tells = judge(self.standing, self.state, after, seen, self.now)
        self.heard += tells
        self.state = after

    def well(self, **fields: Any) -> None:
        """A poll that succeeds, a minute later."""
        self.now += MINUTE
        self._take(state(last_poll_ms=self.now, last_success_ms=self.now, **fields))

    def fail(self, times: int = 1) -> None:
        """Polls that fail, a minute apart."""
        for _ in range(times):
            self.now += MINUTE
            last = self.state.last_success_ms
            failures = self.state.failures + 1
            self._take(state(state="failing", failures=failures, error=ERROR, last_success_ms=last, last_poll_ms=NOW))

    def look(self, minutes: float = 0, since_ms: int = NOW) -> None:
        """A look by the clock, later."""
        self.now += int(minutes * MINUTE)
        self._take(self.state, Watched(self.silent_after, since_ms, MINUTE if self.polled else None))

    def health(self) -> str:
        return self.standing.state

    def kinds(self) -> list[str]:
        return [tell.kind.removeprefix("source_") for tell in self.heard]


def test_two_failures_are_seen_and_not_told_three_are_told_once() -> None:
    life = Life()
    life.well()
    life.fail(2)
    assert (life.health(), life.heard) == ("failing", [])
    life.fail(5)
    assert life.kinds() == ["failing"]
    assert life.heard[0].text == "Source wire has failed 3 times in a row: HTTP 503"


def test_healing_is_told_once_and_only_after_trouble_that_was_told() -> None:
    life = Life()
    life.fail(2)
    life.well()
    assert life.kinds() == []
    life.fail(4)
    life.well()
    life.well()
    assert life.kinds() == ["failing", "healed"]
    assert life.heard[-1].text == "Source wire answers again after 4 failed polls."


def test_the_same_trouble_has_the_same_episode_however_often_it_is_judged() -> None:
    life = Life()
    life.well()
    life.fail(3)
    again = Life(now=life.now, state=life.state, standing=begun(state(last_success_ms=NOW + MINUTE)))
    again.fail(1)
    assert again.heard[0].episode == life.heard[0].episode


def test_a_source_that_comes_and_goes_is_told_three_times_then_when_it_has_been_well_for_an_hour() -> None:
    life = Life()
    for _ in range(6):
        life.fail(3)
        life.well()
    assert life.kinds().count("failing") == FLAPPING_TIMES
    assert life.heard[-1].text.endswith("It comes and goes: you are told again when it has been well for an hour.")
    told = len(life.heard)
    for _ in range(CALM_MS // MINUTE - 1):
        life.well()
    assert len(life.heard) == told
    life.well()
    assert [t.text for t in life.heard[told:]] == ["Source wire has been well for an hour."]
    life.fail(3)
    assert life.kinds()[-1] == "failing", "then it is news again"


def test_trouble_some_hours_apart_is_told_each_time() -> None:
    life = Life()
    for _ in range(6):
        life.fail(3)
        life.well()
        life.now += 4 * HOUR_MS
    assert life.kinds() == ["failing", "healed"] * 6


def test_gone_is_told_even_of_a_source_that_comes_and_goes() -> None:
    life = Life()
    for _ in range(4):
        life.fail(3)
        life.well()
    life._take(state(state="gone", error="HTTP 410", polls=9))
    assert life.heard[-1].text.startswith("Source wire is not polled any more: HTTP 410")


def test_a_source_that_is_not_asked_in_time_is_late() -> None:
    life = Life()
    life.well()
    life.look(4)
    assert life.health() == "fine"
    life.look(1)
    assert life.health() == "late"
    assert life.heard[-1].text == "Source wire is late: not asked in time, although its timetable says each 60 s"
    life.well()
    life.look()
    assert (life.kinds(), life.health()) == (["late", "healed"], "fine")
    assert life.heard[-1].text == "Source wire is in time again."


def test_a_source_that_asked_for_patience_is_not_late() -> None:
    life = Life(state=state(last_poll_ms=NOW, last_success_ms=NOW, not_before_ms=NOW + HOUR_MS))
    life.look(59)
    assert life.health() == "fine"
    life.look(10)
    assert life.health() == "late"


def test_a_daemon_that_has_just_started_gives_its_sources_time() -> None:
    life = Life(state=state(last_poll_ms=NOW - 9 * HOUR_MS, last_success_ms=NOW - 9 * HOUR_MS), silent_after=3600.0)
    life.look(1)
    assert (life.health(), life.heard) == ("fine", [])


def test_a_source_without_news_for_longer_than_its_settings_allow_is_silent() -> None:
    life = Life(silent_after=7200.0)
    quiet: dict[str, Any] = {"last_new_ms": NOW, "rhythm": Rhythm(begun_ms=NOW, hour=0)}
    for _ in range(121):
        life.well(**quiet)
        life.look()
    assert life.kinds() == ["silent"]
    assert life.standing.since_ms == NOW, "since its last item"
    assert life.heard[0].text == (
        "Source wire is silent: nothing new for more than the 2 h that its settings allow; the last came 2 h 1 min "
        "ago. Is it still published, and still there?"
    )
    life.well(last_new_ms=life.now, rhythm=Rhythm(begun_ms=NOW, hour=0))
    life.look()
    assert life.heard[-1].text == "Source wire brings something new again."
    assert life.kinds() == ["silent", "healed"]


def fallen_silent() -> Life:
    """A source that brought nothing for an hour, where a minute is allowed."""
    life = Life(silent_after=60.0)
    life.well(last_new_ms=NOW - HOUR_MS, rhythm=Rhythm(begun_ms=NOW, hour=0))
    life.look()
    assert life.health() == "silent"
    return life


@pytest.mark.parametrize("setting", ["off", "auto", 7200.0])
def test_a_silence_that_new_settings_allow_is_not_called_news(setting: SilentFor) -> None:
    life = fallen_silent()
    life.silent_after = setting
    life.look()
    assert (life.health(), life.kinds()) == ("fine", ["silent", "healed"])
    assert life.heard[-1].text == (
        "Source wire is not called silent any more: its settings allow that now. It has brought nothing new."
    )


@pytest.mark.parametrize("polled", [True, False], ids=["polled", "pushed to"])
def test_a_restart_ends_no_silence(polled: bool) -> None:
    life = fallen_silent()
    life.polled = polled
    life.look(0.1, since_ms=life.now + 1_000)
    assert (life.health(), life.kinds()) == ("silent", ["silent"])


@pytest.mark.parametrize("new", [False, True], ids=["nothing new", "new"])
def test_a_failed_poll_amid_a_silence_does_not_end_it(new: bool) -> None:
    life = fallen_silent()
    life.fail()
    life.well(last_new_ms=life.now + MINUTE if new else NOW - HOUR_MS, rhythm=Rhythm(begun_ms=NOW, hour=0))
    assert life.kinds() == ["silent"]
    life.look(0.1)
    if new:
        assert life.heard[-1].text == "Source wire brings something new again."
    else:
        assert (life.health(), life.kinds()) == ("silent", ["silent"])


def test_what_is_gone_names_what_helps() -> None:
    life = Life()
    life._take(state(state="gone", error="HTTP 410", url="https://wire.example.com/rss"))
    assert life.heard[-1].text == ("Source wire is not polled any more: HTTP 410; only another url helps.")
    life = Life()
    life._take(state(state="gone", error="a private address"))
    assert life.heard[-1].text == (
        "Source wire is not polled any more: a private address; it is asked again when its settings change."
    )


def strange(**fields: Any) -> Rhythm:
    """The rhythm of a source that has something in every hour and had nothing for so long that it is strange."""
    full = bytes([20]) * 120
    begun = NOW - 60 * 24 * HOUR_MS
    given: dict[str, Any] = {"quiet": 12.0} | fields
    return Rhythm(begun_ms=begun, hour=NOW // HOUR_MS, seen=full, busy=full, **given)


def test_by_its_own_rhythm_a_silence_must_be_improbable() -> None:
    life = Life(silent_after="auto")
    life.well(rhythm=strange(quiet=11.0), last_new_ms=NOW - 4 * HOUR_MS)
    life.look()
    assert life.health() == "fine"
    life.well(rhythm=strange(), last_new_ms=NOW - 4 * HOUR_MS)
    life.look()
    assert life.heard[-1].text.startswith(
        "Source wire is silent: nothing new, although 4 of the hours since its last item usually bring something; "
    )


@pytest.mark.parametrize("setting", ["off", "auto"])
def test_off_is_off_and_auto_waits_for_a_history(setting: SilentFor) -> None:
    life = Life(silent_after=setting)
    young = strange() if setting == "off" else strange(quiet=50.0)
    life.well(rhythm=young if setting == "off" else Rhythm(begun_ms=NOW, hour=0, quiet=50.0), last_new_ms=NOW)
    life.look()
    assert life.health() == "fine"


def test_a_source_that_pushes_is_silent_by_the_hours_that_have_passed() -> None:
    life = Life(silent_after="auto", polled=False)
    life.state = state(rhythm=strange(quiet=0.0), last_new_ms=NOW, wait_ms=0)
    life.look(60)
    assert life.health() == "fine"
    life.look(5 * 60)
    assert life.health() == "silent"


def test_a_source_that_pushes_is_not_silent_for_the_time_in_which_nobody_listened() -> None:
    life = Life(silent_after=3600.0, polled=False)
    life.state = state(rhythm=strange(quiet=0.0), last_new_ms=NOW - 10 * HOUR_MS, wait_ms=0)
    life.look(30)
    assert life.health() == "fine"
    life.look(31)
    assert life.health() == "silent"


def test_items_that_come_later_than_usual_make_a_source_late() -> None:
    life = Life()
    life.well(rhythm=Rhythm(begun_ms=NOW, hour=0, lag=3.5, lags=40, behind=3, lag_s=2520.0), last_new_ms=NOW)
    life.look()
    assert life.heard[-1].text == "Source wire is late: its items come 42 min after they were published, usually 33 s"


def test_a_poll_alone_leaves_late_and_silent_as_they_were() -> None:
    life = Life(silent_after=60.0)
    life.well(last_new_ms=NOW - HOUR_MS, rhythm=Rhythm(begun_ms=NOW, hour=0))
    life.look()
    life.well(last_new_ms=NOW - HOUR_MS, rhythm=Rhythm(begun_ms=NOW, hour=0))
    assert (life.health(), life.kinds()) == ("silent", ["silent"])


def test_trouble_of_another_kind_is_told_too() -> None:
    life = Life(silent_after=60.0)
    life.well(last_new_ms=NOW - HOUR_MS, rhythm=Rhythm(begun_ms=NOW, hour=0))
    life.look()
    life.fail(3)
    assert life.kinds() == ["silent", "failing"]


def test_a_standing_that_was_never_written_down_begins_with_what_polls_left() -> None:
    assert begun(state(state="failing", failures=2)).told == ""
    assert begun(state(state="failing", failures=3)).told == "failing"
    assert begun(state(state="gone")).told == "gone"


def test_people_are_shown_what_polls_say_before_what_was_judged() -> None:
    silent = Standing(source="wire", state="silent")
    assert shown(state(), silent) == "silent"
    assert shown(state(state="failing"), silent) == "failing"
    assert shown(state(), Standing(source="wire", state="failing")) == "fine"
    assert shown(state(), None) == "fine"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (119, "119 s"), (720, "12 min"), (9000, "2 h 30 min"), (36_000, "10 h"), (180_000, "2 d")],
)
def test_lengths_of_time_in_words(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
