"""What workers ask of a store for the life of alerts, as data; see operations.py."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from alertd.model import AlertState, CoolMark, Count, Effects, StoredAlert, Timer, Told
from alertd.store.protocol import Store
from tests.store.make import NOW, alert, delivery, hold, record, silence
from tests.store.operations import LEASE, Calls, Operation
from tests.store.test_alerts import told

ALERTS = ("al_1", "al_2")
WINDOWS = {
    "a": {"receiver": "desk", "kind": "brief", "until": NOW + 100},
    "b": {"receiver": "desk", "kind": "brief", "until": NOW + 300},
    "c": {"receiver": "ops", "kind": "budget", "portfolio": "ai", "until": NOW + 100},
}
CURRENT = -1
"""Stands for the version that is there."""
MARKS = ("", "al_1", "al_2")
_SENDINGS = {"desk": ("x", "y"), "ops": ("z",)}


def _hold(window: str, about: str) -> Any:
    return hold(about, **WINDOWS[window])  # type: ignore[arg-type]


def _effects(about: str, now: int, wanted: tuple[tuple[str, str], ...]) -> Effects:
    """Make effects out of pairs of a kind and what it is about."""
    kinds = {kind: [what for k, what in wanted if k == kind] for kind, _ in wanted}
    notes = kinds.get("note", [])
    return Effects(
        holds=[_hold(window, about) for window in kinds.get("hold", [])],
        timers=[Timer(kind="close", alert=a, due_ms=now + 100) for a in kinds.get("timer", [])],
        cancel=[f"close/{a}/" for a in kinds.get("cancel", [])],
        counts=[Count(name=name, keep_s=1, by=len(name)) for name in kinds.get("count", [])],
        marks=[
            CoolMark(name="desk/story/st_1", expected=expected, value=about, until_ms=now + 200)
            for expected in kinds.get("mark", [])
        ],
        note_due_ms=0 if "over" in notes else now if notes else None,
        record=record(about, who, reason="acknowledged") if (who := "".join(kinds.get("record", []))) else None,
    )


def _delivery(name: str, about: str, now: int) -> Any:
    receiver = "ops" if name in _SENDINGS["ops"] else "desk"
    made = delivery(f"{name}-{about}", receiver, due=now, chain=about, mode="latest")
    return replace(made, message=replace(made.message, alert=alert(about)))


async def _commit(
    store: Store, now: int, about: str, version: int, names: tuple[str, ...], wanted: tuple[tuple[str, str], ...]
) -> StoredAlert | None:
    if version == CURRENT:
        version = (await store.load_alerts([about]))[about].version
    answer = any(kind == "record" for kind, _ in wanted)
    state = told(about, "ev_a") if version % 2 else AlertState(alert=alert(about))
    deliveries = [_delivery(name, about, now) for name in names]
    effects = _effects(about, now, wanted)
    return await store.commit(about, version, state, deliveries, now, effects=effects, answer=answer)


async def _release(
    store: Store,
    now: int,
    window: str,
    read: tuple[tuple[str, int], ...],
    names: tuple[str, ...],
    lanes: bool,
    part: int,
) -> bool:
    name = _hold(window, "al_1").window
    if read:
        members = [replace(_hold(window, about), version=version) for about, version in read]
    else:
        members = await store.held(name)
    told_now = {one.item.alert: Told(revision=1, at_ms=now) for one in members} if lanes else None
    deliveries = [_delivery(one, about.item.alert, now) for one in names for about in members[:1]]
    rings = [Timer(kind="escalate", alert=one.item.alert, receiver="desk", due_ms=now) for one in members if lanes]
    line = record(*ALERTS, reason=window)
    return await store.release(name, members, deliveries, line, now, lanes=told_now, timers=rings, part=part)


LIFE_CALLS: Calls = {
    "commit": _commit,
    "release": _release,
    "claim": lambda s, now, name, about, token: s.claim(
        "ops" if name == "z" else "desk", f"dl_{name}-{about}", token, now, LEASE, 0, token.encode()
    ),
    "finish": lambda s, now, name, about, token, thread: s.finish(
        f"dl_{name}-{about}", token, now, "ok", thread=thread
    ),
    "windows": lambda s, now, limit: s.windows(now, limit),
    "held": lambda s, now, window: s.held(_hold(window, "al_1").window),
    "timers_due": lambda s, now: s.timers_due(now, 5),
    "claim_notes": lambda s, now, wait: s.claim_notes(now, now + wait, 5),
    "put_off_note": lambda s, now, about, wait: s.put_off_note(about, now + wait),
    "drop_note": lambda s, now, about: s.drop_note(about),
    "drop_timer": lambda s, now, about, ago: s.drop_timer(f"close/{about}/", now + ago),
    "marks": lambda s, now: s.marks(["desk/story/st_1"], now),
    "counted": lambda s, now: s.counted(["c", "cc"]),
    "put_silence": lambda s, now, name, wait, reason: s.put_silence(
        silence(name, ends=now + wait, reason=reason), record(f"si_{name}"), now
    ),
    "silences": lambda s, now: s.silences(now),
    "note_feedback": lambda s, now, about, said: s.note_feedback("ai", about, {"said": said}, now),
    "alerts": lambda s, now: s.alerts(now - 100, 5),
    "sweep": lambda s, now, days: s.sweep(now + days * 86_400_000),
}


def _of(name: str, *args: st.SearchStrategy[Any]) -> st.SearchStrategy[Operation]:
    return st.builds(Operation, name=st.just(name), args=st.tuples(*args), pause=st.sampled_from([0, 0, 10, 60, 150]))


def life_operations(*, alone: bool = True, repeatable: bool = False) -> st.SearchStrategy[Operation]:
    """Generate calls. `alone`: also those that look first and act then. `repeatable`: only those that are."""
    about, windows = st.sampled_from(ALERTS), st.sampled_from(sorted(WINDOWS))
    names = st.sampled_from([*_SENDINGS["desk"], *_SENDINGS["ops"]])
    versions = st.sampled_from([0, 1, 2, 3] + [CURRENT] * (6 if alone else 0))
    wanted = st.one_of(
        st.tuples(st.just("hold"), windows),
        st.tuples(st.just("hold"), windows),
        st.tuples(st.sampled_from(["timer", "cancel"]), about),
        st.tuples(st.just("count"), st.sampled_from(["c", "cc"])),
        st.tuples(st.just("mark"), st.sampled_from(MARKS)),
        st.tuples(st.just("note"), st.sampled_from(["due", "due", "over"])),
        st.tuples(st.just("record"), st.sampled_from(["jd", "ed"])),
    )
    effects = st.lists(wanted, max_size=4).map(tuple)
    members = st.lists(st.tuples(about, st.integers(0, 4)), min_size=0 if alone else 1, max_size=2, unique=True)
    parts = st.sampled_from([-1, -1, 0, 1])
    tokens, some = st.sampled_from(["t1", "t2"]), st.lists(names, max_size=2).map(tuple)
    commits = _of("commit", about, versions, some, effects)
    found = [
        commits,
        commits,
        commits,
        _of("release", windows, members.map(tuple), some, st.booleans(), parts),
        _of("release", st.just("a"), members.map(tuple), some, st.booleans(), parts),
        _of("commit", about, versions, some, st.just((("hold", "a"),))),
        _of("claim", names, about, tokens),
        _of("finish", names, about, tokens, st.sampled_from(["", "C1 1", "C1 2"])),
        _of("drop_timer", about, st.sampled_from([-50, 0, 40])),
        _of("note_feedback", about, st.sampled_from(["useful", "noise"])),
        _of("put_off_note", about, st.sampled_from([0, 40])),
        _of("drop_note", about),
        _of("held", windows),
        _of("timers_due"),
        _of("marks"),
        _of("counted"),
        _of("silences"),
        _of("alerts"),
    ]
    if not repeatable:
        found.append(_of("put_silence", about, st.sampled_from([0, 40, 500]), st.sampled_from(["x", "y"])))
    if alone:
        found += [_of("sweep", st.sampled_from([0, 0, 1, 9, 40])), _of("windows", st.sampled_from([1, 5]))]
        found.append(_of("claim_notes", st.sampled_from([50, 200])))
    return st.one_of(*found)


async def life_view(store: Store) -> dict[str, Any]:
    """Give all that can be asked of a store about the life of alerts."""
    far, ids = NOW + 10**9, [f"dl_{name}-{about}" for name in "xyz" for about in ALERTS]
    counts = dict(await store.key_counts())
    del counts["keys"]
    windows = await store.waiting_in(["desk", "ops"])
    return {
        "alerts": await store.load_alerts(ALERTS),
        "listed": await store.alerts(0, 10),
        "told": await store.alerts_of(["ev_a"]),
        "deliveries": {name: await store.delivery(name) for name in ids},
        "windows": windows,
        "held": {window.name: await store.held(window.name) for window in windows},
        "timers": await store.timers_due(far, 10),
        "marks": await store.marks(["desk/story/st_1"], 0),
        "counted": await store.counted(["c", "cc"]),
        "silences": await store.silences(0),
        "feedback": await store.feedback(["ai"]),
        "counts": counts,
        "notes": await store.claim_notes(far, far, 10),
        "journal": [found for _, found in await store.read_journal("", 1_000, 0)],
    }
