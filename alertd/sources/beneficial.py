"""Schedules 13D and 13G: who holds more than 5 % of a class of shares, and what for.

    bytes -> XML, since December 2024             -> here
             cover pages of text or HTML, before  -> beneficial_text.py     -> Schedule -> beneficial_facts.py

SC 13D is the same form by its old name. CUSIP numbers are left out: they are licensed, and facts go to receivers.
"""

from __future__ import annotations

import re
from decimal import Decimal

from alertd.errors import ParseFailed
from alertd.model import Struct
from alertd.rules.filing import canonical_form
from alertd.sources.form_values import cik, day, figure, flag, line, percent
from alertd.sources.form_xml import children, root_of, said, text_of
from alertd.sources.xml_tree import Element

MAX_HOLDERS = 200
"""Reporting persons; private funds come to a hundred."""
MAX_PURPOSE = 4_000
MAX_TEXT = 64_000
"""Characters of an item that are looked at."""
MAX_NOTES = 20

FORMS = ("SCHEDULE 13D", "SCHEDULE 13D/A", "SCHEDULE 13G", "SCHEDULE 13G/A")
_NUMBER = re.compile(r"\d{1,3}")
_ACCESSION = re.compile(r"[0-9]{10}-[0-9]{2}-[0-9]{6}")
_PREVIOUS = "headerData/previousAccessionNumber"
_TYPE = re.compile(r"BD|BK|IC|IV|IA|EP|HC|SA|CP|CO|PN|FI|IN|OO")


class Holder(Struct, frozen=True):
    """A reporting person: one who holds, or who controls one who does. None where it is not stated."""

    name: str
    cik: str = ""
    percent: Decimal | None = None
    """Of the class, 0 to 100."""
    shares: Decimal | None = None
    types: tuple[str, ...] = ()
    """`IN` a person, `IA` an adviser, `PN` a partnership, `HC` a parent, `CO` a company…"""
    sole_voting: Decimal | None = None
    shared_voting: Decimal | None = None
    sole_disposal: Decimal | None = None
    shared_disposal: Decimal | None = None
    citizenship: str = ""


class Schedule(Struct, frozen=True):
    """A Schedule 13D or 13G."""

    form: str
    """One of FORMS."""
    subject: str
    holders: tuple[Holder, ...]
    subject_cik: str = ""
    security: str = ""
    event_date: str | None = None
    amendment_number: int | None = None
    previous_accession: str = ""
    """Of the filing that it amends, `0001999201-26-000007`."""
    rule: str = ""
    """The rule under which a 13G is filed: `13d-1(b)` institutions, `(c)` passive, `(d)` from before the listing."""
    purpose: str = ""
    """Item 4 of a 13D."""
    funds: str = ""
    """Item 3 of a 13D: with whose money."""
    stake: str = ""
    """What Item 5 of a 13D, or Item 4 of a 13G, says of the stake."""
    five_or_less: bool | None = None
    """A 13G says that the holder has ceased to hold more than 5 %."""
    notes: tuple[str, ...] = ()
    """What is wrong with the form, in words."""

    @property
    def amendment(self) -> bool:
        """Whether it amends an earlier one."""
        return self.form.endswith("/A")


def known_form(text: str) -> str:
    """Give the name of today of a Schedule 13D or 13G; empty for another form."""
    form = canonical_form(text)
    return form if form in FORMS else ""


def holder_types(text: str) -> tuple[str, ...]:
    """Read the codes of Row 12 or 14: what kind of person it is."""
    return tuple(dict.fromkeys(_TYPE.findall(" ".join(re.findall(r"\b[A-Z]{2}\b", text[:200])))))


