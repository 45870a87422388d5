"""docs/forms.md names every fact that a form gives, and no other."""

from __future__ import annotations

import re
from typing import Any

from alertd.sources.forms import READERS, read_form
from tests.docs.pages import prose, read
from tests.sources.form_documents import (
    cell,
    holding,
    owner,
    ownership,
    person_13d,
    proposed_sale,
    schedule_13d,
    schedule_13g,
    trade,
)

_PREVIOUS = b"<previousAccessionNumber>0001999201-26-000007</previousAccessionNumber>"
_FUNDS = b"<items1To7><item3><fundsSource>Own money.</fundsSource></item3>"


def of_insiders() -> list[dict[str, Any]]:
    option = (
        cell("conversionOrExercisePrice", "3")
        + cell("expirationDate", "2030-01-02")
        + "<underlyingSecurity>"
        + cell("underlyingSecurityTitle", "Common Stock")
        + cell("underlyingSecurityShares", "7")
        + "</underlyingSecurity>"
    )
    footnotes = {"F1": "Rule 10b5-1: at prices from $1 to $2, at an average price of $1.50 per share"}
    return [
        read_form("4", body).facts
        for body in (
            ownership(
                trade(price=None, price_notes=["F1"]),
                trade("M", derivative=True, more=option),
                trade(shares="many"),
                holding(nature="By trust", direct="I"),
                form="4/A",
                footnotes=footnotes,
                remarks="x",
                more="<dateOfOriginalSubmission>2026-01-02</dateOfOriginalSubmission>",
            ),
            ownership(trade(), owners=[owner(), owner("A LP", ticks="other", title="")]),
            ownership(form="4", more="<noSecuritiesOwned>1</noSecuritiesOwned>"),
        )
    ]


def of_holders() -> list[dict[str, Any]]:
    group = schedule_13d(
        person_13d("A", "4"),
        person_13d("B", "3", "9"),
        person_13d("C", "200"),
        form="SCHEDULE 13D/A",
        number="2",
        purpose="Board.",
        stake="Together 7%, previously reported 8%.",
    )
    group = (
        group.replace(b"</headerData>", _PREVIOUS + b"</headerData>")
        .replace(b"<items1To7>", _FUNDS)
        .replace(
            b"</aggregateAmountOwned>",
            b"</aggregateAmountOwned><soleDispositivePower>1</soleDispositivePower>"
            b"<sharedDispositivePower>1</sharedDispositivePower>",
        )
    )
    return [read_form("SC 13D", group).facts, read_form("SC 13G", schedule_13g()).facts]


def told(section: str) -> tuple[set[str], set[str]]:
    """Give what the tables of a section name: what a form says once, and what its rows say."""
    part = prose(read("forms.md")).partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    once, _, rows = part.partition("| fact of a row |")
    return names_in(once), names_in(rows)


def names_in(table: str) -> set[str]:
    rows = re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([a-z0-9_]+)`", row)}


def given(facts: list[dict[str, Any]], rows: tuple[str, ...]) -> tuple[set[str], set[str]]:
    once = {name for form in facts for name in form} - set(rows)
    return once, {name for form in facts for key in rows for row in form.get(key, ()) for name in row}


def test_every_fact_of_forms_3_4_and_5_is_documented_and_no_other() -> None:
    assert told("Forms 3, 4 and 5") == given(of_insiders(), ("transactions", "holdings"))


def test_every_fact_of_schedules_is_documented_and_no_other() -> None:
    assert told("Schedules 13D and 13G") == given(of_holders(), ("holders",))


def test_every_fact_of_form_144_is_documented_and_no_other() -> None:
    facts = read_form("144", proposed_sale(remarks="x")).facts
    assert told("Form 144") == given([facts], ("transactions",))


def test_every_form_that_is_read_is_documented() -> None:
    first = next(block for block in re.findall(r"(?:^\|.*\n)+", read("forms.md"), re.M))
    assert {form for form in READERS if not re.search(rf"\b{form}\b", first)} == set()
