"""All real feeds, polled by the daemon until quiet: nothing is lost and nothing is made up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from alertd.model import JournalRecord
from alertd.store.embedded import socket_url
from alertd.store.redis import open_store
from tests.conformance.rig import FeedSite, entries_found, rig, source_id
from tests.support.daemon import Daemon, eventually


async def _journal(daemon: Daemon) -> list[JournalRecord]:
    url = socket_url(daemon.state_dir)
    assert url
    store = await open_store(url, "alertd", name="alertd:test")
    records: list[JournalRecord] = []
    after = "0"
    while lines := await store.read_journal(after, 500, 0):
        after = lines[-1][0]
        records += [record for _, record in lines]
    await store.aclose()
    return records


def _accounts(records: Sequence[JournalRecord]) -> tuple[dict[str, set[str]], dict[str, list[str]]]:
    """Give, for each source, the events it led to, and the reasons of the entries that became none."""
    events: dict[str, set[str]] = defaultdict(set)
    reasons: dict[str, list[str]] = defaultdict(list)
    for record in records:
        if record.kind == "event":
            events[record.data["event"]["source"]].add(record.data["event"]["id"])
        elif record.kind == "entry":
            reasons[record.ids[0]].append(record.reason)
    return events, reasons


async def _second_round(daemon: Daemon, site: FeedSite) -> None:
    site.round = 1
    names = {source_id(path, site.files) for path in site.files}

    async def all_polled() -> bool:
        # Twice each: the first may still have been under way when the round changed.
        return all(site.polls[1, name] >= 2 for name in names)

    await eventually(all_polled, "every feed was polled again")
    await eventually(daemon.quiet, "it is quiet again")


async def test_every_entry_of_every_real_feed_is_an_event_a_duplicate_or_rejected_with_a_reason(
    tmp_path: Path,
) -> None:
    async with rig(tmp_path) as (daemon, site, sink):
        await daemon.start()
        status = await eventually(daemon.quiet, "everything was polled and sent", 300)
        failing = {s["id"]: s["error"] for s in status["sources"] if s["state"] != "fine"}
        events, reasons = _accounts(await _journal(daemon))
        wrong = []
        for path in site.files:
            name, found = source_id(path, site.files), entries_found(path)
            made, left = len(events[name]), len(reasons[name])
            if name in failing:
                assert failing[name], f"{path.name} failed without a reason"
                if found > 0:
                    wrong.append(f"{path.name}: refused although it has {found} entries: {failing[name]}")
            elif found >= 0 and made + left != found:
                wrong.append(f"{path.name}: {found} entries, {made} events, {left} others: {reasons[name]}")
        assert not wrong, "\n".join(wrong)
        total = {event for made in events.values() for event in made}
        assert len(total) == sum(map(len, events.values())), "an event belongs to two sources"
        told = {key.partition(":")[0] for key in sink.by_event}
        assert told == total, f"{len(total - told)} events were not delivered, {len(told - total)} were made up"
        assert not sink.wrong, sink.wrong[:5]
        assert sink.repeats == 0

        before = len(sink.bodies)
        await _second_round(daemon, site)
        again, _ = _accounts(await _journal(daemon))
        added = {name: again[name] - events[name] for name in again if again[name] - events[name]}
        assert not added, f"a second poll of everything added something: {added}"
        assert len(sink.bodies) == before
    print(f"\n{len(site.files)} feeds, {len(total)} events, {sum(map(len, reasons.values()))} entries with another "
          f"reason, {len(failing)} refused, {before} signed webhooks, 0 repeats")  # fmt: skip
