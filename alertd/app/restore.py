"""Puts a backup back: checked as a whole before anything is touched, and nothing is thrown away.

    unpacked beside, each member by its name, size and hash -> what stands in the way is moved aside -> put in place

An archive that is there stays: it knows what was sent since the backup, so what comes again is marked as a possible
repeat (workers/store_age.py). A tar from elsewhere is not trusted: only plain files of names that a backup has.
"""

from __future__ import annotations

import hashlib
import shutil
import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec

from alertd.app.backup import FORMAT, MANIFEST, SINGLE, Manifest, Member, member_name
from alertd.app.state import working
from alertd.base.clock import to_datetime
from alertd.base.files import make_private
from alertd.errors import StoreFull, StoreRefused
from alertd.store.engine import Engine, check_data
from alertd.store.keys import SCHEMA
from alertd.store.state_dir import StateDir, StateLock

MOST = 4_000_000
"""Members."""
MANIFEST_MOST = 1 << 30
_SPARE = 64 << 20
Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back."""

    manifest: Manifest
    files: int
    archive: str
    """`restored`, `kept` (one was there already) or `none`."""
    aside: str
    """Where what stood in the way is now; empty: nothing did."""


def restore(
    file: Path, state_dir: Path, archive: Path, now: int, *,
    force: bool = False, with_archive: bool = False, engine: Engine | None = None, told: Told = lambda size: None,
) -> Restored:  # fmt: skip
    """Put a backup into a state directory.

    `force`: what is there is moved aside; otherwise it is refused. `with_archive`: an archive that is there is moved
    aside, too. `engine`: the server that is to read it. Raises StoreRefused, StoreFull, OSError: then nothing has
    changed.
    """
    state_dir = state_dir.absolute()
    make_private(state_dir)
    lock = StateLock(StateDir(state_dir).lock)
    lock.acquire()
    try:
        if pids := working(state_dir):
            raise StoreRefused(f"alertd (pid {pids[0]}) works in {state_dir}: stop it first")
        with tempfile.TemporaryDirectory(prefix=".restoring-", dir=state_dir) as scratch:
            manifest = unpack(file, Path(scratch), told)
            if engine is not None and (Path(scratch) / "redis").is_dir():
                check_data(Path(scratch) / "redis", engine)
            return _place(manifest, Path(scratch), state_dir, archive, now, force=force, with_archive=with_archive)
    finally:
        lock.release()


def unpack(file: Path, folder: Path, told: Told = lambda size: None) -> Manifest:
    """Unpack a backup, and check that it is whole and of a version that this one reads.

    Raises StoreRefused, StoreFull, OSError.
    """
    found: dict[str, Member] = {}
    manifest: Manifest | None = None
    room = shutil.disk_usage(folder).free - _SPARE
    try:
        with tarfile.open(file, mode="r:") as tar:
            for member in tar:
                shown = member.name[:100].encode("unicode_escape").decode("ascii")
                if not member.isreg() or member.issparse():
                    raise StoreRefused(f"{file}: {shown}: only plain files are taken")
                content = tar.extractfile(member)
                assert content is not None
                if member.name == MANIFEST:
                    manifest = _manifest(file, content.read(MANIFEST_MOST))
                    continue
                if not member_name(member.name) or len(found) >= MOST:
                    raise StoreRefused(f"{file}: {shown}: a backup has no such file")
                if member.name in found:
                    raise StoreRefused(f"{file}: {shown} is there twice")
                if (room := room - member.size) < 0:
                    raise StoreFull(f"{file}: there is no room for it on the disk of {folder.parent}")
                found[member.name] = _write(folder / member.name, content, member.size, told)
    except (tarfile.TarError, EOFError, UnicodeError, ValueError) as error:
        raise StoreRefused(f"{file} is no backup: {error}") from error
    if manifest is None:
        raise StoreRefused(f"{file} is no whole backup: there is no {MANIFEST} in it")
    if wrong := sorted(name for name in found.keys() | manifest.members.keys() if _differs(name, found, manifest)):
        raise StoreRefused(f"{file} is damaged: {wrong[0]} is not as the backup wrote it ({len(wrong)} such)")
    return manifest


def _differs(name: str, found: dict[str, Member], manifest: Manifest) -> bool:
    return found.get(name) != manifest.members.get(name)


def _manifest(file: Path, raw: bytes) -> Manifest:
    try:
        head = msgspec.json.decode(raw)
        newer = isinstance(head, dict) and (head.get("format", 0) > FORMAT or head.get("layout", 0) > SCHEMA)
        if newer:
            raise StoreRefused(f"{file} was made by a newer alertd ({str(head.get('alertd'))[:40]}): update this one")
        return msgspec.json.decode(raw, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError, TypeError, RecursionError) as error:
        raise StoreRefused(f"{file}: its {MANIFEST} cannot be read: {error}") from error


def _write(path: Path, content: IO[bytes], size: int, told: Told) -> Member:
    make_private(path.parent)
    digest, left = hashlib.sha256(), size
    with path.open("xb") as out:
        path.chmod(0o600)
        while left:
            piece = content.read(min(left, 1 << 20))
            if not piece:
                raise EOFError("it ends in the middle of a file")
            out.write(piece)
            digest.update(piece)
            told(len(piece))
            left -= len(piece)
    return Member(size, digest.hexdigest())


def _place(
    manifest: Manifest, scratch: Path, state_dir: Path, archive: Path, now: int, *, force: bool, with_archive: bool
) -> Restored:  # fmt: skip
    """Put what was unpacked in place. Renames only, within one disk where the archive lies in the state directory."""
    there = [name for name in ("redis", "epoch") if _stands(state_dir / name)]
    if there and not force:
        raise StoreRefused(
            f"{state_dir} holds the data of an alertd ({', '.join(there)}): --force moves it aside, or name another "
            "--state-dir"
        )
    keep_archive = _stands(archive) and not with_archive
    aside = state_dir / f"before-restore-{to_datetime(now):%Y%m%dT%H%M%SZ}"
    moving = [state_dir / name for name in ("redis", "rules-kept", *SINGLE) if (scratch / name).exists()]
    if (scratch / "archive").exists() and not keep_archive:
        moving += [archive, state_dir / "history.db"]
    moved = [path for path in moving if _stands(path)]
    for path in moved:
        aside.mkdir(mode=0o700, exist_ok=True)
        shutil.move(path, aside / path.name)
    files = len(manifest.members)
    for name in sorted(path.name for path in scratch.iterdir()):
        target = archive if name == "archive" else state_dir / name
        if name == "archive" and keep_archive:
            files -= sum(member.startswith("archive/") for member in manifest.members)
            continue
        if target.is_dir():
            target.rmdir()  # empty: `_stands` would have moved it
        make_private(target.parent)
        shutil.move(scratch / name, target)
    has_archive = any(member.startswith("archive/") for member in manifest.members)
    said = "kept" if keep_archive else "restored" if has_archive else "none"
    return Restored(manifest, files, said, str(aside) if moved else "")


def _stands(path: Path) -> bool:
    """Tell whether something is there: a file, or a folder with anything in it."""
    return any(path.iterdir()) if path.is_dir() else path.exists()
