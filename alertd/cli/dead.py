"""`alertd dead`: what could not be delivered or matched, and sending it again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from alertd.asking.dead import dead_letters, letter_row, send_again
from alertd.asking.desk_view import DeskView
from alertd.asking.past_rules import Books
from alertd.base.clock import rfc3339, system_clock
from alertd.cli.connect import command_store, reach_of
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
    told,
)
from alertd.model import Delivery
from alertd.store.types import DeadEvent


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
            return await dead_letters(store, DeskView(desk, Books(reach, told), store.load_alerts), limit)

    letters, events = guarded(work)
    if json:
        print_json({"deliveries": [letter_row(d) for d in letters], "events": events}, pretty=True)
    else:
        _show(letters, events, limit)


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
            view = DeskView(desk, Books(reach, told), store.load_alerts)
            return await send_again(store, view, wanted, system_clock(), everything=everything)

    queued = guarded(work)
    unknown = sorted(set(wanted) - set(queued))
    if json:
        print_json({"queued": queued, "unknown": unknown}, pretty=True)
    elif queued or everything:
        stdout().print(f"{counted(len(queued), 'delivery', 'deliveries')} queued again")
    if unknown:
        fail(f"no dead {'deliveries' if len(unknown) > 1 else 'delivery'}: {', '.join(unknown)}")
