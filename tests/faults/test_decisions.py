"""What was decided stands: rules that change between two attempts, and a person's answer that was not confirmed."""

from __future__ import annotations

import signal

import aiohttp

from tests.faults.case import Case, fault
from tests.faults.scenarios import taken_in
from tests.faults.world import World, logged, world
from tests.support.daemon import eventually

TIMES = 8


@fault("C10", "rules-change-between-two-attempts", slow=True)
async def test_rules_that_change_while_a_matcher_dies_neither_lose_nor_double(case: Case) -> None:
    async with world(case, env={"ALERTD_FAILPOINT": "match.committed:1:exit"}) as w:
        for number in range(TIMES):
            await w.publish(30)
            _rewrite(w, number)
            w.daemon.signal(signal.SIGHUP)
            await taken_in(w)
        await w.settled()
        assert len(logged(case.folder, "process_died")) == 1
        assert logged(case.folder, "reloaded"), "the rules did change"


def _rewrite(w: World, number: int) -> None:
    """Say the same in other words, so that the rule is another version of itself."""
    file = w.folder / "rules/portfolios/all.yaml"
    file.write_text(file.read_text().replace("when: {kind: news}", "when: {any: [{kind: news}, {kind: filing}]}", 1))
    file.write_text(file.read_text().partition("\n# ")[0] + f"\n# {number}\n")


@fault("C24", "answer-stored-and-not-confirmed", slow=True)
async def test_an_answer_that_was_stored_counts_though_its_confirmation_was_lost(case: Case) -> None:
    async with world(case, env={"ALERTD_FAILPOINT": "answer.committed:1:exit"}) as w:
        await w.publish(1)
        await eventually(w.quiet, "the alert is told")
        alert = w.sink.receipts[0].payload["data"]["alert"]["id"]
        assert await _acknowledge(w, alert) == "", "it dies before it answers"
        await eventually(w.daemon.ready, "it works again")
        said = await _acknowledge(w, alert)
        assert said == "already", "the first time counts"
        await w.settled()


async def _acknowledge(w: World, alert: str) -> str:
    """Answer over the API; gives the outcome, or nothing where the daemon did not say."""
    token = (w.daemon.state_dir / "web.token").read_text().strip()
    url = f"http://{w.daemon.state()['web']}/v1/alerts/{alert}/acknowledge"
    try:
        async with (
            aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as http,
            http.post(url, json={"who": "jd"}) as answer,
        ):
            outcome: str = (await answer.json())["outcome"]
            return outcome
    except aiohttp.ClientError:
        return ""
