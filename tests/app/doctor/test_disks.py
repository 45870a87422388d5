"""What the doctor says of disks."""

from __future__ import annotations

from pathlib import Path

import pytest

from alertd.app.doctor.disks import (
    Disk,
    existing,
    flush_times,
    growth,
    judge_disk,
    judge_flushes,
    judge_kind,
    kind_of,
    measure_disks,
)
from alertd.history.archive import manifest
from alertd.history.archive.layout import Layout, create

GB = 1_000_000_000
ROOMY = {"holds": "the archive", "total": 100 * GB, "free": 50 * GB, "files": 1_000, "files_free": 900}


@pytest.mark.parametrize(
    ("about", "level"),
    [
        ({}, "ok"),
        ({"files": 0, "files_free": 0}, "ok"),  # btrfs has no limit
        ({"a_day": 10_000_000.0}, "ok"),
        ({"free": 9 * GB}, "warn"),
        ({"files_free": 90}, "warn"),
        ({"a_day": 2.0 * GB}, "warn"),
        ({"a_day": 20.0 * GB}, "bad"),
        ({"free": GB}, "bad"),
        ({"files_free": 5}, "bad"),
        ({"total": 100_000_000, "free": 60_000_000}, "bad"),
    ],
)
def test_room_files_and_days_are_judged(about: dict[str, float], level: str) -> None:
    assert judge_disk(Disk(**(ROOMY | about))).level == level  # type: ignore[arg-type]


def test_how_long_it_lasts_is_said() -> None:
    said = judge_disk(Disk(**ROOMY, a_day=10_000_000.0)).says  # type: ignore[arg-type]
    assert said == "50.0 GB of 100.0 GB free for the archive; grows by 10.0 MB a day: 5,000 days; " + (
        "90% of its files (inodes) free"
    )


def test_one_disk_is_measured_once_and_a_folder_to_come_where_it_will_be(tmp_path: Path) -> None:
    (found,) = measure_disks([("the state directory", tmp_path), ("the archive", tmp_path / "to/come")], None)
    assert found.holds == "the state directory and the archive"
    assert 0 < found.free <= found.total
    assert existing(tmp_path / "to/come") == tmp_path


def test_growth_is_that_of_the_last_whole_days(tmp_path: Path) -> None:
    archive, history = tmp_path / "archive", tmp_path / "history.db"
    assert growth(archive, history) is None
    create(archive, 0)
    seal(archive, ["2026-01-01", "2026-01-02"], 1_000)
    assert growth(archive, history) is None, "two days tell nothing"
    seal(archive, [f"2026-02-{day:02}" for day in range(1, 15)], 5_000)
    assert growth(archive, history) == 5_000
    history.write_bytes(b"\0" * 16_000)
    assert growth(archive, history) == 6_000


def seal(archive: Path, days: list[str], size: int) -> None:
    """Write into the manifest that days are sealed."""
    at = Layout(archive)
    for day in days:
        entry = manifest.Entry(
            t="sealed", at=f"{day}T23:59:59.000Z", day=day, lines=1, first="1-0", last="1-0", before="0" * 64,
            head="1" * 64, sha256="2" * 64, size=size,
        )  # fmt: skip
        manifest.append(at.manifest, [entry])
        at.sealed(day).parent.mkdir(exist_ok=True)
        at.sealed(day).write_bytes(b"")


MOUNTS = """\
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 22 0:26 / /run rw,nosuid - tmpfs tmpfs rw
41 22 0:40 / /srv/our\\040share rw - nfs4 filer:/desk rw
42 22 0:41 / /var/lib/alertd rw - overlay overlay rw
torn line
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [("/etc", "ext4"), ("/run/alertd", "tmpfs"), ("/srv/our share/x", "nfs4"), ("/running", "ext4")],
)
def test_the_file_system_of_a_folder_is_that_of_its_mount(
    folder: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alertd.app.doctor.disks.existing", lambda path: path)
    assert kind_of(Path(folder), MOUNTS) == kind
    assert kind_of(Path(folder), "") == ""


@pytest.mark.parametrize(("kind", "count"), [("ext4", 0), ("", 0), ("tmpfs", 1), ("overlay", 1), ("nfs4", 1)])
def test_what_does_not_last_or_cannot_be_locked_is_told(kind: str, count: int) -> None:
    assert [one.level for one in judge_kind("the archive", kind)] == ["warn"] * count


def test_flushes_are_measured_and_leave_nothing(tmp_path: Path) -> None:
    times = flush_times(tmp_path)
    assert len(times) == 50 and all(one > 0 for one in times)
    assert list(tmp_path.iterdir()) == []
    assert flush_times(tmp_path / "not there") == []


@pytest.mark.parametrize(
    ("times", "levels"), [([], []), ([1.0] * 99 + [9.0], ["ok"]), ([1.0] * 9 + [30.0], ["warn"]), ([400.0], ["bad"])]
)
def test_slow_flushes_are_told(times: list[float], levels: list[str]) -> None:
    assert [one.level for one in judge_flushes(times)] == levels
