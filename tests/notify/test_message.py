"""What a message says, line by line, whatever the receiver."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from alertd.model import Change, Evidence, Ground, ReportedType, Story, TouchedHolding, event_from_dict
from alertd.notify.clocks import age, clock_time, zone
from alertd.notify.holdings import in_list
from alertd.notify.lines import parts_of
from alertd.notify.message import HEADLINE_MAX, Lines, compose, delayed
from alertd.notify.plain import cut, one_line, web_link
from alertd.text.written import amount_text
from tests.notify.cases import BODY, NOW, alert, correction, event, match, message, notice

MINUTE = 60_000


def row(lines: Lines, label: str) -> str:
    return next(f"{r.text}{r.quote}" for r in lines.rows if r.label == label)


def test_the_headline_stands_alone_on_a_lock_screen() -> None:
    lines = compose(message(), NOW)
    assert lines.headline == (
        "HIGH · Vega Grid leases its Orion supercomputer to Lumen Labs for $3-4bn a year · AI infrastructure"
    )
    assert len(lines.headline) <= HEADLINE_MAX


def test_a_long_title_is_cut_and_the_portfolio_left_out() -> None:
    lines = compose(message(event=event(title="Orion " * 60)), NOW)
    assert len(lines.headline) <= HEADLINE_MAX
    assert lines.headline.endswith("…")
    assert lines.title.startswith("Orion Orion") and len(lines.title) > HEADLINE_MAX


def test_the_whole_message_reads_in_the_order_of_the_design() -> None:
    lines = compose(message(), NOW)
    assert lines.status == "HIGH · AI infrastructure · first report · 1 source"
    assert [r.label for r in lines.rows] == ["Says", "Why you", "Source"]
    assert row(lines, "Says") == (
        "Vega Grid leases its Orion supercomputer to Lumen Labs for $3 to 4 billion a year."
    )
    assert row(lines, "Why you") == "big-compute-lease (Compute lease of half a billion a year or more) · on “leases”"
    assert lines.link == "https://news.example.com/orion?a=1&b=2"


def test_the_clocks_are_in_the_portfolios_zone() -> None:
    assert row(compose(message(), NOW), "Source") == (
        "example-wire, trust high · published 07:41:56 · seen 07:42:03 · sent 07:42:04 EST"
    )


def test_a_zone_that_does_not_exist_is_utc() -> None:
    assert row(compose(message(timezone="Mars/Olympus"), NOW), "Source").endswith("sent 12:42:04 UTC")


def test_an_old_item_says_its_age_first() -> None:
    lines = compose(message(), NOW + 125 * MINUTE)
    assert lines.headline.startswith("2 h 5 min old · HIGH · ")
    assert lines.status.startswith("2 h 5 min old · HIGH")


def test_five_minutes_are_not_old_yet() -> None:
    published = NOW - 8_000  # of the event in these tests
    assert compose(message(), published + 5 * MINUTE).headline.startswith("HIGH")
    assert compose(message(), published + 5 * MINUTE + 1).headline.startswith("5 min old")


def test_an_item_that_came_late_says_so() -> None:
    assert compose(message(event=event(late=True)), NOW + 20 * MINUTE).headline.startswith("20 min old · LATE · HIGH")


def test_an_item_of_which_only_the_day_is_known_gets_no_invented_age() -> None:
    dated = event(
        published_at="2026-01-10T00:00:00.000Z", event_at="2026-01-10T00:00:00.000Z", published_precision="day"
    )
    lines = compose(message(event=dated), NOW)
    assert lines.headline.startswith("dated 10 Jan · HIGH")
    assert "published 10 Jan ·" in row(lines, "Source")
    today = event(
        published_at="2026-01-12T00:00:00.000Z", event_at="2026-01-12T00:00:00.000Z", published_precision="day"
    )
    assert compose(message(event=today), NOW).headline.startswith("HIGH")


def test_a_correction_is_as_loud_as_the_alert() -> None:
    lines = compose(correction(), NOW)
    assert lines.headline.startswith("CORRECTED · UPDATE · HIGH · ")
    assert "revision 2" in lines.status
    assert row(lines, "New") == "The source corrected the amount."


def test_an_answer_to_what_was_corrected_is_no_correction() -> None:
    snoozed = msgspec.structs.replace(correction(), loud=False, told_before=True, news=["snoozed until 16:00 by jd"])
    assert compose(snoozed, NOW).headline.startswith("UPDATE · HIGH · snoozed until 16:00 by jd")


def test_words_that_another_report_matched_are_not_looked_for_in_the_one_at_hand() -> None:
    spans = [Evidence(field=field, start=3, end=12, quote="data center") for field in ("title", "body")]
    other = match(event="ev_other", rule="other", evidence=spans)
    taken_back = message(
        type="alert.updated", alert=alert(matches=[match(), other]), event=event(withdrawn=True, revision=3)
    )
    lines = compose(taken_back, NOW)
    assert "on “leases”" in row(lines, "Why you")
    assert "on “data center”" in row(lines, "Why you")
    assert {r.quote for r in lines.rows if r.label == "Says"} == {"leases", "data center"}
    grounded = msgspec.structs.replace(other, grounds=[Ground("type", "clear compute lease")])
    lines = compose(msgspec.structs.replace(taken_back, alert=alert(matches=[match(), grounded])), NOW)
    assert "other · clear compute lease" in row(lines, "Why you")
    assert "data center" not in row(lines, "Why you")


def test_a_withdrawal_says_so() -> None:
    lines = compose(message(type="alert.updated", event=event(withdrawn=True, revision=2)), NOW)
    assert lines.headline.startswith("WITHDRAWN · UPDATE · HIGH")


@pytest.mark.parametrize(
    ("kind", "start"),
    [("alert.acknowledged", "ACKNOWLEDGED · HIGH"), ("alert.closed", "CLOSED · HIGH"), ("test", "TEST · HIGH")],
)
def test_other_types_say_what_they_are(kind: Any, start: str) -> None:
    assert compose(message(type=kind), NOW).headline.startswith(start)


def test_a_later_report_of_a_story_is_not_called_the_first() -> None:
    later = event(story=Story(id="st_x", position=3, sources=2))
    assert compose(message(event=later), NOW).status.endswith("report 3 of its story · 2 sources")


def test_a_notice_is_for_the_operator() -> None:
    lines = compose(notice(), NOW)
    assert lines.headline == "alertd · source failing · prwire failed 5 times: HTTP 503"
    assert row(lines, "At") == "12:42:00 UTC"


def test_a_test_without_an_alert_says_that_there_is_nothing_to_do() -> None:
    lines = compose(message(type="test", alert=None, event=None), NOW)
    assert lines.headline == "TEST · alertd reaches ai-desk: nothing to do"


def test_a_type_says_its_kind() -> None:
    cut = event(event_types=[{"type": "rating_change", "kind": "downgrade"}, {"type": "results", "kind": None}])
    assert row(compose(message(event=cut), NOW), "Deal") == "rating change, downgrade · results"


def test_what_enrichment_found_gets_its_rows() -> None:
    rich = event(
        companies=[
            {"id": "vega", "name": "Vega Grid", "sentiment": 0.4},
            {"id": "lumen", "name": "Lumen Labs", "sentiment": 0.2},
        ],
        event_types=[
            {
                "type": "compute_lease",
                "confidence": 0.93,
                "status": "rumoured",
                "asset": "Orion",
                "parties": [{"company": "vega", "role": "lessor"}, {"company": "lumen", "role": "lessee"}],
            }
        ],
        amounts=[{"low": 3e9, "high": 4e9, "currency": "USD", "per": "year", "role": "revenue", "of": "vega"}],
        terms=[{"type": "reclaim_right", "held_by": "vega", "evidence": [{"quote": "may reclaim the compute"}]}],
    )
    lines = compose(message(event=rich), NOW)
    assert (
        row(lines, "Deal")
        == "compute lease (rumoured) · Vega Grid (lessor) → Lumen Labs (lessee) · Orion · length not stated"
    )
    assert row(lines, "Money") == "$3-4bn a year, revenue of Vega Grid"
    assert row(lines, "Fragile") == "reclaim right, held by Vega Gridmay reclaim the compute"
    assert row(lines, "Tone") == "Vega Grid +0.40 mildly positive · Lumen Labs +0.20"


def test_the_records_of_a_live_event_read_like_their_json() -> None:
    written = {
        "companies": [{"id": "vega", "name": "Vega Grid", "sentiment": 0.4}],
        "event_types": [{"type": "compute_lease", "parties": [{"company": "vega", "role": "lessor"}]}],
        "amounts": [{"low": 3e9, "high": 4e9, "per": "year"}],
        "terms": [{"type": "reclaim_right", "evidence": [{"field": "body", "start": 0, "end": 4, "quote": "take"}]}],
    }
    lines = compose(message(event=event_from_dict(written)), NOW)
    assert row(lines, "Deal") == "compute lease · Vega Grid (lessor) · length not stated"
    assert row(lines, "Money") == "$3-4bn a year"
    assert row(lines, "Fragile") == "reclaim righttake"
    assert row(lines, "Tone") == "Vega Grid +0.40 mildly positive"


def held(label: str, weight: float | None, *path: str, role: str | None = None) -> TouchedHolding:
    return TouchedHolding(company=label, label=label, weight=weight, named=not path, role=role, path=list(path))


NEAR = [held("NVDA", 0.08, "supplies Vega Grid"), held("VRT", -0.035, "supplies Vega Grid")]


def test_holdings_say_how_much_and_how_what_happened_comes_to_them() -> None:
    touched = [*NEAR, held("Vega Grid", 0.02, role="lessor"), held("CEG", None, "supplies X", "owns Vega Grid")]
    lines = compose(message(alert=alert(matches=[match(holdings=touched)])), NOW)
    assert row(lines, "Holdings") == (
        "Vega Grid +2.0 % named, lessor · NVDA +8.0 % supplies Vega Grid · VRT -3.5 % supplies Vega Grid"
        " · CEG supplies X, which owns Vega Grid"
    )


def test_a_holding_says_what_the_news_is_for_the_position() -> None:
    short = msgspec.structs.replace(held("VRT", -0.035, "supplies Vega Grid"), impact="bad")
    lines = compose(message(alert=alert(matches=[match(holdings=[short])])), NOW)
    assert row(lines, "Holdings") == "VRT -3.5 % supplies Vega Grid, bad for the position"


def test_the_words_that_several_rules_hold_on_are_said_once() -> None:
    two = [match(), match(rule="second", title="Any lease")]
    why = row(compose(message(alert=alert(matches=two)), NOW), "Why you")
    assert why.endswith(" · on “leases” · second (Any lease)")


GROUNDS = [
    Ground("exposed", "exposed by one step"),
    Ground("amount", "low end $3bn ≥ $500m a year"),
    Ground("type", "clear compute lease"),
]


def test_a_rule_says_whose_it_is_and_what_met_its_limits() -> None:
    lines = compose(message(alert=alert(matches=[match(owner="jd", grounds=GROUNDS, evidence=[])])), NOW)
    assert row(lines, "Why you") == (
        "big-compute-lease, owner jd · clear compute lease · low end $3bn ≥ $500m a year · exposed by one step"
    )


def test_each_rule_stands_on_a_line_of_its_own_and_what_was_said_is_not_said_again() -> None:
    more = [*GROUNDS, Ground("term", "reclaim right")]
    two = [match(grounds=GROUNDS, evidence=[]), match(rule="second", grounds=more, evidence=[])]
    lines = compose(message(alert=alert(matches=two)), NOW)
    assert parts_of(next(r for r in lines.rows if r.label == "Why you")) == [
        "big-compute-lease · clear compute lease · low end $3bn ≥ $500m a year · exposed by one step",
        "second · reclaim right",
    ]


def test_words_that_show_what_a_ground_says_are_not_listed_and_other_words_are() -> None:
    lease, orion = (Evidence(field="title", start=a, end=b, quote="x") for a, b in ((10, 16), (21, 26)))
    typed = event(event_types=[ReportedType(type="compute_lease", evidence=[lease])])
    held_on = match(grounds=GROUNDS[2:], evidence=[lease, orion])
    why = row(compose(message(event=typed, alert=alert(matches=[held_on])), NOW), "Why you")
    assert why == "big-compute-lease · clear compute lease · on “orion”"


def test_the_way_to_a_named_company_is_said_where_the_holdings_do_not_show_it() -> None:
    way = {"grounds": GROUNDS[:1], "path": ["CEG supplier of Vega Grid"], "company": "CEG", "evidence": []}
    assert row(compose(message(alert=alert(matches=[match(**way)])), NOW), "Why you").endswith(
        "exposed by one step · by CEG supplier of Vega Grid"
    )
    shown = match(**way, holdings=[held("CEG", 0.01, "supplies Vega Grid")])
    assert row(compose(message(alert=alert(matches=[shown])), NOW), "Why you").endswith("exposed by one step")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2026-01-12T11:30:00Z", " · as of 06:30 EST today"),
        ("2026-01-09T23:05:00Z", " · as of 18:05 EST, 9 Jan"),
        ("2026-01-12", " · as of today"),
        ("2025-12-31", " · as of 31 Dec 2025"),
        ("", ""),
        ("yesterday", ""),
    ],
)
def test_holdings_say_when_the_positions_were_so(written: str, said: str) -> None:
    lines = compose(message(alert=alert(matches=[match(holdings=NEAR[:1], held_as_of=written)])), NOW)
    assert row(lines, "Holdings") == f"NVDA +8.0 % supplies Vega Grid{said}"


def test_a_sentence_is_quoted_once_and_whole() -> None:
    spans = [
        Evidence(field="body", start=at, end=at + 4, quote="x") for at in (BODY.index("leases"), BODY.index("Orion"))
    ]
    lines = compose(message(alert=alert(matches=[match(evidence=spans)])), NOW)
    assert [r.quote for r in lines.rows if r.label == "Says"] == [
        "Vega Grid leases its Orion supercomputer to Lumen Labs for $3 to 4 billion a year."
    ]


def test_what_is_quoted_as_fragile_is_not_quoted_again() -> None:
    catch = "Vega may reclaim the compute under a harm clause."
    fragile = event(terms=[{"type": "reclaim_right", "evidence": [{"quote": catch}]}])
    span = Evidence(field="body", start=BODY.index("reclaim"), end=BODY.index("reclaim") + 7, quote="reclaim")
    lines = compose(message(event=fragile, alert=alert(matches=[match(evidence=[span])])), NOW)
    assert [r.label for r in lines.rows if r.quote] == ["Fragile"]


def test_two_rules_that_touch_one_holding_show_it_once() -> None:
    lines = compose(message(alert=alert(matches=[match(holdings=NEAR), match(holdings=NEAR[:1])])), NOW)
    assert row(lines, "Holdings").count("NVDA") == 1


def test_the_headline_has_the_catch_and_the_holdings_before_the_portfolio_as_far_as_there_is_room() -> None:
    fragile = event(title="Vega Grid leases Orion to Lumen Labs", terms=[{"type": "reclaim_right"}])
    near = message(event=fragile, alert=alert(matches=[match(holdings=NEAR)]))
    assert compose(near, NOW).headline == (
        "HIGH · Vega Grid leases Orion to Lumen Labs · reclaim right · NVDA, VRT one step · AI infrastructure"
    )
    named = message(event=fragile, alert=alert(matches=[match(holdings=[*NEAR, held("ORCL", 0.03)])]))
    assert " · ORCL +3.0 %" in compose(named, NOW).headline
    longer = msgspec.structs.replace(fragile, title=f"{fragile.title} for as long as anybody can think of, and more")
    assert compose(message(event=longer), NOW).headline == f"HIGH · {longer.title} · reclaim right"


def test_the_tone_says_which_holdings_the_text_does_not_speak_of() -> None:
    rich = event(companies=[{"id": "vega", "name": "Vega Grid", "sentiment": 0.4}])
    lines = compose(message(event=rich, alert=alert(matches=[match(holdings=NEAR)])), NOW)
    assert row(lines, "Tone") == "Vega Grid +0.40 mildly positive · NVDA, VRT not in the text"


@pytest.mark.parametrize(
    ("durations", "said"),
    [
        ([{"low": 15, "high": 15, "unit": "year", "of": "lease"}], "15 years"),
        ([{"low": 1, "high": 1, "unit": "year"}], "1 year"),
        ([{"low": 3, "high": 5, "unit": "month"}], "3-5 months"),
        ([{"low": 90, "high": 90, "unit": "day", "of": "notice"}, {"until": "2031"}], "until 2031"),
        ([{"low": 90, "high": 90, "unit": "day", "of": "notice"}], "length not stated"),
        ([{"low": "long"}], "length not stated"),
    ],
)
def test_a_lease_says_how_long_it_runs(durations: list[Any], said: str) -> None:
    lines = compose(message(event=event(event_types=[{"type": "compute_lease"}], durations=durations)), NOW)
    assert row(lines, "Deal") == f"compute lease · {said}"


@pytest.mark.parametrize(
    ("types", "said"),
    [
        ([{"type": "compute_lease", "status": "reported", "parties": [{"company": "a"}, {"company": "b"}]}],
         "unconfirmed by either company"),
        ([{"type": "guidance_cut", "status": "rumoured", "parties": [{"company": "a"}]}], "unconfirmed"),
        ([{"type": "guidance_cut", "status": "denied"}], "denied"),
        ([{"type": "guidance_cut"}, {"type": "layoffs", "status": "reported"}], ""),
        ([], ""),
    ],
)  # fmt: skip
def test_the_status_says_what_nobody_has_confirmed(types: list[Any], said: str) -> None:
    status = compose(message(event=event(event_types=types)), NOW).status
    assert status.endswith(f"1 source · {said}" if said else "1 source")


def test_facts_of_a_wrong_shape_cost_only_themselves() -> None:
    odd = event(
        companies=[{"id": 7}, {"id": "vega", "name": "Vega"}],
        event_types=[{"no": "type"}, {"type": "merger"}],
        amounts=[{"low": "much"}],
        terms=[{"type": None}],
        sentiment={"score": "good"},
    )
    lines = compose(message(event=odd), NOW)
    assert [r.label for r in lines.rows] == ["Deal", "Says", "Why you", "Source"]
    assert row(lines, "Deal") == "merger"


@pytest.mark.parametrize(
    ("low", "high", "currency", "text"),
    [
        (3e9, 4e9, "USD", "$3-4bn"),
        (2.5e9, None, "USD", "over $2.5bn"),
        (None, 9e7, "EUR", "up to €90m"),
        (5e8, 5e8, "GBP", "£500m"),
        (8e8, 1.2e9, "USD", "$800m-1.2bn"),
        (12_000, 12_000, "CHF", "CHF 12k"),
        (None, None, "USD", ""),
    ],
)
def test_amounts_read_as_a_desk_writes_them(low: float, high: float, currency: str, text: str) -> None:
    assert amount_text(low, high, currency) == text


def test_a_quote_outside_the_excerpt_is_shown_by_itself() -> None:
    far = match(evidence=[match().evidence[1]])
    lines = compose(message(alert=alert(matches=[far]), event=event(body="short")), NOW)
    assert row(lines, "Says") == "leases"


def test_many_rules_are_counted_and_not_listed() -> None:
    many = [match(rule=f"rule-{n}", title="", evidence=[]) for n in range(8)]
    why = row(compose(message(alert=alert(matches=many)), NOW), "Why you")
    assert why == "rule-0 · rule-1 · rule-2 · rule-3 · rule-4 · 3 more rules"


def test_only_web_links_become_links() -> None:
    for url in (
        "javascript:alert(1)",
        "data:text/html,x",
        "https://a b",
        "https://a/\u202e",
        "http://b@evil.example/",
    ):
        assert compose(message(event=event(url=url)), NOW).link == "", url
    assert web_link("https://news.example/?q=a@b", 3000)
    assert not web_link("https://news.example/" + "x" * 3000, 3000)


def test_strangers_text_is_one_printable_line() -> None:
    assert one_line("a\r\nBcc: x\x1b[31m\u202eb\u200b \u2028c\ud800 \x00d") == "a Bcc: x [31mb c\ufffd d"
    assert one_line("👩\u200d🚀 می\u200cخواهم") == "👩\u200d🚀 می\u200cخواهم"
    assert one_line("o" + "\u0301" * 500) == "o" + "\u0301" * 4


def test_a_cut_never_falls_inside_a_character() -> None:
    assert cut("ab👩\u200d🚀cd", 4) == "ab…"
    assert cut("aaae\u0301b", 5) == "aaa…"
    assert cut("short", 5) == "short"
    assert cut("\u200d" * 500, 100) == "\u200d" * 99 + "…"


def test_ages_and_times_are_short() -> None:
    assert [age(n * MINUTE) for n in (6, 65, 60 * 12 + 5, 60 * 72)] == ["6 min", "1 h 5 min", "12 h", "3 d"]
    utc = zone("UTC")
    assert clock_time(NOW - 86_400_000, utc, NOW, "minute") == "11 Jan 12:42"
    assert clock_time(NOW - 20 * 86_400_000, utc, NOW, "day") == "23 Dec 2025"


def test_a_message_that_waited_says_how_long() -> None:
    assert delayed(NOW, NOW + 4 * MINUTE) == ""
    assert delayed(NOW, NOW + 130 * MINUTE).startswith("Delayed 2 h 10 min:")


def test_an_update_says_first_what_is_new_to_this_receiver() -> None:
    update = message(
        type="alert.updated",
        told_before=True,
        loud=False,
        news=["also reported by second-wire", "new: reclaim_right"],
    )
    lines = compose(update, NOW)
    assert lines.headline.startswith("UPDATE · HIGH · new: reclaim_right · Vega Grid leases its Orion")
    assert lines.rows[0].label == "New"
    assert row(lines, "New") == "also reported by second-wire · new: reclaim_right"


def test_of_much_news_the_last_is_shown() -> None:
    update = message(type="alert.updated", told_before=True, news=[f"new: term {n}" for n in range(8)])
    assert row(compose(update, NOW), "New").endswith("new: term 6 · new: term 7 · 3 more before")


def test_an_escalation_says_so_first() -> None:
    lines = compose(message(escalated_from="pm-phone"), NOW)
    assert lines.headline.startswith("ESCALATED · HIGH · Vega Grid leases")
    assert lines.rows[0].label == "Escalated"
    assert row(lines, "Escalated") == "nobody answered at pm-phone in time; first told 07:42:03 EST"


def test_an_acknowledgement_says_whose_it_is() -> None:
    answered = alert(status="acknowledged", acknowledged_by="jd", acknowledged_at="2026-01-12T12:42:00.000Z")
    lines = compose(message(type="alert.acknowledged", alert=answered), NOW)
    assert lines.status == "ACKNOWLEDGED · HIGH · AI infrastructure · by jd 07:42 EST"
    assert row(lines, "Answered") == "acknowledged by jd 07:42 EST"
    later = compose(message(type="alert.updated", alert=answered), NOW)
    assert row(later, "Answered") == "acknowledged by jd 07:42 EST"


def test_a_closed_alert_says_why() -> None:
    last = Change(at="", revision=3, event="", event_revision=0, reason="closed", text="closed by jd")
    lines = compose(message(type="alert.closed", alert=alert(status="closed", changes=[last])), NOW)
    assert lines.status == "CLOSED · HIGH · AI infrastructure · closed by jd"


def test_a_snoozed_alert_says_until_when() -> None:
    lines = compose(message(alert=alert(snoozed_until="2026-01-12T16:00:00.000Z")), NOW)
    assert row(lines, "Answered") == "snoozed until 11:00 EST"


def test_an_alert_that_waited_alone_for_the_end_of_quiet_hours_says_so() -> None:
    lines = compose(message(reason="quiet_until"), NOW)
    assert row(lines, "Held") == "it came in quiet hours"
    assert "Held" not in [r.label for r in compose(message(), NOW).rows]


def test_what_is_waited_for_next_stands_behind_the_tone() -> None:
    waits = "contract dispute between Vega Grid and Lumen Labs → critical (lease-turns-sour)"
    lines = compose(message(alert=alert(armed=[waits])), NOW)
    assert row(lines, "Armed") == waits
    assert [r.label for r in lines.rows] == ["Armed", "Says", "Why you", "Source"]


def test_what_keeps_an_alert_louder_than_the_report_at_hand_is_named() -> None:
    text = "critical still by lease (A compute lease), of “Vega leases Orion”"
    lines = compose(message(alert=alert(severity="critical"), stands_by=text), NOW)
    assert row(lines, "Why you").endswith(f" · {text}")


def test_a_list_names_the_largest_holdings_those_that_are_named_first() -> None:
    def held(label: str, weight: float | None, *path: str) -> TouchedHolding:
        return TouchedHolding(company=label, label=label, weight=weight, named=not path, path=list(path))

    near = [held("VRT", 0.035, "supplies A"), held("NVDA", -0.08, "supplies A"), held("CEG", 0.02, "a", "b")]
    assert in_list([*near, held("A", 0.01)]) == "A +1.0 % · one step: NVDA -8.0 %, VRT +3.5 % · two steps: CEG +2.0 %"
    assert in_list([*near, held("A", 0.01)], most=2) == "A +1.0 % · one step: NVDA -8.0 % · 2 more"
    assert in_list([held("A", None)]) == "A"
    assert in_list([]) == ""
