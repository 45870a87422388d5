"""Chapter 6. `alertd run`: a feed in front, a receiver behind, and nothing else to install."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.daemon import Daemon, command, eventually
from tests.support.http import FaultServer, answer

FEED = b"""<rss version="2.0"><channel><title>Example Wire</title>
<item><guid>ew-1</guid><title>Vega Grid leases its Orion supercomputer to Lumen Labs</title></item>
<item><guid>ew-2</guid><title>Vega Grid leases forty vans</title></item>
</channel></rss>"""
RULES = """
portfolio: ai
title: AI infrastructure
receivers: [oms]
rules:
  - id: compute-lease
    title: Somebody leases a supercomputer
    severity: high
    when: {all: [{title: supercomputer}, {title: lease}]}
"""
SETTINGS = """
web: {{bind: "127.0.0.1:0"}}
sources:
  - {{id: wire, type: feed, url: "{feed}", every: 1s, backlog: all, allow_private: true}}
receivers:
  - {{id: oms, type: webhook, url: "{hook}", secret: "${{OMS_SECRET}}", allow_private: true}}
operator: [oms]
"""
SECRET = {"OMS_SECRET": "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA=="}


async def test_news_that_a_rule_asks_for_reaches_the_desk_and_other_news_does_not(tmp_path: Path) -> None:
    (tmp_path / "rules/portfolios").mkdir(parents=True)
    (tmp_path / "rules/portfolios/ai.yaml").write_text(RULES)
    with FaultServer() as world:
        feed, hook = world.script("/feed", answer(FEED)), world.script("/hook", answer(status=204))
        (tmp_path / "alertd.yaml").write_text(SETTINGS.format(feed=feed, hook=hook))
        async with Daemon(tmp_path, SECRET) as daemon:
            await eventually(daemon.quiet, "both entries are decided, and what is to be sent is sent")
            (request,) = world.to("/hook")
            message = json.loads(request.body)
            assert message["type"] == "alert.fired"
            assert message["data"]["alert"]["title"] == "Vega Grid leases its Orion supercomputer to Lumen Labs"

            code, told, _ = await command("why", message["data"]["event"]["id"], folder=tmp_path, env=SECRET)
            assert code == 0
            assert "rule ai/compute-lease held (high)" in told
            assert "ai: first" in told
        assert daemon.returncode == 0
