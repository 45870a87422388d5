"""The two desks of the scripted day: settings and rules, as their engineers would write them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from tests.cli.run import RULES
from tests.day.world import Feeds
from tests.support.desk import SECRET
from tests.support.slack_api import CHANNEL, TOKEN, SlackApi
from tests.support.smtp import FakeRelay

SOURCES = ("wire", "press", "paper", "bulletin", "blog")
WEBHOOKS = ("oms", "credit-pm", "credit-head")
COMPANIES = """companies:
  - {id: vega, name: Vega Grid, private: true}
  - {id: lumen, name: Lumen Labs, private: true}
  - {id: orbital, name: Orbital Foundry, private: true}
  - {id: kestrel, name: Kestrel Airways, private: true}
  - {id: brenner, name: Brenner Bank, private: true}
  - {id: halden, name: Halden Steel, private: true}
"""
AI = """portfolio: ai-infrastructure
title: AI infrastructure
desk: ai
timezone: America/New_York
holdings: [{company: vega, weight: 6%}, {company: lumen, weight: 3%}, {company: orbital, weight: 2%}]
receivers: [ai-desk, ai-mail]
rules:
  - id: lease
    title: Compute lease
    severity: high
    when: {all: [{event_type: compute_lease}, {mentions: holdings}]}
  - id: sour
    title: A deal turns sour
    severity: critical
    when: {all: [{event_type: [contract_dispute, contract_termination]}, {mentions: holdings}]}
  - {id: outage, title: Outage, severity: medium, when: {all: [{event_type: outage}, {mentions: holdings}]}}
"""
CREDIT = """portfolio: credit
title: European credit
desk: credit
timezone: Europe/London
holdings: [{company: kestrel, weight: 4%}, {company: brenner, weight: 5%}, {company: halden, weight: 3%}]
receivers: [oms, credit-pm]
rules:
  - id: rating
    title: Rating action
    severity: high
    when: {all: [{event_type: rating_change}, {mentions: holdings}]}
  - id: failing
    title: A company fails
    severity: critical
    when: {all: [{event_type: [default, bankruptcy]}, {mentions: holdings}]}
  - {id: cut, title: Guidance cut, severity: medium, when: {all: [{event_type: guidance_cut}, {mentions: holdings}]}}
"""


def write(folder: Path, feeds: Feeds, slack: SlackApi, relay: FakeRelay) -> None:
    """Write settings and rules into a folder."""
    for name in ("event-types", "lists", "fragments"):
        shutil.copytree(RULES / name, folder / "rules" / name)
    for name, text in {
        "companies/ours.yaml": COMPANIES, "portfolios/ai.yaml": AI, "portfolios/credit.yaml": CREDIT,
    }.items():  # fmt: skip
        file = folder / "rules" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    (folder / "alertd.yaml").write_text(json.dumps(_settings(feeds, slack, relay)))


def _settings(feeds: Feeds, slack: SlackApi, relay: FakeRelay) -> dict[str, Any]:
    def hook(name: str, **more: Any) -> dict[str, Any]:
        url = feeds.world.url(f"/{name}")
        return {"id": name, "type": "webhook", "url": url, "secret": SECRET, "allow_private": True, **more}

    return {
        "state_dir": "./var",
        "rules": "./rules",
        "journal_keep": "400d",  # the machine's own clock, by which Redis numbers the journal, is another
        "web": {"bind": "127.0.0.1:0"},
        "processes": {"match": 2, "parse": 1},
        "smtp": {"host": "127.0.0.1", "port": relay.port, "tls": "none", "from": "alertd@desk.example"},
        "sources": [feeds.add(name) for name in SOURCES],
        "operator": ["ops"],
        "receivers": [
            {
                "id": "ai-desk", "type": "slack", "token": TOKEN, "channel": CHANNEL, "base_url": slack.base_url,
                "allow_private": True, "desk": "ai",
            },
            {
                "id": "ai-mail", "type": "email", "to": ["pm@desk.example"], "desk": "ai",
                "digest": {"at": "07:30", "timezone": "America/New_York", "pass": {"severity": "critical"}},
            },
            hook("oms", desk="credit", updates="all"),
            hook(
                "credit-pm", desk="credit",
                quiet={
                    "hours": "22:00-06:30", "timezone": "Europe/London", "pass": {"severity": "critical"},
                    "release": "brief",
                },
                escalate={"after": "15m", "to": ["credit-head"], "min_severity": "critical"},
            ),
            hook("credit-head", desk="credit"),
            hook("ops"),
        ],
    }  # fmt: skip
