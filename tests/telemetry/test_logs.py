from __future__ import annotations

import io
import json
import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from alertd import telemetry
from alertd.base.secrets import Secret
from alertd.telemetry.logs import PATIENCE_MS


@pytest.fixture(autouse=True)
def put_logging_back() -> Iterator[None]:
    root, showwarning = logging.getLogger(), logging.captureWarnings
    handlers, level = list(root.handlers), root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)
    showwarning(False)


def json_lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_line_is_json_with_time_level_event_and_logger_where_no_terminal_is() -> None:
    out = io.StringIO()
    telemetry.configure_logging(stream=out)
    structlog.get_logger("alertd.workers.poll").info("poll_done", source="prwire", entries=3)
    (line,) = json_lines(out)
    assert list(line)[:4] == ["ts", "level", "event", "logger"]
    assert line["ts"].endswith("Z")
    assert line | {"ts": ""} == {
        "ts": "", "level": "info", "event": "poll_done", "logger": "alertd.workers.poll", "source": "prwire",
        "entries": 3,
    }  # fmt: skip


def test_the_text_of_a_feed_cannot_forge_a_line_or_drive_the_terminal() -> None:
    evil = 'x\n{"level":"critical"}\r\x1b[2J\u2028\u202e\x9b31m\ud800'
    for format in ("json", "console"):
        out = io.StringIO()
        telemetry.configure_logging(format=format, stream=out)
        structlog.get_logger("t").warning("entry_rejected", title=evil, nested={"deep": [evil]}, **{evil: 1})
        text = out.getvalue()
        assert text.count("\n") == 1
        assert not set(text[:-1]) & set("\n\r\x1b\u2028\u202e\x9b\ud800")


@pytest.mark.parametrize("format", ["json", "console"])
def test_a_traceback_with_hostile_text_stays_behind_its_own_line(format: telemetry.LogFormat) -> None:
    out = io.StringIO()
    telemetry.configure_logging(format=format, stream=out)
    try:
        raise ValueError("bad\n2026-01-01 critical forged\x1b[31m")
    except ValueError:
        structlog.get_logger("t").exception("match_failed")
    assert "\x1b" not in out.getvalue()
    first, *rest = out.getvalue().splitlines()
    assert "match_failed" in first
    assert all(line.startswith("    ") for line in rest)
    assert ("ValueError" in first) == (format == "json")


@pytest.mark.parametrize(
    "text",
    [
        "https://user:CANARY@feeds.example.com/rss",
        "https://user:p@CANARY@feeds.example.com/rss",
        "POST https://hooks.slack.com/services/T0/B0/CANARY failed",
        "hooks.slack-gov.com/services/CANARY",
        "https://api.example.com/rss?a=1&token=CANARY&b=2",
        "https://api.example.com/rss?api_key=CANARY",
        "token xoxb-1234-CANARY is revoked",
        "Authorization: Bearer CANARYCANARYCANARY",
        "signed with whsec_CANARY+/=",
    ],
)
def test_credentials_are_masked_by_their_shape(text: str) -> None:
    assert "CANARY" not in telemetry.safe_text(text)
    assert "<secret>" in telemetry.safe_text(text)


