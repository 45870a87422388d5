"""A store in the middle of its life beside a history, for what is asked of both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alertd.asking.past import Past
from alertd.asking.reach import Reach
from alertd.base.secrets import Secret
from alertd.history.projection.projector import Projector
from tests.history.projection.past import Archive


def reach_of(folder: Path, **more: Any) -> Reach:
    """Say where things are in a folder."""
    fields: dict[str, Any] = {
        "state_dir": folder, "rules": folder / "rules", "namespace": "alertd", "redis": Secret("embedded"),
        "web_token": None, "web_cert": None, "sources": (), "receivers": (), "archive": folder / "archive",
    }  # fmt: skip
    return Reach(**(fields | more))


def past_of(folder: Path, archive: Archive) -> Past:
    """Project an archive in a folder, and give what is asked of it."""
    projector = Projector(folder / "history.db")
    projector.advance(archive)
    projector.close()
    return Past(reach_of(folder))
