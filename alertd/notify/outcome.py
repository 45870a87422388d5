"""What an attempt to send came to, and the one table of what each answer means for trying again.

A receiver that is gone parks: its message stays where it is, one an hour asks again, and nothing is given up for it.

Sources: Standard Webhooks 1.0.0 ("Operational considerations": 2xx only, 410 disables, 429, 502 and 504 throttle);
Slack's list of incoming-webhook errors; RFC 5321 section 4.2.1 (4yz transient, 5yz permanent) and RFC 1047 (a
connection lost after the final dot leaves the outcome unknown).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import msgspec

from alertd.model import Struct
from alertd.net.exchange import PostFailed
from alertd.notify.plain import one_line
from alertd.notify.progress import Progress


class Sent(Struct, frozen=True):
    """The peer took it."""

    detail: str = ""
    """What the journal keeps: the status, the mail recipients that were refused."""
    thread: str = ""
    """Where the message stands at the peer, for later ones about the same alert; empty keeps what is known."""
    wire: bytes = b""
    """What the peer got with this attempt, byte for byte; empty where that is the payload itself."""


class Later(Struct, frozen=True):
    """Not yet; trying again can help."""

    error: str
    after_s: float | None = None
    """Not before so many seconds; None leaves it to the ladder."""
    counts: bool = True
    """Whether this was a failure of the ladder. Being asked to slow down is none."""
    progress: str = ""
    """What the next attempt must know (`notify.progress`), to be stored as it is."""
    pause_s: float = 0
    """Nothing at all to this receiver for so many seconds."""
    partly: bool = False
    """Some of it was taken (by other recipients of a mail): the receiver is not the one in trouble."""
    gone: bool = False
    """The receiver itself is no more, or not ours any more: everything for it waits, and one message an hour asks."""


class Dead(Struct, frozen=True):
    """Trying the same again cannot help."""

    error: str


Outcome = Sent | Later | Dead


def went_out(outcome: Outcome, wire: bytes) -> Outcome:
    """Say what the peer got, if it took it."""
    return msgspec.structs.replace(outcome, wire=wire) if isinstance(outcome, Sent) else outcome


def masked(outcome: Outcome, mask: Callable[[str], str]) -> Outcome:
    """Mask what a peer said before it is kept: it may have repeated our request, secrets and all."""
    if isinstance(outcome, Sent):
        return msgspec.structs.replace(outcome, detail=mask(outcome.detail))
    return msgspec.structs.replace(outcome, error=mask(outcome.error))


class Meaning(NamedTuple):
    """One cell of the table."""

    action: Literal["sent", "later", "dead"]
    counts: bool = True
    pause_s: float = 0
    """For the whole receiver, where the answer brings no Retry-After."""
    doubt: bool = False
    """The message may have arrived all the same: the next attempt says so."""
    gone: bool = False
    """The receiver itself is no more: it is parked."""


PARK_S = 3600.0
"""How long a receiver that is gone is left alone; then one message asks again."""

SENT = Meaning("sent")
LATER = Meaning("later")
LIMITED = Meaning("later", counts=False, pause_s=30)
OVERLOADED = Meaning("later", pause_s=10)
BAD_GATEWAY = Meaning("later", pause_s=10, doubt=True)
UNKNOWN = Meaning("later", doubt=True)
DEAD = Meaning("dead")
GONE = Meaning("later", counts=False, pause_s=PARK_S, gone=True)

_HTTP: dict[str, Meaning] = {
    "2xx": SENT,
    "3xx": LATER,  # never followed: the signature and the secrets in the headers are for the configured place only
    "408": LATER,
    "425": LATER,
    "429": LIMITED,
    "4xx": DEAD,
    "502": BAD_GATEWAY,
    "504": BAD_GATEWAY,
    "5xx": LATER,
}

Kind = Literal["slack", "webhook"]
HTTP: dict[Kind, dict[str, Meaning]] = {
    "webhook": _HTTP
    | {
        # A key being rotated or a service being deployed: it heals without us, within the expiry.
        "401": LATER,
        "403": LATER,
        "404": LATER,
        "405": LATER,
        "409": LATER,
        "410": GONE,
    },
    "slack": _HTTP
    | {
        "3xx": DEAD,
        "400": DEAD,  # the notifier has one more try, as plain text, for invalid_payload and invalid_blocks
        "403": GONE,  # invalid_token, action_prohibited
        "404": GONE,  # no_service, no_team, channel_not_found
        "410": GONE,  # channel_is_archived
    },
}
"""Receiver kind -> status, or its class where the status is not named -> meaning."""

Stage = Literal["connect", "mail", "rcpt", "data"]
SMTP: dict[Stage, dict[str, Meaning]] = {
    # Greeting, EHLO, STARTTLS, AUTH: the relay or our login is at fault, not this message.
    "connect": {"421": OVERLOADED, "4yz": LATER, "5yz": LATER},
    "mail": {"421": OVERLOADED, "4yz": LATER, "530": LATER, "535": LATER, "538": LATER, "5yz": DEAD},
    "rcpt": {"421": OVERLOADED, "4yz": LATER, "5yz": DEAD},  # for one recipient each
    "data": {"421": OVERLOADED, "4yz": LATER, "5yz": DEAD},
}
"""Stage of the conversation -> reply code, or its class -> meaning."""

NOT_SENT = LATER
"""Network failure before any byte of the message left: name, connect, TLS."""
FORBIDDEN = GONE
"""The address may not be connected to: only a change of the settings helps, and the operator must hear of it now."""
NO_ANSWER = UNKNOWN
"""Network failure after some of it left: reset, time-out, connection lost after the final dot."""

RETRY_AFTER_MIN_S = 1.0
RETRY_AFTER_MAX_S = 3600.0


def http_meaning(kind: Kind, status: int) -> Meaning:
    """Look up an HTTP status; what is no HTTP status is a failure that may pass."""
    table = HTTP[kind]
    return table.get(str(status)) or table.get(f"{status // 100}xx", LATER)


def smtp_meaning(stage: Stage, code: int) -> Meaning:
    """Look up an SMTP reply of 4yz or 5yz; anything else is a failure that may pass."""
    table = SMTP[stage]
    return table.get(str(code)) or table.get(f"{code // 100}yz", LATER)


def http_outcome(kind: Kind, status: int, retry_after_s: float | None, body: str, progress: Progress) -> Outcome:
    """Say what an HTTP answer means. `body` is an excerpt for the error's text, `progress` what was known before."""
    said = one_line(body, 200)
    error = f"HTTP {status} {said}".rstrip()
    return settle(http_meaning(kind, status), error, progress, retry_after_s)


