from __future__ import annotations

from pathlib import Path

from tools.budget import BUDGET, EXCEPTIONS, count_lines, faults


def test_a_file_over_the_budget_is_a_fault_unless_it_is_named() -> None:
    sizes = {"alertd/a.py": BUDGET, "alertd/b.py": BUDGET + 1, "alertd/c.py": 900}
    (fault,) = faults(sizes, {"alertd/c.py": "why"})
    assert fault.startswith(f"alertd/b.py:{BUDGET + 1}:1: {BUDGET + 1} lines")


def test_an_exception_that_is_not_needed_any_more_is_a_fault() -> None:
    assert faults({"alertd/a.py": 10}, {"alertd/a.py": "why", "alertd/gone.py": "why"}) == [
        "tools/budget.py: alertd/a.py needs no exception: it has 10 lines",
        "tools/budget.py: alertd/gone.py needs no exception: it is gone",
    ]


def test_files_are_named_by_their_path_from_the_root() -> None:
    sizes = count_lines(Path(__file__).parents[2])
    assert set(EXCEPTIONS) <= set(sizes)
    assert "alertd/telemetry/metrics.py" in sizes
