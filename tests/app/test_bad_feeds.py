"""One daemon, thirty sources of which nearly all are bad, and a healthy one among them.

The run is made once; each test looks at one side of what happened.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import statistics
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio

from tests.support import bad_feeds
from tests.support.bad_feeds import BUSY, FAILING, GONE, HEALED
from tests.support.daemon import Daemon, command, eventually
from tests.support.desk import Desk, item, logged, rss
from tests.support.http import answer
from tests.support.processes import descendants

PROMPT_S, HELD_S = 10.0, 60.0
"""What an alert of the healthy source, polled every second, takes mostly and at most, on a busy machine."""


@dataclass
class Run:
    """What was seen."""

    desk: Desk
    daemon: Daemon
    delays_s: list[float] = field(default_factory=list)
    """From the publication of each item of the healthy source to the arrival of its alert."""
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)
    processes_before: set[int] = field(default_factory=set)
    processes_after: set[int] = field(default_factory=set)
    workers: set[int] = field(default_factory=set)
    """The parse workers at the beginning."""
    starts: dict[str, int] = field(default_factory=dict)
    journal: str = ""
    status_text: str = ""


async def publish(run: Run, stop: asyncio.Event) -> None:
    """Publish items at the healthy source, one when the alert of the one before has arrived."""
    while not stop.is_set() or not run.delays_s:
        title = f"Healthy {len(run.delays_s)}"
        run.desk.world.script("/wire", answer(rss(item(title), item("Healthy"))))
        began = time.monotonic()
        await eventually(run.desk.fired(title), f"{title} arrives")
        run.delays_s.append(time.monotonic() - began)


async def all_has_happened(run: Run) -> bool:
    status = await run.daemon.status()
    run.sources = {source["id"]: source for source in status["sources"]}
    failed = all(run.sources[name]["failures"] >= 4 for name in FAILING)
    told = {line["subject"] for line in logged(run.daemon, "operator_notice")} >= {*FAILING, *GONE, HEALED}
    told = told and bool(run.desk.notices("source_failing", "many"))
    others = all(run.sources[name]["polls"] for name in run.sources)
    return failed and told and others and bool(run.desk.notices("source_healed", HEALED))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def run(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Run]:
    folder = tmp_path_factory.mktemp("bad-feeds")
    with bad_feeds.servers() as at:
        desk = Desk(folder, at.plain)
        desk.feed("wire", answer(rss(item("Healthy"))))
        bad_feeds.add_failing(desk, at)
        bad_feeds.add_others(desk, at)
        trust = {"SSL_CERT_FILE": str(at.authority.ca_file(folder))}
        async with desk.daemon(env=trust) as daemon:
            run = Run(desk, daemon, processes_before=set(descendants(daemon.pid)))
            stop = asyncio.Event()
            publishing = asyncio.create_task(publish(run, stop))
            run.workers = set(workers(daemon))
            for pid in workers(daemon)[:1]:
                os.kill(pid, signal.SIGKILL)
            await eventually(lambda: all_has_happened(run), "every bad source has failed four times")
            await mend(run, "gone")
            stop.set()
            await publishing
            run.processes_after = set(descendants(daemon.pid))
            run.starts = daemon.starts()
            _, run.journal, _ = await command("tail", "--no-follow", "--since", "0", "--json", folder=folder)
            _, run.status_text, _ = await command("status", folder=folder)
        yield run


async def mend(run: Run, name: str) -> None:
    """Give a source that is gone a new address, by a reload."""
    for source in run.desk.sources:
        if source["id"] == name:
            source["url"] = run.desk.world.script("/moved", answer(rss(item("At its new address"))))
    run.desk.write()
    run.daemon.signal(signal.SIGHUP)
    await eventually(run.desk.told("source_healed", name), "the mended source is polled")
    await eventually(run.desk.fired("At its new address"), "its entry arrives")


def workers(daemon: Daemon) -> list[int]:
    """Give the parse workers."""
    return [pid for pid, words in descendants(daemon.pid).items() if "parse_worker" in words]


def same(error: str) -> str:
    """Make an error comparable: how far a server got before it stopped differs; what is greedy may be slow first."""
    error = error.replace("parsing took longer than 10 s and was stopped", FAILING["greedy"])
    return re.sub(r"[\d,]+ bytes came", "N bytes came", error)


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_healthy_source_is_delivered_promptly_all_the_while(run: Run) -> None:
    assert len(run.delays_s) >= 5
    assert statistics.median(run.delays_s) < PROMPT_S
    assert max(run.delays_s) < HELD_S
    assert run.sources["wire"]["state"] == "fine"


@pytest.mark.parametrize("name", FAILING)
async def test_a_bad_source_says_in_the_status_what_is_wrong(run: Run, name: str) -> None:
    assert run.sources[name]["state"] == "failing"
    assert same(run.sources[name]["error"]) == same(FAILING[name])


@pytest.mark.parametrize("name", [*FAILING, HEALED, "busy"])
async def test_a_bad_source_has_one_line_in_the_log_however_often_it_fails(run: Run, name: str) -> None:
    lines = logged(run.daemon, "source_failed", source=name)
    assert lines[0]["failures"] == 1
    assert {line["level"] for line in lines} == {"warning"}
    assert len(lines) == len({line["error"] for line in lines}), "one for each thing that is wrong"
    assert len(lines) == 1 or name == "greedy"


@pytest.mark.parametrize("name", FAILING)
async def test_after_three_failures_there_is_one_notice(run: Run, name: str) -> None:
    (line,) = logged(run.daemon, "operator_notice", kind="source_failing", subject=name)
    assert same(line["text"]) == same(f"Source {name} has failed 3 times in a row: {FAILING[name]}")
    assert len(run.desk.notices("source_failing", name)) <= 1


async def test_the_operator_gets_the_first_ten_and_hears_of_the_others_in_one(run: Run) -> None:
    notices = run.desk.notices("source_failing")
    single = [notice["subject"] for notice in notices if notice["subject"] != "many"]
    assert len(single) == len(set(single)) == 10
    assert 1 <= len(notices) - 10 <= 2, "one for each ten minutes of the clock"
    assert "`alertd status`" in run.desk.notices(subject="many")[0]["text"]


@pytest.mark.parametrize("name", GONE)
async def test_a_source_that_can_never_answer_is_asked_once_and_the_operator_told(run: Run, name: str) -> None:
    assert (run.sources[name]["state"], run.sources[name]["polls"]) == ("gone", 1)
    assert run.sources[name]["error"] == GONE[name]
    assert len(logged(run.daemon, "source_gone", source=name)) == 1
    (notice,) = run.desk.notices("source_gone", name)
    helps = "only another url helps" if name == "gone" else "it is asked again when its settings change"
    assert notice["text"] == f"Source {name} is not polled any more: {GONE[name]}; {helps}."


async def test_a_source_that_is_gone_is_polled_again_once_its_address_is_changed(run: Run) -> None:
    assert "At its new address" in run.desk.titles()
    assert len(run.desk.notices("source_healed", "gone")) == 1


async def test_retry_after_is_obeyed(run: Run) -> None:
    assert run.sources["busy"]["error"] == BUSY
    assert len(run.desk.world.to("/busy")) == 1


async def test_a_source_that_answers_again_is_told_and_its_entries_are_delivered(run: Run) -> None:
    (notice,) = run.desk.notices("source_healed", HEALED)
    assert notice["text"] == "Source healed answers again after 3 failed polls."
    assert len(logged(run.daemon, "source_healed", source=HEALED)) == 1
    assert run.sources[HEALED]["error"] is None
    assert "Back again" in run.desk.titles()


async def test_broken_entries_cost_their_neighbours_nothing(run: Run) -> None:
    titles = run.desk.titles()
    assert {"Good one", "Good two", "Its neighbour", "Evil author"} <= set(titles)
    assert run.sources["malformed"]["rejected"] == 1
    assert '"rejected: ' in run.journal


async def test_text_in_the_wrong_charset_is_read_right(run: Run) -> None:
    assert "Société Générale cuts its outlook" in run.desk.titles()


async def test_a_house_authority_is_trusted_through_ssl_cert_file(run: Run) -> None:
    assert "Over the house's own TLS" in run.desk.titles()


async def test_nothing_of_a_refused_document_comes_through(run: Run) -> None:
    titles = run.desk.titles()
    assert "Never" not in titles
    assert not [title for title in titles if title.startswith("large")]
    assert len(titles) == len(set(titles)), "and nothing alerts twice"


async def test_no_process_died_but_the_parse_worker_that_was_killed(run: Run) -> None:
    assert logged(run.daemon, "process_died") == []
    assert set(run.starts.values()) == {1}
    gone = run.processes_before - run.processes_after
    assert gone and gone <= run.workers, "whose time ended too, where the machine is slow"
    assert len(run.processes_after) == len(run.processes_before)
    assert logged(run.daemon, level="error", event="poll_raised") == []


async def test_the_status_command_shows_the_trouble(run: Run) -> None:
    assert "refuses connections" in " ".join(run.status_text.split())


async def test_no_line_of_the_log_shows_a_path_or_a_traceback(run: Run) -> None:
    text = run.daemon.log.read_text()
    assert "planted-path" not in text
    assert "Traceback" not in text
    assert logged(run.daemon, "source_failed")[0]["process"] == "io"
