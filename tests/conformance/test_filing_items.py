"""Real 8-Ks of 1994 to 2023 are split as somebody else has split them.

An item is right if its text equals theirs, or its first and its last 200 characters do: in NFKC, in small letters, of
letters and digits only, and without whole numbers of up to three digits that stand between spaces. They took out
lines that hold only a number, and with them some of an exhibit's numbers. They also took out shaded tables, and all
tables of typed text; so an item is right as well if it is once we have taken out the same.

Mending is done on the half whose name's SHA-256 begins with an even digit; the other one is held out.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from alertd.sources.filing_items import split_items
from alertd.sources.filing_text import read_text

EDGAR = Path(os.environ.get("ALERTD_SHARED") or Path(__file__).parents[3] / "shared") / "data" / "edgar"
RAW = {path.stem: path for path in sorted((EDGAR / "8-K-raw").glob("*"))} if EDGAR.is_dir() else {}

if not RAW:
    pytest.skip(f"no real filings at {EDGAR} (set ALERTD_SHARED)", allow_module_level=True)

ENDS = 200
_HTML = re.compile(rb"<(?:html|body|font|td|p)\b", re.IGNORECASE)
_TYPED_TABLE = re.compile(rb"<TABLE>.*?</TABLE>", re.DOTALL)
_TABLE = re.compile(rb"<table\b(?:(?!<table\b).)*?</table>", re.DOTALL | re.IGNORECASE)
_SHADED = re.compile(
    rb"background(?:-color)?\s*:\s*(?!none|transparent|#fff(?:fff)?\b|white|rgb\(255, ?255, ?255\))|"
    rb"bgcolor\s*=\s*[\"']?(?!#?fff|white)",
    re.IGNORECASE,
)
_ITEM = re.compile(rb"item[\s&#x;0-9a-z]*\d", re.IGNORECASE)


def comparable(text: str) -> str:
    text = re.sub(r"(?<!\S)\d{1,3}(?!\S)", " ", unicodedata.normalize("NFKC", text).lower())
    return re.sub(r"[\W_]+", "", text)


def is_right(ours: str, theirs: str) -> bool:
    a, b = comparable(ours), comparable(theirs)
    return a == b or (a[:ENDS] == b[:ENDS] and a[-ENDS:] == b[-ENDS:])


def without_their_tables(document: bytes) -> bytes:
    if not _HTML.search(document, 0, 1 << 16):
        return _TYPED_TABLE.sub(b"", document)

    def kept(table: re.Match[bytes]) -> bytes:
        words = re.sub(rb"<[^>]*>", b" ", table[0])
        return table[0] if not _SHADED.search(table[0]) or _ITEM.search(words) else b" "

    return _TABLE.sub(kept, document)


def split(document: bytes) -> dict[str, list[str]]:
    text = read_text(document).text
    found: dict[str, list[str]] = {}
    for item in split_items(text):
        found.setdefault(item.number, []).append(text[item.start : item.end])
    return found


def is_dev(name: str) -> bool:
    return int(hashlib.sha256(name.encode()).hexdigest()[0], 16) % 2 == 0


def measure(dev: bool) -> Counter[str]:
    counts: Counter[str] = Counter()
    for path in sorted((EDGAR / "8-K-items").glob("*.json")):
        if path.stem not in RAW or is_dev(path.stem) != dev:
            continue
        fields = json.loads(path.read_text("utf-8"))
        theirs = {key[5:]: text for key, text in fields.items() if key.startswith("item_") and text}
        document = RAW[path.stem].read_bytes()
        ours, reduced = split(document), split(without_their_tables(document))
        counts["filings"] += 1
        for number, text in theirs.items():
            as_is = any(is_right(found, text) for found in ours.get(number, []))
            counts["items"] += 1
            counts["right as they are"] += as_is
            counts["right"] += as_is or any(is_right(found, text) for found in reduced.get(number, []))
            counts["found"] += number in ours
        counts["only ours"] += len(set(ours) - set(theirs))
    return counts


@pytest.mark.parametrize("dev", [True, False], ids=["dev", "held-out"])
def test_97_of_100_items_begin_and_end_where_they_should(dev: bool) -> None:
    counts = measure(dev)
    print(f"\n{'dev' if dev else 'held out'}: {dict(counts)}")
    assert counts["items"] > 250
    assert counts["right"] >= 0.97 * counts["items"], counts
    assert counts["right as they are"] >= 0.95 * counts["items"], counts
    assert counts["only ours"] <= 0.01 * counts["items"], counts


def test_every_item_of_every_filing_begins_with_its_heading_and_none_overlap() -> None:
    for path in RAW.values():
        text = read_text(path.read_bytes()).text
        end = 0
        for item in split_items(text):
            assert item.start >= end or text[item.start : item.end] == text[:end][item.start :], path.name
            assert re.search(r"i\s?tem", text[item.start : item.start + 160], re.IGNORECASE), path.name
            end = item.end
