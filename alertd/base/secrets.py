"""Secrets: values that must never be printed, and the redaction of URLs that hold some."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from alertd.base.ids import mark

MASK = "<secret>"

_CONFIDENTIAL = re.compile(r"(?i)auth|key|token|secret|cookie|signature|password")
_KEY = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9_.~+/=-]{16,}")
"""Letters and figures, and many of them."""
_LONG = re.compile(r"[A-Za-z0-9]{24,}")


class Secret:
    """A text whose str, repr, format and JSON are `<secret>`; `reveal()` gives the text to the one who sends it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Give the text itself. Never log the result."""
        return self._value

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return MASK

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.union_schema(
            [
                core_schema.is_instance_schema(cls),
                core_schema.no_info_after_validator_function(cls, core_schema.str_schema(min_length=1)),
            ],
            serialization=core_schema.plain_serializer_function_ser_schema(lambda _: MASK),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "writeOnly": True}


def is_confidential(name: str, value: str) -> bool:
    """Guess whether a parameter of a query is a secret: by its name, or because its value looks like a key."""
    return _CONFIDENTIAL.search(name) is not None or _KEY.fullmatch(value) is not None


def redact_url(url: str) -> str:
    """Keep scheme and host of a URL and drop the rest: a webhook's path is its password."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return MASK
    if not parts.scheme or not host:
        return MASK
    return f"{parts.scheme}://{host}{port}/…"


def without_query(url: str) -> str:
    """Give a URL with `?…` for its query: a feed's key often stands there, and servers repeat it in redirects."""
    before, mark, _ = url.partition("?")
    return before + ("?…" if mark else "")


def findable(url: str) -> str:
    """Give of a URL what somebody needs to find it in a file: no user, no query, and no part of its path that looks
    like a key (many letters and figures, or one very long word).
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", f":{parts.port}" if parts.port else ""
    except ValueError:
        return MASK
    if not parts.scheme or not host:
        return MASK
    host = f"[{host}]" if ":" in host else host
    path = "/".join("…" if _KEY.fullmatch(one) or _LONG.fullmatch(one) else one for one in parts.path.split("/"))
    return f"{parts.scheme}://{host}{port}{path}" + ("?…" if parts.query else "")


def marked_query(url: str) -> str:
    """Give a URL with `?…#` and a fingerprint for its query: what may be kept to tell later whether it is the same.

    One that is so already stays as it is.
    """
    before, there, query = url.partition("?")
    return url if not there or query.startswith("…#") else f"{before}?…#{mark(query)}"
