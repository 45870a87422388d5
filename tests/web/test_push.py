"""`POST /v1/push/ID`, with a real server, parse worker and Redis: what is said is what is in the stream."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession, ClientTimeout
from prometheus_client import generate_latest
from structlog.testing import capture_logs

from alertd import telemetry
from alertd.base.clock import system_clock
from alertd.base.secrets import Secret
from alertd.base.tokens import Digests
from alertd.model import Event, ParsedFeed
from alertd.sources.parsepool import ParseJob, ParsePool
from alertd.sources.push import MAX_BYTES, MAX_ITEMS, PushConfig
from alertd.store.redis import RedisStore, open_store
from alertd.web.deps import WebDeps
from alertd.web.server import WebServer
from alertd.workers.intake import Intake
from alertd.workers.notices import Notices
from alertd.workers.pressure import Pressure
from alertd.workers.progress import Progress
from alertd.workers.push import Pushes
from alertd.workers.source_health import SourceHealth
from tests.support.http import DEADLINE_S
from tests.support.redis import RedisServer, bundled_binary, namespace, redis_server, redis_url  # noqa: F401
from tests.web.conftest import problem

pytestmark = pytest.mark.asyncio(loop_scope="module")

WEB, INBOX, OTHER = "WEB-0123456789abcdef", "INBOX-0123456789abcdef", "OTHER-0123456789abcdef"


def _source(name: str, token: str) -> PushConfig:
    return PushConfig.model_validate({"id": name, "type": "push", "token": token})


class Inbox:
    """A daemon as far as pushing goes."""

    def __init__(self, store: RedisStore, client: ClientSession, pushes: Pushes, pressure: Pressure) -> None:
        self.store = store
        self.pressure = pressure
        self.client = client
        self.pushes = pushes

    async def push(
        self, batch: Any, to: str = "inbox", token: str = INBOX, kind: str = "application/json", **headers: str
    ) -> tuple[int, dict[str, Any]]:
        body = batch if isinstance(batch, bytes) else json.dumps(batch).encode()
        sent = {"Content-Type": kind, "Authorization": f"Bearer {token}"} | headers
        async with self.client.post(f"/v1/push/{to}", data=BytesIO(body), headers=sent) as answer:
            self.headers = answer.headers
            return answer.status, await answer.json()

    async def events(self) -> list[Event]:
        """Take what is new on the stream."""
        return [item.event for item in await self.store.read_events("test", 2_000, 0)]

    async def reasons(self) -> list[str]:
        return [record.reason for _, record in await self.store.read_journal("", 2_000, 0)]


async def _nothing() -> dict[str, Any]:
    return {}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool() -> AsyncIterator[ParsePool]:
    async with ParsePool(1) as running:
        yield running


class HeldPool(ParsePool):
    """Reads nothing of `inbox` until it is opened."""

    def __init__(self) -> None:
        super().__init__(1)
        self.reached, self.open = asyncio.Event(), asyncio.Event()

    async def parse(self, job: ParseJob) -> ParsedFeed:
        if job.source.id == "inbox":
            self.reached.set()
            await self.open.wait()
        return await super().parse(job)


@asynccontextmanager
async def serving(url: str, name: str, pool: ParsePool) -> AsyncIterator[Inbox]:
    store = await open_store(url, name, name="test")
    await store.prepare()
    notices = Notices(store, {}, system_clock)
    health = SourceHealth(store, notices, system_clock)
    intake = Intake(store, notices, system_clock, health, epoch=await store.epoch())
    pressure = Pressure(store, notices, system_clock, Progress())
    pushes = Pushes(store, intake, health, pool, system_clock, pressure)
    pushes.replace([_source("inbox", INBOX), _source("other", OTHER)])
    deps = WebDeps(
        status=_nothing, ready=_nothing, metrics=telemetry.metrics_text, token=Digests.of([Secret(WEB)]), push=pushes
    )
    server = WebServer("127.0.0.1:0", deps)
    _, port = await server.start()
    async with ClientSession(f"http://127.0.0.1:{port}", timeout=ClientTimeout(total=60)) as client:
        yield Inbox(store, client, pushes, pressure)
    await server.stop()
    await store.aclose()


@pytest_asyncio.fixture(loop_scope="module")
async def inbox(redis_url: str, namespace: str, pool: ParsePool) -> AsyncIterator[Inbox]:  # noqa: F811
    async with serving(redis_url, namespace, pool) as made:
        yield made


async def test_the_same_batch_twice_gives_the_same_ids_and_one_event_each(inbox: Inbox) -> None:
    batch = [{"id": "a", "title": "Vega Grid leases Orion"}, {"title": "Lumen Labs cuts its outlook"}]
    status, first = await inbox.push(batch)
    assert status == 202
    assert [(one["index"], one["outcome"], one["revision"]) for one in first["taken"]] == [
        (0, "new", 1),
        (1, "new", 1),
    ]
    status, second = await inbox.push(batch)
    assert status == 202
    assert [one["id"] for one in second["taken"]] == [one["id"] for one in first["taken"]]
    assert [one["outcome"] for one in second["taken"]] == ["known", "known"]
    events = await inbox.events()
    assert [event.id for event in events] == [one["id"] for one in first["taken"]]
    assert [event.baseline for event in events] == [False, False]


async def test_several_processes_take_it_by_turns(redis_url: str, namespace: str, pool: ParsePool) -> None:  # noqa: F811
    async with serving(redis_url, namespace, pool) as one, serving(redis_url, namespace, pool) as other:
        answers = [await inbox.push({"title": f"{n} of six"}) for n in range(3) for inbox in (one, other)]
    assert [status for status, _ in answers] == [202] * 6


async def test_a_bad_item_is_named_by_its_index_and_path_and_the_others_are_taken(inbox: Inbox) -> None:
    batch = [{"title": "one"}, {"title": "two", "companies": [{"id": "a"}, {"id": "|"}]}, {"title": "three"}]
    status, answer = await inbox.push(batch)
    assert status == 202
    assert [one["index"] for one in answer["taken"]] == [0, 2]
    ((bad),) = answer["rejected"]
    assert (bad["index"], bad["path"]) == (1, "companies[1].id")
    assert [event.title for event in await inbox.events()] == ["one", "three"]
    assert any(reason.startswith("rejected: companies[1].id: an id") for reason in await inbox.reasons())


async def test_where_no_item_can_be_taken_the_answer_is_422(inbox: Inbox) -> None:
    status, answer = await inbox.push([{}, {"title": "x", "url": "ftp://x"}])
    assert (status, answer["taken"]) == (422, [])
    assert [(one["index"], one["path"]) for one in answer["rejected"]] == [(0, "title"), (1, "url")]
    assert await inbox.events() == []


async def test_other_content_under_the_same_id_is_a_revision_and_the_old_again_is_known(inbox: Inbox) -> None:
    old, new = {"id": "a", "title": "Old"}, {"id": "a", "title": "New"}
    outcomes = []
    for item in (old, new, old):
        outcomes += [(one["outcome"], one["revision"]) for one in (await inbox.push(item))[1]["taken"]]
    assert outcomes == [("new", 1), ("revised", 2), ("known", None)]
    assert [(event.title, event.revision) for event in await inbox.events()] == [("Old", 1), ("New", 2)]


async def test_both_versions_of_an_item_in_one_batch_are_taken_in_turn(inbox: Inbox) -> None:
    batch = [{"id": "a", "title": "Old"}, {"id": "a", "title": "Old"}, {"id": "a", "title": "New"}]
    _, answer = await inbox.push(batch)
    assert [one["outcome"] for one in answer["taken"]] == ["new", "known", "revised"]
    assert len({one["id"] for one in answer["taken"]}) == 1


async def test_a_withdrawal_is_a_revision_that_takes_the_item_back(inbox: Inbox) -> None:
    await inbox.push({"id": "a", "title": "Vega Grid leases Orion"})
    _, answer = await inbox.push({"id": "a", "title": "Vega Grid leases Orion", "withdrawn": True})
    assert answer["taken"][0]["outcome"] == "revised"
    assert [event.revision_reason for event in await inbox.events()] == [None, "withdrawal"]


async def test_a_full_batch_of_lines_is_taken(inbox: Inbox) -> None:
    lines = b"\n".join(json.dumps({"id": i, "title": f"Item {i}"}).encode() for i in range(MAX_ITEMS))
    status, answer = await inbox.push(lines, kind="application/x-ndjson")
    assert (status, len(answer["taken"])) == (202, MAX_ITEMS)
    assert len(await inbox.events()) == MAX_ITEMS
    state = await inbox.store.source_state("inbox")
    assert state is not None
    assert (state.state, state.events, state.polls) == ("fine", MAX_ITEMS, 1)


async def test_two_sources_have_items_of_the_same_id_apart(inbox: Inbox) -> None:
    _, one = await inbox.push({"id": "a", "title": "x"})
    _, other = await inbox.push({"id": "a", "title": "x"}, to="other", token=OTHER)
    assert one["taken"][0]["id"] != other["taken"][0]["id"]
    assert [event.source for event in await inbox.events()] == ["inbox", "other"]


@pytest.mark.parametrize(
    ("to", "token", "status"),
    [
        ("inbox", "", 401),
        ("inbox", OTHER, 401),
        ("inbox", WEB, 401),
        ("nowhere", INBOX, 404),
        ("nowhere", WEB, 401),
        ("inbox/x", INBOX, 404),
        ("", INBOX, 404),
    ],
)
async def test_each_source_opens_with_its_own_token_alone(inbox: Inbox, to: str, token: str, status: int) -> None:
    answered, said = await inbox.push({"title": "x"}, to=to, token=token)
    assert answered == status
    assert set(said) == {"type", "title", "status", "detail"}
    assert await inbox.events() == []


async def test_the_token_of_a_source_opens_nothing_else(inbox: Inbox) -> None:
    async with inbox.client.get("/v1/status", headers={"Authorization": f"Bearer {INBOX}"}) as answer:
        assert answer.status == 401
    async with inbox.client.get("/v1/push/inbox", headers={"Authorization": f"Bearer {INBOX}"}) as answer:
        assert answer.status == 405


@pytest.mark.parametrize(
    ("body", "kind", "headers", "status"),
    [
        (b"{", "application/json", {}, 400),
        (b"<rss/>", "application/xml", {}, 415),
        (b"{}", "application/json; charset=latin-1", {}, 415),
        (gzip.compress(b"{}"), "application/json", {"Content-Encoding": "gzip"}, 415),
        (b" " * (MAX_BYTES + 1), "application/json", {}, 413),
        (json.dumps([{"title": "x"}] * (MAX_ITEMS + 1)).encode(), "application/json", {}, 413),
    ],
    ids=["no JSON", "XML", "charset", "compressed", "too large", "too many"],
)
async def test_what_cannot_be_taken_at_all_says_why(
    inbox: Inbox, body: bytes, kind: str, headers: dict[str, str], status: int
) -> None:
    answered, said = await inbox.push(body, kind=kind, **headers)
    assert answered == status
    assert said["detail"]
    assert await inbox.events() == []
    assert (await inbox.push({"title": "still there"}))[0] == 202


async def test_a_body_that_does_not_say_how_long_it_is_is_cut_off_where_it_is_too_long(inbox: Inbox) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(MAX_BYTES // 50_000 + 2):
            yield b" " * 50_000

    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {INBOX}"}
    async with inbox.client.post("/v1/push/inbox", data=endless(), headers=headers) as answer:
        assert answer.status == 413


async def test_a_pusher_that_sends_rubbish_again_and_again_is_failing_and_heals(inbox: Inbox) -> None:
    for _ in range(3):
        assert (await inbox.push(b"{"))[0] == 400
    state = await inbox.store.source_state("inbox")
    assert state is not None
    assert (state.state, state.failures) == ("failing", 3)
    assert "not JSON" in state.error
    await inbox.push({"title": "x"})
    state = await inbox.store.source_state("inbox")
    assert state is not None
    assert (state.state, state.error) == ("fine", "")


async def test_a_batch_of_no_items_is_taken_and_says_nothing_against_its_source(inbox: Inbox) -> None:
    status, answer = await inbox.push([])
    assert (status, answer["taken"], answer["rejected"]) == (202, [], [])
    state = await inbox.store.source_state("inbox")
    assert state is not None
    assert (state.state, state.failures, state.error) == ("fine", 0, "")


@pytest.mark.parametrize("batch", [b"{", [{"title": "x"}] * (MAX_ITEMS + 1)], ids=["no JSON", "too many"])
async def test_two_batches_that_cannot_be_taken_do_not_make_a_source_fail_and_a_third_does(
    inbox: Inbox, batch: Any
) -> None:
    await inbox.push({"title": "x"})
    states = []
    for _ in range(3):
        await inbox.push(batch)
        state = await inbox.store.source_state("inbox")
        assert state is not None
        states.append((state.state, state.failures))
    assert states == [("fine", 1), ("fine", 2), ("failing", 3)]
    assert sum(reason.startswith("failed: ") for reason in await inbox.reasons()) == 1


async def test_pushes_at_once_are_all_counted(inbox: Inbox) -> None:
    answers = await asyncio.gather(*(inbox.push({"id": i, "title": f"Item {i}"}) for i in range(20)))
    assert [status for status, _ in answers] == [202] * 20
    state = await inbox.store.source_state("inbox")
    assert state is not None
    assert (state.events, state.polls) == (20, 20)


async def test_one_pusher_with_many_batches_does_not_keep_another_waiting(redis_url: str, namespace: str) -> None:  # noqa: F811
    pool = HeldPool()
    async with serving(redis_url, namespace, pool) as inbox:
        held = [asyncio.create_task(inbox.push({"id": i, "title": f"Item {i}"})) for i in range(6)]
        async with asyncio.timeout(DEADLINE_S):
            await pool.reached.wait()
            status, _ = await inbox.push({"title": "Another pusher's"}, to="other", token=OTHER)
            assert status == 202
            pool.open.set()
            assert [status for status, _ in await asyncio.gather(*held)] == [202] * 6
    await pool.aclose()


async def test_a_reload_takes_sources_away_and_changes_tokens(inbox: Inbox) -> None:
    inbox.pushes.replace([_source("inbox", OTHER)])
    refused = problem(401, "the token is not that of this source")
    assert await inbox.push({"title": "x"}) == (401, refused)
    assert (await inbox.push({"title": "x"}, token=OTHER))[0] == 202
    assert (await inbox.push({"title": "x"}, to="other", token=OTHER))[0] == 404


async def test_pushes_are_counted_by_what_came_of_them(inbox: Inbox) -> None:
    def counted(outcome: str) -> float:
        value = telemetry.REGISTRY.get_sample_value("alertd_pushes_total", {"source": "inbox", "outcome": outcome})
        return value or 0.0

    outcomes = ("taken", "partly", "rejected", "unreadable")
    before = [counted(outcome) for outcome in outcomes]
    for batch in ({"title": "a"}, [{"title": "a"}, {}], {}, b"{"):
        await inbox.push(batch)
    assert [counted(outcome) for outcome in outcomes] == [number + 1 for number in before]
    assert INBOX not in generate_latest(telemetry.REGISTRY).decode()


async def test_where_redis_is_nearly_full_the_sender_keeps_it(pool: ParsePool) -> None:
    with RedisServer(bundled_binary()) as server:
        async with serving(server.url, "full", pool) as inbox:
            assert (await inbox.push({"title": "before"}))[0] == 202
            used = (await inbox.store.memory()).used
            server.command("CONFIG", "SET", "maxmemory", str(used * 100 // 97))
            await inbox.pressure.look()
            with capture_logs() as logs:
                for _ in range(3):
                    status, said = await inbox.push({"title": "x"})
            assert (status, said) == (503, problem(503, "no room at present"))
            assert inbox.headers["Retry-After"] == "10"
            refused = [line["source"] for line in logs if line["event"] == "push_refused"]
            assert refused == ["inbox"], "said once, however often it is sent again"
            server.command("CONFIG", "SET", "maxmemory", "512mb")
            await inbox.pressure.look()
            assert (await inbox.push({"title": "x"}))[0] == 202


async def test_where_redis_is_away_the_sender_is_told_to_come_again(pool: ParsePool) -> None:
    with RedisServer(bundled_binary()) as server:
        async with serving(server.url, "away", pool) as inbox:
            server.kill()
            status, said = await inbox.push({"title": "x"})
            assert (status, said) == (503, problem(503, "temporarily unavailable"))
            assert inbox.headers["Retry-After"] == "5"