@pytest.mark.parametrize(
    "text", ["a@b.example", "https://example.com/a?tokens=5", "basic economics", "see https://example.com/ or x@y"]
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert telemetry.safe_text(text) == text


def test_values_under_secret_keys_and_secrets_themselves_never_show() -> None:
    out = io.StringIO()
    telemetry.configure_logging(stream=out)
    structlog.get_logger("t").error(
        "e", token="CANARY", smtp_password="CANARY", webhook_url="CANARY", value=Secret("CANARY"),
        headers={"Authorization": "CANARY", "Accept": "text/html"}, tokens=7, secret="",
    )  # fmt: skip
    assert "CANARY" not in out.getvalue()
    (line,) = json_lines(out)
    assert line["headers"] == {"Authorization": "<secret>", "Accept": "text/html"}
    assert line["tokens"] == 7
    assert line["secret"] == ""


def test_known_secrets_are_masked_wherever_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alertd.telemetry.logs._hidden", None)
    monkeypatch.setattr("alertd.telemetry.logs._hidden_values", set())
    telemetry.hide_values(["CANARY-ONE", "CANARY-ONE-LONGER", "abc"])
    assert telemetry.safe_text("x CANARY-ONE-LONGER y CANARY-ONE z abc") == "x <secret> y <secret> z abc"


def test_a_huge_text_costs_one_short_line() -> None:
    out = io.StringIO()
    telemetry.configure_logging(stream=out)
    structlog.get_logger("t").info("e", title="ab://" * 2_000_000)
    assert len(out.getvalue()) < 3_000


def test_libraries_that_use_logging_come_out_in_the_same_lines() -> None:
    out = io.StringIO()
    telemetry.configure_logging(stream=out)
    logging.getLogger("aiohttp.server").error("Error handling %s", "a\nb")
    logging.getLogger("apscheduler.executors.default").info("Running job")
    (line,) = json_lines(out)
    assert (line["logger"], line["level"], line["event"]) == ("aiohttp.server", "error", "Error handling a\\nb")


def test_the_level_can_change_under_loggers_already_in_use() -> None:
    out = io.StringIO()
    log = structlog.get_logger("t")
    telemetry.configure_logging("warning", stream=out)
    log.info("quiet")
    telemetry.configure_logging("debug", stream=out)
    log.debug("loud")
    assert [line["event"] for line in json_lines(out)] == ["loud"]
    with pytest.raises(ValueError, match="unknown log level"):
        telemetry.configure_logging("loudest")


def lost() -> float:
    return telemetry.REGISTRY.get_sample_value("alertd_log_lines_lost_total") or 0.0


def test_a_closed_reader_costs_lines_and_not_the_daemon() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    before = lost()
    with os.fdopen(writer, "w") as stream:
        telemetry.configure_logging(stream=stream)
        structlog.get_logger("t").info("into_the_void")
    assert lost() == before + 1


def test_a_reader_that_stopped_reading_costs_lines_and_not_the_daemon() -> None:
    reader, writer = os.pipe()
    before = lost()
    with os.fdopen(reader), os.fdopen(writer, "w") as stream:
        telemetry.configure_logging(stream=stream)
        for _ in range(100):
            structlog.get_logger("t").info("e", text="x" * 1_900)
            if lost() > before:
                break
        assert lost() == before + 1


def test_a_reader_that_stopped_reading_is_waited_for_once_and_not_with_each_line() -> None:
    reader, writer = os.pipe()
    before = lost()
    with os.fdopen(reader), os.fdopen(writer, "w") as stream:
        telemetry.configure_logging(stream=stream)
        while lost() == before:
            structlog.get_logger("t").info("e", text="x" * 1_900)
        began = time.monotonic()
        for _ in range(100):
            structlog.get_logger("t").info("e")
        assert time.monotonic() - began < 50 * PATIENCE_MS / 1000, "half of what waiting would take"
        assert lost() == before + 101
        while len(os.read(reader, 65_536)) == 65_536:
            pass
        structlog.get_logger("t").info("heard")
        assert b"heard" in os.read(reader, 65_536)


def test_a_full_disk_costs_lines_and_not_the_daemon() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    before = lost()
    with os.fdopen(os.open("/dev/full", os.O_WRONLY), "w") as stream:
        telemetry.configure_logging(stream=stream)
        structlog.get_logger("t").info("e")
    assert lost() == before + 1


def test_a_console_line_quotes_what_could_pass_for_another_field() -> None:
    out = io.StringIO()
    telemetry.configure_logging(format="console", stream=out)
    structlog.get_logger("t").warning("source_failing", source="prwire", error='x level="info"', empty="")
    assert out.getvalue()[14:] == 'warning  source_failing  source=prwire error="x level=\\"info\\"" empty=""\n'
