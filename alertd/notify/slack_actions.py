"""What Slack sends when somebody presses a button: is it from Slack, and what was pressed. Pure.

Sources: docs.slack.dev, "Verifying requests from Slack" (v0: HMAC-SHA256 over `v0:timestamp:body` with the app's
signing secret, refused when older than five minutes) and "block_actions payload".
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Any
from urllib.parse import parse_qs

import msgspec

from alertd.base.secrets import Secret
from alertd.model import Struct
from alertd.notify.plain import one_line
from alertd.notify.slack_buttons import Click, read_click

FRESH_S = 300
"""How old a signed request may be, and how far ahead its clock."""
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_CHANNEL = re.compile(r"[A-Z0-9]{1,40}")


class Pressed(Struct, frozen=True, kw_only=True):
    """A click, by whom and where."""

    click: Click
    who: str
    """Name and id, printable: `ana (U0123)`."""
    user: str
    channel: str
    at: str
    """`action_ts`: with the user it names the click, so that the same one sent twice is known."""
    response_url: str = ""
    """Where to answer whoever pressed, unseen by others; good for half an hour."""

    @property
    def name(self) -> str:
        """Name this click, the same for each copy of it."""
        return f"{self.user} {self.at} {self.click.receiver} {self.click.alert} {self.click.kind}"


def signed(secrets: list[Secret], timestamp: str, signature: str, body: bytes, now_s: float) -> Secret | None:
    """Give the signing secret with which a request was signed within the last five minutes; None: with none.

    Each is compared in a time that does not depend on where they differ.
    """
    if not _TIMESTAMP.fullmatch(timestamp) or abs(now_s - int(timestamp)) > FRESH_S:
        return None
    base = b"v0:" + timestamp.encode() + b":" + body
    given = signature.encode("utf-8", "surrogateescape")
    right = None
    for secret in secrets:
        wanted = "v0=" + hmac.new(secret.reveal().encode(), base, hashlib.sha256).hexdigest()
        right = secret if hmac.compare_digest(given, wanted.encode()) else right
    return right


class _User(Struct, frozen=True):
    id: str = ""
    username: str = ""
    name: str = ""


class _Channel(Struct, frozen=True):
    id: str = ""


class _Option(Struct, frozen=True):
    value: str = ""


class _Action(Struct, frozen=True):
    action_id: str = ""
    block_id: str = ""
    value: str = ""
    selected_option: _Option | None = None
    action_ts: str = ""


class _Payload(Struct, frozen=True):
    type: str = ""
    user: _User = _User()
    channel: _Channel = _Channel()
    actions: list[_Action] = msgspec.field(default_factory=list)
    response_url: str = ""


def pressed_in_form(body: bytes) -> Pressed | None:
    """Read the body of a request, a form with the field `payload`. Raises ValueError if it is none."""
    fields = parse_qs(body.decode("utf-8"), strict_parsing=True, max_num_fields=10)
    try:
        payload = msgspec.json.decode(fields["payload"][0])
    except (KeyError, msgspec.DecodeError, RecursionError) as error:
        raise ValueError("no payload") from error
    return pressed(payload)


def pressed(payload: Any) -> Pressed | None:
    """Read a payload; None if nothing of ours was pressed. Raises ValueError if it has not the shape."""
    try:
        found = msgspec.convert(payload, _Payload)
    except msgspec.ValidationError as error:
        raise ValueError("no payload of Slack's") from error
    if found.type != "block_actions" or not found.actions:
        return None
    action = found.actions[0]
    value = action.selected_option.value if action.selected_option is not None else action.value
    click = read_click(action.block_id, action.action_id, value)
    user = one_line(found.user.id, 40)
    if click is None or not user or not _CHANNEL.fullmatch(found.channel.id):
        return None
    name = one_line(found.user.username or found.user.name, 80)
    return Pressed(
        click=click,
        who=f"{name} ({user})" if name else user,
        user=user,
        channel=found.channel.id,
        at=one_line(action.action_ts, 40),
        response_url=found.response_url,
    )
