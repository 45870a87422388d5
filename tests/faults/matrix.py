"""Runs the tests of faults and prints what became of each as a row.

    round by round: pytest --faults all -> rows as they come -> the planted bugs -> what is red

Rows travel as JSON lines through the file that ALERTD_FAULTS_ROWS names.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.faults.case import ROWS, SEED
from tests.support.rows import read, table

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = {
    "fault": "fault", "name": "name", "seed": "seed", "published": "published", "delivered": "delivered",
    "lost": "lost", "repeats": "repeats", "bound": "bound", "seconds": "seconds", "verdict": "verdict",
    "note": "note",
}  # fmt: skip
PLANTED = {
    "fault": "bug",
    "name": "planted",
    "seed": "seed",
    "seconds": "seconds",
    "verdict": "verdict",
    "note": "by",
}
GOOD = ("held", "caught", "counted", "skipped")
"""`counted`: what was lost had to be lost, and the operator was told how much."""
FAULTS = tuple(f"F{n}" for n in range(1, 43))
CRASHES = ("C10", "C17", "C24")
"""Crash points that are no fault's but have a test of their own."""
BUGS = tuple(f"P{n}" for n in range(1, 6))
"""Planted to test the checker, which is the same in every round: they belong to the first."""
WRAP = {"name": 40, "verdict": 40, "note": 60}
Row = dict[str, Any]


def run(rounds: int, only: Sequence[str], seed: int | None, folder: Path, words: Sequence[str] = ()) -> int:
    """Run so many rounds, each with a seed of its own; gives the exit code. `words` go to pytest."""
    folder.mkdir(parents=True, exist_ok=True)
    red: list[Row] = []
    skipped: list[Row] = []
    broken = 0
    for number in range(rounds):
        chosen = random.randrange(1 << 32) if seed is None else seed + number
        print(
            f"round {number + 1} of {rounds}: seed {chosen}; the log is {folder}/round-{number + 1}.log", flush=True
        )
        code, rows = _round(number + 1, chosen, only, folder, words)
        broken = broken or code
        red += [row for row in rows if not good(row)] + untried(rows, expected(number + 1, only))
        skipped += [row for row in rows if row["verdict"] == "skipped"]
        print(f"\n{written(rows)}\n")
    if red:
        print(f"{len(red)} are red:\n{table(red, COLUMNS, WRAP)}")
    elif broken:
        print(f"pytest ended with {broken}: see the log")
    print(conclusion(rounds, skipped, whole=not red and not broken))
    return 1 if red or broken else 0


def good(row: Row) -> bool:
    """Tell whether a row is as it should be."""
    return str(row["verdict"]).startswith(GOOD)


def expected(number: int, only: Sequence[str] = ()) -> list[str]:
    """Give what must leave a row in a round, counted from 1: `only` these, or all."""
    return [id for id in only or (*FAULTS, *CRASHES, *BUGS) if number == 1 or id not in BUGS]


def untried(rows: Sequence[Row], wanted: Sequence[str]) -> list[Row]:
    """Give a red row for each that left none: a test that is gone proves nothing."""
    there = {row["fault"] for row in rows}
    return [{"fault": id, "name": "", "verdict": "not tried"} for id in wanted if id not in there]


def conclusion(rounds: int, skipped: Sequence[Row], *, whole: bool) -> str:
    """Say in the end what held, and what was not tried because this machine does not allow it, and why."""
    times = f", {rounds} times" if rounds > 1 else ""
    held = f"{'all that was tried held' if skipped else 'all held'}{times}" if whole else ""
    named = {f"{row['fault']} {row['name']} ({row.get('note', '')})": row for row in sorted(skipped, key=order)}
    lost = f"NOT TRIED, so that nothing is known of them: {'; '.join(named)}" if named else ""
    return "\n".join(filter(None, [held, lost]))


def order(row: Row) -> tuple[str, int, str]:
    """Sort F2 before F10."""
    id = str(row["fault"])
    digits = "".join(filter(str.isdigit, id))
    return id[:1], int(digits or 0), str(row["name"])


def written(rows: Sequence[Row]) -> str:
    """Write rows as the matrix, and the planted bugs under it."""
    faults = sorted((row for row in rows if not planted(row)), key=order)
    bugs = sorted((row for row in rows if planted(row)), key=order)
    parts = [table(faults, COLUMNS, WRAP)] if faults else []
    parts += [table(bugs, PLANTED, WRAP)] if bugs else []
    return "\n\n".join(parts)


def planted(row: Row) -> bool:
    """Tell whether a row is about a bug that was planted, which must be caught."""
    return str(row["fault"]).startswith("P")


def _round(number: int, seed: int, only: Sequence[str], folder: Path, words: Sequence[str]) -> tuple[int, list[Row]]:
    rows_file = folder / f"round-{number}.jsonl"
    rows_file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "tests/faults", "--faults", "all", "-q", "-p", "no:cacheprovider"]
    command += ["--only-faults", ",".join(only)] if only else []
    # Planted bugs test the checker, which is the same in every round.
    command += ["--ignore", "tests/faults/test_planted.py"] if number > 1 else []
    command += ["--basetemp", tempfile.mkdtemp(prefix="alertd-faults-"), *words]
    shown = 0
    with (folder / f"round-{number}.log").open("wb") as log:
        env = os.environ | {ROWS: str(rows_file), SEED: str(seed)}
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, env=env)
        while True:
            ended = process.poll() is not None
            rows = read(rows_file)
            for row in rows[shown:]:
                print(_line(row), flush=True)
            shown = len(rows)
            if ended:
                return process.returncode, rows
            time.sleep(0.5)


def _line(row: Row) -> str:
    """Write a row as it comes."""
    note = f"  {row['note']}" if row.get("note") else ""
    return f"  {row['fault']:>4} {row['name']:44} {row['seconds']:>7} s  {row['verdict']}{note}"
