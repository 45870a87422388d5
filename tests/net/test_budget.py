"""Turns: how many requests a host gets at a time, how far apart, and who waits for whom."""

import asyncio

import pytest

from alertd.errors import FetchTemporary
from alertd.net.budget import KEPT_BACK, HostBudget, HostLimit, at_once
from tests.support.http import DEADLINE_S


@pytest.mark.parametrize(("files", "most"), [(64, 8), (20, 4), (256, 104), (1024, 400), (1 << 20, 400)])
def test_requests_leave_files_to_what_sends_and_records(files: int, most: int) -> None:
    assert at_once(files) == most
    assert 2 * most + KEPT_BACK <= files or most == 4


class Bench:
    """Takes turns and holds them until told to let go."""

    def __init__(self, budget: HostBudget) -> None:
        self.budget = budget
        self.holding: list[str] = []
        self.starts: list[float] = []
        self.release = asyncio.Event()
        self.tasks: list[asyncio.Task[None]] = []
        self.changed = asyncio.Condition()

    def ask(self, host: str, times: int = 1, *, inside: bool = False) -> None:
        self.tasks += [asyncio.create_task(self._take(host, inside)) for _ in range(times)]

    async def _take(self, host: str, inside: bool) -> None:
        async with self.budget.turn(host, inside=inside):
            self.starts.append(asyncio.get_running_loop().time())
            async with self.changed:
                self.holding.append(host)
                self.changed.notify_all()
            await self.release.wait()

    async def until(self, count: int) -> None:
        async with self.changed, asyncio.timeout(DEADLINE_S):
            await self.changed.wait_for(lambda: len(self.holding) >= count)

    async def settle(self) -> None:
        for _ in range(50):
            await asyncio.sleep(0)

    async def finish(self) -> None:
        self.release.set()
        await asyncio.gather(*self.tasks)


def budget(concurrency: int = 2, spacing_s: float = 0.0, **options: float) -> HostBudget:
    return HostBudget(usual=HostLimit(concurrency, spacing_s), **options)  # type: ignore[arg-type]


async def test_a_host_gets_so_many_requests_at_a_time() -> None:
    bench = Bench(budget(2))
    bench.ask("a.example", 5)
    await bench.until(2)
    await bench.settle()
    assert len(bench.holding) == 2
    await bench.finish()
    assert len(bench.holding) == 5


async def test_a_busy_host_does_not_hold_up_another() -> None:
    bench = Bench(budget(1))
    bench.ask("a.example", 5)
    bench.ask("b.example")
    await bench.until(2)
    assert sorted(bench.holding) == ["a.example", "b.example"]
    await bench.finish()


async def test_one_host_is_one_however_it_is_written() -> None:
    bench = Bench(budget(1))
    bench.ask("a.example")
    bench.ask("A.Example.")
    await bench.settle()
    assert len(bench.holding) == 1
    await bench.finish()


async def test_the_sum_over_all_hosts_is_bounded() -> None:
    bench = Bench(budget(1, total=3))
    for n in range(9):
        bench.ask(f"{n}.example")
    await bench.until(3)
    await bench.settle()
    assert len(bench.holding) == 3
    await bench.finish()
    assert len(bench.holding) == 9


async def test_starts_at_one_host_keep_their_distance() -> None:
    bench = Bench(budget(10, spacing_s=0.03))
    began = asyncio.get_running_loop().time()
    bench.ask("a.example", 4)
    bench.ask("b.example")
    await bench.until(5)
    await bench.finish()
    to_a = sorted(start for start, host in zip(bench.starts, bench.holding, strict=True) if host == "a.example")
    # Against the beginning, not against one another: a busy machine may wake one late and the next in time.
    assert all(start - began >= 0.03 * number - 0.001 for number, start in enumerate(to_a))


async def test_a_host_may_have_limits_of_its_own() -> None:
    bench = Bench(HostBudget(usual=HostLimit(1, 0.0), limits={"www.sec.gov": HostLimit(3, 0.0)}))
    bench.ask("www.sec.gov", 5)
    bench.ask("a.example", 5)
    await bench.settle()
    assert sorted(bench.holding) == ["a.example", "www.sec.gov", "www.sec.gov", "www.sec.gov"]
    await bench.finish()


async def test_sources_inside_the_house_have_a_wider_limit() -> None:
    bench = Bench(HostBudget(usual=HostLimit(1, 0.0), inside=HostLimit(4, 0.0)))
    bench.ask("10.0.0.5", 5, inside=True)
    await bench.settle()
    assert len(bench.holding) == 4
    await bench.finish()


async def test_who_waits_too_long_is_told_so_and_blocks_nobody() -> None:
    bench = Bench(budget(1, max_wait_s=0.05))
    bench.ask("a.example")
    await bench.until(1)
    with pytest.raises(FetchTemporary, match=r"^no turn at a.example within 0.05 s, too much waits there$"):
        async with bench.budget.turn("a.example"):
            pass
    await bench.finish()
    async with bench.budget.turn("a.example"):
        pass


async def test_a_cancelled_wait_gives_its_place_back() -> None:
    bench = Bench(budget(1, total=1))
    bench.ask("a.example", 3)
    bench.ask("b.example", 3)
    await bench.until(1)
    for task in bench.tasks[1:]:
        task.cancel()
    await asyncio.gather(*bench.tasks[1:], return_exceptions=True)
    bench.release.set()
    await bench.tasks[0]
    for host in ("a.example", "b.example"):
        async with bench.budget.turn(host):
            pass


async def test_an_error_inside_a_turn_gives_it_back() -> None:
    limits = budget(1, total=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            async with limits.turn("a.example"):
                raise ZeroDivisionError
    async with limits.turn("a.example"):
        pass


async def test_thousands_of_hosts_leave_nothing_behind() -> None:
    limits = budget(1)
    for n in range(5000):
        async with limits.turn(f"{n}.example"):
            pass
    assert limits.hosts == 0
    spaced = HostBudget(usual=HostLimit(1, 0.000001))
    for n in range(20_000):
        async with spaced.turn(f"{n}.example"):
            pass
    assert spaced.hosts < 5000
