"""`alertd push`: from files to a daemon, over real HTTP; what became of each item, and how it is tried again."""

from __future__ import annotations

import json
import os
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from alertd.app.state import ROLES, RunState, hold, release, write_run_state
from tests.cli.run import Done, alertd
from tests.support.http import Authority, FaultServer, answer

TOKEN = "INBOX-0123456789abcdef"


@pytest.fixture
def world() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "inbox.token").write_text(TOKEN + "\n")
    settings = {"rules": "./rules", "sources": [{"id": "inbox", "type": "push", "token_file": "./inbox.token"}]}
    (tmp_path / "alertd.yaml").write_text(json.dumps(settings))
    (tmp_path / "inbox.token").chmod(0o600)
    return tmp_path


def receipt(*taken: str, rejected: tuple[int, str, str] | None = None, status: int = 202) -> Any:
    """Answer as the daemon does: so many taken, by their outcome, and one refused."""
    bad = [] if rejected is None else [dict(zip(("index", "path", "error"), rejected, strict=True))]
    places = [i for i in range(len(taken) + len(bad)) if rejected is None or i != rejected[0]]
    rows = [
        {"index": i, "id": f"ev_{i}", "outcome": one, "revision": 1} for i, one in zip(places, taken, strict=True)
    ]
    body = json.dumps({"source": "inbox", "taken": rows, "rejected": bad}).encode()
    return answer(body, status=status, headers={"Content-Type": "application/json"})


def push(folder: Path, world: FaultServer, *words: str, stdin: str = "") -> Done:
    return alertd("push", "--url", world.url(""), *words, cwd=folder, stdin=stdin.encode())


def test_each_item_has_a_line_and_a_refused_one_its_path(folder: Path, world: FaultServer) -> None:
    world.script("/v1/push/inbox", receipt("new", "known", rejected=(1, "title", "expected `str`, got `int`")))
    (folder / "news.jsonl").write_text('{"title": "a"}\n{"title": 7}\n\n{"title": "b"}\n')
    done = push(folder, world, "news.jsonl")
    assert done.code == 1
    assert done.out.splitlines() == [
        "new       news.jsonl:1  ev_0",
        "refused   news.jsonl:2  title: expected `str`, got `int`",
        "known     news.jsonl:4  ev_2",
    ]
    assert done.err.strip() == "1 new, 1 refused, 1 known"
    (request,) = world.to("/v1/push/inbox")
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["content-type"] == "application/x-ndjson"
    assert [json.loads(line) for line in request.body.splitlines()] == [{"title": "a"}, {"title": 7}, {"title": "b"}]
    assert TOKEN not in done.out + done.err


@pytest.mark.parametrize(
    "text",
    [
        '{"title": "a"}\n{"title": "b"}',
        '[{"title": "a"}, {"title": "b"}]',
        '\ufeff[\n{"title": "a"},\n{"title": "b"}\n]\n',
        '{\n  "title": "a"\n}\n{\n  "title": "b"\n}\n',
    ],
    ids=["lines", "a list", "a list over lines", "objects over lines"],
)
def test_whatever_form_of_json_comes_in_by_stdin_is_taken(folder: Path, world: FaultServer, text: str) -> None:
    world.script("/v1/push/inbox", receipt("new", "new"))
    done = push(folder, world, "--json", stdin=text)
    assert done.code == 0, done.err
    assert [line["outcome"] for line in done.lines] == ["new", "new"]
    (request,) = world.to("/v1/push/inbox")
    assert [json.loads(line)["title"] for line in request.body.splitlines()] == ["a", "b"]


def test_what_is_no_json_is_named_by_file_and_line_and_the_rest_is_sent(folder: Path, world: FaultServer) -> None:
    world.script("/v1/push/inbox", receipt("new"))
    (folder / "a.jsonl").write_text('{"title":\n{"title": "b"}\n{"title": NaN}\n')
    done = push(folder, world, "a.jsonl", "gone.jsonl", "--json")
    assert done.code == 1
    assert [(line["where"], line["outcome"]) for line in done.lines] == [
        ("a.jsonl:1", "refused"),
        ("a.jsonl:2", "new"),
        ("a.jsonl:3", "refused"),
        ("gone.jsonl", "refused"),
    ]
    assert "NaN is no number" in done.lines[2]["error"]
    assert "No such file" in done.lines[3]["error"]


def test_many_items_go_in_batches(folder: Path, world: FaultServer) -> None:
    world.script("/v1/push/inbox", receipt(*["new"] * 250), receipt(*["new"] * 250), receipt(*["new"] * 100))
    (folder / "a.jsonl").write_text("".join(f'{{"id": {i}, "title": "Item {i}"}}\n' for i in range(600)))
    done = push(folder, world, "a.jsonl")
    assert done.code == 0, done.err
    assert [len(request.body.splitlines()) for request in world.to("/v1/push/inbox")] == [250, 250, 100]
    assert "600 new" in done.err


