"""`--desk`: what `why`, `tail` and `status` show one desk names nothing of another."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from alertd.base.clock import system_clock
from alertd.companies.report import Trouble
from alertd.model import CompanyMention, Decision, Event, JournalRecord, Match, Story, event_to_dict
from tests.cli.conftest import PORTFOLIO, Desk
from tests.cli.keeping import keep
from tests.cli.test_why_life import state, stored

AT = "2026-01-12T07:42:03.020Z"
HUSH = "hush"
"""Stands in everything that is desk b's."""
FILES = {
    "companies/ours.yaml": f"{{desk: b, companies: [{{id: {HUSH}-corp, name: Hush Corp}}]}}",
    "portfolios/ai.yaml": PORTFOLIO.replace("timezone:", "desk: a\ntimezone:"),
    "portfolios/b.yaml": f"portfolio: {HUSH}-book\ntitle: {HUSH}\ndesk: b\nreceivers: [other]\n"
    f"rules: [{{id: {HUSH}-rule, title: Of {HUSH}, severity: low, when: {{title: lease}}}}]\n",
    "portfolios/all.yaml": "portfolio: all\ntitle: All\nreceivers: [open]\n"
    "rules: [{id: any, title: Any, severity: low, when: {title: orion}}]\n",
}  # fmt: skip


def event_record() -> JournalRecord:
    event = Event(
        id="ev_1", source="wire", title="Vega leases Orion", seen_at=AT, event_at=AT, parties=[f"{HUSH}-corp"],
        companies=[CompanyMention(id=f"{HUSH}-corp", name=HUSH)], story=Story(id="st_1", position=2),
    )  # fmt: skip

    def match(portfolio: str, rule: str) -> Match:
        return Match(rule=rule, rule_hash="h", portfolio=portfolio, event="ev_1", event_revision=1, severity="high")

    def decided(portfolio: str, alert: str, **receivers: str) -> Decision:
        return Decision(portfolio=portfolio, alert=alert, alert_revision=1, reason="first", receivers=receivers)

    data: dict[str, Any] = {
        "event": event_to_dict(event),
        "matches": msgspec.to_builtins([match("ai", "lease"), match(f"{HUSH}-book", f"{HUSH}-rule")]),
        "decisions": msgspec.to_builtins(
            [decided("ai", "al_a", desk="dl_a"), decided(f"{HUSH}-book", "al_hush", other="dl_hush")]
        ),
        "failures": [
            {"portfolio": f"{HUSH}-book", "rule": f"{HUSH}-rule", "rule_hash": "", "event": "", "error": HUSH}
        ],
        "alerts": [
            {"id": "al_a", "portfolio": "ai", "desk": "a"},
            {"id": "al_hush", "portfolio": f"{HUSH}-book", "desk": "b", "title": HUSH},
        ],
        "desks": {"ai": "a", f"{HUSH}-book": "b"},
        "story": {"because": f"both name {HUSH}-corp"},
        "over_time": {"verdicts": [{"portfolio": f"{HUSH}-book", "rule": HUSH, "by": "", "seen": HUSH}]},
    }
    return JournalRecord(
        kind="event", at=AT, ids=["ev_1", "al_a", "dl_a", "al_hush", "dl_hush"], reason="first", data=data
    )


def delivery(name: str, alert: str, receiver: str) -> JournalRecord:
    data = {"delivery": name, "receiver": receiver, "alert": alert, "attempts": 1, "detail": ""}
    return JournalRecord(kind="delivery", at=AT, ids=[name, alert, receiver], reason="sent", data=data)


def record(kind: Any, names: str, reason: str, **data: Any) -> JournalRecord:
    return JournalRecord(kind=kind, at=AT, ids=names.split(), reason=reason, data=data)


RECORDS = [
    event_record(),
    delivery("dl_a", "al_a", "desk"),
    delivery("dl_hush", "al_hush", "other"),
    record("answer", "al_hush", "close", who=HUSH, portfolio=f"{HUSH}-book"),
    record("answer", "al_gone", "close", who=HUSH),
    record("release", "other al_hush", "brief", receiver="other"),
    record("silence", "si_hush", "made", portfolios=[f"{HUSH}-book"]),
    record("notice", f"{HUSH}-book/x", "rule_failed", text=HUSH, desk="b"),
    record("notice", f"{HUSH}-book", "positions", text=HUSH, subject=f"{HUSH}-book"),
    record("source", "tape", f"failed: {HUSH}"),
    record("notice", "wire", "source_failing", text="Wire.", subject="wire"),
    record("source", "wire", "failed: HTTP 503"),
    record("note", "al_hush ev_1", "written", alert="al_hush", portfolio=f"{HUSH}-book", desk="b", note={"by": HUSH}),
    record(
        "note",
        "al_a ev_1",
        "written",
        alert="al_a",
        portfolio="ai",
        desk="a",
        note={"by": HUSH, "rights": {"receivers": ["other"]}},
    ),
]


@pytest.fixture
def walled(desk: Desk) -> Desk:
    for name, text in FILES.items():
        file = desk.folder / "rules" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    feed = {"type": "feed", "url": "https://wire.example.com/rss"}
    desk.settings(
        sources=[feed | {"id": "wire"}, feed | {"id": "tape", "desk": "b"}],
        receivers=[
            {"id": "desk", "type": "console", "desk": "a"}, {"id": "other", "type": "console", "desk": "b"},
            {"id": "open", "type": "console"},
        ],
    )  # fmt: skip
    stored(desk, state("al_a"))
    stored(desk, state("al_hush", f"{HUSH}-book", desk="b"))
    desk.journal(*RECORDS)
    return desk


