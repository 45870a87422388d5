"""How much an event is about each of its companies, in [0, 1].

    relevance = 1 - (1 - title) (1 - lead) (1 - density)

    title     0.92 for the only company in the title; of several each gets 0.92 · share(n), the later ones less
    lead      0.45 · share(n) for those named in the first 300 characters of the body
    density   0.40 · its part of all mentions · min(1, mentions / 3)

    share(n)  1, 0.9, 0.75, then 2 / n: a round-up that names ten gives each little

A round-up's title, a heading and a list of names, counts its names twice. A company that is named once, in the lead,
while the title names another, has 0.55 of that.

Who only speaks (an analyst's house, a source behind a colon or `according to`) has 0.4 of all three. The
filer of a filing, or a company that the item is tagged with, has at least 0.9 and 0.5, the others of several less.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from alertd.companies.mentions import Beside, Mention

TITLE, LEAD, DENSITY = 0.92, 0.45, 0.40
LEAD_CHARACTERS = 300
FILER, TAGGED = 0.9, 0.5
SPEAKER = 0.4
ASIDE = 0.55
"""Of the lead, for a company named only there and only once, beside the title's."""
_LATER = 0.97
"""What each place further back in a title leaves."""
_SHARES = {1: 1.0, 2: 0.9, 3: 0.75}
_ENOUGH = 3
"""Mentions from which density counts in full."""


def share(n: int) -> float:
    """Give the part of a title or lead that each of n companies has."""
    return _SHARES.get(n, 2 / max(n, 1))


@dataclass(slots=True)
class _Seen:
    title: float = 0.0
    lead: float = 0.0
    count: int = 0
    least: float = 0.0
    speaks: list[bool] = field(default_factory=list)


def relevances(
    mentions: Sequence[Mention], beside: Iterable[Beside], speakers: Iterable[Mention], listed: int = 0
) -> Mapping[str, float]:
    """Give the relevance of each company.

    `speakers` are the mentions at which a company only speaks, `listed` the names that a round-up's title lists.
    """
    seen: dict[str, _Seen] = {}
    in_title = list(dict.fromkeys(m.company for m in mentions if m.field == "title"))
    in_lead = {m.company for m in mentions if m.field == "body" and m.start < LEAD_CHARACTERS}
    quoted = set(speakers)
    heads, leads = max(len(in_title), 2 * listed), max(len(in_lead), 2 * listed)
    counts = Counter(m.company for m in mentions)
    for mention in mentions:
        one = seen.setdefault(mention.company, _Seen())
        one.speaks.append(mention in quoted)
        if mention.field == "title":
            one.title = TITLE * share(heads) * _LATER ** in_title.index(mention.company)
        elif mention.company in in_lead:
            aside = ASIDE if in_title and mention.company not in in_title and counts[mention.company] == 1 else 1.0
            one.lead = LEAD * share(leads) * aside
    several = list(dict.fromkeys(beside))
    for other in several:
        one = seen.setdefault(other.company, _Seen())
        alike = len({b.company for b in several if (b.way == "filer") == (other.way == "filer")})
        one.least = max(one.least, (FILER if other.way == "filer" else TAGGED) * share(alike))
    total = sum(counts.values())
    found = {}
    for company, one in seen.items():
        part = SPEAKER if one.speaks and all(one.speaks) else 1.0
        density = DENSITY * counts[company] / max(total, 1) * min(1.0, counts[company] / _ENOUGH)
        value = 1 - (1 - one.title * part) * (1 - one.lead * part) * (1 - density * part)
        found[company] = round(min(max(value, one.least), 1.0), 3)
    return found
