"""What `alertd sources` prints for people."""

from __future__ import annotations

from typing import Any

from alertd.base.clock import parse_rfc3339
from alertd.cli.output import ago, counted, plain, print_table, stdout
from alertd.sources.standing import in_words
from alertd.workers.source_rows import NOT_ASKED, span


def show_all(rows: list[dict[str, Any]], every: list[dict[str, Any]], now: int) -> None:
    """Print a line for each of the rows, and above it how many of all are fine. `now` in ms."""
    fine = sum(row["state"] == "fine" for row in every)
    print_table(
        f"Sources: {fine} of {len(every)} fine",
        ["id", "type", "state", "for", "last item", "last good", "rate", "why"],
        [_line(row, now) for row in rows],
    )


def _line(row: dict[str, Any], now: int) -> list[object]:
    item, answer = ago(row["last_new_at"], now) or "never", ago(row["last_success_at"], now) or "never"
    since, rate = _for(row["since_at"], now), _rate(row["per_day"])
    return [row["id"], row["type"], row["state"], since, item, answer, rate, row["why"]]


def _for(at: str | None, now: int) -> str:
    return ago(at, now).removesuffix(" ago")


def _rate(per_day: float | None) -> str:
    """Write a rate of items as a person would: by the day, or by the week where it is less than one a day."""
    if not per_day:
        return ""
    if per_day < 1:
        return f"{per_day * 7:.1g}/week"
    return f"{per_day:.0f}/day" if per_day >= 10 else f"{per_day:.1f}/day"


def show_one(row: dict[str, Any], now: int) -> None:
    """Print all that is known of one. `now` in ms."""
    console = stdout()
    since = f" for {_for(row['since_at'], now)}" if row["since_at"] else ""
    why = f": {plain(row['why'])}" if row["why"] else ""
    console.print(f"{plain(row['id'])}  {row['type']}, {row['state']}{since}{why}")
    lag = f", usually {row['usual_lag_s']:.0f} s after publication" if row["usual_lag_s"] else ""
    rate = _rate(row["per_day"])
    lines = {
        "asked at": row["asked_at"],
        "moved to": row["moved_to"],
        "last item": f"{ago(row['last_new_at'], now) or 'never'}{f', {rate}' if rate else ''}{lag}",
        "last good": ago(row["last_success_at"], now) or "never",
        "last asked": ago(row["last_poll_at"], now) or "never",
        "next asked": ago(row.get("next_poll_at"), now),
        "in all": f"{counted(row['polls'], 'poll')}, {counted(row['events'], 'event')}, "
        f"{counted(row['duplicates'], 'duplicate')}",
        "last read": f"{row['entries']} {'entry' if row['entries'] == 1 else 'entries'}, {row['rejected']} rejected",
    }
    for name, value in lines.items():
        if value:
            console.print(f"  {name:<12} {plain(value)}")
    if not row["spells"]:
        return
    console.print()
    print_table(
        "Not seen (the newest first)",
        ["when, in UTC", "for", "why", "became"],
        [_spell(spell, now) for spell in reversed(row["spells"])],
    )


def _spell(spell: dict[str, Any], now: int) -> list[object]:
    since, until = parse_rfc3339(spell["since_at"]), parse_rfc3339(spell["until_at"])
    length = in_words((until - since) / 1000)
    return [span(since, until, now), length, spell["why"] or NOT_ASKED, spell["text"]]
