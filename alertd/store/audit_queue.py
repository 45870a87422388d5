"""Reading everything that is to be sent or done, once: deliveries, chains, queues, windows, timers, full texts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from alertd.errors import Corrupt
from alertd.model import Delivery
from alertd.store.audit import AuditPart
from alertd.store.audit_facts import ChainFact, DeliveryFact, FetchFact, NoteFact, QueueFact, TimerFact, WindowFact
from alertd.store.keys import LANES
from alertd.store.records import from_json, own_record
from alertd.store.types import FetchJob

ENDED = frozenset(("sent", "dead", "superseded", "expired"))


class AuditQueuePart(AuditPart):
    """`audit_deliveries` to `audit_fetches`."""

    async def audit_deliveries(self, since_ms: int) -> AsyncIterator[list[DeliveryFact]]:
        """Give the deliveries that were queued since then, and those that cannot be read."""
        async for rows in self._scan_all("HSCAN", "deliveries"):
            read = {name: _record(name, raw) for name, raw in rows}
            wanted = {n: r for n, r in read.items() if r is None or r.created_ms >= since_ms}
            ended = [name for name, record in wanted.items() if record is not None and record.state in ENDED]
            live = {name: record for name, record in wanted.items() if record is not None and name not in ended}
            facts = [DeliveryFact(id=name, record=None) for name, record in wanted.items() if record is None]
            facts += await self._ended([(name, record) for name in ended if (record := wanted[name]) is not None])
            yield facts + await self._live(live)

    async def _ended(self, records: Sequence[tuple[str, Delivery]]) -> list[DeliveryFact]:
        if not records:
            return []
        names = [name for name, _ in records]
        done, dead = await self.link.pipeline([["ZMSCORE", self.keys(where), *names] for where in ("done", "dead")])
        return [
            DeliveryFact(id=name, record=record, filed=(dead if record.state == "dead" else done)[at] is not None)
            for at, (name, record) in enumerate(records)
        ]

    async def _live(self, records: dict[str, Delivery]) -> list[DeliveryFact]:
        if not records:
            return []
        commands: list[list[str]] = []
        for name, one in records.items():
            commands.append(["HGET", self.keys("chains"), f"{one.chain}/{one.receiver}"])
            commands.append(["ZSCORE", self.keys(f"q:{one.receiver}:{one.lane}"), name])
            commands.append(["HEXISTS", self.keys("bodies"), name])
        found = await self.link.pipeline(commands)
        facts = []
        for at, (name, record) in enumerate(records.items()):
            chain, due, body = found[3 * at : 3 * at + 3]
            ids = chain.decode("utf-8", "replace").split(",") if chain else []
            facts.append(
                DeliveryFact(
                    id=name,
                    record=record,
                    place=ids.index(name) if name in ids else -1,
                    due_ms=None if due is None else int(float(due)),
                    body=bool(body),
                )
            )
        return facts

    async def audit_chains(self) -> AsyncIterator[list[ChainFact]]:
        """Give the chains with the state of each delivery in them."""
        async for rows in self._scan_all("HSCAN", "chains"):
            chains = [(name, [i for i in raw.decode("utf-8", "replace").split(",") if i]) for name, raw in rows]
            wanted = [one for _, ids in chains for one in ids]
            raws = await self.link.call("HMGET", self.keys("deliveries"), *wanted) if wanted else []
            state = {
                name: record.state if (record := _record(name, raw)) is not None else "unreadable"
                for name, raw in zip(wanted, raws, strict=True)
                if raw is not None
            }
            yield [ChainFact(name=name, ids=ids, states=[state.get(i, "") for i in ids]) for name, ids in chains]

    async def audit_queues(self) -> AsyncIterator[list[QueueFact]]:
        """Give what stands in the queues, and among what has ended, with the record behind it."""
        receivers = sorted(name.decode() for name in await self.link.call("SMEMBERS", self.keys("receivers")))
        queues = [f"q:{receiver}:{lane}" for receiver in receivers for lane in LANES]
        for where in (*queues, "done", "dead"):
            async for rows in self._scan_all("ZSCAN", where):
                names = [name for name, _ in rows]
                raws = await self.link.call("HMGET", self.keys("deliveries"), *names)
                yield [
                    QueueFact(where=where, id=name, record=_record(name, raw), there=raw is not None)
                    for name, raw in zip(names, raws, strict=True)
                ]

    async def audit_windows(self) -> list[WindowFact]:
        """Give the windows of held alerts; there are as many as receivers times portfolios at most."""
        flat = await self.link.call("ZRANGE", self.keys("windows"), 0, -1, "WITHSCORES")
        facts = []
        for at in range(0, len(flat), 2):
            name = flat[at].decode("utf-8", "replace")
            alerts = [
                one.decode("utf-8", "replace") for one in await self.link.call("HKEYS", self.keys(f"held:{name}"))
            ]
            there = await self.link.pipeline([["EXISTS", self.keys(f"alert:{one}")] for one in alerts])
            lost = [one for one, exists in zip(alerts, there, strict=True) if not exists]
            facts.append(
                WindowFact(name=name, until_ms=int(float(flat[at + 1])), members=len(alerts), lost=sorted(lost))
            )
        return facts

    async def audit_timers(self) -> AsyncIterator[list[TimerFact]]:
        """Give the timers of alerts."""
        async for rows in self._scan_all("ZSCAN", "timers"):
            alerts = [name.split("/")[1] if name.count("/") == 2 else "" for name, _ in rows]
            there = await self.link.pipeline([["EXISTS", self.keys(f"alert:{alert}")] for alert in alerts])
            yield [
                TimerFact(name=name, due_ms=int(float(due)), alert=bool(exists))
                for (name, due), exists in zip(rows, there, strict=True)
            ]

    async def audit_notes(self) -> AsyncIterator[list[NoteFact]]:
        """Give the notes that models are to write."""
        async for rows in self._scan_all("ZSCAN", "note_due"):
            there = await self.link.pipeline([["EXISTS", self.keys(f"alert:{alert}")] for alert, _ in rows])
            yield [
                NoteFact(id=alert, due_ms=int(float(due)), alert=bool(exists))
                for (alert, due), exists in zip(rows, there, strict=True)
            ]

    async def audit_fetches(self) -> AsyncIterator[list[FetchFact]]:
        """Give the full texts that are to be fetched, and what stands in their schedules without one."""
        for command, name in (("HSCAN", "fetches"), ("ZSCAN", "fetch_due"), ("ZSCAN", "fetch_ends")):
            async for rows in self._scan_all(command, name):
                events = [event for event, _ in rows]
                jobs, due, ends, headers = await self.link.pipeline(
                    [
                        ["HMGET", self.keys("fetches"), *events],
                        ["ZMSCORE", self.keys("fetch_due"), *events],
                        ["ZMSCORE", self.keys("fetch_ends"), *events],
                        ["HMGET", self.keys("fetch_headers"), *events],
                    ]
                )
                yield [
                    FetchFact(
                        event=event,
                        job=_job(jobs[at]),
                        due_ms=None if due[at] is None else int(float(due[at])),
                        end_ms=None if ends[at] is None else int(float(ends[at])),
                        header=headers[at] is not None,
                    )
                    for at, event in enumerate(events)
                    if command == "HSCAN" or jobs[at] is None
                ]


def _record(name: str, raw: bytes | None) -> Delivery | None:
    try:
        return own_record(name, raw)
    except Corrupt:
        return None


def _job(raw: bytes | None) -> FetchJob | None:
    try:
        return None if raw is None else from_json(raw, FetchJob, "a fetch job")
    except Corrupt:
        return None
