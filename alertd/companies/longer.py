"""Whether a name goes on into the name of somebody else: Tidewater Automation is not Tidewater.

A word of which companies are made (Automation, Robotics, Bank, Street) after a name makes another name, unless it is
in a name of the company itself, a division of it that people know (Apple Music, Ford Credit), or the name is one of
the distinct and well known, which are seldom part of others' names (Google Cloud, Microsoft Research).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path
from typing import NamedTuple

from alertd.companies import clues
from alertd.companies.gazetteer import Hit
from alertd.companies.longer_before import name_before
from alertd.companies.ordinary import LEGAL_FORMS, TRADES, is_ordinary, word_set
from alertd.companies.passages import FieldText
from alertd.text.common import common_words

_DIVISIONS = Path(__file__).parent / "data" / "divisions.txt"
_MORE = """
    automation aeronautics agriculture alliance analytics apparel architects association associates authority
    bancorp bank batteries biomedical biopharma builders cannabis carbon casino casinos chemical coffee college
    construction consulting controls cosmetics council county credit crypto cruises cybersecurity dairy defense
    defence design development distilleries drilling dynamics engineering equity estates fabrics farms fashion
    federation fiber films finance fintech fisheries fitness foundation foundry freight fund funds furniture genetics
    genomics geothermal glass grid group hardware helicopters hospital hospitals hotel hotels hydrogen imaging
    instruments insurance investors jewelers jewellers journal labs land lasers lithium lumber machinery
    manufacturing marine maritime marketplace midstream mills mortgage nuclear nutrition optics outfitters packaging
    paints paper payments petroleum photonics plastics polymers potash power press publishing pumps quantum railroad
    railway railways ranch recycling refining renewables rentals research restaurants satellites sciences school
    security seeds sensors shipbuilding shipyards soap solar space sports staffing steelworks stores studios
    submarines supply surgical telecom terminals textile therapeutics timber tires tobacco tools toys trading trucking
    trucks trust turbines tyres university utilities ventures vineyards water wealth wind wines wireless yachts
    management
"""
_BODIES = word_set("""
    agency bureau commission commissioner committee department minister ministry parliament secretary senate
    subcommittee tribunal
    """)
"""Of the state: the Commerce Department is not Commerce.com."""
MAKERS = (TRADES | clues.ORGANISATIONS | _BODIES | word_set(_MORE)) - word_set("holdings group companies worldwide")
"""Words of which names of companies and of other bodies are made."""
_LOOSE = word_set("""
    acquisition asset bank brands capital communications companies credit design development direct education
    electric energy equity finance financial fund funds gaming global gold group health healthcare holdings
    insurance interactive international investment investments investors leasing media medical metals mining
    partners platforms power products properties research resources restaurants security services shipping
    software solar space sports steel stores studios supply telecom tobacco trading trust water wind wireless
    """)
"""Those that are said of a company's own things, too: in a headline with capitals the word after must not be one
of its affairs."""
_AFFAIRS = (
    clues.ACTS
    | clues.MOVES
    | clues.NOUNS
    | word_set("""
    spending costs cost gains raise return returns bill use prices price demand deal deals arm segment business
    chief head sector with plan plans expenditure expenditures market markets day push bet breach fees fee growth
    loan loans line lines ties app apps platform strategy needs woes
    """)
)
_HOUSES = word_set("""
    adani aditya bajaj bharti birla daewoo daiwa doosan essar fuji godrej hanwha hitachi hyundai jindal kawasaki lotte
    mahindra marubeni mitsubishi mitsui nippon nomura reliance samsung siemens sumitomo tata toshiba virgin yamaha
    """)
"""Names under which many independent companies go, however well known one of them is."""
_SAID_OF_ALL = frozenset(("management",))
"""What every company has: only within a sentence does a capital make a name of it."""
_OF_BANKS = word_set("bank securities mutual")
"""What well-known financial companies call parts of themselves."""
_SITES = word_set("""
    campus site project mine field complex park mall arena stadium dam quarry reactor facility plant centre center
    tower ranch pipeline data
    """)
"""After a word with a capital they say that both together are the name of a place."""
_SPACES = (" ", "\xa0")
_STEM = 4
"""Letters by which `Sugar` and `Sugars`, `Lab` and `Laboratories` are one."""
_BETWEEN = 2
"""Words between a name and a legal form that make somebody else's name."""
_STATE = re.compile(
    r"\A, (?:(?:A[KLRZ]|C[AOT]|DE|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]"
    r"|W[AIVY]|California|Ohio|Texas|Utah|Iowa|Ontario|Quebec|Alberta)\b"
    r"|(?:Ala|Ariz|Ark|Calif|Colo|Conn|Del|Fla|Ga|Ill|Ind|Kan|Ky|La|Mass|Md|Mich|Minn|Miss|Mo|Mont|Neb|Nev|Okla|Ore|Pa"
    r"|Tenn|Va|Vt|Wash|Wis|Wyo|[NSW]\.[CDHJMYV]a?)\.)"
)
_DATELINE = re.compile(
    r"\s*(?=[A-Z])([^\W\d_][\w .'’-]{1,30}?)(?:, [A-Z][\w. ]{1,20}){0,2}"
    r"(?:,? (?:\(?(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]{0,6}\.? \d{1,2}\b[^-–—\n]{0,40})"
    r"| \((?:Reuters|AP|AFP|UPI|PTI|Xinhua|Bloomberg|Dow Jones|PRNewswire|(?i:Business Wire|Globe ?Newswire))\))"
    r" ?[-–—]{1,2}[ \n]"
)
"""Where a report is from: `BOGOTA, April 13 -`, `OSLO, Norway, May 3, 2024 /PRNewswire/ --`, `OSLO (Reuters) -`."""
_DATED = 120
"""Characters of a body in which it stands."""


