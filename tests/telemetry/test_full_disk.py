"""Metrics whose files have no room: the process lives, and counts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from alertd.telemetry.allocated import AllocatedDict
from tests.faults.disk import small_disk

COUNTS = """
from alertd import telemetry
for number in range(2000):
    telemetry.DELIVERIES.labels(receiver=f"receiver-{number}", outcome="sent").inc()
print(telemetry.DELIVERIES.labels(receiver="receiver-1999", outcome="sent")._value.get())
"""


def counted(directory: Path) -> subprocess.CompletedProcess[str]:
    """Run a process that counts more than fits into a new file."""
    env = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(directory)}
    return subprocess.run([sys.executable, "-c", COUNTS], env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("kilobytes", [0, 700], ids=["for no file", "for no growth"])
def test_a_process_goes_on_counting_where_the_disk_has_no_room(tmp_path: Path, kilobytes: int) -> None:
    with small_disk(tmp_path / "disk", 1) as disk:
        disk.fill()
        if kilobytes:
            os.truncate(disk.path / "ballast", disk.path.joinpath("ballast").stat().st_size - kilobytes * 1024)
        done = counted(disk.path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "1.0"
    assert ("metrics_not_shared" in done.stdout) == bool(kilobytes), (
        "said where it happens to a process that has a log"
    )


def test_what_a_file_holds_is_read_by_others_also_when_it_has_grown(tmp_path: Path) -> None:
    done = counted(tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1.0\n", "")
    (file,) = tmp_path.glob("counter_*.db")
    found = AllocatedDict.read_all_values_from_file(str(file))  # type: ignore[no-untyped-call]
    assert sum(value for key, value, *_ in found if "alertd_deliveries" in key) == 2000
    assert file.stat().st_blocks * 512 >= file.stat().st_size > 1 << 16, "every byte is there"
