"""An archive as one file: a plain tar of what an archive's directory holds, and nothing else.

What comes from elsewhere is not trusted: only regular files of names that an archive has, each once, and no more than
the disk has room for. It is not packed as a whole, since its files are: so it cannot unpack to more than it is.
"""

from __future__ import annotations

import os
import re
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from alertd.base.files import make_private
from alertd.errors import ArchiveRefused

MAX_FILES = 2_000_000
_MEMBER = re.compile(
    r"archive\.json|manifest\.jsonl|\d{4}/\d{4}-\d\d-\d\d\.jsonl\.zst|\d{4}-\d\d-\d\d\.open\.jsonl\.zst"
    r"|blobs/[0-9a-f]{2}/[0-9a-f]{64}\.zst"
)
_SPARE = 256 << 20
"""Bytes of the disk that are left free."""


def is_package(path: Path) -> bool:
    """Tell whether a path is meant to be one file."""
    return path.suffix == ".tar"


def pack_folder(folder: Path, file: Path) -> None:
    """Put an archive's directory into one file, durably. Raises OSError."""
    # As private as the archive that it is of.
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as out:
        with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for path in sorted(p for p in folder.rglob("*") if p.is_file()):
                name = path.relative_to(folder).as_posix()
                if not _MEMBER.fullmatch(name):
                    continue
                member = tarfile.TarInfo(name)
                member.size, member.mtime, member.mode = path.stat().st_size, int(path.stat().st_mtime), 0o600
                with path.open("rb") as content:
                    tar.addfile(member, content)
        out.flush()
        os.fsync(out.fileno())


@contextmanager
def opened(path: Path, beside: Path | None = None) -> Iterator[Path]:
    """Give the directory of an archive: itself, or that of a package, unpacked for the while (in `beside`, if given).

    Raises ArchiveRefused, OSError.
    """
    if path.is_dir() or not path.exists():  # whoever reads it says that there is none
        yield path
        return
    with tempfile.TemporaryDirectory(prefix=".alertd-", dir=beside) as folder:
        _unpack(path, Path(folder))
        yield Path(folder)


def _unpack(file: Path, folder: Path) -> None:
    room = shutil.disk_usage(folder).free - _SPARE
    names: set[str] = set()
    try:
        with tarfile.open(file, mode="r:") as tar:
            for member in tar:
                name = member.name.removeprefix("./")
                if member.isdir():
                    continue
                room -= member.size
                if (wrong := _wrong(member, name, names)) or room < 0:
                    shown = name[:100].encode("unicode_escape").decode("ascii")
                    raise ArchiveRefused(f"{file}: {shown}: {wrong or 'there is no room for it on the disk'}")
                names.add(name)
                content = tar.extractfile(member)
                assert content is not None
                _write(folder / name, content, member.size)
    except (tarfile.TarError, EOFError, UnicodeError, ValueError) as error:
        raise ArchiveRefused(f"{file} is no directory of an archive and no tar of one: {error}") from error


def _wrong(member: tarfile.TarInfo, name: str, names: set[str]) -> str:
    """Say why a member is not taken; empty if it is."""
    if not member.isreg() or member.issparse():
        return "only plain files are taken"
    if not _MEMBER.fullmatch(name):
        return "an archive has no such file"
    if name in names:
        return "it is there twice"
    if len(names) >= MAX_FILES:
        return f"more than {MAX_FILES} files"
    return ""


def _write(path: Path, content: IO[bytes], size: int) -> None:
    make_private(path.parent)
    with path.open("xb") as out:
        while size:
            chunk = content.read(min(size, 1 << 20))
            if not chunk:
                raise EOFError("it ends in the middle of a file")
            out.write(chunk)
            size -= len(chunk)
