"""Receivers as deciding knows them: their settings, and their conditions read beside the rules."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from alertd.alerts.circumstances import View
from alertd.alerts.fits import fits
from alertd.alerts.policy import Cooldown, DigestTimes, Escalate, Fitting, ReceiverPolicy, Storm
from alertd.app.receivers import read_calendars
from alertd.app.reloading import Reloading
from alertd.app.snapshot import all_faults
from alertd.base import exchanges
from alertd.errors import ConfigError
from alertd.model import Alert, Amount, CompanyMention, Event, Match, ReportedType, Severity, TouchedHolding
from alertd.rules.book import Portfolio

SETTINGS = """
sources:
  - {id: wire, type: feed, url: "https://news.example.com/rss"}
receivers:
  - {id: desk, type: console}
"""
RULES = {
    "portfolios/ai.yaml": """
portfolio: ai
title: AI
timezone: America/New_York
receivers: [desk]
owner: jd
holdings:
  - {ticker: NVDA, weight: 8%}
  - {company: lumen-labs, weight: 1%}
rules:
  - {id: lease, title: A lease, severity: high, tags: [compute], when: {title: lease}}
  - {id: dispute, title: A dispute, severity: critical, owner: mk, when: {title: dispute}}
""",
    "companies/own.yaml": """
companies:
  - {id: lumen-labs, name: Lumen Labs}
  - {id: vega-grid, name: Vega Grid}
relations:
  - {company: vega-grid, is: supplier, of: lumen-labs}
""",
    "lists/words.yaml": "list: words\nterms: [reclaim, clawback]\n",
    "event-types/own.yaml": """
