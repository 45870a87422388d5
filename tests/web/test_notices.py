"""What the operator was told, over the API: for who sees all desks, out of archive and history, page by page."""

from __future__ import annotations

from contextlib import closing

from alertd.history.archive.reader import Reader
from alertd.history.archive.writer import Writer
from alertd.history.projection.projector import Projector
from alertd.workers.notices import Desks, Notices
from tests.web.conftest import Api, problem

SINCE = "since=2020-01-01T00:00:00Z"


async def tell(api: Api) -> None:
    """Tell the operator of three things, and archive the journal as a daemon does."""
    store = api.life.store
    notices = Notices(store, {"ops": "every"}, api.life.clock, Desks(sources={"own": "ai"}))
    await notices.tell("source_failing", "wire", "wire answers with 500", "one")
    await notices.tell("source_failing", "own", "own answers with 500", "one")
    await notices.tell("store_rolled_back", "redis", "Redis is older than what was known of it", "one")
    (api.folder / "history.db").unlink()
    with closing(Writer(api.folder / "archive")) as writer:
        writer.append(await store.read_journal("", 1_000, 0))
    with closing(Projector(api.folder / "history.db")) as projector:
        projector.advance(Reader(api.folder / "archive"))


async def test_they_are_listed_with_whom_they_went_to_and_whose_they_are(whole: Api) -> None:
    await tell(whole)
    status, found = await whole.ask("GET", f"/v1/notices?{SINCE}")
    assert (status, found["next"]) == (200, None)
    went_back, own, wire = found["notices"]
    assert (went_back["kind"], went_back["subject"]) == ("store_rolled_back", "redis")
    assert went_back["receivers"] == ["ops"]
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


async def test_they_are_only_for_who_sees_all_desks(whole: Api) -> None:
    for token in ("ai", "reader"):
        refused = problem(403, "this is for who sees all desks")
        assert await whole.ask("GET", "/v1/notices", token=token) == (403, refused)


async def test_without_a_history_it_is_said_that_they_cannot_be_told_now(whole: Api) -> None:
    (whole.folder / "history.db").unlink()
    assert (await whole.ask("GET", "/v1/notices"))[0] == 503
