"""A JSON API is read page by page down to what was there before, in all the ways that vendors have of paging."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from alertd.model import ParsedFeed, Rejected
from alertd.net.client import HttpClient
from alertd.sources.feed_xml import NO_TIME
from alertd.sources.parsepool import ParseJob
from alertd.store.memory import MemoryStore
from alertd.workers.source_rows import source_row
from tests.support.behaviours import answer
from tests.support.http import FaultServer
from tests.workers.json_polling import DELTA, WAYS, Api, Asked, row
from tests.workers.polling import CountingPool

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def asked(http: HttpClient, pool: CountingPool, server: FaultServer) -> AsyncIterator[Asked]:
    store = MemoryStore()
    yield Asked(store, http, pool, Api(server))
    await store.aclose()


@pytest.mark.parametrize("path", WAYS)
async def test_pages_are_read_until_one_was_there_before(asked: Asked, path: str) -> None:
    asked.settings = {"paging": WAYS[path]}
    asked.api.publish(1, 2, 3, 4, 5)
    await asked.poll(path)
    assert len(asked.api.asked) == 1  # of the backlog nothing is wanted
    assert await asked.titles() == []
    asked.api.publish(*range(6, 14))
    await asked.poll(path)
    assert await asked.titles() == sorted(f"Item {n}" for n in range(6, 14))
    assert len(asked.api.asked) == 1 + 3  # 13 to 11, 10 to 8, 7 to 5
    polled = await asked.poll(path)
    assert (polled.outcome, len(asked.api.asked)) == ("unchanged", 5)


@pytest.mark.parametrize("path", WAYS)
async def test_the_whole_backlog_is_read_where_it_is_wanted(asked: Asked, path: str) -> None:
    asked.settings = {"paging": WAYS[path], "backlog": "all"}
    asked.api.publish(*range(1, 12))
    await asked.poll(path)
    assert await asked.titles() == sorted(f"Item {n}" for n in range(1, 12))


async def test_what_a_poll_has_no_room_for_is_read_by_the_next_ones(asked: Asked) -> None:
    asked.settings = {"paging": {"page": "p", "most": 2}}
    asked.api.publish(1, 2, 3)
    await asked.poll("/numbered")
    asked.api.publish(*range(4, 24))
    await asked.poll("/numbered")
    assert await asked.titles() == sorted(f"Item {n}" for n in range(18, 24))
    asked.api.publish(24)  # and what is new comes first all the while
    found: list[str] = []
    for _ in range(12):
        await asked.poll("/numbered")
        found += await asked.titles()
    assert "Item 24" in found[:4]
    assert sorted(found) == sorted(f"Item {n}" for n in [*range(4, 18), 24])
    assert "rest" not in asked.state.cursor


class Hasty(CountingPool):
    """A parse worker that has no time for one row, as long as `late` is its title."""

    late = ""

    async def parse(self, job: ParseJob) -> ParsedFeed:
        page = await super().parse(job)
        late = [one for one in page.candidates if one.title == self.late]
        return msgspec.structs.replace(
            page,
            candidates=[one for one in page.candidates if one not in late],
            rejected=[Rejected(position=one.position, reason=NO_TIME, title=one.title) for one in late],
        )


@pytest.mark.parametrize("path", ["/numbered", "/delta"])
async def test_what_there_was_no_time_for_is_read_again_on_whatever_page_it_stands(
    http: HttpClient, server: FaultServer, path: str
) -> None:
    async with Hasty(1) as pool:
        asked = Asked(MemoryStore(), http, pool, Api(server))
        asked.settings = {"paging": DELTA if path == "/delta" else {"page": "p"}}
        asked.api.publish(1, 2, 3)
        await asked.poll(path)
        asked.api.publish(*range(4, 13))
        pool.late = "Item 5"
        await asked.poll(path)
        assert await asked.titles() == sorted(f"Item {n}" for n in range(4, 13) if n != 5)
        pool.late = ""
        await asked.poll(path)
        assert await asked.titles() == ["Item 5"]


async def test_a_page_that_fails_costs_nothing_and_is_told_when_it_goes_on_failing(asked: Asked) -> None:
    asked.settings = {"paging": {"page": "p"}}
    asked.api.publish(1, 2, 3)
    await asked.poll("/numbered")
    asked.api.publish(*range(4, 10))
    asked.api.faults[1] = answer(b'{"message": "API rate limit exceeded"}')
    polled = await asked.poll("/numbered")
    assert (polled.outcome, polled.state.state) == ("new", "fine")
    assert await asked.titles() == ["Item 7", "Item 8", "Item 9"]
    for _ in range(5):
        await asked.poll("/numbered")
    ((kind, text),) = await asked.notices_told()
    assert kind == "pages_unread"
    assert text.startswith("Source api answers, but not for its older pages")
    asked.api.faults.clear()
    await asked.poll("/numbered")
    assert await asked.titles() == ["Item 4", "Item 5", "Item 6"]
    assert "rest" not in asked.state.cursor


async def test_a_next_page_at_another_host_stands_beside_the_source_and_is_logged_once(asked: Asked) -> None:
    asked.settings = {"paging": {"next": "$.next"}, "backlog": "all"}
    body = b'{"items": [{"id": %d, "title": "x"}], "next": "http://10.1.2.3/x"}'
    with capture_logs() as logs:
        for number in (1, 2, 3):
            asked.api.server.script("/away", answer(body % number))
            polled = await asked.poll("/away")
    assert polled.state.state == "fine"
    row_ = source_row("api", "json", await asked.store.source_state("api"))
    assert row_["why"] == (
        "its older pages cannot be read: page 2: the next page is said to be at 10.1.2.3, "
        "and another host is not asked"
    )
    assert [line["event"] for line in logs].count("json_pages_cut_short") == 1
    asked.api.server.script("/away", answer(b'{"items": [{"id": 3, "title": "x"}]}'))
    await asked.poll("/away")
    assert source_row("api", "json", asked.state)["why"] is None


async def test_a_poll_that_died_before_its_end_is_read_again_down_to_where_the_last_one_was(asked: Asked) -> None:
    asked.settings = {"paging": {"page": "p"}}
    asked.api.publish(1, 2, 3)
    await asked.poll("/numbered")
    before = asked.state
    asked.api.publish(*range(4, 10))
    asked.api.faults[1] = answer(b"", status=503)
    await asked.poll("/numbered")
    assert await asked.titles() == ["Item 7", "Item 8", "Item 9"]
    asked.state = before  # as if it had been killed after the entries and before the state
    asked.api.faults.clear()
    await asked.poll("/numbered")
    assert await asked.titles() == ["Item 4", "Item 5", "Item 6"]


async def test_a_server_that_knows_no_pages_is_asked_for_a_second_one_and_no_more(asked: Asked) -> None:
    asked.settings = {"paging": {"page": "p"}, "backlog": "all"}
    asked.api.ignores_pages = True
    asked.api.publish(1, 2, 3)
    await asked.poll("/numbered")
    assert await asked.titles() == ["Item 1", "Item 2", "Item 3"]
    assert len(asked.api.asked) == 2


async def test_what_is_pinned_to_the_top_does_not_end_the_reading(asked: Asked) -> None:
    asked.settings = {"paging": {"page": "p"}}
    asked.api.publish(1, 2, 3, 4)
    await asked.poll("/numbered")
    pinned = asked.api.rows.pop(0)
    asked.api.publish(5, 6, 7, 8)
    asked.api.rows.insert(0, pinned)
    await asked.poll("/numbered")
    assert await asked.titles() == ["Item 5", "Item 6", "Item 7", "Item 8"]


async def test_since_asks_for_what_is_new_with_some_overlap_and_reads_to_the_end(asked: Asked) -> None:
    asked.settings = {
        "paging": {"page": "p"}, "params": {"since": "{since}"},
        "since": {"format": "epoch", "overlap": "2m", "first": "365d"},
    }  # fmt: skip
    asked.clock.now = 1_768_300_000_000
    asked.api.oldest_first = True
    asked.api.publish(1, 2, 3, 4)
    await asked.poll("/numbered")
    assert await asked.titles() == []
    asked.api.publish(5, 6, 7, 8, 9)
    await asked.poll("/numbered")
    assert asked.api.asked[-1]["since"] == str(row(4)["at"] - 120)
    assert await asked.titles() == [f"Item {n}" for n in range(5, 10)]


async def test_since_is_not_moved_on_before_all_pages_are_read(asked: Asked) -> None:
    asked.settings = {
        "paging": {"page": "p", "most": 1}, "params": {"since": "{since}"}, "backlog": "none",
        "since": {"format": "epoch", "overlap": "0s", "first": "365d"},
    }  # fmt: skip
    asked.clock.now = 1_768_300_000_000
    asked.api.publish(*range(1, 8))  # newest first: the first page has the newest time
    for _ in range(4):
        await asked.poll("/numbered")
    assert await asked.titles() == []  # all of the first subscription is baseline, however many polls it takes
    asked.api.publish(8, 9, 10, 11)
    found: list[str] = []
    for _ in range(4):
        await asked.poll("/numbered")
        found += await asked.titles()
    assert sorted(found) == ["Item 10", "Item 11", "Item 8", "Item 9"]


async def test_a_kept_token_goes_on_where_it_ended_also_after_a_fault_and_a_restart(asked: Asked) -> None:
    asked.settings = {"paging": DELTA | {"most": 2}}
    asked.api.publish(*range(1, 9))
    for _ in range(3):
        await asked.poll("/delta")
    assert await asked.titles() == []
    assert asked.state.cursor["token"] == "8"
    asked.api.publish(*range(9, 16))
    asked.api.faults[3] = answer(b"", status=500)  # 9 to 11 come, the page after them does not
    await asked.poll("/delta")
    assert await asked.titles() == ["Item 10", "Item 11", "Item 9"]
    assert (await asked.poll("/delta")).outcome == "failed"
    asked.api.faults.clear()
    asked.state = await asked.store.source_state("api") or asked.state
    for _ in range(3):
        await asked.poll("/delta")
    assert await asked.titles() == ["Item 12", "Item 13", "Item 14", "Item 15"]


async def test_a_token_that_is_taken_no_more_costs_no_flood_and_is_told(asked: Asked) -> None:
    asked.settings = {"paging": DELTA}
    asked.clock.now = (row(0)["at"] + 2 * 86_400) * 1000
    asked.api.publish(*range(1, 9))
    await asked.poll("/delta")
    asked.api.publish(9)
    asked.api.rows.insert(0, row(10) | {"at": asked.clock.now // 1000})
    asked.api.refused = {"8": answer(b'{"detail": "cursor expired"}', status=400)}
    assert (await asked.poll("/delta")).outcome == "new"
    assert await asked.titles() == ["Item 10"]  # the other is two days old: it may have been told long ago
    ((kind, text),) = await asked.notices_told()
    assert kind == "gap_suspected"
    assert 'answered 400: “{"detail": "cursor expired"}”' in text
    assert asked.state.cursor["token"] == "10"


async def test_why_a_key_is_refused_is_told(asked: Asked) -> None:
    asked.api.faults[0] = answer(b'{"error": "your plan has ended"}', status=403)
    polled = await asked.poll("/numbered")
    assert 'answered 403: “{"error": "your plan has ended"}”' in polled.state.error


async def test_a_row_that_is_a_state_is_revised_and_not_repeated(asked: Asked) -> None:
    asked.settings = {"backlog": "all", "state": ["$.resumed"], "fields": {"id": "$.id", "title": "$.title"}}
    asked.api.rows = [row(1, "Trading in GME halted", resumed=None), row(2, "Trading in NVDA halted", resumed=None)]
    await asked.poll("/numbered")
    assert len(await asked.events()) == 2
    asked.api.rows[0] = row(1, "Trading in GME resumed", resumed="09:51")
    asked.api.rows[1] = row(2, "Trading in NVDA halted", resumed=None, seen="again")
    await asked.poll("/numbered")
    (event,) = await asked.events()
    assert (event.title, event.revision, event.revision_reason) == ("Trading in GME resumed", 2, "correction")


async def test_a_quota_message_with_200_is_a_failed_poll_and_told_once(asked: Asked) -> None:
    asked.settings = {"backlog": "all"}
    asked.api.publish(1)
    await asked.poll("/numbered")
    asked.api.faults[0] = answer(b'{"Information": "The limit is 25 requests per day."}')
    for _ in range(5):
        assert (await asked.poll("/numbered")).outcome == "failed"
    ((kind, text),) = await asked.notices_told()
    assert kind == "source_failing"
    assert "`information` says “The limit is 25 requests per day.”" in text
    asked.api.faults.clear()
    asked.api.publish(2)
    await asked.poll("/numbered")
    assert await asked.titles() == ["Item 1", "Item 2"]
    assert [kind for kind, _ in await asked.notices_told()] == ["source_failing", "source_healed"]


async def test_a_changed_layout_is_told_once_and_once_when_it_is_mended(asked: Asked) -> None:
    asked.settings = {"backlog": "all"}
    asked.api.size = 10
    asked.api.publish(1)
    await asked.poll("/numbered")
    asked.api.rows = [*({"id": n, "headline": "x", "at": 1_768_231_800} for n in (5, 6, 7)), row(8), row(1)]
    for _ in range(3):
        asked.api.more = {"poll": asked.clock.now}
        await asked.poll("/numbered")
    assert await asked.titles() == ["Item 1", "Item 8"]
    asked.api.rows = [row(9), row(8)]
    await asked.poll("/numbered")
    told = await asked.notices_told()
    assert [kind for kind, _ in told] == ["layout_changed", "layout_healed"]
    assert "3 of 5 rows have no title" in told[0][1]


async def test_a_time_that_is_gone_from_all_rows_is_told_once_and_few_rows_without_it_do_not_mend_it(
    asked: Asked,
) -> None:
    asked.api.size = 10
    asked.settings = {"fields": {"id": "$.id", "title": "$.title", "published": "$.posted"}}
    asked.api.publish(1, 2, 3)
    await asked.poll("/numbered")
    asked.api.rows = [row(4), row(3)]
    await asked.poll("/numbered")
    asked.api.publish(5)
    await asked.poll("/numbered")
    assert [kind for kind, _ in await asked.notices_told()] == ["layout_changed"]
    asked.api.rows = [row(6, posted=1_768_231_800), row(5, posted=1_768_231_700)]
    await asked.poll("/numbered")
    told = await asked.notices_told()
    assert [kind for kind, _ in told] == ["layout_changed", "layout_healed"]
    assert "Source api: 3 of 3 rows have no published: `$.posted` gives nothing" in told[0][1]


async def test_no_key_is_sent_to_another_host_or_written_down(asked: Asked) -> None:
    secret = "k3y-0123456789abcdef"
    asked.settings = {"params": {"key": secret}, "headers": {"X-Api-Key": secret}, "paging": {"next": "$.next"}}
    asked.settings |= {"backlog": "all"}
    asked.settings["paging"]["most"] = 1
    asked.api.publish(*range(1, 8))
    await asked.poll("/next")
    await asked.poll("/next")
    assert asked.api.asked[-1] == {"p": "1", "key": secret}
    assert asked.api.server.requests[-1].headers["x-api-key"] == secret
    asked.api.more = {"next": "http://elsewhere.example/next?p=2"}
    asked.api.server.script("/away", answer(b'{"items": [{"id": 1, "title": "x"}], "next": "http://10.1.2.3/x"}'))
    await asked.poll("/away")
    told = await asked.notices_told()
    assert "the next page is said to be at 10.1.2.3, and another host is not asked" in told[-1][1]
    written = [repr(record) for _, record in await asked.store.read_journal("", 1000, 0)]
    assert secret not in repr(asked.state) + "".join(written) + repr(await asked.store.source_state("api"))
