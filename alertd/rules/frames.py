"""Frames: how an event type says which company plays which role, in a small language of patterns.

    {lessor} lease {asset} to {lessee}          a company in a role; the thing; words, in every inflection
    {acquirer}'s (acquisition|purchase) of {target}
    {} and {} [be] in dispute                   companies whose roles nobody can tell

    frame  = piece { " " piece }
    piece  = "{" role "}" [ "'s" ]  |  "{asset}"  |  "{}"  |  word  |  "(" words { "|" words } ")"  |  "[" words "]"

Slots and words stand in this order within one sentence; what may lie between them is told where frames are matched
(`alertd.enrich.frames`). A frame is kept as it is written and read by whoever matches it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from alertd.base import suggest
from alertd.text.fold import split_words

MAX_FRAME = 500
"""Characters of a frame."""
MAX_FRAMES = 60
"""Frames of one event type."""
ASSET = "asset"
"""The slot of the thing that it is about; no company."""
_TIES = """
    a about after against all an and as at be before between by during for from in into its of off on onto or out over
    the their to under up upon via with within without
"""
LINKS = frozenset(_TIES.split())
"""Words that only tie others together: they are not inflected, and no frame is made of them alone."""

_PIECE = re.compile(r"\{([^{}]*)\}('s)?|\(([^()]*)\)|\[([^\[\]|]*)\]|([^\s{}()\[\]|]+)|(\s+)|(.)", re.DOTALL)
_ROLE = re.compile(r"[a-z][a-z0-9_]{0,62}|")


class Slot(NamedTuple):
    """Where a company stands, or the thing."""

    role: str
    """Empty: a company whose role cannot be told."""
    owner: bool = False
    """It stands in the possessive."""
    several: bool = False
    """It is a list of at least two: what `{a} and {b}` becomes where it is matched."""


class Words(NamedTuple):
    """Words that must stand there, or may."""

    any_of: tuple[tuple[str, ...], ...]
    """Folded; one or several words each."""
    optional: bool = False

    @property
    def telling(self) -> bool:
        """Whether a text can be searched for them: they must be there, and each has a word that is no mere link."""
        return not self.optional and all(any(word not in LINKS for word in words) for words in self.any_of)


Piece = Slot | Words


class BadFrame(ValueError):
    """A frame that cannot be read; `hint` says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def parse_frame(text: str, roles: Collection[str]) -> tuple[Piece, ...]:
    """Read a frame whose slots are among `roles`. Raises BadFrame."""
    if len(text) > MAX_FRAME:
        raise BadFrame(f"a frame of {len(text)} characters is longer than {MAX_FRAME}")
    pieces = tuple(_pieces(text, roles))
    slots = [piece for piece in pieces if isinstance(piece, Slot)]
    if not any(slot.role != ASSET for slot in slots):
        raise BadFrame(f"the frame `{text[:60]}` has no slot for a company", _such(roles))
    if not any(isinstance(piece, Words) and piece.telling for piece in pieces):
        raise BadFrame(f"the frame `{text[:60]}` has no verb and no noun", _untelling(pieces))
    if sum(slot.role == ASSET for slot in slots) > 1:
        raise BadFrame("a frame has one `{asset}` at most")
    for one, other in pairwise(pieces):
        if isinstance(one, Slot) and not one.owner and isinstance(other, Slot):
            raise BadFrame(f"`{{{one.role}}}` and `{{{other.role}}}` stand side by side", "put words between them")
    return pieces


def parse_sure_frame(text: str, roles: Collection[str]) -> tuple[Piece, ...]:
    """Read a frame that suffices to recognise its event type. Raises BadFrame.

    Who does it with whom stands in it; or who does it stands first, and then the verb and what it is done to.
    """
    pieces = parse_frame(text, roles)
    hint = "put it among the `frames`, which only tell roles"
    if is_of_one(pieces):
        if (fault := _fault_of_one(pieces)) is not None:
            raise BadFrame(f"a frame that suffices with one company {fault}: `{text[:60]}`", hint)
        return pieces
    for one, between, other in zip(pieces, pieces[1:], pieces[2:], strict=False):
        listed = isinstance(one, Slot) and isinstance(other, Slot) and between == Words((("and",),))
        if listed and not (one.role and one.role == other.role):  # type: ignore[union-attr]
            raise BadFrame(f"a list does not suffice: `{text[:60]}` does not tell its roles", hint)
    return pieces


def is_of_one(pieces: Sequence[Piece]) -> bool:
    """Whether a frame has a slot for one company only."""
    return sum(isinstance(piece, Slot) and piece.role != ASSET for piece in pieces) == 1


def _fault_of_one(pieces: Sequence[Piece]) -> str | None:
    first = pieces[0]
    if not isinstance(first, Slot) or first.role == ASSET or first.owner:
        return "must begin with it, and not as an owner"
    if any(isinstance(piece, Slot) for piece in pieces[1:]):
        return "must have no `{asset}`"
    if sum(min(map(len, p.any_of)) for p in pieces if isinstance(p, Words) and not p.optional) < 2:
        return "must have two words, the verb and another"
    return None


def _pieces(text: str, roles: Collection[str]) -> Iterator[Piece]:
    for found in _PIECE.finditer(text):
        slot, owner, choice, option, word, blank, stray = found.groups()
        if slot is not None:
            yield Slot(_role(slot, roles), bool(owner))
        elif choice is not None:
            yield Words(tuple(_words(part) for part in choice.split("|")))
        elif option is not None:
            yield Words((_words(option),), optional=True)
        elif word is not None:
            yield Words((_words(word),))
        elif stray is not None and not blank:
            raise BadFrame(
                f"`{stray}` in the frame `{text[:60]}` has no counterpart",
                "roles stand in {…}, alternatives in (…|…), words that may be missing in […]",
            )


def _role(name: str, roles: Collection[str]) -> str:
    if not _ROLE.fullmatch(name):
        raise BadFrame(f"`{{{name[:60]}}}` is no role", "roles are lower-case letters, digits and `_`")
    if name and name != ASSET and name not in roles:
        known = suggest.hint(name, roles)
        raise BadFrame(f"the role `{name}` is not among the `roles` of the event type", known or _such(roles))
    return name


def _words(text: str) -> tuple[str, ...]:
    words = tuple(split_words(text))
    if not words:
        raise BadFrame(f"`{text[:40]}` in a frame has no word")
    return words


def _untelling(pieces: Sequence[Piece]) -> str:
    """Say which word tells nothing, where others beside it do."""
    choices = [piece.any_of for piece in pieces if isinstance(piece, Words) and not piece.optional]
    weak = next((" ".join(words) for choice in choices for words in choice if LINKS.issuperset(words)), "")
    if weak and any(not LINKS.issuperset(words) for choice in choices for words in choice):
        return f"each alternative needs a word that says what happens; `{weak}` is none"
    return "a word must say what happens: `{lessor} lease {asset}`"


def _such(roles: Collection[str]) -> str:
    return f"such as `{{{next(iter(roles))}}}`" if roles else "name the `roles` first: `roles: [lessor, lessee]`"
