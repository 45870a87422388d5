from __future__ import annotations

import json
from typing import Any

import jsonschema
import msgspec
import pytest

from alertd.research.draft import (
    MAX_BYTES,
    Draft,
    DraftGround,
    DraftRefused,
    DraftStatement,
    draft_schema,
    read_draft,
)


def an_answer(**fields: Any) -> dict[str, Any]:
    ground = {"kind": "quote", "quote": "keeps a right to reclaim the compute", "id": ""}
    said = {"section": "risk", "text": "SpaceX may reclaim it.", "company": "", "grounds": [ground]}
    return {"statements": [said], "horizon_low": None, "horizon_high": 12, "confidence": "low"} | fields


def raw(answer: Any) -> bytes:
    return json.dumps(answer).encode()


def test_a_draft_is_read_as_it_is_written() -> None:
    draft = read_draft(raw(an_answer()))
    assert draft.statements[0].grounds[0].quote == "keeps a right to reclaim the compute"
    assert (draft.horizon_low, draft.horizon_high, draft.confidence) == (None, 12.0, "low")


@pytest.mark.parametrize("fence", ["```json\n{}\n```", "\n```\n{}\n```\n", "```json\r\n{}\r\n```", "  {}\n"])
def test_a_fence_around_the_whole_answer_does_no_harm(fence: str) -> None:
    text = fence.replace("{}", raw(an_answer()).decode())
    assert read_draft(text.encode()) == read_draft(raw(an_answer()))


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html><body>502</body></html>",
        b"Here is the note: {}",
        b'{"statements": [',
        raw(an_answer()) + b" and that is all",
        b"Sure!\n```json\n" + raw(an_answer()) + b"\n```",
        raw(an_answer(confidence="x")).replace(b'"x"', b'"\xff"'),
        raw(an_answer(horizon_high=0)).replace(b'"horizon_high": 0', b'"horizon_high": NaN'),
        b"[" * 60_000,
    ],
)
def test_what_is_not_json_and_nothing_else_is_refused(answer: bytes) -> None:
    with pytest.raises(DraftRefused) as refused:
        read_draft(answer)
    assert refused.value.reason in ("not_json", "wrong_shape")


def test_an_answer_of_ten_megabytes_is_refused_unread() -> None:
    with pytest.raises(DraftRefused, match="too_large"):
        read_draft(b"{" * 10_000_000)
    padded = raw(an_answer())
    assert read_draft(padded + b" " * (MAX_BYTES - len(padded))) == read_draft(padded)
    with pytest.raises(DraftRefused, match="too_large"):
        read_draft(padded + b" " * (MAX_BYTES - len(padded) + 1))


SAID = an_answer()["statements"][0]
GROUND = SAID["grounds"][0]


@pytest.mark.parametrize(
    ("answer", "where"),
    [
        ([], "$: expected `object`, got `array`"),
        (an_answer(statements=[SAID] * 17), "$.statements: expected `array` of length <= 16"),
        (an_answer(statements=[SAID | {"grounds": [GROUND] * 5}]), "$.statements[0].grounds: expected"),
        (an_answer(statements=[SAID | {"text": 5}]), "$.statements[0].text: expected `str`, got `int`"),
        (an_answer(statements=[SAID | {"text": "x" * 2_001}]), "$.statements[0].text: expected `str` of length"),
        (an_answer(statements=[SAID | {"section": "crowding"}]), "$.statements[0].section: not allowed"),
        (an_answer(statements=[SAID | {"weight": 1}]), "$.statements[0]: unknown field"),
        (an_answer(horizon_low=-1), "$.horizon_low: expected `float` >= 0"),
        (an_answer(horizon_low="12"), "$.horizon_low: expected `float | null`, got `str`"),
        (an_answer(tool="shell"), "$: unknown field"),
        ({"statements": []}, "$: `horizon_low` is missing"),
    ],
)
def test_what_has_another_shape_is_refused_and_the_place_is_named(answer: Any, where: str) -> None:
    with pytest.raises(DraftRefused) as refused:
        read_draft(raw(answer))
    assert refused.value.reason == "wrong_shape"
    assert refused.value.where.startswith(where)


def test_a_refusal_repeats_no_word_of_the_answer() -> None:
    said = "hxxp-secret-words"
    for answer in (an_answer(**{said: 1}), an_answer(confidence=said), said, an_answer(horizon_low=said)):
        with pytest.raises(DraftRefused) as refused:
            read_draft(raw(answer))
        assert said not in str(refused.value)
        assert refused.value.__cause__ is None


def test_the_schema_is_closed_and_names_the_fields_of_the_type() -> None:
    schema = draft_schema()
    statement = schema["properties"]["statements"]["items"]
    ground = statement["properties"]["grounds"]["items"]
    for made, struct in ((schema, Draft), (statement, DraftStatement), (ground, DraftGround)):
        names = [field.name for field in msgspec.structs.fields(struct)]
        assert made["required"] == names == list(made["properties"])
        assert made["additionalProperties"] is False


@pytest.mark.parametrize("fields", [{}, {"horizon_low": 3.5}, {"confidence": "sure"}, {"more": 1}, {"statements": 1}])
def test_the_schema_and_the_type_take_the_same(fields: dict[str, Any]) -> None:
    answer = an_answer(**fields)
    allowed = not list(jsonschema.Draft202012Validator(draft_schema()).iter_errors(answer))
    try:
        read_draft(raw(answer))
    except DraftRefused:
        assert not allowed
    else:
        assert allowed
