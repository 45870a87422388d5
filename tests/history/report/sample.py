"""A month of a small portfolio, as tests and pictures show it: made up, and always the same."""

from __future__ import annotations

import random

from msgspec.structs import replace

from alertd.history.analytics.model import Report
from alertd.history.analytics.subject import Held
from alertd.model import Severity
from tests.history.analytics.tables import DAY, HOUR, MINUTE, SUBJECT, UNTIL, Tables

HELD = (
    Held(company="nvda", label="NVDA", weight=0.08),
    Held(company="vrt", label="VRT", weight=0.035),
    Held(company="spacex", label="SpaceX", weight=0.02),
    Held(company="orcl", label="ORCL", weight=-0.025),
    Held(company="anet", label="ANET", weight=0.03),
    Held(company="etn", label="ETN", weight=0.015),
)
WORDS = {
    "compute_lease": "{} leases compute to a model builder for $1.2bn a year",
    "guidance_cut": "{} cuts its full-year guidance as power contracts slip",
    "contract_award": "{} wins a cooling contract for three data centers",
    "contract_dispute": "{} disputes the termination of a supply agreement",
}
RULES = {
    "big-compute-lease": "Compute lease of half a billion a year or more",
    "lease-turns-sour": "Dispute after a lease",
}
LOUD: tuple[Severity, ...] = ("low", "medium", "high", "critical")


def sample(days: int = 30) -> Report:
    """Make the report, of the last days of four months of news."""
    subject = replace(SUBJECT, holdings=HELD, rules=RULES)
    return filled().report(subject, UNTIL - days * DAY)


def filled() -> Tables:
    """Fill the tables with news, the same each time."""
    dice, past = random.Random(7), Tables()
    past.line(UNTIL - 130 * DAY)
    number = 0
    for back in range(125, 0, -1):
        for _ in range(dice.choice((0, 1, 2, 3)) if back % 7 in (1, 2) else dice.choice((2, 3, 4, 6))):
            number += 1
            _story(past, dice, number, UNTIL - back * DAY + dice.randrange(DAY))
    return past


def _story(past: Tables, dice: random.Random, number: int, at: int) -> None:
    held = dice.choice(HELD[:5])
    kind = dice.choice(list(WORDS))
    tone = (-0.55 if kind in ("guidance_cut", "contract_dispute") else 0.5) + dice.uniform(-0.3, 0.3)
    events = [
        past.event(
            f"ev_{number}_{n}", at + n * 20 * MINUTE, (held.company, tone),
            story=f"st_{number}", source=dice.choice(("prwire", "newswire", "edgar")), types=(kind,), sources=n,
            title=WORDS[kind].format(held.label),
            confidence=0.8, visible_ms=at + n * 20 * MINUTE - dice.randrange(500, 9000), tone=tone,
            decided_ms=at + n * 20 * MINUTE + dice.randrange(30, 400),
        )
        for n in range(1, dice.choice((2, 2, 3, 5)))
    ]  # fmt: skip
    past.touch(events[0], held.company, held.weight, label=held.label)
    if held.label == "SpaceX":
        past.touch(events[0], "nvda", 0.078, ("supplies SpaceX",))
        past.touch(events[0], "etn", 0.015, ("supplies Vertiv", "supplies SpaceX"))
    if number % 3 == 0:
        rules = ("big-compute-lease",) if kind == "compute_lease" else ("lease-turns-sour",)
        raised = at + 20 * MINUTE + 300
        judged = dice.choice((0, 0, 1))
        past.alert(
            f"al_{number}", raised, events[0], LOUD[number // 3 % 4], rules, story=f"st_{number}",
            useful=judged, noise=int(not judged and number % 2), acknowledged_by="pm" if judged else None,
        )  # fmt: skip
        past.sent(f"al_{number}", "pm-phone", raised, raised + dice.randrange(200, 3000))


def hostile() -> Report:
    """Make a report on what strangers wrote."""
    bad = "<script>alert(1)</script><img src=x onerror=y> \u202egnp.exe\x1b[31m\r\nBcc: x \"'"
    past = Tables()
    event = past.event("e", UNTIL - HOUR, ("nvda", 0.1), story="st", source=bad, types=(bad,))
    past.db.execute("UPDATE events SET title = ?, url = ?", (bad, "javascript:alert(1)"))
    past.touch(event, "nvda", 0.08)
    past.touch(event, "vrt", 0.08, (bad,))
    past.db.execute("UPDATE touched SET label = ?", (bad,))
    past.alert(bad, UNTIL - HOUR, event, rules=(bad,), story="st")
    past.sent(bad, bad, UNTIL - HOUR, UNTIL - HOUR + 5)
    named = tuple(replace(one, label=bad) for one in SUBJECT.holdings)
    return past.report(replace(SUBJECT, title=bad, holdings=named, rules={bad: bad}))
