"""The `files` source: a watched directory; its settings, and the parser of one of its files.

    a file, whole -> what it holds (file_formats) -> Candidates;    moved to done/, or to failed/ with the reason

Everything here is pure but `FilesConfig.forbidden`, which looks whether the directory is there.
`workers/folder.py` touches the files, `workers/files_poll.py` decides when.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, ClassVar, Final, Literal, NamedTuple
from urllib.parse import quote, unquote_to_bytes

import msgspec
from pydantic import AfterValidator, BeforeValidator, Field

from alertd.base.config import as_list
from alertd.model import ParsedFeed
from alertd.sources.events import SourceFacts
from alertd.sources.file_formats import format_of, parse_as
from alertd.sources.guard import FREE, Guard
from alertd.sources.pdf import MISSING, has_pdf
from alertd.sources.plain import scrub
from alertd.sources.polled import PolledConfig, StatedConfig
from alertd.sources.timetable import Every, Timetable

QUIET_MS: Final = 10_000
"""A file that nobody wrote to for so long is whole at first sight."""
EMPTY_MS: Final = 60_000
"""An empty file is given so long to be written to."""
_SCHEME: Final = "file:"
_SCRATCH: Final = (".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".download", ".swp", "~")
"""Endings of files that some program has not finished: they are renamed when they are whole."""


def _check_pattern(pattern: str) -> str:
    if "/" in pattern or "\0" in pattern:
        raise ValueError("a pattern is that of a file's name, such as *.json; the directory stands in `path`")
    return pattern


def _check_format(format: str) -> str:
    if format == "pdf" and not has_pdf():
        raise ValueError(MISSING)
    return format


class FilesConfig(PolledConfig, StatedConfig):
    """A watched directory, each of whose files is taken once: an entry of `sources:` with `type: files`."""

    address_key: ClassVar[str] = "path"

    type: Literal["files"]
    path: Path
    """The directory, relative to alertd.yaml. Files in it are moved to done/ and failed/ below it."""
    pattern: Annotated[
        list[Annotated[str, AfterValidator(_check_pattern), Field(min_length=1, max_length=200)]],
        BeforeValidator(as_list, json_schema_input_type=str | list[str]),
        Field(min_length=1, max_length=50),
    ] = ["*"]  # noqa: RUF012  pydantic copies it
    """Names of the files that are taken, with * ? and [ ]; the others are left alone."""
    format: Annotated[
        Literal["auto", "text", "json", "feed", "eml", "html", "pdf"], AfterValidator(_check_format)
    ] = "auto"
    """What the files hold; `auto` looks at each."""
    every: Every = Timetable(2.0)
    """How often to look."""
    backlog: Literal["all"] = "all"
    """What is in the directory was put there to be taken."""
    max_bytes: Annotated[int, Field(ge=1_024, le=32 << 20)] = 5 << 20
    """Bytes of a file; a larger one is refused."""

    @property
    def address(self) -> str:
        """The directory."""
        return str(self.path)

    def forbidden(self) -> str:
        """Say why nothing can be taken from the directory; empty if it looks well."""
        if not self.path.is_dir():
            return f"nothing will be taken: there is no directory {self.path}"
        if not os.access(self.path, os.R_OK | os.W_OK | os.X_OK):
            return f"nothing will be taken: {self.path} must be readable and writable, because files are moved in it"
        return ""

    def backing_off(self, failures: int) -> int:
        """Nobody is spared by looking seldom at a directory: it is looked at again within eight times `every`."""
        return min(failures, 4)

    def facts(self) -> SourceFacts:
        """Give what its events say of it, and how its files are read."""
        return msgspec.structs.replace(super().facts(), reads={"format": self.format})


class Sight(NamedTuple):
    """What one look at the directory shows of a file."""

    size: int
    mtime_ns: int
    inode: int


def is_scratch(name: str) -> bool:
    """Say whether a name is that of a file which some program has not finished, or hides."""
    return name.startswith(".") or name.lower().endswith(_SCRATCH)


def is_whole(now: Sight, before: Sight | None, now_ms: int) -> bool:
    """Say whether a file is no longer written to: unchanged between two looks, or untouched for ten seconds.

    What was renamed into place is whole at once, but looks like what is still written to; it costs one look more.
    """
    untouched_ms = now_ms - now.mtime_ns // 1_000_000
    if now.size == 0:
        return now == before and not 0 <= untouched_ms < EMPTY_MS
    return now == before or untouched_ms >= QUIET_MS


def address_of(name: str) -> str:
    """Write a file's name, as the system gives it, for the parse worker."""
    return _SCHEME + quote(os.fsencode(name))


def shown_name(name: str) -> str:
    """Give a file's name for people: without what is no text."""
    return scrub(os.fsencode(name).decode("utf-8", "replace")).replace("\n", " ") or "?"


def parse_file(
    body: bytes,
    content_type: str | None,
    base_url: str,
    source: SourceFacts,
    seen_at_ms: int,
    http_date: str | None,
    guard: Guard = FREE,
) -> ParsedFeed:
    """Make candidates of one file; `base_url` is what `address_of` makes of its name.

    Raises ParseFailed, with one sentence for a person, for a file that cannot be read as what it should be.
    """
    name = shown_name(os.fsdecode(unquote_to_bytes(base_url.removeprefix(_SCHEME))))
    asked = source.reads.get("format", "auto")
    return parse_as(format_of(name, body) if asked == "auto" else asked, name, body, source, seen_at_ms, guard)
