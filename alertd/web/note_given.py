"""`POST /v1/note`: what an event that is given means; {"event": {"title": "…"}, "portfolio": "ai"}."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from alertd.asking.house import House
from alertd.asking.note_asked import NoteAsked
from alertd.model import Struct
from alertd.web.event_types import NoteList
from alertd.web.eyes import Eyes
from alertd.web.given_event import GivenEvent, asked_of_event, given
from alertd.web.operations import Asked, Nothing, Operation
from alertd.web.portfolios import NOT_THERE


class Meant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of a question what an event means."""

    event: GivenEvent
    """As short as `{"title": "…"}`; a list is a timeline: its last one is meant, the others are what was before."""
    portfolio: str | None = None
    """For this one alone; otherwise for each that it touches."""
    hops: Annotated[int, msgspec.Meta(ge=0, le=2)] = 1
    """How many relations away a company is still touched."""


class NoteGivenRoutes:
    """Writes notes."""

    def __init__(self, house: House) -> None:
        self._house = house

    def operations(self) -> list[Operation[Any, Any]]:
        """Give it."""
        return [
            Operation(
                name="writeNote", method="POST", path="/v1/note", reads=True,
                summary="Say what an event that is given means for a portfolio, each sentence with its ground",
                does=self._note, query=Nothing, body=Meant, answer=NoteList, fails={404: NOT_THERE}, slow=True,
            ),
        ]  # fmt: skip

    async def _note(self, asked: Asked[Nothing, Meant]) -> object:
        eyes, wanted = Eyes(asked.caller, self._house), asked.body
        whose = [eyes.named(wanted.portfolio)] if wanted.portfolio is not None else eyes.portfolios()
        if not whose:
            return {"notes": []}
        question = NoteAsked([one.id for one in whose], given(wanted.event), wanted.hops)
        return {"notes": await asked_of_event(self._house, question)}
