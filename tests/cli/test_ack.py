"""`alertd ack`: answers from the command line, by id or by the beginning of one."""

from __future__ import annotations

import pytest

from alertd.base.clock import system_clock
from tests.alerts.living import TITLE
from tests.cli.conftest import Desk
from tests.cli.living import ONE, THREE, TWO, alert, journalled, ms, stored, told
from tests.cli.run import alertd


def test_an_alert_is_acknowledged_in_the_name_of_whoever_sits_there(desk: Desk) -> None:
    alert(desk)
    done = desk.run("ack", ONE, "--by", "jd", "--note", "calling")
    assert (done.code, done.out, done.err) == (0, f"{ONE}  acknowledged by jd: calling  {TITLE}\n", "")
    assert stored(desk).alert.acknowledged_by == "jd"
    assert told(desk) == ["alert.acknowledged"]
    (record,) = journalled(desk, "answer")
    assert (record.data["who"], record.data["via"], record.data["note"]) == ("jd", "cli", "calling")


def test_under_sudo_it_is_who_asked_for_it(desk: Desk) -> None:
    alert(desk)
    assert alertd("ack", ONE, cwd=desk.folder, env={"SUDO_USER": "mk"}).code == 0
    assert stored(desk).alert.acknowledged_by == "mk"


def test_the_second_time_it_says_who_was_first_and_is_fine(desk: Desk) -> None:
    alert(desk)
    desk.run("ack", ONE, "--by", "jd")
    done = desk.run("ack", ONE, "--by", "mk")
    assert done.code == 0
    assert "jd acknowledged it already" in done.out
    assert told(desk) == ["alert.acknowledged"]


def test_several_alerts_at_once_as_json(desk: Desk) -> None:
    alert(desk, ONE)
    alert(desk, TWO)
    done = desk.run("ack", ONE, TWO, ONE, "--close", "--json")
    assert [(row["alert"], row["outcome"], row["status"]) for row in done.json] == [
        (ONE, "done", "closed"),
        (TWO, "done", "closed"),
    ]


def test_the_beginning_of_an_id_is_enough_if_it_fits_one(desk: Desk) -> None:
    for name in (ONE, TWO, THREE):
        alert(desk, name)
    assert desk.run("ack", TWO[:8]).code == 0
    assert desk.run("ack", THREE[3:9]).code == 0
    assert [stored(desk, name).alert.status for name in (ONE, TWO, THREE)] == ["open", "acknowledged", "acknowledged"]
    done = desk.run("ack", "al_")
    assert done.code == 1
    assert "al_ is the beginning of 3 alerts: al_" in done.err
    done = desk.run("ack", "zzz")
    assert (done.code, done.err) == (1, "alertd: there is no alert zzz; alertd alerts lists them\n")


def test_what_is_not_there_is_said_and_the_rest_is_done(desk: Desk) -> None:
    alert(desk)
    done = desk.run("ack", ONE, "al_" + "a" * 26)
    assert done.code == 1
    assert "there is no such alert" in done.out
    assert stored(desk).alert.status == "acknowledged"


@pytest.mark.parametrize(("words", "hours"), [(("--snooze", "2h"), 2), (("--snooze", "3d"), 72)])
def test_a_snooze_lasts_so_long(desk: Desk, words: tuple[str, ...], hours: int) -> None:
    alert(desk)
    assert desk.run("ack", ONE, *words).code == 0
    until = ms(stored(desk).alert.snoozed_until)
    assert abs(until - system_clock() - hours * 3_600_000) < 60_000


def test_a_snooze_ends_at_a_time_of_a_clock(desk: Desk) -> None:
    alert(desk)
    assert desk.run("ack", ONE, "--until", "07:30", "--timezone", "America/New_York").code == 0
    assert str(stored(desk).alert.snoozed_until).endswith((":30:00.000Z",))


def test_opinions_are_kept_for_the_rules(desk: Desk) -> None:
    alert(desk)
    assert desk.run("ack", ONE, "--noise", "--by", "jd").code == 0
    assert desk.do(lambda store: store.feedback(["ai"]))["ai"][ONE] == {"rules": ["lease"], "useful": 0, "noise": 1}


def test_an_answer_is_taken_back(desk: Desk) -> None:
    alert(desk)
    desk.run("ack", ONE)
    assert desk.run("ack", ONE, "--undo").code == 0
    assert stored(desk).alert.status == "open"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--close", "--noise"), "say one thing at a time"),
        (("--snooze", "2h", "--until", "07:30"), "say one thing at a time"),
        (("--snooze", "soon"), "`soon` is no time: write 2h, 07:30"),
        (("--until", "25:00"), "`25:00` is no time"),
        (("--until", "07:30", "--timezone", "Europe/Londen"), "did you mean `Europe/London`?"),
    ],
)
def test_what_cannot_be_meant_is_said(desk: Desk, words: tuple[str, ...], why: str) -> None:
    done = desk.run("ack", ONE, *words)
    assert done.code == 2
    assert why in done.err


def test_an_answer_that_makes_no_sense_ends_with_1(desk: Desk) -> None:
    alert(desk, status="closed")
    done = desk.run("ack", ONE, "--snooze", "2h")
    assert (done.code, "it is closed" in done.out) == (1, True)


def test_where_the_settings_cannot_be_read_whole_the_answer_is_taken_and_nobody_told(desk: Desk) -> None:
    desk.settings(receivers=[{"id": "desk", "type": "webhook", "url": "${NOT_SET}", "secret": "${NOT_SET}"}])
    alert(desk)
    done = desk.run("ack", ONE)
    assert (done.code, "the receivers are not told of it" in done.err) == (0, True)
    assert stored(desk).alert.status == "acknowledged"
    assert told(desk) == []


def test_without_a_daemon_it_says_what_to_start(desk: Desk) -> None:
    desk.settings(redis="embedded")
    done = desk.run("ack", ONE)
    assert done.code == 1
    assert "start it with: alertd run" in done.err
