"""Legal holds: days of which nothing is removed, whatever the settings and the sources' rights say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from alertd.base.clock import day_start, parse_rfc3339
from alertd.base.files import write_whole
from alertd.errors import ArchiveRefused
from alertd.history.archive.layout import Layout, about, locked, rewriting
from alertd.history.archive.wire import UNDECODABLE

MAX_HOLDS = 10_000
_DAY = 86_400_000


class LegalHold(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A hold on the days of a time."""

    name: str
    since: str
    """RFC 3339; the day in which it lies is held as a whole."""
    until: str | None = None
    """None: without an end."""
    reason: str = ""
    at: str = ""
    """When it was placed."""


Change = Callable[[list[LegalHold]], list[LegalHold] | None]
"""Gives the holds as they are to be; None: nothing is to be done."""


class _Holds(msgspec.Struct, frozen=True):
    holds: list[LegalHold]


def read(path: Path | str) -> list[LegalHold]:
    """Give the holds. Raises ArchiveRefused: a file that cannot be read is not taken for none; OSError."""
    file = Layout(Path(path)).holds
    try:
        with file.open("rb") as opened:
            found = msgspec.json.decode(opened.read(16 << 20), type=_Holds).holds
        for one in found:
            _span(one)
    except FileNotFoundError:
        return []
    except (*UNDECODABLE, ValueError) as error:
        raise ArchiveRefused(f"{file} cannot be read, so nothing is removed: {error}") from error
    return found


def add(path: Path | str, hold: LegalHold) -> bool:
    """Place a hold; False if there is one of that name. Raises ArchiveRefused, OSError."""
    return _change(Path(path), lambda there: None if hold.name in _names(there) else [*there, hold])


def remove(path: Path | str, name: str) -> bool:
    """Lift a hold; False if there is none of that name. Raises ArchiveRefused, OSError."""
    return _change(
        Path(path), lambda there: [one for one in there if one.name != name] if name in _names(there) else None
    )


def held(day: str, holds: Sequence[LegalHold]) -> bool:
    """Tell whether a day is held."""
    start = day_start(day)
    spans = [_span(one) for one in holds]
    return any(since < start + _DAY and (until is None or until > start) for since, until in spans)


def _span(hold: LegalHold) -> tuple[int, int | None]:
    return parse_rfc3339(hold.since), None if hold.until is None else parse_rfc3339(hold.until)


def _names(holds: Sequence[LegalHold]) -> set[str]:
    return {one.name for one in holds}


def _change(path: Path, change: Change) -> bool:
    about(path)
    with locked(rewriting(path)):
        changed = change(read(path))
        if changed is None:
            return False
        if len(changed) > MAX_HOLDS:
            raise ArchiveRefused(f"there are {MAX_HOLDS} holds already")
        write_whole(Layout(path).holds, msgspec.json.format(msgspec.json.encode(_Holds(changed)), indent=1) + b"\n")
    return True
