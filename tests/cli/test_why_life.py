"""`alertd why` of what lives on after it was decided: rules of the time, alerts, silences, receivers, `--rule`."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from alertd.base.clock import rfc3339, system_clock
from alertd.model import (
    Alert,
    AlertState,
    Change,
    Decision,
    Event,
    JournalRecord,
    Match,
    Severity,
    Silence,
    Told,
    event_to_dict,
)
from alertd.rules.loader import load_rules
from alertd.rules.places import kept_rules
from tests.cli.conftest import PORTFOLIO, Desk
from tests.cli.test_why import DECIDED, SENT, decision, delivery_record, event_record, why


def keep(desk: Desk, portfolio: str = PORTFOLIO) -> str:
    """Keep rules as a daemon that had them in force would; gives their version."""
    file = desk.folder / "rules/portfolios/ai.yaml"
    today = file.read_text()
    file.write_text(portfolio)
    book = load_rules(desk.folder / "rules").book
    kept_rules(desk.folder / "var").keep(book, 86_400)
    file.write_text(today)
    return book.version


def state(name: str = "al_1", portfolio: str = "ai", **about: Any) -> AlertState:
    alert = Alert(
        id=name, revision=2, portfolio=portfolio, subject="st_1", severity="high", title="Vega leases Orion",
        matches=[], story="st_1", first_at=DECIDED, updated_at=SENT, status="acknowledged", acknowledged_by="jd",
        acknowledged_at=SENT, feedback={"jd": "useful"},
        changes=[Change(at=DECIDED, revision=1, event="ev_1", event_revision=1, reason="first", text="first report")],
    )  # fmt: skip
    lanes = {
        "desk": Told(revision=2, at_ms=1_768_203_724_250, severity="high"),
        "oms": Told(held="oms/brief//1768203724250", held_since_ms=1_768_203_724_000),
    }
    return AlertState(alert=alert, told=lanes, **about)


def stored(desk: Desk, alert: AlertState) -> None:
    desk.do(lambda store: store.commit(alert.alert.id, 0, alert, [], system_clock()))


def test_rules_are_asked_as_they_were_when_the_event_was_decided(desk: Desk) -> None:
    then = PORTFOLIO.replace("{title: dispute}", "{title: quarrel}")
    record = event_record(decision())
    record.data["rules_version"] = keep(desk, then)
    desk.journal(record)
    told = "\n".join(why(desk, "ev_1", "ai"))
    assert "ai: the rules that did not hold, as they were then:" in told
    assert "✗ title: quarrel" in told
    assert "dispute}" not in told


def test_what_nobody_was_told_is_explained_although_todays_rules_are_broken(desk: Desk) -> None:
    record = event_record(matches=[])
    record.data["rules_version"] = keep(desk)
    desk.journal(record)
    (desk.folder / "rules/portfolios/ai.yaml").write_text("portfolio: [")
    assert "      ai/sour: ✗ title: dispute  — not in the title" in why(desk, "ev_1")


def test_a_portfolio_of_that_time_is_explained_although_it_is_gone(desk: Desk) -> None:
    record = event_record(decision())
    record.data["rules_version"] = keep(desk)
    desk.journal(record)
    file = desk.folder / "rules/portfolios/ai.yaml"
    file.write_text(file.read_text().replace("portfolio: ai", "portfolio: renamed"))
    assert "    ai: the rules that did not hold, as they were then:" in why(desk, "ev_1", "ai")


def test_json_with_a_portfolio_has_what_each_rule_says(desk: Desk) -> None:
    desk.journal(event_record(decision()))
    (record,) = desk.run("why", "ev_1", "ai", "--json").json
    said = {rule["rule"]: (rule["truth"], rule["because"]) for rule in record["rules"]}
    assert said == {"lease": (True, []), "sour": (False, ["✗ title: dispute  — not in the title"])}


def test_an_alert_says_how_it_stands_and_what_each_receiver_knows(desk: Desk) -> None:
    stored(desk, state())
    desk.journal(event_record(decision()), delivery_record("1"))
    desk.journal(
        JournalRecord(
            kind="answer",
            at=SENT,
            ids=["al_1"],
            reason="acknowledge",
            data={"who": "jd", "via": "slack", "revision": 2, "note": "on it", "receivers": {"desk": "dl_2"}},
        )
    )
    told = why(desk, "al_1", "--full")
    assert f"{SENT}  answer acknowledged by jd (slack), revision 2: on it; desk: dl_2" in told
    assert told[told.index("now  alert al_1 of ai is acknowledged, high, revision 2") + 1 :] == [
        "    “Vega leases Orion”",
        f"    acknowledged by jd at {SENT}",
        "    jd calls it useful",
        "    desk: queued revision 2 at 2026-01-12T07:42:04.250Z, high",
        "    oms: not told; waits since 2026-01-12T07:42:04.000Z in the brief until 2026-01-12T07:42:04.250Z",
        f"    {DECIDED} revision 1: first: first report",
    ]


def test_an_alert_is_known_by_the_beginning_of_its_id(desk: Desk) -> None:
    one, two = f"al_f3gf{'a' * 22}", f"al_f3gf{'b' * 22}"
    stored(desk, state(one))
    assert why(desk, "al_f3gf")[0] == f"now  alert {one} of ai is acknowledged, high, revision 2"
    stored(desk, state(two, desk="credit"))
    done = desk.run("why", "al_f3gf")
    assert (done.code, "al_f3gf is the beginning of 2 alerts" in done.err) == (1, True)
    assert one in why(desk, "al_f3gf", "--desk", "energy")[0]
    other = desk.run("why", "al_f3gfb", "--desk", "energy")
    assert (other.code, two in other.out + other.err) == (1, False)


def test_what_waits_for_a_parked_receiver_has_no_time_that_is_over(desk: Desk) -> None:
    desk.park("desk", "HTTP 410")
    told = why(desk, "dl_parked")
    assert "is kept: parked, asked again at 20" in told[-1]
    assert told[-1].endswith("; attempt 1 failed: HTTP 410")
    assert told[-2].endswith("HTTP 410; kept until the receiver is asked again")
    assert "    parked: HTTP 410; asked again at 20" in "\n".join(why(desk, "desk"))


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("silenced: by si_1 until 2026-01-13", "somebody silenced it (by si_1 until 2026-01-13)"),
        ("quiet_until: 2026-01-13T06:30:00.000Z", "held back during quiet hours (2026-01-13T06:30:00.000Z)"),
        ("folded_into: storm until 2026", "folded into another message (storm until 2026)"),
        ("cooldown: told 5 min ago", "too soon after the last message about this (told 5 min ago)"),
        ("no_receiver", "no receiver is entitled to it or wants it"),
        ("dl_1", "dl_1"),
    ],
)  # fmt: skip
def test_each_receivers_outcome_is_said_in_words(desk: Desk, what: str, said: str) -> None:
    desk.journal(event_record(decision(desk=what)))
    assert f"        desk: {said}" in why(desk, "ev_1")


def test_a_silence_says_who_made_it_what_it_is_about_and_whether_it_is_in_force(desk: Desk) -> None:
    now = system_clock()
    silence = Silence(
        id="si_1", author="jd", reason="maintenance", created_at=SENT, starts_at=rfc3339(now - 1000),
        ends_at=rfc3339(now + 3_600_000), portfolios=["ai"],
    )  # fmt: skip
    record = JournalRecord(kind="silence", at=SENT, ids=["si_1"], reason="made", data=msgspec.to_builtins(silence))
    desk.do(lambda store: store.put_silence(silence, record, now))
    held = event_record(decision("silenced", desk=f"silenced: by si_1 until {silence.ends_at}"))
    desk.journal(msgspec.structs.replace(held, ids=[*held.ids, "si_1"]))
    told = why(desk, "si_1")
    assert told[0].startswith(f"{DECIDED}  event ev_1 from wire")
    assert f"{SENT}  silence made by jd until {silence.ends_at}: maintenance (portfolios ai)" in told
    assert told[-3:] == [
        f"now  silence si_1 is in force until {silence.ends_at}: maintenance",
        f"    made by jd at {SENT} · from {silence.starts_at} to {silence.ends_at}",
        "    portfolios: ai",
    ]


def test_a_receiver_says_what_waits_for_it(desk: Desk) -> None:
    desk.deliver("1")
    desk.bury("2")
    assert why(desk, "desk")[-1] == (
        "now  receiver desk: never sent to; 1 queued, 0 behind them, 1 dead, 1 failure in a row"
    )


# --- one rule, many events ----------------------------------------------------------------------------------------


def arrived(number: int, title: str, at: str, held: bool = False, severity: Severity = "high") -> JournalRecord:
    event = Event(id=f"ev_{number}", source="wire", title=title, seen_at=at, event_at=at)
    match = Match(rule="lease", rule_hash="h", portfolio="ai", event=event.id, event_revision=1, severity=severity)
    told = Decision(
        portfolio="ai", alert="al_1", alert_revision=1, reason="first", receivers={"desk": "dl_1"}, rules=["lease"]
    )
    data = {
        "event": event_to_dict(event),
        "matches": msgspec.to_builtins([match] if held else []),
        "decisions": msgspec.to_builtins([told] if held else []),
    }  # fmt: skip
    return JournalRecord(kind="event", at=at, ids=[event.id], reason="first" if held else "no_match", data=data)


@pytest.fixture
def day(desk: Desk) -> Desk:
    now = system_clock()
    desk.journal(
        arrived(1, "Vega to lease Orion", rfc3339(now - 7_200_000), held=True),
        arrived(2, "A dispute at Vega", rfc3339(now - 3_600_000)),
        arrived(3, "Vega sells Orion", rfc3339(now - 60_000)),
    )
    return desk


def test_a_rule_says_for_which_events_it_held_nearly_held_and_did_not(day: Desk) -> None:
    told = why(day, "--rule", "sour", "--since", "3h")
    assert told[0].endswith(": 3 events")
    assert told[1] == "  held 0, nearly 2, not 1, not asked 0"
    assert "not held, the nearest first:" in told
    nearest = [line.split("  ")[2] for line in told if " ev_" in line]
    assert nearest == ["ev_2 “A dispute at Vega”", "ev_1 “Vega to lease Orion”", "ev_3 “Vega sells Orion”"]
    assert "      ✗ text: lease  — not in title or body" in told


def test_what_a_rule_held_for_is_told_with_what_came_of_it(day: Desk) -> None:
    told = why(day, "--rule", "ai/lease", "--since", "3h")
    assert told[1] == "  held 1, nearly 0, not 2, not asked 0", "a rule of one condition is never nearly true"
    held = told[told.index("held, the newest last:") + 1 :]
    assert held[0].endswith("ev_1 “Vega to lease Orion”: first")
    assert held[1] == "      desk: dl_1"


def test_only_what_came_since_is_looked_at_and_json_has_the_counts(day: Desk) -> None:
    found = json.loads(day.run("why", "--rule", "sour", "--portfolio", "ai", "--since", "90m", "--json").out)
    assert found["counts"] == {"held": 0, "nearly": 1, "not": 1, "not asked": 0}
    assert [row["event"] for row in found["missed"]] == ["ev_2", "ev_3"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--rule", "leese"], "there is no rule leese (did you mean ai/lease?)"),
        (["--rule", "lease", "--since", "soon"], "--since takes a time"),
        (["ev_1", "--rule", "lease"], "name either an EVENT or a --rule"),
        ([], "name an EVENT, or a rule by --rule"),
    ],
)
def test_what_is_asked_wrongly_is_said(desk: Desk, words: list[str], says: str) -> None:
    done = desk.run("why", *words)
    assert (done.code, done.out) == (2, "")
    assert says in done.err


def test_a_rule_that_two_portfolios_have_must_be_named_with_one(desk: Desk) -> None:
    (desk.folder / "rules/portfolios/two.yaml").write_text(PORTFOLIO.replace("portfolio: ai", "portfolio: two"))
    done = desk.run("why", "--rule", "lease")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "several portfolios have a rule lease: ai, two" in done.err
