"""From an entry's bytes arriving to the webhook request leaving, on loopback with an idle daemon.

    .venv/bin/python -m bench.latency [--entries 60]

The feed server notes when the last byte of an answer with a new entry was handed to the kernel, the webhook receiver
when the request came in; both are this process and one clock. Between the two lie four writes that wait for the disk:
ingest, the hand-out to a match process, the commit of the alert, and the claim of the delivery.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import socket
import tempfile
import time
from pathlib import Path

from aiohttp import web

from bench.fsync import fsync_ms, line, percentiles
from tests.support.daemon import Daemon, eventually

WRITES = 4
SECRET = "whsec_" + base64.b64encode(os.urandom(32)).decode()


class World:
    """A feed that has one more entry at each poll, and a receiver that notes when a message arrives."""

    def __init__(self) -> None:
        self.entries: list[str] = []
        self.sent_at: dict[str, float] = {}
        self.came_at: dict[str, float] = {}
        self.growing = False

    async def feed(self, request: web.Request) -> web.StreamResponse:
        """Answer a poll; the answer before it must have been delivered, so that the daemon is idle."""
        fresh = ""
        if self.growing and set(self.entries) <= self.came_at.keys():
            fresh = f"entry-{len(self.entries)}"
            self.entries.insert(0, fresh)
        items = "".join(
            f"<item><guid>{e}</guid><title>Vega Grid leases its supercomputer, {e}</title></item>"
            for e in self.entries[:20]
        )
        body = f"<rss version='2.0'><channel><title>bench</title>{items}</channel></rss>".encode()
        response = web.StreamResponse(
            headers={"Content-Type": "application/rss+xml", "Content-Length": str(len(body))}
        )
        await response.prepare(request)
        await response.write(body)
        if fresh:
            self.sent_at[fresh] = time.perf_counter()
        return response

    async def sink(self, request: web.Request) -> web.Response:
        """Take a webhook."""
        arrived = time.perf_counter()
        title = json.loads(await request.read())["data"]["event"]["title"]
        self.came_at.setdefault(title.rpartition(", ")[2], arrived)
        return web.Response(status=204)


async def measure(entries: int) -> dict[str, list[float]]:
    """Give the latencies and what the disk took, in milliseconds."""
    world = World()
    app = web.Application()
    app.router.add_get("/feed", world.feed)
    app.router.add_post("/sink", world.sink)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    await web.SockSite(runner, listener).start()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "rules/portfolios").mkdir(parents=True)
        (folder / "rules/portfolios/bench.yaml").write_text(
            "{portfolio: bench, title: Bench, timezone: UTC, receivers: [sink],"
            " rules: [{id: lease, title: Lease, severity: high, when: {text: supercomputer}}]}"
        )
        settings = {
            "state_dir": "./var", "rules": "./rules", "web": {"bind": "127.0.0.1:0"}, "operator": [],
            "sources": [{"id": "bench", "type": "feed", "url": f"http://127.0.0.1:{port}/feed", "every": "1s",
                         "allow_private": True}],
            "receivers": [{"id": "sink", "type": "webhook", "url": f"http://127.0.0.1:{port}/sink", "secret": SECRET,
                           "allow_private": True}],
        }  # fmt: skip
        (folder / "alertd.yaml").write_text(json.dumps(settings))
        before = fsync_ms(folder)
        async with Daemon(folder) as daemon:
            await eventually(daemon.quiet, "the first poll")
            world.growing = True

            async def enough() -> bool:
                return len(world.came_at) >= entries

            await eventually(enough, f"{entries} alerts", entries * 5.0)
        disk = before + fsync_ms(folder)
    await runner.cleanup()
    latencies = [(world.came_at[e] - world.sent_at[e]) * 1000 for e in world.came_at if e in world.sent_at]
    return {"latency": latencies, "fdatasync": disk}


def show(found: dict[str, list[float]]) -> None:
    """Print the figures."""
    beyond = percentiles(found["latency"])["p50"] - WRITES * percentiles(found["fdatasync"])["p50"]
    print(line("bytes sent -> webhook request arrived", found["latency"]))
    print(line("fdatasync of this disk, before and after", found["fdatasync"]))
    print(f"p50 beyond the {WRITES} fsyncs on the way: {beyond:.2f} ms (goal: under 15)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=60)
    show(asyncio.run(measure(parser.parse_args().entries)))
