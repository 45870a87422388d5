"""Very many feeds in one I/O process of the real daemon, and busy ones.

    .venv/bin/python -m bench.feeds [--quiet 10000] [--busy 500]

Quiet: each feed answers once with three items and then 304, `every: 60s`, until each was polled twice and the second
minute is over. Busy: each feed of 50 items answers in full at every poll, with other bytes each time. The server is
another process that listens on 500 loopback addresses, because the hosts of real feeds are many, too.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import os
import random
import re
import socket
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bench.report import Row, print_table
from tests.support.daemon import Daemon, eventually
from tests.support.processes import cpu_s, descendants

HOSTS = 500
EVERY_S = 60
QUIET_ITEMS, BUSY_ITEMS = 3, 50
_PAGE = os.sysconf("SC_PAGE_SIZE")


def body(feed: str, items: int, built: int) -> bytes:
    """Make a feed; `built` is in its head alone."""
    words = random.Random(feed)
    entries = "".join(
        f"<item><guid>{feed}-{i}</guid><link>https://news.example.com/{feed}/{i}</link>"
        f"<title>{_text(words, 9)}</title><pubDate>Mon, 12 Jan 2026 10:{i:02}:00 GMT</pubDate>"
        f"<description>{_text(words, 60)}</description></item>"
        for i in range(items)
    )
    head = f"<title>{feed}</title><generator>{built}</generator>"
    return f"<rss version='2.0'><channel>{head}{entries}</channel></rss>".encode()


def _text(words: random.Random, count: int) -> str:
    """Make words up: items of one wording would be one story."""
    return " ".join("".join(words.choices("aeioubcdfglmnprst", k=words.randint(3, 9))) for _ in range(count))


@dataclass
class Feeds:
    """What the server has answered."""

    full: dict[str, int] = field(default_factory=dict)
    unchanged: dict[str, int] = field(default_factory=dict)

    def answer(self, head: bytes) -> bytes:
        """Answer one request, by its path: `/quiet/7` or `/busy/7`."""
        kind, _, number = head.split(b" ", 2)[1].decode()[1:].partition("/")
        feed = f"{kind}-{number}"
        if kind == "quiet" and b"if-none-match" in head.lower():
            self.unchanged[feed] = self.unchanged.get(feed, 0) + 1
            return b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n'
        self.full[feed] = self.full.get(feed, 0) + 1
        data = body(feed, QUIET_ITEMS if kind == "quiet" else BUSY_ITEMS, self.full[feed])
        tag = b'ETag: "x"\r\n' if kind == "quiet" else b""
        size = b"Content-Length: %d\r\n\r\n" % len(data)
        return b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n" + tag + size + data


def serve(line: Connection) -> None:
    """Answer requests, and on the line the question how many there were of which kind."""
    feeds = Feeds()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):  # the client hangs up
            while True:
                writer.write(feeds.answer(await reader.readuntil(b"\r\n\r\n")))
        writer.close()

    def tell() -> None:
        line.recv()
        line.send((feeds.full, feeds.unchanged))

    async def run() -> None:
        port = 0
        for number in range(HOSTS):
            listener = socket.create_server((address(number), port), backlog=512)
            port = listener.getsockname()[1]
            await asyncio.start_server(talk, sock=listener)
        line.send(port)
        asyncio.get_running_loop().add_reader(line.fileno(), tell)
        await asyncio.Event().wait()

    asyncio.run(run())


def address(number: int) -> str:
    """Give one of many loopback addresses."""
    return f"127.0.{1 + number % HOSTS // 250}.{1 + number % 250}"


class Server:
    """The server, seen from here."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._line, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs,), daemon=True)
        self._process.start()
        self.port: int = self._line.recv()

    def counts(self) -> tuple[dict[str, int], dict[str, int]]:
        """Give how often each feed was answered in full, and with 304."""
        self._line.send("?")
        full, unchanged = self._line.recv()
        return full, unchanged

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.join()


def write_settings(folder: Path, kind: str, feeds: int, port: int) -> None:
    """Write the settings of a daemon with so many feeds, and a rule that never holds."""
    (folder / "rules/portfolios").mkdir(parents=True)
    (folder / "rules/portfolios/bench.yaml").write_text(
        "{portfolio: bench, title: Bench, timezone: UTC, receivers: [desk],"
        " rules: [{id: never, title: Never, severity: low, when: {text: zeppelin}}]}"
    )
    sources = [
        {"id": f"{kind}-{n}", "type": "feed", "url": f"http://{address(n)}:{port}/{kind}/{n}",
         "every": f"{EVERY_S}s", "allow_private": True}
        for n in range(feeds)
    ]  # fmt: skip
    settings = {
        "state_dir": "./var", "rules": "./rules", "web": {"bind": "127.0.0.1:0"}, "sources": sources,
        "receivers": [{"id": "desk", "type": "console"}],
    }  # fmt: skip
    (folder / "alertd.yaml").write_text(json.dumps(settings))


class Machine:
    """What the daemon's processes use of the machine, by role."""

    def __init__(self, root: int) -> None:
        words = descendants(root)
        parsers = [pid for pid, line in words.items() if "parse_worker" in line]
        io = {_stat(pid, 1) for pid in parsers}
        self.roles = {
            "I/O": [pid for pid in words if pid in io],
            "parse": parsers,
            "redis": [pid for pid, line in words.items() if "redis-server" in line and "launch" not in line],
        }
        named = {pid for pids in self.roles.values() for pid in pids}
        self.roles["others"] = [pid for pid in words if pid not in named]

    def cpu_s(self) -> dict[str, float]:
        """Give the seconds of CPU so far."""
        return {role: sum(map(cpu_s, pids)) for role, pids in self.roles.items()}

    def mib(self) -> dict[str, float]:
        """Give the memory that is resident now."""
        return {role: sum(_stat(p, 21) for p in pids) * _PAGE / 2**20 for role, pids in self.roles.items()}


