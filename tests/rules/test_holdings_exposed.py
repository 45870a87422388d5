"""From files to a match: what a portfolio holds, how companies are related, and on which day for whose desk."""

from __future__ import annotations

from pathlib import Path

import pytest

from alertd.model import CompanyMention
from alertd.rules.loader import load_rules
from alertd.rules.match import Matcher
from tests.companies.make import NVDA
from tests.rules.make import news

COMPANIES = """\
companies:
  - {id: spacex, name: SpaceX, private: true}
  - {id: anthropic, name: Anthropic, private: true}
  - {id: gridco, name: Grid Co}
relations:
  - {company: NVDA, is: supplier, of: spacex, strength: 0.7, since: 2025-01-01, until: 2025-12-31}
  - {company: spacex, is: customer, of: NVDA, strength: 0.1, since: 2025-01-01, until: 2025-12-31}
  - {company: spacex, is: lessor, of: anthropic, strength: 0.5}
  - {company: gridco, is: supplier, of: spacex}
"""
SECRET = """\
desk: power
relations:
  - {company: VRT, is: supplier, of: gridco}
"""
PORTFOLIO = """\
portfolio: book
title: Book
timezone: UTC
receivers: []
{desk}
holdings: {{file: p.csv, as_of: date, stale_after: 36500d}}
rules:
  - {{id: it, title: It, severity: low, when: {condition}}}
"""


def held_to(folder: Path, condition: str, named: str, day: str, desk: str = "") -> str:
    """Give the company that a rule binds to, with its way; empty if it does not hold."""
    for name, text in {
        "companies/space.yaml": COMPANIES,
        "companies/power.yaml": SECRET,
        "portfolios/book.yaml": PORTFOLIO.format(condition=condition, desk=f"desk: {desk}" if desk else ""),
        "portfolios/p.csv": "ticker,weight,date\nNVDA,8%,2025-01-02\nVRT,2%,2025-01-02\n",
    }.items():
        path = folder / "rules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    event = news(
        "Something happens", companies=[CompanyMention(id=named)], language="en", event_at=f"{day}T10:00:00.000Z"
    )
    found = Matcher(load_rules(folder / "rules").book).match(event).matches
    return " · ".join(found[0].path) if found else ""


@pytest.mark.parametrize(
    ("condition", "named", "day", "way"),
    [
        ("{exposed: holdings}", "spacex", "2025-06-30", "NVDA supplier of SpaceX (0.7)"),
        ("{exposed: holdings}", "spacex", "2025-12-31", "NVDA supplier of SpaceX (0.7)"),
        ("{exposed: holdings}", "spacex", "2026-01-01", ""),
        ("{exposed: holdings}", "spacex", "2024-12-31", ""),
        ("{exposed: holdings}", "anthropic", "2025-06-30", ""),
        ("{exposed: holdings, hops: 2}", "anthropic", "2025-06-30",
         "NVDA supplier of SpaceX (0.7) · SpaceX lessor of Anthropic (0.5)"),
        ("{exposed: holdings, hops: 2, strength: '>= 0.35'}", "anthropic", "2025-06-30",
         "NVDA supplier of SpaceX (0.7) · SpaceX lessor of Anthropic (0.5)"),
        ("{exposed: holdings, hops: 2, strength: '> 0.35'}", "anthropic", "2025-06-30", ""),
        ("{exposed: holdings, as: supplier}", "spacex", "2025-06-30", "NVDA supplier of SpaceX (0.7)"),
        ("{exposed: holdings, as: customer}", "spacex", "2025-06-30", ""),
        ("{exposed: [spacex], as: customer}", NVDA, "2025-06-30", "SpaceX customer of NVDA (0.1)"),
        ("{exposed: [spacex], as: customer, strength: '>= 0.5'}", NVDA, "2025-06-30", ""),
    ],
)  # fmt: skip
def test_a_holding_is_exposed_on_the_way_and_the_day_that_the_files_say(
    tmp_path: Path, condition: str, named: str, day: str, way: str
) -> None:
    assert held_to(tmp_path, condition, named, day) == way


@pytest.mark.parametrize(("desk", "way"), [("power", "VRT supplier of Grid Co"), ("other", ""), ("", "")])
def test_a_relation_of_a_desk_is_seen_by_its_portfolios_alone(tmp_path: Path, desk: str, way: str) -> None:
    assert held_to(tmp_path, "{exposed: holdings}", "gridco", "2026-06-30", desk) == way
