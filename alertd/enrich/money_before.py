"""What stands before an amount, and says of it that it is a bound, a change, or what was before."""

from __future__ import annotations

import re
from typing import Literal

from alertd.enrich.money_words import word_set

Bound = Literal["over", "up_to", "about"]

_SPACE = 96
"""Characters before an amount that say what it is to others."""

_OVER = """
    over; more than; at least; in excess of; north of; upwards of; upward of; above; exceeding; not less than; no less
    than; no fewer than; minimum of; minimum; greater than; higher than; better than; topping; exceeds; exceed;
    exceeded; starting at; starting from; well over; well above; just over; just above; a little over
"""
_UP_TO = """
    up to; as much as; at most; no more than; not more than; less than; under; below; maximum of; maximum; capped at;
    not exceeding; not to exceed; fewer than; lower than; at maximum; just under; just below; well below;
    well under; a little less than
"""
_ABOUT = """
    about; around; roughly; approximately; approx; circa; ca; c; some; nearly; almost; close to; an estimated;
    estimated
    at; estimated; in the region of; on the order of; in the order of; in the neighbourhood of; in the neighborhood
    of;
    somewhere around; an approximate; near; near to; nearing
"""
_BOUNDS: dict[str, Bound] = {}
for _said, _bound in ((_OVER, "over"), (_UP_TO, "up_to"), (_ABOUT, "about")):
    _BOUNDS |= {" ".join(one.split()): _bound for one in _said.split(";")}  # type: ignore[misc]
_BOUND_ENDS = frozenset(said.rsplit(" ", 1)[-1] for said in _BOUNDS)
_SIGNS: dict[str, Bound] = {
    ">": "over",
    "≥": "over",
    "<": "up_to",
    "≤": "up_to",
    "~": "about",
    "≈": "about",
    "∼": "about",
    "約": "about",
    "约": "about",
    "약": "about",
}
_ARGUED = word_set("""
    dispute row fight feud battle lawsuit suit sued sue suing clash talks spat concern concerns fears worries anger
    questions quarrel argument wrangle probe uproar disagreement deadlock standoff hands handed taken took
""")
"""Before `over` they make it the subject of a quarrel, not a bound."""


CHANGES = word_set("""
    rise rises rose risen rising raise raises raised raising increase increases increased increasing grow grows grew
    grown growing climb climbs climbed climbing jump jumps jumped jumping lift lifts lifted lifting cut cuts cutting
    lower lowers lowered lowering fall falls fell fallen falling drop drops dropped dropping decline declines declined
    declining reduce reduces reduced reducing trim trims trimmed trimming slash slashes slashed slashing narrow
    narrows
    narrowed narrowing widen widens widened widening go goes went moved moves move boost boosts boosted boosting hike
    hikes hiked hiking upgrade upgrades upgraded improve improves improved improving expand expands expanded swell
    swelled shrink shrank shrinks slip slips slipped slide slid revise revises revised change changes changed double
    doubles doubled doubling triple triples tripled surge surges surged soar soars soared plunge plunged tumble
    tumbled
    sink sank ease eased up down reset adjusted adjust upped ups halve halved higher lower dip dipped edge edged
    advanced
    gained rallied
""")
RANGES = word_set("range ranging ranges ranged between anywhere vary varies varying priced prices estimates")
BY_HOW_MUCH = CHANGES - word_set("range up down higher lower raise raises raised lift lifts lifted cut cuts go")
_FROM = word_set("from versus vs compared against than")
_PASSED = word_set("""
    a an the its their of at about around roughly just more than over nearly range profit loss revenue revenues net
    income sales earnings previous previously prior earlier restated target forecast guidance outlook to with between
    approximately figure total record initial original adjusted just
""")
_GOES_ON = word_set("to at of posted reported")
_AGO = re.compile(
    r",?\s(?:(?:in|for|during|at)\s)?(?:(?:a|one|the)\s(?:year|quarter|month|week)\s(?:ago|earlier|before|prior)\b"
    r"|(?:the|a)\s(?:same|prior|previous|year-ago|year-earlier|comparable|corresponding)\b"
    r"|previously\b|earlier\b|before\b(?!\s(?:tax|interest|items|the|its))|the\syear\sbefore\b)",
    re.I,
)
_LAST_WORDS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|[;:(]")


class Place:
    """What stands before an amount."""

    __slots__ = ("before", "follows", "text", "words")

    def __init__(self, text: str, start: int, sentence: int, last_end: int) -> None:
        self.text = text
        self.before = text[max(start - _SPACE, last_end, sentence) : start]
        self.words = _LAST_WORDS.findall(self.before.lower())
        """Lowered, since the amount before it or the beginning of the sentence."""
        self.follows = last_end > sentence
        """Whether another amount stands before it in the sentence."""

    def bound(self) -> Bound | None:
        """Read `over`, `up to`, `about`, or a sign."""
        sign = self.before.rstrip()[-1:]
        if sign in _SIGNS:
            return _SIGNS[sign]
        if not self.words or self.words[-1] not in _BOUND_ENDS:
            return None
        for size in (4, 3, 2, 1):
            tail = self.words[-size:]
            found = _BOUNDS.get(" ".join(tail)) if len(tail) == size else None
            if found:
                before = self.words[-size - 1 : -size]
                argued = tail[0] in ("over", "above", "under") and bool(_ARGUED & set(before))
                return None if argued else found
        return None

    def by_how_much(self) -> bool:
        """Whether it is by how much something changed: `rose by $3m`."""
        return self.words[-1:] == ["by"] and not CHANGES.isdisjoint(self.words[-3:-1])

    def continues(self) -> bool:
        """Whether it goes on from the amount before it: `$3bn and AMD's to $4bn`, `$3bn, up from $2bn`."""
        if self.words[:1] == ["and"] and len(self.words) <= 5 and self.words[-1] in _GOES_ON:
            return True
        return len(self.words) <= 4 and _PASSED.issuperset(set(self.words) - CHANGES - _FROM)

    def is_earlier(self, end: int) -> bool:
        """Whether it is what was before."""
        ago = bool(_AGO.match(self.text, end))
        for word in reversed(self.words[-7:]):
            if word in _FROM:
                changes = self.follows or (word == "from" and not CHANGES.isdisjoint(self.words))
                return ago or (changes and word not in ("than", "against"))
            if word not in _PASSED:
                break
        return ago
