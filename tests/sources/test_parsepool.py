"""Parse workers: real processes, really killed."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from alertd.errors import ParseFailed, ParseKilled
from alertd.sources.parse_process import WorkerDied
from alertd.sources.parsepool import ParseJob, ParsePool
from alertd.sources.wire import Answer, Order
from tests.sources.make import BASE, FACTS, GOOD_1, GOOD_2, SEEN, item, parse, rss, titles
from tests.support.daemon import eventually
from tests.support.http import DEADLINE_S


def job(body: bytes) -> ParseJob:
    return ParseJob(
        type="feed",
        body=body,
        content_type=None,
        base_url=BASE,
        source=FACTS,
        seen_at_ms=SEEN,
        http_date="Tue, 03 Jun 2025 14:00:00 GMT",
    )


def until(condition: Callable[[], bool], seconds: float = DEADLINE_S) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        os.sched_yield()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] != "Z"


@pytest_asyncio.fixture
async def pool() -> AsyncIterator[ParsePool]:
    async with ParsePool(1, timeout_s=10.0) as started:
        yield started


async def test_a_worker_answers_what_the_parser_itself_would(pool: ParsePool) -> None:
    body = rss(GOOD_1, GOOD_2, item("é 😀", guid="3", date="Tue, 03 Jun 2025 09:00:00 GMT"))
    assert await pool.parse(job(body)) == parse(body)


async def test_a_document_that_is_no_feed_fails_with_its_sentence_and_keeps_the_worker(pool: ParsePool) -> None:
    before = pool.pids()
    with pytest.raises(ParseFailed, match="an HTML page instead of a feed"):
        await pool.parse(job(b"<html><body>Log in</body></html>"))
    assert pool.pids() == before


async def test_many_jobs_at_once_all_get_their_own_answer(pool: ParsePool) -> None:
    pages = await asyncio.gather(*(pool.parse(job(rss(item(f"t{n}", guid=str(n))))) for n in range(20)))
    assert [titles(page) for page in pages] == [[f"t{n}"] for n in range(20)]


async def test_a_worker_that_is_killed_costs_only_its_job_and_is_replaced(pool: ParsePool) -> None:
    (pid,) = pool.pids()
    os.kill(pid, signal.SIGKILL)
    assert titles(await pool.parse(job(rss(GOOD_1)))) == ["Vega Grid leases Orion"]
    assert pool.pids() != [pid]
    assert not alive(pid)


async def test_a_worker_that_is_killed_while_it_rests_is_replaced_before_a_document_needs_it(pool: ParsePool) -> None:
    (pid,) = pool.pids()
    os.kill(pid, signal.SIGKILL)

    async def another() -> bool:
        return len(pool.pids()) == 1 and pool.pids() != [pid]

    await eventually(another, "another worker is there")
    assert titles(await pool.parse(job(rss(GOOD_1)))) == ["Vega Grid leases Orion"]
    assert pool.killed == 0, "over no document"


async def test_a_worker_that_stands_still_is_killed_at_the_deadline_and_reaped() -> None:
    async with ParsePool(1, timeout_s=1.5) as pool:
        (pid,) = pool.pids()
        os.kill(pid, signal.SIGSTOP)
        began = time.monotonic()
        page = await pool.parse(job(rss(GOOD_1)))
        assert titles(page) == ["Vega Grid leases Orion"], "the second, careful try has a worker of its own"
        assert time.monotonic() - began > 0.4
        assert not alive(pid)
        assert pool.killed == 1


HOSTILE = """
    import os, signal, time
    import alertd.sources.events as events
    real = events.plain_line
    def hostile(markup, **options):
        if "crash" in markup:
            os.kill(os.getpid(), signal.SIGKILL)
        if "sleep" in markup:
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
            time.sleep(600)
        if "slow" in markup:
            while True: pass
        if "dawdle" in markup:
            time.sleep(0.1)
        if "eat" in markup:
            return "x" * (1 << 40)
        return real(markup, **options)
    events.plain_line = hostile
