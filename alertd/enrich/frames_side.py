"""What stands in a slot of a frame: the company left of a verb, and the one right of it."""

from __future__ import annotations

from typing import NamedTuple

from alertd.enrich.frames_line import OWN, SHARPLY, Line, Unit
from alertd.enrich.frames_words import (
    BETWEEN,
    DEALS,
    DETERMINERS,
    GIVEN,
    OTHERS,
    PARTING,
    RELATIVES,
    SAYING,
    TIES,
    UNITS,
)
from alertd.rules.frames import Slot

_CHAIN, _PHRASE, _DEAL = 20, 6, 12
"""Words that are walked over: between subject and verb, within a noun phrase, back from `deal to`."""
_CONTROLLED = ("to", "it", "they")
"""What ties a verb to the subject of the clause before it."""
_ABOUT = ("about", "over", "on")
"""Before `leasing`: who approaches or talks to somebody about it does it."""
_LIST = 8
"""Companies of one list."""


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
    others: tuple[str, ...] = ()
    """Whom it is done with: `signs a deal with Vega Grid to lease`; they play the other role, if there are two."""


# --- left of a verb ---------------------------------------------------------------------------------------------


def subject(line: Line, at: int, slot: Slot, *, loose: bool) -> Taken | None:
    """Find whose verb stands right of a place; None if there is no word at all.

    With `loose` other words may stand between: it is not a verb but a noun, `completes takeover of`.
    """
    if slot.owner:
        return _owner(line, at, slot)
    verb = at
    if at > 0 and line[at].low in _ABOUT and line[at + 1].low.endswith("ing"):
        about = _of_clause(line, at, slot)
        if about is not None:
            return about._replace(others=_companies(line[about.after : at]))
    while loose and at >= 0 and line[at].low in DETERMINERS:
        at -= 1
    at = over_chain(line, at)
    if (made := _deal_with(line, at, slot)) is not None:
        return made
    if at < 0 and any(unit.low == "we" for unit in line[: verb + 1]):
        return _speaker(line, verb, slot)
    if at >= 0 and line[at].low in (",", "and"):
        return _first_of(line, at, slot)
    if at >= 0 and line[at].low in RELATIVES:
        at -= 1
        at -= at >= 0 and line[at].low == ","
    found = _phrase_before(line, at, slot, loose=loose)
    if found is not None and not found.companies and any(unit.low in _CONTROLLED for unit in line[at + 1 : verb + 1]):
        return _of_clause(line, at, slot) or found
    return found


def _of_clause(line: Line, at: int, slot: Slot) -> Taken | None:
    """Find of whom a clause is, where `to` or `it` ties the verb to it: `Google is paying $920 million to lease`."""
    start = at
    while start > 0 and line[start - 1].low not in SHARPLY and line[start - 1].low not in PARTING - SAYING:
        start -= 1
    place = next((i for i in range(start, at + 1) if line[i].name), None)
    if place is None or line[place].company is None or _is_belonging(line, place):
        return None
    behind = line[place + 1 : place + 4]
    if _is_of_others(behind[:2]) or (
        behind and behind[0].low in OWN and not any(unit.low in UNITS for unit in behind)
    ):
        return None
    return _listed_right(line, place, slot.role)._replace(before=-1)


def _speaker(line: Line, verb: int, slot: Slot) -> Taken | None:
    """Find who says `we`: “We will lease Orion,” Vega Grid said."""
    for place in range(verb + 1, len(line) - 1):
        if line[place].company is not None and line[place + 1].low in SAYING:
            return Taken(slot.role, _companies([line[place]]), -1, verb)
    return _nobody(slot, 0, verb)


def _owner(line: Line, at: int, slot: Slot) -> Taken | None:
    for place in range(at, max(at - _PHRASE, -1), -1):
        unit = line[place]
        if unit.low in OWN and place > 0 and line[place - 1].name:
            return _listed_left(line, place - 1, slot.role)
        if not unit.word or unit.low in PARTING or unit.low in TIES:
            return None
    return None


