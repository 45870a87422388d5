"""`alertd why`: the story of an event, an alert, a delivery or a source, from the journal."""

from __future__ import annotations

import json
from typing import Any, get_args

import msgspec
import pytest

from alertd.asking.journal_text import REASONS
from alertd.base.clock import system_clock
from alertd.model import (
    CompanyMention,
    Decision,
    Event,
    Evidence,
    JournalRecord,
    Match,
    Provenance,
    Reason,
    event_to_dict,
)
from tests.cli.conftest import Desk

SEEN = "2026-01-12T07:42:03.000Z"
DECIDED = "2026-01-12T07:42:03.020Z"
SENT = "2026-01-12T07:42:04.250Z"
EVENT = Event(
    id="ev_1", source="wire", title="Vega leases Orion", body="Vega agreed to lease Orion to Lumen.\n",
    url="https://wire.example.com/1", published_at="2026-01-12T07:41:56.000Z", published_raw="Mon, 12 Jan 2026",
    seen_at=SEEN, event_at="2026-01-12T07:41:56.000Z", provenance=Provenance(fetched_sha256="ab12"),
)  # fmt: skip
MATCH = Match(
    rule="lease", rule_hash="h", portfolio="ai", event="ev_1", event_revision=1, severity="high", title="A lease",
    evidence=[
        Evidence(field="title", start=5, end=11, quote="Vega leases Orion"),
        Evidence(field="body", start=15, end=20, quote="Vega agreed to lease Orion"),
    ],
)  # fmt: skip


def event_record(*decisions: Decision, matches: list[Match] | None = None, event: Event = EVENT) -> JournalRecord:
    found = [MATCH] if matches is None else matches
    data = {
        "event": event_to_dict(event),
        "matches": msgspec.to_builtins(found),
        "decisions": msgspec.to_builtins(decisions),
    }
    alerts = [d.alert for d in decisions]
    sends = [what for d in decisions for what in d.receivers.values() if what.startswith("dl_")]
    return JournalRecord(kind="event", at=DECIDED, ids=[event.id, *alerts, *sends], reason="matched", data=data)


def decision(reason: Reason = "first", event: str = "1", **receivers: str) -> Decision:
    told = receivers or {"desk": f"dl_{event}", "oms": "no_receiver"}
    return Decision(
        portfolio="ai", alert="al_1", alert_revision=1, reason=reason, detail="first report", receivers=told
    )


def delivery_record(name: str, reason: str = "sent", **data: Any) -> JournalRecord:
    about = {"delivery": f"dl_{name}", "receiver": "desk", "alert": "al_1", "attempts": 1, "detail": "HTTP 200"}
    return JournalRecord(
        kind="delivery", at=SENT, ids=[f"dl_{name}", "al_1", "desk"], reason=reason, data=about | data
    )


def why(desk: Desk, *words: str) -> list[str]:
    done = desk.run("why", *words)
    assert (done.code, done.err) == (0, "")
    return done.out.splitlines()


def test_a_story_is_told_in_the_order_in_which_it_happened(desk: Desk) -> None:
    first, second = decision(event="1"), decision("duplicate", event="2")
    late = msgspec.structs.replace(event_record(first), at="2026-01-12T07:42:04.068Z")
    early = msgspec.structs.replace(delivery_record("1"), at="2026-01-12T07:42:04.071Z")
    same = msgspec.structs.replace(event_record(second), at="2026-01-12T07:42:04.071Z")
    desk.journal(early, same, late)
    told = [line for line in why(desk, "ev_1") if line.startswith("2026")]
    assert [line.split()[0][-5:] for line in told] == [".068Z", ".071Z", ".071Z"]
    assert [line.split()[1] for line in told] == ["event", "delivery", "event"]


def test_the_story_of_an_event_from_what_matched_to_what_was_sent(desk: Desk) -> None:
    desk.journal(event_record(decision()), delivery_record("1"))
    assert why(desk, "ev_1") == [
        f"{DECIDED}  event ev_1 from wire",
        "    “Vega leases Orion”",
        "    https://wire.example.com/1",
        f"    published 2026-01-12T07:41:56.000Z · seen {SEEN}",
        "    rule ai/lease held (high)",
        "        title: “leases” 5-11",
        "        body: “lease” 15-20 in “Vega agreed to lease Orion”",
        "    ai: first: the first alert about this (first report)",
        "        alert al_1, revision 1",
        "        desk: dl_1",
        "        oms: no receiver is entitled to it or wants it",
        "    1 rule of 1 portfolio did not hold (as they are today); the nearest:",
        "      ai/sour: ✗ title: dispute  — not in the title",
        "    name a portfolio to see why each of its rules did not",
        f"{SENT}  delivery dl_1 to desk about al_1 sent: HTTP 200",
    ]


