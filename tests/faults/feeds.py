"""Feeds that publish on demand: a window of the newest items, validators that tell the truth, faults on request."""

from __future__ import annotations

import random
import re
import threading
import time
from collections import deque
from collections.abc import Sequence
from email.utils import formatdate
from itertools import pairwise

from tests.support.desk import item, rss
from tests.support.http import Behaviour, Connection, FaultServer, Request, answer

TOKEN = re.compile(r"\btk[a-z]{12}\b")
"""What names an item in its title, and so in every message about it."""
WINDOW = 2_000
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Page:
    """What one source shows."""

    def __init__(self, name: str, window: int) -> None:
        self.name = name
        self.version = 0
        self.polls = 0
        """Requests so far, those that met a fault too."""
        self.validators: list[tuple[str, str]] = []
        """What each poll that met no fault said it had, and what it was shown."""
        self.faults: deque[Behaviour] = deque()
        self.always: Behaviour | None = None
        self._items: deque[str] = deque(maxlen=window)
        self._lock = threading.Lock()
        self._body = rss()

    @property
    def etag(self) -> str:
        """The validator of what is shown now."""
        return f'"{self.name}-{self.version}"'

    def show(self, items: Sequence[str]) -> None:
        """Put items on top."""
        with self._lock:
            self._items.extendleft(items)
            self.version += 1
            self._body = b""

    def forgotten(self) -> int:
        """Count the pages that were given whole, and of which the next poll did not know."""
        return sum(1 for (had, shown), (has, _) in pairwise(self.validators) if had != shown != has)

    async def behave(self, request: Request, connection: Connection) -> None:
        """Answer a poll."""
        self.polls += 1
        if self.faults:
            await self.faults.popleft()(request, connection)
            return
        if self.always is not None:
            await self.always(request, connection)
            return
        with self._lock:
            etag = self.etag
            if not self._body:
                self._body = rss(*self._items)
            body = self._body
        self.validators.append((request.headers.get("if-none-match", ""), etag))
        await answer(body, etag=etag, headers={"Content-Type": "application/rss+xml"})(request, connection)


class Feeds:
    """The pages of all sources of a world, on one server."""

    def __init__(
        self, server: FaultServer, names: Sequence[str], chance: random.Random, window: int = WINDOW
    ) -> None:
        self.pages = {name: Page(name, window) for name in names}
        self.published: dict[str, str] = {}
        """Token -> source, in the order of publication."""
        self._made = 0
        self._server = server
        self._chance = chance
        self._salt = "".join(chance.choices(_LETTERS, k=4))
        self._turn = 0
        for name, page in self.pages.items():
            server.script(f"/{name}", page.behave)

    def url(self, source: str) -> str:
        """Give the address of a source."""
        return self._server.url(f"/{source}")

    def publish(self, count: int, source: str | None = None) -> list[str]:
        """Put new items on one page, or in turn on all; gives their tokens. No two have a word in common."""
        made: dict[str, list[str]] = {}
        tokens = []
        names = [source] if source else list(self.pages)
        for _ in range(count):
            name = names[self._turn % len(names)]
            self._turn += 1
            token, title = self.make()
            tokens.append(token)
            self.published[token] = name
            made.setdefault(name, []).append(item(title, guid=token, date=formatdate(time.time(), usegmt=True)))
        for name, items in made.items():
            self.pages[name].show(items)
        return tokens

    def script(self, source: str, *faults: Behaviour) -> None:
        """Let the next polls of a source meet these, one each; then all is well again."""
        self.pages[source].faults.extend(faults)

    def always(self, source: str, behaviour: Behaviour | None) -> None:
        """Let every poll of a source meet this, until None."""
        self.pages[source].always = behaviour

    def make(self) -> tuple[str, str]:
        """Make up an item that is not published yet: its token, and the title that names it."""
        number, letters = self._made, ""
        self._made += 1
        for _ in range(8):
            number, digit = divmod(number, 26)
            letters = _LETTERS[digit] + letters
        token = f"tk{self._salt}{letters}"
        words = ("".join(self._chance.choices(_LETTERS, k=self._chance.randint(5, 9))) for _ in range(7))
        return token, f"{' '.join(words)} {token}"
