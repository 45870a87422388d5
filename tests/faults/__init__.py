"""The promise under a nemesis: every fault of docs/reliability.md as a test that can fail.

    case.py      what a test of a fault is called, its seed, its row of the matrix
    world.py     feeds, daemons over one Redis, receivers; `settled` waits and judges
    pushes.py    somebody who pushes: no page shows that again
    nemesis.py   kills and stops processes by their kind
    checker.py   the whole history against the promise: pure
    kept.py      whether the store kept what it had acknowledged
    matrix.py    `python -m tests.faults`: all of it, as a table

A test reads like this:

    @fault("F4", "kill-matcher-after-read")
    async def test_…(case: Case) -> None:
        async with world(case, env={"ALERTD_FAILPOINT": "match.read:1:exit"}) as w:
            await w.publish(100)
            await w.settled()
"""
