"""One desk finds no trace of another: a word stands in everything that is desk `credit`'s, and in nothing `ai` gets.

The real daemon with both desks over one event that concerns both; then all that anybody of desk `ai`, or of no desk,
can get is searched: Slack, mail, webhooks, the operator's notices, every command with `--desk`, the API, the metrics.
"""

from __future__ import annotations

import json
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.support.ask import ask
from tests.support.behaviours import answer
from tests.support.daemon import Daemon, command, eventually
from tests.support.desk import SECRET, item, rss
from tests.support.http import FaultServer
from tests.support.slack_api import CHANNEL, TOKEN, SlackApi
from tests.support.smtp import FakeRelay

PLANTED = "zerberus"
"""In the id, the title, the rules, the holdings, the files and a company of desk credit."""
DESK_TOKEN = "the-token-of-desk-ai-in-this-test"
TITLE = "Vega Grid leases Orion to Lumen Labs as Norvane Foundry looks on"
FILES = {
    "companies/all.yaml": "companies: [{id: vega, name: Vega Grid}, {id: lumen, name: Lumen Labs}]",
    f"companies/{PLANTED}.yaml": f"{{desk: credit, companies: [{{id: {PLANTED}-co, name: Norvane Foundry}}]}}",
    "event-types/lease.yaml": "event_type: lease\ntitle: A lease\nseverity: high\nwhen: {title: leases}\n"
    "tests: [{given: {title: Vega Grid leases Orion as Norvane Foundry looks on}, expect: match}]\n",
    "portfolios/ai.yaml": "portfolio: ai\ntitle: AI\ndesk: ai\nreceivers: [ai-desk, ai-mail, ai-hook]\n"
    "holdings: [{company: vega, weight: 3%}]\n"
    "rules: [{id: lease, title: A lease, severity: high, when: {mentions: holdings}}]\n",
    "portfolios/open.yaml": "portfolio: open\ntitle: Open\nreceivers: [open-hook]\n"
    "rules: [{id: any, title: Any, severity: low, when: {title: orion}}]\n",
    f"portfolios/{PLANTED}.yaml": f"portfolio: {PLANTED}\ntitle: Of {PLANTED}\ndesk: credit\n"
    "receivers: [credit-hook]\n"
    f"holdings: [{{company: {PLANTED}-co, weight: 5%}}]\n"
    f"rules: [{{id: {PLANTED}-rule, title: The {PLANTED} rule, severity: critical, when: {{mentions: holdings}}}}]\n",
}
COMMANDS = (
    ("why", "EVENT"),
    ("why", "EVENT", "--full", "--json"),
    ("why", "EVENT", "ai"),
    ("why", "ai-hook"),
    ("why", "wire"),
    ("why", "--rule", "ai/lease", "--since", "2h"),
    ("note", "EVENT"),
    ("note", "EVENT", "--json"),
    ("route", "EVENT"),
    ("route", "EVENT", "--json"),
    ("alerts",),
    ("alerts", "--json"),
    ("alerts", "--by-rule"),
    ("silence", "list"),
    ("status",),
    ("status", "--json"),
    ("report", "ai"),
    ("report", "ai", "--json"),
    ("tail", "--since", "0", "--no-follow"),
    ("tail", "--since", "0", "--no-follow", "--json"),
)


def traces(text: str) -> list[str]:
    """Give the places where the planted word stands."""
    low = text.casefold()
    return [low[max(at - 100, 0) : at + 40] for at in range(len(low)) if low.startswith(PLANTED, at)]


@pytest.fixture
def world() -> Iterator[FaultServer]:
    with FaultServer() as server:
        for name in ("ai-hook", "open-hook", "credit-hook", "ops", "ai-ops", "credit-ops"):
            server.script(f"/{name}", answer(status=204))
        server.script("/wire", answer(rss(item(TITLE))))
        yield server


class Walled:
    """The daemon of two desks."""

    def __init__(self, daemon: Daemon, world: FaultServer, slack: SlackApi, relay: FakeRelay) -> None:
        self.daemon, self.world, self.slack, self.relay = daemon, world, slack, relay

    def got(self, *names: str) -> str:
        """Give all that webhooks got."""
        return "\n".join(request.body.decode() for name in names for request in self.world.to(f"/{name}"))

    def notices(self, name: str, kind: str) -> list[dict[str, Any]]:
        bodies = [json.loads(request.body) for request in self.world.to(f"/{name}")]
        found = [body["data"]["notice"] for body in bodies if body["type"] == "notice"]
        return [notice for notice in found if notice["kind"] == kind]

    async def run(self, *words: str) -> str:
        _, out, err = await command(*words, folder=self.daemon.folder)
        return out + err

    async def ask(self, path: str, token: str) -> str:
        url = f"http://{self.daemon.state()['web']}{path}"
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with aiohttp.ClientSession() as http, http.get(url, headers=headers) as reply:
            return f"{reply.status} {await reply.text()}"


