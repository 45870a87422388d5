"""An archive by its directory: what commands and the daemon begin with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from alertd.history.archive.blobs import Blobs
from alertd.history.archive.layout import About, Layout, about
from alertd.history.archive.reader import Reader


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive that is there."""

    path: Path
    about: About

    @classmethod
    def open(cls, path: Path | str) -> Archive:
        """Open an archive for reading. Raises ArchiveRefused: there is none, or one of a newer alertd."""
        return cls(Path(path), about(Path(path)))

    @property
    def id(self) -> str:
        """Give the id of the archive, which its copies share."""
        return self.about.id

    @property
    def layout(self) -> Layout:
        """Say where its files are."""
        return Layout(self.path)

    def reader(self) -> Reader:
        """Give a reader of its own: each thread needs one."""
        return Reader(self.path)

    def blobs(self) -> Blobs:
        """Give its files by content."""
        return Blobs(self.path)
