"""What goes wrong with an archive or a backup, in a line on stderr."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alertd.base.users import closed_by, closed_words, me
from alertd.cli.output import fail
from alertd.errors import AlertdError


@contextmanager
def told_in_a_line(command: str, out: Path | None = None) -> Iterator[None]:
    """End the command with exit code 1 where the archive, or what is beside it, cannot be used.

    What is another user's is told as that, with what to do; `out` is what the command writes, which is nobody's yet.
    """
    try:
        yield
    except AlertdError as error:
        fail(_denied(error, command, out) or error)
    except OSError as error:
        fail(_denied(error, command, out) or f"{error.filename or 'the archive'}: {error.strerror or error}")


def _denied(error: BaseException | None, command: str, out: Path | None) -> str | None:
    """Say whose it is that we may not use, or who may not write `out`; None: that is not what is wrong."""
    while error is not None and not isinstance(error, PermissionError):
        error = error.__cause__
    if error is None or not isinstance(error.filename, str | bytes):
        return None
    path = Path(os.fsdecode(error.filename)).absolute()
    if out is not None and _is_written(path, out.absolute()):
        return f"{path.parent}: {me()} may not write there: name a file in a folder that {me()} may write to"
    found = closed_by(path)
    if found is None:
        return None
    return f"{closed_words(*found)}, e.g. sudo -u {found[1]} alertd {command} …"


def _is_written(path: Path, out: Path) -> bool:
    """Tell whether a file is what a command writes, or the hidden one beside it that becomes that."""
    return path == out or (path.parent == out.parent and path.name.startswith("."))
