"""Who did it, as the title writes it, where no company in it is known; in a filing whoever files it.

    8-K Nuance Communications, Inc.: other events    Nuance Communications, Inc.
    Norstar (NOR) to Buy Callicoon Bank              Norstar (NOR)
    Fleming buys Harlow for cash                     Fleming

Only names with a ticker, or before a word that headlines have behind a name: a title that begins otherwise names
nobody for certain.
"""

from __future__ import annotations

import re

from alertd.companies.ordinary import is_ordinary, is_place, word_set
from alertd.model import Event, Evidence
from alertd.research.grounds import is_plain
from alertd.text.fold import split_words

_FILED = re.compile(r"8-K(?:12[BG]\d?)?(?:/A)?\s(?:-\s)?([A-Z\d][\w&.,'’/ -]{1,69}?)(?::\s|\s\(\d{6,10}\)|$)")
_VERBS = word_set("""
    acquire acquires agree agrees aims amends announces appoints approves asks beats begins bid bids boosts buy
    buys close closes completes confirms considering considers could cut cuts declares defaults denies downgrades
    drops emerges ends expects extends faces falls fell file files forecasts gets goes halts has hikes hires
    holds is issue issues jumps lands launches leases lifts loses lowers makes may merges might misses mulls
    names negotiating obtains offer offers orders plans plunges posts prices quits raise raises reaches recalls
    receives redeems rejects releases rents report reports responds restates rises rose said say says seek seeks
    sees sell sells set sets settles signs slashes slumps soars starts still sued sues surges suspends swings
    takes tells terminates to tops unveils upgrades urges wants warns weighs will wins withdraws would
""")
"""What stands behind a name that begins a headline."""
_VERB = "|".join(sorted(_VERBS))
_NAME = r"[A-Z][\w&.'’/-]*(?:\s(?:(?:and|&|of|de)\s)?[A-Z][\w&.'’/-]*){0,4}?(?:\s\([\w.]{1,8}\))?"
_SUBJECT = re.compile(rf"({_NAME})\s(?i:{_VERB})\s")
_LISTED = re.compile(
    rf"((?:(?!(?i:{_VERB})\s)[A-Z][\w&.'’/-]*\s(?:(?:and|&|of)\s)?){{1,5}}\([A-Z][A-Z.]{{0,7}}\))(?!\w)"
)
"""A name with its ticker is one, whatever follows."""
_MARK = re.compile(
    r"(?:CORRECTED|CORRECTION|REFILE|RPT|UPDATE ?\d*|WRAPUP ?\d*|EXCLUSIVE|BREAKING)\s?[-:]\s?", re.IGNORECASE
)
"""What wires write before a headline that is sent again."""
_NOBODY = word_set("""
    why how what when where who the a an new good bad more most here this these all two three four five key top big
    jury court courts judge regulator regulators analyst analysts shares stocks stock investors banks bankers house
    senate panel government governments fed
    sec fda doj ftc eu us uk u.s u.k opinion dow nasdaq update exclusive workers union
    unions president minister officials investigators
    sources holders directors lenders creditors if as in on at for after before
""")
"""How a title begins that tells of nobody, or of somebody whom it happens to no more than to others."""


def filer(event: Event) -> Evidence | None:
    """Give the words of the title of a filing that name who files it; None if it is none that tells of its filer."""
    return _place(_FILED.match(event.title))


def titled(event: Event) -> Evidence | None:
    """Give the words of a title that name who it is about; None where nobody is named for certain."""
    return filer(event) or _place(_subject(event.title))


def _place(found: re.Match[str] | None) -> Evidence | None:
    if found is None or not is_plain(found[1]):
        return None
    name = found[1].rstrip("/ ")
    return Evidence(field="title", start=found.start(1), end=found.start(1) + len(name), quote=name)


def _subject(title: str) -> re.Match[str] | None:
    mark = _MARK.match(title)
    begin = mark.end() if mark is not None else 0
    found = _LISTED.match(title, begin) or _SUBJECT.match(title, begin)
    if found is None:
        return None
    said = [word for piece in found[1].split() for word in split_words(piece)]
    first = found[1].split()[0].lower().rstrip(".")
    if first in _NOBODY or not said or all(is_ordinary(word) or is_place(word) for word in said):
        return None
    return found
