"""Questions answered in processes of their own: whoever asks goes on, and what goes wrong there stays there."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from alertd.asking import apart as apart_module
from alertd.asking.apart import Apart
from alertd.asking.in_force import Setup
from alertd.base.apart import Standing
from alertd.errors import HistoryUnavailable, NotThere, Temporary
from tests.asking.questions import Fails, Spins, WhatIsMade, WhoAnswers
from tests.asking.test_in_force import in_force, written
from tests.support.daemon import eventually
from tests.support.processes import descendants


@pytest.fixture
async def asking(tmp_path: Path) -> AsyncIterator[Apart]:
    apart = Apart(in_force(tmp_path, written(tmp_path, "First")), "")
    yield apart
    await apart.aclose()
    assert apart.pids() == []


def begun(until: Path) -> Path:
    return Path(f"{until}.begun")


async def test_a_question_is_answered_elsewhere_by_the_rules_in_force_and_what_was_read_stays(
    tmp_path: Path, asking: Apart
) -> None:
    first = await asking.ask(WhoAnswers())
    assert first[0] not in (os.getpid(), 0)
    assert first[1:] == (asking._in_force.version, False)
    assert await asking.ask(WhoAnswers()) == (*first[:2], True)
    second = written(tmp_path, "Second")
    asking._in_force.serve(Setup(asking._in_force.reach, second.version), [])
    assert await asking.ask(WhoAnswers()) == (first[0], second.version, False), "by those of the reload"


async def test_who_asks_goes_on_while_an_answer_takes_a_processor(tmp_path: Path, asking: Apart) -> None:
    async def ping(_: web.Request) -> web.Response:
        return web.Response(text="here")

    app = web.Application()
    app.router.add_get("/ping", ping)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/ping"
    order, until = list[str](), tmp_path / "now"

    async def ask() -> None:
        order.append(await asking.ask(Spins(str(until))))

    heavy = asyncio.create_task(ask())
    await eventually(lambda: _there(begun(until)), "it is at work")
    async with aiohttp.ClientSession() as http:
        for _ in range(20):
            async with http.get(url) as answer:
                order.append(await answer.text())
    assert (await asking.ask(WhoAnswers()))[0] in asking.pids(), "the other process answers meanwhile"
    assert order == ["here"] * 20
    until.touch()
    await heavy
    assert order[-1] == "at last"
    await runner.cleanup()


async def _there(path: Path) -> bool:
    return path in path.parent.iterdir()


async def test_who_leaves_does_not_end_it(tmp_path: Path, asking: Apart) -> None:
    until = tmp_path / "now"
    task = asyncio.create_task(asking.ask(Spins(str(until))))
    await eventually(lambda: _there(begun(until)), "it is at work")
    (pid,) = asking.pids()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    until.touch()
    answered = {(await asking.ask(WhoAnswers()))[0] for _ in range(4)}
    assert pid in answered or pid in asking.pids()


async def test_errors_of_ours_are_raised_where_it_was_asked_and_of_others_that_it_failed(
    asking: Apart,
) -> None:
    with pytest.raises(NotThere, match="nothing is there"):
        await asking.ask(Fails("there"))
    with pytest.raises(HistoryUnavailable, match="not yet") as raised:
        await asking.ask(Fails("later"))
    assert raised.value.none_yet
    with pytest.raises(RuntimeError, match="Fails failed"):
        await asking.ask(Fails("bug"))


async def test_a_process_that_dies_costs_one_answer(asking: Apart) -> None:
    before = (await asking.ask(WhoAnswers()))[0]
    with pytest.raises(Temporary, match="ended with 3"):
        await asking.ask(Fails("dies"))
    after = (await asking.ask(WhoAnswers()))[0]
    assert after != before


async def test_an_answer_that_takes_too_long_is_given_up_and_its_process_ended(
    tmp_path: Path, asking: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid = (await asking.ask(WhoAnswers()))[0]
    monkeypatch.setattr(apart_module, "PATIENCE_S", 0.2)
    with pytest.raises(Temporary, match="no answer came"):
        await asking.ask(Spins(str(tmp_path / "never")))
    assert pid not in descendants(os.getpid())


async def test_who_waits_long_enough_is_told_to_ask_again_and_finds_what_was_made_meanwhile(
    tmp_path: Path, asking: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid, until = (await asking.ask(WhoAnswers()))[0], tmp_path / "now"
    monkeypatch.setattr(apart_module, "WAIT_S", 0.2)
    with pytest.raises(Temporary, match="still worked at"):
        await asking.ask(Spins(str(until)))
    until.touch()
    monkeypatch.undo()

    async def rests() -> bool:
        return not asking._begun

    await eventually(rests, "it has answered nobody")
    assert (await asking.ask(WhoAnswers()))[0] == pid, "in the same process"


async def test_no_more_wait_than_can_be_answered(
    tmp_path: Path, asking: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart_module, "MOST_WAITING", 1)
    until = tmp_path / "now"
    heavy = asyncio.create_task(asking.ask(Spins(str(until))))
    await eventually(lambda: _there(begun(until)), "it is at work")
    with pytest.raises(Temporary, match="too much is being asked"):
        await asking.ask(WhoAnswers())
    until.touch()
    assert await heavy == "at last"


async def test_a_process_that_nobody_asks_is_let_go_and_the_next_question_starts_another(tmp_path: Path) -> None:
    apart = Apart(in_force(tmp_path, written(tmp_path, "T")), "")
    standing = Standing(apart_module.ANSWERER, idle_s=0.0)
    apart._free[:] = [standing]
    first = (await apart.ask(WhoAnswers()))[0]

    async def gone() -> bool:
        return first not in descendants(os.getpid())

    await eventually(gone, "it has left")
    assert (await apart.ask(WhoAnswers()))[0] != first
    await eventually(lambda: _none(), "the second has left, too")
    await standing.end()  # the loop, too, knows by then
    await apart.aclose()


MADE = {"shared", "table", "enricher", "names"}


async def test_what_takes_its_time_is_made_before_somebody_asks_and_again_after_a_reload(
    tmp_path: Path, asking: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart_module, "AHEAD_S", 0.0)
    assert await asking.ask(WhatIsMade()) == set(), "unless it is to be kept ready, nothing is"
    asking.keep_ready()
    await eventually(lambda: _is_ready(asking), "it is made")
    assert await asking.ask(WhatIsMade()) == MADE
    (pid,) = asking.pids()
    second = written(tmp_path, "Second")
    asking._in_force.serve(Setup(asking._in_force.reach, second.version), [])
    asking.begin_again()
    await eventually(lambda: _is_ready(asking), "it is made anew")
    assert await asking.ask(WhatIsMade()) == MADE
    assert (await asking.ask(WhoAnswers()))[:2] == (pid, second.version), "in the same process"


async def test_what_was_made_ready_is_made_again_when_its_process_died(
    asking: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart_module, "AHEAD_S", 0.0)
    asking.keep_ready()
    await eventually(lambda: _is_ready(asking), "it is made")
    with pytest.raises(Temporary, match="ended with 3"):
        await asking.ask(Fails("dies"))
    await eventually(lambda: _is_ready(asking), "it is made anew")
    assert await asking.ask(WhatIsMade()) == MADE


async def _is_ready(apart: Apart) -> bool:
    return apart._is_ready_for is not None and not apart._begun


async def _none() -> bool:
    return not [words for words in descendants(os.getpid()).values() if apart_module.ANSWERER in words]
