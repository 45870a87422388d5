"""A message that goes behind another, as the note of an alert: not before that, and never if that never was sent."""

from __future__ import annotations

import pytest

from alertd.model import Claim, ClaimRefused
from alertd.store.protocol import Store
from tests.store.make import NOW, delivery

LEASE = 60_000


async def claim(store: Store, name: str, token: str = "t", at: int = NOW) -> Claim | ClaimRefused:
    return await store.claim("desk", f"dl_{name}", token, at, LEASE, 0, b"payload")


async def queued(store: Store, *, latest: bool = False) -> None:
    """Queue an alert and its note."""
    alert = delivery("alert", mode="latest" if latest else "every")
    await store.enqueue([alert, delivery("note", chain="al_1/note", behind="dl_alert")], NOW)


async def state(store: Store, name: str) -> str:
    found = await store.delivery(f"dl_{name}")
    return found.state if found is not None else "none"


BEHIND = ClaimRefused(reason="behind", retry_ms=NOW + 1_000)


async def test_it_waits_while_the_other_waits_is_sent_or_is_tried_again(store: Store) -> None:
    await queued(store)
    assert await claim(store, "note") == BEHIND
    assert isinstance(await claim(store, "alert"), Claim)
    assert await claim(store, "note") == BEHIND, "nobody knows yet whether it arrived"
    assert await store.retry("dl_alert", "t", NOW, NOW + LEASE, "503", counts=True)
    assert await claim(store, "note") == BEHIND
    assert await state(store, "note") == "queued"


async def test_it_goes_when_the_other_was_sent(store: Store) -> None:
    await queued(store)
    await claim(store, "alert")
    assert await store.finish("dl_alert", "t", NOW, "ok")
    assert isinstance(await claim(store, "note"), Claim)


@pytest.mark.parametrize("end", ["dead", "expired"])
async def test_it_ends_with_a_reason_where_the_other_never_was(store: Store, end: str) -> None:
    await queued(store)
    assert await (store.bury("dl_alert", "", NOW, "gone") if end == "dead" else store.expire("dl_alert", "", NOW))
    assert await claim(store, "note") == ClaimRefused(reason="unsent")
    assert await state(store, "note") == "expired"
    (last,) = [record for _, record in await store.trace("dl_note")][-1:]
    assert (last.reason, last.data["detail"]) == ("expired", "what it goes behind was never sent")
    assert await claim(store, "note") == ClaimRefused(reason="gone"), "it has ended, once"
    assert (await store.due("desk", NOW, 9))[0] == []


async def test_what_waits_in_its_own_chain_is_next_when_it_ends(store: Store) -> None:
    await queued(store)
    await store.enqueue([delivery("next", chain="al_1/note")], NOW)
    await store.bury("dl_alert", "", NOW, "gone")
    await claim(store, "note")
    assert await state(store, "next") == "queued"


async def test_it_goes_behind_the_one_that_took_the_others_place(store: Store) -> None:
    await queued(store, latest=True)
    await store.enqueue([delivery("newer", mode="latest")], NOW)
    await store.enqueue([delivery("newest", mode="latest")], NOW)
    assert await state(store, "alert") == "superseded"
    assert await claim(store, "note") == BEHIND
    await claim(store, "newest")
    await store.finish("dl_newest", "t", NOW, "ok")
    assert isinstance(await claim(store, "note"), Claim)


async def test_it_ends_with_the_one_that_took_the_others_place(store: Store) -> None:
    await queued(store, latest=True)
    await store.enqueue([delivery("newer", mode="latest")], NOW)
    await store.bury("dl_newer", "", NOW, "gone")
    assert await claim(store, "note") == ClaimRefused(reason="unsent")


async def test_an_attempt_that_has_begun_is_repeated_whatever_became_of_the_other(store: Store) -> None:
    await queued(store)
    await claim(store, "alert")
    await store.finish("dl_alert", "t", NOW, "ok")
    await claim(store, "note", "t1")
    again = await claim(store, "note", "t2", NOW + LEASE)
    assert isinstance(again, Claim)
    assert again.in_doubt


async def test_what_it_goes_behind_may_be_forgotten(store: Store) -> None:
    await store.enqueue([delivery("note", chain="al_1/note", behind="dl_gone")], NOW)
    assert isinstance(await claim(store, "note"), Claim)
