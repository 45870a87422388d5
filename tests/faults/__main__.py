"""`python -m tests.faults`: every fault, and the bugs that were planted to see the checker catch them.

.venv/bin/python -m tests.faults [--rounds 3] [--only F12,F13] [--seed N] [-- words for pytest]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.faults.matrix import ROOT, run

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=1, help="how often, each time with another seed")
    parser.add_argument("--only", default="", help="only these, such as F12,F13 or P1")
    parser.add_argument("--seed", type=int, help="of the first round; each row prints the seed that repeats it")
    parser.add_argument("--logs", type=Path, default=ROOT / "var/faults", help="where logs and rows go")
    parser.add_argument("words", nargs="*", help="for pytest")
    asked = parser.parse_args()
    only = [name for name in asked.only.split(",") if name]
    sys.exit(run(asked.rounds, only, asked.seed, asked.logs, asked.words))
