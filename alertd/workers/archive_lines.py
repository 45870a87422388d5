"""What the archive is given: the journal's records, with what was sent, and lines that name what is missing. Pure."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from alertd.base.clock import rfc3339
from alertd.model import JournalRecord
from alertd.store.types import EndedPayload

Rows = Sequence[tuple[str, JournalRecord]]
ENDED = frozenset(("sent", "dead", "expired", "superseded"))
"""Reasons of a delivery's last line."""
ARCHIVE = "archive"
"""The subject of what is said about the archive itself."""
GAP = "archive_gap"
UNREADABLE = "archive_unreadable"
MISSING = (
    "The journal begins behind the last line of the archive: what was decided between them is not in the archive. It "
    "was dropped because Redis was full, or Redis lost its memory."
)
WENT_BACK = (
    "Redis went back to an older state: what the archive has from then on may have been decided again since, and is "
    "told again then."
)
FAILING = "The archive cannot be written: {why}. Alerts go on; what is decided waits in Redis until it can be."
_MOST = 2**64 - 1


def place(journal_id: str) -> tuple[int, int]:
    """Give the order of a journal id."""
    ms, _, number = journal_id.partition("-")
    return int(ms or 0), int(number or 0)


def time_of(journal_id: str) -> str | None:
    """Give when a record was journalled; None for no id."""
    ms = place(journal_id)[0]
    return rfc3339(ms) if ms else None


def is_gap(position: str, oldest: str, first: str) -> bool:
    """Tell whether lines are missing between the archive's last one and the first that comes now.

    The journal keeps the record that was archived last (`trimmed_before`), so that it begins there or before.
    """
    if not position or place(oldest) <= place(position):
        return False
    ms, number = place(position)
    return place(first) > (ms, number + 1)


def just_before(journal_id: str) -> str:
    """Give the greatest id before another, to read from that on."""
    ms, number = place(journal_id)
    return f"{ms}-{number - 1}" if number else f"{max(ms - 1, 0)}-{_MOST}"


def gap_before(text: str, position: str, first: str, now: int) -> tuple[str, JournalRecord]:
    """Make the line that names what is missing, with an id between the two; with that of the same day as `first`."""
    ms, number = place(first)
    last_ms, last_number = place(position)
    if number > 0:
        own = f"{ms}-{number - 1}"
    else:
        own = f"{ms - 1}-0" if (ms - 1, 0) > (last_ms, last_number) else f"{last_ms}-{last_number + 1}"
    return own, notice(GAP, text, now, {"from": position, "to": first})


def replaced(before: str, now: str, path: Path) -> str:
    """Say that the archive is another one than before."""
    return (
        f"The archive {before} is not in {path} any more; {now} is written there now, with what the journal still "
        "has. What was only in the other one is lost, unless there is a copy of it."
    )


def went_back(end: str, position: str, now: int) -> JournalRecord:
    """Make the line that says that the journal is one of before."""
    return notice(GAP, WENT_BACK, now, {"from": end, "to": position})


def unreadable(journal_id: str, why: str, now: int) -> JournalRecord:
    """Make the line that stands for a record that this version cannot read."""
    text = f"The record cannot be read, and is not in the archive: {why}"[:500]
    return notice(UNREADABLE, text, now, {"from": journal_id, "to": journal_id})


def notice(reason: str, text: str, now: int, data: Mapping[str, Any]) -> JournalRecord:
    """Make a line about the archive itself."""
    return JournalRecord(
        kind="notice",
        at=rfc3339(now),
        ids=[ARCHIVE],
        reason=reason,
        data={"subject": ARCHIVE, "text": text, **data},
    )


def ended(rows: Rows) -> list[str]:
    """Name the deliveries that came to their end in some rows."""
    deliveries = (record for _, record in rows if record.kind == "delivery" and record.reason in ENDED)
    return list(dict.fromkeys(str(record.data.get("delivery", "")) for record in deliveries))


def with_payloads(
    rows: Rows, payloads: Mapping[str, EndedPayload], mask: Callable[[str], str] = str
) -> list[tuple[str, JournalRecord]]:
    """Put what was sent into the lines that say how it ended; `mask` takes out secrets that stand in it."""
    return [(name, _with_payload(record, payloads, mask)) for name, record in rows]


def _with_payload(
    record: JournalRecord, payloads: Mapping[str, EndedPayload], mask: Callable[[str], str]
) -> JournalRecord:
    if record.kind != "delivery" or record.reason not in ENDED:
        return record
    sent = payloads.get(str(record.data.get("delivery", "")))
    if sent is None:
        return record
    rights: dict[str, Any] = {} if sent.keep_body_s is None else {"keep_body_s": sent.keep_body_s}
    rights |= {} if sent.export else {"export": False}
    data = record.data | _text(sent.payload, mask) | ({"rights": rights} if rights else {})
    return replace(record, data=data)


def _text(payload: bytes, mask: Callable[[str], str]) -> dict[str, str]:
    """Give what was sent as text; what is none, as Base64."""
    try:
        return {"payload": mask(payload.decode("utf-8"))}
    except UnicodeDecodeError:
        return {"payload_base64": base64.b64encode(payload).decode("ascii")}
