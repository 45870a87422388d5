"""`python -m tests.faults.failover`: primaries are replaced and slots moved under load; prints the table of
docs/scaling.md.

.venv/bin/python -m tests.faults.failover [--rounds 3] [--seed N]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.faults.case import ROWS, SEED
from tests.faults.several import binary
from tests.support.rows import read, table

ROOT = Path(__file__).resolve().parents[2]
FILES = ("tests/faults/test_failover.py", "tests/faults/test_cluster.py")
COLUMNS = {
    "setting": "what happens", "published": "published", "delivered": "delivered", "lost": "lost",
    "lines": "lines gone", "again": "events derived again", "repeats": "repeats", "bound": "bound",
    "without_writer_s": "s without a writer", "seed": "seed", "verdict": "verdict",
}  # fmt: skip


def run(rounds: int, seed: int | None) -> int:
    """Run the tests, print their rows; gives the exit code."""
    version = subprocess.run([binary(), "--version"], capture_output=True, text=True, check=True).stdout
    print(version.partition(" sha")[0])
    worst = 0
    for number in range(rounds):
        with tempfile.TemporaryDirectory(prefix="alertd-failover-") as folder:
            rows = Path(folder) / "rows.jsonl"
            env = os.environ | {ROWS: str(rows)} | ({SEED: str(seed + number)} if seed is not None else {})
            words = [sys.executable, "-m", "pytest", "-q", "--faults", "all", f"--basetemp={folder}/t", *FILES]
            done = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
            print(table(read(rows), COLUMNS, {"what happens": 44, "verdict": 40}), flush=True)
            if done.returncode:
                print(done.stdout[-4_000:])
            worst = max(worst, done.returncode)
    return worst


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=1, help="how often, each time with another seed")
    parser.add_argument("--seed", type=int, help="of the first round")
    asked = parser.parse_args()
    sys.exit(run(asked.rounds, asked.seed))
