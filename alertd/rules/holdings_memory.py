"""Positions files on the disk, and the memory of what was accepted of them: one JSON file for each portfolio."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import msgspec

from alertd.base.files import write_whole
from alertd.companies.delimited import MAX_BYTES, BadFile
from alertd.companies.report import FORMAT, Accepted

_TRIES = 3
"""How often a file that changes while it is read is read again."""


def read_whole(path: Path) -> tuple[bytes, int]:
    """Read a file, and when it was last written (ms). Raises BadFile, also if it changes under the hand."""
    try:
        for _ in range(_TRIES):
            if not stat.S_ISREG(path.stat().st_mode):
                raise BadFile("is no file")
            with path.open("rb") as file:
                before = os.fstat(file.fileno())
                data = file.read(MAX_BYTES + 1)
                after = os.fstat(file.fileno())
            if (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size):
                return data, after.st_mtime_ns // 1_000_000
    except FileNotFoundError as error:
        raise BadFile(f"there is no file {path}") from error
    except OSError as error:
        raise BadFile(f"cannot be read: {error.strerror or error}") from error
    raise BadFile("is being written", "let the writer make it under another name and rename it when it is whole")


def memory_file(directory: Path, portfolio: str) -> Path:
    """Say where what was accepted of a portfolio's file is remembered."""
    return directory / f"{portfolio}.json"


def load_memory(directory: Path, portfolio: str) -> tuple[Accepted | None, str]:
    """Give what was accepted last of a portfolio's file, and what is wrong with the memory of it."""
    path = memory_file(directory, portfolio)
    try:
        accepted = msgspec.json.decode(path.read_bytes(), type=Accepted)
        if accepted.v == FORMAT:
            return accepted, ""
        text: str | None = f"it is of version {accepted.v}"
    except FileNotFoundError:
        return None, ""
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        text = error.strerror if isinstance(error, OSError) else str(error)
    return None, f"what was accepted last cannot be read ({path}: {text}), so this file is taken as the first"


def save_memory(directory: Path, portfolio: str, accepted: Accepted) -> None:
    """Remember what is in force now; whole, or not at all. Raises OSError."""
    write_whole(memory_file(directory, portfolio), msgspec.json.encode(accepted))
