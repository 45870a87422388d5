"""The log: one line is one record, whatever a feed puts into its texts, and no line holds a secret.

A secret is known by its value (`hide_values`), by the name of its key, or by its shape (a URL with a password, a
Slack webhook, a bearer token).
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import select
import sys
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import IO, Any, Literal

import structlog
from structlog.typing import EventDict

from alertd.telemetry.metrics import LOG_LINES_LOST

__all__ = ["MASK", "LogFormat", "configure_logging", "hide_values", "safe_text", "without_secrets"]

LogFormat = Literal["auto", "json", "console"]
MASK = "<secret>"
PATIENCE_MS = 40
"""How long a line waits for a reader that has fallen behind; none does while that one stands still."""
MAX_TEXT = 2_000
MAX_TRACE = 20_000
_SECRET_KEY = re.compile(
    r"(?i)(?:^|_)(?:token|secret|password|passwd|authorization|webhook_url|api_?key|cookie|credentials?)$"
)
_SHAPES = re.compile(
    r"""(?P<user>://)[^\s/?\#]*@                                 # URL with userinfo; the last @ ends it
      | (?P<slack>hooks\.slack(?:-gov)?\.com/)[^\s"'<>]*          # the path of an incoming webhook is its password
      | (?P<query>[?&;](?i:token|access_token|key|api_?key|secret|sig|signature|password|auth)=)[^&\s\#"'<>]+
      | \b(?:xox[a-z]|xapp)-[\w-]+ | \bwhsec_[\w+/=-]+
      | (?P<auth>\b(?i:bearer|basic)\s+)[\w.~+/=-]{16,}""",
    re.VERBOSE,
)
# Text without any of these has no shape to look for; most text has none, and a search for nothing is the dear one.
_SHAPE_HINTS = ("://", "hooks.slack", "=", "xox", "xapp-", "whsec_", "earer ", "EARER ", "asic ", "ASIC ")
# C0 and C1 (ESC drives a terminal), line separators, and the controls that turn text around or hide it.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_NEEDS_QUOTES = re.compile(r"[\s=\"']|^$")
_LEVEL_COLOURS = {"debug": "2", "info": "32", "warning": "33", "error": "31", "critical": "1;31"}
_NOISY = ("apscheduler", "aiohttp.access", "asyncio")

_hidden: re.Pattern[str] | None = None
_hidden_values: set[str] = set()


def hide_values(values: Iterable[str]) -> None:
    """Mask these texts wherever they stand in a log line of this process. Texts under 6 characters are left out:
    masking them would garble the log and protect little."""
    global _hidden
    _hidden_values.update(v for v in values if len(v) >= 6)
    longest_first = sorted(_hidden_values, key=len, reverse=True)
    _hidden = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None


def _mask_shape(found: re.Match[str]) -> str:
    prefix = found[found.lastgroup] if found.lastgroup else ""
    return f"{prefix}{MASK}@" if found.lastgroup == "user" else f"{prefix}{MASK}"


def safe_text(text: str, limit: int = MAX_TEXT) -> str:
    """Make text fit for one log line: credentials masked, control characters escaped, at most `limit` characters."""
    text = text[: 4 * limit]  # first, so that the patterns never run over megabytes; then the cut, behind the mask
    if _hidden is not None:
        text = _hidden.sub(MASK, text)
    if any(hint in text for hint in _SHAPE_HINTS):
        text = _SHAPES.sub(_mask_shape, text)
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    return text if text.isprintable() else _CONTROL.sub(lambda c: c[0].encode("unicode_escape").decode("ascii"), text)


def without_secrets(text: str) -> str:
    """Give text that is kept, of any length, with every secret of the settings masked and otherwise as it is."""
    for value in sorted(_hidden_values, key=len, reverse=True):  # a megabyte with all at once takes ten times as long
        text = text.replace(value, MASK)
    return text


@lru_cache(maxsize=1024)
def _safe_key(key: str) -> tuple[str, bool]:
    """The key as it may be printed, and whether its value is a secret."""
    return safe_text(key, 100), _SECRET_KEY.search(key) is not None


def _safe(key: str, value: Any, depth: int = 0) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if _safe_key(key)[1]:
        return MASK if value else ""
    if isinstance(value, dict) and depth < 4:
        return {_safe_key(str(k))[0]: _safe(str(k), v, depth + 1) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset) and depth < 4:
        return [_safe(key, v, depth + 1) for v in list(value)[:100]]
    return safe_text(value if isinstance(value, str) else str(value))


def _make_safe(_logger: Any, _method: str, fields: EventDict) -> EventDict:
    trace = fields.pop("exception", None)
    clean = {_safe_key(key)[0]: _safe(key, value) for key, value in fields.items()}
    if trace:
        clean["exception"] = "\n".join(safe_text(line) for line in str(trace)[-MAX_TRACE:].split("\n"))
    return clean


def _add_place(logger: Any, method: str, fields: EventDict) -> EventDict:
    stamp = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    name = fields.pop("logger", None) or logger.name
    first = {"ts": stamp, "level": fields.pop("level", method), "event": fields.pop("event", ""), "logger": name}
    return {**first, **fields}


def _as_json(_logger: Any, _method: str, fields: EventDict) -> str:
    return json.dumps(fields, ensure_ascii=False, default=str)


class _AsConsole:
    """`07:42:03.120Z warning  source_failing  source=prwire error='timed out'`, a traceback indented below it."""

    def __init__(self, colours: bool) -> None:
        self._colours = colours

    def _paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colours else text

    def __call__(self, _logger: Any, _method: str, fields: EventDict) -> str:
        stamp, level, event = (str(fields.pop(k)) for k in ("ts", "level", "event"))
        fields.pop("logger", None)
        trace = fields.pop("exception", "")
        pairs = " ".join(f"{self._paint(k, '36')}={self._value(v)}" for k, v in fields.items())
        line = f"{self._paint(stamp[11:], '2')} {self._paint(f'{level:<8}', _LEVEL_COLOURS.get(level, '0'))} {event}"
        line = f"{line}  {pairs}" if pairs else line
        return line + "".join(f"\n    {row}" for row in str(trace).splitlines())

    @staticmethod
    def _value(value: Any) -> str:
        text = str(value)
        return '"' + text.replace('"', '\\"') + '"' if _NEEDS_QUOTES.search(text) else text


class _Output:
    """Where lines go. It never raises and never waits long: a full pipe, a closed terminal or a full disk costs
    lines, which are counted, and not the daemon."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._patience_ms = PATIENCE_MS
        try:
            self._fd: int | None = stream.fileno()
        except (OSError, ValueError, AttributeError):
            self._fd = None

    def write(self, line: str) -> None:
        try:
            with self._lock:
                if self._fd is None:
                    self._stream.write(line + "\n")
                else:
                    self._write_fd(self._fd, (line + "\n").encode("utf-8", "backslashreplace"))
        except (OSError, ValueError):
            LOG_LINES_LOST.inc()

    def _write_fd(self, fd: int, data: bytes) -> None:
        # poll(2) calls a pipe writable when PIPE_BUF (4096) bytes fit, so such a piece cannot block; lines of
        # several processes do not mix within a piece either (pipe(7)).
        ready = select.poll()
        ready.register(fd, select.POLLOUT)
        for start in range(0, len(data), 4096):
            if not ready.poll(self._patience_ms):
                self._patience_ms = 0  # waiting once is enough: with each line it would be the loop that waits
                raise BlockingIOError("the log's reader does not read")
            os.write(fd, data[start : start + 4096])
            self._patience_ms = PATIENCE_MS


class _Writer:
    """The end of structlog's chain: takes the finished line."""

    def __init__(self, output: _Output, name: str) -> None:
        self._output = output
        self.name = name

    def msg(self, line: str) -> None:
        self._output.write(line)

    debug = info = warning = warn = error = critical = exception = fatal = failure = err = log = msg


class _FromStdlib(logging.Handler):
    """Takes what libraries say through `logging` into the same lines."""

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(Exception):  # a library's broken format string must not raise in its caller
            log = structlog.get_logger(record.name)
            log.log(record.levelno, record.getMessage(), exc_info=record.exc_info or None)


def configure_logging(level: str = "info", format: LogFormat = "auto", stream: IO[str] | None = None) -> None:
    """Send all log lines of this process to `stream` (default: stderr) from `level` up; may be called again.

    `auto` means console lines on a terminal and JSON lines elsewhere. Raises ValueError for an unknown level.
    """
    stream = stream if stream is not None else sys.stderr
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise ValueError(f"unknown log level {level!r}")
    output, terminal = _Output(stream), stream.isatty()
    console = format == "console" or (format == "auto" and terminal)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.ExceptionRenderer(),
            _add_place,
            _make_safe,
            _AsConsole(terminal) if console else _as_json,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *args: _Writer(output, str(args[0]) if args else ""),
        cache_logger_on_first_use=False,  # so that a reload can change the level under loggers already in use
    )
    root = logging.getLogger()
    for handler in [h for h in root.handlers if isinstance(h, _FromStdlib)]:
        root.removeHandler(handler)
    root.addHandler(_FromStdlib())
    root.setLevel(number)
    for name in _NOISY:  # a line for each run of each job tells nothing at info
        logging.getLogger(name).setLevel(max(number, logging.WARNING) if number > logging.DEBUG else number)
    logging.captureWarnings(True)
