"""Receivers that misbehave as real ones do, and worlds that have them.

A sink of a world is told what to do by `Sink.script` and `Sink.always`; here are the ways, and what other kinds of
receivers took: mail by its Message-ID, Slack by its text.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from standardwebhooks import WebhookVerificationError

from alertd.base.clock import Clock
from alertd.base.secrets import Secret
from alertd.notify.message import POSSIBLE_REPEAT
from alertd.notify.webhook import sign, signing_key
from tests.faults.feeds import TOKEN
from tests.faults.sink import SECRET, Receipt, Sink
from tests.faults.world import Json, World
from tests.support.behaviours import answer, hang, reset
from tests.support.slack_api import SlackApi
from tests.support.smtp import FakeRelay, Mail

OVER_THEN_RESET = reset(b"HTTP/1.1 20")
"""Takes the message, begins to say so, and resets the connection."""
OVER_THEN_SILENT = hang()
"""Takes the message and says nothing."""
BROKEN = answer(status=500)


_ABOUT_ITSELF = re.compile(re.escape(POSSIBLE_REPEAT) + r"|Delayed [^:]*: it could not be delivered before\.")


class AnyTime:
    """Checks the signature of a message, whatever time it was signed at: for daemons whose clock a test moves."""

    def __init__(self) -> None:
        self._key = signing_key(Secret(SECRET))

    def verify(self, data: bytes, headers: dict[str, str], /) -> Any:
        """Give the payload. Raises WebhookVerificationError."""
        signed = sign(self._key, headers["webhook-id"], int(headers["webhook-timestamp"]), data)
        if headers["webhook-signature"] != signed:
            raise WebhookVerificationError("No matching signature found")
        return json.loads(data)


def any_time(w: World, clock: Clock, *more: Sink) -> None:
    """Let a world go by a clock of its own, and its sinks believe messages of any time."""
    w.clock = clock
    for sink in (w.sink, w.notices, *more):
        sink.verifier = AnyTime()


def with_receivers(w: World, receivers: Sequence[Json], **settings: Any) -> None:
    """Put receivers before those that a world has, and other settings over its own, before it starts or reloads."""
    known = {receiver["id"] for receiver in receivers}
    w.settings["receivers"] = [*receivers, *(r for r in w.settings["receivers"] if r["id"] not in known)]
    w.settings |= settings
    w.write_rules()
    for daemon in w.daemons:
        daemon.config.write_text(json.dumps({"state_dir": "./var"} | w.settings))


def repeats(ids: Iterable[str]) -> Counter[str]:
    """Give how often each id came again."""
    return Counter({id: count - 1 for id, count in Counter(ids).items() if count > 1})


def accepted(sink: Sink) -> list[Receipt]:
    """Give the alerts that a sink took, in their order."""
    return [receipt for receipt in list(sink.receipts) if receipt.accepted and receipt.type != "notice"]


def first_orders(receipts: Iterable[Receipt]) -> dict[str, list[int]]:
    """Give alert -> its revisions, in the order in which each was taken for the first time."""
    orders: dict[str, list[int]] = {}
    for receipt in receipts:
        alert, _, revision = receipt.subject.partition(":")
        if revision and int(revision) not in orders.setdefault(alert, []):
            orders[alert].append(int(revision))
    return orders


@dataclass(frozen=True, slots=True)
class Told:
    """A message that people read, as the checker sees it."""

    id: str
    subject: str
    tokens: frozenset[str]
    digest: str
    """Of what it says, without what an attempt says about itself."""
    marked: bool
    """It says that it may be a repeat."""
    accepted: bool = True


def mailed(relay: FakeRelay) -> list[Told]:
    """Give the mails about items, each known by its Message-ID."""
    return [_told(id, token, mail.part("plain")) for id, token, mail in mails_of(relay)]


def in_slack(slack: SlackApi) -> list[Told]:
    """Give the messages in a channel. Slack gives them no id that a repeat has too: they are known by their item."""
    said = [message.said for message in list(slack.messages)]
    return [_told(token, token, text) for text in said for token in sorted(set(TOKEN.findall(text)))]


def _told(id: str, token: str, text: str) -> Told:
    whole = " ".join(text.split())
    bare = _ABOUT_ITSELF.sub("", whole).replace("  ", " ").strip()
    digest = hashlib.sha256(bare.encode()).hexdigest()
    return Told(id, token, frozenset([token]), digest, POSSIBLE_REPEAT in whole)


def mails_of(relay: FakeRelay) -> list[tuple[str, str, Mail]]:
    """Give the mails that a relay took about items: Message-ID, token, mail."""
    found = []
    for mail in list(relay.mails):
        message = mail.message
        found += [(str(message["Message-ID"]), token, mail) for token in TOKEN.findall(str(message["Subject"]))]
    return found
