"""One batch on its way to a daemon: sent again until it is answered, because a repeat changes nothing."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from alertd.base.clock import system_clock
from alertd.base.secrets import Secret
from alertd.cli.push_items import Item
from alertd.errors import Permanent, Temporary
from alertd.net.client import AddressPolicy, HttpClient, PostFailed, PostOptions
from alertd.sources.push import LINES, Receipt

ATTEMPTS = 10
LONGEST_WAIT_S = 60.0
"""Between two attempts, whatever the daemon asks for: then it is full for longer than a person waits."""
TRUST = (
    "SSL_CERT_FILE=FILE.pem in front of the command names whom to trust; on the daemon's own machine, leave out "
    "--url: then it is known by the certificate of the settings"
)
_ANSWER = 1 << 20
_AGAIN = (408, 425, 429, 500, 502, 503, 504)
_WORDS = {
    401: "the token is not the one that the daemon knows for this source",
    404: "the daemon has no such push source (does alertd run there, with these settings?)",
    413: "the daemon takes no batches of this size",
}


class _Said(msgspec.Struct, frozen=True):
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Inbox:
    """Where to push to."""

    url: str
    token: Secret
    tls: ssl.SSLContext | None = None
    """By which the daemon is known that shows a certificate of its own."""


async def send(http: HttpClient, inbox: Inbox, items: Sequence[Item], waiting: Callable[[str], None]) -> Receipt:
    """Send the items and give the answer. Raises Permanent where they are refused, Temporary where nobody answers.

    `waiting` is told, in words for a person, why it is tried again.
    """
    body = b"\n".join(item.data for item in items)
    headers = {"Content-Type": LINES[0], "Authorization": f"Bearer {inbox.token.reveal()}"}
    options = PostOptions(timeout_s=90, max_excerpt=_ANSWER, allow=AddressPolicy.of(True))
    for attempt in range(1, ATTEMPTS + 1):
        try:
            answer = await http.post(inbox.url, body, headers, options, system_clock())
        except PostFailed as error:
            if error.forbidden:
                raise Permanent(str(error)) from error
            if error.untrusted:
                raise Permanent(f"{error}; {TRUST}") from error
            why, wait_s = str(error), None
        else:
            if answer.status in (202, 422):
                return _receipt(answer.body_excerpt)
            said = _said(answer.body_excerpt)
            why, wait_s = f"HTTP {answer.status}" + (f": {said}" if said else ""), answer.retry_after_s
            if answer.status not in _AGAIN:
                raise Permanent(_WORDS.get(answer.status, why))
        if attempt < ATTEMPTS:
            pause = min(float(2 ** (attempt - 1)) if wait_s is None else wait_s, LONGEST_WAIT_S)
            waiting(f"{why}; trying again in {pause:g} s")
            await asyncio.sleep(pause)
    raise Temporary(f"not taken after {ATTEMPTS} attempts: {why}")


def _receipt(text: str) -> Receipt:
    try:
        return msgspec.json.decode(text, type=Receipt)
    except msgspec.DecodeError as error:
        raise Permanent(f"what answers there is no alertd: {error}") from error


def _said(text: str) -> str:
    try:
        return msgspec.json.decode(text, type=_Said).detail[:200]
    except msgspec.DecodeError:
        return ""
