"""Where things lie in an archive's directory, who may write, and which formats this version reads."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import msgspec

from alertd.base.clock import rfc3339
from alertd.base.files import make_private, write_whole
from alertd.errors import ArchiveRefused, ArchiveUnavailable

FORMAT = 1
MANIFEST = "manifest.jsonl"
HOLDS = "holds.json"
IMPORTED = "imported"
_ABOUT = "archive.json"
_ID = re.compile(r"[0-9a-f]{16}")
_SEALED = re.compile(r"(\d{4}-\d\d-\d\d)\.jsonl\.zst")
_OPEN = re.compile(r"(\d{4}-\d\d-\d\d)\.open\.jsonl\.zst")


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Of which archive a part was exported, and how it was narrowed."""

    archive: str
    head: str
    """The chain of that archive's manifest then."""
    at: str
    narrowed: list[str] = []
    """To what, in words; none: whole days, whose chain is still that of the other archive."""


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What archive.json says."""

    format: int
    id: str
    created: str = ""
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of an archive."""

    root: Path

    def sealed(self, day: str) -> Path:
        """Give the file of a day that is over."""
        return self.root / day[:4] / f"{day}.jsonl.zst"

    def open(self, day: str) -> Path:
        """Give the file of a day that is being written."""
        return self.root / f"{day}.open.jsonl.zst"

    def scratch(self, day: str) -> Path:
        """Give the file that is about to be the one of the day."""
        return self.root / day[:4] / f".{day}.new"

    def aside(self, day: str) -> Path:
        """Give a name, not taken yet, under which damaged bytes of a day are kept."""
        number = 1
        while (path := self.root / f"{day}.damaged-{number}.zst").exists():
            number += 1
        return path

    @property
    def manifest(self) -> Path:
        """Give the list of what is sealed."""
        return self.root / MANIFEST

    @property
    def blobs(self) -> Path:
        """Give the directory of files by content."""
        return self.root / "blobs"

    @property
    def holds(self) -> Path:
        """Give the file of legal holds."""
        return self.root / HOLDS

    def sealed_days(self) -> list[str]:
        """Give the days whose files lie there, in order."""
        years = sorted(p for p in _listed(self.root) if re.fullmatch(r"\d{4}", p.name) and p.is_dir())
        return [m[1] for year in years for p in _listed(year) if (m := _SEALED.fullmatch(p.name)) and is_day(m[1])]

    def open_days(self) -> list[str]:
        """Give the days that are not sealed, in order."""
        return [m[1] for p in _listed(self.root) if (m := _OPEN.fullmatch(p.name)) and is_day(m[1])]

    def scratches(self) -> list[str]:
        """Give the days with a file that is about to take the place of theirs."""
        return [p.name[1:11] for p in sorted(self.root.glob("[0-9][0-9][0-9][0-9]/.*.new")) if is_day(p.name[1:11])]


def _listed(folder: Path) -> list[Path]:
    with suppress(FileNotFoundError):
        return sorted(folder.iterdir())
    return []


def is_day(text: str) -> bool:
    """Tell whether a text is a day as we write it."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def next_day(day: str) -> str:
    """Give the day after."""
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def about(root: Path) -> About:
    """Read archive.json. Raises ArchiveRefused: there is no archive, or one that this version cannot read."""
    path = root / _ABOUT
    try:
        with path.open("rb") as file:
            found = msgspec.json.decode(file.read(1 << 16), type=About)
    except FileNotFoundError as error:
        raise ArchiveRefused(f"{root} is no archive: there is no {_ABOUT} in it") from error
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ArchiveRefused(f"{path} cannot be read: {error}") from error
    if found.format > FORMAT:
        raise ArchiveRefused(
            f"{root} was written by a newer alertd (format {found.format}; this one reads {FORMAT}): update this one"
        )
    if not _ID.fullmatch(found.id) or found.format < 1:
        raise ArchiveRefused(f"{path} does not name an archive")
    return found


def create(root: Path, now: int, *, id: str = "", origin: Origin | None = None) -> About:
    """Make an archive where there is none, without an id one of its own; gives what is there otherwise.

    Raises ArchiveRefused, OSError.
    """
    if (root / _ABOUT).exists():
        return about(root)
    make_private(root)
    made = About(format=FORMAT, id=id or os.urandom(8).hex(), created=rfc3339(now), origin=origin)
    write_whole(root / _ABOUT, msgspec.json.encode(made) + b"\n")
    return made


@contextmanager
def locked(path: Path, *, shared: bool = False, wait: bool = True, who: str = "") -> Iterator[None]:
    """Hold a lock file; shared, it must be there. Raises ArchiveUnavailable, saying `who` has it, and OSError."""
    flags = os.O_RDONLY if shared else os.O_RDWR | os.O_CREAT
    fd = os.open(path, flags | os.O_CLOEXEC, 0o600)
    try:
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(fd, kind | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError as error:
            raise ArchiveUnavailable(f"{path.parent} is in use: {who}") from error
        yield
    finally:
        os.close(fd)


def writing(root: Path) -> Path:
    """Give the lock of the one who appends."""
    return root / ".writing.lock"


def rewriting(root: Path) -> Path:
    """Give the lock of whoever changes sealed days and the manifest."""
    return root / ".rewriting.lock"


def sync_folder(folder: Path) -> None:
    """Make durable which files are in a folder. Raises OSError."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
