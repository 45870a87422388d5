"""`alertd parse`: files of a source become events, one JSON line each; no Redis, no network."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from alertd.base.clock import system_clock
from alertd.base.ids import USER_ID
from alertd.cli.output import FAULTS, USAGE, ConfigOption, fail, print_json, reason, warn
from alertd.cli.parse_edgar import Pages
from alertd.cli.progress import STDIN, progress, terminal_hint
from alertd.errors import AlertdError, ParseFailed
from alertd.model import Entry, ParsedFeed
from alertd.sources.feed import SourceFacts, parse_entries, parse_feed

MAX_FILE = 32 << 20
"""Bytes of one document: the most that a source may be allowed (`max_bytes`)."""
BAR_FROM = 10
"""So many files are worth a progress bar."""


def parse(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE…", help="Feed files; - or none is stdin.")
    ] = None,
    type_: Annotated[
        Literal["feed", "edgar"] | None,
        typer.Option(
            "--type", help="Feeds, or pages of EDGAR's, taken together.", show_default="that of the source, else feed"
        ),
    ] = None,
    raw: Annotated[bool, typer.Option("--raw", help="Print the entries as the source wrote them instead.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Events also of EDGAR's pages, one JSON line each.")
    ] = False,
    source: Annotated[
        str | None,
        typer.Option(
            metavar="ID", help="The source's id; each file's name otherwise. Files are read as its settings say."
        ),
    ] = None,
    base_url: Annotated[str, typer.Option(metavar="URL", help="What relative links are relative to.")] = "",
    config: ConfigOption = None,
) -> None:
    """Make events of feed files, or of what another source sent, as JSON lines.

    What is no feed, or cannot be read, gets one line on stderr and makes the exit code 1; the other files are read
    all the same. Entries that become no event are named on stderr with the reason.

    Pages of EDGAR (--type edgar) give one line for each filing, whatever its form: accession number, form, items,
    filers and acceptance time, with tabs between them.
    """
    facts, base_url, configured = _source(source, base_url, config)
    pages, kind = None, type_ or configured or "feed"
    if kind == "edgar":
        filed = facts or SourceFacts(id=source or "edgar", kind="filing", trust="high", language="en")
        pages = Pages(filed, base_url, system_clock(), raw)
    paths = files or [STDIN]
    terminal_hint(paths)
    sys.setrecursionlimit(3_000)  # as in the parse workers: deep nesting is the parser's to refuse
    warnings.simplefilter("ignore")
    failed = 0
    with progress("parsing", len(paths) if len(paths) >= BAR_FROM else 0) as advance:
        for path in paths:
            its = facts or SourceFacts(id=source or source_id(path))
            read = partial(_document, type_=kind, facts=its, base_url=base_url, raw=raw)
            failed += not _file(path, read if pages is None else pages.take)
            advance(1)
    if pages is not None:
        pages.print(as_json=as_json)
    if failed:
        raise typer.Exit(FAULTS)


def _source(source: str | None, base_url: str, config: Path | None) -> tuple[SourceFacts | None, str, str]:
    """Say what the settings know of a source, its address and its type; without any, only its id is known."""
    if source is not None and not USER_ID.fullmatch(source):
        fail(f"a source id is made of a-z, 0-9 and -, at most 63 characters, not {source!r}", USAGE)
    if source is None:
        if config is not None:
            fail("--config needs --source: the settings of which source?", USAGE)
        return None, base_url, ""
    from alertd.cli.parse_source import configured

    found = configured(source, config)
    if found is None:
        return None, base_url, ""
    return found.facts(), base_url or found.address.partition("?…#")[0], found.type


def _file(path: Path, take: Callable[[str, bytes], Callable[[], None]]) -> bool:
    """Print what one file holds; False, with a line on stderr, if it cannot be read. `take` gives what prints it."""
    name = "stdin" if path == STDIN else str(path)
    try:
        show = take(name, _read(path))
    except (AlertdError, OSError) as error:
        warn(f"{name}: {reason(error)}")
        return False
    except Exception as error:  # noqa: BLE001  one document must not cost the others, whatever the parser makes of it
        warn(f"{name}: the parser failed: {type(error).__name__}: {error}")
        return False
    show()
    return True


def _document(
    name: str, body: bytes, type_: str, facts: SourceFacts, base_url: str, *, raw: bool
) -> Callable[[], None]:
    """Read a document as a type of source does; gives what prints it. Raises ParseFailed."""
    if type_ == "feed":  # without the catalog, which takes as long to load as a file to read
        if raw:
            return partial(_entries, parse_entries(body, None, base_url))
        return partial(_events, name, parse_feed(body, None, base_url, facts, system_clock(), None))
    from alertd.cli.parse_source import read_document, read_raw

    if raw:
        return partial(_entries, read_raw(body, type_, facts))
    return partial(_events, name, read_document(name, body, type_, facts, base_url))


def _entries(entries: Iterable[Entry]) -> None:
    for entry in entries:
        print_json(entry)


def _read(path: Path) -> bytes:
    if path == STDIN:
        body = sys.stdin.buffer.read(MAX_FILE + 1)
    else:
        with path.open("rb") as file:
            body = file.read(MAX_FILE + 1)
    if len(body) > MAX_FILE:
        raise ParseFailed(f"larger than {MAX_FILE >> 20} MiB")
    return body


def _events(name: str, page: ParsedFeed) -> None:
    for candidate in page.candidates:
        sys.stdout.buffer.write(bytes(candidate.event) + b"\n")
    sys.stdout.buffer.flush()
    for rejected in page.rejected:
        warn(f"{name}: entry {rejected.position + 1} is no event: {rejected.reason}", "yellow")
    if layout := _layout(page):
        warn(f"{name}: {layout}", "yellow")
    for position, original in page.duplicates:
        warn(f"{name}: entry {position + 1} repeats entry {original + 1}", "dim")


def _layout(page: ParsedFeed) -> str:
    """Say what the operator would be told of the document's layout; also of too few rows for that."""
    if missing := page.more.get("missing"):
        return f"no row has a {' or '.join(missing)} by the settings: has the layout changed?"
    return str(page.more.get("layout") or page.more.get("untimed") or "")


def source_id(path: Path) -> str:
    """Make a source id of a file's name, as `feed-example` of `Feed.Example.xml`."""
    name = "".join(c if c.isalnum() and c.isascii() else "-" for c in path.stem.lower()).strip("-")
    return name[:63].strip("-") or "stdin"
