"""How far a projection has read."""

from __future__ import annotations

from typing import NamedTuple

from alertd.history.archive.line import Place


class Position(NamedTuple):
    """The last line of the archive that is in it."""

    place: Place
    journal_id: str
