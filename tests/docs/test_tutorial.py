"""docs/tutorial.md: typed line by line, with the real daemon beside it, it ends as it says."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from tests.cli.run import in_shell
from tests.cli.test_docs import Step, fits, of_any_age
from tests.docs.pages import ROOT, blocks
from tests.support.daemon import Daemon, eventually

PAGE = ROOT / "docs/tutorial.md"
DAEMON = "alertd run"


def steps() -> list[Step]:
    """Give what is typed, and what is printed then."""
    found = []
    for block in blocks(PAGE):
        for typed in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:] if block.language == "console" else ():
            line, _, rest = typed.partition("\n")
            if line.endswith("<<'END'"):
                inside, _, rest = rest.partition("\nEND\n")
                line = f"{line}\n{inside}\nEND\n"
            found.append(Step(line, rest))
    return found


async def test_the_tutorial_ends_with_an_alert(tmp_path: Path) -> None:
    folder, daemon = tmp_path, None
    ran = 0
    try:
        for step in steps():
            if step.line == DAEMON:
                daemon = Daemon(folder)
                await daemon.start()
                continue
            shown = await settled(step, folder, wait=daemon is not None)
            assert shown is None, f"{step.line}\n{shown}"
            ran += 1
            if "cd desk" in step.line:
                folder /= "desk"
        assert daemon is not None
        assert "NVIDIA cuts its revenue guidance for the year" in daemon.log.read_text(), "the receiver was told"
    finally:
        if daemon is not None:
            await daemon.__aexit__()
    assert ran >= 12


async def settled(step: Step, folder: Path, *, wait: bool) -> str | None:
    """Type a step, again while the daemon has still to come to it; gives what appeared if that is wrong."""
    shown = ""

    async def right() -> bool:
        nonlocal shown
        shown = await asyncio.to_thread(in_shell, step.line, folder)
        return fits(step.printed, shown) or fits(of_any_age(step.printed), of_any_age(shown))

    if not wait:
        return None if await right() else shown
    try:
        await eventually(right, step.line)
    except AssertionError:
        return shown
    return None
