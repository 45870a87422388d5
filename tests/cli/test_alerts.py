"""`alertd alerts`: the alerts there are, and what each rule brought."""

from __future__ import annotations

from msgspec.structs import replace

from alertd.base.clock import rfc3339, system_clock
from alertd.base.ids import delivery_id
from alertd.model import Told
from alertd.store.redis import RedisStore
from tests.alerts.living import TITLE, match, state
from tests.cli.conftest import Desk
from tests.cli.living import ONE, THREE, TWO, alert, put
from tests.store.make import delivery


def ids(desk: Desk, *words: str) -> list[str]:
    return [row["id"] for row in desk.run("alerts", *words, "--json").json]


def test_without_alerts_that_is_said(desk: Desk) -> None:
    assert desk.run("alerts").out == "no alerts\n"
    assert desk.run("alerts", "--by-rule").out == "no alerts\n"


def test_the_one_that_changed_last_stands_first(desk: Desk) -> None:
    alert(desk, ONE)
    alert(desk, TWO, status="acknowledged", acknowledged_by="jd", severity="critical")
    done = desk.run("alerts")
    title, head, second, first = done.out.splitlines()
    assert (done.code, title) == (0, "Alerts")
    assert head.split() == ["alert", "severity", "status", "changed", "portfolio", "told", "title"]
    assert "acknowledged by jd" in second
    assert first.split()[:3] == [ONE, "high", "open"]
    assert first.endswith(TITLE)


def test_alerts_are_chosen_by_portfolio_status_and_severity(desk: Desk) -> None:
    alert(desk, ONE, severity="low")
    alert(desk, TWO, severity="critical", status="closed")
    alert(desk, THREE, snoozed_until=rfc3339(system_clock() + 3_620_000))
    assert ids(desk) == [THREE, TWO, ONE]
    assert ids(desk, "--severity", "high") == [THREE, TWO]
    assert ids(desk, "--status", "closed") == [TWO]
    assert ids(desk, "--status", "snoozed") == [THREE]
    assert ids(desk, "--status", "open") == [THREE, ONE]
    assert ids(desk, "--limit", "1") == [THREE]
    assert "snoozed for 60 min" in desk.run("alerts", "--status", "snoozed").out
    assert desk.run("alerts", "--status", "gone").code == 2
    assert desk.run("alerts", "--since", "yesterday").code == 2
    assert ids(desk, "--since", "2100-01-01") == []


def test_a_portfolio_that_nothing_knows_is_refused(desk: Desk) -> None:
    assert desk.run("alerts", "--portfolio", "ai").out == "no alerts\n"
    done = desk.run("alerts", "--portfolio", "aii")
    assert (done.code, done.out, done.err) == (2, "", "alertd: there is no portfolio aii (did you mean ai?)\n")
    assert desk.run("alerts", "--portfolio", "aii", "--by-rule").code == 2
    made = state(ONE, desk="credit")
    put(desk, replace(made, alert=replace(made.alert, portfolio="gone", updated_at=rfc3339(system_clock()))))
    assert ids(desk, "--portfolio", "gone") == [ONE]
    other = desk.run("alerts", "--portfolio", "gone", "--desk", "energy")
    assert (other.code, "gone;" in other.err) == (2, True)


def test_a_desk_sees_its_own_and_what_is_nobodys(desk: Desk) -> None:
    alert(desk, ONE, desk="ai", title="Planted name")
    alert(desk, TWO)
    assert ids(desk, "--desk", "ai") == [TWO, ONE]
    assert ids(desk, "--desk", "energy") == [TWO]
    assert "Planted" not in desk.run("alerts", "--desk", "energy", "--by-rule").out


def test_the_row_says_who_was_told_and_who_waits(desk: Desk) -> None:
    alert(desk, ONE, told={"desk": Told(revision=2), "oms": Told(held="oms/brief//1")})
    (row,) = desk.run("alerts", "--json").json
    assert (row["told"], row["waits_for"], row["rules"]) == ({"desk": 2}, ["oms"], ["lease"])


def test_the_list_says_who_was_told_and_of_what_did_not_arrive_how_far_it_is(desk: Desk) -> None:
    now = system_clock()
    alert(desk, ONE, told={"desk": Told(revision=2), "mail": Told(revision=2), "oms": Told(held="oms/brief//1")})
    assert told_column(desk) == "desk, mail, oms (held)"
    name = delivery_id("desk", ONE, 2)
    desk.do(lambda store: store.enqueue([replace(delivery("x", chain=ONE), id=name)], now))
    assert told_column(desk) == "desk (on its way), mail, oms (held)"

    async def give_up(store: RedisStore) -> None:
        await store.claim("desk", name, "token", now + 1000, 60_000, 0, b"payload")
        assert await store.bury(name, "token", now + 1000, "HTTP 410")

    desk.do(give_up)
    assert told_column(desk) == "desk (given up), mail, oms (held)"


async def _sent(store: RedisStore, name: str) -> None:
    now = system_clock()
    await store.claim("desk", name, "token", now, 60_000, 0, b"payload")
    assert await store.finish(name, "token", now, "HTTP 204")


def test_what_a_receiver_has_is_not_on_its_way_any_more(desk: Desk) -> None:
    alert(desk, ONE)
    name = delivery_id("desk", ONE, 1)
    desk.do(lambda store: store.enqueue([replace(delivery("x", chain=ONE), id=name)], system_clock()))
    assert told_column(desk) == "desk (on its way)"
    desk.do(lambda store: _sent(store, name))
    assert told_column(desk) == "desk"


def told_column(desk: Desk) -> str:
    """Give what the only alert of the list has there."""
    _, head, line = desk.run("alerts").out.splitlines()
    begin, end = head.index("told"), head.index("title")
    return line[begin:end].strip()


def test_hostile_titles_do_not_reach_the_terminal(desk: Desk) -> None:
    alert(desk, ONE, title="a\x1b[2J[red]b\u202e" + "x" * 5000)
    assert "\x1b" not in desk.run("alerts").out


def test_by_rule_the_opinions_of_people_become_a_precision(desk: Desk) -> None:
    alert(desk, ONE)
    alert(desk, TWO, matches=[match("lease"), match("sour")])
    alert(desk, THREE, told={})
    for name, who, word in ((ONE, "jd", "--useful"), (ONE, "mk", "--useful"), (TWO, "jd", "--noise")):
        assert desk.run("ack", name, word, "--by", who).code == 0
    lines = [line.split() for line in desk.run("alerts", "--by-rule").out.splitlines()]
    assert lines[1] == ["portfolio", "rule", "alerts", "sent", "useful", "noise", "precision"]
    assert lines[2] == ["ai", "lease", "3", "2", "2", "1", "67%", "(2", "of", "3)"]
    assert lines[3] == ["ai", "sour", "1", "1", "0", "1", "0%", "(0", "of", "1)"]
    assert desk.run("alerts", "--by-rule", "--json").json[0]["precision"] == 2 / 3


def test_a_rule_that_nobody_judged_has_no_precision(desk: Desk) -> None:
    alert(desk, ONE)
    assert desk.run("alerts", "--by-rule").out.splitlines()[2].split()[-1] == "-"


def test_an_alert_that_another_carries_on_is_counted_there(desk: Desk) -> None:
    alert(desk, ONE, merged_into=TWO, status="closed")
    alert(desk, TWO)
    assert desk.run("alerts", "--by-rule", "--json").json[0]["alerts"] == 1
