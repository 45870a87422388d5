"""A file of settings may be large: a desk can watch ten thousand feeds."""

from __future__ import annotations

from pathlib import Path

import pytest

from alertd.errors import ConfigError
from alertd.settings import MAX_BYTES, load_settings


def test_ten_thousand_feeds_are_settings(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    feeds = "\n".join(
        f"  - {{id: feed-{n}, type: feed, url: 'https://host-{n}.example.com/a/path/to/the/feed/of/this/desk.xml'}}"
        for n in range(10_000)
    )
    (tmp_path / "alertd.yaml").write_text(f"sources:\n{feeds}\n")
    assert (tmp_path / "alertd.yaml").stat().st_size > 1 << 20
    assert len(load_settings(tmp_path / "alertd.yaml", {}).settings.sources) == 10_000


def test_what_no_editor_would_open_is_refused(tmp_path: Path) -> None:
    (tmp_path / "alertd.yaml").write_text("#" * (MAX_BYTES + 1))
    with pytest.raises(ConfigError, match="larger than 16 MiB"):
        load_settings(tmp_path / "alertd.yaml", {})
