"""What grows old by itself: the rules, the table of companies; and whether what is in force is what lies there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path

from alertd.app.doctor.verdict import Verdict
from alertd.companies.registrants import newest_registrants, updated_file
from alertd.errors import Fault

RULES_DAYS = 365
TABLE_DAYS = 100
"""The SEC's list changes every day; after a quarter some hundred names and tickers are others."""
DAY_S = 86_400


def judge_faults(faults: Sequence[Fault]) -> Verdict:
    """Say whether settings and rules can be loaded as they lie there."""
    errors = sum(fault.severity == "error" for fault in faults)
    if errors:
        count = f"{errors} fault" if errors == 1 else f"{errors} faults"
        return Verdict("bad", "rules", f"settings and rules have {count}", "alertd check names each of them")
    warnings = sum(fault.severity == "warning" for fault in faults)
    more = f", with {warnings} warning{'s' * (warnings > 1)}" if warnings else ""
    return Verdict("ok", "rules", f"settings and rules can be loaded{more}", "alertd check" if warnings else "")


def last_changed(rules: Path) -> float | None:
    """Give when a file of the rules was changed last, in seconds since the epoch; None where there is none."""
    newest: float | None = None
    for path in rules.rglob("*"):
        if path.suffix.lower() in (".yaml", ".yml"):
            with suppress(OSError):
                newest = max(newest or 0.0, path.stat().st_mtime)
    return newest


def judge_age(changed_s: float | None, now_s: float) -> Iterator[Verdict]:
    """Judge when somebody has worked on the rules last."""
    if changed_s is None:
        return
    days = max(int((now_s - changed_s) / DAY_S), 0)
    says = f"the rules were changed {days} days ago" if days else "the rules were changed today"
    if days > RULES_DAYS:
        advice = (
            "read them again, with `alertd alerts --by-rule`: what did each bring, and is it still what you hold?"
        )
        yield Verdict("warn", "rules", says, advice)
    else:
        yield Verdict("ok", "rules", says)


def judge_in_force(in_force: str, there: str) -> Iterator[Verdict]:
    """Compare the version of the rules in force with that of the files; either may be unknown."""
    if in_force and there and in_force != there:
        yield Verdict(
            "warn",
            "rules",
            f"version {in_force[:12]} is in force, the files are {there[:12]}",
            "reload (SIGHUP, systemctl reload alertd); `alertd status` says whether one was refused",
        )


def judge_companies(state_dir: Path, today: date) -> Iterator[Verdict]:
    """Judge the table of companies in use."""
    table, wrong = newest_registrants(updated_file(state_dir))
    if wrong:
        yield Verdict("warn", "companies", wrong, "alertd companies update fetches it anew")
    days = (today - date.fromisoformat(table.as_of)).days
    says = f"{len(table.companies):,} companies as of {table.as_of}"
    if days > TABLE_DAYS:
        advice = "alertd companies update: younger companies and new tickers are not known"
        yield Verdict("warn", "companies", f"{says}, {days} days ago", advice)
    else:
        yield Verdict("ok", "companies", says)