@pytest.mark.parametrize("status", [429, 503])
def test_a_daemon_that_cannot_at_present_is_asked_again(folder: Path, world: FaultServer, status: int) -> None:
    busy = answer(b'{"detail": "no room at present"}', status=status, headers={"Retry-After": "0"})
    world.script("/v1/push/inbox", busy, busy, receipt("new"))
    done = push(folder, world, stdin='{"title": "a"}')
    assert done.code == 0, done.err
    assert f"HTTP {status}: no room at present; trying again in 0 s" in done.err
    bodies = {request.body for request in world.to("/v1/push/inbox")}
    assert bodies == {b'{"title":"a"}'}


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, "the token is not the one"), (404, "the daemon has no such push source"), (400, "HTTP 400: what is it")],
)
def test_what_the_daemon_refuses_is_not_tried_again_and_the_rest_not_sent(
    folder: Path, world: FaultServer, status: int, words: str
) -> None:
    world.script("/v1/push/inbox", answer(b'{"detail": "what is it"}', status=status))
    (folder / "a.jsonl").write_text('{"title": "a"}\n' * 300)
    done = push(folder, world, "a.jsonl", "--json")
    assert done.code == 1
    assert words in done.err
    assert len(world.to("/v1/push/inbox")) == 1
    assert {line["outcome"] for line in done.lines} == {"not sent"}
    assert len(done.lines) == 300


def test_what_answers_must_be_alertd(folder: Path, world: FaultServer) -> None:
    world.script("/v1/push/inbox", answer(b"<html>hello", status=202))
    done = push(folder, world, stdin='{"title": "a"}')
    assert done.code == 1
    assert "what answers there is no alertd" in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--source", "Inbox"], "a source id is made of a-z, 0-9 and -"),
        (["--source", "other"], "the settings have no source other of type push; there is inbox"),
        (["--token-file", "inbox.token"], "--token-file needs --source"),
        (["--token-file", "none", "--source", "x"], "none: cannot be read: No such file"),
        (["--url", "ftp://x"], "--url is the daemon's address"),
    ],
)
def test_a_wrong_word_is_named_and_nothing_is_sent(
    folder: Path, world: FaultServer, words: list[str], said: str
) -> None:
    done = push(folder, world, *words, stdin='{"title": "a"}')
    assert done.code == 2
    assert said in done.err
    assert world.requests == []


def test_with_a_token_file_no_settings_are_needed(folder: Path, world: FaultServer) -> None:
    (folder / "alertd.yaml").unlink()
    world.script("/v1/push/far", receipt("new"))
    done = push(folder, world, "--source", "far", "--token-file", "inbox.token", stdin='{"title": "a"}')
    assert done.code == 0, done.err


def test_without_a_daemon_it_says_what_to_start(folder: Path) -> None:
    done = alertd("push", cwd=folder, stdin=b'{"title": "a"}')
    assert done.code == 1
    assert "no alertd with the web role runs in" in done.err


def test_a_daemon_that_listens_everywhere_is_asked_on_loopback_by_its_own_certificate(folder: Path) -> None:
    authority = Authority()
    key, cert = authority.files(folder, "alerts.example.com")
    key.chmod(0o600)
    settings = json.loads((folder / "alertd.yaml").read_text())
    settings["web"] = {"bind": "0.0.0.0:8321", "token": "t" * 32, "tls": {"cert": str(cert), "key": str(key)}}
    (folder / "alertd.yaml").write_text(json.dumps(settings))
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(cert, key)
    with FaultServer(tls=tls) as server:
        server.script("/v1/push/inbox", receipt("new"))
        state = RunState(
            pid=os.getpid(), version="1", started_at="now", config="alertd.yaml", roles=list(ROLES),
            web=f"0.0.0.0:{server.port}",
        )  # fmt: skip
        (folder / "var").mkdir()
        write_run_state(folder / "var", state)
        locks = hold(folder / "var", state.roles)
        done = alertd("push", cwd=folder, stdin=b'{"title": "a"}')
        release(locks)
        assert done.code == 0, done.err
        assert len(server.to("/v1/push/inbox")) == 1


def test_a_certificate_that_is_not_trusted_ends_at_once_with_what_to_do(folder: Path) -> None:
    with FaultServer(tls=Authority().server()) as server:
        done = alertd("push", "--url", server.url(""), cwd=folder, stdin=b'{"title": "a"}')
    assert done.code == 1
    assert "its certificate is signed by an unknown authority; SSL_CERT_FILE=FILE.pem" in done.err
    assert "trying again" not in done.err