event_type: compute_lease
title: A compute lease
when: {title: compute lease}
""",
}


def write(folder: Path, receiver: str, settings: str = SETTINGS, **more: str) -> Path:
    """Write a desk whose receiver `desk` has these settings besides."""
    for name, text in {**RULES, **more}.items():
        path = folder / "rules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    line = "  - {id: desk, type: console}\n"
    config = folder / "alertd.yaml"
    config.write_text(
        settings.replace(line, f"  - id: desk\n    type: console\n    {receiver}\n" if receiver else line)
    )
    return config


def policy(folder: Path, receiver: str, settings: str = SETTINGS) -> ReceiverPolicy:
    return Reloading(write(folder, receiver, settings), {}).load().loaded.snapshot.receivers["desk"]


def faults(config: Path) -> list[str]:
    _, found = all_faults(config, {})
    return [str(fault).removeprefix(f"{config}:") for fault in found if fault.file == str(config)]


# --- settings -------------------------------------------------------------------------------------------------


def test_people_are_told_at_once_without_a_word_about_timing_but_in_a_storm(tmp_path: Path) -> None:
    slack = '  - {id: desk, type: slack, webhook_url: "https://hooks.slack.com/services/T0/B0/x"}'
    made = policy(tmp_path, "", SETTINGS.replace("  - {id: desk, type: console}", slack))
    told: dict[str, Any] = {"accepts": made.accepts, "leaves": made.leaves, "answered": made.answered}
    assert made == ReceiverPolicy("desk", storm=Storm(at_most=20, per_s=60, every_s=60), **told)


def test_a_webhook_gets_each_alert_even_in_a_storm(tmp_path: Path) -> None:
    key = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA=="
    hook = f'  - {{id: desk, type: webhook, url: "https://oms.example.com/x", secret: {key}}}'
    settings = SETTINGS.replace("  - {id: desk, type: console}", hook)
    assert policy(tmp_path, "", settings).storm is None


def test_what_is_written_arrives(tmp_path: Path) -> None:
    made = policy(
        tmp_path,
        """min_severity: medium
    portfolios: [ai]
    event_types: [compute_lease]
    cooldown: {by: company, for: 4h}
    quiet: {hours: "22:00-06:30", timezone: Europe/London, calendars: [XNYS, XLON], release: drop, expire: 12h}
    digest: {at: ["16:30", "07:30"], timezone: America/New_York, days: [fri, mon]}
    storm: {at_most: 5, per: 10m, every: 5m}
    group: 30s
    show_weights: band
    escalate: {after: 15m, to: phone, min_severity: high}""",
        SETTINGS + "  - {id: phone, type: console}\n",
    )
    assert made.min_severity == "medium"
    assert (made.portfolios, made.event_types) == (frozenset({"ai"}), frozenset({"compute_lease"}))
    assert made.cooldown == Cooldown("company", 4 * 3600)
    assert made.quiet is not None
    assert (made.quiet.hours, made.quiet.calendars) == ("22:00-06:30", ("XNYS", "XLON"))
    assert (made.quiet.timezone, made.quiet.release, made.quiet.expire_s) == ("Europe/London", "drop", 12 * 3600)
    assert made.digest == DigestTimes(at=("07:30", "16:30"), timezone="America/New_York", days=(0, 4))
    assert made.storm == Storm(5, 600, 300)
    assert (made.group_s, made.show_weights) == (30, "band")
    assert made.escalate == Escalate(900, ("phone",), "high")


@pytest.mark.parametrize("off", ["off", "false"])
def test_a_storm_can_be_switched_off(off: str, tmp_path: Path) -> None:
    assert policy(tmp_path, f"storm: {off}").storm is None


def test_a_digest_can_be_no_more_than_a_time(tmp_path: Path) -> None:
    made = policy(tmp_path, 'digest: "07:30"')
    assert made.digest == DigestTimes(at=("07:30",), timezone="America/New_York", days=(0, 1, 2, 3, 4, 5, 6))


def test_without_a_zone_it_is_that_of_the_portfolios_and_a_warning_where_they_have_several(tmp_path: Path) -> None:
    config = write(tmp_path, 'quiet: {hours: "22:00-06:30"}\n    digest: "07:30"')
    assert faults(config) == []
    (tmp_path / "rules/portfolios/eu.yaml").write_text(
        RULES["portfolios/ai.yaml"].replace(": ai", ": eu").replace("America/New_York", "Europe/Paris")
    )
    loaded, _ = all_faults(config, {})
    assert loaded is not None
    made = loaded.snapshot.receivers["desk"]
    assert made.quiet is not None
    assert made.quiet.timezone == "UTC"
    assert faults(config) == [
        "7:5: warning: `quiet` of receiver `desk` goes by UTC: the portfolios that tell it have not one zone "
        "(write `timezone:` there)",
        "8:5: warning: `digest` of receiver `desk` goes by UTC: the portfolios that tell it have not one zone "
        "(write `timezone:` there)",
    ]


# what is written, the fault
WRONG = [
    ("quiett: {}", "7:5: unknown key `quiett` (did you mean `quiet`?)"),
    ("quiet: {}", "`quiet`: quiet needs `hours`, such as"),
    ('quiet: {hours: "22-06"}', "7:20: `hours`: a time of day is written"),
    ('quiet: {hours: "22:00-22:00"}', "begin and end at the same time"),
    ('quiet: {hours: "22:00-25:00"}', 'lies between "00:00" and "24:00"'),
    ('quiet: {hours: "24:00-06:00"}', 'begin at "00:00"'),
    ('quiet: {hours: "22:00"}', 'hours are written "22:00-06:30"'),
    ('digest: {at: "24:00"}', '"00:00"'),
    ("quiet: {calendars: [NYSE]}", "7:25: item 1 of `calendars`: no exchange `NYSE` is known; did you mean `XNYS`?"),
    ('quiet: {hours: "22:00-06:30", timezone: Europe/Londn}', "did you mean `Europe/London`?"),
    ('quiet: {hours: "22:00-06:30", pas: {severity: critical}}', "unknown key `pas` (did you mean `pass`?)"),
    ('quiet: {hours: "22:00-06:30", release: later}', "`release` cannot be `later`"),
    ("digest: {days: weekdays}", "`at` is missing"),
    ('digest: {at: "7:30"}', "`at`: a time of day is written with two digits each"),
    ('digest: {at: "07:30", days: [monday]}', "cannot be `monday` (did you mean `mon`?"),
    ("cooldown: {by: story}", "`for` is missing"),
    ("cooldown: {by: issuer, for: 4h}", "`by` cannot be `issuer`"),
    ("cooldown: {by: story, for: 0s}", "`for`"),
    ("storm: {at_most: 0}", "`at_most`"),
    ("storm: {per: 90s}", "`per`: a rate is counted in whole minutes"),
    ("storm: never", "`storm`"),
    ("group: 2d", "`group`"),
    ("show_weights: some", "`show_weights` cannot be `some`"),
    ("escalate: {to: [other]}", "`after` is missing"),
    ("escalate: {after: 15m, to: [phon]}", "7:33: escalate: there is no receiver `phon`"),
    ("escalate: {after: 15m, to: desk}", "7:32: receiver `desk` escalates to itself"),
    ("portfolios: [aii]", "7:18: there is no portfolio `aii` (did you mean `ai`?)"),
    ("event_types: [compute_leese]", "7:19: unknown event type `compute_leese` (did you mean `compute_lease`?)"),
    # conditions
    ("only:", "7:5: a condition is a mapping with one operator"),
    ("only: lease", "7:11: a condition is a mapping with one operator"),
    ("only: {severty: high}", "7:12: unknown condition `severty` (did you mean `severity`?)"),
    ("only: {severity: loud}", "unknown severity `loud` (known here: info, low, medium, high, critical; or"),
    ('only: {severity: ">= loud"}', "7:22: unknown severity `loud`"),
    ('only: {severity: "> critical"}', "no severity is > critical"),
    ("only: {portfolio: aii}", "7:23: unknown portfolio `aii` (did you mean `ai`?)"),
    ("only: {rule: leese}", "7:18: unknown rule `leese` (did you mean `lease`?)"),
    ("only: {tag: compote}", "unknown tag `compote` (did you mean `compute`?)"),
    ("only: {owner: jm}", "unknown owner `jm`"),
    ("only: {event_type: compute_leese}", "unknown event type `compute_leese` (did you mean `compute_lease`?)"),
    ("only: {mentions: [nobody-knows]}", "there is no company `nobody-knows`"),
    ("only: {text: {list: wordz}}", "there is no list `wordz` (did you mean `words`?)"),
    ("only: {count: {at_least: 3, within: 1h}}", "7:12: `count` cannot stand here (a receiver asks about one alert"),
    ("only: {severity: high, portfolio: ai}", "7:28: `severity` and `portfolio` stand in one condition"),
    ('quiet: {hours: "22:00-06:30", pass: {any: [{severity: high}, {weight: 3}]}}', "`weight` needs a unit"),
    ('digest: {at: "07:30", pass: {severity: []}}', "the list of `severity` is empty"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "fault"), WRONG, ids=[written for written, _ in WRONG])
def test_what_is_wrong_is_told_where_it_is_written_with_what_was_meant(
    written: str, fault: str, tmp_path: Path
) -> None:
    found = faults(write(tmp_path, written, SETTINGS + "  - {id: other, type: console}\n"))
    assert len(found) == 1, found
    assert fault in found[0]
    assert found[0].startswith("7:")


def test_all_faults_of_receivers_come_at_once(tmp_path: Path) -> None:
    found = faults(write(tmp_path, "portfolios: [aii]\n    event_types: [x]\n    only: {rule: leese}"))
    assert [fault.split(":")[0] for fault in found] == ["7", "8", "9"]


def test_a_reload_with_a_wrong_condition_changes_nothing_and_the_next_takes_all(tmp_path: Path) -> None:
    config = write(tmp_path, "")
    reloading = Reloading(config, {})
    first = reloading.load().loaded.snapshot
    write(tmp_path, "only: {rule: leese}", **{"portfolios/ai.yaml": RULES["portfolios/ai.yaml"].replace("8%", "9%")})
    with pytest.raises(ConfigError, match="unknown rule"):
        reloading.reload(None)
    config.write_text(config.read_text().replace("leese", "lease"))
    second = reloading.reload(None).loaded.snapshot
    assert second.book.version != first.book.version
    assert second.receivers["desk"].only is not None


WALLED = """
receivers:
  - {id: desk, type: console, desk: ai, escalate: {after: 15m, to: [phone]}}
  - {id: phone, type: console}
  - {id: other, type: console, portfolios: [ai], only: {portfolio: ai}}
