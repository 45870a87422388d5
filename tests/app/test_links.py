"""The key of the links in mail: the user's own, or one that is made once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from alertd.app.links import KEY_FILE, links_of
from alertd.errors import ConfigError
from alertd.settings import Settings

PUBLIC = {"bind": "127.0.0.1:0", "url": "https://alerts.example.com/"}


def settings(folder: Path, **web: Any) -> Settings:
    return Settings.model_validate({"state_dir": folder, "web": web})


def test_without_a_listener_there_are_no_links_and_no_key(tmp_path: Path) -> None:
    assert links_of(settings(tmp_path)) is None
    assert list(tmp_path.iterdir()) == []


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    first, second = (links_of(settings(tmp_path, public=PUBLIC)) for _ in range(2))
    assert first is not None and first == second
    assert first.url == "https://alerts.example.com" and first.expire_s == 7 * 86400
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600 and len(first.key.reveal()) >= 32
    (tmp_path / KEY_FILE).chmod(0o644)
    with pytest.raises(ConfigError, match="others can read the key of the links in mail"):
        links_of(settings(tmp_path, public=PUBLIC))


def test_the_users_own_key_and_time_are_taken(tmp_path: Path) -> None:
    made = links_of(settings(tmp_path, public=PUBLIC, links_key="k" * 32, links_expire="2d"))
    assert made is not None and made.key.reveal() == "k" * 32 and made.expire_s == 2 * 86400
    assert not (tmp_path / KEY_FILE).exists()
    assert "kkkk" not in repr(made)


def test_a_key_that_can_be_guessed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 32"):
        settings(tmp_path, public=PUBLIC, links_key="short")


def test_the_example_of_the_document_is_valid() -> None:
    text = (Path(__file__).parents[2] / "docs" / "email.md").read_text("utf-8")
    found = re.search(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert found is not None
    made = Settings.model_validate(yaml.safe_load(found[1]))
    assert made.smtp is not None and made.web.public is not None and made.receivers[0].id == "pm-mail"
