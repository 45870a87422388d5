"""What an alert says its portfolio waits for next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from alertd.alerts.armed import armed
from alertd.model import CompanyMention, Event, Match, Party, ReportedType
from alertd.rules.book import Portfolio
from alertd.rules.loader import load_rules

LAST = "contract dispute or contract termination"
RULE = """
  - id: turns-sour
    title: Dispute after a lease
    severity: critical
    {more}
    when:
      sequence: [{{event_type: compute_lease}}, {{event_type: [contract_dispute, contract_termination]}}]
      by: {by}
      within: 365d
"""


def portfolio(folder: Path, by: str = "parties", more: str = "") -> Portfolio:
    (folder / "portfolios").mkdir()
    (folder / "event-types").mkdir()
    for kind in ("compute_lease", "contract_dispute", "contract_termination"):
        (folder / "event-types" / f"{kind}.yaml").write_text(
            f"event_type: {kind}\ntitle: T\nwhen: {{title: {kind}}}\n"
        )
    head = "portfolio: p\ntitle: P\nreceivers: [desk]\nrules:\n"
    (folder / "portfolios" / "p.yaml").write_text(head + RULE.format(by=by, more=more or "tags: [x]"))
    (found,) = load_rules(folder).book.portfolios
    return found


def lease(**changes: Any) -> Event:
    parties = [Party(company="vega", role="lessor"), Party(company="lumen", role="lessee")]
    made = Event(
        id="ev_a",
        title="Vega Grid leases Orion to Lumen",
        companies=[CompanyMention(id="vega", name="Vega Grid"), CompanyMention(id="lumen")],
        parties=["vega", "lumen"],
        event_types=[ReportedType(type="compute_lease", parties=parties)],
    )
    return replace(made, **changes)


@pytest.mark.parametrize(
    ("by", "said"),
    [("parties", f"{LAST} between Vega Grid and lumen"), ("company", f"{LAST} at Vega Grid")],
)
def test_a_lease_says_that_a_quarrel_is_waited_for(tmp_path: Path, by: str, said: str) -> None:
    assert armed(portfolio(tmp_path, by), lease()) == [f"{said} → critical (turns-sour)"]


def test_the_quarrel_itself_waits_for_nothing(tmp_path: Path) -> None:
    watched = portfolio(tmp_path)
    quarrel = lease(event_types=[replace(lease().event_types[0], type="contract_dispute")])
    assert armed(watched, quarrel) == []
    held = Match(rule="turns-sour", rule_hash="h", portfolio="p", event="ev_a", event_revision=1, severity="critical")
    assert armed(watched, lease(), [held]) == []


def test_a_lease_that_was_taken_back_or_denied_waits_for_nothing(tmp_path: Path) -> None:
    watched = portfolio(tmp_path)
    assert armed(watched, lease(withdrawn=True)) == []
    assert armed(watched, lease(event_types=[replace(lease().event_types[0], status="denied")])) == []


@pytest.mark.parametrize("more", ["status: experimental", "receivers: [other]"])
def test_what_is_told_to_nobody_here_is_not_named(tmp_path: Path, more: str) -> None:
    assert armed(portfolio(tmp_path, more=more), lease()) == []
