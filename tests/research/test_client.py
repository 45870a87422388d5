"""What a model's server is sent by each protocol, and what becomes of every answer that it can give."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any, get_args

import pytest

from alertd.base.secrets import Secret
from alertd.errors import ModelRefused, ModelTemporary, ModelUnusable
from alertd.net.client import HttpClient
from alertd.research.client import ModelClient
from alertd.research.config import ModelConfig, ProtocolName
from tests.research.asked import DRAFT, NOW, QUESTION, SCHEMA, config
from tests.support.behaviours import Behaviour, Connection, Request, answer, gzip_bomb, redirect, reset
from tests.support.http import refused_port
from tests.support.model_server import (
    JSON,
    KEY,
    MALICE,
    ModelServer,
    Protocol,
    drips,
    failing,
    html,
    huge,
    malicious,
    never_ends,
    refuses_format,
    reply,
    says,
    silent,
    truncated,
)

BOTH: tuple[Protocol, ...] = get_args(ProtocolName)


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer() as model:
        yield model


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    async with HttpClient("alertd/1 (desk-ops@example.com)") as http:
        yield http


async def failure(http: HttpClient, made: ModelConfig) -> ModelTemporary | ModelRefused | ModelUnusable:
    """Ask, and give the error; nothing of it may show the key or the question."""
    with pytest.raises((ModelTemporary, ModelRefused, ModelUnusable)) as caught:
        await ModelClient(made, http).ask(QUESTION, NOW)
    shown: list[BaseException | None] = [caught.value, caught.value.__cause__]
    for error in shown:
        assert KEY not in f"{error} {error!r}"
        assert "Orion" not in f"{error} {error!r}"
    assert isinstance(caught.value, ModelTemporary | ModelRefused | ModelUnusable)
    return caught.value


@pytest.mark.parametrize("protocol", BOTH)
async def test_a_good_answer_is_given_with_its_tokens(
    model: ModelServer, http: HttpClient, protocol: Protocol
) -> None:
    model.script(says(DRAFT))
    answered = await ModelClient(config(model, protocol), http).ask(QUESTION, NOW)
    assert json.loads(answered.text) == DRAFT
    assert (answered.input_tokens, answered.output_tokens) == (900, 120)
    assert "earns" not in repr(answered)


@pytest.mark.parametrize("protocol", BOTH)
@pytest.mark.parametrize("where", ["a sentence", "an id", "a place that nobody reads"])
async def test_an_answer_that_repeats_the_key_is_none(
    model: ModelServer, http: HttpClient, protocol: Protocol, where: str
) -> None:
    draft = {"a sentence": {"implication": f"The word is {KEY}."}, "an id": {"company": KEY}}.get(where, DRAFT)
    more = {"model": f"small with {KEY}"} if where == "a place that nobody reads" else {}

    async def behave(request: Request, connection: Connection) -> None:
        said = json.loads(reply(protocol, json.dumps(draft))) | more
        await answer(json.dumps(said).encode(), headers=JSON)(request, connection)

    model.script(behave)
    error = await failure(http, config(model, protocol))
    assert isinstance(error, ModelUnusable)
    assert (error.reason, "wrote the key" in str(error)) == ("wrong_shape", True)


async def test_a_key_that_is_an_ordinary_word_may_stand_in_an_answer(model: ModelServer, http: HttpClient) -> None:
    model.script(says(DRAFT))
    assert (await ModelClient(config(model, key=Secret("earns")), http).ask(QUESTION, NOW)).output_tokens == 120


async def test_openai_is_asked_for_an_answer_that_fits_the_schema(model: ModelServer, http: HttpClient) -> None:
    model.script(says(DRAFT))
    await ModelClient(config(model), http).ask(QUESTION, NOW)
    (request,), (question,) = model.server.requests, model.questions()
    assert (request.method, request.target) == ("POST", "/v1/chat/completions")
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["user-agent"] == "alertd", "who the desk is is not the vendor's to know"
    assert question == {
        "model": "small-1",
        "messages": [
            {"role": "system", "content": QUESTION.instructions},
            {"role": "user", "content": QUESTION.content},
        ],
        "max_tokens": 2000,
        "stream": False,
        "temperature": 0.0,
        "response_format": {"type": "json_schema", "json_schema": {"name": "note", "strict": True, "schema": SCHEMA}},
    }


async def test_anthropic_is_made_to_give_its_answer_to_a_tool(model: ModelServer, http: HttpClient) -> None:
    model.script(says(DRAFT))
    await ModelClient(config(model, "anthropic"), http).ask(QUESTION, NOW)
    (request,), (question,) = model.server.requests, model.questions()
    assert (request.method, request.target) == ("POST", "/v1/messages")
    assert (request.headers["x-api-key"], request.headers["anthropic-version"]) == (KEY, "2023-06-01")
    assert "authorization" not in request.headers
    assert question["tool_choice"] == {"type": "tool", "name": "note", "disable_parallel_tool_use": True}
    assert [(tool["name"], tool["input_schema"]) for tool in question["tools"]] == [("note", SCHEMA)]
    assert question["messages"] == [{"role": "user", "content": QUESTION.content}]
    assert (question["system"], question["temperature"]) == (QUESTION.instructions, 0.0)


@pytest.mark.parametrize(("protocol", "header"), [("openai", "authorization"), ("anthropic", "x-api-key")])
async def test_without_a_key_none_is_sent(
    model: ModelServer, http: HttpClient, protocol: Protocol, header: str
) -> None:
    model.script(says(DRAFT))
    await ModelClient(config(model, protocol, key=None), http).ask(QUESTION, NOW)
    assert header not in model.server.requests[0].headers


async def test_text_is_taken_where_no_tool_was_used(model: ModelServer, http: HttpClient) -> None:
    model.script(says(f"Gladly:\n```json\n{json.dumps(DRAFT)}\n```", as_tool=False))
    answered = await ModelClient(config(model, "anthropic"), http).ask(QUESTION, NOW)
    assert json.loads(answered.text) == DRAFT


async def test_tokens_that_are_not_stated_are_guessed(model: ModelServer, http: HttpClient) -> None:
    model.script(says(DRAFT, usage={}))
    answered = await ModelClient(config(model), http).ask(QUESTION, NOW)
    assert answered.input_tokens > 50
    assert answered.output_tokens > 5


@pytest.mark.parametrize("protocol", BOTH)
async def test_what_a_malicious_model_writes_is_handed_on_as_bytes_and_nothing_else(
    model: ModelServer, http: HttpClient, protocol: Protocol
) -> None:
    model.script(malicious())
    answered = await ModelClient(config(model, protocol), http).ask(QUESTION, NOW)
    assert json.loads(answered.text) == MALICE
    assert model.asked == 1


# --- servers that take less ---------------------------------------------------------------------------


def form(question: dict[str, Any]) -> str:
    return str(question.get("response_format", {}).get("type", "none"))


@pytest.mark.parametrize("known", ["json_object", "none"])
async def test_a_server_that_knows_no_schemas_is_asked_in_words_and_that_is_remembered(
    model: ModelServer, http: HttpClient, known: str
) -> None:
    model.script(refuses_format(says(DRAFT), unless=lambda question: form(question) == known))
    client = ModelClient(config(model), http)
    assert json.loads((await client.ask(QUESTION, NOW)).text) == DRAFT
    before = model.asked
    assert '"implication"' in model.questions()[-1]["messages"][0]["content"]
    await client.ask(QUESTION, NOW)
    assert model.asked == before + 1
    assert form(model.questions()[-1]) == known


async def test_a_model_that_reasons_is_asked_by_the_other_names(model: ModelServer, http: HttpClient) -> None:
    said = "Unsupported: 'max_tokens'. Use 'max_completion_tokens' instead. 'temperature' does not support 0."
    model.script(
        refuses_format(
            says(DRAFT),
            unless=lambda question: "max_completion_tokens" in question and "temperature" not in question,
            message=said,
        )
    )
    client = ModelClient(config(model), http)
    await client.ask(QUESTION, NOW)
    assert (model.asked, form(model.questions()[-1])) == (3, "json_schema")
    await client.ask(QUESTION, NOW)
    assert model.asked == 4


async def test_a_claude_that_takes_no_temperature_is_asked_without(model: ModelServer, http: HttpClient) -> None:
    said = "temperature is deprecated for this model"
    model.script(refuses_format(says(DRAFT), unless=lambda question: "temperature" not in question, message=said))
    await ModelClient(config(model, "anthropic"), http).ask(QUESTION, NOW)
    assert model.asked == 2


async def test_a_request_that_is_refused_in_every_form_changes_nothing(model: ModelServer, http: HttpClient) -> None:
    model.script(*[failing(400, code="invalid_request_error")] * 3, says(DRAFT))
    client = ModelClient(config(model), http)
    with pytest.raises(ModelUnusable, match=r"HTTP 400 .invalid_request_error."):
        await client.ask(QUESTION, NOW)
    assert model.asked == 3
    await client.ask(QUESTION, NOW)
    assert form(model.questions()[-1]) == "json_schema"


async def test_a_text_that_is_too_long_is_not_tried_in_other_forms(model: ModelServer, http: HttpClient) -> None:
    model.script(failing(400, code="context_length_exceeded"))
    assert (await failure(http, config(model))).reason == "rejected"
    assert model.asked == 1


# --- failures -----------------------------------------------------------------------------------------

T, R, U = ModelTemporary, ModelRefused, ModelUnusable
STATUSES: list[tuple[Behaviour, type[Exception], str, str]] = [
    (failing(401, code="authentication_error"), R, "refused", "HTTP 401 (authentication_error): look at `key`"),
    (failing(402), R, "refused", "HTTP 402"),
    (failing(403, code="permission_error"), R, "refused", "HTTP 403"),
    (failing(404, code="model_not_found"), R, "not_found", "HTTP 404 (model_not_found): look at `base_url`"),
    (redirect("https://elsewhere.example/"), R, "not_found", "HTTP 302"),
    (failing(413), U, "rejected", "HTTP 413"),
    (failing(422), U, "rejected", "HTTP 422"),
    (failing(408), T, "unavailable", "HTTP 408"),
    (failing(500), T, "unavailable", "HTTP 500"),
    (html(502), T, "unavailable", "HTTP 502"),
    (failing(529, code="overloaded_error"), T, "unavailable", "HTTP 529 (overloaded_error)"),
    (failing(429, code="insufficient_quota"), T, "limited", "HTTP 429 (insufficient_quota)"),
    (html(), U, "not_json", "a page"),
    (truncated(), U, "not_json", "broken JSON"),
    (gzip_bomb(4 << 20), U, "not_json", "broken JSON"),
    (answer(b""), U, "not_json", "broken JSON"),
    (answer(b"\xff\xfe{}"), U, "not_json", "broken JSON"),
    (answer(b'{"usage": ' + b"[" * 200_000), U, "wrong_shape", "JSON that its protocol does not have"),
    (answer(b'{"other": ' + b"[" * 200_000), U, "not_json", "broken JSON"),
    (answer(b"[1, 2]"), U, "wrong_shape", "JSON that its protocol does not have"),
    (answer(b'{"error": {"message": "no"}}'), U, "wrong_shape", "JSON that its protocol does not have"),
    (answer(b'{"choices": [], "content": []}'), U, "wrong_shape", "without a"),
    (says("", as_tool=False), U, "wrong_shape", "without a text"),
    (huge(), U, "too_large", "more than 256 KiB"),
    (never_ends(), U, "too_large", "more than 256 KiB"),
    (reset(), T, "no_answer", "closed the connection"),
]


@pytest.mark.parametrize("protocol", BOTH)
@pytest.mark.parametrize(("behaviour", "kind", "reason", "words"), STATUSES)
async def test_every_answer_that_is_none_is_a_typed_error_that_names_the_host(
    model: ModelServer, http: HttpClient, protocol: Protocol, behaviour: Behaviour, kind: type[Exception],
    reason: str, words: str,
) -> None:  # fmt: skip
    model.script(behaviour)
    error = await failure(http, config(model, protocol))
    assert (type(error), error.reason) == (kind, reason)
    assert str(error).startswith("127.0.0.1")
    assert words in str(error) or reason == "no_answer"


@pytest.mark.parametrize("protocol", BOTH)
@pytest.mark.parametrize("behaviour", [drips(), silent()], ids=["drips", "silent"])
async def test_an_answer_that_does_not_come_to_its_end_in_time_is_given_up(
    model: ModelServer, http: HttpClient, protocol: Protocol, behaviour: Behaviour
) -> None:
    model.script(behaviour)
    error = await failure(http, config(model, protocol, timeout="1s"))
    assert (type(error), error.reason) == (ModelTemporary, "timeout")
    assert "within 1 s" in str(error)
    await model.server.until(lambda: model.server.open == 0)


@pytest.mark.parametrize("status", [429, 503, 529])
async def test_a_server_says_when_to_come_back(model: ModelServer, http: HttpClient, status: int) -> None:
    model.script(failing(status, retry_after="17"))
    error = await failure(http, config(model))
    assert isinstance(error, ModelTemporary)
    assert error.retry_after == 17


@pytest.mark.parametrize(
    ("protocol", "stop", "reason"),
    [
        ("openai", "length", "length"),
        ("openai", "content_filter", "content_filter"),
        ("anthropic", "max_tokens", "length"),
        ("anthropic", "model_context_window_exceeded", "length"),
        ("anthropic", "refusal", "refusal"),
    ],
)
async def test_an_answer_that_was_cut_or_withheld_is_not_used_but_its_tokens_count(
    model: ModelServer, http: HttpClient, protocol: Protocol, stop: str, reason: str
) -> None:
    model.script(says(DRAFT, stop=stop))
    error = await failure(http, config(model, protocol))
    assert isinstance(error, ModelUnusable)
    assert (error.reason, error.tokens) == (reason, (900, 120))


async def test_a_refusal_in_its_own_field_is_one(model: ModelServer, http: HttpClient) -> None:
    body = json.loads(reply("openai", ""))
    body["choices"][0]["message"] = {"content": None, "refusal": "I cannot help with that."}
    model.script(answer(json.dumps(body).encode()))
    error = await failure(http, config(model))
    assert error.reason == "refusal"
    assert "cannot help" not in str(error)


async def test_absurd_counts_of_tokens_are_held_within_reason(model: ModelServer, http: HttpClient) -> None:
    model.script(says(DRAFT, usage={"prompt_tokens": -5, "completion_tokens": 10**15}))
    answered = await ModelClient(config(model), http).ask(QUESTION, NOW)
    assert (answered.input_tokens, answered.output_tokens) == (0, 10_000_000)


async def test_an_address_inside_the_house_is_not_asked_unless_allowed(model: ModelServer, http: HttpClient) -> None:
    inside = f"https://127.0.0.1:{model.server.port}/v1"
    error = await failure(http, config(model, base_url=inside, allow_private=False))
    assert (type(error), error.reason) == (ModelRefused, "forbidden_address")
    assert model.server.connections == 0


async def test_a_server_that_is_not_there_is_a_failure_that_may_pass(http: HttpClient) -> None:
    error = await failure(http, config(None, base_url=f"http://127.0.0.1:{refused_port()}/v1"))
    assert (type(error), error.reason) == (ModelTemporary, "no_answer")


async def test_no_line_of_the_log_shows_key_or_question(
    model: ModelServer, http: HttpClient, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    model.script(failing(500), refuses_format(says(DRAFT), unless=lambda question: form(question) == "none"))
    await failure(http, config(model))
    await ModelClient(config(model), http).ask(QUESTION, NOW)
    said = caplog.text + "".join(capsys.readouterr())
    assert "model_dialect" in said
    assert KEY not in said
    assert "Orion" not in said
