"""What a worker can ask of a store, as data: to be generated, shuffled, repeated and applied to any store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from hypothesis import strategies as st
from msgspec.structs import replace

from alertd.model import IngestItem
from alertd.store.protocol import Store
from alertd.store.redis import RedisStore, open_store
from alertd.store.types import FetchJob
from tests.store.make import NOW, alias, baseline, candidate, delivery, new, source_state, state
from tests.support.redis import fresh_namespace

NAMES = "abc"
TEXTS = ("one", "one~longer", "two", "two~longer")
TOKENS = ("t1", "t2")
LEASE = 100
FETCHED = {"b": "https://wire.example.com/b", "c": "https://wire.example.com/c"}
"""Names whose items have a full text elsewhere."""

Calls = dict[str, Callable[..., Awaitable[Any]]]

# few chains and both modes, so that deliveries meet
_DELIVERIES = {
    "a": {"chain": "al_1", "mode": "latest"},
    "b": {"chain": "al_1", "mode": "latest", "lane": "critical"},
    "c": {"chain": "al_1", "mode": "every"},
    "d": {"chain": "al_1", "mode": "every", "receiver": "ops"},
    "e": {"chain": "al_2", "mode": "every", "lane": "critical"},
    "f": {"chain": "al_1/note", "mode": "every", "behind": "dl_a"},
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One call: a method, its arguments in terms of names, and how far the clock moves before it."""

    name: str
    args: tuple[Any, ...] = ()
    pause: int = 0


def _ingest_items(args: tuple[Any, ...]) -> list[IngestItem]:
    items = []
    for verdict, name, text, other in args:
        if verdict == "alias":
            items.append(alias(name, other, text))
        elif verdict == "baseline":
            items.append(baseline(name, text, fetch=FETCHED.get(name, "")))
        else:
            items.append(new(name, text, fetch=FETCHED.get(name, "")))
    return items


def make_delivery(name: str, now: int) -> Any:
    """Make the delivery of a name; each always has the same shape."""
    fields: dict[str, Any] = dict(_DELIVERIES[name])
    made = delivery(name, fields.pop("receiver", "desk"), due=now, **fields)
    says = replace(made.message, news=[f"{name} at\n{now}"], loud=name != "a", told_before=name != "b")
    return replace(made, message=says)


@dataclass(slots=True)
class Run:
    """Applies operations to a store, under a clock of its own."""

    store: Store
    now: int = NOW
    results: list[Any] = field(default_factory=list)
    more: Calls = field(default_factory=dict)
    """Calls beside those of this file, by name."""

    async def apply(self, operation: Operation) -> Any:
        """Move the clock, make the call, keep and give the result."""
        self.now += operation.pause
        result = await self.repeat(operation)
        self.results.append(result)
        return result

    async def repeat(self, operation: Operation) -> Any:
        """Make the call without moving the clock."""
        return await (_CALLS | self.more)[operation.name](self.store, self.now, *operation.args)


def _end(kind: Literal["finish", "bury"]) -> Callable[..., Awaitable[bool]]:
    async def call(store: Store, now: int, name: str, token: str) -> bool:
        return bool(await getattr(store, kind)(f"dl_{name}", token, now, "why"))

    return call


def _job(name: str, token: str) -> FetchJob:
    return FetchJob(
        event=f"ev_{name}", source="wire", identity=f"id-{name}", url="", revision=0, queued_ms=0, token=token
    )


_CALLS: Calls = {
    "ingest": lambda s, now, *items: s.ingest("wire", _ingest_items(items), now),
    "end_poll": lambda s, now, *marks: s.end_poll(
        "wire", source_state(polls=len(marks)), [f"id-{m}" for m in marks], now
    ),
    "commit": lambda s, now, version, *names: s.commit(
        "al_1", version, state(version + 1), [make_delivery(n, now) for n in names], now
    ),
    "enqueue": lambda s, now, *names: s.enqueue([make_delivery(n, now) for n in names], now),
    "claim": lambda s, now, name, token, pace: s.claim(
        "ops" if name == "d" else "desk", f"dl_{name}", token, now, LEASE, pace, token.encode()
    ),
    "finish": _end("finish"),
    "bury": _end("bury"),
    "expire": lambda s, now, name, token: s.expire(f"dl_{name}", token, now),
    "retry": lambda s, now, name, token, wait, counts: s.retry(
        f"dl_{name}",
        token,
        now,
        now + wait,
        "why",
        counts=counts,
        progress="[]" if wait else "",
        pause_until_ms=now + wait,
        gone=bool(wait and counts),
    ),
    "retry_dead": lambda s, now, *names: s.retry_dead([f"dl_{n}" for n in names], now),
    "pause": lambda s, now, until: s.pause_receiver("desk", until and now + until),
    "hurry": lambda s, now: s.hurry("desk", now),
    "due": lambda s, now: s.due("desk", now, 10),
    "turn": lambda s, now, token: s.take_turn("sec", token, now, 40, 100),
    "quiet": lambda s, now, wait: s.keep_quiet("sec", now + wait, now),
    "reserve_spend": lambda s, now, token, whose: s.reserve_spend("m", 1, token, whose, 10, (5, 45, 3)),
    "keep_answer": lambda s, now, key, answer: s.keep_answer(key, answer, now, 300),
    "drop_answer": lambda s, now, key: s.drop_answer(key, now),
    "settle_spend": lambda s, now, token: s.settle_spend("m", 1, token, 4, "USD", 0.5),
    "claim_fetches": lambda s, now, token, limit: s.claim_fetches(token, now, LEASE, limit),
    "retry_fetch": lambda s, now, name, token, wait: s.retry_fetch(_job(name, token), now + wait, "why", 1),
    "drop_fetch": lambda s, now, name, token, force: s.drop_fetch(_job(name, token), "why", now, force=force),
    "add_text": lambda s, now, name, token, text: s.add_text(
        _job(name, token), bytes(candidate(name, text).event), f"t-{text}"
    ),
    "release_fetch": lambda s, now, name: s.release_fetch(_job(name, "t1")),
    "put_off_fetch": lambda s, now, name, wait: s.put_off_fetch(f"ev_{name}", now + wait),
}


