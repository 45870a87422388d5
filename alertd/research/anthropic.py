"""The Anthropic protocol: messages, with the answer as the input of a tool that must be called. Pure.

No such tool exists: the server holds its input to the schema, and we take it as the answer.
Sources: platform.claude.com/docs/en/api/messages/create (request, answer, content blocks),
…/build-with-claude/handling-stop-reasons (`stop_reason`), …/api/versioning (`anthropic-version`), …/api/errors.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from alertd.research.config import ModelConfig
from alertd.research.dialect import Dialect
from alertd.research.exchange import ModelReply, ModelRequest, Unusable, counted, decoded, estimated_tokens
from alertd.research.openai import bare_json

PATH: Final = "/v1/messages"
VERSION: Final = "2023-06-01"
_CUT: Final = frozenset(("max_tokens", "model_context_window_exceeded"))


class _Block(msgspec.Struct):
    type: str = ""
    text: str = ""
    name: str = ""
    input: msgspec.Raw = msgspec.Raw(b"")


class _Usage(msgspec.Struct):
    input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    output_tokens: int | None = None

    @property
    def read(self) -> int | None:
        if self.input_tokens is None:
            return None
        cached = (self.cache_creation_input_tokens or 0) + (self.cache_read_input_tokens or 0)
        return self.input_tokens + cached


class _Answer(msgspec.Struct):
    content: list[_Block]
    stop_reason: str | None = None
    usage: _Usage | None = None


def headers(key: str) -> dict[str, str]:
    """Give the headers of a request."""
    plain = {"Content-Type": "application/json", "anthropic-version": VERSION}
    return plain | ({"x-api-key": key} if key else {})


def body(config: ModelConfig, request: ModelRequest, dialect: Dialect) -> bytes:
    """Write a request."""
    asked: dict[str, Any] = {
        "model": config.model,
        "max_tokens": config.max_tokens,
        "system": request.instructions,
        "messages": [{"role": "user", "content": request.content}],
        "tools": [
            {"name": request.name, "description": "Takes your answer.", "input_schema": dict(request.schema)},
        ],
        "tool_choice": {"type": "tool", "name": request.name, "disable_parallel_tool_use": True},
        "stream": False,
    }
    if dialect.temperature and config.temperature is not None:
        asked["temperature"] = config.temperature
    return msgspec.json.encode(asked)


def read(answer: bytes, asked: int) -> ModelReply | Unusable:
    """Read an answer to a request of `asked` bytes: what was given to the tool, else what was written.

    The tool's name is not looked at: there is only one, and what it is given is held to the schema anyway.
    """
    found = decoded(answer, _Answer)
    if isinstance(found, Unusable):
        return found
    given = next((bytes(block.input) for block in found.content if block.type == "tool_use" and block.input), b"")
    text = "".join(block.text for block in found.content if block.type == "text")
    usage = found.usage or _Usage()
    wrote = estimated_tokens(len(given) + len(text))
    tokens = (counted(usage.read, estimated_tokens(asked)), counted(usage.output_tokens, wrote))
    if found.stop_reason == "refusal":
        return Unusable("refusal", "refused to answer", tokens)
    if found.stop_reason in _CUT:
        return Unusable("length", "had more to write than max_tokens allows", tokens)
    if not given and not text.strip():
        return Unusable("wrong_shape", "answered without a text", tokens)
    return ModelReply(text=given or bare_json(text).encode(), input_tokens=tokens[0], output_tokens=tokens[1])
