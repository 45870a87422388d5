"""What the doctor says of clocks and zones."""

from __future__ import annotations

import zoneinfo
from pathlib import Path

import pytest

from alertd.app.doctor import clocks
from alertd.app.doctor.clocks import Kept, judge_kept, judge_skew, judge_step, judge_zones, kernel_says, zone_data


@pytest.mark.parametrize(
    ("found", "level"),
    [(None, "ok"), (Kept(True, 12.0), "ok"), (Kept(True, 1_500.0), "warn"), (Kept(False, 16_000.0), "warn")],
)
def test_a_clock_that_nothing_keeps_is_told(found: Kept | None, level: str) -> None:
    assert judge_kept(found).level == level


def test_the_kernel_is_asked() -> None:
    found = kernel_says()
    assert found is None or found.off_ms >= 0


@pytest.mark.parametrize(
    ("step_ms", "said"),
    [
        (0.5, []),
        (-99, []),
        (2_500, ["it was set forward by 2.5 s while the doctor looked"]),
        (-2_500, ["it was set back by 2.5 s while the doctor looked"]),
    ],
)
def test_a_clock_that_is_set_meanwhile_is_bad(step_ms: float, said: list[str]) -> None:
    found = list(judge_step(step_ms))
    assert [one.says for one in found] == said
    assert all(one.level == "bad" for one in found)


def test_a_clock_that_nobody_sets_is_left_alone() -> None:
    assert list(clocks.Watch().judge()) == []


@pytest.mark.parametrize(("skew", "level"), [(3, "ok"), (-900, "ok"), (-1_200, "warn"), (90_000, "warn")])
def test_the_clock_of_redis_is_told(skew: float, level: str) -> None:
    assert judge_skew(skew).level == level


@pytest.mark.parametrize(
    ("version", "year", "level"),
    [("2026f", 2026, "ok"), ("2025b", 2026, "ok"), ("2024b", 2026, "warn"), ("", 2026, "warn")],
)
def test_zones_of_the_year_before_last_are_old(version: str, year: int, level: str) -> None:
    assert judge_zones(version, "/usr/share/zoneinfo", year).level == level


def test_who_has_to_update_the_zones_is_said() -> None:
    assert judge_zones("2020a", "/usr/share/zoneinfo", 2026).advice.startswith("update the system's tzdata")
    assert judge_zones("2020a", "the package tzdata", 2026).advice.startswith("update the Python package tzdata")


@pytest.mark.parametrize(
    ("file", "text", "version"),
    [("tzdata.zi", "# version 2027c\nR d 1916\n", "2027c"), ("+VERSION", "2027c\n", "2027c"), ("other", "x", "")],
)
def test_the_zones_that_python_uses_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, text: str, version: str
) -> None:
    (tmp_path / "Etc").mkdir()
    (tmp_path / "Etc/UTC").write_bytes(b"TZif")
    (tmp_path / file).write_text(text)
    monkeypatch.setattr(zoneinfo, "TZPATH", (str(tmp_path / "none"), str(tmp_path)))
    assert zone_data() == (version, str(tmp_path))
    monkeypatch.setattr(zoneinfo, "TZPATH", ())
    assert zone_data()[1] == "the package tzdata"
