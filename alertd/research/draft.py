"""What a language model must answer with, and how its answer is read: strictly, or not at all.

A draft is a claim, not a note: each of its statements has yet to pass the check of its grounds (`grounding.py`).
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, get_args

import msgspec

from alertd.errors import Permanent
from alertd.model import Struct

MAX_BYTES = 65_536
"""Of an answer; a note of 16 statements needs a tenth of that."""
MAX_STATEMENTS = 16
MAX_GROUNDS = 4
MAX_TEXT = 280
"""Characters of a statement."""
_READ_TEXT = 2_000
"""Characters of a statement that are read: one that is too long costs only itself, so it is for the check to drop."""
_MAX_QUOTE = 1_000
_MAX_ID = 16
_MAX_COMPANY = 80
_MAX_MONTHS = 1_200

DraftSection = Literal[
    "implication", "winner", "loser", "exposed", "risk", "horizon", "precedent", "contrarian", "question"
]  # fmt: skip
"""The sections that a model may write: all of a note's but `crowding`, which is counted, not judged."""
Reason = Literal["too_large", "not_json", "wrong_shape"]

_FENCED = re.compile(rb"\s*```(?:json|JSON)?[ \t]*\r?\n(.*)\n[ \t]*```\s*", re.DOTALL)
_PLACE = re.compile(r"- at `(\$[a-z_.\[\]\d]{0,80})`$")
_SAFE = re.compile(r"Expected `[^`]{1,60}`(?:, got `[a-z]{1,10}`| of length [<>]= \d+| [<>]= [\d.]+)?")
_FIELD = re.compile(r"Object missing required field `([a-z_]{1,20})`")


class DraftRefused(Permanent):
    """An answer that is no draft. Its words are never in the message: they are a stranger's."""

    def __init__(self, reason: Reason, where: str = "") -> None:
        self.reason = reason
        self.where = where
        """Of `wrong_shape`: the place as a path (`$.statements[2].text`), and what was expected there."""
        super().__init__(f"{reason}: {where}" if where else reason)


class DraftGround(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a statement is said to rest on: words of the text, or something that the model was shown under an id."""

    kind: Literal["quote", "relation", "event", "number"]
    quote: Annotated[str, msgspec.Meta(max_length=_MAX_QUOTE)]
    """Of a quote: the words of the text; else empty."""
    id: Annotated[str, msgspec.Meta(max_length=_MAX_ID)]
    """Of the other kinds: `r1`, `e2`, `n3`; else empty."""


class DraftStatement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One sentence, not yet checked."""

    section: DraftSection
    text: Annotated[str, msgspec.Meta(max_length=_READ_TEXT)]
    company: Annotated[str, msgspec.Meta(max_length=_MAX_COMPANY)]
    """Id of the company that it is about; empty: of none."""
    grounds: Annotated[list[DraftGround], msgspec.Meta(max_length=MAX_GROUNDS)]


_Months = Annotated[float, msgspec.Meta(ge=0, le=_MAX_MONTHS)]


class Draft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole answer."""

    statements: Annotated[list[DraftStatement], msgspec.Meta(max_length=MAX_STATEMENTS)]
    horizon_low: _Months | None
    horizon_high: _Months | None
    """In months from the event; null where nothing is stated."""
    confidence: Literal["low", "medium", "high"]


def read_draft(raw: bytes) -> Draft:
    """Read a model's answer: JSON of exactly this shape, at most 64 KiB, perhaps within one Markdown fence.

    Raises DraftRefused.
    """
    if len(raw) > MAX_BYTES:
        raise DraftRefused("too_large")
    fenced = _FENCED.fullmatch(raw)
    try:
        return msgspec.json.decode(fenced[1] if fenced else raw, type=Draft)
    except msgspec.ValidationError as error:
        raise DraftRefused("wrong_shape", _where(str(error))) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise DraftRefused("not_json") from None


def _where(message: str) -> str:
    """Give place and expectation out of a decoder's message, without the words of the answer that it may repeat."""
    place = _PLACE.search(message)
    path = place[1] if place else "$"
    if said := _SAFE.match(message):
        return f"{path}: {said[0][0].lower()}{said[0][1:]}"
    if field := _FIELD.match(message):
        return f"{path}: `{field[1]}` is missing"
    return f"{path}: unknown field" if message.startswith("Object contains unknown field") else f"{path}: not allowed"


def draft_schema() -> dict[str, Any]:
    """Give the JSON Schema of a draft for structured output.

    Strict as vendors mean it: every field required, no others allowed, and only the keywords that all of them take;
    bounds on lengths stand in the descriptions, and `read_draft` and the check hold them.
    """
    ground = _closed(
        kind={"type": "string", "enum": ["quote", "relation", "event", "number"]},
        quote=_text("kind quote: words copied from the text, exactly; otherwise empty"),
        id=_text("other kinds: the id of the relation, earlier event or number (r1, e1, n1); otherwise empty"),
    )
    statement = _closed(
        section={"type": "string", "enum": list(get_args(DraftSection))},
        text=_text(f"one sentence of plain text, at most {MAX_TEXT} characters, no links or markup"),
        company=_text("id of the company that a winner, loser or exposed statement is about; otherwise empty"),
        grounds=_list(ground, f"1 to {MAX_GROUNDS} grounds that hold every number, date and name of the sentence"),
    )
    months = {"type": ["number", "null"], "description": "months from the event, only if the text states them"}
    return _closed(
        statements=_list(statement, f"at most {MAX_STATEMENTS}"),
        horizon_low=months,
        horizon_high=months,
        confidence={"type": "string", "enum": ["low", "medium", "high"]},
    )


def _closed(**properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description}


def _list(items: dict[str, Any], description: str) -> dict[str, Any]:
    return {"type": "array", "items": items, "description": description}
