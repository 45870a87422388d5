"""A watched directory: looked at, read from, moved in. Blocking calls, for a thread.

Everything goes by descriptors of the directories, and no symbolic link in them is followed, so nothing outside is
read or moved whatever is put in meanwhile. Names are as the system gives them, bytes that are no UTF-8 among them.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path
from typing import Final, Literal, get_args

from alertd.base.clock import rfc3339
from alertd.errors import FetchTemporary
from alertd.sources.files import Sight, is_scratch, shown_name

MAX_SEEN: Final = 100_000
"""Entries of the directory that one look goes through."""
MAX_NAME: Final = 255
"""Bytes of a file's name on the usual file systems."""
REASON: Final = ".reason.txt"
Place = Literal["done", "failed"]
"""The directories below it to which files are moved."""
_PLACES: Final = get_args(Place)
_FORBIDDEN: Final = (errno.EACCES, errno.EPERM)
_KINDS: Final = ((stat.S_ISLNK, "a symbolic link"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"),
                 (stat.S_ISBLK, "a device"), (stat.S_ISCHR, "a device"))  # fmt: skip


class Unusable(Exception):
    """A file can become no event, whatever it holds; says why."""


@dataclass(slots=True)
class Look:
    """What is in the directory."""

    files: list[tuple[str, Sight]] = field(default_factory=list)
    """Regular files whose names fit, the oldest first."""
    odd: list[tuple[str, str]] = field(default_factory=list)
    """What is no regular file, and what it is."""


class Folder:
    """One watched directory. Raises FetchTemporary where the directory itself is the trouble."""

    def __init__(self, path: Path, patterns: Sequence[str]) -> None:
        self._path = path
        self._patterns = patterns

    def look(self) -> Look:
        """Look at what is there."""
        found: list[tuple[int, str, Sight]] = []
        look = Look()
        with self._opened() as here:
            try:
                with os.scandir(here) as entries:
                    for entry in islice(entries, MAX_SEEN):
                        if self._wanted(entry.name):
                            _sort(entry, found, look)
            except OSError as error:
                raise _trouble(self._path, error) from error
        look.files = [(name, sight) for _, name, sight in sorted(found, key=lambda one: one[:2])]
        return look

    def read(self, name: str, sight: Sight, max_bytes: int) -> bytes | None:
        """Read a file that was seen; None if it is gone, or is written to again. Raises Unusable."""
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            with self._opened() as here:
                handle = os.open(name, flags, dir_fd=here)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno in _FORBIDDEN:
                raise Unusable(f"it cannot be read: {error.strerror}") from error
            if error.errno == errno.ELOOP:
                return None  # it has become a link: the next look sees that
            raise FetchTemporary(f"{shown_name(name)}: {error.strerror}") from error
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode) or _sight(os.fstat(handle)) != sight:
                return None
            if sight.size > max_bytes:
                raise Unusable(f"it has {sight.size:,} bytes, more than max_bytes: {max_bytes:,}")
            try:
                body = file.read(max_bytes + 1)
            except OSError as error:
                raise FetchTemporary(f"{shown_name(name)}: {error.strerror}") from error
            return body if len(body) == sight.size and _sight(os.fstat(handle)) == sight else None

    def move(self, name: str, sight: Sight | None, where: Place, now_ms: int, reason: str = "") -> str:
        """Move a file to done/ or failed/, its reason beside it; gives its name there.

        Empty if it is gone, or is not the one that was seen: another one has taken its name. The reason is written
        first: what lies in failed/ has one. Raises OSError if it cannot be moved.
        """
        with self._opened() as here, _below(here, where) as there:
            try:
                if sight is not None and _sight(os.stat(name, dir_fd=here, follow_symlinks=False)) != sight:
                    return ""
                target = _free(there, name, now_ms)
                if reason:
                    _write_reason(there, _cut(target, REASON) + REASON, reason)
                os.rename(name, target, src_dir_fd=here, dst_dir_fd=there)
            except FileNotFoundError:
                return ""
            return target

    def _wanted(self, name: str) -> bool:
        return (
            name not in _PLACES
            and not is_scratch(name)
            and any(fnmatchcase(name, pattern) for pattern in self._patterns)
        )

    @contextmanager
    def _opened(self) -> Iterator[int]:
        try:
            handle = os.open(self._path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise _trouble(self._path, error) from error
        try:
            yield handle
        finally:
            os.close(handle)


def _sort(entry: os.DirEntry[str], found: list[tuple[int, str, Sight]], look: Look) -> None:
    try:
        about = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return  # moved away between the two calls
    if stat.S_ISREG(about.st_mode):
        found.append((about.st_mtime_ns, entry.name, _sight(about)))
    elif not stat.S_ISDIR(about.st_mode):
        kind = next((words for test, words in _KINDS if test(about.st_mode)), "no regular file")
        look.odd.append((entry.name, kind))


def _sight(about: os.stat_result) -> Sight:
    return Sight(about.st_size, about.st_mtime_ns, about.st_ino)


def _trouble(path: Path, error: OSError) -> FetchTemporary:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return FetchTemporary(f"there is no directory {path}")
    return FetchTemporary(f"the directory {path} cannot be read: {error.strerror}")


@contextmanager
def _below(here: int, name: Place) -> Iterator[int]:
    """Open done/ or failed/, made where it is missing. Raises OSError, also if a link stands there."""
    with suppress(FileExistsError):
        os.mkdir(name, 0o750, dir_fd=here)
    handle = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=here)
    try:
        yield handle
    finally:
        os.close(handle)


def _free(there: int, name: str, now_ms: int) -> str:
    """Give a name that is free: its own, else with the time before its ending. Nothing is ever overwritten."""
    if not _exists(there, name):
        return name
    stem, dot, ending = name.rpartition(".")
    stem, ending = (stem, f".{ending}") if dot and stem and len(ending) < 20 else (name, "")
    when = rfc3339(now_ms)[:19].replace("-", "").replace(":", "")
    for number in range(1, 10_000):
        more = f".{when}{f'-{number}' if number > 1 else ''}{ending}"
        candidate = _cut(stem, more) + more
        if not _exists(there, candidate):
            return candidate
    raise OSError(errno.EEXIST, "ten thousand files of this name at this second")


def _exists(there: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=there, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _cut(name: str, more: str) -> str:
    """Cut a name so that it has room for what follows; characters stay whole."""
    room = MAX_NAME - len(os.fsencode(more))
    while len(os.fsencode(name)) > room:
        name = name[:-1]
    return name


def _write_reason(there: int, name: str, text: str) -> None:
    """Write a reason, as far as the disk takes it: the journal has it too, and the file is moved all the same."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(name, flags, 0o640, dir_fd=there), "wb") as file:
            file.write(f"{text}\n".encode("utf-8", "replace"))
    except OSError:
        return
