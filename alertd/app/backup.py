"""A backup: one tar with all that a state directory must not lose, and a manifest that proves it whole.

    archive/…                 copied first: what the journal says beyond it is archived again after a restore
    redis/appendonly.aof      a snapshot of the running server; of one that is stopped, its files as they are
    redis/engine.json epoch   which server wrote it, which store it is
    web.token links.key       what clients go by, and the links in mails that were sent
    rules-kept/…              what `alertd why` goes by
    manifest.json             last: version, time, and size and SHA-256 of each of the others

What can be made anew is left out: history.db, metrics, logs, locks. Of a Redis of the house its own backup is the
backup; the rest is kept here all the same.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import re
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Literal, NoReturn

import msgspec

from alertd import __version__
from alertd.app.away import own_redis_away
from alertd.app.state import working
from alertd.base.clock import rfc3339
from alertd.errors import StoreRefused, StoreUnavailable
from alertd.history.archive.layout import locked, rewriting
from alertd.store.engine import MARKER
from alertd.store.keys import SCHEMA
from alertd.store.snapshot import NAME, copy_snapshot
from alertd.store.state_dir import StateDir, StateLock, socket_url

FORMAT = 1
MANIFEST = "manifest.json"
SINGLE = ("epoch", "web.token", "links.key")
FOLDERS = ("redis", "archive", "rules-kept")
PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._:@+=-]{0,199}")
"""A part of a member's path: what alertd itself names files; nothing hidden, no way up."""
DEEPEST = 8
_DATA = re.compile(rf"redis/({re.escape(NAME)}|{re.escape(MARKER)}|appendonlydir/[^/]+)")
Told = Callable[[int], None]


