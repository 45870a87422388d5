"""The OpenAI protocol: chat completions, which vLLM, llama.cpp, Ollama and most gateways speak too. Pure.

Sources: platform.openai.com/docs/api-reference/chat/create (request, answer, `finish_reason`, `refusal`) and
platform.openai.com/docs/guides/structured-outputs (`response_format`, strict schemas).
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from alertd.research.config import ModelConfig
from alertd.research.dialect import Dialect
from alertd.research.exchange import ModelReply, ModelRequest, Unusable, counted, decoded, estimated_tokens

PATH: Final = "/chat/completions"


class _Part(msgspec.Struct):
    type: str = ""
    text: str = ""


class _Message(msgspec.Struct):
    content: str | list[_Part] | None = None
    refusal: str | None = None


class _Choice(msgspec.Struct):
    message: _Message
    finish_reason: str | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Answer(msgspec.Struct):
    choices: list[_Choice]
    usage: _Usage | None = None


def headers(key: str) -> dict[str, str]:
    """Give the headers of a request."""
    return {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})


def body(config: ModelConfig, request: ModelRequest, dialect: Dialect) -> bytes:
    """Write a request."""
    asked: dict[str, Any] = {
        "model": config.model,
        "messages": [
            {"role": "system", "content": _instructions(request, dialect)},
            {"role": "user", "content": request.content},
        ],
        dialect.cap: config.max_tokens,
        "stream": False,
    }
    if dialect.temperature and config.temperature is not None:
        asked["temperature"] = config.temperature
    if dialect.form == "schema":
        schema = {"name": request.name, "strict": True, "schema": dict(request.schema)}
        asked["response_format"] = {"type": "json_schema", "json_schema": schema}
    elif dialect.form == "object":
        asked["response_format"] = {"type": "json_object"}
    return msgspec.json.encode(asked)


def read(answer: bytes, asked: int) -> ModelReply | Unusable:
    """Read an answer to a request of `asked` bytes."""
    found = decoded(answer, _Answer)
    if isinstance(found, Unusable):
        return found
    usage = found.usage or _Usage()
    if not found.choices:
        return Unusable("wrong_shape", "answered without a choice")
    choice = found.choices[0]
    text = _text(choice.message.content)
    tokens = (
        counted(usage.prompt_tokens, estimated_tokens(asked)),
        counted(usage.completion_tokens, estimated_tokens(len(text))),
    )
    if choice.finish_reason == "content_filter":
        return Unusable("content_filter", "withheld its answer (content_filter)", tokens)
    if choice.message.refusal:
        return Unusable("refusal", "refused to answer", tokens)
    if choice.finish_reason == "length":
        return Unusable("length", "had more to write than max_tokens allows", tokens)
    if not text.strip():
        return Unusable("wrong_shape", "answered without a text", tokens)
    return ModelReply(text=bare_json(text).encode(), input_tokens=tokens[0], output_tokens=tokens[1])


def bare_json(text: str) -> str:
    """Take away what models put round JSON where no format holds them: thoughts, a fence, a friendly sentence."""
    text = text.rpartition("</think>")[2].strip()
    first, last = text.find("{"), text.rfind("}")
    return text[first : last + 1] if 0 <= first < last else text


def _text(content: str | list[_Part] | None) -> str:
    if isinstance(content, list):
        return "".join(part.text for part in content if part.type == "text")
    return content or ""


def _instructions(request: ModelRequest, dialect: Dialect) -> str:
    """The instructions, with the schema in words where the server does not take it otherwise (JSON mode even asks
    that the word JSON stands there)."""
    if dialect.form == "schema":
        return request.instructions
    schema = msgspec.json.encode(dict(request.schema)).decode()
    return f"{request.instructions}\n\nAnswer with one JSON object and nothing else. Its JSON Schema:\n{schema}"
