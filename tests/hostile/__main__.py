"""Runs every hostile input and prints what became of each: `make hostile`, or `python -m tests.hostile`.

    --only 11,26      these numbers and no others
    --fuzz 10m        behind them, so long of fuzzing, with a new seed for each round

Exit 1 if anything is red, or if an input of the list was not tried.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from alertd.base.config import parse_duration
from tests.hostile.case import ALL, ONLY, ROWS
from tests.hostile.fuzz import EXAMPLES
from tests.support.rows import read, table

HERE = Path(__file__).parent
NAMED = 110
"""Inputs that the matrix has; the rest are our own."""
COLUMNS = {"number": "no.", "input": "input", "happened": "what happened", "held_ms": "loop ms", "verdict": "verdict"}
ROUND = 2_000
"""Examples of each fuzz target in a round."""


def main() -> int:
    """Run, print, and give the exit code."""
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="alertd-hostile-") as folder:
        rows = Path(folder, "rows")
        code = _pytest(asked.more, {ROWS: str(rows), ALL: "1", ONLY: asked.only})
        found = merged(read(rows))
    print("\n" + table(found, COLUMNS, {"input": 34, "happened": 76}))
    missing = [] if asked.only else sorted(set(range(1, NAMED + 1)) - {row["number"] for row in found})
    red = [row["number"] for row in found if row["verdict"] == "RED"]
    print(f"\n{len(found)} inputs, {len(red)} red" + (f", not tried: {missing}" if missing else ""))
    if asked.fuzz and not code:
        code = _fuzz(parse_duration(asked.fuzz))
    return 1 if code or red or missing else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description="Feeds hostile inputs to alertd.")
    parser.add_argument("--only", default="", help="numbers, separated by commas")
    parser.add_argument("--fuzz", default="", metavar="TIME", help="fuzz so long afterwards, such as 10m")
    parser.add_argument("more", nargs="*", help="for pytest, behind --")
    return parser.parse_args()


def merged(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put the tests of one input into one row: the worst verdict, all that happened, the longest hold of a loop."""
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        new = {"number": row["number"], "input": {}, "happened": {}, "held_ms": 0, "verdict": "held"}
        one = found.setdefault(row["number"], new)
        one["input"][row["input"]] = one["happened"][row["happened"]] = True
        one["held_ms"] = max(one["held_ms"], round(row["held_ms"]))
        one["verdict"] = row["verdict"] if row["verdict"] != "held" else one["verdict"]
    for one in found.values():
        one |= {"input": "; ".join(one["input"]), "happened": " | ".join(one["happened"])}
    return [found[number] for number in sorted(found)]


def _pytest(words: list[str], environment: dict[str, str]) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", str(HERE), *words]
    return subprocess.run(command, env=os.environ | environment, check=False).returncode


def _fuzz(seconds: float) -> int:
    """Fuzz in rounds until the time is over or something was found."""
    end = time.monotonic() + seconds
    rounds = 0
    while time.monotonic() < end:
        seed = random.SystemRandom().randrange(1 << 32)
        print(f"\nfuzzing, round {rounds + 1}, seed {seed}", flush=True)
        words = ["-k", "fuzz", f"--hypothesis-seed={seed}", "-p", "no:cacheprovider"]
        if code := _pytest(words, {EXAMPLES: str(ROUND)}):
            return code
        rounds += 1
    print(f"\nfuzzed {rounds} rounds of {ROUND:,} examples of each kind: nothing found")
    return 0


if __name__ == "__main__":
    sys.exit(main())
