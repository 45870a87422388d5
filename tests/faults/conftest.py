"""Gives each test of a fault its case, and chooses which tests run."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.faults.case import Case, make_case

_CASE: pytest.StashKey[Case] = pytest.StashKey()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out slow faults, and those that were not asked for."""
    every = config.getoption("--faults") == "all"
    wanted = {name for name in config.getoption("--only-faults").split(",") if name}
    left: list[pytest.Item] = []
    kept: list[pytest.Item] = []
    for item in items:
        marker = item.get_closest_marker("fault")
        out = marker is not None and (
            (marker.kwargs["slow"] and not every) or (bool(wanted) and marker.args[0] not in wanted)
        )
        (left if out or (wanted and marker is None) else kept).append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept


@pytest.fixture
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Case:
    """The case of a test that is marked with `fault`."""
    marker = request.node.get_closest_marker("fault")
    assert marker is not None, "a test with a case is marked with @fault"
    made = make_case(marker, tmp_path)
    request.node.stash[_CASE] = made
    return made


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Write the rows of a test when it has ended."""
    report = yield
    made = item.stash.get(_CASE, None)
    if made is not None and call.when == "call":
        if report.skipped:
            made.row(verdict="skipped", note=_reason(report))
        failed = str(call.excinfo.value).partition("\n")[0] if report.failed and call.excinfo else ""
        made.report(failed or ("failed" if report.failed else "passed"), call.duration)
    elif report.failed and (marker := item.get_closest_marker("fault")):
        broken = made or make_case(marker, Path())
        broken.rows.clear()
        broken.report(f"failed in its {call.when}", call.duration)
    return report


def _reason(report: pytest.TestReport) -> str:
    return str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else ""
