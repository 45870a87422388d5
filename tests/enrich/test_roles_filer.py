"""Who is the party of a filing whose text names nobody."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from alertd.companies.table import load_registrants
from alertd.enrich.enricher import Enricher
from alertd.enrich.roles_filer import party_of_filing
from alertd.model import CompanyMention, Event, Evidence
from alertd.rules.loader import load_rules
from alertd.rules.match import Matcher
from tests.rules.make import news

RULES = Path(__file__).parents[2] / "rules"
VEGA, ELM = {"cik": "1999999", "name": "VEGA GRID INC"}, {"cik": "0001888888", "name": "ELM CAPITAL LP"}
COMPANIES = [CompanyMention(id="vega", cik="0001999999"), CompanyMention(id="cik-0001888888")]


def parties(form: str, roles: str, *filers: dict[str, Any], title: str = "", kind: str = "filing") -> dict[str, str]:
    event = Event(kind=kind, form=form, title=title, filers=list(filers), companies=COMPANIES)  # type: ignore[arg-type]
    return party_of_filing(event, roles.split())


@pytest.mark.parametrize(
    ("roles", "role"),
    [("issuer", "issuer"), ("issuer auditor", "issuer"), ("victim", "victim"), ("holder subject", "subject")],
)
def test_who_reports_of_itself_is_whom_it_happens_to(roles: str, role: str) -> None:
    assert parties("8-K", roles, VEGA, title="8-K - VEGA GRID INC (0001999999) (Filer)") == {"vega": role}
    assert parties("8-K/A", roles, VEGA, title="8-K/A - VEGA GRID (HOLDINGS)") == {"vega": role}


@pytest.mark.parametrize(
    "roles", ["acquirer target", "lessor lessee", "plaintiff defendant", "supplier customer", ""]
)
def test_of_a_deal_between_two_the_filer_could_be_either(roles: str) -> None:
    assert parties("8-K", roles, VEGA, title="8-K - VEGA GRID INC (0001999999) (Filer)") == {}


def test_a_form_about_another_tells_by_what_each_of_them_is() -> None:
    issuer, reporting = "4 - VEGA GRID INC (0001999999) (Issuer)", "4 - ELM CAPITAL LP (0001888888) (Reporting)"
    assert parties("4", "issuer insider", VEGA, title=issuer) == {"vega": "issuer"}
    assert parties("4", "issuer insider", ELM, title=reporting) == {"cik-0001888888": "insider"}
    assert parties("4", "issuer insider", VEGA, title="4 - VEGA GRID INC") == {}
    both = ({**ELM, "role": "Filed by"}, {**VEGA, "role": "Subject"})
    found = parties("SCHEDULE 13D/A", "holder subject", *both, title="x (Subject)")
    assert found == {"vega": "subject", "cik-0001888888": "holder"}
    assert parties("SCHEDULE 13D", "holder subject", ELM, VEGA, title="x (Subject)") == {}


@pytest.mark.parametrize("role", ["", 7, None, [], "x" * 300])
def test_an_odd_filer_is_no_fault(role: object) -> None:
    odd: list[dict[str, Any]] = [{}, {"cik": None}, {"cik": ["x"]}, {"cik": "²"}, {"cik": "0"}]
    assert parties("8-K", "issuer", *odd, {**VEGA, "role": role}) == {"vega": "issuer"}
    assert parties("8-K", "issuer", *odd) == {}


def test_news_has_no_filer() -> None:
    assert parties("8-K", "issuer", VEGA, kind="news") == {}


def test_without_filers_the_number_in_the_title_tells() -> None:
    shown = [Evidence(field="title", start=17, end=29, quote="(0001999999)")]
    known = CompanyMention(id="vega", cik="0001999999", how="cik (0001999999): CIK 1999999", evidence=shown)
    event = Event(kind="filing", form="4", title="4 - VEGA GRID INC (0001999999) (Issuer)", companies=[known])
    assert party_of_filing(event, ["issuer", "insider"]) == {"vega": "issuer"}


# --- with the shipped event types ----------------------------------------------------------------------------


@cache
def matcher() -> Matcher:
    loaded = load_rules(RULES)
    book = msgspec.structs.replace(loaded.book, portfolios=())
    return Matcher(book, understanding=Enricher.of(book.event_types, loaded.table))


INTEL = {"cik": "0000050863", "name": "INTEL CORP"}


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("executive_change", {"items": ["5.02"], "body": "Patrick Gelsinger retired from his position as Chief"
                              " Executive Officer."}),
        ("bankruptcy", {"items": ["1.03"], "body": "It filed voluntary petitions under chapter 11."}),
        ("results", {"items": ["2.02"]}),
        ("insider_trade", {"form": "4", "title": "4 - INTEL CORP (0000050863) (Issuer)", "facts": {"code": "S"}}),
    ],
)  # fmt: skip
def test_the_filer_is_the_issuer_of_what_its_filing_reports(kind: str, fields: dict[str, Any]) -> None:
    assert len(load_registrants()) > 1_000
    given: dict[str, Any] = {"title": "8-K - INTEL CORP (Filer)", "kind": "filing", "form": "8-K", "filers": [INTEL]}
    event = matcher().read(news(**{**given, **fields})).event
    (reported,) = (one for one in event.event_types if one.type == kind)
    assert [(party.company, party.role) for party in reported.parties] == [("cik-0000050863", "issuer")]
    assert [company.role for company in event.companies] == ["issuer"]


def test_whom_the_text_names_is_the_issuer_before_the_filer() -> None:
    given: dict[str, Any] = {"title": "8-K - INTEL CORP (Filer)", "kind": "filing", "form": "8-K", "filers": [INTEL]}
    body = "Boeing filed for chapter 11 bankruptcy protection on Monday. Intel Corporation is one of its suppliers."
    event = matcher().read(news(**given, items=["1.03"], body=body)).event
    (reported,) = (one for one in event.event_types if one.type == "bankruptcy")
    assert [party.company for party in reported.parties] == ["cik-0000012927"]
