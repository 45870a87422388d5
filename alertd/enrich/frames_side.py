"""What stands in a slot of a frame: the company left of a verb, the one right of it, the thing on either side."""

from __future__ import annotations

from typing import NamedTuple

from alertd.enrich.frames_line import SHARPLY, Line, Unit
from alertd.enrich.frames_words import (
    BETWEEN,
    DEALS,
    DETERMINERS,
    HEADS,
    OTHERS,
    PARTING,
    RELATIVES,
    TIES,
    UNITS,
)
from alertd.rules.frames import ASSET, LINKS, Slot

_CHAIN, _PHRASE, _DEAL, _THING = 20, 6, 12, 10
"""Words that are walked over: between subject and verb, within a noun phrase, back from `deal to`, of a thing."""
_LIST = 8
"""Companies of one list."""
_OWN = ("'s", "'")


class Taken(NamedTuple):
    """What was found in a slot."""

    role: str
    companies: tuple[str, ...]
    """None where it is nothing that we know."""
    before: int
    """The place left of it, and the one right of it."""
    after: int
    span: tuple[int, int] | None = None
    """Of a thing: the code points."""


# --- left of a verb ---------------------------------------------------------------------------------------------


def subject(line: Line, at: int, slot: Slot) -> Taken | None:
    """Find whose verb stands right of a place; None if there is no word at all."""
    if slot.owner:
        return _owner(line, at, slot)
    at = _over_chain(line, at)
    if at >= 0 and line[at].low in (",", "and"):
        return _first_of(line, at, slot)
    if at >= 0 and line[at].low in RELATIVES:
        at -= 1
        at -= at >= 0 and line[at].low == ","
    return _phrase_before(line, at, slot)


def _owner(line: Line, at: int, slot: Slot) -> Taken | None:
    for place in range(at, max(at - _PHRASE, -1), -1):
        unit = line[place]
        if unit.low in _OWN and place > 0 and line[place - 1].name:
            return _listed_left(line, place - 1, slot.role)
        if not unit.word or unit.low in PARTING or unit.low in TIES:
            return None
    return None


def _over_chain(line: Line, at: int) -> int:
    """Walk left over what ties a verb to its subject; over `a deal to` as well."""
    least = max(at - _CHAIN, -1)
    while at > least:
        low = line[at].low
        that = low == "that" and at > 0 and line[at - 1].low in BETWEEN
        if that or low in BETWEEN or low.endswith("ly"):
            at -= 1
        elif low in DEALS and line[at + 1].low in ("to", "under", "for") and not line[at].name:
            at = _over_deal(line, at - 1)
        else:
            break
    return at


def _over_deal(line: Line, at: int) -> int:
    """Walk left from a deal to the company that made it: `Vega Grid signs a landmark 15-year`."""
    for place in range(at, max(at - _DEAL, -1), -1):
        if line[place].company is not None:
            return place
        if line[place].low in SHARPLY or line[place].low in PARTING:
            return at
    return at


def _first_of(line: Line, at: int, slot: Slot) -> Taken | None:
    """A second verb has the subject of the first: `Vega Grid wins contract, sues Lumen Labs`."""
    for place in range(min(2, at)):
        if line[place].company is not None and not any(u.low in SHARPLY for u in line[place:at]):
            return _listed_right(line, place, slot.role)
    return _nobody(slot, at, at)


def _phrase_before(line: Line, at: int, slot: Slot) -> Taken | None:
    """Find the company that a noun phrase ending here is about; `Vega Grid's cloud unit` is Vega Grid."""
    for place in range(at, max(at - _PHRASE, -1), -1):
        unit = line[place]
        if unit.name:
            between = line[place + 1 : at + 1]
            if unit.company is None and place > 0 and line[place - 1].company is not None:
                return _listed_left(line, place - 1, slot.role)  # its name goes on: Vega Grid Cloud
            if unit.company is None or _is_of_others(between) or _is_belonging(line, place):
                return _nobody(slot, at, at)
            return _listed_left(line, place, slot.role)
        if unit.low in SHARPLY or unit.low in PARTING or (unit.low in TIES and unit.low != "to"):
            return _nobody(slot, at, at)
    return _nobody(slot, at, at) if at >= 0 else None


def _is_of_others(words: Line) -> bool:
    return any(unit.low in OTHERS for unit in words)


def _is_belonging(line: Line, place: int) -> bool:
    """Whether a company is only whose somebody is: `shareholders of Vega Grid`."""
    if place < 2 or line[place - 1].low not in ("of", "at", "in"):
        return False
    return line[place - 2].low not in UNITS


def _nobody(slot: Slot, before: int, after: int) -> Taken:
    return Taken(slot.role, (), before - 1, after + 1)


# --- lists ------------------------------------------------------------------------------------------------------


