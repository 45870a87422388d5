"""What a record holds beyond what this version knows of it: fields that a newer version wrote.

Decoding drops them. Whoever reads a record, changes it and writes it back lays them under what it writes, so that a
newer version finds them again:

    raw -> read -> known ─ changed ─> new
     └── beyond(raw, known) ────────> kept(rest, new) -> written

Pure. Nothing is found in a record that this version wrote, and that costs one comparison.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Beyond:
    """A record as it stood there, with more in it than was read."""

    raw: Mapping[str, Any]
    known: msgspec.Struct
    """What was read of it."""


def beyond(raw: bytes, known: msgspec.Struct) -> Beyond | None:
    """Give a record that holds more than what was read of it; None, nearly always, for one that does not."""
    if _encoder.encode(known) == raw:
        return None
    return beyond_of(msgspec.json.decode(raw), known)


def beyond_of(raw: Any, known: msgspec.Struct) -> Beyond | None:
    """Do the same for JSON that is decoded already."""
    return Beyond(raw, known) if isinstance(raw, Mapping) and _holds_more(raw, known) else None


def kept(rest: Beyond | None, new: Any) -> Any:
    """Lay what stood there beyond what is known under what is to be written, ready for JSON.

    It stays where its place is still there: in the record itself, in what stands under the same key of a mapping, in
    an item of a list that has not changed.
    """
    return new if rest is None else _laid(rest.raw, rest.known, msgspec.to_builtins(new))


def _holds_more(raw: Any, known: Any) -> bool:
    if isinstance(known, msgspec.Struct):
        if not isinstance(raw, Mapping):
            return False
        names = known.__struct_fields__
        return any(name not in names or _holds_more(raw[name], getattr(known, name)) for name in raw)
    if isinstance(known, Mapping) and isinstance(raw, Mapping):
        return any(_holds_more(raw.get(name), value) for name, value in known.items())
    if isinstance(known, list) and isinstance(raw, list):
        return any(map(_holds_more, raw, known))
    return False


def _laid(raw: Any, known: Any, new: Any) -> Any:
    if isinstance(known, msgspec.Struct) and isinstance(raw, Mapping) and isinstance(new, Mapping):
        names = known.__struct_fields__
        found = {name: value for name, value in raw.items() if name not in names}
        return found | {name: _laid(raw.get(name), getattr(known, name, None), value) for name, value in new.items()}
    if isinstance(known, Mapping) and isinstance(raw, Mapping) and isinstance(new, Mapping):
        return {name: _laid(raw.get(name), known.get(name), value) for name, value in new.items()}
    if isinstance(known, list) and isinstance(raw, list) and isinstance(new, list):
        return _laid_items(raw, known, new)
    return new


def _laid_items(raw: Sequence[Any], known: Sequence[Any], new: Sequence[Any]) -> list[Any]:
    """Find items again by what is known of them: lists grow at one end and are cut at the other."""
    before = [(msgspec.to_builtins(item), item, was) for item, was in zip(known, raw, strict=False)]
    found: list[Any] = []
    for item in new:
        same = next((n for n, (as_known, _, _) in enumerate(before) if as_known == item), None)
        if same is None:
            found.append(item)
        else:
            _, was_known, was = before.pop(same)
            found.append(_laid(was, was_known, item))
    return found


class Rests:
    """What was beyond the records that were read, until they are written: nearly always nothing."""

    LIMIT = 10_000
    """Of records. Each is written soon after it was read, but for those of sources, of which there are fewer."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[int, Beyond]] = {}

    def note(self, name: str, version: int, rest: Beyond | None) -> None:
        """Take in what a record held when it was read, with the version that the next write of it expects."""
        self._found.pop(name, None)
        if rest is None:
            return
        if len(self._found) >= self.LIMIT:
            self._found.pop(next(iter(self._found)))
        self._found[name] = (version, rest)

    def of(self, name: str, version: int) -> Beyond | None:
        """Give what was beyond that version of a record."""
        found = self._found.get(name)
        return found[1] if found is not None and found[0] == version else None

    def forget(self, name: str) -> None:
        """Drop what was beyond a record that will not be written again."""
        self._found.pop(name, None)
