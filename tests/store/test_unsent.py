"""What messages that were never sent had to say goes with the one that takes their place."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from alertd.model import Delivery, NewDelivery
from alertd.store.protocol import Store
from tests.store.make import NOW, delivery

LEASE = 60_000


def saying(name: str, *news: str, **changes: Any) -> NewDelivery:
    made = delivery(name, mode="latest")
    known = {"news": list(news), "loud": False, "told_before": True}
    return replace(made, message=replace(made.message, **known | changes))


async def head(store: Store) -> Delivery:
    """Give the one that is due."""
    (due, _) = await store.due("desk", NOW, 10)
    (one,) = due
    return one.delivery


async def test_the_first_message_and_all_news_go_with_the_newest(store: Store) -> None:
    await store.enqueue([saying("a", loud=True, told_before=False)], NOW)
    await store.enqueue([saying("b", "corrected", "by\nthe source", loud=True)], NOW)
    await store.enqueue([saying("c", "also reported by Réuters")], NOW)
    await store.enqueue([saying("d", "and by others")], NOW)
    found = await head(store)
    assert found.id == "dl_d"
    assert (found.unsent_first, found.unsent_loud) == (True, True)
    assert found.unsent_news == "corrected\nby the source\nalso reported by Réuters\n"


async def test_what_was_told_before_is_no_first_message_and_what_was_quiet_stays_so(store: Store) -> None:
    await store.enqueue([saying("a", "also reported by Reuters")], NOW)
    await store.enqueue([saying("b")], NOW)
    found = await head(store)
    assert (found.unsent_first, found.unsent_loud) == (False, False)
    assert found.unsent_news == "also reported by Reuters\n"


async def test_what_is_being_sent_is_not_said_again(store: Store) -> None:
    await store.enqueue([saying("a", "corrected", loud=True)], NOW)
    await store.claim("desk", "dl_a", "t", NOW, LEASE, 0, b"payload")
    await store.enqueue([saying("b", "also reported")], NOW)
    await store.finish("dl_a", "t", NOW, "ok")
    found = await head(store)
    assert found.id == "dl_b" and (found.unsent_first, found.unsent_loud, found.unsent_news) == (False, False, "")


async def test_of_much_news_the_newest_is_kept(store: Store) -> None:
    for number in range(30):
        await store.enqueue([saying(f"m{number}", *(f"{number} {'é' * 100} {line}" for line in range(5)))], NOW)
    found = await head(store)
    lines = found.unsent_news.split("\n")
    assert len(found.unsent_news.encode()) <= 8000
    assert lines[-2] == f"28 {'é' * 100} 4" and lines[0].endswith(("0", "1", "2", "3", "4"))


async def test_a_line_that_is_too_long_for_all_is_left_out(store: Store) -> None:
    await store.enqueue([saying("a", "x" * 9000)], NOW)
    await store.enqueue([saying("b")], NOW)
    assert (await head(store)).unsent_news == ""
