"""What answers the questions of the I/O process, forked before it begins, so that they share what it has imported."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial

from setproctitle import setproctitle

from alertd.asking.answerer import born_to_answer
from alertd.asking.apart import AT_ONCE
from alertd.base.born import Born, bear

TITLE = "alertd answers"


def answerers_of(process: str, line: int) -> Sequence[Born]:
    """Fork those of a process; one that only matches is asked nothing. Only before it has threads or a loop.

    `line` is the descriptor of its line to the supervisor, which is its own alone.
    """
    if process != "io":
        return ()
    return bear(AT_ONCE, born_to_answer, partial(_begin, line))


def _begin(line: int) -> None:
    setproctitle(TITLE)
    os.close(line)
