"""Which rules, holdings, companies and models are in force, by hash, for the archive; their files go with it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import structlog

from alertd import __version__, companies, enrich
from alertd.base.clock import Clock, rfc3339
from alertd.base.files import sha256_of
from alertd.history.archive.blobs import MAX_BLOB, Blobs
from alertd.model import JournalRecord
from alertd.rules.files import fingerprint

log = structlog.get_logger(__name__)

CHANGED = "changed"
"""In place of the hash of a file that is not as it was loaded any more: a reload takes it, or refuses it."""
MISSING = "missing"
MODELS = (enrich, companies)
"""Packages with data by which events are understood."""


@dataclass(frozen=True, slots=True)
class InForce:
    """What was loaded and is in force, as far as it stands in files."""

    rules_version: str
    rules: Path
    files: Mapping[str, str] = field(default_factory=dict)
    """Files of the rules directory -> fingerprint of the content that was loaded (`rules.files.fingerprint`)."""
    outside: frozenset[Path] = frozenset()
    """Positions and security masters."""
    registrants: Path | None = None
    """The table that an update wrote; None: the packaged one."""


class VersionStore(Protocol):
    """What is needed of the store."""

    async def journal(self, record: JournalRecord, once: str = "", behind: str = "") -> bool:
        """Write a record."""
        ...


class Versions:
    """Journals a version when it comes into force, if it is another than the one before."""

    def __init__(self, archive: Path, store: VersionStore, clock: Clock) -> None:
        self._blobs, self._store, self._clock = Blobs(archive), store, clock
        self._waiting: InForce | None = None
        self._last: InForce | None = None
        self._journalled: dict[str, Any] = {}
        self._known: dict[tuple[str, str], str] = {}
        """(file, fingerprint) -> its SHA-256: ten thousand files are not read again with every reload."""

    def take(self, found: InForce) -> None:
        """Take what is in force from now on."""
        self._waiting = self._last = found

    def again(self) -> None:
        """Keep the files of what is in force once more, and journal it: the archive is another one now."""
        self._waiting, self._journalled = self._last, {}

    async def journal(self) -> None:
        """Journal it, once its files are kept. Raises OSError, StoreUnavailable; then it is tried again."""
        if (found := self._waiting) is None:
            return
        data = await asyncio.to_thread(self._gathered, found)
        if data != self._journalled:
            record = JournalRecord(
                kind="version", at=rfc3339(self._clock()), ids=[found.rules_version], reason="in_force", data=data
            )
            await self._store.journal(record)
            log.debug("version_journalled", rules=found.rules_version[:12], files=len(data["files"]))
        self._journalled = data
        if self._waiting is found:
            self._waiting = None

    def _gathered(self, found: InForce) -> dict[str, Any]:
        files = {_inside(name, found.rules): self._kept(Path(name), mark) for name, mark in found.files.items()}
        declared = hashlib.sha256()
        for name, sha256 in sorted(files.items()):
            if name.startswith("companies/"):
                declared.update(f"{name}\n{sha256}\n".encode())
        table = found.registrants
        updated = table is not None and table.is_file()
        return {
            "rules_version": found.rules_version,
            "alertd": __version__,
            "files": dict(sorted(files.items())),
            "holdings": {str(path): self._kept(path) for path in sorted(found.outside)},
            "companies": {
                "registrants": sha256_of(table) if updated and table is not None else "packaged",
                "declared": declared.hexdigest(),
            },
            "models": dict(models()),
        }

    def _kept(self, path: Path, mark: str = "") -> str:
        """Keep a file by its content; gives its SHA-256. With `mark` only if it is still what was loaded."""
        if mark and (known := self._known.get((str(path), mark))) and self._blobs.path(known).exists():
            return known
        try:
            with path.open("rb") as file:
                content = file.read(MAX_BLOB + 1)
        except FileNotFoundError:
            return MISSING
        if mark and fingerprint(content) != mark:
            return CHANGED
        if len(content) > MAX_BLOB:
            return sha256_of(path)
        sha256 = self._blobs.put(content)
        if mark:
            self._known[str(path), mark] = sha256
        return sha256


def models() -> Iterator[tuple[str, str]]:
    """Give the packaged data by which events are understood, with their SHA-256."""
    for package in MODELS:
        folder = Path(package.__path__[0]) / "data"
        for path in sorted(folder.iterdir()):
            if path.is_file():
                yield f"{package.__name__.removeprefix('alertd.')}/{path.name}", sha256_of(path)


def _inside(name: str, rules: Path) -> str:
    try:
        return Path(name).relative_to(rules).as_posix()
    except ValueError:
        return name
