"""`alertd dead`: what could not be delivered or matched, and sending it again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from alertd.base.clock import rfc3339, system_clock
from alertd.cli.connect import command_store, reach_of
from alertd.cli.desk_view import DeskView
from alertd.cli.output import (
    ConfigOption,
    DeskOption,
    JsonOption,
    ago,
    counted,
    fail,
    guarded,
    print_json,
    print_table,
    stdout,
)
from alertd.cli.past_rules import Books
from alertd.model import Delivery
from alertd.store.redis import RedisStore
from alertd.store.types import DeadEvent

BATCH = 1000
MOST = 100_000
"""Dead deliveries among which a desk's are looked for: more than a store keeps."""


def dead(
    config: ConfigOption = None,
    json: JsonOption = False,
    retry: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Send this dead delivery again (repeatable).")
    ] = None,
    retry_all: Annotated[bool, typer.Option("--retry-all", help="Send every dead delivery again.")] = False,
    limit: Annotated[int, typer.Option(metavar="N", help="Show at most so many, the newest.", min=1)] = 100,
    desk: DeskOption = None,
) -> None:
    """List what could not be delivered, or send it again.

    Also lists events that could not be matched, which are no desk's. A delivery sent again keeps its
    id, so that the receiver can tell.
    """
    if retry or retry_all:
        _retry(config, retry or [], desk, everything=retry_all, json=json)
        return

    async def work() -> tuple[list[Delivery], list[DeadEvent]]:
        reach = reach_of(config)
        async with command_store(reach) as store:
            if desk is None:
                return await store.dead_deliveries(limit), await store.dead_events(limit)
            view = DeskView(desk, Books(reach), store.load_alerts)
            return (await _seen(view, await store.dead_deliveries(MOST)))[:limit], []

    letters, events = guarded(work)
    if json:
        print_json({"deliveries": [_row(d) for d in letters], "events": events}, pretty=True)
    else:
        _show(letters, events, limit)


async def _seen(view: DeskView, deliveries: list[Delivery]) -> list[Delivery]:
    return [one for one in deliveries if await view.sees_delivery(one)]


def _row(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "receiver": delivery.receiver,
        "alert": delivery.alert or None,
        "alert_revision": delivery.alert_revision,
        "attempts": delivery.attempts,
        "created_at": rfc3339(delivery.created_ms),
        "died_at": rfc3339(delivery.finished_ms),
        "reason": delivery.error,
    }


def _show(letters: list[Delivery], events: list[DeadEvent], limit: int) -> None:
    now = system_clock()
    if not letters and not events:
        stdout().print("no dead letters")
    if letters:
        print_table(
            "Deliveries that were given up",
            ["delivery", "receiver", "alert", "attempts", "given up", "reason"],
            [[d.id, d.receiver, d.alert or "-", d.attempts, ago(rfc3339(d.finished_ms), now), d.error]
             for d in letters],
        )  # fmt: skip
        more = f"; these are the newest {limit}, --limit shows more" if len(letters) == limit else ""
        stdout().print(f"alertd why ID tells the story of one; alertd dead --retry ID sends it again{more}")
    if events:
        print_table(
            "Events that could not be matched",
            ["event", "when", "reason"],
            [[e.event_id, ago(rfc3339(e.at_ms), now), e.reason] for e in events],
        )


def _retry(config: Path | None, wanted: list[str], desk: str | None, *, everything: bool, json: bool) -> None:
    async def work() -> list[str]:
        reach = reach_of(config)
        async with command_store(reach) as store:
            if desk is None:
                queued = await (_all(store) if everything else store.retry_dead(wanted, system_clock()))
            else:
                there = await _seen(
                    DeskView(desk, Books(reach), store.load_alerts), await store.dead_deliveries(MOST)
                )
                meant = [one.id for one in there if everything or one.id in wanted]
                queued = await store.retry_dead(meant, system_clock())
            await _end_pauses(store, queued, everything=everything and desk is None)
            return queued

    queued = guarded(work)
    unknown = sorted(set(wanted) - set(queued))
    if json:
        print_json({"queued": queued, "unknown": unknown}, pretty=True)
    elif queued or everything:
        stdout().print(f"{counted(len(queued), 'delivery', 'deliveries')} queued again")
    if unknown:
        fail(f"no dead {'deliveries' if len(unknown) > 1 else 'delivery'}: {', '.join(unknown)}")


async def _all(store: RedisStore) -> list[str]:
    """Queue all of them; each once, also if one dies again meanwhile."""
    done: dict[str, None] = {}
    while letters := [d.id for d in await store.dead_deliveries(BATCH) if d.id not in done]:
        queued = await store.retry_dead(letters, system_clock())
        done |= dict.fromkeys(queued)
        if len(queued) < len(letters):  # another hand is at work: what it took is not ours to take again
            break
    return list(done)


async def _end_pauses(store: RedisStore, queued: list[str], *, everything: bool) -> None:
    """Let the receivers be asked now: one that was gone is parked for an hour, but a person says that it is back."""
    deliveries = [await store.delivery(delivery_id) for delivery_id in queued]
    meant = {delivery.receiver for delivery in deliveries if delivery}
    if everything:
        meant |= {receiver for receiver, health in (await store.receiver_health()).items() if health.parked}
    for receiver in sorted(meant):
        await store.pause_receiver(receiver, 0)
