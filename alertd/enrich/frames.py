"""Match frames to a sentence: who plays which role in it.

A frame is searched for by its telling word (the verb, or the noun of a nominal), and from there read to both sides:

    said on Monday it will     lease     its           Orion          to   Lumen Labs
    `-- who is left of this?   anchor    `-- the thing: a noun phrase  `-- the next company

To the left stands the company that the verb is of: over auxiliaries, `agreed to`, `signs a deal to`, `said it will`,
and over `which`. To the right, objects stand before the first preposition that the frame does not name. What stands
in a slot and is no company we know keeps the order, and is no party. Every walk is bounded by a number of words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import NamedTuple

from alertd.enrich.frames_line import SHARPLY, Line, Unit
from alertd.enrich.frames_side import Taken, subject, target
from alertd.enrich.frames_thing import thing_after, thing_before
from alertd.enrich.frames_words import BE, MADE, all_forms
from alertd.rules.frames import ASSET, LINKS, BadFrame, Piece, Slot, Words, parse_frame

_FAR, _NEAR = 18, 6
"""Words that may stand before a preposition that the frame names; between two words of the frame."""


class Matched(NamedTuple):
    """What one frame says of one sentence."""

    parties: tuple[tuple[str, str], ...]
    """Company and role, in the order of the text."""
    asset: tuple[int, int] | None
    """Span of the thing, in the field's code points."""
    rank: tuple[int, int, int]
    """Companies found, whether the thing is, and the place of the frame: the first of those that say most counts."""
    frame: Frame
    taken: tuple[Taken, ...]
    """What stands in its slots, in their order."""
    anchor: tuple[int, int]
    """Where the words by which it was found begin in the line, and the place behind them."""
    end: int
    """The place behind all of it."""


class Frame(NamedTuple):
    """A frame made ready."""

    pieces: tuple[Piece, ...]
    anchor: int
    """The piece by which it is searched for."""
    place: int
    """Its place in the file."""
    passive: bool
    """It names the agent with `by`: a passive is what it looks for."""
    nominal: bool
    """Behind its telling word stands a preposition: it may well be a noun."""
    needs: tuple[frozenset[str], ...]
    """Of each of these one must stand in the line: the other words of the frame."""


class _Anchored(NamedTuple):
    frame: Frame
    words: tuple[str, ...]
    """The words of the anchor that begin where it was found."""
    back: int
    """How many of its words stand before the one it was found by."""


class Frames:
    """The frames of one event type, under the words that they are searched for by."""

    def __init__(self, written: Iterable[str], roles: Sequence[str]) -> None:
        self._by_word: dict[str, list[_Anchored]] = {}
        self._roles = tuple(roles)
        for place, text in enumerate(written):
            try:
                pieces = _paired(parse_frame(text, roles))
            except BadFrame:  # a book that was loaded has none; one that was made by hand is no reason to stop
                continue
            self._add(Frame(pieces, _anchor(pieces), place, _is_passive(pieces), _is_nominal(pieces), _needs(pieces)))

    def _add(self, frame: Frame) -> None:
        anchor = frame.pieces[frame.anchor]
        assert isinstance(anchor, Words)
        for words in anchor.any_of:
            back = next(i for i, word in enumerate(words) if Words((words[i : i + 1],)).telling)
            for form in all_forms(words[back]):
                self._by_word.setdefault(form, []).append(_Anchored(frame, words, back))

    def __bool__(self) -> bool:
        return bool(self._by_word)

    @property
    def words(self) -> Mapping[str, object]:
        """The words, in all forms, by which frames are searched for."""
        return self._by_word

    def may_match(self, words: Set[str]) -> bool:
        """Whether a sentence of these words may hold a frame: one of them has all its words there."""
        return any(
            not any(map(words.isdisjoint, anchored.frame.needs))
            for word in words & self._by_word.keys()
            for anchored in self._by_word[word]
        )

    def match(self, line: Line) -> list[Matched]:
        """Give what the frames say of a line, that which says most first."""
        spelt = [_words_of(unit) for unit in line]
        words: set[str] = set().union(*spelt)
        if words.isdisjoint(self._by_word):
            return []
        found = [
            matched
            for at, own in enumerate(spelt)
            if line[at].company is None
            for word in own
            for anchored in self._by_word.get(word, ())
            if not any(map(words.isdisjoint, anchored.frame.needs))
            if (matched := _match(anchored, self._roles, line, at)) is not None
        ]
        return sorted(found, key=lambda matched: matched.rank)


def _words_of(unit: Unit) -> tuple[str, ...]:
    """Give by what a word of a frame may be found: it, or an end of a name (`Colossus` 1, Orion `Cluster`)."""
    if not unit.name or unit.company is not None or " " not in unit.low:
        return (unit.low,)
    parts = unit.low.split()
    return parts[0], parts[-1]


def _is(unit: Unit, word: str) -> bool:
    """Whether a word of the line is this word of a frame, in one of its forms."""
    return not all_forms(word).isdisjoint(_words_of(unit))


