"""Whether a name is one by itself, or a word that texts have for other reasons too.

    distinct   Nvidia, Microsoft       seldom anything else: a capital is enough
    ordinary   Apple, Target, Block    a word: a capital within a sentence, or business around it
    name       Ford, Chase, Lincoln    people and places are so called: business around it
    phrase     Best Buy, First Solar   nothing but such words: each with its capital
    common     On, Now, All, Gold      a word of every text: only where the company is named otherwise as well

Derived by rule from four packaged lists (docs/companies.md says where they come from) and from the words that the
term index knows as too common.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from alertd.text.common import common_words
from alertd.text.fold import split_words

Kind = Literal["distinct", "ordinary", "name", "phrase", "common"]

_DATA = Path(__file__).parent / "data"
_TRADED = """
    bank banks bond bonds cement coal cocoa coffee commodities commodity copper corn cotton crude currency dollar
    energy equities equity euro exchange export finance financial financials franc fuel futures gas gold healthcare
    housing infrastructure insurance iron lead market metal metals midcap mining nasdaq nickel oil options palladium
    pharma platinum pound power property realty retail rubber rupee silver soybean spot steel sterling stock stocks
    sugar tea tech technology telecom textile tin tobacco treasury uranium wheat yen yuan zinc
"""
_MARKET = frozenset(_TRADED.split())
"""What is traded, and sectors: shares, prices and rises are said of them as of companies."""
_FORMS = """
    inc incorporated corp corporation ltd limited plc llc lp llp nv sa ag spa asa oyj oy kgaa gmbh bv sab cv adr ads
    bhd pjsc jsc tbk pbc hldgs
"""
LEGAL_FORMS = frozenset(_FORMS.split())
"""Folded words after a name that say that a company is meant."""
_LINES = """
    technologies technology therapeutics pharmaceuticals pharmaceutical pharma biosciences bioscience biopharma
    biotech biotherapeutics biologics systems international industries solutions global energy financial bancorp
    bancshares bankshares resources capital services health healthcare partners brands medical mining properties
    realty minerals digital foods sciences entertainment enterprises insurance finance communications media labs
    laboratories products materials reit infrastructure networks education robotics electric electronics worldwide
    semiconductor semiconductors resorts petroleum software homes industrial logistics oncology hospitality
    aerospace exploration motors beverage automotive diagnostics platforms airlines acquisition interactive holdings
    group companies gaming sec direct infra infrastructures agro chemicals chemical cement ports port petrochemicals
    telecom telecommunications textiles sugar sugars fertilisers fertilizers cropscience aviation shipping motor
    steel leasing investments investment
"""
TRADES = frozenset(_LINES.split())
"""Lines of business as names have them at their end: alone they name nobody."""
_LETTERS = """
    ai esg ipo ipos etf etfs gdp cpi ppi pmi fed sec ev evs uk eu usa us un nato opec imf fda fcc ftc doj irs epa
    cdc nfl nba mlb nhl api app apps 5g 4g ar vr vp tv pc pcs hr pr iot erp saas spac spacs reit reits nft nfts defi
    dei roi eps ebitda yoy ytd qe gaap usd eur gbp jpy vix hmo hmos covid mtd nyc la sf dc dna rna gps kpi sme smes
    smb b2b p2p pdf faq diy ngo hiv lng lpg dram nand gpu gpus cpu hbm llm agi q1 q2 q3 q4 h1 h2 fy vat crypto bitcoin
    ethereum blockchain web3 metaverse fintech biotech adtech edtech insurtech proptech era id msa pm am est pst gmt
    utc ceo ceos cfo coo cto cio cmo md phd mba jan feb mar apr jun jul aug sept sep oct nov dec mon tue wed thu fri
    sat sun
"""
_ABBREVIATIONS = frozenset(_LETTERS.split())
"""What texts abbreviate, and words of the day."""
_SHORT = 2
"""Letters up to which a word is an abbreviation of many things."""


def word_set(words: str) -> frozenset[str]:
    """Give the words of a list as it stands in code."""
    return frozenset(words.split())


def _read(name: str) -> frozenset[str]:
    lines = (_DATA / name).read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@cache
def _lists() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    people, places = _read("people.txt"), _read("places.txt")
    return _read("ordinary.txt") | _read("ordinary_more.txt"), people, places


@cache
def _heads() -> frozenset[str]:
    return _read("ordinary_more.txt") | _MARKET | TRADES


def heads_names(word: str) -> bool:
    """Whether names of companies begin with a folded word that says little by itself: Metal, Universal, Union."""
    return word in _heads()


def is_first_or_family_name(word: str) -> bool:
    """Whether many people are called so."""
    return word in _lists()[1]


def is_only_a_name(word: str) -> bool:
    """Whether many people are called so and it is no word besides: Vikram, but not Will."""
    ordinary, people, _ = _lists()
    return word in people and word not in ordinary and word not in common_words()


def is_place(word: str) -> bool:
    """Whether a place is called so."""
    return word in _lists()[2]


def is_ordinary(word: str) -> bool:
    """Whether a folded word stands in texts without being a name."""
    return word in _lists()[0] or word in common_words()


def is_abbreviation(word: str) -> bool:
    """Whether a folded word is what texts abbreviate, or a word of the market."""
    return word in _ABBREVIATIONS or word in _MARKET


def kind_of(words: Sequence[str]) -> Kind:
    """Say how much the folded words of a name need around them."""
    ordinary, people, places = _lists()
    if len(words) > 1:
        if words[-1] in LEGAL_FORMS or words[-1] == "co":
            return "distinct"
        known = (ordinary, places, people, common_words(), _ABBREVIATIONS)
        plain = all(len(word) == 1 or any(word in several for several in known) for word in words)
        return "phrase" if plain else "distinct"
    word = words[0]
    if word in common_words() or word in _MARKET or word in _ABBREVIATIONS or word in TRADES:
        return "common"
    if word in people or word in places:
        return "name"
    return "ordinary" if word in ordinary or len(word) <= _SHORT or word.isdigit() else "distinct"


def words_of(text: str) -> tuple[str, ...]:
    """Fold a name into the words as which texts are read."""
    return tuple(split_words(text))
