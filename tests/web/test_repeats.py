"""`Idempotency-Key`: the same request twice is done once, over a real server."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.alerts.living import state
from tests.web.conftest import TOKENS, Api, serving

SILENCE = {"reason": "call", "until": "2h", "portfolios": ["ai"]}


async def post(api: Api, body: object, key: str, token: str = "all") -> tuple[int, dict[str, str]]:
    async with api.client.post(
        "/v1/silences", json=body, headers={"Authorization": f"Bearer {TOKENS[token]}", "Idempotency-Key": key}
    ) as answer:
        return answer.status, await answer.json()


async def test_the_same_request_with_the_same_key_is_done_once_and_answered_as_it_was(api: Api) -> None:
    first = await post(api, SILENCE, "k-1")
    api.life.clock.pass_by(60)
    assert await post(api, SILENCE, "k-1") == first
    assert len(await api.life.journal("silence")) == 1
    assert first[0] == 201
    other = await post(api, SILENCE, "k-2")
    assert other[1]["ends_at"] != first[1]["ends_at"], "a minute later: a silence of its own"


async def test_a_key_is_for_one_request_of_one_token(api: Api) -> None:
    status, _ = await post(api, SILENCE, "k-1")
    assert status == 201
    status, said = await post(api, SILENCE | {"until": "3h"}, "k-1")
    assert (status, said["detail"]) == (422, "this Idempotency-Key came with another request before: take a new one")
    assert (await post(api, SILENCE, "k-1", "ai"))[0] == 201
    assert len(await api.life.journal("silence")) == 2


async def test_what_was_refused_may_be_asked_again_with_its_key(api: Api) -> None:
    assert (await post(api, {"reason": "call"}, "k-1"))[0] == 400
    assert (await post(api, SILENCE | {"until": "yesterday"}, "k-1"))[0] == 400
    assert (await post(api, SILENCE, "k-1"))[0] == 201


@pytest.mark.parametrize("key", ["", "k" * 201, "ümlaut"])
async def test_a_key_that_is_none_is_refused(api: Api, key: str) -> None:
    assert (await post(api, SILENCE, key))[0] == 400


async def test_while_the_first_is_under_way_the_second_is_told_so(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    async def begun_elsewhere(name: str, mark: bytes) -> bytes:
        return mark

    monkeypatch.setattr(api.life.store, "begin_request", begun_elsewhere)
    status, said = await post(api, SILENCE, "k-1")
    assert (status, said["detail"]) == (409, "the same request is under way")


async def test_a_token_for_single_portfolios_sees_and_silences_these_alone() -> None:
    tokens = [{"name": "one", "desk": "ai", "portfolios": ["ai"], "token": "CANARY-one-portfolio"}]
    async with serving(tokens=tokens) as api:
        await api.life.put(state("al_a", desk="ai"))
        other = state("al_b", desk="ai")
        await api.life.put(replace(other, alert=replace(other.alert, portfolio="ai-two")))
        assert await api.ids(token="CANARY-one-portfolio") == ["al_a"]
        assert (await api.ask("GET", "/v1/alerts/al_b", token="CANARY-one-portfolio"))[0] == 404
        asked = [SILENCE, SILENCE | {"portfolios": ["ai-two"]}, {"reason": "all", "until": "2h", "everything": True}]
        answers = [await api.ask("POST", "/v1/silences", one, token="CANARY-one-portfolio") for one in asked]
        assert [status for status, _ in answers] == [201, 400, 400]
        await api.ask("POST", "/v1/silences", asked[1])
        _, found = await api.ask("GET", "/v1/silences", token="CANARY-one-portfolio")
        assert [one["portfolios"] for one in found["silences"]] == [["ai"]]
