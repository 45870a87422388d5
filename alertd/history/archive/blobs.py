"""Files by their content: rules, holdings, companies tables. What was there once is not written twice."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import zstandard

from alertd.base.files import write_whole
from alertd.errors import Corrupt
from alertd.history.archive.layout import Layout

MAX_BLOB = 64 << 20
"""Bytes of a file."""
SHA256 = re.compile(r"[0-9a-f]{64}")
_LEVEL = 12


class Blobs:
    """The files of an archive by content. Everything raises OSError."""

    def __init__(self, archive: Path | str) -> None:
        self._at = Layout(Path(archive)).blobs

    def put(self, content: bytes) -> str:
        """Keep a file; gives its SHA-256. Repeatable. Raises ValueError for one of more than 64 MiB."""
        if len(content) > MAX_BLOB:
            raise ValueError(f"a file of {len(content)} bytes is too large for the archive: at most {MAX_BLOB}")
        name = hashlib.sha256(content).hexdigest()
        path = self.path(name)
        if path.exists():
            path.touch()  # so young that whoever clears up leaves it until the record that names it is there
        else:
            write_whole(path, zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compress(content))
        return name

    def get(self, name: str) -> bytes | None:
        """Give a file by its SHA-256; None if it is not there. Raises Corrupt if it is not what it was."""
        try:
            with self.path(name).open("rb") as file:
                packed = file.read(MAX_BLOB + 1)
        except FileNotFoundError:
            return None
        content = _unpacked(name, packed)
        if hashlib.sha256(content).hexdigest() != name:
            raise Corrupt(f"the file {name} is not what it was")
        return content

    def path(self, name: str) -> Path:
        """Say where a file lies. Raises ValueError for what is no SHA-256."""
        if not SHA256.fullmatch(name):
            raise ValueError(f"no SHA-256: {name[:80]!r}")
        return self._at / name[:2] / f"{name}.zst"

    def names(self) -> Iterator[str]:
        """Give the names of all files, in order."""
        for path in sorted(self._at.glob("??/*.zst")):
            if SHA256.fullmatch(path.stem):
                yield path.stem


def _unpacked(name: str, packed: bytes) -> bytes:
    try:
        if zstandard.get_frame_parameters(packed).content_size > MAX_BLOB:
            raise Corrupt(f"the file {name} is larger than a file here may be")
        packer = zstandard.ZstdDecompressor(max_window_size=MAX_BLOB)
        return packer.decompress(packed, max_output_size=MAX_BLOB, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise Corrupt(f"the file {name} cannot be unpacked: {error}") from error


def named_in(value: Any) -> Iterator[str]:
    """Give every SHA-256 that stands anywhere in a record's data."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            if SHA256.fullmatch(one):
                yield one
        elif isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
