"""`alertd tail`: the journal, one line for each record, from wherever one wants to begin."""

from __future__ import annotations

import signal
import subprocess

import pytest

from alertd.base.clock import parse_rfc3339, rfc3339, system_clock
from alertd.model import JournalRecord
from tests.cli.conftest import Desk
from tests.cli.run import command, plain_environment
from tests.support.http import DEADLINE_S

AT = "2026-01-12T07:42:04.000Z"
EVENT = {"id": "ev_1", "source": "wire", "title": "Vega leases\nOrion", "revision": 2}
RECORDS = [
    JournalRecord(kind="event", at=AT, ids=["ev_1"], reason="matched",
                  data={"event": EVENT, "decisions": [{"portfolio": "ai", "reason": "first"}]}),
    JournalRecord(kind="event", at=AT, ids=["ev_2"], reason="no_match",
                  data={"event": {"id": "ev_2", "source": "wire", "title": "Rain"}, "decisions": []}),
    JournalRecord(kind="delivery", at=AT, ids=["dl_1", "al_1", "desk"], reason="sent",
                  data={"delivery": "dl_1", "receiver": "desk", "alert": "al_1", "detail": "HTTP 200"}),
    JournalRecord(kind="delivery", at=AT, ids=["dl_2", "desk"], reason="retry",
                  data={"delivery": "dl_2", "receiver": "desk", "attempts": 3, "detail": "HTTP 503",
                        "due_ms": parse_rfc3339(AT) + 5_000}),
    JournalRecord(kind="entry", at=AT, ids=["wire"], reason="rejected: no title", data={"title": ""}),
    JournalRecord(kind="entry", at=AT, ids=["wire", "ev_1"], reason="republished", data={"title": "Vega\x1b[2J"}),
    JournalRecord(kind="source", at=AT, ids=["wire"], reason="failed: HTTP 503"),
    JournalRecord(kind="notice", at=AT, ids=["wire", "dl_3"], reason="source_failing", data={"text": "Source …"}),
    JournalRecord(kind="dead_event", at=AT, ids=["ev_3", "wire"], reason="five attempts", data={"event": "ev_3"}),
]  # fmt: skip
LINES = [
    f"{AT} event      ev_1 revision 2 from wire “Vega leases Orion” → ai: first",
    f"{AT} event      ev_2 from wire “Rain” → no rule held",
    f"{AT} delivery   dl_1 to desk sent: HTTP 200",
    f"{AT} delivery   dl_2 to desk failed at attempt 3: HTTP 503; next attempt 2026-01-12T07:42:09.000Z",
    f"{AT} entry      wire rejected: no title",
    f"{AT} entry      wire ev_1 “Vega\ufffd[2J” republished",
    f"{AT} source     wire failed: HTTP 503",
    f"{AT} notice     source_failing: Source …",
    f"{AT} dead_event ev_3 wire five attempts",
]


def test_each_record_is_one_line(desk: Desk) -> None:
    desk.journal(*RECORDS)
    done = desk.run("tail", "--since", "0", "--no-follow")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == LINES


def test_each_record_is_one_json_line_with_its_place_in_the_journal(desk: Desk) -> None:
    desk.journal(*RECORDS[:3])
    lines = desk.run("tail", "--since", "0", "--no-follow", "--json").lines
    assert [line["kind"] for line in lines] == ["event", "event", "delivery"]
    assert lines[0]["data"]["event"] == EVENT
    assert lines[0].keys() == {"id", "kind", "at", "ids", "reason", "data"}
    rest = desk.run("tail", "--since", lines[0]["id"], "--no-follow", "--json").lines
    assert [line["id"] for line in rest] == [line["id"] for line in lines[1:]]


@pytest.mark.parametrize(("since", "shown"), [("1h", 1), ("30s", 1), ("0", 1), (None, 0), ("$", 0)])
def test_one_may_begin_some_time_ago_or_now(desk: Desk, since: str | None, shown: int) -> None:
    desk.journal(RECORDS[0])
    words = [] if since is None else ["--since", since]
    done = desk.run("tail", "--no-follow", *words)
    assert (done.code, len(done.out.splitlines())) == (0, shown)


def test_a_place_behind_the_end_shows_nothing(desk: Desk) -> None:
    desk.journal(RECORDS[0])
    done = desk.run("tail", "--no-follow", "--since", f"{system_clock() + 60_000}-0")
    assert (done.code, done.out) == (0, "")


@pytest.mark.parametrize("since", ["yesterday", "-1", "1-", "١", "1e400d", ""])
def test_what_is_no_time_is_a_usage_error(desk: Desk, since: str) -> None:
    done = desk.run("tail", "--no-follow", f"--since={since}")
    assert done.code == 2
    assert done.err == f"alertd: --since takes a time such as 10m, or the id of a journal record, not {since}\n"


def test_following_prints_what_is_written_and_ends_with_ctrl_c(desk: Desk) -> None:
    desk.journal(RECORDS[0])
    tail = subprocess.Popen(
        command("tail", "--since", "1h"), cwd=desk.folder, env=plain_environment(), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a run in the background ignores it
    )  # fmt: skip
    assert tail.stdout is not None
    assert tail.stdout.readline().rstrip("\n") == LINES[0]
    later = JournalRecord(kind="source", at=rfc3339(system_clock()), ids=["wire"], reason="healed")
    desk.journal(later)
    assert tail.stdout.readline().endswith("source     wire healed\n")
    tail.send_signal(signal.SIGINT)
    out, err = tail.communicate(timeout=DEADLINE_S)
    assert (tail.returncode, out, err) == (130, "", "")


def test_a_reader_that_has_had_enough_is_no_fault(desk: Desk) -> None:
    desk.journal(*RECORDS * 50)
    for words in [("tail", "--since", "0"), ("tail", "--since", "0", "--json")]:
        tail = subprocess.Popen(
            command(*words), cwd=desk.folder, env=plain_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert tail.stdout is not None
        assert tail.stdout.readline()
        tail.stdout.close()
        desk.journal(*RECORDS * 50)
        assert tail.wait(DEADLINE_S) == 0
        assert tail.stderr is not None
        assert tail.stderr.read() == b""
        tail.stderr.close()
