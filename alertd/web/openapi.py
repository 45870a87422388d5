"""The document that describes the API to programs (OpenAPI 3.1), made of the operations themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from alertd.web import problems
from alertd.web.operations import Asked, Nothing, Operation
from alertd.web.problems import Problem
from alertd.web.repeats import HEADER, LONGEST

ALWAYS: Mapping[int, str] = {
    400: "The request cannot be meant; `detail` says what to write.",
    401: "A token is needed, or this one opens nothing.",
    403: "The token may not do this, or the request came from another site.",
    408: "The request took too long.",
    413: "The body is too large.",
    415: "Only application/json is taken.",
    421: "The Host is not one of ours.",
    429: "Too many wrong tokens from this address.",
    500: "Internal error; the log says more.",
    503: "Redis or the history is away; try again.",
}
ONCE: Mapping[int, str] = {
    409: "It makes no sense as things are, or the same request is under way.",
    422: "The Idempotency-Key came with another request before.",
}
KEY: Mapping[str, Any] = {
    "name": HEADER, "in": "header", "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[!-~]+$"},
    "description": "The same request with the same key is done once; for 24 hours it is answered as it was.",
}  # fmt: skip
_WRITES = frozenset({413, 415})
_REF = "#/components/schemas/{name}"


def described(operations: Sequence[Operation[Any, Any]], version: str) -> Operation[Nothing, Nothing]:
    """Make the operation that gives the document about these, and itself."""

    async def does(asked: Asked[Nothing, Nothing]) -> object:
        return document

    own = Operation(
        name="describeApi", method="GET", path="/v1/openapi.json", summary="This document",
        does=does, query=Nothing, body=Nothing, answer=dict[str, Any],
    )  # fmt: skip
    document = describe([*operations, own], version)
    return own


def describe(operations: Sequence[Operation[Any, Any]], version: str) -> dict[str, Any]:
    """Describe operations; `version` is alertd's."""
    bodies = [one.body for one in operations if one.body is not Nothing]
    types = [*dict.fromkeys([Problem, *bodies]), *(one.answer for one in operations)]
    schemas, components = msgspec.json.schema_components(types, ref_template=_REF)
    named = dict(zip(map(_key, types), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, named)
    return {
        "openapi": "3.1.0",
        "info": {"title": "alertd", "version": version, "description": "Alerts of an investment desk."},
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(one: Operation[Any, Any], named: Mapping[str, Any]) -> dict[str, Any]:
    answers: dict[str, Any] = {
        str(one.status): {
            "description": "Done." if one.scope == "write" else "What was asked for.",
            "content": {"text/html" if one.html else "application/json": {"schema": named[_key(one.answer)]}},
        }
    }
    if one.at:
        said = "Where what was made is found."
        answers[str(one.status)]["headers"] = {"Location": {"description": said, "schema": {"type": "string"}}}
    problem = {problems.CONTENT_TYPE: {"schema": named[_key(Problem)]}}
    can_fail = {status: text for status, text in ALWAYS.items() if one.method != "GET" or status not in _WRITES}
    own = {**one.fails, **(ONCE if one.makes else {})}
    for status, text in sorted({**can_fail, **own}.items()):
        answers[str(status)] = {"description": text, "content": problem}
    made: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.summary,
        "parameters": [*_in_path(one), *_in_query(one), *([KEY] if one.makes else [])],
        "responses": answers,
    }
    if one.body is not Nothing:
        needed = any(field.required for field in msgspec.structs.fields(one.body))
        made["requestBody"] = {
            "required": needed,
            "content": {"application/json": {"schema": named[_key(one.body)]}},
        }
    return made


def _in_path(one: Operation[Any, Any]) -> list[dict[str, Any]]:
    names = re.findall(r"\{(\w+)\}", one.path)
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        | ({"description": one.parameters[name]} if name in one.parameters else {})
        for name in names
    ]


def _in_query(one: Operation[Any, Any]) -> list[dict[str, Any]]:
    found = []
    for field in msgspec.structs.fields(one.query):
        schema = msgspec.json.schema(field.type)
        described = {"description": text} if (text := schema.pop("description", "")) else {}
        found.append(
            {"name": field.encode_name, "in": "query", "required": field.required, "schema": schema} | described
        )
    return found


def _key(kind: Any) -> str:
    return repr(kind)
