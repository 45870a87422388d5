"""A storm: very many matches in a minute, through the real daemon, to a Slack channel and a webhook.

    .venv/bin/python -m bench.storm [--alerts 10000] [--seconds 60]

Events are pushed as fast as such a storm brings them, each about something else, so that each is an alert of its own;
one in five hundred is critical. Slack is the fake of the tests, which fails the run if its limits are broken, the
webhook a plain server; both are another process. Latencies are from the moment a push was answered to the moment a
message about the event came in.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import multiprocessing
import os
import random
import re
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, web

from alertd.demo.local_slack import MessageRate
from bench.feeds import Histogram, Machine
from bench.report import Row, percentile, print_table
from tests.support.daemon import Daemon, eventually
from tests.support.slack_api import SlackApi

SECRET = "whsec_" + base64.b64encode(os.urandom(32)).decode()
PUSH_TOKEN = "storm-inbox-token-0123456789"
CRITICAL_EACH = 500
"""A channel takes one message a second: where more than that are critical, they wait for one another."""
DRAIN_S = 600.0
"""After so long what has not come is called lost."""
_NUMBER = re.compile(r"storm-(\d+)")


@dataclass
class Came:
    """What reached the two receivers: number of the event -> when it came first."""

    hook: dict[int, float] = field(default_factory=dict)
    slack: dict[int, float] = field(default_factory=dict)
    posts: list[float] = field(default_factory=list)
    """When each message came to the channel."""
    alone: int = 0
    """Alerts with a message of their own."""
    folded: int = 0
    """Alerts that digests counted, named or not."""
    edits: int = 0
    hooks: int = 0


class Receivers:
    """Both, in a process of their own."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._line, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        self.settings: list[dict[str, Any]] = self._line.recv()

    def came(self) -> Came:
        """Ask what came so far."""
        self._line.send("?")
        came: Came = self._line.recv()
        return came

    def stop(self) -> None:
        """End it; raises what the fake Slack found wrong."""
        self._line.send("stop")
        wrong = self._line.recv()
        self._process.join()
        if wrong:
            raise AssertionError(wrong)


def _serve(line: Connection) -> None:
    asyncio.run(_run(line))


async def _run(line: Connection) -> None:
    came, stopped = Came(), asyncio.Event()

    async def hook(request: web.Request) -> web.Response:
        body = await request.json()
        came.hooks += 1
        if found := _NUMBER.search(body["data"]["alert"]["title"]):
            came.hook.setdefault(int(found[1]), time.monotonic())
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/hook", hook)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    wrong = ""
    try:
        async with SlackApi(rate=lambda: MessageRate(burst=1)) as slack:

            def asked() -> None:
                if line.recv() == "stop":
                    stopped.set()
                    return
                _read(slack, came)
                line.send(came)

            asyncio.get_running_loop().add_reader(line.fileno(), asked)
            line.send([
                {"id": "desk", "type": "slack", "token": slack.token, "channel": slack.channel,
                 "base_url": slack.base_url, "allow_private": True, "updates": "none"},
                {"id": "oms", "type": "webhook", "url": f"http://127.0.0.1:{port}/hook", "secret": SECRET,
                 "allow_private": True},
            ])  # fmt: skip
            await stopped.wait()
            _read(slack, came)
    except AssertionError as error:
        wrong = str(error)
    await runner.cleanup()
    line.send(wrong)


def _read(slack: SlackApi, came: Came) -> None:
    """Look through what was posted since the last look."""
    roots = slack.roots()
    for root in roots[len(came.posts) :]:
        came.posts.append(root.at)
        numbers = [int(found) for found in _NUMBER.findall(root.said)]
        for number in numbers:
            came.slack.setdefault(number, root.at)
        if total := re.search(r"(\d[\d,]*) alerts", root.text):
            came.folded += int(total[1].replace(",", ""))
        else:
            came.alone += len(set(numbers))
    came.edits = sum(len(root.edits) for root in roots)


def _event(number: int) -> dict[str, Any]:
    """Make an event up that is about nothing else than itself."""
    words = random.Random(number)
    text = " ".join("".join(words.choices("aeioubcdfglmnprst", k=words.randint(4, 9))) for _ in range(9))
    urgent = "blackout" if number % CRITICAL_EACH == 0 else "outage"
    return {"id": f"storm-{number}", "title": f"{urgent} {text} storm-{number}", "language": "en"}


