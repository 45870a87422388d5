"""An event that somebody gives with a question, as JSON."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

import msgspec

from alertd.asking.apart import Question
from alertd.asking.house import House
from alertd.errors import ParseFailed
from alertd.web.problems import Refusal

MOST = 100
GivenEvent = dict[str, Any] | Annotated[list[dict[str, Any]], msgspec.Meta(min_length=1)]
"""As short as `{"title": "…"}`; a list is a timeline, and its last one is meant."""

A = TypeVar("A")


def given(event: GivenEvent) -> GivenEvent:
    """Give it back. Raises Refusal for a timeline that would take too long.

    The document says nothing of this: a list that is too long may be refused as a body that is, before it is read.
    """
    if len(event) > MOST and isinstance(event, list):
        raise Refusal(400, f"event: a timeline has {MOST} events at most, not {len(event):,}")
    return event


async def asked_of_event(house: House, question: Question[A]) -> A:
    """Have a question answered that has an event in it. Raises Refusal where it is none, and as the question does."""
    try:
        return await house.apart.ask(question)
    except ParseFailed as error:
        raise Refusal(400, f"event: {error}") from error