def test_full_adds_every_clock(desk: Desk) -> None:
    desk.journal(event_record(decision()), delivery_record("1"))
    told = why(desk, "ev_1", "--full")
    assert told[4:8] == [
        f"    updated not stated · event time 2026-01-12T07:41:56.000Z · decided {DECIDED}",
        "    published, as written: Mon, 12 Jan 2026",
        "    the server's date: none",
        "    sha256 of the document: ab12",
    ]
    assert told[-1] == "    1.250 s after the event was seen"


def test_a_portfolio_shows_each_rule_that_did_not_hold_and_why(desk: Desk) -> None:
    desk.journal(event_record(decision()))
    told = why(desk, "ev_1", "ai")
    assert told[told.index("        oms: no receiver is entitled to it or wants it") + 1 :] == [
        "    ai: the rules that did not hold, as they are today:",
        "      ✗ sour: A dispute (critical)",
        "        ✗ all",
        "          ✗ title: dispute  — not in the title",
        "          ✓ text: lease",
        "              title: “leases” 5-11",
        "              body: “lease” 15-20 in “Vega agreed to lease Orion to Lumen.”",
    ]


def test_what_a_rule_over_time_saw_then_is_shown(desk: Desk) -> None:
    rules = desk.folder / "rules/portfolios/ai.yaml"
    rules.write_text(
        "portfolio: ai\ntitle: A\ntimezone: UTC\nreceivers: [desk]\nrules:\n"
        "  - {id: often, title: Often, severity: low, when: {count: {at_least: 3, within: 1h}}}\n"
    )
    record = event_record(matches=[])
    verdict = {"portfolio": "ai", "rule": "often", "by": "", "holds": False, "remembered": 2}
    verdict["seen"] = "2 events within 1h"
    record.data["over_time"] = {"verdicts": [verdict], "left_out": 0}
    desk.journal(record)
    told = why(desk, "ev_1", "ai")
    assert told[told.index("    ai: the rules that did not hold, as they are today:") + 1 :] == [
        "      ✗ often: Often (low)",
        "        over time",
        "          ✗ count: at least 3 within 1h  — 2 events within 1h",
        "              1 other event remembered then",
    ]


def test_a_rule_over_time_of_which_nothing_was_written_down_is_shown_as_what_it_is(desk: Desk) -> None:
    (desk.folder / "rules/portfolios/ai.yaml").write_text(
        "portfolio: ai\ntitle: A\nreceivers: [desk]\nrules:\n"
        "  - {id: often, title: Often, severity: low, when: {count: {at_least: 3, within: 1h}}}\n"
    )
    desk.journal(event_record(matches=[]))
    told = why(desk, "ev_1", "ai")
    assert told[told.index("    ai: the rules that did not hold, as they are today:") + 1 :] == [
        "      ? often: Often (low)",
        "        note: what came before is not known here, so the part of the rule over time is not asked",
        "        over time",
        "          ? count: at least 3 within 1h  — what came before is not known here",
    ]


def test_a_rule_about_companies_is_shown_for_the_one_that_came_nearest(desk: Desk) -> None:
    (desk.folder / "rules/portfolios/ai.yaml").write_text(
        "portfolio: ai\ntitle: A\nreceivers: [desk]\n"
        "holdings: [{ticker: NVDA, weight: 8%}, {ticker: VRT, weight: 1%}]\n"
        "rules:\n  - {id: large, title: L, severity: low, when: {all: [{mentions: holdings}, {weight: '>= 10%'}]}}\n"
        "  - {id: form, title: F, severity: low, when: {mentions: holdings}, valid_until: 2025-12-31}\n"
    )
    companies = [CompanyMention(id="cik-0001674101"), CompanyMention(id="cik-0001045810")]
    desk.journal(event_record(decision(), event=msgspec.structs.replace(EVENT, companies=companies)))
    told = why(desk, "ev_1", "ai")
    assert told[told.index("    ai: the rules that did not hold, as they are today:") + 1 :] == [
        "      ✗ large: L (low)",
        "        NVDA · held +8.0 %",
        "          ✗ all",
        "            ✓ mentions: holdings  — NVDA with relevance 1.00",
        "            ✗ weight: >= 10%  — NVDA +8.0 %",
        "      ✗ form: F (low)",
        "        not asked: valid until 2025-12-31",
    ]