def post_failed(error: PostFailed, progress: Progress) -> Outcome:
    """Say what it means that no HTTP answer came."""
    if error.forbidden:
        return settle(FORBIDDEN, str(error), progress)
    return settle(NO_ANSWER if error.sent else NOT_SENT, str(error), progress, error.retry_after)


def parked(error: str, progress: Progress) -> Later:
    """Say that the receiver is gone: what waits for it is kept, and goes out once it takes a message again."""
    return Later(error, after_s=PARK_S, counts=False, progress=progress.encode(), pause_s=PARK_S, gone=True)


def settle(meaning: Meaning, error: str, progress: Progress, retry_after_s: float | None = None) -> Outcome:
    """Turn a cell of the table into an outcome, with the peer's own wish to wait held within 1 s to 1 h."""
    if meaning.action == "sent":
        return Sent(error)
    if meaning.action == "dead":
        return Dead(error)
    if meaning.gone:
        return parked(error, progress)
    after: float | None = None
    if retry_after_s is not None:
        after = min(max(retry_after_s, RETRY_AFTER_MIN_S), RETRY_AFTER_MAX_S)
    elif not meaning.counts:
        after = meaning.pause_s
    return Later(
        error,
        after_s=after,
        counts=meaning.counts,
        progress=progress.with_doubt(meaning.doubt).encode(),
        pause_s=meaning.pause_s if after is None else after,
    )
