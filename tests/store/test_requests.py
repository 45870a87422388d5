"""Requests that are safe to be sent twice: taken once, and what came of them is there for a day."""

from __future__ import annotations

from alertd.store.protocol import Store


async def test_a_request_is_taken_once_and_then_it_is_said_what_came_of_it(store: Store) -> None:
    assert await store.begin_request("a", b"first") == b""
    assert await store.begin_request("a", b"second") == b"first"
    assert await store.begin_request("b", b"other") == b""
    await store.settle_request("a", b"done")
    assert await store.begin_request("a", b"third") == b"done"


async def test_a_request_of_which_nothing_came_is_taken_again(store: Store) -> None:
    assert await store.begin_request("a", b"first") == b""
    await store.drop_request("a")
    assert await store.begin_request("a", b"second") == b""
