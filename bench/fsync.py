"""How long this disk takes to make a write durable: every latency is printed beside it."""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path


def fsync_ms(folder: Path, count: int = 200) -> list[float]:
    """Append 1 kB and fdatasync it, `count` times, as Redis does with `appendfsync always`; gives milliseconds."""
    file = folder / "fsync.probe"
    times = []
    with file.open("ab", buffering=0) as out:
        for _ in range(count):
            out.write(b"x" * 1024)
            started = time.perf_counter()
            os.fdatasync(out.fileno())
            times.append((time.perf_counter() - started) * 1000)
    file.unlink()
    return times


def percentiles(values: list[float]) -> dict[str, float]:
    """Give n, p50, p90, p99 and max."""
    ordered = sorted(values)

    def pick(share: float) -> float:
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]

    return {
        "n": len(ordered),
        "p50": statistics.median(ordered),
        "p90": pick(0.9),
        "p99": pick(0.99),
        "max": ordered[-1],
    }


def line(name: str, values: list[float]) -> str:
    """Render a row of a table, in milliseconds."""
    p = percentiles(values)
    return f"{name:<46} n {p['n']:>4.0f}   p50 {p['p50']:8.2f}   p90 {p['p90']:8.2f}   p99 {p['p99']:8.2f} ms"
