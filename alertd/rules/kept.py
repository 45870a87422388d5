"""The versions of the rules that were in force, kept so that a decision can be explained by the rules of its time.

    <folder>/versions/<version>     which portfolios it had, and where each of them is
    <folder>/parts/<xx>/<name>      a portfolio, or what all of them share, compiled and packed (zlib of MessagePack)

The rules of a portfolio stand there a few hundred at a time, since nothing else goes on in a process that decodes.

A part is named by what it was made of, so that a version costs what changed in it. What no version names any more is
removed. A version that another alertd wrote may not be readable; then it is as if it were not there: `why` says so.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from alertd.base.files import write_whole
from alertd.base.ids import mark
from alertd.model import Struct
from alertd.rules.book import Portfolio, Rule, RuleBook
from alertd.rules.cache import code_hash, no_collection

MAX_VERSIONS = 2_000
"""Beyond so many the oldest are dropped, however young."""
SETTLED_S = 3600.0
"""A part younger than this is not removed: the version that names it may be about to be written."""
AT_ONCE = 200
"""Rules that are decoded at a stretch: some milliseconds."""
_LEVEL = 1
_VERSION = re.compile(r"[a-z2-7]{16}")
_NAME = re.compile(r"[a-z0-9]{16,64}")
_encode = msgspec.msgpack.Encoder().encode
_decode_rules = msgspec.msgpack.Decoder(tuple[Rule, ...]).decode
T = TypeVar("T")


class _Version(Struct, frozen=True, kw_only=True):
    """What a version consisted of."""

    code: str
    """Fingerprint of the code that compiled it."""
    shared: str
    labels: str
    portfolios: dict[str, str]
    """Portfolio -> its part."""


class _Portfolio(Struct, frozen=True):
    """A portfolio, with its rules apart."""

    head: Portfolio
    rules: list[msgspec.Raw]
    """Each some of them, encoded."""


class KeptRules:
    """A folder of versions. The supervisor writes, commands read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, book: RuleBook, keep_s: float) -> None:
        """Write a version down and drop those that are out of force for longer than `keep_s`. Raises OSError.

        A version is written last, so that all it names is there; the one before is marked as in force until now.
        """
        self._mark_newest()
        key = (book.shared, book.companies.hash, code_hash())
        with no_collection():
            shared = self._part(_encode(msgspec.structs.replace(book, portfolios=(), labels={}, version="")))
            labels = self._part(_encode(book.labels))
            portfolios = {p.id: self._portfolio(p, mark(p.hash, *key)) for p in book.portfolios}
        version = _Version(code=code_hash(), shared=shared, labels=labels, portfolios=portfolios)
        path = self._folder / "versions" / book.version
        write_whole(path, zlib.compress(_encode(version), _LEVEL))
        self._sweep(keep_s, path)

    def load(self, version: str, portfolios: Collection[str] | None = None) -> RuleBook | None:
        """Give a version, of its portfolios only those named; None if it is not kept, or cannot be read here."""
        if not _VERSION.fullmatch(version):
            return None
        found = self._read(self._folder / "versions" / version, _Version)
        if found is None:
            return None
        shared = self._read(self._path(found.shared), RuleBook)
        labels = self._read(self._path(found.labels), dict[str, str])
        names = sorted(found.portfolios.keys() & set(portfolios)) if portfolios is not None else found.portfolios
        with no_collection():
            read = [self._read_portfolio(self._path(found.portfolios[name])) for name in names]
        whole = [portfolio for portfolio in read if portfolio is not None]
        if shared is None or labels is None or len(whole) < len(read):
            return None
        return msgspec.structs.replace(shared, portfolios=tuple(whole), labels=labels, version=version)

    # --- parts ------------------------------------------------------------------------------------------------

    def _portfolio(self, portfolio: Portfolio, name: str) -> str:
        if not self._path(name).exists():
            rules = portfolio.rules
            some = [_encode(rules[start : start + AT_ONCE]) for start in range(0, len(rules), AT_ONCE)]
            head = msgspec.structs.replace(portfolio, rules=())
            self._write(name, _encode(_Portfolio(head, [msgspec.Raw(one) for one in some])))
        return name

    def _part(self, content: bytes) -> str:
        name = hashlib.blake2b(content, digest_size=16).hexdigest()
        if not self._path(name).exists():
            self._write(name, content)
        return name

    def _write(self, name: str, content: bytes) -> None:
        # Not waiting for the disk: after a loss of power it is missing or does not unpack, and `why` says so.
        write_whole(self._path(name), zlib.compress(content, _LEVEL), durable=False)

    def _path(self, name: str) -> Path:
        return self._folder / "parts" / name[:2] / name

    def _read_portfolio(self, path: Path) -> Portfolio | None:
        found = self._read(path, _Portfolio)
        if found is None:
            return None
        try:
            rules = [rule for some in found.rules for rule in _decode_rules(some)]
        except msgspec.DecodeError:
            return None
        return msgspec.structs.replace(found.head, rules=tuple(rules))

    def _read(self, path: Path, kind: type[T]) -> T | None:
        try:
            return msgspec.msgpack.decode(zlib.decompress(path.read_bytes()), type=kind)
        except (OSError, zlib.error, msgspec.DecodeError):  # a ValidationError is one: another alertd wrote it
            return None

    # --- what is dropped --------------------------------------------------------------------------------------

    def _versions(self) -> list[tuple[float, Path]]:
        """Give the versions with the time until which each was in force, the oldest first."""
        try:
            with os.scandir(self._folder / "versions") as found:
                return sorted((e.stat().st_mtime, Path(e.path)) for e in found if _VERSION.fullmatch(e.name))
        except FileNotFoundError:
            return []

    def _mark_newest(self) -> None:
        """Note that the version before is in force until now: its file may be a year old."""
        if versions := self._versions():
            os.utime(versions[-1][1])

    def _sweep(self, keep_s: float, current: Path) -> None:
        versions = [(at, path) for at, path in self._versions() if path != current]
        before = time.time() - keep_s
        old = [p for n, (at, p) in enumerate(versions) if at < before or n < len(versions) - MAX_VERSIONS]
        for path in old:
            path.unlink(missing_ok=True)
        if not old:
            return
        named: set[str] = set()
        for _, path in self._versions():
            version = self._read(path, _Version)
            if version is None:
                path.unlink(missing_ok=True)  # nobody can read it any more
                continue
            named.update((version.shared, version.labels, *version.portfolios.values()))
        for entry in self._parts():
            if entry.name not in named and entry.stat().st_mtime < time.time() - SETTLED_S:
                Path(entry.path).unlink(missing_ok=True)

    def _parts(self) -> Iterator[os.DirEntry[str]]:
        with os.scandir(self._folder / "parts") as folders:
            for folder in list(folders):
                with os.scandir(folder.path) as found:
                    yield from [entry for entry in found if _NAME.fullmatch(entry.name)]
