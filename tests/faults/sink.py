"""A webhook receiver that believes nothing and notes everything."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections import deque
from dataclasses import dataclass
from typing import Any, Protocol

from standardwebhooks import Webhook, WebhookVerificationError

from tests.faults.feeds import TOKEN
from tests.support.http import Behaviour, Connection, FaultServer, Request, answer

SECRET = "whsec_" + base64.b64encode(b"the-secret-of-a-world-of-faults!").decode()
ACCEPTED = answer(status=204)


@dataclass(frozen=True, slots=True)
class Receipt:
    """One message as it came in."""

    at: float
    """time.monotonic()."""
    id: str
    """webhook-id."""
    type: str
    subject: str
    """What it is about: alert and revision, for an alert; else its own id."""
    tokens: frozenset[str]
    """The items that it names."""
    digest: str
    """Of the exact bytes."""
    accepted: bool
    """Whether the receiver has it: false where a fault refused it, so that it must come again."""
    payload: dict[str, Any]
    """Empty where the sink does not keep them."""


class Verifier(Protocol):
    """What believes a message, or not."""

    def verify(self, data: bytes, headers: dict[str, str], /) -> Any:
        """Give the payload. Raises WebhookVerificationError."""
        ...


class Sink:
    """Serves one path. Without faults it takes everything that is signed well."""

    def __init__(self, server: FaultServer, path: str, *, keep: bool = True) -> None:
        """`keep`: payloads too, for tests that look into them."""
        self.path = path
        self.url = server.script(path, self._behave)
        self.receipts: list[Receipt] = []
        self.wrong: list[str] = []
        """Why a message was not believed."""
        self.keep = keep
        self._tokens: set[str] = set()
        self._server = server
        self.verifier: Verifier = Webhook(SECRET)
        """Who checks signatures: another one where the clocks of the two ends differ."""
        self._faults: deque[tuple[Behaviour, bool]] = deque()
        self._once = False
        self._met: set[str] = set()
        self._always: tuple[Behaviour, bool] = (ACCEPTED, True)

    def script(self, *behaviours: Behaviour, accepts: bool = False, once: bool = False) -> None:
        """Let the next messages meet these, one each. `accepts`: it has taken the message, whatever it answers.

        `once`: a message that has met one is spared the others, however soon it comes again.
        """
        self._faults.extend((behaviour, accepts) for behaviour in behaviours)
        self._once = once

    def always(self, behaviour: Behaviour | None, *, accepts: bool = False) -> None:
        """Let every message meet this, until None."""
        self._always = (ACCEPTED, True) if behaviour is None else (behaviour, accepts)

    @property
    def tokens(self) -> set[str]:
        """The items that messages which it took were about."""
        return set(self._tokens)

    def notices(self, kind: str = "", subject: str = "") -> list[dict[str, Any]]:
        """Give the notices that came."""
        found = [r.payload["data"]["notice"] for r in list(self.receipts) if r.type == "notice" and r.payload]
        return [n for n in found if (not kind or n["kind"] == kind) and (not subject or n["subject"] == subject)]

    async def _behave(self, request: Request, connection: Connection) -> None:
        if not self.keep:
            self._server.requests.clear()
        try:
            payload: dict[str, Any] = self.verifier.verify(request.body, request.headers)
        except (WebhookVerificationError, json.JSONDecodeError) as error:
            self.wrong.append(repr(error))
            await answer(status=401)(request, connection)
            return
        id = request.headers["webhook-id"]
        behaviour, accepts = self._always
        if self._faults and not (self._once and id in self._met):
            behaviour, accepts = self._faults.popleft()
            self._met.add(id)
        self._note(request, payload, accepts)
        await behaviour(request, connection)

    def _note(self, request: Request, payload: dict[str, Any], accepted: bool) -> None:
        data = payload["data"]
        id = request.headers["webhook-id"]
        alert = data.get("alert")
        receipt = Receipt(
            at=time.monotonic(),
            id=id,
            type=payload["type"],
            subject=f"{alert['id']}:{alert['revision']}" if alert else id,
            tokens=frozenset(TOKEN.findall(data["event"]["title"] if data.get("event") else json.dumps(data))),
            digest=hashlib.sha256(request.body).hexdigest(),
            accepted=accepted,
            payload=payload if self.keep else {},
        )
        self.receipts.append(receipt)
        if accepted:
            self._tokens |= receipt.tokens
