"""Rows of a JSON document become entries, by the paths of the settings. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from alertd.base.clock import rfc3339
from alertd.base.ids import mark
from alertd.model import Entry
from alertd.rules.filing import canonical_form
from alertd.sources.dates import Stamp
from alertd.sources.entry import MAX_FIELD, ReadEntry
from alertd.sources.json_document import described
from alertd.sources.json_path import Path, TooDeep, compile_path
from alertd.sources.json_tags import accession_of, cik_tags, filers_of, isin_tags, items_of, ticker_tags
from alertd.sources.json_text import Piece, all_texts, compile_piece, long_text, one_text, one_value
from alertd.sources.json_times import read_time
from alertd.sources.plain import quoted

_NO = {"", "false", "no", "0", "null", "none"}
_MAX_STATE = 64 << 10
FEW = 3
"""Rows of a page that has to have so many before most of them say something about its layout."""


@dataclass(frozen=True, slots=True)
class Reads:
    """How rows are read: what `SourceFacts.reads` says, compiled."""

    rows: str
    fields: Mapping[str, tuple[Piece, ...]]
    state: tuple[str | Path, ...]
    required: tuple[str, ...]
    times: tuple[str, ...]
    zone: str
    errors: Mapping[str, str]
    next: str
    kind: str

    @staticmethod
    def of(reads: Mapping[str, Any], kind: str) -> Reads:
        """Compile; kept for the next document of the source."""
        return _compiled(msgspec.json.encode(reads), kind)

    def one(self, name: str, row: Any) -> str:
        """Give a field that is one text; empty for none."""
        return one_text(self.fields.get(name, ()), row)

    def all(self, name: str, row: Any) -> list[str]:
        """Give a field that is a list."""
        return all_texts(self.fields.get(name, ()), row)

    def time(self, name: str, row: Any) -> Stamp | None:
        """Give a field that is a time."""
        pieces = self.fields.get(name, ())
        return read_time(one_value(pieces, row), self.times, self.zone) if pieces else None


@lru_cache(maxsize=256)
def _compiled(reads: bytes, kind: str) -> Reads:
    said = msgspec.json.decode(reads)
    return Reads(
        rows=said["list"],
        fields={name: tuple(map(compile_piece, way)) for name, way in said["fields"].items()},
        state=tuple(compile_path(name) if name.startswith("$") else name for name in said["state"]),
        required=tuple(said["required"]),
        times=tuple(said["times"]),
        zone=said["timezone"],
        errors=said["errors"],
        next=said["next"],
        kind=kind,
    )


def missing(row: Any, reads: Reads) -> list[str]:
    """Name the required fields that a row does not have."""
    return [name for name in reads.required if not reads.one(name, row)]


def lacking(name: str, reads: Reads) -> str:
    """Say why a row without a field is no item."""
    ways = " or ".join(f"`{_written(piece)}`" for piece in reads.fields.get(name, ()))
    return f"the row has no {name}: {ways} gives nothing"


def _written(piece: Piece) -> str:
    if piece.path is not None:
        return piece.path.text
    return "".join(part if isinstance(part, str) else f"{{{part.text}}}" for part in piece.parts)


def layout(rows: Sequence[Any], lacks: Counter[str], reads: Reads) -> str:
    """Say that most rows lack a field that they should have; empty if they do not."""
    if len(rows) < FEW or not lacks:
        return ""
    name, count = lacks.most_common(1)[0]
    if 2 * count <= len(rows):
        return ""
    row = next(row for row in rows if name in missing(row, reads))
    return (
        f"{count} of {len(rows)} rows have no {name}: {lacking(name, reads).partition(': ')[2]}. Of such a row, "
        f"{described(row)}. Has the layout changed?"
    )


def timeless(entries: Sequence[ReadEntry], rows: Sequence[Any], reads: Reads) -> str:
    """Say that no row has its time, or that most times are written in no known form; empty otherwise."""
    name = next((name for name in ("published", "accepted") if name in reads.fields), "")
    without = [read for read in entries if read.published is None]
    odd = [read.entry.published for read in without if read.entry.published]
    count = len(entries)
    if not name or not count or not (len(without) == count or 2 * len(odd) > count):
        return ""
    if odd:
        says = (
            f"{len(odd)} of {count} rows have a {name} that no form of `times` reads, such as “{quoted(odd[0], 60)}”"
        )
    else:
        row = described(rows[without[0].entry.position])
        says = (
            f"{count} of {count} rows have no {name}: {lacking(name, reads).partition(': ')[2]}. Of such a row, {row}"
        )
    return f"{says}. Has the layout changed?"


def read_row(position: int, row: Any, reads: Reads) -> ReadEntry:
    """Make an entry of a row. What a field gives is cut to what an entry may hold."""
    published, updated, accepted = (reads.time(name, row) for name in ("published", "updated", "accepted"))
    entry = Entry(
        position=position,
        guid=reads.one("id", row)[:MAX_FIELD],
        link=reads.one("url", row)[:MAX_FIELD],
        title=reads.one("title", row)[:MAX_FIELD],
        summary=long_text(reads.fields.get("summary", ()), row),
        content=long_text(reads.fields.get("body", ()), row),
        authors=[name[:1_000] for name in reads.all("authors", row)][:50],
        categories=[*_tags(row, reads), *(name[:1_000] for name in reads.all("categories", row))],
        published=(reads.one("published", row) or reads.one("accepted", row))[:200],
        updated=reads.one("updated", row)[:200],
        language=reads.one("language", row)[:40],
        withdrawn=reads.one("withdrawn", row).lower() not in _NO,
    )
    return ReadEntry(
        entry,
        published=published or accepted,
        updated=updated,
        more=_filing(row, reads, accepted),
        state=_state(row, reads) if reads.state else None,
    )


def _tags(row: Any, reads: Reads) -> list[str]:
    exchange = reads.one("exchange", row)
    tags = [*ticker_tags(reads.all("tickers", row), exchange), *isin_tags(reads.all("isins", row))]
    return tags if reads.kind == "filing" else [*tags, *cik_tags(reads.all("ciks", row))]


def _filing(row: Any, reads: Reads, accepted: Stamp | None) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if form := reads.one("form", row):
        more["form"] = canonical_form(form)
    if items := items_of(reads.all("items", row)):
        more["items"] = items
    if accession := accession_of(reads.one("accession", row)):
        more["accession"] = accession
    if reads.kind == "filing" and (filers := filers_of(reads.all("filers", row), reads.all("ciks", row))):
        more["filers"] = filers
    if accepted is not None and accepted.precision != "day":
        more["accepted_at"] = rfc3339(accepted.ms)
    return more


def _state(row: Any, reads: Reads) -> str:
    """Fingerprint the fields that make a revision."""
    parts = []
    for name in reads.state:
        if isinstance(name, str):
            parts.append("\0".join(reads.all(name, row)))
            continue
        try:
            values = name.values(row)
        except TooDeep:
            values = []
        # Sorted: an object whose keys come in another order is the same state.
        parts.append(msgspec.json.encode(values, order="sorted").decode("utf-8", "replace")[:_MAX_STATE])
    return mark(*parts)