"""


def test_escalations_and_conditions_stay_on_their_side_of_a_wall(tmp_path: Path) -> None:
    ai = RULES["portfolios/ai.yaml"].replace("portfolio: ai\n", "portfolio: ai\ndesk: ai\n")
    config = write(tmp_path, "", WALLED, **{"portfolios/ai.yaml": ai})
    assert faults(config) == [
        "3:69: escalate: receiver `phone` belongs to no desk, and alerts of desk `ai` stay there "
        "(set `desk:` there, or name another receiver)",
    ]
    config.write_text(
        WALLED.replace("to: [phone]", "to: [desk-two]") + "  - {id: desk-two, type: console, desk: ai}\n"
    )
    assert faults(config) == [
        "5:45: portfolio `ai` belongs to desk `ai`, and this receiver does not (set `desk:` here, or name another)",
        "5:68: unknown portfolio `ai`",
    ]


# --- conditions -----------------------------------------------------------------------------------------------

TITLE = "Vega Grid signs a compute lease with Lumen Labs, with a right to reclaim"


def seen(severity: Severity = "high", rule: str = "lease", portfolio: Portfolio | None = None) -> View:
    event = Event(
        id="ev_1", title=TITLE, source="wire", trust="high", event_at="2026-06-16T12:00:00Z",
        companies=[CompanyMention(id="vega-grid"), CompanyMention(id="lumen-labs", role="lessee")],
        event_types=[ReportedType(type="compute_lease", confidence=0.9)],
        amounts=[Amount(low=2e9, high=2e9)],
    )  # fmt: skip
    match = Match(
        rule=rule, rule_hash="h", portfolio="ai", event="ev_1", event_revision=1, severity=severity,
        company="lumen-labs", companies=["lumen-labs"],
    )  # fmt: skip
    alert = Alert(
        id="al_1", revision=1, portfolio="ai", subject="st_1", severity=severity, title=TITLE, matches=[match],
        story="st_1", first_at="", updated_at="",
    )  # fmt: skip
    return View(receiver="desk", alert=alert, event=event, news="first", matches=(match,), portfolio=portfolio)


HOLDS = [
    ("{severity: high}", True),
    ("{severity: [low, critical]}", False),
    ('{severity: ">= medium"}', True),
    ('{severity: "> high"}', False),
    ('{severity: "< critical"}', True),
    ("{portfolio: ai}", True),
    ("{rule: lease}", True),
    ("{rule: dispute}", False),
    ("{tag: compute}", True),
    ("{owner: jd}", True),
    ("{owner: mk}", False),
    ("{not: {owner: mk}}", True),
    ("{text: reclaim}", True),
    ("{text: {list: words}}", True),
    ("{title: dispute}", False),
    ("{event_type: compute_lease}", True),
    ("{source: wire}", True),
    ("{trust: low}", False),
    ('{amount: ">= 1B USD"}', True),
    ("{mentions: holdings}", True),
    # about the company of the match: it weighs one percent
    ('{weight: ">= 3%"}', False),
    ('{weight: ">= 1%"}', True),
    ("{mentions: [vega-grid]}", False),  # the match is about the other one
    ("{exposed: holdings}", True),
    ("{all: [{severity: high}, {any: [{rule: dispute}, {text: reclaim}]}]}", True),
]


@pytest.mark.parametrize(("written", "holds"), HOLDS, ids=[written for written, _ in HOLDS])
def test_a_condition_holds_for_an_alert_or_not(written: str, holds: bool, tmp_path: Path) -> None:
    snapshot = Reloading(write(tmp_path, f"only: {written}"), {}).load().loaded.snapshot
    only = snapshot.receivers["desk"].only
    assert only is not None
    assert fits(only, seen(portfolio=snapshot.book.portfolios[0])) == holds


def test_where_no_portfolio_is_at_hand_weights_are_those_that_the_match_remembers(tmp_path: Path) -> None:
    made = policy(tmp_path, 'only: {weight: ">= 3%"}').only
    assert made is not None
    for weight, holds in [(0.05, True), (0.01, False), (None, False)]:
        (match,) = seen().matches
        match = replace(match, holdings=[TouchedHolding(company="lumen-labs", weight=weight)])
        assert fits(made, replace(seen(), matches=(match,))) == holds


def test_of_several_matches_one_that_fits_is_enough(tmp_path: Path) -> None:
    made = policy(tmp_path, "only: {all: [{rule: dispute}, {severity: high}]}").only
    assert made is not None
    one, two = seen(), seen(rule="dispute")
    assert not fits(made, one)
    assert fits(made, replace(one, matches=(*one.matches, *two.matches)))


def test_what_is_not_known_yet_does_not_fit(tmp_path: Path) -> None:
    """The full text is still to come, so the words may be in it: neither they nor their absence are known."""
    waiting = replace(seen(), event=replace(seen().event, awaiting="full_text"))
    for written in ("{text: dispute}", "{not: {text: dispute}}"):
        made = policy(tmp_path, f"only: {written}").only
        assert made is not None
        assert not fits(made, waiting)


def test_conditions_travel_to_a_child_and_share_one_scan(tmp_path: Path) -> None:
    config = write(
        tmp_path,
        'only: {text: lease}\n    quiet: {hours: "22:00-06:30", pass: {text: dispute}}',
        SETTINGS
        + '  - {id: two, type: console, digest: {at: "07:30", timezone: UTC, pass: {text: {list: words}}}}\n',
    )
    snapshot = Reloading(config, {}).load().loaded.snapshot
    copy = pickle.loads(pickle.dumps(snapshot.without_rules()))
    assert copy.receivers == snapshot.receivers
    desk, two = copy.receivers["desk"], copy.receivers["two"]
    found: list[Fitting] = [desk.only, desk.quiet.passes, two.digest.passes]
    assert {fitting.terms for fitting in found} == {frozenset({"lease", "dispute", "reclaim", "clawback"})}
    assert [fits(fitting, seen()) for fitting in found] == [True, False, True]


def test_the_days_of_exchanges_are_read_before_they_are_asked_for(tmp_path: Path) -> None:
    made = policy(tmp_path, "quiet: {calendars: [XWAR], timezone: UTC}")
    before = exchanges._year.cache_info().misses
    read_calendars({"desk": made}, 1_781_611_200_000)
    assert exchanges._year.cache_info().misses - before <= 2
    again = exchanges._year.cache_info().misses
    read_calendars({"desk": made}, 1_781_611_200_000)
    assert exchanges._year.cache_info().misses == again
