"""The lines of an archive that a past is made of, not decoded yet; what could not be taken is said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from alertd.base.clock import parse_rfc3339
from alertd.errors import AlertdError, ConfigError, ParseFailed
from alertd.history.archive.package import is_package, opened
from alertd.history.archive.reader import RawLine, Reader
from alertd.history.archive.wire import journal_ms
from alertd.history.past_line import KINDS, RawPast, head_of
from alertd.history.past_skips import Skipped, ignore

_ABOUT = "archive.json"
_SILENCE = b'"silence"'
_GAP = "archive_gap"
"""The reason of a notice: lines of the journal that never came into the archive."""
_SKEW_MS = 600_000
"""How far the clock of the store, by which lines are found, may be from the one that records say."""


def is_archive(path: Path) -> bool:
    """Tell an archive from a file of events."""
    return is_package(path) or (path.is_dir() and (path / _ABOUT).is_file())


def archive_lines(path: Path, since_ms: int, until_ms: int, skipped: Skipped) -> Iterator[RawPast]:
    """Give the lines of an archive in its order, which stands also where a clock went back. Raises ConfigError."""
    try:
        with opened(path) as folder:
            yield from _lines(path, Reader(folder), since_ms, until_ms, skipped)
    except ConfigError:
        raise
    except (AlertdError, OSError) as error:
        raise ConfigError.at(path, str(error)) from error


def begins_ms(paths: Iterable[Path]) -> int | None:
    """Say when what archives hold begins; None: one of them holds nothing yet, or a path is no archive but a file,
    which does not say of which time it tells all. Raises ConfigError.
    """
    begins: list[int] = []
    for path in dict.fromkeys(paths):
        if not is_archive(path):
            return None
        try:
            with opened(path) as folder:
                first = next(Reader(folder).raw(), None)
        except ConfigError:
            raise
        except (AlertdError, OSError) as error:
            raise ConfigError.at(path, str(error)) from error
        if first is None:
            return None
        begins.append(_happened(first))
    return min(begins, default=None)


def _happened(line: RawLine) -> int:
    """Say when a line happened; of one that was removed, or cannot be read, when it was written."""
    try:
        return parse_rfc3339(head_of(line.raw).at)
    except (ParseFailed, ValueError):
        return journal_ms(line.journal_id)


def silences_before(paths: Iterable[Path], before_ms: int) -> list[RawPast]:
    """Give what archives say of silences before a time, in order: one made long ago may still be in force then.

    All that is older is looked through, for which nothing but its kind is read. Raises ConfigError.
    """
    found: list[RawPast] = []
    for path in filter(is_archive, dict.fromkeys(paths)) if before_ms else ():
        try:
            with opened(path) as folder:
                lines = (line for line in Reader(folder).raw(until_ms=before_ms + _SKEW_MS) if _SILENCE in line.raw)
                taken = (_taken(path, line, 0, ignore) for line in lines)
                found += [raw for raw in taken if raw is not None and raw.at_ms < before_ms]
        except ConfigError:
            raise
        except (AlertdError, OSError) as error:
            raise ConfigError.at(path, str(error)) from error
    return sorted(found, key=lambda raw: raw.at_ms)


def _lines(path: Path, reader: Reader, since_ms: int, until_ms: int, skipped: Skipped) -> Iterator[RawPast]:
    told, last = 0, 0
    begin, end = max(since_ms - _SKEW_MS, 0), until_ms + _SKEW_MS
    for line in reader.raw(since_ms=begin or None, until_ms=end):
        for finding in reader.findings[told:]:
            skipped("unreadable", f"{path} {finding.where}: {finding.text}")
        told = len(reader.findings)
        raw = _taken(path, line, last, skipped)
        if raw is not None and since_ms <= raw.at_ms < until_ms:
            last = raw.at_ms
            yield raw
    for finding in reader.findings[told:]:
        skipped("unreadable", f"{path} {finding.where}: {finding.text}")


def _taken(path: Path, line: RawLine, last: int, skipped: Skipped) -> RawPast | None:
    where = f"{path} {line.place.day}:{line.place.n}"
    if not line.raw:
        skipped("removed", where)
        return None
    try:
        head = head_of(line.raw)
        at = parse_rfc3339(head.at)
    except (ParseFailed, ValueError) as error:
        skipped("unreadable", f"{where}: {error}")
        return None
    if head.kind == "notice" and head.reason == _GAP:
        skipped("gap", where)
    if head.kind not in KINDS:
        return None
    if line.removed:
        skipped("redacted", where)
    key = f"{line.journal_id}/{head.kind}/{head.ids[0] if head.ids else ''}"
    return RawPast(max(at, last), "archive", where, line.raw, key, line.removed)
