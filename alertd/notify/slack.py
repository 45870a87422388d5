"""Slack: by bot token with threads, edits and buttons (`slack_thread.py`), or by incoming webhook.

Sources: docs.slack.dev, "chat.postMessage", "chat.update", "Sending messages using incoming webhooks" and "Rate
limits". Slack may disable an app that keeps posting while it is limited, so 429 pauses the whole receiver. An
incoming webhook gives no id for what it posted: each update is a message of its own.
"""

from __future__ import annotations

import msgspec

from alertd.model import Message
from alertd.net.exchange import PostFailed, PostOptions, PostResult
from alertd.notify.outcome import NOT_SENT, Dead, Later, Outcome, Sent, http_outcome, post_failed, settle, went_out
from alertd.notify.own_template import NOTHING, SKIPPED, OwnTemplate
from alertd.notify.progress import Progress, read_progress
from alertd.notify.protocol import Attempt, NotifierDeps
from alertd.notify.slack_api import SlackApi
from alertd.notify.slack_config import SlackConfig
from alertd.notify.slack_frozen import Frozen, fields, freeze
from alertd.notify.slack_template import failed, laid_out
from alertd.notify.slack_thread import NEXT_S, Conversation

__all__ = ["SlackConfig", "SlackNotifier"]

_HEADERS = {"Content-Type": "application/json; charset=utf-8"}


class SlackNotifier:
    """Posts to one Slack channel."""

    def __init__(self, config: SlackConfig, deps: NotifierDeps) -> None:
        self._config = config
        self._http = deps.http
        self._clock = deps.clock
        self._api = SlackApi(config, deps)
        self._template = OwnTemplate(config.id, config.template, config.form, deps.template_failed)
        self.mode = config.mode
        # A delivery by token may take three calls: an edit, and the whole message anew.
        self.lease_ms = config.lease_ms * (3 if config.edits else 1)
        self.pace_ms, self.pace_key = config.pace_ms, config.place
        self.concurrency = config.concurrency

    def render(self, message: Message) -> bytes:
        """Lay the message out; the result is frozen, all but what each attempt says about itself."""
        now = self._clock()
        frozen = freeze(message, self._config.id, now, interactive=self._config.interactive and not message.replay)
        if frozen.kind == "note":  # a template that knows of no notes would say the alert again
            return msgspec.json.encode(frozen)
        form = self._template.form
        own = self._template.write(message, now, lambda text: laid_out(frozen, text, form))
        if own.text is None:
            return msgspec.json.encode(failed(frozen, own.fault))
        return SKIPPED if own.nothing else msgspec.json.encode(laid_out(frozen, own.text, form))

    async def send(self, payload: bytes, attempt: Attempt) -> Outcome:
        """Post it. Refused blocks are tried once more as plain text, as an attempt of its own a second later."""
        if payload == SKIPPED:
            return Sent(NOTHING)
        progress = read_progress(attempt.progress, attempt.in_doubt)
        try:
            frozen = msgspec.json.decode(payload, type=Frozen)
        except msgspec.MsgspecError as error:
            return Dead(f"the stored message cannot be read: {error}")
        if self._config.channel is not None:
            return await Conversation(self._api, self._config.channel, frozen, attempt, progress).run()
        return await self._post(frozen, attempt, progress)

    async def close(self) -> None:
        """Nothing of its own is open."""

    async def _post(self, frozen: Frozen, attempt: Attempt, progress: Progress) -> Outcome:
        """Post to the incoming webhook."""
        if frozen.kind == "edit":
            return Sent("an incoming webhook cannot edit what it has posted")
        url = self._config.webhook_url
        assert url is not None
        body = msgspec.json.encode(fields(frozen, progress, frozen.at_ms, attempt.now))
        options = PostOptions(timeout_s=self._config.timeout, allow=self._config.policy)
        try:
            answer = await self._http.post(url.reveal(), body, _HEADERS, options, attempt.now)
        except PostFailed as error:
            return post_failed(error, progress)
        return went_out(_outcome(answer, progress), body)


def _outcome(answer: PostResult, progress: Progress) -> Outcome:
    said = answer.body_excerpt.strip()
    if answer.status == 400 and not progress.plain and said != "user_not_found":
        known = msgspec.structs.replace(progress, plain=said[:100] or "bad request")
        return Later(
            f"HTTP 400 {known.plain}; once again as plain text",
            after_s=NEXT_S,
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
