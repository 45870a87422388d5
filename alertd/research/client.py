"""Asks one model one question, and makes of whatever comes back a reply or a typed error.

    request -> body in the server's dialect -> POST -> 400? the same in an easier dialect -> status -> read -> reply

Everything is bounded by one time-out and by 256 KiB of answer. Errors name the host and the status: never the key,
nor a word of what was sent or answered.
"""

from __future__ import annotations

import asyncio
from types import ModuleType
from typing import Final, NoReturn

import structlog

from alertd.errors import ModelRefused, ModelTemporary, ModelUnusable
from alertd.net.client import HttpClient
from alertd.net.exchange import PostFailed, PostOptions, PostResult
from alertd.research import anthropic, openai
from alertd.research.config import ModelConfig, ProtocolName
from alertd.research.dialect import Dialect, easier
from alertd.research.exchange import Failure, ModelReply, ModelRequest, Unusable

log = structlog.get_logger(__name__)

MAX_ANSWER: Final = 256 << 10
"""Bytes of an answer. A note has a few thousand."""
_SECRET: Final = 8
"""Characters of a key from which on it stands in no answer by chance; local servers take any word for one."""
_PROTOCOLS: Final[dict[ProtocolName, ModuleType]] = {"openai": openai, "anthropic": anthropic}
_KNOWN: Final = (
    "insufficient_quota",
    "billing_error",
    "invalid_api_key",
    "authentication_error",
    "permission_error",
    "model_not_found",
    "not_found_error",
    "context_length_exceeded",
    "rate_limit_error",
    "rate_limit_exceeded",
    "overloaded_error",
    "invalid_request_error",
)
"""Codes and types of errors in both vendors' documents, the most telling first: all that is repeated of a body."""


class ModelClient:
    """One of the settings' models. It remembers how its server wants to be asked."""

    def __init__(self, config: ModelConfig, http: HttpClient) -> None:
        self.config = config
        self._http = http
        self._protocol = _PROTOCOLS[config.protocol]
        self._dialect = Dialect()
        self._headers: dict[str, str] = self._protocol.headers(config.key.reveal() if config.key else "")
        # Our own time-out is the shorter one, and tells a whole answer from one that drips.
        self._options = PostOptions(
            timeout_s=config.timeout * 2,
            connect_timeout_s=min(config.timeout, 10.0),
            excerpt_timeout_s=config.timeout * 2,
            max_excerpt=MAX_ANSWER + 1,
            user_agent="alertd",  # the settings' own names the desk
            allow=config.policy,
        )

    async def ask(self, request: ModelRequest, now: int) -> ModelReply:
        """Ask. `now` in milliseconds.

        Raises ModelTemporary (no answer in time, 429, 5xx; with `retry_after`), ModelRefused (key, model or address
        is not accepted: a person must act) and ModelUnusable (this question has no usable answer here).
        """
        try:
            async with asyncio.timeout(self.config.timeout):
                return await self._ask(request, now)
        except TimeoutError as error:
            words = f"{self.config.host}: no whole answer within {self.config.timeout:g} s"
            raise ModelTemporary(words, "timeout") from error

    async def _ask(self, request: ModelRequest, now: int) -> ModelReply:
        dialect = self._dialect
        while True:
            body: bytes = self._protocol.body(self.config, request, dialect)
            answer = await self._post(body, now)
            said = answer.body_excerpt
            next_one = easier(dialect, said, self.config.protocol) if answer.status == 400 else None
            if next_one is None:
                break
            dialect = next_one
        if not 200 <= answer.status < 300:
            self._refuse(answer)
        if dialect != self._dialect:  # remembered once it has worked: a 400 may have been about this request alone
            self._dialect = dialect
            log.info("model_dialect", model=self.config.id, form=dialect.form, cap=dialect.cap,
                     temperature=dialect.temperature)  # fmt: skip
        data = said.encode("utf-8", "surrogatepass")
        if len(data) > MAX_ANSWER:
            raise ModelUnusable(f"{self.config.host}: answered more than {MAX_ANSWER >> 10} KiB", "too_large")
        found: ModelReply | Unusable = self._protocol.read(data, len(body))
        if isinstance(found, Unusable):
            raise ModelUnusable(f"{self.config.host}: {found.words}", found.reason, found.tokens)
        if self._holds_key(said, found):
            tokens = found.input_tokens, found.output_tokens
            raise ModelUnusable(f"{self.config.host}: wrote the key into its answer", "wrong_shape", tokens)
        return found

    def _holds_key(self, said: str, found: ModelReply) -> bool:
        """Whether an answer repeats what it was asked with: its words go into messages, journal and archive."""
        key = self.config.key.reveal() if self.config.key else ""
        return len(key) >= _SECRET and (key in said or key.encode() in found.text)

    async def _post(self, body: bytes, now: int) -> PostResult:
        url = self.config.base_url + self._protocol.PATH
        try:
            return await self._http.post(url, body, self._headers, self._options, now)
        except PostFailed as error:
            if error.forbidden:
                raise ModelRefused(str(error), "forbidden_address") from error
            raise ModelTemporary(str(error), "no_answer", error.retry_after) from error

    def _refuse(self, answer: PostResult) -> NoReturn:
        """Say what a status means that is no success."""
        code = next((f" ({word})" for word in _KNOWN if word in answer.body_excerpt), "")
        words = f"{self.config.host}: HTTP {answer.status}{code}"
        kind, reason, hint = meaning(answer.status)
        if kind is ModelTemporary:
            raise ModelTemporary(words, reason, answer.retry_after_s)
        raise kind(f"{words}{hint}", reason)


def meaning(status: int) -> tuple[type[ModelTemporary] | type[ModelRefused] | type[ModelUnusable], Failure, str]:
    """Say what a status that is no success means: the error, its reason, and a hint for whoever runs this.

    Sources: platform.openai.com/docs/guides/error-codes; platform.claude.com/docs/en/api/errors (402 billing, 413
    request too large, 529 overloaded).
    """
    if status in (401, 402, 403):
        return ModelRefused, "refused", ": look at `key`, and at the account it belongs to"
    if status in (404, 405, 410) or 300 <= status < 400:
        return ModelRefused, "not_found", ": look at `base_url` and `model`"
    if status == 429:
        return ModelTemporary, "limited", ""
    if status in (408, 409, 425) or not 400 <= status < 500:
        return ModelTemporary, "unavailable", ""
    return ModelUnusable, "rejected", ""