class Member(msgspec.Struct, frozen=True):
    """One file of a backup."""

    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup says of itself."""

    format: int
    alertd: str
    """The version that made it."""
    layout: int
    """Of the keys in the store (`alertd.store.keys.SCHEMA`)."""
    made_at: str
    epoch: str
    store: str
    """`snapshot`: of a running server; `files`: of one that was stopped; `none`: it is a Redis of the house."""
    members: dict[str, Member]


@dataclass(slots=True)
class _Tar:
    """A tar that is being written, and what is in it."""

    tar: tarfile.TarFile
    told: Told
    members: dict[str, Member] = field(default_factory=dict)

    def add(self, name: str, content: IO[bytes], size: int) -> None:
        """Add so many bytes of a file under a name."""
        digest = hashlib.sha256()
        reading = _Reading(content, size, digest, self.told)
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        self.tar.addfile(info, reading)  # type: ignore[arg-type]
        self.members[name] = Member(size, digest.hexdigest())

    def add_path(self, name: str, path: Path) -> None:
        """Add a file as long as it is now: one that grows meanwhile is cut where a line had ended."""
        try:
            with path.open("rb") as content:
                self.add(name, content, os.fstat(content.fileno()).st_size)
        except FileNotFoundError:  # removed meanwhile
            return


@dataclass(slots=True)
class _Reading:
    """A file that is hashed as it is read; one that became shorter is an error."""

    content: IO[bytes]
    left: int
    digest: Any
    told: Told

    def read(self, size: int) -> bytes:
        piece = self.content.read(min(size, self.left))
        if not piece and self.left:
            raise OSError(f"{getattr(self.content, 'name', 'a file')} became shorter while it was read")
        self.left -= len(piece)
        self.digest.update(piece)
        self.told(len(piece))
        return piece


def member_name(name: str) -> bool:
    """Tell whether a backup may have a member of this name. Pure."""
    parts = name.split("/")
    if not all(PART.fullmatch(part) for part in parts) or len(parts) > DEEPEST:
        return False
    return name in SINGLE if len(parts) == 1 else parts[0] in FOLDERS


def size_of(state_dir: Path, archive: Path) -> int:
    """Give about how many bytes a backup will read."""
    folders = (StateDir(state_dir).folder, archive, state_dir / "rules-kept")
    return sum(path.stat().st_size for folder in folders for _, path in _files(folder, "x"))


def back_up(state_dir: Path, archive: Path, out: Path, now: int, *, own: bool, told: Told) -> Manifest:
    """Write a backup of a state directory into a file that is not there yet; gives its manifest.

    `own`: the store is the embedded Redis, running or not. `told` hears of each piece. Raises StoreUnavailable,
    StoreRefused, OSError; then there is no file.
    """
    if out.exists():
        raise StoreRefused(f"{out} is there already: a backup writes over nothing")
    with _new_file(out) as file, tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
        made = _Tar(tar, told)
        _archived(made, archive)
        for name, path in _files(state_dir / "rules-kept", "rules-kept"):
            made.add_path(name, path)
        store = _store(made, StateDir(state_dir.absolute()), out.parent) if own else "none"
        for name in SINGLE:
            made.add_path(name, state_dir / name)
        epoch = (state_dir / "epoch").read_text("ascii").strip() if (state_dir / "epoch").exists() else ""
        manifest = Manifest(
            format=FORMAT, alertd=__version__, layout=SCHEMA, made_at=rfc3339(now), epoch=epoch, store=store,
            members=dict(made.members),
        )  # fmt: skip
        written = msgspec.json.format(msgspec.json.encode(manifest)) + b"\n"
        made.add(MANIFEST, io.BytesIO(written), len(written))
    return manifest


def _archived(made: _Tar, archive: Path) -> None:
    """Add the archive. No day is sealed or shortened meanwhile: its manifest would speak of other files."""
    with ExitStack() as stack:
        with suppress(OSError):  # there is none, or it lies where no lock can be made
            stack.enter_context(locked(rewriting(archive), shared=True))
        for name, path in _files(archive, "archive"):
            made.add_path(name, path)


def _store(made: _Tar, state: StateDir, beside: Path) -> Literal["snapshot", "files"]:
    """Add the data of the embedded Redis."""
    if socket_url(state.root) is not None:
        with tempfile.NamedTemporaryFile(prefix=".alertd-", dir=beside) as scratch:  # 0600
            size = asyncio.run(copy_snapshot(state.socket, scratch.file))
            scratch.seek(0)
            made.add(f"redis/{NAME}", scratch.file, size)
        made.add_path(f"redis/{MARKER}", state.folder / MARKER)
        return "snapshot"
    lock = StateLock(state.lock)
    try:
        lock.acquire()  # nobody starts it meanwhile
    except StoreRefused as error:
        raise StoreUnavailable("alertd runs here, and its Redis does not answer: try again when it does") from error
    try:
        if pids := working(state.root):  # it lets go of the server's lock while that cannot be started
            raise StoreUnavailable(f"{own_redis_away(state.root, pids)}. Try again when it answers")
        found = [(name, path) for name, path in _files(state.folder, "redis") if _DATA.fullmatch(name)]
        if not found:
            raise StoreUnavailable(f"there is no data of a Redis in {state.folder}")
        for name, path in found:
            made.add_path(name, path)
    finally:
        lock.release()
    return "files"


def _files(root: Path, called: str) -> Iterator[tuple[str, Path]]:
    """Give the files under a folder with their names in a backup, in order; hidden ones are scratch, and locks.

    Raises OSError for a folder that is closed to us: `Path.rglob` would pass over it, and it would be missing.
    """
    if not root.is_dir():
        return
    for path in sorted(Path(folder, name) for folder, _, names in os.walk(root, onerror=_raised) for name in names):
        name = f"{called}/{path.relative_to(root).as_posix()}"
        if path.is_file() and not path.is_symlink() and all(PART.fullmatch(part) for part in name.split("/")):
            yield name, path


def _raised(error: OSError) -> NoReturn:
    raise error


@contextmanager
def _new_file(out: Path) -> Iterator[IO[bytes]]:
    """Write a file that only we may read, whole or not at all."""
    scratch = out.with_name(f".{out.name}.{os.getpid()}.new")
    try:
        with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        scratch.rename(out)
    finally:
        scratch.unlink(missing_ok=True)
