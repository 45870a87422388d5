"""Golden files of the command line: sessions as somebody at a terminal would have had them, from the root.

    # What the lines below show.
    $ alertd explain big-compute-lease tests/cli/events/lease.json
    ✓ ai-infrastructure/big-compute-lease holds
    …
    [1]                                              the exit code, if it is not 0

`python -m tests.cli.sessions tests/cli/golden/explain.txt` runs the lines with `$` again and writes what comes now.
In JSON `…` stands for the time at which a command wrote something.
"""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

from tests.cli.run import ROOT, alertd

_WRITTEN = re.compile(r'^( *"at": )"[^"]*"', re.MULTILINE)


def replayed(session: str) -> str:
    """Run the commands of a session again; gives the session as it is now."""
    parts = [_part(line) for line in session.splitlines() if line.startswith(("$ ", "# "))]
    return "\n".join(parts).replace("\n\n\n", "\n\n").lstrip("\n")


def _part(line: str) -> str:
    if line.startswith("# "):
        return f"\n{line}"
    command, *words = shlex.split(line.removeprefix("$ "))
    assert command == "alertd"
    done = alertd(*words, cwd=ROOT)
    code = f"[{done.code}]\n" if done.code else ""
    out = _WRITTEN.sub(r'\1"…"', done.out)
    return f"{line}\n{out}{done.err}{code}"


if __name__ == "__main__":
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_text(replayed(path.read_text("utf-8")), "utf-8")