def test_another_portfolios_decisions_are_left_out(desk: Desk) -> None:
    (desk.folder / "rules/portfolios/other.yaml").write_text(
        "portfolio: other\ntitle: O\ntimezone: UTC\nreceivers: [desk]\n"
        "rules: [{id: x, title: X, severity: low, when: {title: merger}}]\n"
    )
    desk.journal(event_record(decision()))
    told = "\n".join(why(desk, "ev_1", "other"))
    assert "ai" not in told
    assert "✗ x: X (low)" in told


WALLED = {"id": "wire", "type": "feed", "url": "https://wire.example.com/rss", "desk": "quant"}


@pytest.mark.parametrize("receivers", [[], [{"id": "ops", "type": "slack", "webhook_url": "${NOT_SET_HERE}"}]])
def test_the_wall_of_a_desk_is_named_as_the_reason_and_no_rule_is_said_to_have_missed(
    desk: Desk, receivers: list[dict[str, str]]
) -> None:
    kept = [{"id": "desk", "type": "console"}, *receivers]
    desk.settings(sources=[WALLED], receivers=kept)  # with a secret that whoever asks may not have
    desk.journal(event_record(matches=[]))
    told = why(desk, "ev_1", "ai")
    assert told[-1] == (
        "    ai: a wall keeps the event from it: source wire is for desk quant alone; none of its rules is asked"
    )
    assert "did not hold" not in "\n".join(told)


def test_the_portfolio_of_the_desk_itself_sees_no_wall(desk: Desk) -> None:
    desk.settings(sources=[WALLED])
    rules = desk.folder / "rules/portfolios/ai.yaml"
    rules.write_text(rules.read_text().replace("timezone:", "desk: quant\ntimezone:"))
    desk.journal(event_record(decision()))
    assert "wall" not in "\n".join(why(desk, "ev_1", "ai"))


def test_a_rule_that_holds_only_today_is_not_among_those_that_did_not_hold(desk: Desk) -> None:
    desk.journal(event_record(matches=[]))
    told = why(desk, "ev_1", "ai")
    missed = told.index("    ai: the rules that did not hold, as they are today:")
    holds = told.index("    ai: rules that hold as they are today, though they did not when the event came:")
    assert told[missed + 1] == "      ✗ sour: A dispute (critical)"
    assert told[holds + 1] == "      ✓ lease: A lease (high)"
    assert missed < holds


def test_an_event_that_no_rule_held_for_says_which_came_nearest_and_how_to_learn_more(desk: Desk) -> None:
    other = msgspec.structs.replace(EVENT, title="Vega sells Orion")
    desk.journal(event_record(matches=[], event=other))
    assert why(desk, "ev_1")[-4:] == [
        "    2 rules of 1 portfolio did not hold (as they are today); the nearest:",
        "      ai/sour: ✗ title: dispute  — not in the title",
        "      ai/lease: ✗ title: lease  — not in the title",
        "    name a portfolio to see why each of its rules did not",
    ]


def test_an_unknown_portfolio_is_said_with_those_there_are(desk: Desk) -> None:
    desk.journal(event_record(decision()))
    done = desk.run("why", "ev_1", "nope")
    assert (done.code, done.out) == (1, "")
    assert done.err == "alertd: there is no portfolio nope; there are ai\n"


def test_a_portfolio_that_is_gone_still_has_its_decisions(desk: Desk) -> None:
    rules = desk.folder / "rules/portfolios/ai.yaml"
    rules.write_text(rules.read_text().replace("portfolio: ai", "portfolio: renamed"))
    desk.journal(event_record(decision()))
    told = why(desk, "ev_1", "ai")
    assert "    ai: first: the first alert about this (first report)" in told
    assert "did not hold" not in "\n".join(told)