def _of(name: str, *args: st.SearchStrategy[Any]) -> st.SearchStrategy[Operation]:
    return st.builds(Operation, name=st.just(name), args=st.tuples(*args), pause=st.sampled_from([0, 0, 10, 60, 150]))


def _many(name: str, element: st.SearchStrategy[Any], least: int = 0) -> st.SearchStrategy[Operation]:
    lists = st.lists(element, min_size=least, max_size=3).map(tuple)
    return st.builds(Operation, name=st.just(name), args=lists, pause=st.sampled_from([0, 10]))


def _fetching() -> list[st.SearchStrategy[Operation]]:
    fetched, tokens = st.sampled_from(NAMES), st.sampled_from(TOKENS)
    return [
        _of("claim_fetches", tokens, st.sampled_from([1, 5])),
        _of("retry_fetch", fetched, tokens, st.sampled_from([0, 40])),
        _of("drop_fetch", fetched, tokens, st.booleans()),
        _of("add_text", fetched, tokens, st.sampled_from(TEXTS)),
        _of("release_fetch", fetched),
        _of("put_off_fetch", fetched, st.sampled_from([0, 40])),
    ]


def _ingests() -> st.SearchStrategy[Operation]:
    item = st.tuples(
        st.sampled_from(["new", "new", "baseline", "alias"]),
        st.sampled_from(NAMES),
        st.sampled_from(TEXTS),
        st.sampled_from(NAMES),
    )
    return _many("ingest", item, 1)


def fetching_operations() -> st.SearchStrategy[Operation]:
    """Generate calls that are about full texts."""
    return st.one_of(_ingests(), *_fetching())


def operations(*, repeatable: bool = True) -> st.SearchStrategy[Operation]:
    """Generate calls. `repeatable` leaves out `pause` with 0, which wakes somebody each time."""
    names, tokens = st.sampled_from(sorted(_DELIVERIES)), st.sampled_from(TOKENS)
    commits = st.builds(
        lambda version, found: Operation("commit", (version, *found)),
        st.integers(0, 2),
        st.lists(names, max_size=2),
    )
    return st.one_of(
        _ingests(),
        _many("end_poll", st.sampled_from(NAMES)),
        commits,
        _many("enqueue", names, 1),
        _of("claim", names, tokens, st.sampled_from([0, 0, 50])),
        _of("claim", names, tokens, st.just(0)),
        _of("finish", names, tokens),
        _of("bury", names, st.sampled_from([*TOKENS, ""])),
        _of("expire", names, st.sampled_from([*TOKENS, ""])),
        _of("retry", names, tokens, st.sampled_from([0, 40]), st.booleans()),
        _many("retry_dead", names, 1),
        _of("pause", st.sampled_from([80] if repeatable else [0, 80])),
        *([] if repeatable else [_of("hurry")]),
        _of("due"),
        _of("turn", tokens),
        _of("quiet", st.sampled_from([30, 90])),
        _of("reserve_spend", tokens, st.sampled_from(["ai", "power"])),
        _of("settle_spend", tokens),
        _of("keep_answer", st.sampled_from(["k1", "k2", "k3"]), st.sampled_from([b"{}", b"\x00|1"])),
        _of("drop_answer", st.sampled_from(["k1", "k2"])),
        *_fetching(),
    )


@asynccontextmanager
async def prepared(url: str, count: int = 1) -> AsyncIterator[list[RedisStore]]:
    """Open stores over one fresh namespace and close them, whatever happens."""
    namespace = fresh_namespace()
    async with AsyncExitStack() as stack:
        stores = []
        for number in range(count):
            stores.append(await open_store(url, namespace, name=f"worker-{number}"))
            stack.push_async_callback(stores[-1].aclose)
        await stores[0].prepare()
        yield stores


async def view(store: Store) -> dict[str, Any]:
    """Give all that can be asked of a store, in a form that does not depend on what it is made of."""
    far = NOW + 10**9
    counts = dict(await store.key_counts())
    del counts["keys"]
    return {
        "deliveries": {name: await store.delivery(f"dl_{name}") for name in _DELIVERIES},
        "due": {receiver: await store.due(receiver, far, 10) for receiver in ("desk", "ops")},
        "health": await store.receiver_health(),
        "alerts": await store.load_alerts(["al_1"]),
        "known": await store.known_marks("wire", _all_marks()),
        "states": await store.source_states(),
        "dead": await store.dead_deliveries(10),
        "journal": [record for _, record in await store.read_journal("", 1_000, 0)],
        "counts": counts,
        "fetches": await store.overdue_fetches(far, 0, 100),
        "spent": await store.spent("m", 1, "USD"),
        "answers": [await store.kept_answer(key, NOW) for key in ("k1", "k2", "k3")],
        "events": sorted(
            (e.event.id, e.event.revision, e.event.baseline) for e in await store.read_events("v", 999, 0)
        ),
    }


def _all_marks() -> list[str]:
    found = [candidate(name, text) for name in NAMES for text in TEXTS]
    return sorted({mark for c in found for mark in (c.identity, c.strong, c.weak)})
