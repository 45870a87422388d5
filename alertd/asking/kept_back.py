"""Records of the journal without what rights keep from a desk: of an alert that it sees in part, or not at all.

The walls between desks are `desk_view`'s; of a text there is as much as its source lets be shown. Here it is the
rights of sources: a record may quote the headline of an event that none of the desk's receivers may be told of, since
its alert is about other events, too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from alertd.alerts.rights import shown
from alertd.alerts.rows import card
from alertd.history.archive.limits import PAYLOADS
from alertd.model import AlertState, JournalRecord, event_from_dict, event_to_dict

Line = tuple[str, JournalRecord]
_TELLING = ("title", "text", "note", "detail", "statements")
"""Fields of a record about one alert that may quote."""


def without_kept_back(
    lines: Sequence[Line],
    states: Mapping[str, AlertState],
    sees: Callable[[AlertState], AlertState | None],
    open_: Collection[str],
) -> list[Line]:
    """Give the lines as a desk may see them; `states` are the alerts that the store has, `open_` those of the others
    whose events everybody of the desk may be told of.
    """
    seen = {name: sees(state) for name, state in states.items()}
    whole = {name for name, state in states.items() if _same(seen[name], state)} | set(open_)

    def told(record: JournalRecord) -> JournalRecord | None:
        data = {name: value for name, value in record.data.items() if name not in PAYLOADS}
        if record.kind == "event" and "event" in data:
            data["event"] = event_to_dict(shown(event_from_dict(data["event"])))
        if "alerts" in data:
            data["alerts"] = _cards(data["alerts"], seen, whole)
        about = [name for name in record.ids if name.startswith("al_")]
        if record.kind == "event" or whole.issuperset(about):
            return replace(record, data=data)
        if any(seen.get(name) is None and name not in whole for name in about) or record.kind == "note":
            return None
        cut = {name: value for name, value in data.items() if name not in _TELLING}
        if isinstance(cut.get("alert"), dict):
            cut["alert"] = next(iter(_cards([cut["alert"]], seen, whole)), {})
        return replace(record, data=cut)

    return [(name, found) for name, record in lines if (found := told(record)) is not None]


def _cards(
    cards: Sequence[Mapping[str, Any]], seen: Mapping[str, AlertState | None], whole: Collection[str]
) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    for one in cards:
        name = str(one.get("id", ""))
        if name in whole:
            found.append(one)
        elif (state := seen.get(name)) is not None:
            found.append(card(state))
    return found


def _same(seen: AlertState | None, state: AlertState) -> bool:
    """Tell whether nothing of an alert is kept back."""
    return seen is not None and (seen.alert.matches, seen.alert.changes, seen.alert.title) == (
        state.alert.matches, state.alert.changes, state.alert.title,
    )  # fmt: skip
