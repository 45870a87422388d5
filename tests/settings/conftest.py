"""A folder with alertd.yaml and rules/, as a user has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from alertd.errors import ConfigError
from alertd.settings import Loaded, load_settings

FEED = '{id: prwire, type: feed, url: "https://news.example.com/rss"}'


@dataclass
class Desk:
    """The folder, and what loading it gives."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "alertd.yaml"

    def write(self, name: str, text: str, mode: int = 0o600) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def load(self, text: str, env: Mapping[str, str] | None = None) -> Loaded:
        self.write("alertd.yaml", text)
        return load_settings(self.config, env or {})

    def faults(self, text: str, env: Mapping[str, str] | None = None) -> list[str]:
        """Give faults and warnings as `line:column: …`, whether the file loads or not."""
        try:
            found = self.load(text, env).warnings
        except ConfigError as error:
            found = error.faults
        return [str(f).removeprefix(f"{self.config}:") for f in found]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "rules").mkdir()
    return Desk(tmp_path)
