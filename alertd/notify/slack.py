"""Slack by incoming webhook: one secret address, one channel, one message a second; the answer carries no id.

Sources: docs.slack.dev, "Sending messages using incoming webhooks" and "Rate limits". Slack may disable an app that
keeps posting while it is limited, so 429 pauses the whole receiver.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import msgspec
from pydantic import ValidationInfo, field_validator

from alertd.base.secrets import Secret
from alertd.model import Message, Struct
from alertd.net.exchange import PostFailed, PostOptions, PostResult
from alertd.notify.config import HttpReceiverConfig, check_target
from alertd.notify.message import POSSIBLE_REPEAT, compose, delayed
from alertd.notify.outcome import NOT_SENT, Dead, Later, Outcome, http_outcome, post_failed, settle
from alertd.notify.progress import Progress, read_progress
from alertd.notify.protocol import Attempt, NotifierDeps
from alertd.notify.slack_blocks import Block, blocks, context, escape, notification, plain

_HEADERS = {"Content-Type": "application/json; charset=utf-8"}
_PLAIN_AFTER_S = 1.0
"""Slack's own pace."""


class SlackConfig(HttpReceiverConfig):
    """A Slack channel, by incoming webhook."""

    type: Literal["slack"] = "slack"
    webhook_url: Secret
    """The address that Slack gave the app for this channel. Whoever knows it can post."""
    accepts: Literal["public", "internal"] = "public"
    """Whether items of internal sources may be sent here: Slack is outside the house."""

    pace_ms: ClassVar[int] = 1000

    @field_validator("webhook_url")
    @classmethod
    def _safe_target(cls, value: Secret, info: ValidationInfo) -> Secret:
        return check_target(value, info.data.get("allow_private", False))


class _Frozen(Struct, frozen=True, kw_only=True):
    """What `render` makes and the store keeps."""

    at_ms: int
    headline: str
    """Not escaped: what is said in front of it is only known when it is sent."""
    blocks: list[Block]
    plain: str


class SlackNotifier:
    """Posts to a Slack incoming webhook."""

    def __init__(self, config: SlackConfig, deps: NotifierDeps) -> None:
        self._config = config
        self._http = deps.http
        self._clock = deps.clock
        self.mode = config.mode
        self.lease_ms = config.lease_ms
        self.pace_ms, self.pace_key = config.pace_ms, config.pace_key
        self.concurrency = config.concurrency

    def render(self, message: Message) -> bytes:
        """Lay the message out; the result is frozen, all but what each attempt says about itself."""
        now = self._clock()
        lines = compose(message, now)
        return msgspec.json.encode(
            _Frozen(at_ms=now, headline=lines.headline, blocks=blocks(lines), plain=plain(lines))
        )

    async def send(self, payload: bytes, attempt: Attempt) -> Outcome:
        """Post it. Refused blocks are tried once more as plain text, as an attempt of its own a second later."""
        progress = read_progress(attempt.progress, attempt.in_doubt)
        try:
            body = _body(payload, progress, attempt.now)
        except msgspec.MsgspecError as error:
            return Dead(f"the stored message cannot be read: {error}")
        options = PostOptions(timeout_s=self._config.timeout, allow=self._config.policy)
        try:
            answer = await self._http.post(self._config.webhook_url.reveal(), body, _HEADERS, options, attempt.now)
        except PostFailed as error:
            return post_failed(error, progress)
        return _outcome(answer, progress)

    async def close(self) -> None:
        """Nothing of its own is open."""


def _body(payload: bytes, progress: Progress, now: int) -> bytes:
    """Give the bytes of one attempt: the frozen message, and before it what this attempt says about itself."""
    frozen = msgspec.json.decode(payload, type=_Frozen)
    notes = [POSSIBLE_REPEAT] if progress.doubt else []
    if late := delayed(frozen.at_ms, now):
        notes.append(late)
    short = ["Possible repeat" if progress.doubt else "", late.partition(":")[0]]
    fields: dict[str, Any] = {"unfurl_links": False, "unfurl_media": False}
    if progress.plain:
        said = "".join(escape(note, 300) + "\n" for note in notes)
        fields |= {"text": said + frozen.plain, "mrkdwn": False}
    else:
        head, *rest = frozen.blocks
        fields |= {"text": notification(*short, frozen.headline), "blocks": [head, *map(context, notes), *rest]}
    return msgspec.json.encode(fields)


def _outcome(answer: PostResult, progress: Progress) -> Outcome:
    said = answer.body_excerpt.strip()
    if answer.status == 400 and not progress.plain and said != "user_not_found":
        known = msgspec.structs.replace(progress, plain=said[:100] or "bad request")
        return Later(
            f"HTTP 400 {known.plain}; once again as plain text",
            after_s=_PLAIN_AFTER_S,
            counts=False,
            progress=known.encode(),
        )
    if 200 <= answer.status < 300 and said[:1] == "<":
        # A log-in page or a proxy's greeting: Slack says "ok". To call this sent would lose the alert.
        return settle(NOT_SENT, f"HTTP {answer.status} with a web page instead of Slack's ok", progress)
    outcome = http_outcome("slack", answer.status, answer.retry_after_s, said, progress)
    if isinstance(outcome, Dead) and progress.plain:
        return Dead(f"{outcome.error} (before, with blocks: {progress.plain})")
    return outcome
