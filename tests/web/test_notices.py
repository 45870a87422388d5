"""What the operator was told, over the API: out of archive and history, page by page, to a desk what is for it."""

from __future__ import annotations

from contextlib import closing

import pytest

from alertd.asking.caller import Caller
from alertd.asking.notices_seen import is_for
from alertd.history.archive.reader import Reader
from alertd.history.archive.writer import Writer
from alertd.history.projection.projector import Projector
from alertd.model import JournalRecord
from alertd.workers.notices import Desks, Notices
from tests.web.conftest import Api

SINCE = "since=2020-01-01T00:00:00Z"


async def tell(api: Api) -> None:
    """Tell the operator of three things."""
    store = api.life.store
    desks = Desks(sources={"own": "ai", "theirs": "energy"})
    notices = Notices(store, {"ops": "every", "desk": "every"}, api.life.clock, desks)
    await notices.tell("source_failing", "wire", "wire answers with 500", "one")
    await notices.tell("source_failing", "own", "own answers with 500", "one")
    await notices.tell("store_rolled_back", "redis", "Redis is older than what was known of it", "one")
    await archive(api)


async def archive(api: Api) -> None:
    """Archive the journal as a daemon does."""
    (api.folder / "history.db").unlink()
    with closing(Writer(api.folder / "archive")) as writer:
        writer.append(await api.life.store.read_journal("", 1_000, 0))
    with closing(Projector(api.folder / "history.db")) as projector:
        projector.advance(Reader(api.folder / "archive"))


async def test_they_are_listed_with_whom_they_went_to_and_whose_they_are(whole: Api) -> None:
    await tell(whole)
    status, found = await whole.ask("GET", f"/v1/notices?{SINCE}")
    assert (status, found["next"]) == (200, None)
    went_back, own, wire = found["notices"]
    assert (went_back["kind"], went_back["subject"]) == ("store_rolled_back", "redis")
    assert went_back["receivers"] == ["ops", "desk"]
    assert (own["desk"], wire["desk"], wire["text"]) == ("ai", None, "wire answers with 500")
    _, chosen = await whole.ask("GET", f"/v1/notices?{SINCE}&kind=source_failing&subject=wire")
    assert chosen["notices"] == [wire]


async def test_a_page_goes_on_where_the_one_before_ended(whole: Api) -> None:
    await tell(whole)
    path, found = f"/v1/notices?{SINCE}&limit=2", list[str]()
    while path:
        _, page = await whole.ask("GET", path)
        found += [one["subject"] for one in page["notices"]]
        path = f"/v1/notices?{SINCE}&limit=2&cursor={page['next']}" if page["next"] else ""
    assert found == ["redis", "own", "wire"]
    assert (await whole.ask("GET", "/v1/notices?cursor=nonsense"))[0] == 400


async def test_a_desk_is_told_of_its_own_and_of_sources_that_are_nobodys_and_of_its_own_receivers(whole: Api) -> None:
    store = whole.life.store
    desks = Desks(sources={"own": "ai", "theirs": "energy"})
    notices = Notices(store, {"ops": "every", "desk": "every"}, whole.life.clock, desks)
    await notices.tell("edgar_gap", "edgar", "EDGAR was not seen for an hour", "one")
    await notices.tell("source_failing", "theirs", "CANARY answers with 500", "one")
    await notices.tell("reload_refused", "configuration", "energy.yaml: CANARY", "one", desk="energy")
    await tell(whole)
    for token in ("ai", "reader"):
        status, found = await whole.ask("GET", f"/v1/notices?{SINCE}", token=token)
        assert (status, [one["subject"] for one in found["notices"]]) == (200, ["own", "edgar"]), found
        assert [one["receivers"] for one in found["notices"]] == [["desk"], ["desk"]]
    _, found = await whole.ask("GET", f"/v1/notices?{SINCE}&subject=theirs", token="ai")
    assert found == {"notices": [], "next": None}


async def test_a_desks_page_is_filled_past_what_is_for_others(whole: Api) -> None:
    notices = Notices(whole.life.store, {}, whole.life.clock, Desks(sources={"own": "ai"}))
    for n in range(4):
        await notices.tell(f"own_{n}", "own", "it answers with 500", "one")
        await notices.tell(f"other_{n}", "redis", "CANARY", "one")
    await archive(whole)
    path, found = f"/v1/notices?{SINCE}&limit=3", list[list[str]]()
    while path:
        _, page = await whole.ask("GET", path, token="ai")
        found.append([one["kind"] for one in page["notices"]])
        path = f"/v1/notices?{SINCE}&limit=3&cursor={page['next']}" if page["next"] else ""
    assert found[:2] == [["own_3", "own_2", "own_1"], ["own_0"]]
    assert not any(found[2:])


@pytest.mark.parametrize(
    ("subject", "desk", "seen"),
    [("one", "ai", True), ("one/rule", "ai", True), ("other", "ai", False), ("configuration", "ai", False),
     ("feed", "ai", True), ("feed", "energy", False), ("shared", None, True), ("redis", None, False)],
)  # fmt: skip
def test_a_token_of_single_portfolios_is_told_of_these_and_of_what_its_desk_has(
    subject: str, desk: str | None, *, seen: bool
) -> None:
    data = {"subject": subject, "text": "It fails."} | ({"desk": desk} if desk else {})
    record = JournalRecord(kind="notice", at="2027-01-15T08:00:00.000Z", ids=[subject], reason="any", data=data)
    caller = Caller("bot", "ai", portfolios=frozenset({"one"}))
    assert is_for(record, caller, {"feed": "ai", "shared": None}) is seen


async def test_without_a_history_it_is_said_that_they_cannot_be_told_now(whole: Api) -> None:
    (whole.folder / "history.db").unlink()
    assert (await whole.ask("GET", "/v1/notices"))[0] == 503
