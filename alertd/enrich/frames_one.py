"""Whether a frame with one company suffices: a plain headline, whose subject the company is.

    Target   misses estimates,   cuts   outlook
    `-- the subject of both verbs       `-- the object, with nothing of somebody else's before or behind it

With no second company to vouch for it nearly everything that could make the company another thing than the one who
does it is a reason to leave it: a noun before the verb (`Ford dealers cut`), somebody else at the object (`Moody's
cuts Ford outlook`, `UBS raises forecast for Ford`), a preposition on the way (`reports fall in profit`).
"""

from __future__ import annotations

from alertd.enrich.frames import Matched
from alertd.enrich.frames_line import SHARPLY, Line
from alertd.enrich.frames_words import BETWEEN, PARTING, TIES, WISHING, all_forms
from alertd.rules.frames import Words

_BEFORE = TIES | frozenset(("of", "in", "like", "than"))
"""Right before a company: it is not the one who does it."""
_OF_ANOTHER = frozenset(("of", "for", "on", "at"))
"""Behind the object, before a company: it is that company's."""
_REACH = 4
"""Words behind the object within which that company stands."""
_FIRST_VERBS = """
    beats misses tops posts reports books swings slumps returns cuts slashes lowers trims raises lifts boosts hikes
    ups keeps holds wins loses names appoints ousts fires sees warns announces unveils launches plans files closes
    sells buys recalls settles pays delays suspends scraps halts resumes declares approves completes
"""
_FIRST = frozenset(_FIRST_VERBS.split())
"""First verbs of headlines that have a second: misses estimates, cuts outlook."""


def is_sure_of_one(matched: Matched, line: Line) -> bool:
    """Whether the company is the subject of the verb, and what the verb is about is its own."""
    (taken,), (first, last) = matched.taken, matched.anchor
    if not taken.companies or taken.after > first or taken.others:
        return False
    before = taken.before
    if before >= 0 and line[before].low in _BEFORE:
        return False
    if not _is_subject(line, taken.after, first):
        return False
    own = frozenset[str]().union(
        *(all_forms(w) for p in matched.frame.pieces if isinstance(p, Words) for words in p.any_of for w in words)
    )
    among = line[last : matched.end]
    if any(unit.company is not None or (unit.low in _BEFORE | PARTING and unit.low not in own) for unit in among):
        return False
    return not _is_anothers(line, matched.end)


def _is_subject(line: Line, after: int, verb: int) -> bool:
    """Whether between a company and its verb stand auxiliaries, or the whole of a first verb."""
    between = [unit.low for unit in line[after:verb]]
    if not WISHING.isdisjoint(between) or not SHARPLY.isdisjoint(between):
        return False
    begin = next((i + 1 for i in range(len(between) - 1, -1, -1) if between[i] in (",", "and")), 0)
    if not all(low in BETWEEN or low.endswith("ly") for low in between[begin:]):
        return False
    second = line[after : after + begin]
    return not second or (second[0].low in _FIRST and all(unit.company is None for unit in second))


def _is_anothers(line: Line, end: int) -> bool:
    """Whether what the verb is about is that of another company: `raises forecast for Ford`."""
    for place in range(end, min(end + _REACH, len(line))):
        if not line[place].word:
            return False
        if line[place].company is not None:
            return any(unit.low in _OF_ANOTHER for unit in line[end:place]) or place == end
    return False
