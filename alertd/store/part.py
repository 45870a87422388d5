"""What the parts of RedisStore stand on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

import msgspec

from alertd.base.beyond import Rests, beyond, kept
from alertd.base.clock import Clock
from alertd.model import Delivery
from alertd.store.keys import Keys, queue_names
from alertd.store.records import from_json, to_json

if TYPE_CHECKING:  # the memory store shares modules with this, and commands that use it do without the Redis library
    from alertd.store.client import Link


T = TypeVar("T")
BATCH = 200
"""Records that are read before others get their turn."""


class Hints:
    """Key names that claiming and completing a delivery will need, so that the scripts need not ask for them.

    Only a saving of one round trip: a name that is missing here is asked for, and none is ever wrong, because a
    delivery's receiver and alert never change.
    """

    LIMIT = 4_096

    def __init__(self) -> None:
        self._names: dict[str, list[str]] = {}

    def remember(self, delivery: Delivery) -> None:
        """Keep what a delivery will need."""
        if len(self._names) >= self.LIMIT:
            self._names.clear()
        receiver = delivery.receiver
        traces = [f"trace:{i}" for i in (delivery.id, delivery.alert, receiver) if i]
        alert = [f"alert:{delivery.alert}"] if delivery.alert else []
        self._names[delivery.id] = [*queue_names(receiver), f"recv:{receiver}", *traces, *alert]

    def names(self, delivery_id: str) -> list[str]:
        """Give what is known, possibly nothing."""
        return self._names.get(delivery_id, [])

    def forget(self, delivery_id: str) -> None:
        """Drop a delivery that was completed."""
        self._names.pop(delivery_id, None)


class Part:
    """A connection, the keys, and the local clock (compared with the server's; stamps what is found corrupt)."""

    def __init__(self, link: Link, clock: Clock) -> None:
        self.link = link
        self.keys: Keys = link.keys
        self.clock = clock
        self.hints = Hints()
        self.rests = Rests()
        self.keep_payloads = False
        """What is sent from here on stays in the store until it is archived (`drop_payloads`)."""

    def read_record(self, name: str, raw: bytes, kind: type[T], what: str) -> T:
        """Read a record that may be written back under that name. Raises Corrupt, naming `what` it was."""
        known = from_json(raw, kind, what)
        if isinstance(known, msgspec.Struct):
            self.rests.note(name, 0, beyond(raw, known))
        return known

    def written_record(self, name: str, record: msgspec.Struct) -> bytes:
        """Write a record that was read under that name, with what stood there beyond what is known."""
        return to_json(kept(self.rests.of(name, 0), record))

    async def hash_of(self, name: str, kind: type[T], what: str) -> dict[str, T]:
        """Read all records of a hash; between some and the next others get their turn: there may be ten thousand.

        Raises Corrupt, naming `what` a record is of.
        """
        flat = await self.link.call("HGETALL", self.keys(name))
        found: dict[str, T] = {}
        for number, (field, raw) in enumerate(zip(flat[::2], flat[1::2], strict=True), 1):
            field = field.decode()
            found[field] = self.read_record(f"{name}:{field}", raw, kind, f"{what} {field}")
            if number % BATCH == 0:
                await asyncio.sleep(0)
        return found
