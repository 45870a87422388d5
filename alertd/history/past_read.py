"""Goes through the past in the order in which it happened: archives, exported ones, files of events, several at once.

    archive (a directory, or an export in one .tar)  --.
    events.jsonl, .gz, .zst                          --+-> by time, each once -> Past
                                                     --'
The order within an archive stands, also where its clock went back: of such a line the place among other sources is
that of the lines before it.
"""

from __future__ import annotations

import heapq
import sys
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path

from alertd.errors import ConfigError, ParseFailed
from alertd.history.past import Past
from alertd.history.past_archive import archive_lines, is_archive
from alertd.history.past_files import plain_lines
from alertd.history.past_line import RawPast, past_of, unreadable
from alertd.history.past_skips import Skipped, ignore

REMEMBERED = 20_000
"""Lines of the newest that are remembered, where several sources may hold the same."""
FOREVER = sys.maxsize


def read_past(
    paths: Sequence[Path],
    since_ms: int | None = None,
    until_ms: int | None = None,
    *,
    skipped: Skipped = ignore,
) -> Iterator[Past]:
    """Give what happened from `since_ms` until before `until_ms`, in order. Memory is flat in the length of it.

    Raises ConfigError: a path is not there, or is no archive and no file of events, or of a newer format.
    """
    for raw in read_raw(paths, since_ms, until_ms, skipped=skipped):
        try:
            past = past_of(raw)
        except ParseFailed as error:
            skipped("unreadable", unreadable(raw, str(error)))
            continue
        if past is not None:
            yield past


def read_raw(
    paths: Sequence[Path],
    since_ms: int | None = None,
    until_ms: int | None = None,
    *,
    skipped: Skipped = ignore,
) -> Iterator[RawPast]:
    """Give the same as lines that are not read yet, for processes that do that."""
    since, until = since_ms or 0, FOREVER if until_ms is None else until_ms
    sources = [_source(path, since, until, skipped) for path in dict.fromkeys(paths)]
    yield from _merged(sources)


def _source(path: Path, since: int, until: int, skipped: Skipped) -> Iterator[RawPast]:
    if not path.exists():
        raise ConfigError.at(path, "there are no events here", "give an archive, or a file of JSON lines")
    if is_archive(path):
        return archive_lines(path, since, until, skipped)
    if path.is_dir():
        raise ConfigError.at(path, "this directory is no archive", "an archive holds `archive.json`")
    return plain_lines(path, since, until, skipped)


def _merged(sources: Sequence[Iterator[RawPast]]) -> Iterator[RawPast]:
    """Put sources together; what several of them hold comes once, as in the one that was named first."""
    if len(sources) == 1:
        yield from sources[0]
        return
    known: OrderedDict[str, None] = OrderedDict()
    for raw in heapq.merge(*sources, key=lambda raw: raw.at_ms):
        if raw.key in known:
            continue
        known[raw.key] = None
        if len(known) > REMEMBERED:
            known.popitem(last=False)
        yield raw
