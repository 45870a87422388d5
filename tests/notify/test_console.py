"""The console: text on a terminal, JSON lines otherwise."""

from __future__ import annotations

import contextlib
import io
import json
import os
from pathlib import Path
from typing import TextIO

import pytest

from alertd.net.client import HttpClient
from alertd.notify.console import ConsoleConfig, ConsoleNotifier
from alertd.notify.outcome import Later, Sent
from alertd.notify.progress import read_progress
from alertd.notify.protocol import NotifierDeps
from tests.notify.cases import DELIVERY, NOW, attempt, event, message, notice


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def notifier(stream: TextIO, form: str = "auto") -> ConsoleNotifier:
    config = ConsoleConfig.model_validate({"id": "screen", "format": form})
    return ConsoleNotifier(config, NotifierDeps(http=HttpClient("unused"), stream=stream, clock=lambda: NOW))


async def test_a_terminal_gets_text_to_read() -> None:
    screen = Terminal()
    to = notifier(screen)
    assert await to.send(to.render(message()), attempt()) == Sent("written")
    text = screen.getvalue()
    for part in ("HIGH · AI infrastructure · first report", "Vega Grid leases its Orion", "Why you", "“Vega Grid"):
        assert part in text


async def test_a_pipe_gets_one_json_object_a_line() -> None:
    pipe = io.StringIO()
    to = notifier(pipe)
    for one in (message(), notice()):
        await to.send(to.render(one), attempt())
    first, second = (json.loads(line) for line in pipe.getvalue().splitlines())
    assert first["type"] == "alert.fired" and first["data"]["delivery"]["id"] == DELIVERY
    assert second["data"]["notice"]["subject"] == "prwire"


async def test_the_form_can_be_forced() -> None:
    screen, pipe = Terminal(), io.StringIO()
    for stream, form in ((screen, "json"), (pipe, "rich")):
        to = notifier(stream, form)
        await to.send(to.render(message()), attempt())
    assert json.loads(screen.getvalue())["type"] == "alert.fired"
    assert pipe.getvalue().startswith("HIGH · AI infrastructure") and "\x1b" not in pipe.getvalue()


async def test_markup_and_escapes_in_a_title_are_only_text() -> None:
    screen = Terminal()
    to = notifier(screen, "rich")
    await to.send(to.render(message(event=event(title="[red]x[/red] :fire: \x1b]0;owned\x07"))), attempt())
    assert "[red]x[/red] :fire: ]0;owned" in screen.getvalue()
    assert "\x07" not in screen.getvalue()


async def test_a_repeat_in_doubt_says_so() -> None:
    screen = Terminal()
    to = notifier(screen)
    await to.send(to.render(message()), attempt(2, in_doubt=True))
    assert "Possible repeat" in screen.getvalue()


@pytest.mark.parametrize("form", ["rich", "json"])
async def test_a_terminal_that_knows_only_ascii_loses_no_alert(tmp_path: Path, form: str) -> None:
    with (tmp_path / "out").open("w", encoding="ascii") as stream:
        to = notifier(stream, form)
        assert isinstance(await to.send(to.render(message(event=event(title="é 🚀"))), attempt()), Sent)
    assert "\\xe9 \\U0001f680" in (tmp_path / "out").read_text("ascii")


async def test_a_broken_pipe_is_the_end_of_this_receiver() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    stream = os.fdopen(writing, "w")
    to = notifier(stream)
    outcome = await to.send(to.render(message()), attempt())
    assert isinstance(outcome, Later) and outcome.gone
    stream.close()  # nothing is left in its buffer that could fail here


async def test_a_closed_stream_is_the_end_of_this_receiver() -> None:
    stream = io.StringIO()
    stream.close()
    to = notifier(stream)
    outcome = await to.send(to.render(message()), attempt())
    assert isinstance(outcome, Later) and outcome.gone


async def test_a_full_disk_may_have_room_later() -> None:
    with os.fdopen(os.open("/dev/full", os.O_WRONLY), "w") as stream:
        to = notifier(stream)
        outcome = await to.send(to.render(message()), attempt())
        assert isinstance(outcome, Later)


async def test_a_reader_that_does_not_read_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alertd.notify.console.PATIENCE_S", 0.1)
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writer, b"x" * 4096)
    os.set_blocking(writer, True)
    with os.fdopen(reader, "rb"), os.fdopen(writer, "w") as stream:
        to = notifier(stream)
        outcome = await to.send(to.render(message()), attempt())
    assert isinstance(outcome, Later)
    assert not read_progress(outcome.progress).doubt, "not a byte of it was written"
