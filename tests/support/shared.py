"""Finds the shared folder of real data, where there is one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def shared_data(*parts: str) -> Path:
    """Give a folder of the shared data; skips the test, saying so, where it is absent."""
    base = Path(os.environ.get("ALERTD_SHARED", ROOT.parent / "shared"))
    folder = base.joinpath("data", *parts)
    if not folder.exists():
        pytest.skip(f"no shared data: {folder} is absent; set ALERTD_SHARED to the folder that holds data/")
    return folder
