"""`alertd doctor`: the whole look, as a person and as a program sees it."""

from __future__ import annotations

import os

import pytest

from tests.cli.conftest import Desk
from tests.support.http import FaultServer


def test_it_looks_at_everything_and_its_exit_code_is_the_worst(desk: Desk) -> None:
    desk.running()
    (desk.folder / "var").chmod(0o700)
    done = desk.run("doctor", "--offline", "--json")
    found = done.json
    areas = {one["area"] for one in found["verdicts"]}
    assert areas >= {"alertd", "rules", "companies", "disk", "redis", "clock", "limits", "zones", "watched"}
    assert "hosts" not in areas
    assert done.code == {"ok": 0, "warn": 1, "bad": 2}[found["worst"]]
    assert done.code == 1, found
    assert f"pid {os.getpid()} runs it" in found["verdicts"][0]["says"]
    assert [one for one in found["verdicts"] if one["level"] == "warn" and not one["advice"]] == []


def test_what_is_not_sound_is_told_with_what_to_do(desk: Desk) -> None:
    desk.running(version="0.0.9", rules_version="of yesterday", reload_ok=False)
    (desk.folder / "var").chmod(0o755)
    done = desk.run("doctor", "--offline")
    assert done.code == 2
    lines = done.out.splitlines()
    at = next(i for i, line in enumerate(lines) if "still runs 0.0.9" in line)
    assert lines[at].startswith("warn  alertd ")
    assert lines[at + 1].strip() == "restart it: docs/upgrading.md"
    assert any(line.startswith("bad   state ") for line in lines)
    assert any(line.startswith("warn  rules ") and "version of yesterday is in force" in line for line in lines)
    assert lines[-1].endswith(" bad")


def test_faults_in_the_rules_hide_nothing_else(desk: Desk) -> None:
    (desk.folder / "rules/portfolios/ai.yaml").write_text("portfolio: ai\ntitel: AI\n")
    found = desk.run("doctor", "--offline", "--json").json["verdicts"]
    assert "alertd check names each of them" in [one["advice"] for one in found]
    assert any(one["area"] == "redis" and one["says"].startswith("answers within ") for one in found)


def test_a_redis_that_is_away_is_bad_and_the_rest_is_told(desk: Desk) -> None:
    desk.settings(redis="redis://127.0.0.1:1/0")
    done = desk.run("doctor", "--offline", "--json")
    assert done.code == 2
    (redis,) = [one for one in done.json["verdicts"] if one["area"] == "redis"]
    assert (redis["level"], redis["advice"]) == ("bad", "nothing is alerted without it: docs/store.md")
    assert any(one["area"] == "disk" for one in done.json["verdicts"])


def test_hosts_are_connected_to_unless_it_is_offline(desk: Desk) -> None:
    with FaultServer() as server:
        url = server.url("/rss?token=hush")
        desk.settings(sources=[{"id": "wire", "type": "feed", "url": url, "allow_private": True}])
        assert desk.run("doctor", "--offline").code in (1, 2)
        assert server.connections == 0
        done = desk.run("doctor", "--json")
        assert (server.connections, len(server.requests)) == (1, 0)
        desk.run("doctor", "--online")
        assert [request.method for request in server.requests] == ["HEAD"]
    (hosts,) = [one for one in done.json["verdicts"] if one["area"] == "hosts"]
    assert (hosts["level"], hosts["says"]) == ("ok", "1 host is reached as it should be")
    assert "hush" not in done.out


@pytest.mark.parametrize("words", [("--offline", "--online"), ("--onlin",)])
def test_words_that_make_no_sense_are_refused(desk: Desk, words: tuple[str, ...]) -> None:
    done = desk.run("doctor", *words)
    assert (done.code, done.out) == (2, "")