"""


@pytest.fixture
def hostile(tmp_path: Path) -> dict[str, str]:
    """An environment in which the parser does what the title of an entry says."""
    (tmp_path / "sitecustomize.py").write_text(textwrap.dedent(HOSTILE))
    root = str(Path(__file__).parents[2])
    return {"PYTHONPATH": f"{tmp_path}:{root}"}


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("crash", "the parser was killed over it"),
        ("sleep", "the parser was killed over it"),
        ("slow", "its text could not be read: OverTime"),
        ("eat", "its text could not be read: MemoryError"),
    ],
)
async def test_an_entry_that_kills_the_parser_is_left_out_and_its_neighbours_are_kept(
    hostile: dict[str, str], title: str, reason: str
) -> None:
    async with ParsePool(1, timeout_s=3.0, env=hostile) as pool:
        page = await pool.parse(job(rss(GOOD_1, item(title, guid="bad"), GOOD_2)))
        assert titles(page) == ["Vega Grid leases Orion", "Lumen Labs cuts its outlook"]
        assert [(r.position, r.reason) for r in page.rejected] == [(1, reason)]
        assert titles(await pool.parse(job(rss(GOOD_1)))) == ["Vega Grid leases Orion"]


async def test_the_next_jobs_do_not_wait_for_one_that_is_stuck(hostile: dict[str, str]) -> None:
    async with ParsePool(2, timeout_s=60.0, env=hostile) as pool:
        stuck = asyncio.create_task(pool.parse(job(rss(item("sleep", guid="1")))))
        await asyncio.sleep(0)
        pages = [await pool.parse(job(rss(GOOD_2))) for _ in range(3)]
        assert [titles(page) for page in pages] == [["Lumen Labs cuts its outlook"]] * 3
        assert not stuck.done()
        stuck.cancel()
        with pytest.raises(asyncio.CancelledError):
            await stuck


async def test_a_document_that_takes_too_long_as_a_whole_hands_over_what_was_read(hostile: dict[str, str]) -> None:
    async with ParsePool(1, timeout_s=5.0, env=hostile) as pool:
        page = await pool.parse(job(rss(GOOD_1, *(item(f"dawdle {n}", guid=str(n)) for n in range(80)))))
        assert titles(page)[:2] == ["Vega Grid leases Orion", "dawdle 0"]
        assert {r.reason for r in page.rejected} == {"the document took so long that no time was left to read it"}
        assert len(page.candidates) + len(page.rejected) == 81
        assert pool.killed == 0


async def test_a_document_of_nothing_but_killers_is_given_up(hostile: dict[str, str]) -> None:
    async with ParsePool(1, timeout_s=3.0, env=hostile) as pool:
        with pytest.raises(ParseKilled, match="the parser died: killed by signal 9"):
            await pool.parse(job(rss(*(item("crash", guid=str(n), text=str(n)) for n in range(8)))))
        assert titles(await pool.parse(job(rss(GOOD_1)))) == ["Vega Grid leases Orion"]


class WatchedPool(ParsePool):
    """A pool that notes how long a worker may be at each try."""

    allowed_s = 0.0

    async def _try(self, order: Order) -> tuple[Answer | WorkerDied, float]:
        self.allowed_s += order.seconds
        return await super()._try(order)


async def test_a_document_in_which_all_stands_still_has_twice_the_time_in_all(hostile: dict[str, str]) -> None:
    async with WatchedPool(1, timeout_s=1.0, env=hostile) as pool:
        with pytest.raises(ParseKilled, match="took longer than 1 s"):
            await pool.parse(job(rss(*(item("sleep", guid=str(n), text=str(n)) for n in range(8)))))
        assert pool.killed > 2
        assert pool.allowed_s <= 2.0


async def test_jobs_that_wait_go_before_the_second_try_of_a_document(hostile: dict[str, str]) -> None:
    async with ParsePool(1, timeout_s=3.0, env=hostile) as pool:
        done: list[str] = []

        async def parse(name: str, body: bytes) -> None:
            await pool.parse(job(body))
            done.append(name)

        stuck = rss(GOOD_1, item("sleep", guid="bad"))
        await asyncio.gather(parse("stuck", stuck), parse("one", rss(GOOD_1)), parse("two", rss(GOOD_2)))
        assert done == ["one", "two", "stuck"]


async def test_a_cancelled_job_does_not_leave_its_answer_to_the_next() -> None:
    async with ParsePool(1, timeout_s=30.0) as pool:
        (pid,) = pool.pids()
        os.kill(pid, signal.SIGSTOP)
        task = asyncio.create_task(pool.parse(job(rss(GOOD_1))))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert titles(await pool.parse(job(rss(GOOD_2)))) == ["Lumen Labs cuts its outlook"]


async def test_closing_ends_all_workers_and_refuses_jobs() -> None:
    pool = ParsePool(2)
    await pool.start()
    pids = pool.pids()
    await pool.aclose()
    await pool.aclose()
    assert not any(alive(pid) for pid in pids)
    with pytest.raises(ParseKilled, match="shut down"):
        await pool.parse(job(rss(GOOD_1)))


async def test_closing_ends_the_jobs_that_wait() -> None:
    pool = ParsePool(1, timeout_s=60.0)
    await pool.start()
    os.kill(pool.pids()[0], signal.SIGSTOP)
    waiting = [asyncio.create_task(pool.parse(job(rss(GOOD_1)))) for _ in range(3)]
    await asyncio.sleep(0)
    await pool.aclose()
    outcomes = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), DEADLINE_S)
    assert [type(outcome) for outcome in outcomes] == [ParseKilled] * 3


PARENT = """
    import asyncio, sys
    from alertd.sources.parsepool import ParsePool
    async def main():
        pool = ParsePool(2)
        await pool.start()
        print(*pool.pids(), flush=True)
        await asyncio.sleep(600)
    asyncio.run(main())
