"""Processes forked before their parent begins: asked like any other, and gone with their parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.support.daemon import eventually
from tests.support.processes import descendants

PARENT = """
import asyncio, os, sys
from alertd.base.apart import Standing, answer_over
from alertd.base.born import bear

def answers(asked, told):
    answer_over(asked, told, lambda order: b"%d %s" % (os.getpid(), order) if order != b"die" else os._exit(3), 3600)

born = bear(3, answers, lambda: None)

async def main():
    troubles = []
    asyncio.get_running_loop().set_exception_handler(lambda _, trouble: troubles.append(trouble))
    one, other, unasked = (Standing("tests.base.none", None, process) for process in born)
    pids = [process.pid for process in born]
    said = [await standing.ask(b"hello", 3600) for standing in (one, other, one)]
    assert said == [b"%d hello" % pid for pid in (*pids[:2], pids[0])], said
    try:
        await one.ask(b"die", 3600)
    except EOFError as error:
        assert "ended with 3" in str(error), error
    assert one.pid is None
    print(pids[1], flush=True)
    if sys.argv[1] == "end":
        assert await other.end(3600) == 0
        assert await unasked.end() in (0, -9)
        assert await asyncio.sleep(0, troubles) == []
    else:
        await asyncio.Event().wait()

asyncio.run(main())
"""


def has_ended(pid: int) -> bool:
    """Tell whether a process is gone, or has ended without anybody asking how."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def parent(how: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", PARENT, how], stdout=subprocess.PIPE, text=True)


def test_they_answer_one_question_after_the_other_and_one_that_dies_says_how() -> None:
    with parent("end") as process:
        out, _ = process.communicate()
    assert process.returncode == 0 and out.strip().isdigit()


async def test_they_leave_when_their_parent_is_killed() -> None:
    process = parent("stay")
    assert process.stdout is not None
    child = int(process.stdout.readline())
    assert child in descendants(process.pid)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()

    async def gone() -> bool:
        return has_ended(child)

    await eventually(gone, "it has left")