class Longer(NamedTuple):
    """A longer name of somebody else."""

    name: str
    sure: bool
    """Whether the short name, too, means that one in the item: Telos Commercial Aviation may be a division."""


def longer_name(
    field: FieldText, hit: Hit, own: Callable[[], Collection[str]], is_distinct: Callable[[str], bool]
) -> Longer | None:
    """Give the longer name of somebody else of which a name is part; else None.

    `own` gives the words of the company's own names; `is_distinct` says whether a word is somebody's distinct name.
    """
    if found := name_before(field, hit, own, is_distinct) or _in_state(field, hit) or _dateline(field, hit):
        return Longer(found, sure=True)
    through = _site(field, hit, own) or _followed(field, hit, own)
    if through is None:
        return None
    return Longer(field.surface(hit.first, through), sure=through == hit.last + 1)


@cache
def _divisions() -> dict[str, frozenset[str]]:
    """Give what well-known names go on with that is theirs: `apple` -> music, tv, pay."""
    lines = _DIVISIONS.read_text("utf-8").splitlines()
    parts = (line.partition(":") for line in lines if line and not line.startswith("#"))
    return {name.strip(): frozenset(words.split()) for name, _, words in parts}


def is_division(words: tuple[str, ...], after: str) -> bool:
    """Whether a folded word after a name makes a division, a product or a legal form of it that people know."""
    return after in _divisions().get(" ".join(words), ())


def _followed(field: FieldText, hit: Hit, own: Callable[[], Collection[str]]) -> int | None:
    """Give the last word of a name that goes on: with a word that makes names, or with a few and a legal form."""
    after = hit.last + 1
    if not _capital_after(field, hit.last) or hit.name.words[-1] in clues.ORGANISATIONS:
        return None
    folded = field.words[after]
    house = hit.name.words[0] in _HOUSES
    if folded in LEGAL_FORMS or folded == "co" or is_division(hit.name.words, folded):
        return None
    trusted = bool(hit.name.known) and hit.name.kind in ("distinct", "phrase") and not house
    if trusted and (folded not in clues.ORGANISATIONS or folded in _OF_BANKS):
        return None
    if folded in MAKERS:
        in_sentence = field.style(hit.first) == "sentence"
        affair = folded in _SAID_OF_ALL or (folded in _LOOSE and not _ends_as_name(field, after))
        through = after if in_sentence or not affair else None
    elif trusted:
        return None
    else:
        through = _legal_end(field, after)
        if through is None and hit.first == hit.last and hit.name.words[0] in clues.GENERIC:
            through = None if folded in _AFFAIRS or folded in common_words() else after
        if through is None and (house or not hit.name.known) and field.style(hit.first) == "sentence":
            through = _maker_next(field, after)
    return None if through is None or _is_own(folded, own()) else through