def _write(folder: Path, receivers: Sequence[dict[str, Any]]) -> None:
    (folder / "rules/portfolios").mkdir(parents=True)
    (folder / "rules/portfolios/bench.yaml").write_text(
        "{portfolio: bench, title: Bench, timezone: UTC, receivers: [desk, oms], rules: ["
        "{id: urgent, title: Urgent, severity: critical, when: {title: blackout}},"
        "{id: normal, title: Normal, severity: medium, when: {title: outage}}]}"
    )
    settings = {
        "state_dir": "./var", "rules": "./rules", "web": {"bind": "127.0.0.1:0"}, "operator": [],
        "sources": [{"id": "inbox", "type": "push", "token": PUSH_TOKEN}], "receivers": list(receivers),
    }  # fmt: skip
    (folder / "alertd.yaml").write_text(json.dumps(settings))


async def _blow(url: str, alerts: int, seconds: float) -> dict[int, float]:
    """Push all events evenly over the time; gives when each was answered for."""
    taken: dict[int, float] = {}
    began, done = time.monotonic(), 0
    async with ClientSession(headers={"Authorization": f"Bearer {PUSH_TOKEN}"}) as session:
        while done < alerts:
            due = min(alerts, int((time.monotonic() - began) / seconds * alerts) + 1)
            batch = range(done, due)
            if not batch:
                await asyncio.sleep(0.01)
                continue
            batch = batch[:500]
            async with session.post(f"{url}/v1/push/inbox", json=[_event(number) for number in batch]) as answer:
                assert answer.status == 202, (answer.status, await answer.text())
            taken |= dict.fromkeys(batch, time.monotonic())
            done = batch[-1] + 1
    return taken


async def measure(alerts: int = 10_000, seconds: float = 60.0) -> Row:
    """Run the storm; gives its figures."""
    receivers = Receivers()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder, receivers.settings)
        async with Daemon(folder) as daemon:
            await eventually(daemon.ready, "it is ready")
            url = f"http://{daemon.state()['web']}"
            machine = Machine(daemon.pid)
            lag = Histogram(await daemon.metrics(), "alertd_event_loop_lag_seconds")
            taken = await _blow(url, alerts, seconds)
            blown, most = time.monotonic(), machine.mib()

            async def all_there() -> bool:
                nonlocal most
                most = {role: max(mib, most[role]) for role, mib in machine.mib().items()}
                came = await asyncio.to_thread(receivers.came)
                return len(came.hook) >= alerts and came.alone + came.folded >= alerts

            await eventually(all_there, "everything is told", DRAIN_S)
            came = await asyncio.to_thread(receivers.came)
            lags = Histogram(await daemon.metrics(), "alertd_event_loop_lag_seconds").since(lag)
    await asyncio.to_thread(receivers.stop)
    return _figures(taken, came, blown, most, lags)


def _figures(taken: dict[int, float], came: Came, blown: float, most: dict[str, float], lags: Histogram) -> Row:
    urgent = [came.slack[n] - taken[n] for n in taken if n % CRITICAL_EACH == 0 and n in came.slack]
    hooked = [came.hook[n] - taken[n] for n in taken if n % CRITICAL_EACH == 0 and n in came.hook]
    gaps = [later - earlier for earlier, later in zip(came.posts, came.posts[1:], strict=False)]
    return {
        "events": len(taken),
        "webhooks": came.hooks,
        "webhook drained after s": max(came.hook.values()) - blown,
        "Slack messages": len(came.posts),
        "shortest gap s": min(gaps, default=0.0),
        "alerts told in Slack": came.alone + came.folded,
        "critical in Slack": len(urgent),
        "Slack p50 s": percentile(urgent, 0.5),
        "Slack p99 s": percentile(urgent, 0.99),
        "webhook critical p99 s": percentile(hooked, 0.99),
        "lag p99 ms below": lags.within(0.99) * 1000,
        **{f"{role} MiB": mib for role, mib in most.items()},
        "MiB in all": sum(most.values()),
    }


def measure_all() -> Row:
    """Run the storm of the goal: 10,000 in a minute."""
    return asyncio.run(measure())


def show(found: Row) -> None:
    """Print the figures, one a line."""
    print_table("a storm of matches", [{"what": name, "figure": value} for name, value in found.items()])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--alerts", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    show(asyncio.run(measure(options.alerts, options.seconds)))
