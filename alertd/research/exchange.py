"""What a model is asked, what it answers, and the words for all that can go wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeVar, get_args

import msgspec

T = TypeVar("T")
Failure = Literal[
    "no_answer",  # not reached, reset, TLS
    "timeout",
    "limited",  # 429
    "unavailable",  # 408, 5xx, 529
    "forbidden_address",
    "refused",  # 401, 402, 403
    "not_found",  # 404, 405, 410, redirects
    "rejected",  # 400 and the other 4xx: this request, in no form
    "too_large",
    "not_json",
    "wrong_shape",
    "length",  # it had more to write than max_tokens
    "refusal",
    "content_filter",
]
"""Why there is no answer: the reason of ModelTemporary, ModelRefused and ModelUnusable, and a label of metrics."""
FAILURES: Final[tuple[Failure, ...]] = get_args(Failure)
BY_CONTENT: Final = frozenset[str](("length", "refusal", "content_filter", "rejected"))
"""Failures that say something of what was asked, and nothing of how the server does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """One question. The event's text is in `content` and nowhere else: it is data, and no instruction."""

    instructions: str
    """What is to be done; ours alone, the same for all events."""
    content: str = field(repr=False)
    """What it is about, in canonical form: the same facts give the same text."""
    schema: Mapping[str, Any] = field(repr=False)
    """JSON Schema of the answer: an object; for strict servers all properties required, and no others allowed."""
    version: str
    """Of instructions and schema: another one asks anew what was answered before."""
    name: str = "note"
    """What the answer is called; `[a-zA-Z0-9_-]{1,64}`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReply:
    """What a model wrote: bytes of a stranger, said to be JSON and not looked into. Tokens as its server counts them,
    or a guess where it does not."""

    text: bytes = field(repr=False)
    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Unusable:
    """An answer of which nothing can be made."""

    reason: Failure
    words: str
    """End a sentence that begins with the host; they hold nothing of what the server said."""
    tokens: tuple[int, int] | None = None


def cache_key(protocol: str, base_url: str, model: str, request: ModelRequest) -> bytes:
    """Give the SHA-256 by which an answer is found again; each part with its length before it.

    With the address: two servers may call different models by one name.
    """
    digest = hashlib.sha256()
    for part in (protocol, base_url, model, request.version, request.content):
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.digest()


def estimated_tokens(size: int) -> int:
    """Guess how many tokens so many bytes are: three bytes each, more than most texts need."""
    return size // 3 + 1


_MOST_TOKENS: Final = 10_000_000


def counted(stated: int | None, guess: int) -> int:
    """Take the tokens that a server states, within reason; the guess where it states none."""
    return guess if stated is None else min(max(stated, 0), _MOST_TOKENS)


def is_html(body: bytes) -> bool:
    """Say whether it is a page: of a proxy, a login, an error."""
    return body.lstrip()[:1] == b"<"


def decoded(body: bytes, kind: type[T]) -> T | Unusable:
    """Read JSON of a stranger as `kind`, a msgspec type."""
    if is_html(body):
        return Unusable("not_json", "answered with a page, and not with JSON")
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError:
        return Unusable("wrong_shape", "answered JSON that its protocol does not have")
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return Unusable("not_json", "answered with broken JSON")
