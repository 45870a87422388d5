"""Which server is run, and whose data it may open."""

from __future__ import annotations

from pathlib import Path

import pytest

from alertd.errors import StoreRefused
from alertd.store import engine
from alertd.store.engine import Engine, check_data, find_engine, probe, read_version, write_marker


def redis(*version: int) -> Engine:
    return Engine("/bin/redis-server", "redis", (version[0], version[1], version[2]))


def valkey(*version: int) -> Engine:
    return Engine("/bin/valkey-server", "valkey", (version[0], version[1], version[2]))


def fake(folder: Path, name: str, says: str) -> Path:
    folder.mkdir(exist_ok=True)
    binary = folder / name
    binary.write_text(f"#!/bin/sh\necho '{says}'\n")
    binary.chmod(0o755)
    return binary


@pytest.mark.parametrize(
    ("path", "output", "expected"),
    [
        ("/bin/redis-server", "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64", redis(7, 0, 15)),
        ("/bin/valkey-server", "Valkey server v=8.1.1 sha=00000000:0", valkey(8, 1, 1)),
        ("/bin/valkey-server", "Server v=7.2.5 sha=00000000:0", valkey(7, 2, 5)),
    ],
)
def test_what_a_server_says_it_is(path: str, output: str, expected: Engine) -> None:
    found = read_version(path, output)
    assert found is not None
    assert (found.name, found.version) == (expected.name, expected.version)


def test_what_says_nothing_known_is_no_server() -> None:
    assert read_version("/bin/redis-server", "usage: …") is None


def test_a_server_on_path_comes_before_the_bundled_one(tmp_path: Path) -> None:
    fake(tmp_path, "redis-server", "Redis server v=7.4.1 sha=0")
    assert find_engine(str(tmp_path)).version == (7, 4, 1)


def test_valkey_on_path_will_do(tmp_path: Path) -> None:
    fake(tmp_path, "valkey-server", "Valkey server v=8.0.0 sha=0")
    assert str(find_engine(str(tmp_path))) == "valkey 8.0.0"


def test_a_server_that_is_too_old_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = fake(tmp_path, "redis-server", "Redis server v=5.0.14 sha=0")
    monkeypatch.setattr(engine, "bundled", lambda: None)
    with pytest.raises(StoreRefused, match="too old") as caught:
        find_engine(str(tmp_path))
    assert str(old) in str(caught.value)


def test_without_a_server_the_error_names_the_three_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "bundled", lambda: None)
    with pytest.raises(StoreRefused) as caught:
        find_engine(str(tmp_path))
    text = str(caught.value)
    assert "apt install redis-server" in text
    assert 'pip install "alertd[embedded]"' in text
    assert "redis://" in text


def test_a_binary_for_another_machine_is_no_server(tmp_path: Path) -> None:
    wrong = tmp_path / "redis-server"
    wrong.write_bytes(b"\x7fELF nonsense")
    wrong.chmod(0o755)
    assert probe(str(wrong)) is None
    assert probe(str(tmp_path / "absent")) is None


@pytest.mark.parametrize(
    ("written", "opened", "fine"),
    [
        (redis(6, 2, 14), redis(6, 2, 14), True),
        (redis(6, 2, 14), redis(7, 0, 15), True),
        (redis(7, 2, 5), redis(7, 2, 1), True),
        (redis(7, 0, 15), redis(6, 2, 14), False),
        (redis(7, 2, 0), redis(7, 0, 15), False),
        (redis(7, 2, 4), valkey(8, 1, 1), True),
        (redis(7, 4, 0), valkey(8, 1, 1), False),
        (valkey(8, 0, 0), redis(8, 0, 0), False),
        (valkey(8, 0, 0), valkey(8, 1, 0), True),
    ],
)
def test_data_of_a_newer_server_is_refused(tmp_path: Path, written: Engine, opened: Engine, fine: bool) -> None:
    write_marker(tmp_path, written)
    if fine:
        check_data(tmp_path, opened)
    else:
        with pytest.raises(StoreRefused, match=f"was written by {written}"):
            check_data(tmp_path, opened)


def test_the_first_start_has_nothing_to_refuse(tmp_path: Path) -> None:
    check_data(tmp_path, redis(6, 2, 14))


def test_data_of_version_7_is_recognised_without_a_marker(tmp_path: Path) -> None:
    (tmp_path / "appendonlydir").mkdir()
    with pytest.raises(StoreRefused, match="7 or later"):
        check_data(tmp_path, redis(6, 2, 14))
    check_data(tmp_path, redis(7, 0, 15))


@pytest.mark.parametrize(
    "text", ["", "{}", '{"engine": "redis", "version": ["x", 1, 2]}', '{"engine": 1, "version": 7}']
)
def test_a_marker_that_cannot_be_read_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "engine.json").write_text(text)
    with pytest.raises(StoreRefused, match="cannot be read"):
        check_data(tmp_path, redis(7, 0, 15))
