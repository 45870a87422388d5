"""Links in mail by which an alert is answered: signed, and good for a while. Pure.

A link says what is answered, about which alert, for which receiver, and until when it is good; whoever has it can
answer in the name of that receiver's readers, and in no other's. Nothing about the alert can be read from it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal, get_args

import msgspec
from itsdangerous import BadData, URLSafeSerializer

from alertd.base.secrets import Secret
from alertd.model import Alert, Struct
from alertd.notify.email_html import Button

LinkKind = Literal["acknowledge", "snooze", "useful", "noise"]
SNOOZE_MS = 4 * 3_600_000
MAX_TOKEN = 400
"""Characters of the longest link that is looked at; ours have under 200."""
_LABELS: dict[LinkKind, str] = {
    "acknowledge": "Acknowledge",
    "snooze": "Snooze 4 h",
    "useful": "Useful",
    "noise": "Noise",
}
_SALT = "alertd.answer.1"


class LinkInvalidError(Exception):
    """Nobody here made the link, or its key is gone."""


class LinkExpiredError(Exception):
    """It was good once."""


class Asked(Struct, frozen=True, kw_only=True):
    """What a link asks for."""

    kind: LinkKind
    alert: str
    receiver: str


@dataclass(frozen=True, slots=True)
class Links:
    """Makes links and reads them. `url` is the address of the public listener, without a slash at its end."""

    url: str
    key: Secret
    expire_s: float

    def buttons(self, alert: Alert, receiver: str, now: int) -> list[Button]:
        """Give the answers that an alert can still get; `now` in ms."""
        kinds: list[LinkKind] = ["useful", "noise"]
        if alert.status == "open":
            kinds = ["acknowledge", "snooze", *kinds]
        return [Button(_LABELS[kind], self.link(kind, alert.id, receiver, now)) for kind in kinds]

    def link(self, kind: LinkKind, alert: str, receiver: str, now: int) -> str:
        """Make one link."""
        until = now // 1000 + int(self.expire_s)
        return f"{self.url}/a/{self._signer().dumps([kind, alert, receiver, until])}"

    def until(self, now: int) -> int:
        """Say until when a link that is made now is good, in ms."""
        return (now // 1000 + int(self.expire_s)) * 1000

    def read(self, token: str, now: int) -> Asked:
        """Read what stands behind `/a/`. Raises LinkInvalidError, LinkExpiredError."""
        if len(token) > MAX_TOKEN:
            raise LinkInvalidError
        try:
            given = msgspec.convert(self._signer().loads(token), tuple[str, str, str, int])
        except (BadData, msgspec.ValidationError, ValueError) as error:
            raise LinkInvalidError from error
        kind = next((one for one in get_args(LinkKind) if one == given[0]), None)
        if kind is None:
            raise LinkInvalidError
        if now >= given[3] * 1000:
            raise LinkExpiredError
        return Asked(kind=kind, alert=given[1], receiver=given[2])

    def _signer(self) -> URLSafeSerializer:
        how = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
        return URLSafeSerializer(self.key.reveal(), salt=_SALT, signer_kwargs=how)
