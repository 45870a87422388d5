"""How companies, tickers and exchanges are written, and when two ways of writing mean the same."""

from __future__ import annotations

import re
import unicodedata

_LEGAL_WORDS = """
    inc incorporated corp corporation co company companies ltd limited plc llc lp llp nv sa ag se spa ab asa as oyj oy
    kgaa gmbh bv sab cv adr ads com holdings holding group hldgs grp trust the
"""
_LEGAL = frozenset(_LEGAL_WORDS.split())
"""Words at the end of a name that people leave out: `NVIDIA CORP` is Nvidia, `AMAZON COM INC` Amazon."""
_STATE = re.compile(r"\s*/\s*[A-Za-z]{2,4}\s*/?\s*$|/\s*$")
"""What the SEC appends to tell names apart: `/DE/`, `/NEW`, `/ADR`, and the slash that is left of it."""

_DROPPED = dict.fromkeys(map(ord, "'’‘ʼ`´.™®©"), "")
_ASCII = {i: chr(i).lower() if chr(i).isalnum() else " and " if chr(i) == "&" else " " for i in range(128)} | {
    place: piece for place, piece in _DROPPED.items() if place < 128
}

_DOMAIN = re.compile(r"\.(?=\w\w)")
"""The point in `Amazon.com`, which the SEC writes as two words; those in `U.S.` and `Inc.` just go."""
_TICKER = re.compile(r"[A-Z0-9]{1,10}(?:[-./ ][A-Z0-9]{1,4})?")
_APART = str.maketrans("./ ", "---")
_CIK = re.compile(r"(?:CIK|cik)?[-: ]?([0-9]{1,10})")
_MAX = 200
"""Characters of a name that are looked at."""

_EXCHANGES = {
    "Nasdaq": ("NASDAQ", "XNAS", "XNGS", "XNMS", "XNCM", "NMS", "NGM", "NCM"),
    "NYSE": ("NYSE", "XNYS", "XASE", "ARCX", "XCIS", "XCHI", "AMEX", "NYSE ARCA", "NYSE AMERICAN", "NYSEARCA"),
    "OTC": ("OTC", "XOTC", "OTCM", "OTCB", "OTCQ", "PINX", "PINC", "PSGM", "EXPM", "OTCMKTS"),
    "CBOE": ("CBOE", "BATS", "XCBO", "BATY", "EDGX", "EDGA"),
}
"""The exchanges of the SEC's table, and the MICs (ISO 10383) and common names that mean one of them."""
_BLOOMBERG = (
    "AT=XASX AU=XASX AV=XWBO BB=XBRU CN=XTSE CT=XTSE DC=XCSE FH=XHEL FP=XPAR GR=XETR GY=XETR HK=XHKG ID=XDUB IM=XMIL"
    " JP=XTKS JT=XTKS KQ=XKOS KS=XKRX LN=XLON MM=XMEX NA=XAMS NO=XOSL PL=XLIS PW=XWAR SM=XMAD SP=XSES SS=XSTO SW=XSWX"
    " TT=XTAI VX=XSWX"
)
"""Bloomberg's codes for exchanges elsewhere, and their MICs."""
_GROUPS = {name: group for group, names in _EXCHANGES.items() for name in names}
_GROUPS |= dict(pair.split("=") for pair in _BLOOMBERG.split())
AMERICAN = frozenset(_EXCHANGES)


def fold_name(name: str) -> str:
    """Fold a name so that one written otherwise is the same: case, accents, points and `&` do not count."""
    name = _DOMAIN.sub(" ", name[:_MAX])
    if name.isascii():
        return " ".join(name.translate(_ASCII).split())
    plain = unicodedata.normalize("NFKD", name.translate(_DROPPED)).casefold().replace("&", " and ")
    kept = "".join(c if c.isalnum() else "" if unicodedata.combining(c) else " " for c in plain)
    return " ".join(kept.split())


def without_state(name: str) -> str:
    """Leave out what the SEC appends to tell names apart: `/DE/`."""
    return _STATE.sub("", name[:_MAX]) or name[:_MAX]


def short_name(name: str) -> str:
    """Fold a name and leave out its legal form: what people call the company."""
    words = fold_name(without_state(name)).split()
    while len(words) > 1 and (words[-1] in _LEGAL or words[-1] == "and"):
        words.pop()
    if len(words) > 1 and words[0] == "the":
        del words[0]
    return " ".join(words)


def ticker_of(text: str) -> str | None:
    """Write a ticker as the SEC does (`BRK.B` and `BRK/B` are BRK-B); None if the text cannot be one.

    Tickers are upper-case: `open` may be the name of something, `OPEN` is a ticker.
    """
    return text.translate(_APART) if _TICKER.fullmatch(text) else None


def cik_of(text: str) -> str | None:
    """Read a CIK, with or without its zeros or a `CIK` before it, as ten digits; None if the text is none."""
    found = _CIK.fullmatch(text)
    return found[1].zfill(10) if found and int(found[1]) else None


def exchange_of(name: str) -> str:
    """Give the exchange by the name that the table uses; others stand for themselves in upper case."""
    upper = name.strip().upper()[:_MAX]
    return _GROUPS.get(upper, upper)


def registrant_id(cik: str) -> str:
    """Name a registrant by its CIK of ten digits."""
    return f"cik-{cik}"


def fold_sector(name: str) -> str:
    """Fold the name of a sector: `Semi Conductors` and `semi-conductors` are one."""
    return "-".join(fold_name(name).split())
