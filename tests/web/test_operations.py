"""Operations: what stands in a query or a body is read by its type, and what cannot be meant is said in words."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

import msgspec
import pytest
from aiohttp import ClientSession

from alertd import telemetry
from alertd.base.secrets import Secret
from alertd.base.tokens import Digests
from alertd.model import Struct
from alertd.web.callers import Callers
from alertd.web.deps import WebDeps
from alertd.web.operations import Nothing, Operation, read_body, read_query, route
from alertd.web.problems import Refusal
from alertd.web.server import WebServer
from tests.web.conftest import TOKENS, Api


class Wanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    status: Literal["open", "closed"] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 50
    portfolio: str | None = None
    rules: list[str] = msgspec.field(default_factory=list)


def test_a_query_is_read_by_its_type() -> None:
    assert read_query([], Wanted) == Wanted()
    given = [("status", "open"), ("limit", "7"), ("rules", "a"), ("rules", "b"), ("portfolio", "")]
    assert read_query(given, Wanted) == Wanted(status="open", limit=7, rules=["a", "b"], portfolio="")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([("stauts", "open")], "there is no `stauts` to ask by; did you mean `status`?"),
        ([("status", "gone")], "status is one of open, closed"),
        ([("limit", "0")], "limit is a number from 1 to 500"),
        ([("limit", "501")], "limit is a number from 1 to 500"),
        ([("limit", "many")], "limit is a number from 1 to 500"),
        ([("limit", "9" * 40)], "limit is a number from 1 to 500"),
        ([("status", "open"), ("status", "closed")], "`status` is given twice"),
    ],
)
def test_what_cannot_be_meant_is_said_in_words(given: list[tuple[str, str]], words: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_query(given, Wanted)
    assert (refused.value.status, str(refused.value)) == (400, words)


def test_a_body_that_is_not_there_is_an_empty_one() -> None:
    assert read_body(b"", Nothing) == Nothing()


@pytest.mark.parametrize(
    ("body", "words"),
    [(b"{", "no JSON"), (b"\xff", "no JSON"), (b"[]", "Expected `object`"), (b'{"a": 1}', "unknown field `a`")],
)
def test_a_body_that_cannot_be_meant_is_said_in_words(body: bytes, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        read_body(body, Nothing)


async def test_a_token_that_may_read_only_changes_nothing(api: Api) -> None:
    status, said = await api.ask("GET", "/v1/silences", token="reader")
    assert (status, said) == (200, {"silences": []})
    wanted = {"reason": "call", "until": "2h", "portfolios": ["p"]}
    status, said = await api.ask("POST", "/v1/silences", wanted, token="reader")
    assert (status, said["detail"]) == (403, "this token may read only")
    assert (await api.ask("GET", "/v1/silences"))[1] == {"silences": []}


async def test_what_is_asked_apart_has_more_time_than_other_requests() -> None:
    done, token = asyncio.Event(), Digests.of([Secret(TOKENS["all"])])

    async def wait(_: object) -> dict[str, Any]:
        await done.wait()
        return {}

    def operation(name: str) -> Operation[Any, Any]:
        return Operation(
            name=name, method="GET", path=f"/v1/{name}", summary=name, does=wait, query=Nothing, body=Nothing,
            answer=dict[str, Any], slow=name == "slow",
        )  # fmt: skip

    callers = Callers(token)
    routes = [route(operation(name), callers) for name in ("quick", "slow")]

    async def fine() -> dict[str, Any]:
        return {}

    deps = WebDeps(
        status=fine, ready=fine, metrics=telemetry.metrics_text, token=token, callers=callers, routes=routes
    )
    server = WebServer("127.0.0.1:0", deps, deadline_s=0.2)
    _, port = await server.start()
    headers = {"Authorization": f"Bearer {TOKENS['all']}"}
    async with ClientSession(f"http://127.0.0.1:{port}", headers=headers) as client:

        async def ask(name: str) -> int:
            async with client.get(f"/v1/{name}") as answer:
                return answer.status

        slow = asyncio.create_task(ask("slow"))
        assert await ask("quick") == 408, "whoever came before has waited longer by now"
        done.set()
        assert await slow == 200
    await server.stop()