"""


def test_workers_die_with_their_parent_even_if_it_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PARENT)], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        parent.kill()
    assert len(pids) == 2
    until(lambda: not any(alive(pid) for pid in pids))


async def test_ctrl_c_and_term_do_not_end_a_worker(pool: ParsePool) -> None:
    (pid,) = pool.pids()
    os.kill(pid, signal.SIGINT)
    os.kill(pid, signal.SIGTERM)
    assert titles(await pool.parse(job(rss(GOOD_1)))) == ["Vega Grid leases Orion"]
    assert pool.pids() == [pid]


async def test_a_worker_does_not_see_our_environment(pool: ParsePool) -> None:
    (pid,) = pool.pids()
    assert names_in_environment(pid) == {"PYTHONPATH", "PYTHONUTF8"}


def names_in_environment(pid: int) -> set[str]:
    entries = Path(f"/proc/{pid}/environ").read_text().split("\0")
    return {entry.split("=")[0] for entry in entries if entry}


async def test_the_event_loop_is_free_while_a_document_is_parsed(pool: ParsePool) -> None:
    body = rss(*(item(f"t{n}", guid=str(n), text="<p>text</p>" * 50) for n in range(300)))
    task = asyncio.create_task(pool.parse(job(body)))
    turns = 0
    while not task.done():
        await asyncio.sleep(0)
        turns += 1
    assert len((await task).candidates) == 300
    assert turns > 100, "a loop that parses by itself has a handful"


async def test_a_worker_that_dies_while_no_file_can_be_opened_is_started_by_the_next_document() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    async with ParsePool(1) as pool:
        with capture_logs() as lines:
            resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
            try:
                os.kill(pool.pids()[0], signal.SIGKILL)

                async def refused() -> bool:
                    return any(line["event"] == "parse_worker_not_started" for line in lines)

                await eventually(refused, "it is not started")
                await asyncio.sleep(1.0)  # some looks later
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert len([line for line in lines if line["event"] == "parse_worker_not_started"]) == 1
        async with asyncio.timeout(DEADLINE_S):
            page = await pool.parse(job(rss(GOOD_1)))
        assert len(page.candidates) == 1