def read_schedule_xml(text: str) -> Schedule | None:
    """Read a schedule from its XML; none if there is no such XML. Raises ParseFailed if it is damaged."""
    root = root_of(text, "edgarSubmission")
    if root is None:
        return None
    form = known_form(said(root, "headerData/submissionType"))
    if not form:
        raise ParseFailed(f"no Schedule 13D or 13G but “{line(said(root, 'headerData/submissionType'), 30)}”")
    data = root.find("formData")
    cover = data.find("coverPageHeader") if data is not None else None
    if data is None or cover is None:
        raise ParseFailed("the schedule has no cover page")
    notes: list[str] = []
    holders = _holders(data, notes)
    subject = line(said(cover, "issuerInfo/issuerName"))
    if not subject or not holders:
        raise ParseFailed("the schedule names no company" if not subject else "the schedule names no holder")
    number = said(cover, "amendmentNo")
    items = data.find("items1To7") if form.startswith("SCHEDULE 13D") else data.find("items")
    return Schedule(
        form=form,
        subject=subject,
        holders=holders,
        subject_cik=cik(said(cover, "issuerInfo/issuerCIK") or said(cover, "issuerInfo/issuerCik")),
        security=line(said(cover, "securitiesClassTitle")),
        event_date=day(said(cover, "dateOfEvent") or said(cover, "eventDateRequiresFilingThisStatement")),
        amendment_number=int(number) if number.isascii() and _NUMBER.fullmatch(number) else None,
        previous_accession=number if _ACCESSION.fullmatch(number := said(root, _PREVIOUS)) else "",
        rule=_rule(cover),
        purpose=line(_texts(items, "item4"), MAX_PURPOSE) if form.startswith("SCHEDULE 13D") else "",
        funds=line(_texts(items, "item3"), 300) if form.startswith("SCHEDULE 13D") else "",
        stake=line(_texts(items, "item5" if form.startswith("SCHEDULE 13D") else "item4"), MAX_TEXT),
        five_or_less=flag(said(items, "item5/classOwnership5PercentOrLess")) if items is not None else None,
        notes=tuple(dict.fromkeys(notes))[:MAX_NOTES],
    )


def read_text(body: bytes) -> str:
    """Decode a schedule. Raises ParseFailed if there is nothing in it."""
    return text_of(body)


def _rule(cover: Element) -> str:
    found = re.search(r"13d-1\s?\(([bcd])\)", " ".join(cover.itertext())[:4_000])
    return f"13d-1({found[1]})" if found else ""


def _texts(items: Element | None, name: str) -> str:
    """Give what an item says, in all its fields."""
    found = items.find(name) if items is not None else None
    return " ".join(text for text in found.itertext() if text.strip())[:MAX_TEXT] if found is not None else ""


def _holders(data: Element, notes: list[str]) -> tuple[Holder, ...]:
    names = ("reportingPersonInfo", "coverPageHeaderReportingPersonDetails")
    places = (data, data.find("reportingPersons"))
    found = [one for place in places for one in children(place, *names, most=MAX_HOLDERS + 1)]
    if len(found) > MAX_HOLDERS:
        notes.append(f"more than {MAX_HOLDERS} holders: the rest was left out")
    read = [_holder(one, notes) for one in found[:MAX_HOLDERS]]
    return tuple(one for one in read if one.name)


def _holder(one: Element, notes: list[str]) -> Holder:
    name = line(said(one, "reportingPersonName"))

    def stated(what: str, *paths: str) -> Decimal | None:
        text = next(filter(None, (said(one, path) for path in paths)), "")
        value = percent(text) if what == "percent" else figure(text)
        if text and value is None:
            notes.append(f"{name or 'a holder'}: {what} “{line(text, 30)}” is not possible")
        return value

    powers = "reportingPersonBeneficiallyOwnedNumberOfShares/"
    types = " ".join(found.text or "" for found in one.iter("typeOfReportingPerson"))
    return Holder(
        name=name,
        cik=cik(said(one, "reportingPersonCIK") or said(one, "reportingPersonCik")),
        percent=stated("percent", "percentOfClass", "classPercent"),
        shares=stated("shares", "aggregateAmountOwned", "reportingPersonBeneficiallyOwnedAggregateNumberOfShares"),
        types=holder_types(types),
        sole_voting=stated("shares", "soleVotingPower", powers + "soleVotingPower"),
        shared_voting=stated("shares", "sharedVotingPower", powers + "sharedVotingPower"),
        sole_disposal=stated("shares", "soleDispositivePower", powers + "soleDispositivePower"),
        shared_disposal=stated("shares", "sharedDispositivePower", powers + "sharedDispositivePower"),
        citizenship=line(said(one, "citizenshipOrOrganization"), 60),
    )