def test_rules_that_cannot_be_read_now_are_said(desk: Desk) -> None:
    (desk.folder / "rules/portfolios/ai.yaml").write_text("portfolio: [")
    desk.journal(event_record(decision()))
    assert why(desk, "ev_1")
    done = desk.run("why", "ev_1", "ai")
    assert done.code == 1
    assert done.err.startswith("rules/portfolios/ai.yaml:")


@pytest.mark.parametrize("thing", ["ev_unknown", "dl_unknown", "nothing", "", "../../x", "ev_1\x1b[2J"])
def test_what_nobody_knows_is_said_in_one_line(desk: Desk, thing: str) -> None:
    done = desk.run("why", thing)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(("alertd: nothing is known of ", "alertd: headlines are searched from two words on"))
    assert done.err.count("\n") == 1
    assert "\x1b" not in done.err


def test_the_story_of_one_event_leaves_out_others_of_the_same_alert(desk: Desk) -> None:
    second = msgspec.structs.replace(EVENT, id="ev_2", title="Lyra leases Atlas")
    desk.journal(
        event_record(decision()),
        event_record(decision("update_material", event="2"), event=second),
        delivery_record("1"),
        delivery_record("2"),
    )
    told = "\n".join(why(desk, "ev_1"))
    assert "dl_1" in told
    assert "ev_2" not in told
    assert "dl_2" not in told
    whole = "\n".join(why(desk, "al_1"))
    assert {word for word in ("ev_1", "ev_2", "dl_1", "dl_2") if word in whole} == {"ev_1", "ev_2", "dl_1", "dl_2"}


def test_the_story_of_a_delivery_begins_with_its_event(desk: Desk) -> None:
    desk.journal(event_record(decision()), delivery_record("1"))
    told = why(desk, "dl_1")
    assert told[0] == f"{DECIDED}  event ev_1 from wire"
    assert told[-1] == f"{SENT}  delivery dl_1 to desk about al_1 sent: HTTP 200"


def test_a_delivery_that_has_not_ended_says_how_it_stands(desk: Desk) -> None:
    (made,) = desk.deliver("1")
    desk.journal(event_record(decision()))
    told = why(desk, "ev_1", "--full")
    assert told[-2].startswith("now  delivery dl_1 to desk is due since 20")
    assert told[-1].startswith("    made 20")

    async def fail(store: Any) -> None:
        now = system_clock()
        await store.claim("desk", "dl_1", "token", now, 60_000, 0, b"payload")
        await store.retry("dl_1", "token", now, now + 5000, "HTTP 503", counts=True)

    desk.do(fail)
    told = why(desk, "dl_1")
    assert told[-1].startswith(f"now  delivery {made.id} to desk is to go out at 20")
    assert told[-1].endswith("; attempt 1 failed: HTTP 503")
    assert " failed: HTTP 503; next attempt 20" in told[-2]


def test_a_source_that_is_well_and_one_that_is_not(desk: Desk) -> None:
    assert why(desk, "wire") == [
        "now  source wire is new; 0 polls, 0 events, 0 duplicates in all; last read: 0 entries, 0 rejected"
    ]
    desk.source(state="failing", error="HTTP 503", polls=4, failures=4)
    desk.journal(JournalRecord(kind="source", at=SENT, ids=["wire"], reason="failed: HTTP 503"))
    assert why(desk, "wire") == [
        f"{SENT}  source failed: HTTP 503",
        "now  source wire is failing: HTTP 503; 4 polls, 0 events, 0 duplicates in all; "
        "last read: 0 entries, 0 rejected",
    ]


def test_the_story_as_json_is_the_journals(desk: Desk) -> None:
    desk.journal(event_record(decision()), delivery_record("1"))
    records = desk.run("why", "ev_1", "--json").json
    assert [record["kind"] for record in records] == ["event", "delivery"]
    assert records[0]["data"]["decisions"][0]["reason"] == "first"
    assert desk.run("why", "wire", "--json").out == "[]\n"


def test_a_hostile_title_does_not_drive_the_terminal(desk: Desk) -> None:
    hostile = msgspec.structs.replace(EVENT, title="[red]a\x1b[2J\u202e")
    desk.journal(event_record(decision(), event=hostile))
    told = "\n".join(why(desk, "ev_1"))
    assert "[red]a\ufffd[2J\ufffd" in told
    assert json.dumps(told).count("\\u001b") == 0


def test_every_reason_for_a_decision_has_words() -> None:
    assert REASONS.keys() == set(get_args(Reason))
