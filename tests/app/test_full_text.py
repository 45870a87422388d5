"""The daemon with full texts: the header's alert goes out at once, what only the text says follows with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from alertd.sources.article import has_articles
from tests.sources.edgar_pages import AGREEMENT, EXHIBITS, entry
from tests.sources.form_documents import ownership, trade
from tests.support.articles import article_page
from tests.support.daemon import command, eventually
from tests.support.desk import Desk, item, logged, rss, says
from tests.support.edgar import EdgarSite
from tests.support.filings import EIGHT_K, RELEASE, filing, index_path
from tests.support.http import FaultServer, answer

RULES = """
portfolio: words
title: Words
timezone: UTC
receivers: [oms]
rules:
  - {id: reclaim, title: A right to take it back, severity: critical, when: {text: "reclaim the machine"}}
  - {id: sold, title: An insider sells, severity: medium, when: {all: [{form: "4"}, {facts: {code: S}}]}}
"""


def fired(desk: Desk, portfolio: str) -> list[dict[str, Any]]:
    """Give what was first told of a portfolio's alerts."""
    return [m["data"] for m in desk.messages("alert.fired") if m["data"]["alert"]["portfolio"] == portfolio]


def prepare(desk: Desk) -> Desk:
    desk.settings["contact"] = "ops@example.com"
    (desk.folder / "rules/portfolios").mkdir(parents=True)
    (desk.folder / "rules/portfolios/words.yaml").write_text(RULES)
    return desk


async def test_a_filing_alerts_at_once_and_by_its_words_when_they_are_there(tmp_path: Path) -> None:
    with FaultServer() as world:
        async with EdgarSite() as site:
            await _filings(Desk(tmp_path, world), site)


async def _filings(desk: Desk, site: EdgarSite) -> None:
    prepare(desk)
    desk.when = '{form: "8-K"}'
    desk.sources.append(
        {"id": "edgar", "type": "edgar", "base_url": site.url, "forms": ["8-K", "4"], "every": "1s", "backlog": "all",
         "allow_private": True, "full_text": True}
    )  # fmt: skip
    site.publish(entry(1, items=(AGREEMENT, EXHIBITS)), entry(2, form="4", role="Issuer"))
    site.files |= filing(1, ("8-K", "vega8k.htm", EIGHT_K), ("EX-99.1", "r.htm", RELEASE))
    site.files |= filing(2, ("4", "form4.xml", ownership(trade())))
    held = site.files.pop(index_path(1))
    async with desk.daemon() as daemon:

        async def at_once() -> bool:
            return bool(fired(desk, "p"))

        await eventually(at_once, "the alert about the header")
        (first,) = fired(desk, "p")
        assert (first["event"]["revision"], first["event"]["items"]) == (1, ["1.01", "9.01"])
        assert all(found["alert"]["matches"][0]["rule"] == "sold" for found in fired(desk, "words"))
        site.files[index_path(1)] = held

        async def with_words() -> bool:
            return len(fired(desk, "words")) == 2

        await eventually(with_words, "the alerts about what the texts say")
        by_rule = {found["alert"]["matches"][0]["rule"]: found for found in fired(desk, "words")}
        event = by_rule["reclaim"]["event"]
        assert (event["id"], event["revision"], event["revision_reason"]) == (
            first["event"]["id"], 2, "full_text",
        )  # fmt: skip
        assert "sold 12,000 shares of" in by_rule["sold"]["event"]["title"]
        await eventually(says(daemon, "full_text_added", event_id=event["id"], revision=2), "the log says so")
        assert 'alertd_full_texts_total{outcome="added",source="edgar"} 2.0' in await daemon.metrics()
        code, out, _ = await command("why", event["id"], folder=desk.folder)
        assert code == 0
        assert "revision 2 (full_text)" in out


@pytest.mark.skipif(not has_articles(), reason="needs the extra alertd[articles]")
async def test_a_feeds_article_alerts_by_its_words_and_one_that_never_comes_says_why(tmp_path: Path) -> None:
    with FaultServer() as world:
        desk = prepare(Desk(tmp_path, world))
        desk.when = "{title: Orion}"
        items = [
            item("Vega leases Orion", link=world.script("/a", answer(article_page().encode()))),
            item("Orion is priced", link=world.script("/b", answer(b"", status=402))),
        ]
        desk.feed("wire", answer(rss(*items)), full_text=True)
        async with desk.daemon() as daemon:
            await eventually(desk.fired("Vega leases Orion", "Orion is priced"), "the alerts about the headlines")

            async def with_words() -> bool:
                return bool(fired(desk, "words"))

            await eventually(with_words, "the alert about what the article says")
            assert fired(desk, "words")[0]["event"]["revision"] == 2
            await eventually(says(daemon, "full_text_dropped", source="wire"), "the other article is given up")
            (dropped,) = logged(daemon, "full_text_dropped")
            code, out, _ = await command("why", dropped["event_id"], folder=tmp_path)
            assert code == 0
            assert "its full text will not come, so rules that ask for what is not there do not hold" in out
            assert "wants to be paid" in out


@pytest.mark.skipif(not has_articles(), reason="needs the extra alertd[articles]")
async def test_a_daemon_that_is_stopped_and_started_again_fetches_what_was_left(tmp_path: Path) -> None:
    with FaultServer() as world:
        desk = prepare(Desk(tmp_path, world))
        link = world.script("/a", answer(b"", status=503, headers={"Retry-After": "1"}))
        desk.feed("wire", answer(rss(item("Vega leases Orion", link=link))), full_text=True)
        async with desk.daemon() as daemon:
            await eventually(says(daemon, "full_text_retry"), "the first attempt fails")
        world.script("/a", answer(article_page().encode()))
        async with desk.daemon() as daemon:
            await eventually(says(daemon, "full_text_added"), "the text comes after the restart")

            async def with_words() -> bool:
                return bool(fired(desk, "words"))

            await eventually(with_words, "and the alert with it")
