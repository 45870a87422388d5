"""Filings get their text: over real HTTP, a real parse worker, and each store where it matters."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from alertd.base.failpoints import arm
from alertd.workers.full_text import DROPPED, LATE, UNKNOWN_MS
from tests.sources.edgar_pages import AGREEMENT, EXHIBITS, number
from tests.sources.form_documents import ownership, person_13d, schedule_13d, trade
from tests.support.behaviours import Behaviour
from tests.support.edgar import DOWN, NO_SUCH_FILE, TOO_MANY
from tests.support.filings import EIGHT_K, RELEASE, filing, folder, index_path
from tests.support.http import answer, hang, head, raw
from tests.workers.texting import Texts

pytestmark = pytest.mark.asyncio(loop_scope="module")

DOCUMENTS = filing(1, ("8-K", "vega8k.htm", EIGHT_K), ("EX-10.1", "lease.htm", "no"), ("EX-99.1", "r.htm", RELEASE))
INDEX, MAIN, EXHIBIT = index_path(), f"{folder()}/vega8k.htm", f"{folder()}/r.htm"

EARLIER = "/Archives/edgar/data/1999100/000999000126000007/primary_doc.xml"


def amended(*persons: str) -> bytes:
    """Write an amendment that names the schedule at EARLIER."""
    named = b"<previousAccessionNumber>0009990001-26-000007</previousAccessionNumber></headerData>"
    return schedule_13d(*persons, form="SCHEDULE 13D/A").replace(b"</headerData>", named)


# --- the text -----------------------------------------------------------------------------------------


async def test_a_filing_is_told_at_once_and_its_text_is_the_next_revision(stored_texts: Texts) -> None:
    stored_texts.serve(DOCUMENTS)
    await stored_texts.file(items=(AGREEMENT, EXHIBITS))
    (header,) = await stored_texts.events()
    assert (header.revision, header.body, header.awaiting) == (1, "", "full_text")
    await stored_texts.turn()
    (full,) = await stored_texts.events()
    assert (full.id, full.revision, full.revision_reason, full.awaiting) == (header.id, 2, "full_text", None)
    assert (full.title, full.filers, full.items) == (header.title, header.filers, ["1.01", "9.01"])
    assert "lease its Orion supercomputer" in full.body
    assert "the lease runs for seven years" in full.body
    assert [found["item"] for found in full.facts["items"]] == ["1.01", "9.01"]
    assert stored_texts.asked() == [INDEX, MAIN, EXHIBIT], "and neither the contract nor the whole submission"
    assert await stored_texts.jobs() == 0


async def test_a_form_of_fields_gets_its_facts(texts: Texts) -> None:
    texts.serve(filing(1, ("4", "xslF345X05/form4.xml", "<html>"), ("4", "form4.xml", ownership(trade()))))
    await texts.file(form="4", role="Issuer")
    await texts.turn()
    _, full = await texts.events()
    assert (full.facts["insider"], full.facts["totals"][0]["code"]) == ("DOE JANE", "S")
    assert "sold 12,000 shares of" in full.title


@pytest.mark.parametrize("trouble", [answer(DOWN, status=503), answer(TOO_MANY, status=429)])
async def test_an_amended_schedule_waits_for_the_one_before_rather_than_say_no_change(
    texts: Texts, trouble: Behaviour
) -> None:
    now, before = (person_13d("Irongate Partners LP", share) for share in ("7.5", "5.1"))
    texts.serve(filing(1, ("SCHEDULE 13D/A", "primary_doc.xml", amended(now))))
    texts.server.script(EARLIER, trouble, answer(schedule_13d(before)))
    await texts.file(form="SCHEDULE 13D/A", role="Subject")
    await texts.turn()
    assert [event.revision for event in await texts.events()] == [1]
    texts.clock.pass_by(601)
    await texts.turn()
    (full,) = await texts.events()
    assert (full.facts["percent"], full.facts["percent_before"], full.facts["change"]) == (7.5, 5.1, 2.4)


async def test_an_amended_schedule_comes_without_the_one_before_where_that_is_not_to_be_had(texts: Texts) -> None:
    texts.serve(filing(1, ("SCHEDULE 13D/A", "primary_doc.xml", amended())))
    texts.server.script(EARLIER, answer(NO_SUCH_FILE, status=403))
    await texts.file(form="SCHEDULE 13D/A", role="Subject")
    await texts.turn()
    _, full = await texts.events()
    assert "percent_before" not in full.facts


# --- corrections --------------------------------------------------------------------------------------


async def test_a_filing_corrected_after_its_text_comes_with_the_text_again(stored_texts: Texts) -> None:
    stored_texts.serve(DOCUMENTS)
    await stored_texts.file(items=(AGREEMENT,))
    await stored_texts.turn()
    await stored_texts.file(items=(AGREEMENT, EXHIBITS))
    assert len(await stored_texts.events()) == 2, "the correction waits for the text"
    await stored_texts.turn()
    (corrected,) = await stored_texts.events()
    assert (corrected.revision, corrected.revision_reason) == (3, "correction")
    assert corrected.items == ["1.01", "9.01"]
    assert "lease its Orion supercomputer" in corrected.body


async def test_a_correction_waits_for_its_text_a_minute_and_no_longer(stored_texts: Texts) -> None:
    stored_texts.serve(DOCUMENTS)
    await stored_texts.file(items=(AGREEMENT,))
    await stored_texts.turn()
    stored_texts.server.script(INDEX, answer(DOWN, status=503))
    await stored_texts.file(items=(AGREEMENT, EXHIBITS))
    await stored_texts.turn()
    assert len(await stored_texts.events()) == 2
    stored_texts.clock.pass_by(61)
    await stored_texts.turn()
    (corrected,) = await stored_texts.events()
    assert (corrected.revision, corrected.revision_reason, corrected.body) == (3, "correction", "")
    stored_texts.serve(DOCUMENTS)
    stored_texts.clock.pass_by(60)
    await stored_texts.turn()
    (full,) = await stored_texts.events()
    assert (full.revision, full.revision_reason, full.items) == (4, "full_text", ["1.01", "9.01"])


# --- crashes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["text.claimed", "text.fetched", "text.added"])
async def test_a_worker_that_dies_anywhere_costs_no_text_and_doubles_none(stored_texts: Texts, place: str) -> None:
    stored_texts.serve(DOCUMENTS)
    await stored_texts.file()
    arm(f"{place}:1:raise")
    try:
        with capture_logs():
            await stored_texts.turn()
    finally:
        arm("")
    second = stored_texts.another()
    await stored_texts.turn(second)
    stored_texts.clock.pass_by(91)  # the lease of the one that died has ended
    await stored_texts.turn(second)
    assert [event.revision for event in await stored_texts.events()] == [1, 2]
    assert await stored_texts.jobs() == 0


async def test_two_workers_fetch_a_filing_once(stored_texts: Texts) -> None:
    stored_texts.serve(DOCUMENTS)
    await stored_texts.file()
    second = stored_texts.another()
    await second.turn()
    await stored_texts.turn()
    await second.settle()
    assert stored_texts.asked().count(INDEX) == 1
    assert [event.revision for event in await stored_texts.events()] == [1, 2]


async def test_a_worker_that_is_stopped_puts_its_job_back_at_once(stored_texts: Texts) -> None:
    stored_texts.serve(DOCUMENTS)
    stored_texts.server.script(MAIN, hang(), answer(EIGHT_K.encode()))
    await stored_texts.file()
    await stored_texts.worker.turn()
    await stored_texts.server.until(lambda: any(request.path == MAIN for request in stored_texts.server.requests))
    await stored_texts.worker.aclose()
    await stored_texts.turn(stored_texts.another())
    assert [event.revision for event in await stored_texts.events()] == [1, 2]


# --- trouble ------------------------------------------------------------------------------------------


async def test_a_filing_whose_files_are_not_there_yet_is_fetched_a_little_later(texts: Texts) -> None:
    missing = answer(NO_SUCH_FILE, status=403)
    texts.serve(DOCUMENTS)
    texts.server.script(INDEX, missing, answer(DOCUMENTS[INDEX]))
    await texts.file()
    await texts.turn()
    assert [event.revision for event in await texts.events()] == [1]
    texts.clock.pass_by(6)
    await texts.turn()
    assert [event.revision for event in await texts.events()] == [2]


async def test_after_a_refusal_nothing_is_sent_for_ten_minutes_and_then_the_text_comes(texts: Texts) -> None:
    texts.serve(DOCUMENTS)
    texts.server.script(INDEX, answer(TOO_MANY, status=429), answer(DOCUMENTS[INDEX]))
    await texts.file()
    await texts.file(2)
    await texts.turn()
    texts.asked()
    for _ in range(5):
        texts.clock.pass_by(60)
        await texts.turn()
    assert texts.asked() == []
    texts.clock.pass_by(400)
    await texts.turn()
    assert INDEX in texts.asked()
    assert any(event.revision == 2 for event in await texts.events())


async def test_an_exhibit_that_is_never_there_does_not_keep_the_filing_from_its_text(texts: Texts) -> None:
    texts.serve(DOCUMENTS)
    texts.server.script(EXHIBIT, answer(NO_SUCH_FILE, status=403))
    await texts.file()
    for _ in range(4):
        await texts.turn()
        texts.clock.pass_by(400)
    _, full = await texts.events()
    assert "lease its Orion supercomputer" in full.body
    assert full.truncated, "and says that something is missing"


async def test_a_document_too_large_to_be_fetched_is_left_out(texts: Texts) -> None:
    texts.serve(DOCUMENTS)
    texts.server.script(EXHIBIT, raw(head(200, {"Content-Type": "text/html"}, 64 << 20) + b"<p>"))
    await texts.file()
    await texts.turn()
    _, full = await texts.events()
    assert full.truncated
    assert "lease its Orion supercomputer" in full.body


@pytest.mark.parametrize(
    ("index", "why"),
    [
        (b"<html><body>We have redesigned this page</body></html>", "no index of a filing"),
        (filing(1, ("GRAPHIC", "a.jpg", b"x"))[INDEX], "no document that can be read"),
        (filing(1, ("8-K", "a.pdf", b"x"))[INDEX], "no document that can be read"),
    ],
)
async def test_what_can_never_be_read_leaves_its_reason(texts: Texts, index: bytes, why: str) -> None:
    texts.server.script(INDEX, answer(index))
    await texts.file()
    await texts.turn()
    (reason,) = await texts.reasons()
    assert reason.startswith(DROPPED)
    assert why in reason
    assert [event.revision for event in await texts.events()] == [1]
    assert await texts.jobs() == 0


async def test_after_a_minute_the_journal_says_once_that_the_rules_that_wait_do_not_hold(stored_texts: Texts) -> None:
    stored_texts.server.script(INDEX, answer(DOWN, status=503), answer(DOWN, status=503), answer(DOCUMENTS[INDEX]))
    await stored_texts.file()
    (header,) = await stored_texts.events()
    await stored_texts.turn()
    for seconds in (61, 2):
        stored_texts.clock.pass_by(seconds)
        await stored_texts.turn()
    (record,) = await stored_texts.journal()
    assert record.reason.startswith(LATE)
    assert "503" in record.reason
    assert record.ids == [header.id, "edgar"]
    stored_texts.serve(DOCUMENTS)
    stored_texts.clock.pass_by(30)
    await stored_texts.turn()
    assert [event.revision for event in await stored_texts.events()] == [2], "late is better than never"


async def test_a_job_is_given_up_after_a_day_with_its_reason(stored_texts: Texts) -> None:
    stored_texts.server.script(INDEX, answer(DOWN, status=503))
    await stored_texts.file()
    await stored_texts.turn()
    for seconds in (61, 86_400):
        stored_texts.clock.pass_by(seconds)
        await stored_texts.turn()
    late, dropped = await stored_texts.reasons()
    assert late.startswith(LATE)
    assert "not there within a day" in dropped
    assert await stored_texts.jobs() == 0


async def test_the_operator_is_told_once_that_texts_fail_and_once_that_they_come_again(texts: Texts) -> None:
    paths = [index_path(n) for n in range(1, 31)]
    for path in paths:
        texts.server.script(path, answer(b"<html>new layout</html>"))
    for n in range(1, 26):
        await texts.file(n)
    for _ in range(20):
        await texts.turn()
    assert await texts.reasons("notice") == ["full_text_failing"]
    texts.serve(filing(30, ("8-K", "vega8k.htm", EIGHT_K)))
    await texts.file(30)
    await texts.turn()
    await texts.turn()
    assert await texts.reasons("notice") == ["full_text_failing", "full_text_healed"]


async def test_a_process_that_has_not_had_a_reload_yet_leaves_texts_to_those_that_have(texts: Texts) -> None:
    texts.serve(DOCUMENTS)
    behind = texts.another()
    behind.use([])
    await texts.file()
    await texts.turn(behind)
    assert (await texts.reasons(), await texts.jobs()) == ([], 1)
    texts.clock.pass_by(10)
    await texts.turn()
    assert [event.revision for event in await texts.events()] == [1, 2]


async def test_a_source_that_no_longer_asks_for_texts_gets_none(texts: Texts) -> None:
    texts.serve(DOCUMENTS)
    await texts.file()
    texts.worker.use([])
    texts.clock.pass_by(UNKNOWN_MS / 1000)
    await texts.turn()
    late, dropped = await texts.reasons()
    assert late.startswith(LATE)
    assert "settings do not ask for full texts" in dropped
    assert texts.asked() == []


async def test_the_page_of_another_host_is_asked_for_where_the_settings_say_that_edgar_is(texts: Texts) -> None:
    assert number(1) in index_path()
    texts.serve(DOCUMENTS)
    await texts.file()  # its link leads to www.sec.gov
    await texts.turn()
    assert texts.asked()[0] == INDEX