def over_chain(line: Line, at: int) -> int:
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


def _deal_with(line: Line, at: int, slot: Slot) -> Taken | None:
    """Read `signs a deal with B to`, `is awarded a contract by B to` (A does it), `gets an offer from B to` (B)."""
    if at < 0 or line[at].company is None:
        return None
    place = at
    while place > 0 and (line[place].company is not None or line[place].low in (",", "and")):
        place -= 1
    if place == at or line[place].low not in ("with", "from", "by"):
        return None
    deal = next((i for i in range(place - 1, max(place - 4, -1), -1) if line[i].low in DEALS), None)
    if deal is None:
        return None
    named = _companies(line[place + 1 : at + 1])
    maker = _over_deal(line, deal - 1)
    makers = _listed_left(line, maker, slot.role) if maker >= 0 and line[maker].company is not None else None
    given = any(unit.low in GIVEN for unit in line[max(deal - _PHRASE, 0) : deal])
    if line[place].low == "with" or (line[place].low == "by" and given):
        return makers._replace(others=named) if makers is not None else Taken(slot.role, (), -1, at, None, named)
    return Taken(slot.role, named, -1, at, None, makers.companies if makers is not None else ())


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


def _phrase_before(line: Line, at: int, slot: Slot, *, loose: bool) -> Taken | None:
    """Find the company that a noun phrase ending here is about; `Vega Grid's cloud unit` is Vega Grid."""
    for place in range(at, max(at - _PHRASE, -1), -1):
        unit = line[place]
        if unit.name:
            between = line[place + 1 : at + 1]
            if unit.company is None and place > 0 and line[place - 1].company is not None:
                return _listed_left(line, place - 1, slot.role)  # its name goes on: Vega Grid Cloud
            if unit.company is None and place == 2 and line[1].low == "and" and line[0].company is not None:
                return _listed_left(line, 0, slot.role)  # the other of two is no company we know
            if unit.company is None or _is_of_others(between) or _is_belonging(line, place):
                return _nobody(slot, at, at)
            if not loose and between and between[0].low not in OWN and between[-1].low not in UNITS:
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
    if at == 1 and line[1].low == "," and line[0].company is not None:  # as headlines list: Amazon, Google sued
        return Taken(role, _companies([line[0], *found]), -1, place + 1)
    if at < 0 or line[at].low == ",":  # no `and` before the last: another clause
        return Taken(role, _companies(found), at, place + 1)
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
        if line[step - 1].low in ("and", "or"):
            return Taken(role, _companies(found), place - 1, at)
    return Taken(role, _companies(found[:1]), place - 1, place + 1)


def _companies(units: list[Unit]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(unit.company for unit in units if unit.company is not None))


# --- right of a verb --------------------------------------------------------------------------------------------


def target(line: Line, at: int, slot: Slot, *, tied: bool) -> Taken | None:
    """Find the company right of a place: the object, or what a preposition of the frame leads to (`tied`)."""
    vague = itself = False
    for place in range(at, min(at + _PHRASE + 2, len(line))):
        unit, low = line[place], line[place].low
        if unit.company is not None:
            owns = place + 1 < len(line) and line[place + 1].low in OWN
            fits = slot.owner == owns or (tied and not slot.owner and not _is_of_others(line[place + 2 : place + 4]))
            if not fits and not _acts(line, place):
                vague = True
                continue
            if place + 2 < len(line) and line[place + 1].low in OTHERS and line[place + 2].name:
                continue  # CoreWeave rival Vega Grid
            if _is_somebodys(line, at, place):
                return _nobody(slot, place, place)
            return _listed_right(line, place, slot.role)
        if unit.name:
            if not _goes_on(line, place):
                return _nobody(slot, place, place) if not slot.owner else None
        elif low in SHARPLY or low == "," or low in PARTING or low in TIES:
            break
        vague = vague or low in DETERMINERS or low[0].isdigit()
        itself = itself or low in ("its", "it", "them")
    return _nobody(slot, at, at) if ((vague and tied) or itself) and not slot.owner else None


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
