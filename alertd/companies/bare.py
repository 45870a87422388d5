"""Tickers that stand in running text with nothing around them: `NVDA jumps`, `Buy MSFT, sell GOOGL`.

Letters may mean anything, so much must hold: at least three capitals in a passage that is not written in capitals; no
word of the language, abbreviation, unit, currency or exchange; no abbreviation that the text itself explains, as
`Supplemental Nutrition Assistance Program (SNAP)` does. Then a ticker of one of the larger registrants is taken. One
of a smaller, or with a second meaning, needs its company named in the item, another ticker beside it, or what
tickers have around them: `shares of`, `(Symbol: …)`, `stock`, a price or a change.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from alertd.companies.ordinary import LEGAL_FORMS, is_abbreviation, is_ordinary, word_set
from alertd.companies.passages import FieldText
from alertd.text.common import common_words

if TYPE_CHECKING:
    from alertd.companies.finder import CompanyFinder

_CAPITALS = re.compile(r"[A-Z](?<![\w$.:/&@#'’+-].)[A-Z]{2,4}(?![\w&@/+]|[-–.:][\w]|’[a-rt-z])")
"""The look behind comes after the first letter, so that the search for one stays quick."""
_WORD = re.compile(r"[^\W\d_]{3,}")
_LARGE = 1_000
"""Places in the SEC's table of the registrants whose tickers people write alone."""
_MOST = 300
"""Capital words of a field that are looked at."""
_NEVER = word_set("btc eth xrp ltc sol doge ada bnb link usdt usdc eur gbp jpy cny inr aud cad chf hkd sgd zar")
"""Currencies, also those of computers: funds that hold them have them for tickers."""
_SECOND = word_set("""
    aca acm acn acs adm aes aos apa apg api apo app arc arw ase asr asx ati ato atr bah bap bbd bce bio bse btg bud
    bus cae cci cda cet che cib cig cls cma cme cms cna cnc cni cnp cop cor cpa crc crh crm crs csl cta ctv cva cve
    dlb dma doc dte dtw dva ear ecl eco edu ema emr ena ens eqt esi etp exp fds fed fib fis fix fla fti fts gen gis
    glp gpc gpn gps gtx hal ham hei hig hog iac iag ice icl ida idr iea iex iff ihs imo inr ipa ira irm irr irs isa
    iso kep lad lap lea lse mac mas mba mcd mco mda met mfc mfi mga mob mos mpc mps msa msi mtg nav nda nfg ngl nio
    nis noc noi nov nsa nse ntr nws occ omf ons ora ori osk pac pba pce pcg pct peg pen phd pki ppc ppe ppl pri prs
    psa psx pwr rba rbc rcl reg rep res rig rli rmb rng roc rpm rrc rsi rto sam san sar sas sbs sci sei sem ses sfo
    sis sma sme smp soc spa sql src sre ssa ssb ssd ssl std stem sti stm sts sui tal tap tbd tel tem ter tex thb the
    tic tip tme tms tri try ttc ttd ttm ufo umc url usb utc vac vat via vpn wal wec wex wms wri yen
    """)
"""Letters with a meaning that is better known, such as PAC, RBA and USB: never by themselves."""
_BEFORE = re.compile(
    r"(?:[Ss]hares (?:of|in)|[Ss]tock of|[Ss]take in|[Ss]ymbols?:?|[Tt]ickers?:?|[Bb]uy|[Ss]ell|[Ss]hort|[Ll]ong)"
    r"\s{0,3}\Z"
)
_AFTER = re.compile(
    r"(?:['’]s)? (?:[Ss]hares?|[Ss]tocks?|calls|puts|options|[Ee]arnings|bulls|bears)\b(?!, Inc)"
    r"|:? \(?[+−–-]\d|,? (?:at )?\$\d|:? (?:(?:is |was )?(?:up|down)|rises|falls|jumps|drops|gains|slips|climbs) \d"
)
SYMBOL = re.compile(r"[\s.,]{0,3}\([Ss]ymbol:? ?\Z")
"""Between a company's name and its ticker."""
_BESIDE = re.compile(r"(?:,? (?:and|or|vs\.?|&) |, ?| ?/ ?)\Z")
_NEXT = re.compile(r"(?:,? (?:and|or|vs\.?|&) |, ?| ?/ ?)[\"“(]?(\$?[A-Z]{1,5})(?![\w&])")
_SHOUT = 4
"""Letters from which a word in capitals that is no ticker speaks of a passage in capitals."""


class Ticker(NamedTuple):
    """A ticker that stands alone. Offsets are code points, end exclusive."""

    field: FieldText
    word: int
    start: int
    end: int
    company: str
    alone: bool
    """Whether the letters are enough by themselves: a larger registrant's, with no second meaning."""

    @property
    def letters(self) -> str:
        """The ticker as it is written."""
        return self.field.text[self.start : self.end]


