"""What a poll that brings nothing new costs of the event loop's time.

    .venv/bin/python -m bench.quiet_poll [--polls 2000]

The server is another process; what is measured is the CPU time of this process's only thread, in which the event loop
runs: request, answer, decision, state, and nothing else (the store is in memory). Twice: the server answers 304, and
it ignores validators and sends the same 50 entries again (then the body's hash decides).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import multiprocessing
import socket
import time
from multiprocessing.connection import Connection
from typing import Any

from alertd.base.clock import system_clock
from alertd.model import SourceState
from alertd.net.budget import HostBudget, HostLimit
from alertd.net.client import HttpClient
from alertd.sources.feed import FeedConfig
from alertd.sources.parsepool import ParsePool
from alertd.store.memory import MemoryStore
from alertd.workers.feed_poll import FeedPoll
from alertd.workers.intake import Intake
from alertd.workers.notices import Notices
from alertd.workers.poll import Poll
from alertd.workers.source_health import SourceHealth


def body() -> bytes:
    """Make a feed of 50 entries."""
    items = "".join(
        f"<item><guid>g{i}</guid><link>https://news.example.com/{i}</link><title>Entry number {i}</title>"
        f"<description>{'Some words about a company and what it did. ' * 8}</description></item>"
        for i in range(50)
    )
    return f"<rss version='2.0'><channel><title>bench</title>{items}</channel></rss>".encode()


def serve(line: Connection) -> None:
    """Answer requests for ever: `/304` honours validators, `/200` does not."""
    data = body()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        full = b'HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: "x"\r\nContent-Length: %d\r\n\r\n'
        with contextlib.suppress(asyncio.IncompleteReadError):  # the client hangs up
            while head := await reader.readuntil(b"\r\n\r\n"):
                if b"GET /304" in head and b"If-None-Match" in head:
                    writer.write(b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n')
                else:
                    writer.write(full % len(data) + data)

    async def run() -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        server = await asyncio.start_server(answer, sock=listener)
        line.send(listener.getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


async def measure(port: int, path: str, polls: int) -> float:
    """Give the milliseconds of CPU for one quiet poll."""
    store = MemoryStore()
    budget = HostBudget(inside=HostLimit(concurrency=16, spacing_s=0.0))
    async with HttpClient("alertd bench", budget=budget) as http:
        pool = ParsePool(size=1)
        await pool.start()
        notices = Notices(store, {}, system_clock)
        health = SourceHealth(store, notices, system_clock)
        intake = Intake(store, notices, system_clock, health)
        poll = Poll({"feed": FeedPoll(intake, http, pool, health, system_clock)}, health, system_clock)
        source = FeedConfig.model_validate(
            {"id": "bench", "type": "feed", "url": f"http://127.0.0.1:{port}/{path}", "allow_private": True}
        )
        state = (await poll.poll(source, SourceState(source="bench"))).state
        for _ in range(100):
            state = (await poll.poll(source, state)).state
        started = time.thread_time()
        for _ in range(polls):
            polled = await poll.poll(source, state)
            assert polled.outcome == "unchanged", polled
            state = polled.state
        spent = time.thread_time() - started
        await pool.aclose()
    return spent / polls * 1000


def measure_all(polls: int) -> dict[str, Any]:
    """Measure both kinds of answer."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    port = ours.recv()
    found = {path: asyncio.run(measure(port, path, polls)) for path in ("304", "200")}
    server.terminate()
    return {"polls": polls, "ms": found}


def show(found: dict[str, Any]) -> None:
    """Print the figures."""
    for path, words in (("304", "304 Not Modified"), ("200", f"200 with the same {len(body()) // 1024} KiB")):
        spent = found["ms"][path]
        print(f"{words:<32} {spent:6.3f} ms of event-loop time per poll (goal: under 1), {found['polls']} polls")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--polls", type=int, default=2000)
    show(measure_all(parser.parse_args().polls))


if __name__ == "__main__":
    main()
