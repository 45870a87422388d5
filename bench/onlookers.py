"""What those cost who look on: memory, and how soon the last of them is told of a change.

    .venv/bin/python -m bench.onlookers [--count 1000] [--json]

The server is another process, over a store in memory. All connect at once, as browsers do when the daemon is there
again; then an alert is acknowledged a few times. `open s` is until the last of them looks on, `told ms` from the
request that changes the alert until the last of them has it, `cpu ms` what a change takes of the server's processor,
`page ms` a page that is asked for while all are being told.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from bench.report import Row, percentile, print_table
from tests.alerts.living import state
from tests.web.conftest import TOKENS, serving

COUNTS = (100, 1_000)
TIMES = 10
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
AUTH = {"Authorization": f"Bearer {TOKENS['all']}"}
ASK = f"GET /v1/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: {AUTH['Authorization']}\r\n\r\n".encode()


class Server:
    """The server, seen from outside."""

    def __init__(self, pid: int, url: str) -> None:
        self.url = url
        self._proc = Path(f"/proc/{pid}")

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def memory(self) -> int:
        """Give the bytes that are its own."""
        rows = (self._proc / "smaps_rollup").read_text().splitlines()
        return sum(int(row.split()[1]) for row in rows if row.startswith(("Private_Clean", "Private_Dirty"))) * 1024

    def cpu_s(self) -> float:
        """Give the time that it has computed."""
        fields = (self._proc / "stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) * _TICK_S


def measure(counts: tuple[int, ...] = COUNTS) -> list[Row]:
    """Measure each number of onlookers against a server of its own."""
    return [asyncio.run(_measured(count)) for count in counts]


async def _measured(count: int) -> Row:
    async with _served() as server, aiohttp.ClientSession(server.url, headers=AUTH) as http:
        await _answer(http, "acknowledge")
        before, began = server.memory(), time.perf_counter()
        lines = await asyncio.gather(*(_look_on(server.port) for _ in range(count)))
        opened, memory = time.perf_counter() - began, server.memory() - before
        told, pages, cpu = [], [], server.cpu_s()
        for n in range(TIMES):
            began = time.perf_counter()
            await _answer(http, "unacknowledge" if n % 2 == 0 else "acknowledge")
            heard = asyncio.gather(*(line.readuntil(b"event: alert") for line, _ in lines))
            asked = time.perf_counter()
            async with http.get("/v1/alerts") as answer:
                await answer.read()
            pages.append((time.perf_counter() - asked) * 1000)
            await heard
            told.append((time.perf_counter() - began) * 1000)
        cpu = (server.cpu_s() - cpu) * 1000 / TIMES
        for _, writer in lines:
            writer.transport.abort()
    return {
        "onlookers": count, "open s": opened, "MB": memory / 1e6, "kB each": memory / count / 1e3,
        "told ms": percentile(told, 0.5), "worst ms": max(told), "cpu ms": cpu, "page ms": max(pages),
    }  # fmt: skip


async def _look_on(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(ASK)
    await reader.readuntil(b"retry: 2000\n\n")
    return reader, writer


async def _answer(http: aiohttp.ClientSession, kind: str) -> None:
    async with http.post(f"/v1/alerts/al_a/{kind}") as answer:
        assert answer.status == 200, await answer.text()


@asynccontextmanager
async def _served() -> AsyncIterator[Server]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.onlookers",
        "--serve",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        said = [""]
        while not said[-1].startswith("http://"):  # it logs there, too
            line = await process.stdout.readline()
            assert line, "the server ended"
            said.append(line.decode().strip())
        yield Server(process.pid, said[-1])
    finally:
        process.stdin.close()
        await process.wait()


async def _serve() -> None:
    async with serving() as api:
        await api.life.put(state())
        print(api.url, flush=True)
        await asyncio.to_thread(sys.stdin.read)


def show(rows: list[Row]) -> None:
    """Print the figures."""
    print_table("onlookers", rows)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, action="append")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(_serve())
        return
    rows = measure(tuple(options.count or COUNTS))
    if options.json:
        print(json.dumps(rows, indent=2))
    else:
        show(rows)


if __name__ == "__main__":
    main()
