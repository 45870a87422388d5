"""What is wrong with an archive, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

FindingKind = Literal[
    "altered", "missing", "added", "order", "torn", "unreadable", "day_missing", "manifest", "blob", "mended"
]
"""`torn`: a crash left it, and the next start of the daemon cuts it off. `mended`: that was done."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong."""

    kind: FindingKind
    day: str
    """`manifest` and `blobs` for what belongs to no day."""
    n: int
    """The line; 0 for the whole file."""
    text: str
    """What is wrong, in words."""

    @property
    def where(self) -> str:
        """Name the place: `2026-11-29:17`."""
        return f"{self.day}:{self.n}" if self.n else self.day

    def __str__(self) -> str:
        """Say where and what."""
        return f"{self.where}: {self.text}"

    def row(self) -> dict[str, Any]:
        """Give it for JSON."""
        return {"kind": self.kind, "day": self.day, "line": self.n or None, "text": self.text}
