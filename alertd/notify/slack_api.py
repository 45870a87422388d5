"""Slack's Web API as far as alerts need it: one method called once, and what its answer means.

Slack answers 200 with `ok: false` and a word, or 429 with Retry-After (docs.slack.dev, "Web API", "Rate limits":
about one message a second in a channel, `chat.update` in tier 3, some 50 a minute for an app in a workspace). Who
keeps on asking while limited may be disabled: the silence that Slack asks for is kept by all processes and receivers.
"""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any, Final, NamedTuple

import msgspec

from alertd.errors import StoreUnavailable
from alertd.model import Struct
from alertd.net.exchange import PostFailed, PostOptions, PostResult
from alertd.notify.outcome import (
    DEAD,
    GONE,
    LATER,
    LIMITED,
    NOT_SENT,
    UNKNOWN,
    Later,
    Meaning,
    Outcome,
    Sent,
    http_outcome,
    post_failed,
    settle,
)
from alertd.notify.plain import one_line
from alertd.notify.progress import Progress
from alertd.notify.protocol import Attempt, NotifierDeps
from alertd.notify.slack_config import SlackConfig

POST: Final = "chat.postMessage"
EDIT: Final = "chat.update"
EDIT_EVERY_MS = 1200
"""Fifty a minute."""
EDIT_WAIT_MS = 1500
"""How long an edit is waited for; one whose turn comes later is made in an attempt of its own."""
_PLACE = re.compile(r"[A-Z0-9]{1,40} [0-9]{1,20}\.[0-9]{1,20}")
_MAX_ANSWER = 512 * 1024
"""Slack repeats the whole message, its letters written as `\\uXXXX`."""

ERRORS: dict[str, Meaning] = {
    "ratelimited": LIMITED,
    "rate_limited": LIMITED,
    "message_limit_exceeded": LIMITED,
    "service_unavailable": LATER,
    "request_timeout": UNKNOWN,
    # "It's possible some aspect of the operation succeeded": said of both.
    "internal_error": UNKNOWN,
    "fatal_error": UNKNOWN,
    "team_added_to_org": LATER,
    "invalid_auth": GONE,
    "not_authed": GONE,
    "token_revoked": GONE,
    "token_expired": GONE,
    "account_inactive": GONE,
    "org_login_required": GONE,
    "missing_scope": GONE,
    "no_permission": GONE,
    "not_allowed_token_type": GONE,
    "access_denied": GONE,
    "accesslimited": GONE,
    "ekm_access_denied": GONE,
    "enterprise_is_restricted": GONE,
    "team_access_not_granted": GONE,
    "two_factor_setup_required": GONE,
    "channel_not_found": GONE,
    "not_in_channel": GONE,
    "is_archived": GONE,
    "restricted_action": GONE,
    "restricted_action_read_only_channel": GONE,
    "invalid_blocks": DEAD,
    "invalid_blocks_format": DEAD,
    "msg_blocks_too_long": DEAD,
    "msg_too_long": DEAD,
    "no_text": DEAD,
    "invalid_arguments": DEAD,
}
"""Slack's word -> what it means. One that is not here may pass: it is tried again until the message expires."""
PLAINLY: Final = frozenset(word for word, meaning in ERRORS.items() if meaning is DEAD)
"""Slack does not like our layout: the message goes once more as plain text, and then is a dead letter."""
NOT_THERE: Final = frozenset(
    {"message_not_found", "thread_not_found", "cannot_reply_to_message", "invalid_thread_ts"}
)
"""What was to be edited or replied to is gone."""
NOT_OURS: Final = frozenset({"cant_update_message", "edit_window_closed"})
"""It stands, but may not be edited any more."""


class Answer(NamedTuple):
    """What came of one call."""

    outcome: Outcome
    """What it means, where the caller knows no better."""
    error: str = ""
    """Slack's word; empty if it took the call, and where no answer of Slack's came."""
    place: str = ""
    """Channel and ts of the message, if it was taken."""


class _Said(Struct, frozen=True):
    """An answer of Slack's, as far as it is looked at."""

    ok: bool
    error: str = ""
    needed: str = ""
    """Of `missing_scope`."""
    channel: str = ""
    ts: str = ""


class SlackApi:
    """Calls methods with one receiver's token."""

    def __init__(self, config: SlackConfig, deps: NotifierDeps) -> None:
        self._config = config
        self._http = deps.http
        self._turns = deps.turns
        self._clock = deps.clock

    async def wait_s(self, method: str, attempt: Attempt) -> float:
        """Give the seconds for which a method must not be called yet; 0 if it may be called now.

        Raises StoreUnavailable: without the store nobody knows what the others do.
        """
        if self._turns is None:
            return 0.0
        now = self._clock()
        name, every, longest = (
            (self._config.app, EDIT_EVERY_MS, EDIT_WAIT_MS) if method == EDIT else (self._config.place, 0, 0)
        )
        turn = await self._turns.take_turn(name, f"{attempt.delivery_id}/{attempt.number}", now, every, longest)
        wait_s = max(turn.at_ms - now, 0) / 1000
        if turn.kind != "turn":
            return max(wait_s, 0.001)
        await asyncio.sleep(wait_s)
        return 0.0

    async def call(self, method: str, fields: dict[str, Any], progress: Progress) -> Answer:
        """Call a method once. A limit that Slack sets is kept for everybody."""
        now = self._clock()
        token = self._config.token
        headers = {
            "Authorization": f"Bearer {token.reveal() if token else ''}",
            "Content-Type": "application/json; charset=utf-8",
        }
        options = PostOptions(timeout_s=self._config.timeout, allow=self._config.policy, max_excerpt=_MAX_ANSWER)
        url = f"{self._config.base_url}/{method}"
        try:
            got = await self._http.post(url, msgspec.json.encode(fields), headers, options, now)
        except PostFailed as error:
            return Answer(post_failed(error, progress))
        answer = _read(method, got, progress)
        await self._keep_quiet(method, answer.outcome)
        return answer

    async def _keep_quiet(self, method: str, outcome: Outcome) -> None:
        if self._turns is None or not isinstance(outcome, Later) or outcome.counts or outcome.gone:
            return
        name = self._config.app if method == EDIT else self._config.place
        now = self._clock()
        try:
            await self._turns.keep_quiet(name, now + int((outcome.after_s or outcome.pause_s) * 1000), now)
        except StoreUnavailable:
            return  # this receiver pauses all the same; the others will be told by Slack themselves


def _read(method: str, got: PostResult, progress: Progress) -> Answer:
    if got.status != 200:
        return Answer(http_outcome("slack", got.status, got.retry_after_s, got.body_excerpt, progress))
    try:
        said = msgspec.convert(json.loads(got.body_excerpt, strict=False), _Said)
    except (ValueError, RecursionError):
        # A proxy's greeting, or an answer that broke off: to call this sent could lose the alert.
        meaning = NOT_SENT if got.body_excerpt.lstrip()[:1] == "<" else UNKNOWN
        return Answer(settle(meaning, f"{method}: HTTP 200 with something that is no answer of Slack's", progress))
    if said.ok:
        place = found if _PLACE.fullmatch(found := f"{said.channel} {said.ts}") else ""
        return Answer(Sent(f"{method} ok"), place=place)
    word = one_line(said.error, 60) or "unknown_error"
    needs = f" (needs {one_line(said.needed, 60)})" if said.needed else ""
    meaning = ERRORS.get(word, LATER)
    return Answer(settle(meaning, f"{method}: {word}{needs}", progress, got.retry_after_s), error=word)
