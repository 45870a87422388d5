"""Articles get fetched politely, or left alone: over real HTTP and a real parse worker."""

from __future__ import annotations

import pytest

from alertd.sources.article import has_articles
from alertd.workers.full_text import DROPPED, LATE
from tests.support.articles import article_page
from tests.support.desk import item
from tests.support.http import answer, endless, redirect
from tests.workers.texting import Texts

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(not has_articles(), reason="needs the extra alertd[articles]"),
]
HTML = {"Content-Type": "text/html"}


def entry(texts: Texts, name: str = "a") -> str:
    return item(f"Vega leases Orion {name}", link=texts.server.url(f"/{name}"), text="A lease.")


def page(**more: str) -> bytes:
    return article_page(**more).encode()


async def test_an_item_is_told_at_once_and_its_article_is_the_next_revision(texts: Texts) -> None:
    texts.server.script("/a", answer(page(), headers=HTML))
    await texts.publish(entry(texts))
    (header,) = await texts.events()
    assert (header.body, header.awaiting) == ("A lease.", "full_text")
    await texts.turn()
    (full,) = await texts.events()
    assert (full.id, full.revision, full.revision_reason, full.awaiting) == (header.id, 2, "full_text", None)
    assert full.body.startswith("A lease.\n")
    assert "keeps a right to reclaim the machine" in full.body
    assert texts.asked() == ["/robots.txt", "/a"]


async def test_nothing_of_the_feeds_headers_goes_to_an_article(texts: Texts) -> None:
    texts.settings = {"headers": {"Authorization": "Bearer planted-secret"}}
    texts.worker.use([texts.wire])
    texts.server.script("/a", answer(page(), headers=HTML))
    await texts.publish(entry(texts))
    await texts.turn()
    assert all("authorization" not in request.headers for request in texts.server.requests)
    assert texts.server.requests[-1].headers["user-agent"] == "alertd test"


async def test_one_host_is_asked_for_one_article_at_a_time_two_seconds_apart(texts: Texts) -> None:
    for name in "abc":
        texts.server.script(f"/{name}", answer(page(), headers=HTML))
    await texts.publish(*(entry(texts, name) for name in "abc"))
    await texts.turn()
    assert len([path for path in texts.asked() if path != "/robots.txt"]) == 1
    await texts.turn()
    assert texts.asked() == [], "the others have moments of their own"
    texts.clock.pass_by(2.1)
    await texts.turn()
    texts.clock.pass_by(4.1)
    await texts.turn()
    assert len(texts.asked()) == 2
    assert sorted(event.revision for event in await texts.events()) == [1, 1, 1, 2, 2, 2]
    assert await texts.reasons() == []


async def test_what_robots_txt_does_not_allow_is_left_alone(texts: Texts) -> None:
    texts.server.script("/robots.txt", answer(b"User-agent: alertd\nDisallow: /a\n"))
    await texts.publish(entry(texts), entry(texts, "b"))
    texts.server.script("/b", answer(page(), headers=HTML))
    for _ in range(2):
        await texts.turn()
        texts.clock.pass_by(3)
    (reason,) = await texts.reasons()
    assert "robots.txt does not allow" in reason
    assert texts.asked() == ["/robots.txt", "/b"]


@pytest.mark.parametrize(
    ("status", "why"),
    [(401, "asks to sign in"), (402, "wants to be paid"), (403, "does not let us"), (451, "may not")],
)
async def test_a_page_that_is_not_for_everybody_is_asked_for_once(texts: Texts, status: int, why: str) -> None:
    texts.server.script("/a", answer(b"no", status=status))
    await texts.publish(entry(texts))
    await texts.turn()
    texts.clock.pass_by(90_000)
    await texts.turn()
    (reason,) = await texts.reasons()
    assert reason.startswith(DROPPED)
    assert why in reason
    assert texts.asked().count("/a") == 1
    assert [event.revision for event in await texts.events()] == [1]


PAID = '<script type="application/ld+json">{"isAccessibleForFree": false}</script>'


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (page(head=PAID), "behind a pay wall"),
        (b"<html><body><p>Just a moment.</p></body></html>", "no more than the entry"),
        (b"", "no more than the entry"),
    ],
)
async def test_a_page_without_an_article_for_us_leaves_its_reason(texts: Texts, body: bytes, why: str) -> None:
    texts.server.script("/a", answer(body, headers=HTML))
    await texts.publish(entry(texts))
    await texts.turn()
    (reason,) = await texts.reasons()
    assert why in reason
    assert await texts.jobs() == 0


async def test_a_redirect_to_a_sign_in_is_no_article(texts: Texts) -> None:
    texts.server.script("/a", redirect(texts.server.url("/login?next=/a")))
    texts.server.script("/login", answer(page(), headers=HTML))
    await texts.publish(entry(texts))
    await texts.turn()
    assert "redirected to a sign-in" in (await texts.reasons())[0]


async def test_a_redirect_to_a_host_that_no_link_might_lead_to_is_not_used(texts: Texts) -> None:
    texts.server.script("/a", redirect(texts.server.url("/b", host="localhost")))
    texts.server.script("/b", answer(page(), headers=HTML))
    await texts.publish(entry(texts))
    await texts.turn()
    assert "redirected to localhost" in (await texts.reasons())[0]


async def test_a_host_that_wants_to_be_left_alone_is(texts: Texts) -> None:
    texts.server.script("/a", answer(b"", status=429, headers={"Retry-After": "120"}), answer(page(), headers=HTML))
    texts.server.script("/b", answer(page(), headers=HTML))
    await texts.publish(entry(texts))
    await texts.turn()
    await texts.publish(entry(texts, "b"))
    texts.asked()
    for _ in range(3):
        texts.clock.pass_by(30)
        await texts.turn()
    assert texts.asked() == []
    texts.clock.pass_by(60)
    await texts.turn()
    texts.clock.pass_by(3)
    await texts.turn()
    assert sorted(texts.asked()) == ["/a", "/b"]


async def test_a_page_that_is_gone_is_believed_after_a_second_look(texts: Texts) -> None:
    await texts.publish(entry(texts))
    for _ in range(2):
        await texts.turn()
        texts.clock.pass_by(30)
    assert texts.asked() == ["/robots.txt", "/a", "/a"]
    assert "answered 404" in (await texts.reasons())[0]


async def test_a_server_in_trouble_is_given_up_after_five_attempts(texts: Texts) -> None:
    texts.server.script("/a", answer(b"", status=500))
    await texts.publish(entry(texts))
    for _ in range(8):
        await texts.turn()
        texts.clock.pass_by(2_000)
    assert texts.asked().count("/a") == 5
    late, dropped = await texts.reasons()
    assert late.startswith(LATE)
    assert "given up after 5 attempts" in dropped


async def test_an_endless_page_is_refused_at_its_limit(texts: Texts) -> None:
    texts.settings = {"max_bytes": 100_000}
    texts.worker.use([texts.wire])
    texts.server.script("/a", endless())
    await texts.publish(entry(texts))
    await texts.turn()
    assert "sends more than" in (await texts.reasons())[0]


async def test_a_private_address_is_not_asked_for_an_article_of_a_public_feed(texts: Texts) -> None:
    texts.settings = {"allow_private": False}
    texts.worker.use([texts.wire])
    await texts.publish(entry(texts))
    await texts.turn()
    assert texts.asked() == []
    assert [event.revision for event in await texts.events()] == [1]
