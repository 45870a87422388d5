"""What a sentence says in tone, by rules: what moves which way, what is good or bad in itself, and how it is taken.

costs fell           down x bad thing  -> good        not profitable      negated   -> bad
loss narrows         down x bad thing  -> good        averts a strike     turned    -> good
cuts jobs, dividend  cut x good thing  -> bad         despite a loss      conceded  -> next to nothing
EUR 5 mn against EUR 3 mn    what is compared, by its figures (tone_figures.py)
    tops analysts' estimates, cut to sell         expectations and ratings (tone_against.py)
"""

from __future__ import annotations

from alertd.enrich.tone_against import DEALS, MEASURES, against, deals
from alertd.enrich.tone_figures import CUES, SUMS, compared
from alertd.enrich.tone_line import Line, Signal
from alertd.enrich.tone_taken import taken

BEHIND, AHEAD = 8, 5
"""How many items before and after a movement what moves is looked for."""
AIM = 3
"""How many items behind a word the company stands that it is aimed at."""
BARE = 0.6
"""What a movement weighs when nothing is found that moves."""
_BETWEEN = """
    in of the its their his our a an this and for to new first second third fourth quarter year full annual
    consolidated group company total overall underlying operating gross domestic foreign local global organic
"""
_BRIDGES = frozenset(_BETWEEN.split())
"""What may stand between a movement and the thing behind it, beside a sum of money."""
_RECORD = "record"
"""It makes the thing behind it large, be it good or bad: a `record fine` is no rise of anything."""
_LARGE = 8
"""How many items behind a record what it is of is looked for."""
_LINKS = frozenset(("of", "in", "on", "for"))
_APART = frozenset(("up", "down"))
"""What may stand behind a comma: `sales were $5 million, up 3 percent`."""
_ATTRIBUTES = frozenset((0.9, 0.5))
"""The weights of adjectives in the vocabulary: they look ahead first."""
_MOVES = frozenset(("up", "down", "lift", "cut"))
_THINGS = frozenset(("good", "bad", "flat"))
_TELLING = _MOVES | _THINGS | {"fine", "poor"}
_RARE = CUES | MEASURES | DEALS | {"?"}
"""Words that are looked for once for all that goes by words."""
_WALLS = frozenset(("|", "stop", "though", "but", ","))


def signals_of(line: Line) -> list[Signal]:
    """Find what a sentence says, in its order. Takes time proportional to its length."""
    kinds = line.kinds
    telling = [i for i, kind in enumerate(kinds) if kind in _TELLING]
    rare = _RARE.intersection(line.words)
    won = deals(line) if not rare.isdisjoint(DEALS) else []
    if not telling:
        return taken(line, won, asks="?" in rare) if won else []
    moved: set[int] = set()
    found = [_movement(line, i, moved) for i in telling if kinds[i] in _MOVES]
    if rare:
        found += compared(line, {signal.at for signal in found}) if not rare.isdisjoint(CUES) else []
        found += against(line) if not rare.isdisjoint(MEASURES) else []
        found += won
    for i in telling:
        kind, weight = kinds[i], line.weights[line.words[i]]
        if kind == "fine" or kind == "poor":
            found.append(Signal(i, weight if kind == "fine" else -weight, _aim(line, i)))
        elif (kind == "good" or kind == "bad") and i not in moved:
            found.append(Signal(i, weight if kind == "good" else -weight, "state"))
    return taken(line, sorted([signal for signal in found if signal.value]), asks="?" in rare)


def _movement(line: Line, i: int, moved: set[int]) -> Signal:
    kind, weight = line.kinds[i], line.weights[line.words[i]]
    rising = kind == "up" or kind == "lift"
    if line.words[i] == _RECORD and not _is_good_record(line, i):
        return Signal(i, 0.0, "move")
    thing = _ahead(line, i)
    if not (kind == "lift" or kind == "cut" or weight in _ATTRIBUTES) and not i < thing <= i + 1:
        behind = _behind(line, i)
        thing = behind if behind >= 0 else thing
    elif thing < 0:
        thing = _behind(line, i)
    if thing < 0:
        size = BARE * weight
        aimed = (kind == "lift" or kind == "cut") and _aim(line, i) == "aimed"
        return Signal(i, size if rising else -size, "aimed" if aimed else "bare")
    moved.add(thing)
    what = line.kinds[thing]
    if what == "flat":
        return Signal(i, 0.0, "move")
    return Signal(i, weight if rising == (what == "good") else -weight, "move", what == "bad")


def _is_good_record(line: Line, i: int) -> bool:
    """Whether a record is of something good, or of nothing that is told; not of a loss, a fine or a mere sum."""
    for j in range(i + 1, min(i + 1 + _LARGE, len(line.kinds))):
        kind, word = line.kinds[j], line.words[j]
        if kind == "poor" or kind == "bad" or kind == "down":
            return False
        if kind in _WALLS or kind in _TELLING:
            return True
        if word not in SUMS and kind != "#" and word not in _BRIDGES and j > i + 3:
            return True
    return "poor" not in line.kinds[:i] or SUMS.isdisjoint(line.words[i + 1 : i + 4])


def _aim(line: Line, i: int) -> str:
    """Say whether a word is aimed at a company behind it: `downgrades Acme`, `probe into Acme`."""
    for kind in line.kinds[i + 1 : i + 1 + AIM]:
        if kind == "@":
            return "aimed"
        if kind in _WALLS:
            break
    return "own"


def _ahead(line: Line, i: int) -> int:
    """Find the thing that follows: at once, or behind words that only lead to it. -1 if there is none."""
    kinds = line.kinds
    for j in range(i + 1, min(i + 1 + AHEAD, len(kinds))):
        kind = kinds[j]
        if kind in _THINGS:
            while j + 1 < len(kinds) and kinds[j + 1] in _THINGS:
                j += 1
            return j
        if j == i + 1 and (kind in ("more", "less", "@") or kind in _MOVES):
            continue
        if (kind and kind != "#") or (j > i + 2 and line.words[j] not in _BRIDGES and line.words[j] not in SUMS):
            return -1
    return -1


def _behind(line: Line, i: int) -> int:
    """Find the thing before: the nearest in the clause, but its head where it hangs on one (`cost of sales`)."""
    kinds = line.kinds
    apart = line.words[i] in _APART
    for j in range(i - 1, max(i - 1 - (2 * BEHIND if apart else BEHIND), -1), -1):
        kind = kinds[j]
        if kind == "," and apart:
            apart = False
            continue
        if kind in _THINGS:
            hangs = j >= 2 and line.words[j - 1] in _LINKS and kinds[j - 2] in _THINGS
            return j - 2 if hangs else j
        if kind in _WALLS or (kind in _MOVES and j < i - 1 and line.words[j + 1] != "and"):
            return -1
    return -1
