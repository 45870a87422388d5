"""What one desk may see of a line of the journal: its own and what is nobody's. Pure.

It rests on what the line itself says (`source_desk`, `desks`, the desks of the alerts in it), so it holds for lines
of any age, whoever owns what today. What cannot be attributed is not for a desk. The lines of today, for which there
are rules to ask, are looked at by `asking.desk_view`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec.structs import replace

from alertd.history.archive.limits import PAYLOADS, rights_of
from alertd.model import JournalRecord, Rights, event_from_dict, event_to_dict
from alertd.rules.walls import Walls

UNKNOWN = "?"
"""The owner of what nobody knows any more: no desk is called so."""
MALFORMED = (AttributeError, KeyError, TypeError)
"""What comes of data that is not as it should be: of another version, or altered."""
_OPEN_OF_VERSION = ("rules_version", "alertd", "companies", "models")
"""What everybody may know of which rules were in force; the files show what others watch."""


def nobody_knows(alert: str) -> str | None:
    """Say that no alert's owner is known."""
    return UNKNOWN


@dataclass(frozen=True, slots=True)
class DeskWall:
    """A desk, and whose the things are that lines name without saying so."""

    desk: str
    walls: Walls = field(default_factory=Walls)
    """Which companies are one desk's alone."""
    owners: Mapping[str, str | None] = field(default_factory=dict)
    """Source or receiver -> desk."""
    portfolios: Mapping[str, str | None] = field(default_factory=dict)
    """Portfolio -> desk, of those that there are today."""
    alerts: Callable[[str], str | None] = nobody_knows
    """Gives the desk of an alert; UNKNOWN where that is not known."""

    def sees(self, owner: str | None) -> bool:
        """Tell whether what belongs to an owner is for the desk."""
        return owner is None or owner == self.desk

    def may_be_told(self, rights: Rights | None) -> bool:
        """Tell whether a receiver of the desk, or of nobody's, may be told of what stands under these rights."""
        told = rights.receivers if rights is not None else []
        return not told or any(self.sees(self.owners.get(name, UNKNOWN)) for name in told)  # nobody else may be


def cut(record: JournalRecord, wall: DeskWall) -> JournalRecord | None:
    """Give a record as a desk may see it; None if it is not for it, or is not made as this version knows it."""
    try:
        return _cut(record, wall)
    except MALFORMED:
        return None


def _cut(record: JournalRecord, wall: DeskWall) -> JournalRecord | None:
    if record.kind == "event" and isinstance(record.data.get("event"), dict):
        return _event(record, wall)
    if record.kind == "version":
        return without_files(record)
    if record.kind == "note" and not wall.may_be_told(rights_of(record)):
        return None
    owners = _owners(record, wall)
    return for_desk(record, wall.desk, owners) if owners and all(map(wall.sees, owners)) else None


def without_files(record: JournalRecord) -> JournalRecord:
    """Give a `version` line without the files of the rules and the positions of everybody."""
    return replace(record, data={name: record.data[name] for name in _OPEN_OF_VERSION if name in record.data})


def for_desk(record: JournalRecord, desk: str, owners: Collection[str | None]) -> JournalRecord:
    """Give a line that a desk may see without the message in it, where that may name what other desks watch: one
    about no single alert (a digest, a notice, a report) that went to somebody else than the desk.
    """
    if record.kind != "delivery" or record.data.get("alert") or desk in owners:
        return record
    return replace(record, data={name: value for name, value in record.data.items() if name not in PAYLOADS})


def cards_of(record: JournalRecord) -> list[dict[str, Any]]:
    """Give the alerts that a line carries, as they were."""
    data = record.data
    found = [data.get("alert"), *(data["alerts"] if isinstance(data.get("alerts"), list) else [])]
    return [card for card in found if isinstance(card, dict)]


def _event(record: JournalRecord, wall: DeskWall) -> JournalRecord | None:
    data = record.data
    if not wall.sees(data.get("source_desk")):
        return None
    try:
        event = event_from_dict(data["event"])
    except msgspec.ValidationError:
        return None
    if not wall.may_be_told(event.provenance.rights):
        return None
    desks = data.get("desks", {})
    named = {one["portfolio"] for name in ("matches", "decisions") for one in data.get(name, [])}
    seen = wall.walls.seen_by(event, wall.desk)
    left = data | {"event": event_to_dict(seen)}
    if seen is not event:  # why it is part of its story may name whom the desk does not see
        left.pop("story", None)
    cards = [card for card in cards_of(record) if wall.sees(card.get("desk"))]
    return only(replace(record, data=left), {name for name in named if wall.sees(desks.get(name))}, cards)


def only(record: JournalRecord, portfolios: Collection[str], cards: Sequence[dict[str, Any]]) -> JournalRecord:
    """Give the line of an event with what came of it for some portfolios, and with some of the alerts it carries."""
    data = dict(record.data)
    for name in ("matches", "decisions", "failures"):
        data[name] = [one for one in data.get(name, []) if one["portfolio"] in portfolios]
    if "alerts" in data:
        data["alerts"] = list(cards)
    if "desks" in data:
        data["desks"] = {name: desk for name, desk in data["desks"].items() if name in portfolios}
    if "verdicts" in data.get("over_time", {}):
        verdicts = [one for one in data["over_time"]["verdicts"] if one["portfolio"] in portfolios]
        data["over_time"] = data["over_time"] | {"verdicts": verdicts}
    decisions = data["decisions"]
    told = {one["alert"] for one in decisions} | {what for one in decisions for what in one["receivers"].values()}
    ids = [one for one in record.ids if not one.startswith(("al_", "dl_", "si_")) or one in told]
    reason = ", ".join(dict.fromkeys(one["reason"] for one in decisions)) or "no_match"
    return replace(record, ids=ids, reason=reason, data=data)


def _owners(record: JournalRecord, wall: DeskWall) -> set[str | None]:
    """Say whose what a line tells of is; empty if that is not known."""
    data, cards = record.data, cards_of(record)
    found: set[str | None] = {card.get("desk") for card in cards}
    if "desk" in data:
        found.add(data["desk"])
    if record.kind == "silence" and (silence := data.get("silence")) and silence.get("all_desks"):
        found.add(UNKNOWN)  # who made it sees all desks, and it may name what one of them watches
    if record.kind == "notice" and "desk" not in data:
        found.add(wall.owners.get(str(data.get("subject", "")).partition("/")[0]))
    portfolios = [*_texts(data.get("portfolios")), *_texts([data.get("portfolio")])]
    known = {card.get("portfolio") for card in cards}
    if record.kind == "note" and "desk" in data:
        known.add(data.get("portfolio"))  # it says whose it was then, as a card does
    found.update(wall.portfolios.get(name, UNKNOWN) for name in portfolios if name not in known)
    named = [*record.ids, *_texts([data.get("receiver")])]
    found.update(wall.owners[name] for name in named if name in wall.owners)
    carried = {card.get("id") for card in cards}
    found.update(wall.alerts(name) for name in record.ids if name.startswith("al_") and name not in carried)
    return found


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str) and one] if isinstance(value, list) else []
