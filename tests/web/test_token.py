from __future__ import annotations

import threading
from pathlib import Path

import pytest

from alertd.errors import ConfigError
from alertd.web.token import load_or_make_token


def test_the_token_is_made_once_and_only_the_user_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "web.token"
    token = load_or_make_token(path)
    assert len(token.reveal()) >= 43
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_or_make_token(path) == token
    assert list(tmp_path.iterdir()) == [path]


def test_processes_that_start_together_agree(tmp_path: Path) -> None:
    path, tokens = tmp_path / "web.token", []
    threads = [threading.Thread(target=lambda: tokens.append(load_or_make_token(path))) for _ in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(set(tokens)) == 1


def test_a_token_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "web.token"
    load_or_make_token(path)
    path.chmod(0o644)
    with pytest.raises(ConfigError, match="others can read"):
        load_or_make_token(path)


def test_an_empty_token_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "web.token"
    path.touch(0o600)
    with pytest.raises(ConfigError, match="empty"):
        load_or_make_token(path)
