"""Conditions over time: what they need to remember, and the verdict as a pure function of it."""

from __future__ import annotations

from alertd.model import Struct


class Sequence(Struct, frozen=True, kw_only=True, tag="sequence"):
    """Placeholder of the kinds of state, replaced by the room's owner."""

    by: str = "parties"


State = Sequence
