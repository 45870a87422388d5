"""Webhooks after Standard Webhooks 1.0.0: signed, with an id that is the same on every try, every revision in order.

Source: github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md. The signed text is
`{id}.{timestamp}.{body}` over the exact bytes sent; only 2xx is success; redirects are not followed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from alertd.base.config import Duration
from alertd.base.secrets import MASK, Secret
from alertd.model import Message
from alertd.net.exchange import PostFailed, PostOptions
from alertd.notify.config import HttpReceiverConfig, check_target
from alertd.notify.hidden_values import HiddenValues
from alertd.notify.outcome import Outcome, Sent, http_outcome, post_failed
from alertd.notify.own_template import NOTHING, SKIPPED, OwnTemplate
from alertd.notify.payload import payload
from alertd.notify.progress import read_progress
from alertd.notify.protocol import Attempt, NotifierDeps
from alertd.notify.template_language import Form
from alertd.notify.template_source import Source, Templates

PREFIX = "whsec_"
_MIN_KEY, _MAX_KEY = 24, 64
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTENT_TYPE = r"^[a-z]+/[a-z0-9.+-]+(; ?[a-z]+=[a-zA-Z0-9-]+)?$"
_RESERVED = frozenset(
    ("content-type", "content-length", "content-encoding", "transfer-encoding", "connection", "host", "user-agent")
)


def signing_key(secret: Secret) -> bytes:
    """Read a `whsec_…` secret as key bytes. Raises ValueError, which never shows the secret."""
    text = secret.reveal()
    if not text.startswith(PREFIX):
        raise ValueError(
            f"a webhook secret is {PREFIX} and base64, for example from: echo whsec_$(openssl rand -base64 32)"
        )
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"what follows {PREFIX} must be base64, with its padding") from None
    if not _MIN_KEY <= len(key) <= _MAX_KEY:
        raise ValueError(f"a webhook secret holds {_MIN_KEY} to {_MAX_KEY} bytes; this one holds {len(key)}")
    return key


def sign(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """Give one `v1` signature; `timestamp` in seconds."""
    signed = b".".join((message_id.encode("ascii"), str(timestamp).encode("ascii"), body))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii")


def _checked_secret(secret: Secret) -> Secret:
    signing_key(secret)
    return secret


def _checked_headers(headers: dict[str, Secret]) -> dict[str, Secret]:
    for name, value in headers.items():
        if not _TOKEN.fullmatch(name):
            raise ValueError(f"{name!r} is no header name")
        if name.lower() in _RESERVED or name.lower().startswith("webhook-"):
            raise ValueError(f"the header {name} is set by alertd itself")
        if not value.reveal().isprintable() or not value.reveal().isascii():
            raise ValueError(f"the value of the header {name} must be printable ASCII")
    return headers


_KeySecret = Annotated[Secret, AfterValidator(_checked_secret)]


class WebhookConfig(HttpReceiverConfig):
    """An address that gets signed JSON."""

    type: Literal["webhook"] = "webhook"
    url: Secret
    """Where to post. Kept secret: paths and queries of webhooks often are."""
    secret: _KeySecret | Annotated[list[_KeySecret], Field(min_length=1, max_length=5)] | None = None
    """`whsec_…`: the key of the signature. A list while keys are rotated: each of them signs. Needed without a
    `template`; who takes a body of its own seldom checks signatures."""
    format: Literal["standard"] = "standard"
    """Standard Webhooks 1.0."""
    template: Source | None = None
    """Writes the body in place of the standard one; for JSON it must be JSON."""
    values: Annotated[dict[str, Secret], Field(default_factory=dict, max_length=20)]
    """What the template can name as `values.NAME`: keys that have to stand in the body. They are secrets."""
    content_type: Annotated[str, Field(pattern=_CONTENT_TYPE, max_length=100)] = "application/json"
    """Of the body that the template writes."""
    headers: Annotated[dict[str, Secret], AfterValidator(_checked_headers), Field(default_factory=dict)]
    """Sent along, for a gateway that asks for a token of its own."""
    expire: Duration = 72 * 3600.0
    """How long a message that cannot be delivered is tried; then it is a dead letter."""
    accepts: Literal["public", "internal"] = "public"
    """Whether items of internal sources may be sent here: it may be outside the house."""

    leaves: ClassVar[bool] = True
    mode: ClassVar[Literal["every", "latest"]] = "every"
    concurrency: ClassVar[int] = 4

    @field_validator("url")
    @classmethod
    def _safe_target(cls, value: Secret, info: ValidationInfo) -> Secret:
        return check_target(value, info.data.get("allow_private", False), warned=True)

    def target(self) -> tuple[str, str]:
        """Give the setting that says where to post, and the URL."""
        return "url", self.url.reveal()

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.secret is None and self.template is None:
            raise ValueError(
                "`secret` is missing: the key that signs, for example from: echo whsec_$(openssl rand -base64 32)"
            )
        if self.values and self.template is None:
            raise ValueError("`values` are for a `template`")
        if self.template is None and self.content_type != "application/json":
            raise ValueError("`content_type` is of what a `template` writes; without one the body is JSON")
        return self

    @property
    def templates(self) -> Templates:
        """Its template, which writes JSON unless the content type says otherwise."""
        return {("template",): (self.template, self.form)} if self.template is not None else {}

    @property
    def form(self) -> Form:
        """What its template writes."""
        kind = self.content_type.partition(";")[0].strip()
        if kind == "application/json" or kind.endswith("+json"):
            return "json"
        return "html" if kind == "text/html" else "text"


class WebhookNotifier:
    """Posts signed JSON."""

    def __init__(self, config: WebhookConfig, deps: NotifierDeps) -> None:
        self._config = config
        self._http = deps.http
        self._clock = deps.clock
        values = {name: value.reveal() for name, value in config.values.items()}
        self._values, self._hidden = values, HiddenValues(values.values())
        self._template = OwnTemplate(config.id, config.template, config.form, deps.template_failed, values)
        secrets = config.secret if isinstance(config.secret, list) else [config.secret] if config.secret else []
        self._keys = [signing_key(secret) for secret in secrets]
        self._headers = {name: value.reveal() for name, value in config.headers.items()}
        self.mode = config.mode
        self.lease_ms = config.lease_ms
        self.pace_ms, self.pace_key = config.pace_ms, config.pace_key
        self.concurrency = config.concurrency

    def render(self, message: Message) -> bytes:
        """Give the exact bytes that every attempt sends, the keys in them hidden. Where the template fails it is the
        standard body."""
        own = self._template.write(message, self._clock())
        if own.text is None:
            return payload(message, template_fault=own.fault)
        return SKIPPED if own.nothing else self._hidden.hide(own.text.strip().encode("utf-8", "replace"))

    async def send(self, payload: bytes, attempt: Attempt) -> Outcome:
        """Post the frozen bytes, signed for this attempt's time. The id lets the receiver drop a repeat."""
        if payload == SKIPPED:
            return Sent(NOTHING)
        payload = self._hidden.reveal(payload)
        timestamp = attempt.now // 1000
        headers = self._headers | {
            "Content-Type": self._config.content_type,
            "webhook-id": attempt.delivery_id,
            "webhook-timestamp": str(timestamp),
        }
        if self._keys:
            signatures = (sign(key, attempt.delivery_id, timestamp, payload) for key in self._keys)
            headers["webhook-signature"] = " ".join(signatures)
        progress = read_progress(attempt.progress, attempt.in_doubt)
        options = PostOptions(timeout_s=self._config.timeout, allow=self._config.policy)
        try:
            answer = await self._http.post(self._config.url.reveal(), payload, headers, options, attempt.now)
        except PostFailed as error:
            return post_failed(error, progress)
        return http_outcome(
            "webhook", answer.status, answer.retry_after_s, self._redact(answer.body_excerpt), progress
        )

    async def close(self) -> None:
        """Nothing of its own is open."""

    def _redact(self, said: str) -> str:
        """An endpoint for tests may echo the request: its answer goes to the log, our secrets do not."""
        for value in (*self._headers.values(), *self._values.values()):
            said = said.replace(value, MASK)
        return said