class BareTickers:
    """Finds them for one finder."""

    def __init__(self, finder: CompanyFinder) -> None:
        self._finder = finder
        self._tickers = finder.table.registrants.tickers
        letters = filter(_CAPITALS.fullmatch, finder.securities.tickers())
        self._letters = frozenset(one for one in letters if not _is_never(one.lower()))
        """Most texts have none of them, and need no closer look."""

    def candidates(
        self, fields: Sequence[FieldText], taken: Mapping[str, Collection[int]], sure: Collection[str]
    ) -> Iterator[Ticker]:
        """Give what may be tickers in an event, without the words of each field that are taken as something else.

        `sure` are the companies that the event names beyond doubt.
        """
        for field in fields:
            for ticker in self._in(field, taken[field.name]):
                # what the event explains is that: Supplemental Nutrition Assistance Program (SNAP), Riverbend <RIV>
                if ticker.company in sure or not _is_explained(ticker.letters, fields):
                    yield ticker

    def _in(self, field: FieldText, taken: Collection[int]) -> Iterator[Ticker]:
        if self._letters.isdisjoint(field.capitals.values()):
            return
        calm: dict[tuple[int, int], bool] = {}
        for match in islice(_CAPITALS.finditer(field.text), _MOST):
            letters = match[0]
            company = self._primary(letters)
            folded = letters.lower()
            if company is None or _is_never(folded):
                continue
            word = field.index_at(match.start())
            if word >= len(field) or word in taken:
                continue
            around = field.passage(match.start())
            if around not in calm:
                calm[around] = self._is_calm(field.text[slice(*around)])
            if calm[around]:
                if word + 1 < len(field) and field.words[word + 1] in LEGAL_FORMS:
                    continue
                second = folded in _SECOND or is_ordinary(folded) or _goes_on(field, word)
                alone = not second and self._finder.rank(company) <= _LARGE
                yield Ticker(field, word, *match.span(), company, alone)

    def _primary(self, letters: str) -> str | None:
        """Give whose shares have a ticker: not a note or fund that somebody else's bank has issued."""
        if letters not in self._tickers and not self._finder.table.declared:
            return None
        company = self._finder.securities.listed(letters, "")
        known = self._finder.company(company) if company is not None else None
        if known is None or not known.listings:
            return None
        main = known.listings[0].ticker
        of_its_own = letters == main or letters[:3] == main[:3] or known.id in self._finder.table.declared
        return company if of_its_own else None

    def _is_calm(self, passage: str) -> bool:
        """Whether words in capitals that are no tickers are few in a passage."""
        words = _WORD.findall(passage)
        shouted = sum(
            len(word) >= _SHOUT and word.isupper() and self._finder.securities.listed(word, "") is None
            for word in words
        )
        return not shouted or sum(not word.isupper() for word in words) >= 2 * shouted


def _is_explained(letters: str, fields: Sequence[FieldText]) -> bool:
    bracketed = [f"{opens}{letters}{closes}" for opens, closes in ("()", "<>", "[]")]
    return any(one in field.text for field in fields for one in bracketed)


def _is_never(folded: str) -> bool:
    """Whether folded letters are a word of every text, an abbreviation or a currency."""
    return folded in common_words() or folded in _NEVER or is_abbreviation(folded)


def _goes_on(field: FieldText, word: int) -> bool:
    """Whether a capital word before or after it, within a sentence, makes it part of another name: PAC Bowl."""
    if field.style(word) != "sentence":
        return False
    after, before = field.word(word + 1), field.word(word - 1)
    follows = field.gap(word) == " " and after[:1].isupper() and not after.isupper()
    precedes = (
        field.gap(word - 1) == " "
        and before[:1].isupper()
        and not before.isupper()
        and not field.is_initial(word - 1)
    )
    return follows or precedes


def is_borne_out(ticker: Ticker, starts: Collection[int], ends: Collection[int]) -> str:
    """Say what around a ticker shows that it is one; empty if nothing does.

    `starts` and `ends` are the code points where tickers begin and end that are taken.
    """
    text = ticker.field.text
    if found := _BEFORE.search(text, max(ticker.start - 12, 0), ticker.start):
        return f"`{found[0].strip()}` before it"
    if found := _AFTER.match(text, ticker.end):
        return f"`{found[0].strip()}` after it"
    if (near := _BESIDE.search(text, max(ticker.start - 6, 0), ticker.start)) and near.start() in ends:
        return "in a list with another ticker"
    if (near := _NEXT.match(text, ticker.end)) and near.start(1) in starts:
        return "in a list with another ticker"
    return ""
