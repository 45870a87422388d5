"""What is asked needs to know of the settings: where things are, and whose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alertd.base.secrets import Secret


@dataclass(frozen=True, slots=True)
class Named:
    """A source or receiver, as far as whoever asks needs it."""

    id: str
    type: str
    desk: str | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """What whoever only asks needs of the settings."""

    state_dir: Path
    rules: Path
    namespace: str
    redis: Secret
    web_token: Secret | None
    web_cert: Path | None
    """Of a daemon that speaks TLS itself."""
    sources: Sequence[Any]
    receivers: Sequence[Any]
    archive: Path
    relaxed: bool = False
    """`redis_durability: relaxed`."""
    models: Sequence[Any] = ()

    @property
    def source_desks(self) -> dict[str, str]:
        """Say whose the sources are that are somebody's."""
        return {source.id: source.desk for source in self.sources if source.desk is not None}

    @property
    def history(self) -> Path:
        """Where the archive's projection is."""
        return self.state_dir / "history.db"
