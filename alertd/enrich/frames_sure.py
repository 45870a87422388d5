"""Event types that a frame alone shows: the verb and known companies say it, whatever the words of `when` are.

    Ostrom   agrees to be   bought   by   Exxon
    `-- both are known, and play different roles: a takeover, though no list of takeover words has this one

Read are the title, and the sentences that lie in the lead. A frame that only tells roles may read generously, since
the type is known there. One that suffices must stand whole and close: every slot holds a company that we know, no
preposition leads away to it (`buys chips from`), and no noun follows whose it only is (`buys Nvidia chips`).
What is wished or not done is no event, and what is said beside the sentence (`, which bought …,`) no news.
Frames with one company are read in the title only, and are stricter still: `alertd.enrich.frames_one`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from alertd.companies.mentions import Mention
from alertd.enrich.draft import Draft, Field
from alertd.enrich.frames import Frames, Matched
from alertd.enrich.frames_line import OWN, Line, lines
from alertd.enrich.frames_one import is_sure_of_one
from alertd.enrich.frames_words import (
    BE,
    DETERMINERS,
    FOLLOWING,
    PARTING,
    PARTS,
    SHARES,
    TIES,
    WHOLE,
    WISHING,
    all_forms,
)
from alertd.enrich.language import is_understood
from alertd.rules.book import EventTypeRule
from alertd.rules.frames import ASSET, LINKS, BadFrame, Slot, Words, is_of_one, parse_frame
from alertd.rules.understanding import ByFrame
from alertd.text.lead import MOST, lead_words
from alertd.text.sentences import Sentence

MAX_SENTENCES = 8
"""Sentences that are read, that of the title among them."""
_REACH = 2_000
"""Code points within which a lead ends: longer words than it takes for that are none."""
_BEHIND = LINKS - DETERMINERS | PARTING | TIES | BE | FOLLOWING
"""What may stand right behind a company, where it is a company and no mere attribute."""
_LEADING = LINKS - DETERMINERS | TIES
"""What leads away from a verb to somebody who is not its object."""


class SureFrames:
    """The frames that suffice, of all event types, under the words that they are searched for by."""

    def __init__(self, event_types: Mapping[str, EventTypeRule]) -> None:
        self._of_two = _Sort(event_types, of_one=False)
        self._of_one = _Sort(event_types, of_one=True)

    def __call__(self, draft: Draft) -> None:
        """Note in `by_frames` which types are shown: each by its first frame, the title's before the lead's."""
        if not draft.mentions or not is_understood(draft.event.language):
            return
        for sort, places in ((self._of_two, self._places(draft)), (self._of_one, self._in_title(draft))):
            for field, sentence, end in places:
                sort.show(draft, field, sentence, end)

    def _in_title(self, draft: Draft) -> Iterator[tuple[Field, Sentence, int]]:
        """Give the sentences of the title that name a company."""
        title = [m for m in draft.mentions if m.field == "title"]
        if title and not self._of_one.words.isdisjoint(draft.words["title"].words):
            for sentence in draft.sentences["title"][:MAX_SENTENCES]:
                if _within(title, sentence):
                    yield "title", sentence, sentence.end

    def _places(self, draft: Draft) -> Iterator[tuple[Field, Sentence, int]]:
        """Give the sentences that name two companies and have a word of a frame, and where they must end."""
        found = 0
        title = [m for m in draft.mentions if m.field == "title"]
        if _are_two(title) and not self._of_two.words.isdisjoint(draft.words["title"].words):
            for sentence in draft.sentences["title"]:
                if _are_two(_within(title, sentence)):
                    found += 1
                    yield "title", sentence, sentence.end
        body = [m for m in draft.mentions if m.field == "body" and m.start < _REACH]
        words = draft.words["body"]
        if not _are_two(body) or self._of_two.words.isdisjoint(words.words[:MOST]):
            return
        lead = min(lead_words(draft.event.body), len(words))
        end = words.span(lead - 1, lead - 1)[1]
        for sentence in draft.sentences["body"]:
            if sentence.start >= end or found >= MAX_SENTENCES:
                return
            if _are_two(_within(body, sentence)):
                found += 1
                yield "body", sentence, end


class _Sort:
    """The frames of two companies, or those of one."""

    def __init__(self, event_types: Mapping[str, EventTypeRule], *, of_one: bool) -> None:
        self._of_one = of_one
        self._written: dict[str, tuple[str, ...]] = {}
        self._frames: dict[str, Frames] = {}
        self._types: dict[str, list[str]] = {}
        """Word -> the types whose frames are searched for by it."""
        for name, rule in event_types.items():
            written = tuple(text for text in rule.sure_frames if _is_of_one(text, rule.roles) == of_one)
            if written:
                self._written[name] = written
                self._frames[name] = Frames(written, rule.roles)
        for name, frames in self._frames.items():
            for word in frames.words:
                self._types.setdefault(word, []).append(name)
        self.words = frozenset(self._types)
        """By which they are searched for."""

    def show(self, draft: Draft, field: Field, sentence: Sentence, end: int) -> None:
        """Note which types are shown by a sentence, up to a place in its field."""
        units = draft.units(field, sentence)
        words = {unit.low for unit in units}
        names = dict.fromkeys(name for word in words & self.words for name in self._types[word])
        asked = [n for n in names if n not in draft.by_frames and self._frames[n].may_match(words)]
        if not asked:
            return
        line = lines(draft.text(field), units)[0]
        for name in asked:
            shown = self._shown(draft, field, line, name)
            if shown is not None and all(found.end <= end for found in shown.evidence):
                draft.by_frames[name] = shown

    def _shown(self, draft: Draft, field: Field, line: Line, name: str) -> ByFrame | None:
        sure = is_sure_of_one if self._of_one else is_sure
        for matched in self._frames[name].match(line):
            if sure(matched, line):
                evidence = tuple(draft.evidence(field, *span) for span in _spans(matched, line))
                return ByFrame(self._written[name][matched.frame.place], evidence)
        return None


def _is_of_one(text: str, roles: Sequence[str]) -> bool:
    try:
        return is_of_one(parse_frame(text, roles))
    except BadFrame:  # a book that was loaded has none
        return False


def _are_two(mentions: list[Mention]) -> bool:
    return len(mentions) > 1 and any(mention.company != mentions[0].company for mention in mentions)


def _within(mentions: list[Mention], sentence: Sentence) -> list[Mention]:
    return [m for m in mentions if sentence.start <= m.start and m.end <= sentence.end]


# --- whether a frame stands whole and close ---------------------------------------------------------------------


def is_sure(matched: Matched, line: Line) -> bool:
    """Whether every company of a frame is known, in a role of its own, and is what the verb is about."""
    pieces, (first, last) = matched.frame.pieces, matched.anchor
    slots = [(k, piece) for k, piece in enumerate(pieces) if isinstance(piece, Slot)]
    seen: set[str] = set()
    for (k, slot), taken in zip(slots, matched.taken, strict=True):
        if slot.role == ASSET:
            continue
        if not taken.companies or not seen.isdisjoint(taken.companies):
            return False
        seen.update(taken.companies)
        if k < matched.frame.anchor:
            if not _is_doer(line, taken.after, first, passive=matched.frame.passive):
                return False
        else:
            place = next((i for i in range(last, len(line)) if line[i].company in taken.companies), None)
            if place is None or _is_led_away(matched, line, last, place):
                return False
            behind = pieces[k + 1] if k + 1 < len(pieces) else None
            if not slot.owner and (behind is None or _is_link(behind)) and not _ends_at(line, taken.after):
                return False
    return len(seen) > 1


def _is_doer(line: Line, after: int, verb: int, *, passive: bool) -> bool:
    """Whether what stands between a company and its verb leaves it the one, and the verb something that is done."""
    if after > verb:  # an owner: `Vega Grid's takeover of`
        return True
    between = line[after:verb]
    if between and between[0].name and between[0].company is None:  # its name goes on
        return False
    lows = {unit.low for unit in between}
    return lows.isdisjoint(WISHING) and lows.isdisjoint(SHARES) and not (passive and not lows.isdisjoint(PARTS))


def _is_led_away(matched: Matched, line: Line, last: int, place: int) -> bool:
    """Whether a preposition that is none of the frame's leads to a company: `buys chips from`, `a stake in`."""
    at = place - 1
    while at >= last and line[at].low not in _LEADING:
        at -= 1
    if at < last:
        return False
    if line[at].low == "of" and any(unit.low in WHOLE for unit in line[last:at]):  # all shares of
        return False
    named = [piece for piece in matched.frame.pieces[matched.frame.anchor :] if isinstance(piece, Words)]
    own = frozenset[str]().union(*(all_forms(word) for piece in named for words in piece.any_of for word in words))
    of_a_part = line[at - 1].low in PARTS and line[at - 1].low not in own  # buys the gas business from
    return of_a_part or line[at].low not in own


def _is_link(piece: Slot | Words) -> bool:
    return isinstance(piece, Words) and all(LINKS.issuperset(words) for words in piece.any_of)


def _ends_at(line: Line, after: int) -> bool:
    """Whether a noun phrase ends here: no noun follows that the company is only an attribute of."""
    if after >= len(line):
        return True
    low = line[after].low
    if low in OWN:
        return False
    return not line[after].word or low[0].isdigit() or low in _BEHIND or low.endswith("ly")


def _spans(matched: Matched, line: Line) -> Iterator[tuple[int, int]]:
    """Give where the telling words stand, then the companies."""
    first, last = matched.anchor
    yield line[first].start, line[last - 1].end
    for company in dict.fromkeys(company for taken in matched.taken for company in taken.companies):
        found = [unit for unit in line if unit.company == company]
        nearest = min(found, key=lambda unit: abs(unit.start - line[first].start))
        yield nearest.start, nearest.end
