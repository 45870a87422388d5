"""`alertd alerts` as far back as the archive reaches: searched, chosen, and as the store knows them now."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from alertd.base.clock import rfc3339, system_clock
from alertd.model import Decision, Event, Told
from tests.alerts.living import TITLE, match, state
from tests.cli.conftest import Desk
from tests.cli.keeping import forget, keep
from tests.cli.living import ONE, THREE, TWO, alert, put
from tests.cli.test_alerts import ids
from tests.cli.test_why import event_record


def report(desk: Desk, alert_id: str, name: str, source: str = "wire", **event: object) -> None:
    """Journal an event that an alert is about."""
    made = Event(id=name, source=source, title=TITLE, **event)  # type: ignore[arg-type]
    decided = Decision(
        portfolio="ai", alert=alert_id, alert_revision=1, reason="first", receivers={"desk": f"dl_{name}"}
    )
    desk.journal(event_record(decided, event=made, matches=[match()]))


@pytest.fixture
def kept(desk: Desk) -> Desk:
    """A desk whose alerts are archived: one about a lease, one about a dispute."""
    alert(desk, ONE, title="Vega Grid leases its Orion supercomputer", severity="low")
    alert(desk, TWO, title="Café Central disputes a lease", matches=[match("sour")], status="closed")
    report(desk, ONE, "ev_1")
    report(desk, TWO, "ev_2")
    keep(desk)
    return desk


def test_words_find_alerts_that_the_store_forgot(kept: Desk) -> None:
    forget(kept)
    done = kept.run("alerts", "orion -dispute")
    assert (done.code, done.err) == (0, "")
    head, line = done.out.splitlines()[1:]
    assert head.split()[-1] == "found"
    assert line.startswith(ONE)
    assert line.endswith("Vega Grid leases its [Orion] supercomputer")
    (row,) = kept.run("alerts", "cafe", "leas*", "--json").json
    assert (row["id"], row["snippet"], row["told"]) == (TWO, "Café Central disputes a lease", {"desk": 1})
    assert [row["snippet"][start:end] for start, end in row["hits"]] == ["Café", "lease"]


def test_titles_are_cut_in_tables_and_whole_in_json(desk: Desk) -> None:
    title = "x" * 300 + " leases " + "y" * 300
    alert(desk, ONE, title=title)
    report(desk, ONE, "ev_1")
    keep(desk)
    for words in ([], ["leases"]):
        assert max(map(len, desk.run("alerts", *words).out.splitlines())) < 300
        (row,) = desk.run("alerts", *words, "--json").json
        assert row["title"] == title
    assert "[leases]" in desk.run("alerts", "leases").out


def test_the_store_has_the_last_word_about_status(kept: Desk) -> None:
    """The projection is behind by moments; who was acknowledged a second ago is acknowledged."""
    alert(kept, ONE, title="Vega Grid leases its Orion supercomputer", status="acknowledged", acknowledged_by="jd")
    assert ids(kept, "--status", "open") == []
    assert ids(kept, "--status", "acknowledged") == [ONE]
    assert "acknowledged by jd" in kept.run("alerts", "orion").out
    assert ids(kept, "orion", "--status", "open") == []


def test_what_is_not_projected_yet_is_listed_all_the_same(kept: Desk) -> None:
    alert(kept, THREE, severity="critical")
    assert ids(kept) == [THREE, TWO, ONE]
    assert ids(kept, "--severity", "critical") == [THREE]
    assert ids(kept, "--limit", "1") == [THREE]


def test_a_search_says_that_it_does_not_reach_to_the_end(kept: Desk) -> None:
    report(kept, THREE, "ev_3")
    done = kept.run("alerts", "orion")
    assert (done.code, "the history is behind: what came after 20" in done.err) == (0, True)


def test_alerts_are_chosen_by_what_they_are_about(desk: Desk) -> None:
    named = match("lease", company="vega-grid", companies=["vega-grid"])
    alert(desk, ONE, matches=[named])
    alert(desk, TWO, matches=[match("sour")], told={"oms": Told(revision=1)})
    report(desk, ONE, "ev_1")
    report(desk, TWO, "ev_2", source="prwire")
    for turn in ("by the store", "by what is kept"):
        assert ids(desk, "--rule", "sour") == [TWO], turn
        assert ids(desk, "--company", "VEGA-GRID") == [ONE], turn
        assert ids(desk, "--until", "2001-01-01") == [], turn
        keep(desk)
    forget(desk)
    assert ids(desk, "--source", "prwire") == [TWO]
    assert ids(desk, "--receiver", "desk") == [TWO, ONE]
    assert ids(desk, "--receiver", "oms") == []
    assert ids(desk, "--type", "compute_lease") == []


def test_without_a_history_words_are_refused_with_the_reason(desk: Desk) -> None:
    done = desk.run("alerts", "lease")
    assert (done.code, done.out) == (1, "")
    assert "nothing can be searched: there is no history yet" in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--sort", "time"], "--sort is for a search"),
        (["lease", "--by-rule"], "leave the words out"),
        (["..."], "name at least one word"),
        (["--", "-lease"], "name at least one word"),
        (["x" * 401], "too long"),
        (["--until", "soon"], "--until takes a time"),
    ],
)
def test_what_makes_no_sense_is_refused(desk: Desk, words: list[str], said: str) -> None:
    done = desk.run("alerts", *words)
    assert (done.code, done.out, said in done.err) == (2, "", True)


def test_without_a_daemon_what_is_kept_is_told_and_that_said(kept: Desk) -> None:
    kept.settings(redis="embedded")
    done = kept.run("alerts", "orion", "--json")
    assert [row["id"] for row in done.json] == [ONE]
    assert "no alertd runs in" in done.err
    assert "this is what is kept, up to 20" in done.err


def test_a_desk_finds_its_own_and_what_is_nobodys(desk: Desk) -> None:
    put(desk, replace(state(ONE, desk="credit"), portfolio_title=""))
    alert(desk, TWO)
    report(desk, ONE, "ev_1")
    report(desk, TWO, "ev_2")
    keep(desk)
    for turn in ("in the store", "kept"):
        assert ids(desk, "supercomputer", "--desk", "energy") == [TWO], turn
        assert set(ids(desk, "supercomputer", "--desk", "credit")) == {ONE, TWO}, turn
        forget(desk)
    assert ids(desk, "--desk", "energy", "--since", rfc3339(system_clock() - 10**9)) == [TWO]


@pytest.mark.parametrize("whole", [True, False])
def test_a_damaged_history_costs_only_the_search(kept: Desk, whole: bool) -> None:
    path = kept.folder / "var/history.db"
    content = path.read_bytes()
    kept_pages = 0 if whole else 4 * 4096
    path.write_bytes(content[:kept_pages] + b"\xa5" * (len(content) - kept_pages))
    done = kept.run("alerts", "--json")
    assert {row["id"] for row in done.json} == {ONE, TWO}
    assert "alertd archive rebuild" in done.err
    assert kept.run("alerts", "lease").code == 1
