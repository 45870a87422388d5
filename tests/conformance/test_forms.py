"""Real forms: each is read, what it says is possible, and no other document passes for one."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from alertd.errors import ParseFailed
from alertd.rules.facts import FACTS, rows_of, wrong_kind
from alertd.sources.forms import READERS, read_form
from tests.support.shared import shared_data

_KINDS = {
    "4": re.compile(r"<ownershipDocument>.{0,400}<documentType>4<", re.DOTALL),
    "SCHEDULE 13D": re.compile(r"<submissionType>SCHEDULE 13D<"),
    "SC 13G/A": re.compile(r"<TYPE>SC 13G/A"),
}
MAX_OTHER = 400_000


def samples() -> list[Path]:
    edgar = shared_data("edgar")
    return sorted(path for name in ("documents", "full_submission") for path in (edgar / name).rglob("*.*"))


def kind_of(text: str) -> str:
    return next((form for form, sign in _KINDS.items() if sign.search(text)), "")


def check(facts: dict[str, Any]) -> None:
    json.dumps(facts, allow_nan=False)
    assert "notes" not in facts
    for row in rows_of(facts):
        assert {name: reason for name in FACTS if (reason := wrong_kind(name, row.get(name)))} == {}
        if row.get("percent") is not None:
            assert 0 <= row["percent"] <= 100
        if "price" in row:
            assert abs(row["value"] - row["shares"] * row["price"]) <= 0.01
    for holder in facts.get("holders", ()):
        assert holder["percent"] <= facts["percent"] <= sum(one["percent"] for one in facts["holders"])


def test_every_real_form_is_read_and_says_what_is_possible() -> None:
    read: Counter[str] = Counter()
    rows = 0
    for path in samples():
        body = path.read_bytes()
        if not (form := kind_of(body.decode("latin-1"))):
            continue
        found = read_form(form, body)
        check(found.facts)
        read[form] += 1
        rows += sum(1 for _ in rows_of(found.facts))
        print(f"{path.name}: {found.title}")
    print(f"{sum(read.values())} forms, {rows} rows: {dict(read)}")
    assert read == {"4": 1, "SCHEDULE 13D": 1, "SC 13G/A": 1}


def test_no_other_document_passes_for_a_form() -> None:
    refused: Counter[str] = Counter()
    for path in samples():
        body = path.read_bytes()[:MAX_OTHER]
        if kind_of(body.decode("latin-1")):
            continue
        for form in READERS:
            with pytest.raises(ParseFailed) as failure:
                read_form(form, body)
            refused[str(failure.value)[:60]] += 1
    print(*refused.most_common(), sep="\n")
    assert sum(refused.values()) > 5 * 20


def test_the_figures_of_the_real_forms_are_those_printed_in_them() -> None:
    edgar = shared_data("edgar")
    four = read_form("4", (edgar / "full_submission/4/0000320193-22-000061.txt").read_bytes()).facts
    assert sum(row["shares"] for row in four["transactions"]) == 9136 + 5316 + 4006 + 900 + 1550 + 1800 + 2292
    assert four["transactions"][-1]["shares_after"] == 452334
    assert four["plan_10b5_1"] is True
    new = read_form("SC 13D", (edgar / "documents/schedule13d_nested_cusip.xml").read_bytes()).facts
    assert (len(new["holders"]), new["percent"], new["shares"]) == (7, 11.9, 6294951)
    passive = read_form("SC 13G/A", (edgar / "documents/SG-13G-DOCUMENT-WITH-TEXT.html").read_bytes()).facts
    assert (passive["amendment_number"], passive["percent"], passive["shares"]) == (3, 17.1, 13967335)


def test_the_page_that_shows_a_form_4_says_where_its_xml_is() -> None:
    page = shared_data("edgar") / "documents/form4.Evans.html"
    with pytest.raises(ParseFailed, match="the folder above"):
        read_form("4", page.read_bytes())
