"""The check of grounds: of a model's draft only those statements pass that rest on something that can be looked up.

    plain text? -> said before? -> company near the event? -> a ground that exists? -> every number, date and name in
    one of its grounds? -> company named, and not on the other side of what happened?

A statement passes as it is or is dropped as a whole, with a reason. What this does not show: that the ground means
what the statement says (docs/notes-grounding.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from msgspec.structs import replace

from alertd.companies.ordinary import words_of
from alertd.model import NoteGround, NoteStatement, TouchedHolding
from alertd.research.draft import MAX_GROUNDS, MAX_STATEMENTS, Draft, DraftGround, DraftStatement
from alertd.research.grounds import is_plain, quoted
from alertd.research.grounds_read import Claim, Read, Reader
from alertd.research.handles import Handles
from alertd.research.horizon_stated import stated_horizon
from alertd.research.instructions import repeats
from alertd.research.material import Material, Sign
from alertd.research.plain_statement import PlainReason, fault_of
from alertd.research.quotes import is_long_enough

DropReason = Literal[
    PlainReason, "echo", "duplicate", "company_unknown", "no_ground", "quote_short", "quote_not_found",
    "quote_not_plain", "handle_unknown",
    "number_not_in_ground", "date_not_in_ground", "name_not_in_ground", "company_not_named", "sign_contradicts",
    "horizon_not_stated",
]  # fmt: skip
"""Why a statement, or the horizon, is not in the note."""
DROP_REASONS: tuple[DropReason, ...] = get_args(DropReason)

_MISSING: dict[str, DropReason] = {
    "number": "number_not_in_ground",
    "date": "date_not_in_ground",
    "name": "name_not_in_ground",
}
_LETTERS = {"relation": "r", "event": "e", "number": "n"}
ABOUT_A_COMPANY = frozenset(("winner", "loser", "exposed"))
_SIGNS: dict[str, Sign] = {"winner": 1, "loser": -1}
_DETAIL = 60
_ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Dropped:
    """A statement that did not pass."""

    reason: DropReason
    detail: str = ""
    """At most 60 printable characters: the number, date, name or id. It may be a stranger's word."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What of a draft may go into a note."""

    statements: list[NoteStatement]
    dropped: list[Dropped]
    horizon_low: float | None = None
    horizon_high: float | None = None
    """In months; only what the text states."""


class _Fails(Exception):
    """A statement does not pass; never leaves this module."""

    def __init__(self, reason: DropReason, detail: str = "") -> None:
        self.dropped = Dropped(reason, _printable(detail))
        super().__init__(reason)


def check(draft: Draft, material: Material, handles: Handles) -> Checked:
    """Check each statement of a draft against the event's text and the handles that the model was shown."""
    checking = _Checking(material, handles)
    passed: list[NoteStatement] = []
    dropped: list[Dropped] = []
    for statement in draft.statements[:MAX_STATEMENTS]:
        try:
            passed.append(checking.statement(statement))
        except _Fails as failed:
            dropped.append(failed.dropped)
    low, high = draft.horizon_low, draft.horizon_high
    if (low, high) != (None, None) and not stated_horizon(low, high, material.event):
        dropped.append(Dropped("horizon_not_stated"))
        low = high = None
    return Checked(passed, dropped, low, high)


class _Checking:
    """The check of one draft."""

    def __init__(self, material: Material, handles: Handles) -> None:
        self._material, self._handles = material, handles
        self._reader = Reader(material)
        self._said: set[tuple[str, ...]] = set()

    def statement(self, one: DraftStatement) -> NoteStatement:
        """Give the statement with its grounds, or raise _Fails."""
        text = one.text.strip(" ")
        if fault := fault_of(text):
            raise _Fails(fault)
        if repeats(text):
            raise _Fails("echo")
        said = words_of(text)
        if said in self._said:
            raise _Fails("duplicate")
        if one.company and one.company not in self._reader.called:
            raise _Fails("company_unknown", one.company)
        grounds = self._grounds(self._reader.claim(text), one)
        if one.section in ABOUT_A_COMPANY and not self._reader.names(text, one.company):
            raise _Fails("company_not_named", one.company)
        self._check_sign(one)
        self._said.add(said)
        return NoteStatement(section=one.section, text=text, grounds=grounds, holding=self._holding(one))

    def _grounds(self, claim: Claim, one: DraftStatement) -> list[NoteGround]:
        """Give the grounds that exist, if together they hold all that the statement says."""
        found: list[tuple[NoteGround, Read]] = []
        fails: list[_Fails] = []
        for ground in one.grounds[:MAX_GROUNDS]:
            try:
                found.append(self._ground(ground, claim, [read for _, read in found]))
            except _Fails as failed:
                fails.append(failed)
        if not found:
            raise fails[0] if fails else _Fails("no_ground")
        if missing := claim.missing([read for _, read in found]):
            kind, said = missing
            raise _Fails(_MISSING[kind], said)
        return _unique(ground for ground, _ in found)

    def _ground(self, one: DraftGround, claim: Claim, others: Sequence[Read]) -> tuple[NoteGround, Read]:
        if one.kind == "quote":
            return self._quote(one.quote, claim, others)
        ground = self._handles.get(one.id) if one.id[:1] == _LETTERS[one.kind] else None
        if ground is None:
            raise _Fails("handle_unknown", one.id)
        return ground, self._reader.handle(ground)

    def _quote(self, quote: str, claim: Claim, others: Sequence[Read]) -> tuple[NoteGround, Read]:
        """Find a quote; where it stands several times, take the first place that says what is still to be said."""
        if not is_long_enough(quote):
            raise _Fails("quote_short", quote)
        places = self._reader.quotable.find(quote)
        if not places:
            raise _Fails("quote_not_found", quote)
        reads = [self._reader.quote(place) for place in places]
        best = next((i for i, read in enumerate(reads) if claim.missing([*others, read]) is None), 0)
        evidence = places[best].evidence
        if not is_plain(evidence.quote):
            raise _Fails("quote_not_plain", quote)
        shown = quoted(self._reader.quotable.texts[evidence.field], evidence)
        return replace(shown, text=evidence.quote), reads[best]

    def _check_sign(self, one: DraftStatement) -> None:
        """Refuse as a winner whom the event hurts, and as a loser whom it helps."""
        said = _SIGNS.get(one.section)
        signs = {exposure.sign for exposure in self._material.exposures if exposure.company == one.company} - {None}
        if said is not None and signs and said not in signs:
            raise _Fails("sign_contradicts", one.company)

    def _holding(self, one: DraftStatement) -> TouchedHolding | None:
        if one.section not in ABOUT_A_COMPANY:
            return None
        held = (exposure.holding for exposure in self._material.exposures if exposure.company == one.company)
        return next((holding for holding in held if holding is not None), None)


def _unique(grounds: Iterator[NoteGround]) -> list[NoteGround]:
    """Give each ground once: two quotes may be the same words."""
    kept: list[NoteGround] = []
    for ground in grounds:
        if ground not in kept:
            kept.append(ground)
    return kept


def _printable(detail: str) -> str:
    plain = "".join(character if character.isprintable() else "?" for character in detail[: _DETAIL + 1])
    return plain if len(plain) <= _DETAIL else plain[: _DETAIL - 1] + _ELLIPSIS
