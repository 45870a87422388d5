"""Fuzz the compiled core under gcc's address and undefined-behaviour sanitizers: `make sanitize MINUTES=10`.

The core is built once more, in `.sanitize/`, with the sanitizers in it and with memory that can run out. Then plays
(tests/text/play.py) are made up from the seeds and from nothing, one after the other, until the time is over: each
compares the core with Python. What ends a play is left in `.sanitize/last.bin`; `--play FILE` plays it again. Where a
sanitizer finds something, the process ends with its report.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import random
import subprocess
import sys
import sysconfig
import time
from importlib.machinery import ExtensionFileLoader
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES, SEEDS, WORK = ROOT / "alertd/text/c", ROOT / "tests/text/seeds", ROOT / ".sanitize"
MODULE, LAST = WORK / "_core.abi3.so", WORK / "last.bin"
NAME = "alertd.text._core"
FLAGS = [
    "-std=c11", "-O1", "-g", "-shared", "-fPIC", "-fno-omit-frame-pointer", "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all", "-Wall", "-Wextra", "-Werror", "-DALERTD_FUZZ", "-DPy_LIMITED_API=0x030B0000",
]  # fmt: skip
LONGEST = 4_000


def build() -> None:
    """Compile with the sanitizers in it."""
    WORK.mkdir(exist_ok=True)
    include = sysconfig.get_paths()["include"]
    sources = sorted(map(str, SOURCES.glob("*.c")))
    subprocess.run(["gcc", *FLAGS, f"-I{include}", *sources, "-o", str(MODULE)], check=True)


def library(name: str) -> str:
    """Give where gcc has a library."""
    done = subprocess.run(["gcc", f"-print-file-name={name}"], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def again(arguments: list[str]) -> int:
    """Run this file in a Python that has the sanitizers' libraries loaded before everything else."""
    more = {
        "LD_PRELOAD": f"{library('libasan.so')} {library('libubsan.so')}",
        "ASAN_OPTIONS": "detect_leaks=0",  # Python itself leaks at its end
        "UBSAN_OPTIONS": "print_stacktrace=1",
        "PYTHONMALLOC": "malloc",
        "PYTHONPATH": str(ROOT),
        "ALERTD_CORE": "1",
    }
    command = [sys.executable, "-m", "tools.sanitize", "--inside", *arguments]
    return subprocess.run(command, env=os.environ | more, cwd=ROOT, check=False).returncode


class Here:
    """Finds the core that was built here before any other."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> object:
        """Give it."""
        if name != NAME:
            return None
        return importlib.util.spec_from_file_location(name, MODULE, loader=ExtensionFileLoader(name, str(MODULE)))


def changed(seed: bytes, source: random.Random) -> bytes:
    """Make another play of one: bytes changed, left out, repeated, or put behind one another; or of nothing."""
    if not seed or source.random() < 0.2:
        return source.randbytes(source.randrange(1, LONGEST))
    play = bytearray(seed)
    for _ in range(source.randrange(1, 12)):
        at, size = source.randrange(len(play)), source.randrange(1, 30)
        kind = source.randrange(4)
        if kind == 0:
            play[at] = source.randrange(256)
        elif kind == 1 and len(play) > size:
            del play[at : at + size]
        elif kind == 2:
            play[at:at] = play[at : at + size] * source.randrange(1, 4)
        else:
            play[at:at] = source.randbytes(size)
        if not play:
            play.append(0)
    return bytes(play[:LONGEST])


def fuzz(seconds: float, number: int) -> int:
    """Play until the time is over; gives the exit code."""
    sys.meta_path.insert(0, Here())  # type: ignore[arg-type]
    from alertd.text import _core
    from tests.text.play import Play

    fail_after = _core.fail_after  # type: ignore[attr-defined]
    source = random.Random(number)
    seeds = [path.read_bytes() for path in sorted(SEEDS.glob("*.bin"))] or [b""]
    until, plays = time.monotonic() + seconds, 0
    for seed in seeds:
        Play(seed, fail_after).run()
    while time.monotonic() < until:
        play = changed(source.choice(seeds), source)
        LAST.write_bytes(play)
        Play(play, fail_after).run()
        plays += 1
        if plays % 2_000 == 0:
            print(f"{plays:,} plays, {until - time.monotonic():.0f} s left", flush=True)
    LAST.unlink(missing_ok=True)
    print(f"{len(seeds)} seeds and {plays:,} plays (seed {number}): nothing found")
    return 0


def main() -> int:
    """Build, and fuzz in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=None, help="of the made-up plays; new each time unless given")
    parser.add_argument("--play", type=Path, help="play this file, and no more")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    number = asked.seed if asked.seed is not None else random.SystemRandom().randrange(1 << 32)
    if not asked.inside:
        build()
        play = ["--play", str(asked.play.absolute())] if asked.play else []
        code = again(["--minutes", str(asked.minutes), "--seed", str(number), *play])
        if code and not asked.play and LAST.exists():
            print(f"seed {number}; the play that ended it: {LAST}", file=sys.stderr)
        return code
    if asked.play:
        sys.meta_path.insert(0, Here())  # type: ignore[arg-type]
        from alertd.text import _core
        from tests.text.play import Play

        Play(asked.play.read_bytes(), _core.fail_after).run()  # type: ignore[attr-defined]
        return 0
    return fuzz(asked.minutes * 60, number)


if __name__ == "__main__":
    sys.exit(main())