@pytest.mark.parametrize(
    "words",
    [
        ("tail", "--since", "0", "--no-follow"),
        ("tail", "--since", "0", "--no-follow", "--json"),
        ("why", "ev_1"),
        ("why", "ev_1", "--full", "--json"),
        ("why", "ev_1", "ai"),
        ("why", "al_a", "--full"),
        ("why", "desk"),
        ("why", "wire"),
        ("why", "--rule", "lease", "--since", "2026-01-01"),
    ],
)
def test_a_desk_sees_its_own_and_nothing_of_another(walled: Desk, words: tuple[str, ...]) -> None:
    done = walled.run(*words, "--desk", "a")
    assert (done.code, done.err) == (0, "")
    assert done.out
    assert HUSH not in done.out.lower()
    assert HUSH in walled.run("tail", "--since", "0", "--no-follow").out, "whoever runs it sees all"


def test_a_desk_sees_what_was_decided_for_it_and_for_nobodys_portfolios(walled: Desk) -> None:
    kinds = [
        line["kind"] for line in walled.run("tail", "--since", "0", "--no-follow", "--json", "--desk", "a").lines
    ]
    assert kinds == ["event", "delivery", "notice", "source"]
    told = walled.run("why", "ev_1", "--desk", "a").out
    assert "ai: first" in told
    assert "3 rules" not in told


@pytest.mark.parametrize(
    "words",
    [("why", "al_hush"), ("why", "dl_hush"), ("why", "other"), ("why", "tape"), ("why", "si_hush")],
)
def test_what_is_another_desks_is_as_if_it_were_not_there(walled: Desk, words: tuple[str, ...]) -> None:
    nothing = "al_nothing" if "_" in words[1] else "elsewhere"  # of a word it says how words are searched for
    hidden, nobody = walled.run(*words, "--desk", "a"), walled.run("why", nothing, "--desk", "a")
    assert (hidden.code, hidden.out) == (1, "")
    assert hidden.err == nobody.err.replace(nothing, words[1])


def test_an_event_that_only_another_desks_receivers_may_be_told_is_not_there(walled: Desk) -> None:
    past = event_record()
    event = past.data["event"] | {"provenance": {"rights": {"receivers": ["other"]}}}
    walled.journal(replace(past, ids=["ev_7"], data=past.data | {"event": event | {"id": "ev_7"}}))
    assert walled.run("why", "ev_7", "--desk", "a").code == 1
    assert walled.run("why", "ev_7", "--desk", "b").code == 0


def test_another_desks_rules_and_portfolios_cannot_be_asked_about(walled: Desk) -> None:
    done = walled.run("why", "ev_1", f"{HUSH}-book", "--desk", "a")
    assert (done.code, done.err) == (1, f"alertd: there is no portfolio {HUSH}-book; there are ai, all\n")
    assert walled.run("why", "--rule", f"{HUSH}-rule", "--desk", "a").err.startswith(
        f"alertd: there is no rule {HUSH}-rule"
    )
    assert walled.run("why", "--rule", "hush-rul", "--desk", "a").err == "alertd: there is no rule hush-rul\n"


def test_a_message_to_all_is_not_shown_to_a_desk_that_did_not_get_it(walled: Desk) -> None:
    """A notice to the operator may be about another desk's source."""
    walled.journal(delivery("dl_ops", "", "open"))
    keep(walled, payload=f"{HUSH} fails")
    shown = walled.run("why", "open", "--desk", "a", "--full")
    assert "delivery dl_ops to open sent" in shown.out
    assert HUSH not in shown.out
    assert f"{HUSH} fails" in walled.run("why", "open", "--full").out


def test_what_was_another_desks_stays_so_when_nothing_says_so_any_more(walled: Desk) -> None:
    past = event_record()
    data = past.data | {"source_desk": "b", "rules_version": "of long ago"}
    walled.journal(
        replace(past, ids=["ev_9"], data=data),
        replace(past, ids=["ev_8"], data=past.data | {"desks": {"ai": "b"}}),
    )
    for name in ("companies/ours.yaml", "portfolios/b.yaml"):
        (walled.folder / "rules" / name).unlink()
    assert walled.run("why", "ev_9", "--desk", "a").code == 1
    told = walled.run("why", "ev_8", "--desk", "a", "--full", "--json").json[0]["data"]
    assert (told["matches"], told["decisions"], told["event"]["companies"]) == ([], [], [])


def test_the_status_for_a_desk_has_no_row_of_another(walled: Desk) -> None:
    trouble = [Trouble(portfolio=f"{HUSH}-book", state="stale", text=HUSH, file=f"{HUSH}.csv")]
    walled.running(positions=trouble, reload_ok=False, faults=[f"{HUSH}.yaml:1:1: odd"])
    walled.deliver("1", receiver="other")
    for words in (("status",), ("status", "--json")):
        done = walled.run(*words, "--desk", "a")
        assert HUSH not in done.out
        assert "other" not in done.out.replace("another", "")
        assert "tape" not in done.out
        assert "1 fault: see alertd check" in done.out
    assert HUSH in walled.run("status").out


def test_a_time_of_which_the_desk_may_know_nothing_is_not_counted(walled: Desk) -> None:
    walled.journal(*[msgspec.structs.replace(RECORDS[2], at="2026-01-12T09:00:00.000Z")] * 3)
    seen = walled.run("tail", "--since", "0", "--no-follow", "--json", "--desk", "b").lines
    assert [line["ids"][0] for line in seen if line["kind"] == "delivery"] == ["dl_hush"] * 4
    assert system_clock() > 0