def _site(field: FieldText, hit: Hit, own: Callable[[], Collection[str]]) -> int | None:
    """Give the last word of a place's name: `Polaris Forge campus`; not of `Tidewater Texas plant`."""
    after = hit.last + 1
    if hit.name.known or not _capital_after(field, hit.last) or field.style(hit.first) != "sentence":
        return None
    word, noun = field.words[after], after + 1
    if noun < len(field) and field.words[noun].isdigit():  # Polaris Forge 2
        noun += 1
    if noun >= len(field) or field.words[noun] not in _SITES or field.gap(after) not in _SPACES:
        return None
    plain = is_ordinary(word) and word not in _AFFAIRS and word not in MAKERS and word not in LEGAL_FORMS
    return noun if plain and field.word(noun).islower() and not _is_own(word, own()) else None


def _maker_next(field: FieldText, after: int) -> int | None:
    """Give the word after the next if it makes names: `Bryn Mawr Trust`."""
    if not _capital_after(field, after) or field.words[after] in _AFFAIRS:
        return None
    maker = field.words[after + 1]
    return after + 1 if maker in MAKERS and maker not in _SAID_OF_ALL else None


def _ends_as_name(field: FieldText, last: int) -> bool:
    """Whether a headline goes on so that a word ends a name: not in `Tidewater Energy Costs Rise`."""
    if last + 1 >= len(field) or field.gap(last) not in _SPACES:
        return True
    word = field.words[last + 1]
    return word in LEGAL_FORMS or word in ("to", "says", "said") or word not in _AFFAIRS


def _legal_end(field: FieldText, after: int) -> int | None:
    """Give the legal form with which a name ends that has few words more, none of them what companies do."""
    for i in range(after, min(after + _BETWEEN + 1, len(field))):
        if field.words[i] in LEGAL_FORMS or field.words[i] == "co":
            return i if i > after and field.word(i)[0].isupper() else None
        word = field.words[i]
        if not field.word(i)[0].isupper() or word in _AFFAIRS or word in common_words():
            return None
        if field.gap(i) not in (*_SPACES, ", "):
            return None
        if field.gap(i) == ", " and not (i + 1 < len(field) and field.words[i + 1] in LEGAL_FORMS):
            return None
    return None


def _is_own(folded: str, mine: Collection[str]) -> bool:
    if folded in _BODIES:  # Commerce.com has no committee
        return folded in mine
    stem = folded[:_STEM].rstrip("s")
    return any(word.startswith(stem) for word in mine)


def _capital_after(field: FieldText, last: int) -> bool:
    return last + 1 < len(field) and field.gap(last) in _SPACES and field.word(last + 1)[0].isupper()


def _dateline(field: FieldText, hit: Hit) -> str:
    """Find the place that a report is from: Bogota is no bank there, nor later."""
    known = bool(hit.name.known) and hit.name.kind == "distinct"
    if known or field.name != "body" or field.start(hit.first) > _DATED:
        return ""
    found = _DATELINE.match(field.text)
    return found[0].strip(" -–—\n") if found and field.start(hit.first) < found.end(1) else ""


def _in_state(field: FieldText, hit: Hit) -> str:
    """Find a place: `Palo Alto, CA`."""
    end = field.end(hit.last)
    found = _STATE.match(field.text[end : end + 14])
    return field.surface(hit.first, hit.last) + found[0] if found else ""
