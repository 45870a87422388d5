"""The thing in a frame: the noun phrase right of a verb, or left of a passive, and what it is called.

leases [ capacity at its [Orion] supercomputer ] to        called `Orion`: its own name, if it has one
supplies [ the [network chips] ] to                        else the phrase, without article
"""

from __future__ import annotations

from alertd.enrich.frames_line import OWN, Line, Unit
from alertd.enrich.frames_side import Taken, over_chain
from alertd.enrich.frames_words import BETWEEN, DETERMINERS, HEADS, PARTING
from alertd.rules.frames import ASSET, LINKS

_MEASURES = frozenset(("gigawatts", "megawatts", "gw", "mw", "tonnes", "tons", "barrels", "exaflops"))
"""What is had so many of, and is not the thing itself: six gigawatts of GPUs."""
_THING = 10
"""Words of a noun phrase that are read."""


def thing_after(line: Line, at: int) -> Taken | None:
    """Find the noun phrase right of a place."""
    end = at
    while end < min(at + _THING, len(line)) and _is_of_thing(line, end, at):
        end += 1
    span = _trimmed(line[at:end])
    return Taken(ASSET, (), at - 1, end, span) if span is not None else None


def thing_before(line: Line, at: int, *, owned: bool) -> Taken | None:
    """Find the noun phrase left of a place, over the auxiliaries of a passive; if it is `owned`, up to the 's."""
    at = over_chain(line, at)
    start = at
    while (
        start > max(at - _THING, -1) and _is_of_thing(line, start, start) and not (owned and line[start].low in OWN)
    ):
        start -= 1
    span = _trimmed(line[start + 1 : at + 1])
    return Taken(ASSET, (), start, at + 1, span) if span is not None else None


def _is_of_thing(line: Line, at: int, start: int) -> bool:
    low = line[at].low
    if line[at].name or low in OWN:
        return True
    if not line[at].word or low in PARTING or low in BETWEEN or low == "through":
        return False
    if low == "of" and at > start and line[at - 1].low in _MEASURES:
        return True
    if low in ("of", "at", "in"):  # capacity at its Orion site
        return at > start and at + 1 < len(line) and line[at + 1].low in ("its", "the", "their")
    return low not in LINKS or low in DETERMINERS


def _trimmed(units: Line) -> tuple[int, int] | None:
    """Give the span of what a thing is called: its own name if it has one, else the phrase without the article."""
    owner = next((i for i in range(len(units) - 1, -1, -1) if units[i].low in OWN), None)
    units = units[owner + 1 :] if owner is not None else units
    named = next((unit for unit in units if _is_own_name(unit)), None)
    if named is not None:
        return named.start, named.end
    while units and (units[0].low in DETERMINERS or units[0].low in LINKS):
        units = units[1:]
    while units and (units[-1].low.endswith("ly") or units[-1].low in ("back", "out")):
        units = units[:-1]
    if not units or all(unit.company is not None for unit in units):
        return None
    return units[0].start, units[-1].end


def _is_own_name(unit: Unit) -> bool:
    """Whether a capitalised word is the name of a thing, not a kind of things such as GPUs or AI."""
    return unit.name and unit.company is None and not unit.short and unit.low not in HEADS
