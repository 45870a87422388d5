"""An EDGAR on loopback: pages of current filings out of a list that the test moves on, and any files beside them.

async with EdgarSite() as site:
    site.show(recorded(poll_1))            # newest first; `[*new, *site.entries]` moves it on
    site.answer(80, status=503)            # once, for the page that begins there
    site.files["/submissions/CIK0000320193.json"] = b"…"
    …  the daemon's `base_url: {site.url}`  …
    assert [asked.start for asked in site.asked] == [0, 80]
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from aiohttp import web

HEAD = (
    b'<?xml version="1.0" encoding="ISO-8859-1" ?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
    b"<title>Latest Filings</title>\n<updated>2026-01-12T12:42:00-05:00</updated>\n"
)
DOWN = (
    b'<!DOCTYPE html>\n<html lang="en"><head><title>SEC.gov | File Unavailable</title></head>\n'
    b"<body><h1>This file is temporarily unavailable</h1></body></html>\n"
)
"""The page that comes with a 503: past the last one, and when EDGAR is down."""
TOO_MANY = b"<html><head><title>SEC.gov | Request Rate Threshold Exceeded</title></head><body></body></html>"
NO_SUCH_FILE = b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code></Error>'
PAGES: dict[int, bytes] = {403: TOO_MANY, 429: TOO_MANY, 503: DOWN}
_ENTRY = re.compile(rb"<entry>.*?</entry>\s*", re.DOTALL)
_FORM = re.compile(rb'term="([^"]*)"')


@dataclass(frozen=True)
class Asked:
    """One request."""

    path: str
    start: int
    form: str
    agent: str
    encoding: str
    at: float
    """time.monotonic()."""


class EdgarSite:
    """A real HTTP server; an async context manager in the loop of the test."""

    def __init__(self, entries: Sequence[bytes] = (), *, last_start: int = 5_000) -> None:
        """A page that would begin after `last_start` is a 503, as at EDGAR."""
        self.entries = list(entries)
        self.files: dict[str, bytes] = {}
        """Path -> body: submissions, indexes, documents. What is not here is refused as /Archives does, by a 403."""
        self.asked: list[Asked] = []
        self.url = ""
        self._last_start = last_start
        self._answers: dict[int, list[tuple[int, bytes]]] = {}
        self._always: dict[int, int] = {}
        app = web.Application()
        app.router.add_get("/cgi-bin/browse-edgar", self._current)
        app.router.add_get("/{path:.*}", self._file)
        self._runner = web.AppRunner(app)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._runner.cleanup()

    def show(self, entries: Iterable[bytes]) -> None:
        """Show these entries from now on, newest first."""
        self.entries = list(entries)

    def publish(self, *entries: str | bytes) -> None:
        """Put entries on top, the last one given on the very top."""
        for entry in entries:
            self.entries.insert(0, entry.encode("iso-8859-1") if isinstance(entry, str) else entry)

    def answer(self, start: int, *, status: int, body: bytes | None = None, times: int = 1) -> None:
        """Answer so the next times that the page beginning there is asked for."""
        page = PAGES.get(status, b"") if body is None else body
        self._answers.setdefault(start, []).extend([(status, page)] * times)

    def always(self, start: int, status: int) -> None:
        """Answer so whenever a page that begins there or later is asked for; 200 ends it."""
        self._always.pop(start, None)
        if status != 200:
            self._always[start] = status

    def starts(self) -> list[int]:
        """Give where the pages began that were asked for so far, and forget them."""
        found = [asked.start for asked in self.asked if asked.path == "/cgi-bin/browse-edgar"]
        self.asked.clear()
        return found

    async def _current(self, request: web.Request) -> web.Response:
        query = request.query
        start, form = int(query.get("start", "0")), query.get("type", "")
        self._note(request, start, form)
        kind = {"Content-Type": "application/atom+xml"}
        if scripted := self._answers.get(start):
            status, body = scripted.pop(0)
            return web.Response(status=status, body=body, headers=kind if status == 200 else {})
        if status := next((status for least, status in self._always.items() if start >= least), 0):
            return web.Response(status=status, body=PAGES.get(status, b""), content_type="text/html")
        shown = [entry for entry in self.entries if _form_of(entry).startswith(form)]
        if start and (start > self._last_start or start >= len(shown)):
            return web.Response(status=503, body=DOWN, content_type="text/html")
        return web.Response(body=page(shown[start : start + int(query.get("count", "40"))]), headers=kind)

    async def _file(self, request: web.Request) -> web.Response:
        self._note(request, 0, "")
        body = self.files.get(request.path)
        if body is None:
            return web.Response(status=403, body=NO_SUCH_FILE, content_type="application/xml")
        return web.Response(body=body)

    def _note(self, request: web.Request, start: int, form: str) -> None:
        headers = request.headers
        agent, encoding = headers.get("User-Agent", ""), headers.get("Accept-Encoding", "")
        self.asked.append(Asked(request.path, start, form, agent, encoding, time.monotonic()))


def page(entries: Iterable[bytes]) -> bytes:
    """Make a page of entries."""
    return HEAD + b"".join(entries) + b"</feed>\n"


def entries_of(pages: Iterable[bytes]) -> list[bytes]:
    """Take the entries out of pages, in their order."""
    return [entry for body in pages for entry in _ENTRY.findall(body)]


def recorded(folder: Path) -> list[bytes]:
    """Give the entries of a recorded poll, from its pages of 100 (`…start=0100_count=100…xml`)."""
    pages = sorted(folder.glob("*count=100*.xml"), key=lambda path: int(re.findall(r"start=(\d+)", path.name)[0]))
    return entries_of(path.read_bytes() for path in pages)


def _form_of(entry: bytes) -> str:
    found = _FORM.search(entry)
    return found[1].decode("iso-8859-1") if found else ""