def settings(world: FaultServer, slack: SlackApi, relay: FakeRelay) -> dict[str, Any]:
    def hook(name: str, desk: str | None = None) -> dict[str, Any]:
        url = world.url(f"/{name}")
        made = {"id": name, "type": "webhook", "url": url, "secret": SECRET, "allow_private": True}
        return made | ({"desk": desk} if desk else {})

    feed = {"id": "wire", "type": "feed", "url": world.url("/wire"), "every": "1s", "backlog": "all"}
    return {
        "state_dir": "./var", "rules": "./rules", "processes": {"match": 1, "parse": 1}, "watch": False,
        "web": {"bind": "127.0.0.1:0", "tokens": [
            {"token": DESK_TOKEN, "desk": "ai", "name": "ai-people"},
            {"token": "the-token-of-one-portfolio-here", "desk": "ai", "portfolios": ["ai"], "name": "ai-one"},
        ]},
        "smtp": {"host": "127.0.0.1", "port": relay.port, "tls": "none", "from": "alertd@desk.example"},
        "sources": [feed | {"allow_private": True}],
        "operator": ["ops", "ai-ops", "credit-ops"],
        "receivers": [
            {"id": "ai-desk", "type": "slack", "token": TOKEN, "channel": CHANNEL, "base_url": slack.base_url,
             "allow_private": True, "desk": "ai"},
            {"id": "ai-mail", "type": "email", "to": ["pm@desk.example"], "desk": "ai"},
            hook("ai-hook", "ai"), hook("open-hook"), hook("credit-hook", "credit"),
            hook("ops"), hook("ai-ops", "ai"), hook("credit-ops", "credit"),
        ],
    }  # fmt: skip


@pytest.fixture
async def walled(tmp_path: Path, world: FaultServer) -> AsyncIterator[Walled]:
    for name, text in FILES.items():
        file = tmp_path / "rules" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    async with SlackApi() as slack:
        with FakeRelay() as relay:
            (tmp_path / "alertd.yaml").write_text(json.dumps(settings(world, slack, relay)))
            async with Daemon(tmp_path) as daemon:
                yield Walled(daemon, world, slack, relay)


async def test_a_desk_finds_no_trace_of_another_in_anything_it_can_get(walled: Walled) -> None:
    async def told() -> bool:
        hooks = all(walled.got(name) for name in ("ai-hook", "open-hook", "credit-hook"))
        return hooks and bool(walled.slack.messages) and bool(walled.relay.mails)

    await eventually(told, "everybody was told of the event")
    assert traces(walled.got("credit-hook")), "the desk itself reads its own names"
    event = json.loads(walled.got("ai-hook").splitlines()[0])["data"]["event"]["id"]
    outputs = {
        "webhooks": walled.got("ai-hook", "open-hook", "ops", "ai-ops"),
        "slack": json.dumps([message.blocks for message in walled.slack.messages]),
        "mail": "\n".join(mail.raw.decode() + mail.part("plain") + mail.part("html") for mail in walled.relay.mails),
        "metrics": await walled.daemon.metrics(),
        "api": await walled.ask("/v1/alerts", DESK_TOKEN) + await walled.ask("/v1/silences", DESK_TOKEN),
        "status": await walled.ask("/v1/status", DESK_TOKEN),
    }
    asked = [[*(event if word == "EVENT" else word for word in words), "--desk", "ai"] for words in COMMANDS]
    answers = await ask(asked, folder=walled.daemon.folder)
    outputs |= {" ".join(words): text for words, (_, text) in zip(COMMANDS, answers, strict=True)}
    assert {name: found for name, text in outputs.items() if (found := traces(text))} == {}
    assert [name for name, text in outputs.items() if not text.strip()] == []
    assert traces(await walled.run("tail", "--since", "0", "--no-follow")), "whoever runs alertd sees all"


async def test_trouble_of_a_desk_is_told_whole_to_its_own_receivers_alone(walled: Walled) -> None:
    file = walled.daemon.folder / f"rules/portfolios/{PLANTED}.yaml"
    file.write_text(file.read_text() + "zzz: 1\n")
    walled.daemon.signal(signal.SIGHUP)

    async def refused() -> bool:
        return all(walled.notices(name, "reload_refused") for name in ("ops", "ai-ops", "credit-ops"))

    await eventually(refused, "the operator is told that the reload was refused")
    assert PLANTED in walled.notices("credit-ops", "reload_refused")[0]["text"]
    for name in ("ops", "ai-ops"):
        (notice,) = walled.notices(name, "reload_refused")
        assert notice["subject"] == "desk credit"
        assert notice["text"].endswith("1 fault; `alertd check` says what is wrong")
    assert traces(walled.got("ops", "ai-ops")) == []
    assert traces(await walled.run("status", "--desk", "ai")) == []
