"""Every error alertd raises on purpose.

AlertdError
├── ConfigError            a file or setting of the user is wrong; carries every Fault found
├── Temporary              trying again later can help
│   ├── FetchTemporary     a source did not answer, or answered "later"
│   ├── StoreUnavailable   Redis is away, loading, or read-only
│   │   ├── StoreWentBack  it is older than what this process knows of it (a failover, a restored copy)
│   │   └── StoreFull      it answers, and takes nothing more: its memory or its disk is full, or nearly so
│   ├── ArchiveUnavailable the archive cannot be written: another does, the disk is full or away
│   ├── HistoryUnavailable history.db is not there yet, locked, or behind
│   ├── ModelTemporary     a model did not answer, or answered "later"
│   └── ParseKilled        a parse worker ran over its time or memory
└── Permanent              trying again with the same input cannot help
    ├── FetchPermanent     a source is gone, or its address is forbidden
    ├── StoreRefused       this Redis cannot be used as it is set up
    │   └── LayoutNewer    a newer alertd has changed the layout of what is stored
    ├── ArchiveRefused     the directory is no archive, or one of a newer alertd
    ├── HistoryRefused     history.db is damaged, another program's, or of a newer alertd
    ├── ModelRefused       a model's server does not take us: key, name of the model, address
    ├── ModelUnusable      a model answered, with nothing that can be used
    ├── NotThere           what was asked for is not there for whoever asks, or a name fits several things
    ├── ParseFailed        the bytes are not a document we can read
    └── Corrupt            a stored record does not decode

What happens when sending is a value (`alertd.notify.outcome`), not an exception.
Foreign errors are translated where they enter, with the cause kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong in a file a user wrote: where, what, and what to do about it.

    `line` and `column` count from 1; 0 means that the fault concerns the whole file.
    """

    file: str
    line: int
    column: int
    message: str
    hint: str = ""
    severity: str = "error"
    """`error`, `warning`, or `notice`: what may well be meant."""
    name: str = ""
    """Short and stable, of what is right and yet looks wrong (`alertd.ruletests.lint`)."""

    def __str__(self) -> str:
        """Render as `file:line:column: message (hint)`, the form editors jump to."""
        where = self.file if self.line == 0 else f"{self.file}:{self.line}:{self.column}"
        level = "" if self.severity == "error" else f"{self.severity}: "
        name = f" [{self.name}]" if self.name else ""
        return f"{where}: {level}{self.message}{name}" + (f" ({self.hint})" if self.hint else "")


class AlertdError(Exception):
    """Root of all errors that alertd raises on purpose."""


class ConfigError(AlertdError):
    """What the user wrote cannot be used. All faults at once, ordered by file and line."""

    def __init__(self, faults: list[Fault] | Fault) -> None:
        self.faults = sorted(faults) if isinstance(faults, list) else [faults]
        super().__init__("\n".join(str(f) for f in self.faults))

    @classmethod
    def at(cls, file: str | Path, message: str, hint: str = "") -> ConfigError:
        """Make the error for one fault that concerns a whole file."""
        return cls(Fault(str(file), 0, 0, message, hint))


class Temporary(AlertdError):
    """Trying again later can help."""

    retry_after: float | None = None
    """Seconds the peer asked us to wait, if it did."""


class Permanent(AlertdError):
    """Trying again with the same input cannot help."""


class FetchTemporary(Temporary):
    """A source did not answer properly this time."""

    status: int = 0
    """Of the answer, if there was one."""
    page: bytes = b""
    """The beginning of what came with it, where that was asked for (`GetOptions.max_refusal`)."""
    too_large: bool = False
    """The document is larger than was asked for."""


class FetchPermanent(Permanent):
    """A source is gone (410) or may not be fetched (a forbidden address)."""

    said_so: bool = False
    """The source itself says that it is gone for good; otherwise other settings can help."""


class StoreUnavailable(Temporary):
    """Redis is away, loading, out of memory or disk, or not the primary."""


class StoreFull(StoreUnavailable):
    """Redis takes nothing more: its memory or its disk is full, or so nearly that nothing new is to be begun."""

    retry_after = 10.0


class StoreWentBack(StoreUnavailable):
    """It is older than what this process knows of it: what was remembered must be read anew."""


class StoreRefused(Permanent):
    """Redis answers, but using it as it is set up could lose alerts."""


class LayoutNewer(StoreRefused):
    """A newer alertd has changed the layout of what is stored: this one must not write there."""


class ArchiveUnavailable(Temporary):
    """The archive cannot be written now: another process does, the disk is full, or it may not be written."""


class HistoryUnavailable(Temporary):
    """The database of what was cannot be used now: it is not there yet, somebody else writes, the disk is full."""

    none_yet: bool = False
    """Nothing was archived so far: no trouble at a first start."""


class ModelTemporary(Temporary):
    """A model did not answer in time, or its server says that it cannot now."""

    def __init__(self, text: str, reason: str, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.reason = reason
        """A word of `alertd.research.exchange.Failure`."""
        self.retry_after = retry_after


class ParseKilled(Temporary):
    """A parse worker ran over its time or memory and was killed."""


class ArchiveRefused(Permanent):
    """The directory holds no archive, or one that this version cannot read."""


class HistoryRefused(Permanent):
    """The database of what was is damaged, not ours, or of a newer version; it can be made anew."""

    newer: bool = False
    """It is whole, and a newer alertd reads it: it is not to be thrown away."""


class ModelRefused(Permanent):
    """A model's server takes nothing from us as it is set up: the key, the model's name, the address."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(text)
        self.reason = reason
        """A word of `alertd.research.exchange.Failure`."""


class ModelUnusable(Permanent):
    """A model answered this request, and nothing can be made of the answer."""

    def __init__(self, text: str, reason: str, tokens: tuple[int, int] | None = None) -> None:
        super().__init__(text)
        self.reason = reason
        """A word of `alertd.research.exchange.Failure`."""
        self.tokens = tokens
        """Read and written, if it says so: they cost what those of a good answer cost."""


class NotThere(Permanent):
    """What was asked for is not there for whoever asks, or a name fits several things."""


class ParseFailed(Permanent):
    """The bytes are not a document that we can read."""


class Corrupt(Permanent):
    """A stored record does not decode."""
