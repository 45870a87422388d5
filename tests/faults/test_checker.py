"""The checker by itself: each way to break the promise turns it red, and nothing else does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults import calm
from tests.faults.checker import Ledger, Verdict, check
from tests.faults.matrix import conclusion, expected, good, order, untried, written
from tests.faults.planted import BUGS
from tests.faults.watched import Life, Sample, life_slope, rises, slope, sum_slope, tasks_in


@dataclass(frozen=True)
class Came:
    """A message."""

    id: str
    tokens: frozenset[str]
    subject: str = ""
    digest: str = "d"
    accepted: bool = True


def came(token: str, **more: object) -> Came:
    fields: dict[str, object] = {"id": f"dl_{token}", "subject": f"al_{token}:1", **more}
    return Came(tokens=frozenset({token}), **fields)  # type: ignore[arg-type]


FINE = [came("a"), came("b")]
LEDGER = Ledger({"a": "ev_a", "b": "ev_b"})


def judged(
    messages: list[Came] = FINE, ledger: Ledger = LEDGER, left: dict[str, int] | None = None, bound: int = 0
) -> Verdict:
    return check(["a", "b"], ledger, messages, left or {}, bound=bound)


def test_a_whole_history_holds() -> None:
    verdict = judged()
    assert (verdict.verdict, verdict.published, verdict.recorded, verdict.delivered) == ("held", 2, 2, 2)


def test_what_was_not_delivered_is_lost() -> None:
    assert judged([came("a")]).verdict == "1 lost (b)"


def test_what_is_not_in_the_ledger_is_lost_though_it_was_delivered() -> None:
    assert judged(ledger=Ledger({"a": "ev_a"})).lost == 1


def test_what_a_receiver_refused_is_not_delivered() -> None:
    assert judged([came("a"), came("b", accepted=False)]).lost == 1


def test_a_message_that_was_refused_and_came_again_is_no_repeat() -> None:
    assert judged([came("a"), came("b", accepted=False), came("b")]).verdict == "held"


def test_a_repeat_within_the_bound_holds_and_beyond_it_does_not() -> None:
    repeated = [*FINE, came("a")]
    assert judged(repeated, bound=1).verdict == "held"
    assert judged(repeated).verdict == "1 repeats, 0 allowed"


def test_a_repeat_under_another_id_is_a_fault_whatever_the_bound() -> None:
    assert judged([*FINE, came("a", id="dl_other")], bound=9).other_ids == 1


def test_a_repeat_with_another_body_is_a_fault_whatever_the_bound() -> None:
    assert judged([*FINE, came("a", digest="other")], bound=9).other_ids == 1


def test_a_message_that_a_store_which_went_back_wrote_anew_is_a_repeat_by_its_id() -> None:
    anew = [*FINE, came("a", digest="other")]
    assert check(["a", "b"], LEDGER, anew, {}, bound=1, rewritten=True).verdict == "held"
    assert check(["a", "b"], LEDGER, anew, {}, rewritten=True).verdict == "1 repeats, 0 allowed"
    other = [*FINE, came("a", id="dl_other")]
    assert check(["a", "b"], LEDGER, other, {}, bound=9, rewritten=True).other_ids == 1


def test_an_event_that_is_in_the_ledger_twice_is_a_fault() -> None:
    assert judged(ledger=Ledger(LEDGER.events, twice=1)).faults


def test_what_nobody_published_is_a_fault() -> None:
    assert judged([*FINE, came("z")]).made_up == 1


def test_what_is_left_over_is_a_fault() -> None:
    assert judged(left={"pending entries": 3, "timers": 0}).verdict == "left over: 3 pending entries"
    assert judged(ledger=Ledger(LEDGER.events, open=1)).verdict == "left over: 1 open in the ledger"


def test_a_store_that_went_back_is_a_fault_though_nothing_is_missing_unless_it_may() -> None:
    said = check(["a", "b"], LEDGER, FINE, {}, went_back="store_went_back")
    assert (said.lost, said.verdict) == (0, "the store went back: store_went_back")
    assert check(["a", "b"], LEDGER, FINE, {}, went_back="store_went_back", rewritten=True).verdict == "held"


def test_what_was_rightly_not_told_is_not_lost() -> None:
    assert check(["a", "b"], LEDGER, [came("a")], {}, untold=["b"]).verdict == "held"


# --- time ---------------------------------------------------------------------------------------------


def test_seconds_in_which_something_waited_for_a_processor_are_not_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pressure, now = tmp_path / "cpu", [100.0]
    monkeypatch.setattr(calm, "_PRESSURE", pressure)
    monkeypatch.setattr("tests.faults.calm.time.monotonic", lambda: now[0])
    pressure.write_text("some avg10=1.00 avg60=1.00 avg300=1.00 total=7000000\nfull avg10=0.00 total=9000000\n")
    seconds = calm.Calm()
    now[0] = 110.0
    pressure.write_text("some avg10=1.00 avg60=1.00 avg300=1.00 total=9500000\nfull avg10=0.00 total=9900000\n")
    assert seconds() == 7.5
    monkeypatch.setattr(calm, "_PRESSURE", tmp_path / "none")
    by_the_clock = calm.Calm()
    now[0] = 113.0
    assert by_the_clock() == 3.0, "where the kernel does not say, the clock counts"


# --- the matrix ---------------------------------------------------------------------------------------


def test_the_matrix_stands_in_the_order_of_the_faults_and_planted_bugs_apart() -> None:
    rows = [
        {"fault": name, "name": "n", "verdict": verdict}
        for name, verdict in [("F10", "held"), ("P1", "caught"), ("F2", "FAILED")]
    ]
    assert [row["fault"] for row in sorted(rows, key=order)] == ["F2", "F10", "P1"]
    faults, bugs = written(rows).split("\n\n")
    assert "P1" not in faults
    assert "P1" in bugs
    assert [good(row) for row in rows] == [True, True, False]


@pytest.mark.parametrize("gone", ["F26", "C17", "P4"])
def test_what_left_no_row_is_red_whether_fault_crash_point_or_planted_bug(gone: str) -> None:
    rows = [{"fault": name, "name": "n", "verdict": "held"} for name in expected(1) if name != gone]
    assert [(row["fault"], good(row)) for row in untried(rows, expected(1))] == [(gone, False)]


def test_planted_bugs_are_wanted_in_the_first_round_alone() -> None:
    assert set(expected(1)) - set(expected(2)) == {bug.id for bug in BUGS}
    assert (expected(1, ["F7", "P1"]), expected(2, ["F7", "P1"])) == (["F7", "P1"], ["F7"])


def test_what_the_machine_does_not_allow_is_named_with_the_reason_and_nothing_says_that_all_held() -> None:
    skipped = [{"fault": "F39", "name": "n", "verdict": "skipped", "note": "no control group"}]
    assert conclusion(3, skipped * 3, whole=True) == (
        "all that was tried held, 3 times\nNOT TRIED, so that nothing is known of them: F39 n (no control group)"
    )
    assert conclusion(1, [], whole=True) == "all held"
    assert conclusion(1, [], whole=False) == ""


def test_what_had_to_be_lost_and_was_counted_is_not_red() -> None:
    assert good({"verdict": "counted"})
    assert not good({"verdict": "3 lost (a, b, c)"})


# --- what a soak watches ------------------------------------------------------------------------------


def life(name: str, mb_h: float, noise: int = 0) -> Life:
    samples = [
        Sample(at=t, rss=50_000_000 + round(mb_h * 1e6 * t / 3600) + noise * (t % 3 - 1), fds=9)
        for t in range(0, 1200, 10)
    ]
    return Life(1, name, samples)


def test_a_slope_is_in_mb_an_hour() -> None:
    found = life_slope(life("io", 3.0))
    assert found is not None
    assert found.mb_h == pytest.approx(3.0, abs=0.01)
    assert found.grows(1.0)


def test_a_slope_that_noise_explains_does_not_grow() -> None:
    found = life_slope(life("io", 0.5, noise=400_000))
    assert found is not None
    assert not found.grows(1.0)


def test_a_step_is_no_growth() -> None:
    found = slope([(t, 50e6 if t < 600 else 52e6) for t in range(0, 1200, 10)])
    assert found is not None
    assert found.mb_h - 2 * found.error > 1.0
    assert not found.grows(1.0)


def test_a_few_samples_have_no_slope() -> None:
    assert slope([(0.0, 1.0), (1.0, 2.0)]) is None
    assert life_slope(Life(1, "io", life("io", 3.0).samples[:20])) is None


def test_memory_of_several_is_looked_at_together() -> None:
    found = sum_slope([life("io", 0.7), life("match-0", 0.7)])
    assert found is not None
    assert found.grows(1.0)


def test_counts_that_stay_higher_rise() -> None:
    assert rises([9, 10, 30, 31], 10)
    assert not rises([9, 30, 9, 31], 10)


def test_tasks_are_read_from_the_metrics() -> None:
    text = 'alertd_tasks{process="io"} 41.0\nalertd_tasks{pid="7",process="match-0"} 6.0\n'
    assert tasks_in(text) == {"io": 41, "match-0": 6}
