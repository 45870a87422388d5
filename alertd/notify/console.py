"""The console: readable text on a terminal, one JSON object a line (the webhook's payload) otherwise."""

from __future__ import annotations

import sys
from typing import ClassVar, Literal, TextIO

import msgspec
from rich.console import Console
from rich.text import Text

from alertd.model import Message, Severity, Struct
from alertd.notify.config import ReceiverConfig
from alertd.notify.message import POSSIBLE_REPEAT, Lines, compose
from alertd.notify.outcome import NOT_SENT, Dead, Outcome, Sent, settle
from alertd.notify.payload import payload as json_payload
from alertd.notify.progress import read_progress
from alertd.notify.protocol import Attempt, NotifierDeps

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

    mode: ClassVar[Literal["every", "latest"]] = "every"


class _Frozen(Struct, frozen=True, kw_only=True):
    """What `render` makes and the store keeps: both forms, for only the sender knows where it writes."""

    lines: Lines
    json: msgspec.Raw


class ConsoleNotifier:
    """Writes to a text stream."""

    def __init__(self, config: ConsoleConfig, deps: NotifierDeps) -> None:
        self._config = config
        self._given = deps.stream
        self._clock = deps.clock
        self.mode = config.mode
        self.lease_ms = 15_000
        self.pace_ms = config.pace_ms
        self.concurrency = config.concurrency

    def render(self, message: Message) -> bytes:
        """Lay the message out in both forms."""
        frozen = _Frozen(lines=compose(message, self._clock()), json=msgspec.Raw(json_payload(message)))
        return msgspec.json.encode(frozen)

    async def send(self, payload: bytes, attempt: Attempt) -> Outcome:
        """Write it and flush. A reader that has gone will not come back."""
        stream = self._given or sys.stdout
        progress = read_progress(attempt.progress, attempt.in_doubt)
        try:
            frozen = msgspec.json.decode(payload, type=_Frozen)
            if self._rich(stream):
                _write_rich(stream, frozen.lines, progress.doubt)
            else:
                stream.write(_encodable(bytes(frozen.json).decode() + "\n", stream))
            stream.flush()
        except msgspec.MsgspecError as error:
            return Dead(f"the stored message cannot be read: {error}")
        except (BrokenPipeError, ValueError) as error:  # ValueError: the stream is closed
            return Dead(f"nobody reads the console any more: {error}", disable=True)
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


def _write_rich(stream: TextIO, lines: Lines, doubt: bool) -> None:
    # Text objects only: rich would act upon [markup] in strangers' text.
    console = Console(file=stream, highlight=False, emoji=False, markup=False, soft_wrap=True)

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
    if lines.link:
        line((lines.link, "underline"))
    line(("", ""))