def _stat(pid: int, at: int) -> int:
    """Read a number of /proc/PID/stat (proc_pid_stat(5)), counted from the state, which is 0."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[at])


class Histogram:
    """A histogram of /metrics, or what came to it since an earlier look."""

    def __init__(self, text: str, name: str, labels: str = "") -> None:
        lines = re.findall(rf"^{name}_bucket{{([^}}]*)}} (\S+)", text, re.MULTILINE)
        found = [(re.findall('le="([^"]+)"', ours)[0], count) for ours, count in lines if labels in ours]
        self.below: dict[float, float] = {float(le.replace("+Inf", "inf")): float(count) for le, count in found}

    def since(self, before: Histogram) -> Histogram:
        """Give what came since."""
        later = Histogram("", "")
        later.below = {le: count - before.below.get(le, 0) for le, count in self.below.items()}
        return later

    @property
    def count(self) -> int:
        """How many there are."""
        return int(self.below[float("inf")])

    def above(self, bound: float) -> int:
        """Count those above a bound."""
        return int(self.below[float("inf")] - self.below[bound])

    def within(self, share: float) -> float:
        """Give the bound of the bucket in which so large a share lies."""
        return min(le for le, count in self.below.items() if count >= share * self.below[float("inf")])


async def measure(kind: str, feeds: int, server: Server) -> Row:
    """Run the daemon over so many feeds, and give the figures of a minute after the first polls."""
    items = QUIET_ITEMS if kind == "quiet" else BUSY_ITEMS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_settings(folder, kind, feeds, server.port)
        began = time.monotonic()
        async with Daemon(folder) as daemon:
            ready_s = time.monotonic() - began

            async def polled() -> bool:
                full, _ = await asyncio.to_thread(server.counts)
                return sum(feed.startswith(kind) for feed in full) == feeds

            async def taken() -> bool:
                status = await daemon.status()
                events = sum(int(row["events"]) for row in status["sources"])
                return events == feeds * items and not status["events"]["backlog"]

            await eventually(polled, "each feed was polled", 300 + feeds / 20)
            await eventually(taken, "each feed was polled, and all of its items are events", 300 + feeds / 20)
            machine = Machine(daemon.pid)
            text, cpu, start = await daemon.metrics(), machine.cpu_s(), time.monotonic()
            lag, first = Histogram(text, "alertd_event_loop_lag_seconds", 'process="io'), _lateness(text)

            async def polled_again() -> bool:
                full, unchanged = await asyncio.to_thread(server.counts)
                polls = {feed: full[feed] + unchanged.get(feed, 0) for feed in full if feed.startswith(kind)}
                return len(polls) == feeds and min(polls.values()) >= 2 and time.monotonic() - start >= EVERY_S

            await eventually(polled_again, "each feed was polled twice", 300 + feeds / 20)
            seconds, text, after = time.monotonic() - start, await daemon.metrics(), machine.cpu_s()
            lag, late = Histogram(text, "alertd_event_loop_lag_seconds", 'process="io').since(lag), _lateness(text)
            memory = machine.mib()
            states = (await daemon.status())["sources"]
    full, unchanged = server.counts()
    events = sum(state["events"] for state in states)
    assert events == feeds * items, f"{events} events of {feeds * items}"
    if kind == "quiet":
        assert all(full[f"quiet-{n}"] == 1 and unchanged[f"quiet-{n}"] >= 1 for n in range(feeds)), "304 once known"
    used = {role: (after[role] - cpu[role]) / seconds for role in cpu}
    polls = late.since(first).count
    return {
        "feeds": feeds, "items": events, "ready s": ready_s, "polls/s": polls / seconds,
        "late > 2 s": late.since(first).above(2.0), "lag p99 <= s": lag.within(0.99),
        "I/O MiB": memory["I/O"], "parse MiB": memory["parse"], "redis MiB": memory["redis"],
        "I/O %": 100 * used["I/O"], "parse %": 100 * used["parse"], "redis %": 100 * used["redis"],
        "ours %": 100 * (used["I/O"] + used["parse"] + used["others"]),
    }  # fmt: skip


def _lateness(text: str) -> Histogram:
    return Histogram(text, "alertd_poll_lateness_seconds")


def measure_all(quiet: int = 10_000, busy: int = 500) -> list[Row]:
    """Measure both."""
    server = Server()
    try:
        runs: list[Callable[[], Row]] = [
            lambda: asyncio.run(measure("quiet", quiet, server)),
            lambda: asyncio.run(measure("busy", busy, server)),
        ]
        return [run() for run in runs]
    finally:
        server.stop()


def show(found: list[Any]) -> None:
    """Print the figures."""
    quiet, busy = found
    print_table("304 answers (goal: I/O under 400 MiB, lag p99 under 0.05 s, none more than 2 s late)", [quiet])
    print_table(f"{BUSY_ITEMS} items in full each time (goal: 500 feeds a minute within 40 % of a core)", [busy])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quiet", type=int, default=10_000)
    parser.add_argument("--busy", type=int, default=500)
    options = parser.parse_args()
    show(measure_all(options.quiet, options.busy))


if __name__ == "__main__":
    main()
