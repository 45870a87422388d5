"""The console: readable text on a terminal, one JSON object a line (the webhook's payload) otherwise."""

from __future__ import annotations

import asyncio
import io
import os
import select
import sys
from collections.abc import Callable
from typing import ClassVar, Literal, TextIO

import msgspec
from rich.console import Console
from rich.text import Text

from alertd.model import Message, Severity, Struct
from alertd.notify.config import ReceiverConfig
from alertd.notify.message import POSSIBLE_REPEAT, Item, Lines, Row, compose
from alertd.notify.outcome import NOT_SENT, UNKNOWN, Dead, Outcome, Sent, parked, settle
from alertd.notify.own_template import NOTHING, SKIPPED, OwnTemplate
from alertd.notify.payload import payload as json_payload
from alertd.notify.plain import one_line
from alertd.notify.progress import read_progress
from alertd.notify.protocol import Attempt, NotifierDeps
from alertd.notify.template_source import Source, Templates

PATIENCE_S = 5.0
"""How long a full pipe may stay full before the message is tried again later."""

_STYLES: dict[Severity | None, str] = {
    "critical": "bold white on red",
    "high": "bold red",
    "medium": "bold yellow",
    "low": "bold cyan",
    "info": "bold",
    None: "bold magenta",
}


class ConsoleConfig(ReceiverConfig):
    """Standard output of the daemon."""

    type: Literal["console"] = "console"
    format: Literal["auto", "rich", "json"] = "auto"
    """`auto`: readable text on a terminal, JSON lines otherwise."""
    template: Source | None = None
    """Writes what is printed in place of both."""

    mode: ClassVar[Literal["every", "latest"]] = "every"
    answers_wait: ClassVar[bool] = True

    @property
    def templates(self) -> Templates:
        """Its template, which writes text."""
        return {("template",): (self.template, "text")} if self.template is not None else {}


class Frozen(Struct, frozen=True, kw_only=True):
    """What `render` makes and the store keeps: both forms, for only the sender knows where it writes."""

    lines: Lines
    json: msgspec.Raw
    own: str = ""
    """What a template wrote in place of both."""


class ConsoleNotifier:
    """Writes to a text stream."""

    def __init__(self, config: ConsoleConfig, deps: NotifierDeps) -> None:
        self._config = config
        self._given = deps.stream
        self._clock = deps.clock
        self._template = OwnTemplate(config.id, config.template, "text", deps.template_failed)
        self.mode = config.mode
        self.lease_ms = 15_000
        self.pace_ms, self.pace_key = config.pace_ms, config.pace_key
        self.concurrency = config.concurrency

    def render(self, message: Message) -> bytes:
        """Lay the message out in both forms."""
        now = self._clock()
        own = self._template.write(message, now)
        if own.nothing:
            return SKIPPED
        lines = compose(message, now)
        if own.fault:
            lines = msgspec.structs.replace(lines, rows=[*lines.rows, Row("Template", own.fault)])
        body = json_payload(message, template_fault=own.fault)
        return msgspec.json.encode(Frozen(lines=lines, json=msgspec.Raw(body), own=own.text or ""))

    async def send(self, payload: bytes, attempt: Attempt) -> Outcome:
        """Write it and flush. A reader that has gone will not come back."""
        if payload == SKIPPED:
            return Sent(NOTHING)
        stream = self._given or sys.stdout
        progress = read_progress(attempt.progress, attempt.in_doubt)
        try:
            frozen = msgspec.json.decode(payload, type=Frozen)
            if frozen.own:
                doubt = f"{POSSIBLE_REPEAT}\n" if progress.doubt else ""
                text = "".join(f"{one_line(line)}\n" for line in (doubt + frozen.own).strip("\n").split("\n"))
            elif self._rich(stream):
                text = _rich_text(stream, frozen.lines, progress.doubt)
            else:
                text = bytes(frozen.json).decode() + "\n"
            await _write(stream, text)
        except _NotReadError as error:
            return settle(UNKNOWN if error.partly else NOT_SENT, "the console's reader does not read", progress)
        except msgspec.MsgspecError as error:
            return Dead(f"the stored message cannot be read: {error}")
        except (BrokenPipeError, ValueError) as error:  # ValueError: the stream is closed
            return parked(f"nobody reads the console any more: {error}", progress)
        except OSError as error:
            return settle(NOT_SENT, f"the console cannot be written: {error}", progress)
        return Sent("written")

    async def close(self) -> None:
        """The stream belongs to the process."""

    def _rich(self, stream: TextIO) -> bool:
        if self._config.format == "auto":
            return stream.isatty()
        return self._config.format == "rich"


def _encodable(text: str, stream: TextIO) -> str:
    """Give what the stream's own encoding can hold; a terminal in the C locale is no reason to lose an alert."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


class _NotReadError(Exception):
    """The pipe is full and stays full."""

    def __init__(self, *, partly: bool) -> None:
        self.partly = partly
        super().__init__()


async def _write(stream: TextIO, text: str) -> None:
    """Write without ever blocking the loop: a full pipe must not hold up the other receivers.

    poll(2) calls a pipe writable when PIPE_BUF (4096) bytes fit, so such a piece cannot block (pipe(7)).
    Raises _NotReadError when nobody reads for a while, OSError, and ValueError for a closed stream.
    """
    text = _encodable(text, stream)
    stream.flush()
    try:
        descriptor = stream.fileno()
    except (OSError, AttributeError):  # a stream in memory
        stream.write(text)
        return
    data = text.encode(getattr(stream, "encoding", None) or "utf-8", "backslashreplace")
    ready = select.poll()
    ready.register(descriptor, select.POLLOUT)
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    for start in range(0, len(data), 4096):
        while not ready.poll(0):
            if asyncio.get_running_loop().time() > deadline:
                raise _NotReadError(partly=start > 0)
            await asyncio.sleep(0.02)
        os.write(descriptor, data[start : start + 4096])


def _rich_text(stream: TextIO, lines: Lines, doubt: bool) -> str:
    page = io.StringIO()
    # Text objects only: rich would act upon [markup] in strangers' text.
    console = Console(
        file=page, force_terminal=stream.isatty(), highlight=False, emoji=False, markup=False, soft_wrap=True
    )

    def line(*parts: tuple[str, str]) -> None:
        text = Text()
        for said, style in parts:
            text.append(_encodable(said, stream), style=style)
        console.print(text)

    line((lines.status, _STYLES.get(lines.severity, "bold")))
    if doubt:
        line((POSSIBLE_REPEAT, "italic"))
    line((lines.title, "bold"))
    for row in lines.rows:
        quote = f"“{row.quote}”" if row.quote else ""
        between = " " if row.text and quote else ""
        line((f"{row.label:<9} ", "dim"), (row.text + between, ""), (quote, "italic"))
    for item in lines.items:
        _print_item(line, item)
    if lines.foot:
        line((lines.foot, "bold"))
    if lines.expired:
        line(("Expired while they waited:", "dim"))
    for item in lines.expired:
        _print_item(line, item)
    if lines.link:
        line((lines.link, "underline"))
    line(("", ""))
    return page.getvalue()


def _print_item(line: Callable[..., None], item: Item) -> None:
    """Print one alert of a digest: what happened, and under it what is held, what is new, the clocks."""
    line(
        (f"{item.severity.upper():<9} ", _STYLES[item.severity]),
        (item.mark and f"{item.mark} ", ""),
        (item.title, ""),
    )
    for said in (item.holdings, item.news and f"New: {item.news}", item.text, item.url):
        if said:
            line((f"{'':<9} {said}", "dim"))
