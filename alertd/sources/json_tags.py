"""What a vendor says an item is about, written so that enrichment knows it: tags as categories, filers of filings.

    NVDA, of NASDAQ       NASDAQ:NVDA              T             T US Equity
    NVDA                  $NVDA                    NASDAQ:NVDA   as it is
    US67066G1040, CIKs    as they are, CIK 0001045810

(`companies/tags.py`). A cashtag of up to three letters may be a magnitude or a currency: it is written as
Bloomberg does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

_PARTS = re.compile(r"[,;|\s]+")
_TICKER = re.compile(r"\$?([A-Z0-9]{1,10}(?:[.\-/][A-Z0-9]{1,3})?)")
_BARE = re.compile(r"[A-Z]{1,6}(?:[.\-][A-Z]{1,2})?")
_EXCHANGE = re.compile(r"[A-Za-z][A-Za-z0-9 ]{0,20}")
_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")
_SHORT = 3
_ITEM = re.compile(r"\b(\d{1,2}\.\d{2})\b")
_ACCESSION = re.compile(r"\b(\d{10})-?(\d{2})-?(\d{6})\b")


def ticker_tags(written: Sequence[str], exchange: str) -> list[str]:
    """Write tickers as tags; several may stand in one text, parted by commas. What is none is left out."""
    tags: list[str] = []
    for text in written:
        whole = text.strip()
        one = " " in whole and whole.endswith(" Equity")
        parts = [whole] if one or _listed(whole) else _PARTS.split(whole.upper())
        tags += (tag for part in parts if (tag := _ticker_tag(part, exchange)))
    return list(dict.fromkeys(tags))


def _listed(text: str) -> bool:
    exchange, colon, ticker = text.partition(":")
    return bool(colon) and _EXCHANGE.fullmatch(exchange) is not None and _TICKER.fullmatch(ticker.strip()) is not None


def _ticker_tag(text: str, exchange: str) -> str:
    if text.endswith(" Equity") or _listed(text) or _ISIN.fullmatch(text):
        return text
    found = _TICKER.fullmatch(text)
    if found is None:
        return ""
    ticker = found[1]
    if exchange and _EXCHANGE.fullmatch(exchange):
        return f"{exchange}:{ticker}"
    if not _BARE.fullmatch(ticker):
        return ticker
    return f"{ticker} US Equity" if len(ticker) <= _SHORT else f"${ticker}"


def isin_tags(written: Sequence[str]) -> list[str]:
    """Take what has the form of an ISIN."""
    return [text.strip().upper() for text in written if _ISIN.fullmatch(text.strip().upper())]


def cik_of(text: str) -> str:
    """Write a CIK with its zeros; empty for what is none."""
    digits = text.strip().upper().removeprefix("CIK").strip(" :#")
    return digits.zfill(10) if digits.isascii() and digits.isdigit() and len(digits) <= 10 and int(digits) else ""


def cik_tags(written: Sequence[str]) -> list[str]:
    """Write CIKs as tags."""
    return [f"CIK {cik}" for text in written if (cik := cik_of(text))]


def items_of(written: Sequence[str]) -> list[str]:
    """Take the numbers of 8-K items: 2.02 of `Item 2.02: Results of Operations`."""
    return list(dict.fromkeys(number for text in written for number in _ITEM.findall(text[:2_000])))[:30]


def accession_of(text: str) -> str:
    """Write an accession number with its dashes; empty for what is none."""
    found = _ACCESSION.search(text[:200])
    return "-".join(found.groups()) if found else ""


def filers_of(names: Sequence[str], ciks: Sequence[str]) -> list[dict[str, Any]]:
    """Put names and CIKs of filers together, where there are as many of both."""
    if len(names) == len(ciks):
        return [
            {"name": name[:200], "cik": cik_of(cik), "role": "filer"} for name, cik in zip(names, ciks, strict=True)
        ]
    if ciks:
        return [{"name": "", "cik": cik_of(cik), "role": "filer"} for cik in ciks]
    return [{"name": name[:200], "role": "filer"} for name in names]
