"""Files that are replaced as a whole."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path


def write_whole(path: Path, *parts: bytes, durable: bool = True) -> None:
    """Write a file in one step, its folder too: a reader sees the old one or the new one, whole, whatever happens.

    Not `durable`, it may be damaged where the machine loses power just then. Raises OSError.
    """
    make_private(path.parent)
    scratch = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with scratch.open("wb") as file:
            file.writelines(parts)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)


def make_private(folder: Path) -> None:
    """Make a folder, and those above it that are missing, closed to all others. Raises OSError.

    `Path.mkdir` gives its mode to the last one only: a state directory would be made open by the first file in it.
    """
    if not folder.is_dir():
        make_private(folder.parent)
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
        except FileExistsError:
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder)) from None


def sha256_of(path: Path) -> str:
    """Give the SHA-256 of a file, in hex. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
