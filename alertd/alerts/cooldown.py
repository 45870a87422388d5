"""What is not told again for a while: by which marks that is known, and which are set. Pure.

A mark says that a receiver was told something about a company, a rule, a portfolio or a story, how loud it was, and
until when nothing else about it is told there that is not louder.
"""

from __future__ import annotations

from collections.abc import Sequence

from alertd.alerts.circumstances import Circumstances, View, mark_name
from alertd.alerts.lanes import news_at
from alertd.alerts.policy import Cooldown, ReceiverPolicy, severity_rank
from alertd.alerts.rules_of import companies_of, identity_of, portfolio_of, rules_of
from alertd.base.clock import rfc3339
from alertd.model import SEVERITIES, CoolMark, Severity, Told

MAX_SUBJECTS = 40
"""Companies of one alert that are looked at."""


def subjects(cooldown: Cooldown, view: View) -> list[str]:
    """Give what a cooldown is about, for an alert."""
    if cooldown.by == "portfolio":
        return [portfolio_of(view)]
    if cooldown.by == "story":
        return [f"{portfolio_of(view)}/{view.alert.story}"]
    if cooldown.by == "company":
        named = dict.fromkeys(company for match in view.matches for company in companies_of(match))
        return list(named)[:MAX_SUBJECTS]
    known = rules_of(view)
    told = dict.fromkeys(match.rule for match in view.matches)
    return [f"{portfolio_of(view)}/{identity_of(rule, known)}" for rule in told][:MAX_SUBJECTS]


def marks_to_read(policy: ReceiverPolicy, view: View) -> list[str]:
    """Name the marks that deciding on an alert rests on."""
    cooldown = policy.cooldown
    return (
        [mark_name(policy.id, cooldown.by, one) for one in subjects(cooldown, view)] if cooldown is not None else []
    )


def marks_to_set(policy: ReceiverPolicy, view: View, circumstances: Circumstances, now: int) -> list[CoolMark]:
    """Give the marks that telling a receiver at once sets."""
    if policy.cooldown is None:
        return []
    until = now + round(policy.cooldown.for_s * 1000)
    return [
        CoolMark(name=name, expected=circumstances.expected(name, now), value=view.severity, until_ms=until)
        for name in marks_to_read(policy, view)
    ]


def cooling(policy: ReceiverPolicy, view: View, circumstances: Circumstances, lane: Told | None, now: int) -> str:
    """Say in words why a receiver is not told again so soon; empty if it may be told.

    Of several companies or rules all must have been told of. What is louder than was told passes.
    """
    cooldown = policy.cooldown
    if cooldown is None:
        return ""
    about = subjects(cooldown, view)
    ends = [_end(mark_name(policy.id, cooldown.by, one), view.severity, circumstances, now) for one in about]
    if cooldown.by == "story" and lane is not None and lane.revision and not _louder(view.severity, lane.severity):
        ends = [max(*ends, news_at(lane) + round(cooldown.for_s * 1000))]  # also after a brief, which sets no mark
    if not ends or min(ends) <= now:
        return ""
    what = "this story" if cooldown.by == "story" else f"{cooldown.by} {_listed(about)}"
    return f"was told of {what}, nothing more until {rfc3339(min(ends))}"


def _end(name: str, severity: Severity, circumstances: Circumstances, now: int) -> int:
    mark = circumstances.mark(name, now)
    if mark is None or mark[0] not in SEVERITIES or _louder(severity, mark[0]):
        return 0
    return mark[1]


def _louder(severity: Severity, told: Severity) -> bool:
    return severity_rank(severity) > severity_rank(told)


def _listed(about: Sequence[str], most: int = 3) -> str:
    more = f" and {len(about) - most} more" if len(about) > most else ""
    return ", ".join(one.rpartition("/")[2] for one in about[:most]) + more