def _listed_left(line: Line, place: int, role: str) -> Taken:
    """Take a name and those listed before it: `A, B and C`."""
    found = [line[place]]
    at = place - 1
    while at > 0 and len(found) < _LIST and line[at].low in (",", "and", "or"):
        step = at - 1 if line[at - 1].low != "," else at - 2
        if step < 0 or line[step].company is None:
            break
        found.insert(0, line[step])
        at = step - 1
    return Taken(role, _companies(found), at, place + 1)


def _listed_right(line: Line, place: int, role: str) -> Taken:
    found = [line[place]]
    at = place + 1
    while at + 1 < len(line) and len(found) < _LIST and line[at].low in (",", "and", "or"):
        step = at + 1 if line[at + 1].low not in ("and", "or") else at + 2
        if step >= len(line) or line[step].company is None:
            break
        found.append(line[step])
        at = step + 1
    return Taken(role, _companies(found), place - 1, at)


def _companies(units: list[Unit]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(unit.company for unit in units if unit.company is not None))


# --- right of a verb --------------------------------------------------------------------------------------------


def target(line: Line, at: int, slot: Slot, *, tied: bool) -> Taken | None:
    """Find the company right of a place: the object, or what a preposition of the frame leads to (`tied`)."""
    vague = False
    for place in range(at, min(at + _PHRASE + 2, len(line))):
        unit, low = line[place], line[place].low
        if unit.company is not None:
            owns = place + 1 < len(line) and line[place + 1].low in _OWN
            if slot.owner != owns and not _acts(line, place):
                vague = True
                continue
            if _is_somebodys(line, at, place):
                return _nobody(slot, place, place)
            return _listed_right(line, place, slot.role)
        if unit.name:
            if not _goes_on(line, place):
                return _nobody(slot, place, place) if not slot.owner else None
        elif low in SHARPLY or low == "," or low in PARTING or low in TIES:
            break
        vague = vague or low in DETERMINERS or low[0].isdigit()
    return _nobody(slot, at, at) if vague and tied and not slot.owner else None


def _acts(line: Line, place: int) -> bool:
    """Whether a possessive company acts itself: `Vega Grid's cloud unit`."""
    return any(unit.low in UNITS for unit in line[place + 1 : place + 5])


def _is_somebodys(line: Line, at: int, place: int) -> bool:
    """Whether what stands there is somebody of the company's: `sues the founder of Vega Grid`."""
    return place - 2 >= at and line[place - 1].low in ("of", "at") and line[place - 2].low in OTHERS


def _goes_on(line: Line, place: int) -> bool:
    """Whether a name is only what the company behind it is: `chip maker`, `German rival Vega Grid`."""
    return any(unit.company is not None for unit in line[place + 1 : place + 4]) and not any(
        unit.low in TIES or not unit.word for unit in line[place + 1 : place + 3] if unit.company is None
    )


# --- things -----------------------------------------------------------------------------------------------------


def thing_after(line: Line, at: int) -> Taken | None:
    """Find the noun phrase right of a place."""
    end = at
    while end < min(at + _THING, len(line)) and _is_of_thing(line, end, at):
        end += 1
    span = _trimmed(line[at:end])
    return Taken(ASSET, (), at - 1, end, span) if span is not None else None


def thing_before(line: Line, at: int) -> Taken | None:
    """Find the noun phrase left of a place, over the auxiliaries of a passive."""
    at = _over_chain(line, at)
    start = at
    while start > max(at - _THING, -1) and _is_of_thing(line, start, start):
        start -= 1
    span = _trimmed(line[start + 1 : at + 1])
    return Taken(ASSET, (), start, at + 1, span) if span is not None else None


def _is_of_thing(line: Line, at: int, start: int) -> bool:
    low = line[at].low
    if line[at].name or low in _OWN:
        return True
    if not line[at].word or low in PARTING or low in BETWEEN:
        return False
    if low in ("of", "at", "in"):  # capacity at its Orion site
        return at > start and at + 1 < len(line) and line[at + 1].low in ("its", "the", "their")
    return low not in LINKS or low in DETERMINERS


def _trimmed(units: Line) -> tuple[int, int] | None:
    """Give the span of what a thing is called: its own name if it has one, else the phrase without the article."""
    owner = next((i for i in range(len(units) - 1, -1, -1) if units[i].low in _OWN), None)
    units = units[owner + 1 :] if owner is not None else units
    named = next((unit for unit in units if _is_own_name(unit)), None)
    if named is not None:
        return named.start, named.end
    while units and (units[0].low in DETERMINERS or units[0].low in LINKS):
        units = units[1:]
    if not units or all(unit.company is not None for unit in units):
        return None
    return units[0].start, units[-1].end


def _is_own_name(unit: Unit) -> bool:
    """Whether a capitalised word is the name of a thing, not a kind of things such as GPUs or AI."""
    return unit.name and unit.company is None and len(unit.low) > 3 and unit.low not in HEADS
