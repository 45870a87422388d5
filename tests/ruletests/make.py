"""Rules with tests, from the YAML that a user would write, and what running them gives."""

from __future__ import annotations

import textwrap
from pathlib import Path

from alertd.rules.loaded import Loaded
from alertd.rules.loader import load_rules
from alertd.ruletests.outcome import Outcome
from alertd.ruletests.run import Runner

COMPANIES = """
companies:
  - {id: vega, name: Vega Grid, private: true}
  - {id: lumen, name: Lumen Labs, private: true}
"""
DISPUTE = "event_type: contract_dispute\ntitle: Dispute\nwhen: {title: [dispute, sue]}\n"
LEASE = "event_type: compute_lease\ntitle: Lease\nwhen: {title: lease}\n"


def desk(
    folder: Path, rules: str, *, holdings: str = "[{ticker: NVDA, weight: 8%}, {ticker: VRT, weight: 3%}]"
) -> Loaded:
    """Load a desk with a portfolio `p` of these rules, two private companies and two event types."""
    head = f"portfolio: p\ntitle: P\nreceivers: []\nholdings: {holdings}\nrules:\n"
    files = {
        "companies/private.yaml": COMPANIES,
        "event-types/contract_dispute.yaml": DISPUTE,
        "event-types/compute_lease.yaml": LEASE,
        "portfolios/p.yaml": head + textwrap.indent(textwrap.dedent(rules).strip(), "  ") + "\n",
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text, "utf-8")
    return load_rules(folder, tests=True)


def one_rule(when: str, *tests: str, settings: str = "") -> str:
    """Write a rule `r` with these tests, each in flow style."""
    listed = "".join(f"\n    - {test}" for test in tests)
    return f"- id: r\n  title: R\n  severity: low\n  when: {when}\n  {settings}\n  tests:{listed or ' []'}\n"


def outcomes(loaded: Loaded) -> list[Outcome]:
    """Run all tests."""
    return list(Runner(loaded, loaded.tests))