def _paired(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Make one slot of `{a} and {b}`: a list of companies, whose roles cannot be told unless they are the same."""
    made: list[Piece] = []
    for piece in pieces:
        last, before = (made[-1] if made else None), (made[-2] if len(made) > 1 else None)
        if isinstance(piece, Slot) and last == Words((("and",),)) and isinstance(before, Slot):
            del made[-2:]
            made.append(Slot(piece.role if piece.role == before.role else "", piece.owner, several=True))
        else:
            made.append(piece)
    return tuple(made)


def _anchor(pieces: Sequence[Piece]) -> int:
    return next(i for i, piece in enumerate(pieces) if isinstance(piece, Words) and piece.telling)


def _is_passive(pieces: Sequence[Piece]) -> bool:
    return any(isinstance(piece, Words) and ("by",) in piece.any_of for piece in pieces)


def _is_nominal(pieces: Sequence[Piece]) -> bool:
    behind = pieces[_anchor(pieces) + 1 :][:1]
    return not behind or (isinstance(behind[0], Words) and all(words[0] in LINKS for words in behind[0].any_of))


def _needs(pieces: Sequence[Piece]) -> tuple[frozenset[str], ...]:
    anchor = _anchor(pieces)
    return tuple(
        frozenset().union(*(all_forms(words[0]) for words in piece.any_of))
        for i, piece in enumerate(pieces)
        if isinstance(piece, Words) and not piece.optional and i != anchor
    )


def _match(anchored: _Anchored, roles: Sequence[str], line: Line, at: int) -> Matched | None:
    frame, words, back = anchored
    first, last = at - back, at - back + len(words)
    if first < 0 or last > len(line):
        return None
    if not all(_is(line[first + i], word) for i, word in enumerate(words)):
        return None
    if not frame.passive and line[at].low != words[back] and _in_passive(line, at):
        return None
    right = _read_right(frame.pieces[frame.anchor + 1 :], line, last)
    if right is None:
        return None
    left = _read_left(frame.pieces[: frame.anchor], line, first - 1, loose=frame.nominal)
    taken, end = right
    return _matched(frame, roles, (*left, *taken), (first, last), end) if left is not None else None


def _in_passive(line: Line, at: int) -> bool:
    """Whether a participle is one of the passive: `was sued`, `sued by`."""
    if line[at].low.endswith("ing"):
        return False
    if any(unit.low == "by" for unit in line[at + 1 : at + 3]):
        return True
    place = at - 1
    while place >= 0 and (line[place].low.endswith("ly") or line[place].low in ("not", "also", "now", "then")):
        place -= 1
    return place >= 0 and line[place].low in BE


def _matched(
    frame: Frame, roles: Sequence[str], taken: tuple[Taken, ...], anchor: tuple[int, int], end: int
) -> Matched | None:
    parties: dict[str, str] = {}
    for one in taken:
        for company in one.companies:
            parties.setdefault(company, one.role)
    left = [role for role in roles if role not in parties.values()]
    for company in (company for one in taken for company in one.others):
        parties.setdefault(company, left[0] if len(left) == 1 and len(roles) == 2 else "")
    if not parties:
        return None
    asset = next((one.span for one in taken if one.role == ASSET), None)
    rank = (-len(parties), -(asset is not None), frame.place)
    return Matched(tuple(parties.items()), asset, rank, frame, taken, anchor, end)


# --- to both sides ----------------------------------------------------------------------------------------------


def _read_right(pieces: Sequence[Piece], line: Line, at: int) -> tuple[list[Taken], int] | None:
    taken: list[Taken] = []
    for k, piece in enumerate(pieces):
        following = pieces[k + 1] if k + 1 < len(pieces) else None
        if isinstance(piece, Slot):
            got = thing_after(line, at) if piece.role == ASSET else target(line, at, piece, tied=_is_tied(pieces, k))
            if got is None or (piece.several and len(got.companies) < 2):
                return None
            taken.append(got)
            at = got.after
        else:
            place = _word_right(piece, line, at, _FAR if taken else _NEAR, following)
            if place is None and not piece.optional:
                return None
            at = at if place is None else place
    return taken, at


def _is_tied(pieces: Sequence[Piece], k: int) -> bool:
    """Whether a slot stands behind words of the frame, and not behind the verb itself."""
    return k > 0 and isinstance(pieces[k - 1], Words) and not pieces[k - 1].optional  # type: ignore[union-attr]


def _word_right(piece: Words, line: Line, at: int, reach: int, following: Piece | None) -> int | None:
    """Give the place behind the words of a piece; of several the first with which the frame goes on."""
    for place in range(at, min(at + (1 if piece.optional else reach), len(line))):
        if line[place].low in SHARPLY or (reach == _NEAR and line[place].low == ","):
            return None
        for words in piece.any_of:
            end = place + len(words)
            if end <= len(line) and all(_is(line[place + i], word) for i, word in enumerate(words)):
                if words == ("by",) and place > at and _is_participle(line[place - 1].low):
                    continue
                if not isinstance(following, Slot) or following.role == ASSET:
                    return end
                if target(line, end, following, tied=True) is not None:
                    return end
    return None


def _is_participle(low: str) -> bool:
    """Whether a `by` behind this word is its own: engines made by."""
    return low.endswith("ed") or low in MADE


def _read_left(pieces: Sequence[Piece], line: Line, at: int, *, loose: bool) -> list[Taken] | None:
    taken: list[Taken] = []
    for k in range(len(pieces) - 1, -1, -1):
        piece = pieces[k]
        if isinstance(piece, Slot):
            owned = k > 0 and isinstance(pieces[k - 1], Slot)
            got = (
                thing_before(line, at, owned=owned) if piece.role == ASSET else subject(line, at, piece, loose=loose)
            )
            if got is None or (piece.several and len(got.companies) < 2):
                return None
            taken.insert(0, got)
            at = got.before
        else:
            place = _word_left(piece, line, at)
            if place is None and not piece.optional:
                return None
            at = at if place is None else place
    return taken


def _word_left(piece: Words, line: Line, at: int) -> int | None:
    """Give the place before the words of a piece."""
    for place in range(at, max(at - (1 if piece.optional else _NEAR), -1), -1):
        if line[place].low in SHARPLY:
            return None
        for words in piece.any_of:
            start = place - len(words) + 1
            if start >= 0 and all(_is(line[start + i], word) for i, word in enumerate(words)):
                return start - 1
    return None
