"""How long each page takes, of a server over a real Redis and a history of very many alerts.

    .venv/bin/python -m bench.pages [--alerts 100000] [--times 30] [--folder DIR] [--json]

Twenty portfolios of five rules; the history is that of `bench.history`. Redis holds the newest alerts, as it does of
a daemon that has run for months. `first` is a page that nobody has opened since the rules changed, the others are of
somebody who goes round; what is counted over the history is then a moment old at most. `cpu ms` is what a page takes
of a processor, for server and client together: it says which are slow also where others want the processors. A
`--folder` keeps the history, which takes minutes to make, for the next time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from alertd import telemetry
from alertd.alerts.policy import ReceiverPolicy
from alertd.app.rooms import rooms_of
from alertd.app.shown import Shown
from alertd.asking.in_force import Setup
from alertd.asking.past import Past
from alertd.asking.portfolio_names import PortfolioName, name_of
from alertd.asking.reach import Named, Reach
from alertd.base.clock import rfc3339
from alertd.base.ids import make_id
from alertd.base.secrets import Secret
from alertd.base.tokens import Digests
from alertd.companies.table import load_registrants
from alertd.model import Alert, AlertState, Event, Match
from alertd.net.client import HttpClient
from alertd.rules.loader import load_rules
from alertd.rules.places import kept_rules
from alertd.store.redis import RedisStore, open_store
from alertd.web.config import WebConfig
from alertd.web.deps import WebDeps
from alertd.web.page.frame import is_page
from alertd.web.server import WebServer
from alertd.workers.answers import Answers
from alertd.workers.live import Live
from alertd.workers.progress import Progress
from alertd.workers.status import collect_status
from bench import history
from bench.news import generated, reuters
from bench.report import Row, percentile, print_table, progress
from tests.support.redis import RedisServer, bundled_binary

ALERTS = 100_000
IN_REDIS = 5_000
"""Alerts that Redis still has, the newest: those of the last days."""
PORTFOLIOS = 20
TIMES = 30
GOAL_MS = 100
TOKEN = "a-token-of-this-measurement"
_RULES = ("lease", "guidance", "dispute", "deal", "filing")


def measure(count: int = ALERTS, times: int = TIMES, kept: Path | None = None) -> list[Row]:
    """Measure all pages; the history is in `kept`, or is put there."""
    if kept is not None:
        return asyncio.run(_measured(count, times, kept / str(count)))
    with tempfile.TemporaryDirectory() as name:
        return asyncio.run(_measured(count, times, Path(name)))


async def _measured(count: int, times: int, folder: Path) -> list[Row]:
    texts = reuters(21_578, least=40, most=2_000) or generated(5_000, load_registrants().registrants)
    with progress("pages", 3) as step:
        await asyncio.to_thread(_grow, folder, texts, count)
        step("history")
        with RedisServer(bundled_binary()) as redis:
            store = await open_store(redis.url, "bench", name="bench")
            try:
                now = history.START + count * history.STEP_MS
                until = await Past(_reach(folder, [])).ask(lambda kept: kept.until_ms)
                newest = await _filled(store, texts, count, until)
                step("Redis")
                async with _serving(folder, store, redis.url, now) as http:
                    rows = [await _timed(http, path, times) for path in _paths(newest)]
                step("asked")
            finally:
                await store.aclose()
    return rows


def _grow(folder: Path, texts: Any, count: int) -> None:
    """Make the history, unless it is there."""
    done = folder / "grown"
    if not done.exists():
        folder.mkdir(parents=True, exist_ok=True)
        history._grow(folder, history.records(texts, count))
        done.touch()


def _paths(newest: str) -> list[str]:
    return [
        "/alerts", "/alerts?portfolio=book-3", "/alerts?severity=critical&status=open", "/alerts?source=wire-2",
        "/alerts?company=TICK7", "/alerts?event_type=type-3", "/alerts?since=60d&severity=critical&source=wire-2",
        "/alerts?text=bundesbank", "/alerts?text=mln", "/alerts?text=mln+dlrs&portfolio=book-3", "/alerts?text=co*",
        f"/alerts/{newest}", "/portfolios", "/portfolios/book-3", "/rules", "/rules/book-3",
        "/rules/book-3/deal", "/sources", "/sources/wire-1", "/silences", "/dead", "/system", "/events/ev_n7",
    ]  # fmt: skip


async def _timed(http: aiohttp.ClientSession, path: str, count: int) -> Row:
    """Open a page, then again and again."""
    times, cpu, size = [], [], 0
    for _ in range(count + 1):
        began, computed = time.perf_counter(), time.process_time()
        async with http.get(path) as answer:
            size = len(await answer.read())
            assert answer.status == 200, (path, answer.status)
        times.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - computed) * 1000)
    again = times[1:]
    return {
        "page": path[:48], "kB": size // 1000, "first ms": times[0], "p50 ms": percentile(again, 0.5),
        "p99 ms": percentile(again, 0.99), "cpu ms": percentile(cpu[1:], 0.5), "goal": f"under {GOAL_MS} ms",
    }  # fmt: skip


async def _filled(store: RedisStore, texts: Any, count: int, until: int) -> str:
    """Put the newest alerts into Redis, written no later than the history reaches; gives the id of the last."""
    last = ""
    for number in range(max(0, count - IN_REDIS), count):
        story = texts[number % len(texts)]
        at = rfc3339(history.START + number * history.STEP_MS)
        last = make_id("al", f"book-{number % PORTFOLIOS}", str(number))
        event = Event(id=f"ev_a{number}", title=story.title, body=story.body[:2_000], event_at=at, seen_at=at)
        match = Match(
            rule=_RULES[number % 5], rule_hash="h", portfolio=f"book-{number % PORTFOLIOS}", event=event.id,
            event_revision=1, severity="high",
        )  # fmt: skip
        alert = Alert(
            id=last, revision=1, portfolio=match.portfolio, subject=f"st_{number}", severity="high",
            title=story.title, matches=[match], story=f"st_{number}", first_at=at, updated_at=at,
        )  # fmt: skip
        await store.commit(last, 0, AlertState(alert=alert, event=event), [], until - (count - number) * 1_000)
    return last


@asynccontextmanager
async def _serving(folder: Path, store: RedisStore, redis_url: str, now: int) -> AsyncIterator[aiohttp.ClientSession]:
    """Serve the pages as the daemon does, at a time that stands still; gives somebody who is signed in."""
    names, version = _rules(folder)
    sources = [Named(f"wire-{number}", "feed") for number in range(5)]
    reach = _reach(folder, sources)
    answers, live = Answers(store, {"desk": ReceiverPolicy("desk")}, lambda: now), Live(store, Progress())

    async def status() -> dict[str, Any]:
        return await collect_status(store, sources, [], now)

    token = Digests.of([Secret(TOKEN)])
    shown = Shown(Setup(reach, version), names, redis_url, status)
    asks = HttpClient(user_agent="bench")  # of the pages none asks outside
    rooms = rooms_of(
        store, answers, live, token, WebConfig(), Secret("k" * 40), lambda: now, shown=shown,
        house=shown.house(store, asks),
    )  # fmt: skip
    deps = WebDeps(
        status=status, ready=status, metrics=telemetry.metrics_text, token=token, callers=rooms.callers,
        pages=is_page, routes=rooms.routes,
    )  # fmt: skip
    server = WebServer("127.0.0.1:0", deps)
    _, port = await server.start()
    jar = aiohttp.CookieJar(unsafe=True)
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", cookie_jar=jar) as http:
            async with http.post("/login", data={"token": TOKEN}, allow_redirects=False) as answer:
                assert answer.status == 303
            yield http
    finally:
        await server.stop()
        await asks.aclose()
        await shown.apart.aclose()


def _reach(folder: Path, sources: list[Named]) -> Reach:
    return Reach(folder, folder / "rules", "bench", Secret(""), None, None, sources, [], folder / "archive")


def _rules(folder: Path) -> tuple[list[PortfolioName], str]:
    """Write the rules and put them in force."""
    (folder / "rules/portfolios").mkdir(parents=True, exist_ok=True)
    rules = "".join(
        f"  - {{id: {one}, title: About {one}, severity: high, when: {{title: {one}}}}}\n" for one in _RULES
    )
    for number in range(PORTFOLIOS):
        head = f"portfolio: book-{number}\ntitle: Book {number}\nreceivers: [desk]\n"
        text = f"{head}holdings: [{{ticker: NVDA, weight: 8%}}]\nrules:\n{rules}"
        (folder / f"rules/portfolios/book-{number}.yaml").write_text(text)
    book = load_rules(folder / "rules").book
    kept_rules(folder).keep(book, 86_400)
    return [name_of(one) for one in book.portfolios], book.version


def show(rows: list[Row]) -> None:
    """Print the figures."""
    print_table("pages", rows)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=ALERTS)
    parser.add_argument("--times", type=int, default=TIMES)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = measure(options.alerts, options.times, options.folder)
    if options.json:
        print(json.dumps(rows, indent=2))
    else:
        show(rows)


if __name__ == "__main__":
    main()
