"""Proof of life, without any time passing."""

from __future__ import annotations

from alertd.workers.progress import Progress, Watch


def test_turns_are_counted_for_each_loop() -> None:
    progress = Progress()
    progress.tick("match")
    progress.tick("match")
    progress.tick("poll")
    assert progress.counts() == {"match": 2, "poll": 1}


def test_a_loop_that_ended_on_purpose_is_not_missed() -> None:
    progress = Progress()
    progress.tick("deliver:desk")
    progress.forget("deliver:desk")
    progress.forget("never-there")
    assert progress.counts() == {}


def test_counts_that_were_given_do_not_change_later() -> None:
    progress = Progress()
    progress.tick("match")
    counts = progress.counts()
    progress.tick("match")
    assert counts == {"match": 1}


def test_a_loop_is_stuck_once_its_count_stands_still_beyond_the_patience() -> None:
    watch = Watch(10)
    watch.update({"match": 5, "poll": 1}, 100)
    watch.update({"match": 5, "poll": 2}, 109)
    assert watch.stuck(110) == []
    assert watch.stuck(110.5) == ["match"]
    assert watch.stuck(119.5) == ["match", "poll"]


def test_a_loop_that_comes_round_again_is_well() -> None:
    watch = Watch(10)
    watch.update({"match": 5}, 100)
    watch.update({"match": 6}, 120)
    assert watch.stuck(121) == []


def test_a_count_that_begins_anew_is_a_turn_too() -> None:
    watch = Watch(10)
    watch.update({"match": 500}, 100)
    watch.update({"match": 1}, 120)
    assert watch.stuck(121) == []


def test_a_loop_that_is_no_longer_named_is_forgotten() -> None:
    watch = Watch(10)
    watch.update({"match": 5, "deliver:old": 1}, 100)
    watch.update({"match": 6}, 105)
    assert watch.stuck(114) == []


def test_a_process_that_says_nothing_more_is_stuck_with_all_its_loops() -> None:
    watch = Watch(10)
    assert watch.stuck(1_000) == [], "nothing is known of it yet"
    watch.update({"match": 5, "poll": 1}, 100)
    assert watch.stuck(111) == ["match", "poll"]
