"""`alertd why` as far back as the archive reaches, with the messages as they were sent."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from alertd.model import Decision
from tests.cli.conftest import Desk
from tests.cli.keeping import forget, keep
from tests.cli.living import ONE, TWO, alert
from tests.cli.test_why import EVENT, decision, delivery_record, event_record, why

PAYLOAD = "HIGH · Vega leases Orion\nHoldings  NVDA +8.0 %"


@pytest.fixture
def kept(desk: Desk) -> Desk:
    desk.journal(event_record(decision()), delivery_record("1"))
    keep(desk, payload=PAYLOAD)
    return desk


def test_the_story_is_the_same_after_the_journal_has_forgotten_it(kept: Desk) -> None:
    before = why(kept, "ev_1")
    forget(kept)
    assert why(kept, "ev_1") == before
    assert f"; {len(PAYLOAD.encode())} bytes kept as sent" in before[-1]
    assert why(kept, "al_1")[0].startswith("2026-01-12T07:42:03.020Z  event ev_1")


def test_each_record_is_told_once_where_both_have_it(kept: Desk) -> None:
    kept.journal(delivery_record("1", "retry"))
    lines = why(kept, "ev_1")
    assert sum("delivery dl_1" in line for line in lines) == 2


def test_in_full_the_message_is_shown_as_it_was_sent(kept: Desk) -> None:
    assert not any("NVDA" in line for line in why(kept, "dl_1"))
    assert "    | Holdings  NVDA +8.0 %" in why(kept, "dl_1", "--full")
    sent = kept.run("why", "dl_1", "--json").json[-1]["data"]
    assert (sent["payload_bytes"], "payload" in sent) == (len(PAYLOAD.encode()), False)
    assert kept.run("why", "dl_1", "--json", "--full").json[-1]["data"]["payload"] == PAYLOAD


def test_it_answers_while_no_daemon_runs(kept: Desk) -> None:
    kept.settings(redis="embedded")
    done = kept.run("why", "ev_1")
    assert done.code == 0
    assert "“Vega leases Orion”" in done.out
    assert "this is what is kept" in done.err


def test_another_desk_is_not_shown_what_was_kept(desk: Desk) -> None:
    """Of an alert that the store forgot, the archive says whose it was."""
    desk.settings(receivers=[{"id": "desk", "type": "console", "desk": "credit"}, {"id": "oms", "type": "console"}])
    alert(desk, ONE, desk="credit")
    made = Decision(portfolio="ai", alert=ONE, alert_revision=1, reason="first")
    desk.journal(event_record(made), replace(delivery_record("1", alert=ONE, receiver="oms"), ids=["dl_1", ONE]))
    keep(desk, payload=PAYLOAD)
    forget(desk)
    assert desk.run("why", "dl_1", "--desk", "energy", "--full").code == 1
    assert desk.run("why", ONE[:12], "--desk", "energy").code == 1
    assert PAYLOAD.splitlines()[0] in desk.run("why", "dl_1", "--full").out


def carrying_on(desk: Desk, owner: str | None = None) -> None:
    """An alert of which nothing was sent under its own name: it carries on another."""
    alert(desk, TWO, desk=owner, status="closed", merged_into=ONE)
    alert(desk, ONE, desk=owner)
    walled = {"desks": {"ai": owner}} if owner is not None else {}
    began = Decision(portfolio="ai", alert=TWO, alert_revision=1, reason="first", receivers={"desk": "dl_1"})
    merged = Decision(portfolio="ai", alert=TWO, alert_revision=2, reason="merged_into")
    more = Decision(portfolio="ai", alert=ONE, alert_revision=2, reason="update_minor")
    sent = replace(delivery_record("1", alert=TWO), ids=["dl_1", TWO, "desk"])
    first, second = event_record(began), event_record(merged, more, event=replace(EVENT, id="ev_2"))
    desk.journal(replace(first, data=first.data | walled), sent, replace(second, data=second.data | walled))
    keep(desk, payload=PAYLOAD)


@pytest.mark.parametrize("forgotten", [False, True])
def test_an_alert_is_told_with_the_records_of_the_one_that_it_carries_on(desk: Desk, forgotten: bool) -> None:
    carrying_on(desk)
    if forgotten:
        forget(desk)
    told = why(desk, ONE)
    assert [line for line in told if f"delivery dl_1 to desk about {TWO} sent: HTTP 200" in line]
    assert [line.split()[2] for line in told if "  event ev_" in line] == ["ev_1", "ev_2"]
    assert f"{ONE} carries on {TWO}, whose records are among these" in told
    assert "ev_1" in why(desk, ONE, "--full")[0]
    assert {one["ids"][0] for one in desk.run("why", ONE, "--json").json} == {"ev_1", "ev_2", "dl_1"}
    assert not any("carries on" in line for line in why(desk, TWO))


def test_a_desk_is_not_shown_what_an_alert_of_another_carries_on(desk: Desk) -> None:
    carrying_on(desk, "credit")
    done = desk.run("why", ONE, "--desk", "energy")
    assert (done.code, TWO in done.out + done.err) == (1, False)


def test_a_damaged_archive_costs_only_what_it_has(kept: Desk) -> None:
    whole = why(kept, "ev_1")
    for file in (kept.folder / "var/archive").rglob("*.jsonl.zst"):
        file.write_bytes(b"\xa5" * 500)
    assert kept.run("why", "ev_1").out.splitlines()[0] == whole[0]
    (kept.folder / "var/history.db").write_bytes(b"\xa5" * 20_000)
    done = kept.run("why", "ev_1")
    assert (done.code, "alertd archive rebuild" in done.err) == (0, True)


@pytest.mark.parametrize(
    "words", [("why", "\udcff"), ("why", "al_\udcff"), ("alerts", "--rule", "\udcff"), ("alerts", "\udcff ve")]
)
def test_what_is_typed_in_another_encoding_is_found_nowhere(kept: Desk, words: tuple[str, ...]) -> None:
    done = kept.run(*words)
    assert "no alerts" in done.out or any(said in done.err for said in ("nothing is known", "there is no"))


def test_words_of_a_headline_list_events(kept: Desk) -> None:
    assert why(kept, "vega orion") == ["2026-01-12T07:42:03.020Z  ev_1 from wire “Vega leases Orion”"]
    assert kept.run("why", "orion vega", "--json").json[0]["event"] == "ev_1"
    assert kept.run("why", "orion nothing").code == 1
    assert kept.run("why", " -- ").code == 2


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (
            ["orion"],
            "alertd: headlines are searched from two words on: alertd why 'orion …';"
            " alerts from one: alertd alerts orion",
        ),
        (["o'neil", "--desk", "energy"], "alertd alerts --desk energy 'o'\"'\"'neil'"),
    ],
)
def test_one_word_that_nothing_is_called_gets_a_hint(kept: Desk, words: list[str], hint: str) -> None:
    done = kept.run("why", *words)
    assert (done.code, done.out) == (1, "")
    assert done.err.endswith(f"{hint}\n")
    assert "nothing is known" not in done.err, "an event may well have the word"


@pytest.mark.parametrize("id", ["ev_gone", "al_gone", "..."])
def test_an_id_that_nothing_has_is_no_word_to_search_for(kept: Desk, id: str) -> None:
    done = kept.run("why", id)
    assert (done.code, "searched" in done.err) == (1, False)
    assert done.err.endswith("reaches back to it no longer\n")


def test_without_a_history_headlines_cannot_be_searched(desk: Desk) -> None:
    done = desk.run("why", "vega orion")
    assert (done.code, "headlines cannot be searched: there is no history yet" in done.err) == (1, True)
