"""What all tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, settings

# A slow machine is no fault of what is tested: nothing here is timed.
settings.register_profile("alertd", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("alertd")

LONG = ("day", "walls", "workers", "app", "faults", "pictures", "history", "demo", "fundamentals")
"""Folders with the files that take longest. Where files are shared out to processes, one that begins last is waited
for by all the others."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say which tests of faults run (tests/faults), and whether the wheel is built (tests/deploy)."""
    parser.addoption(
        "--faults", choices=("fast", "all"), default="fast", help="tests of faults: the fast ones, or all"
    )
    parser.addoption(
        "--wheel", action="store_true", help="build the wheel, install it elsewhere and run it (tests/deploy)"
    )
    parser.addoption("--only-faults", default="", metavar="F1,F2", help="of them, only those of these faults")


def pytest_configure(config: pytest.Config) -> None:
    """Name the markers."""
    config.addinivalue_line("markers", "fault(id, name, slow): the test of a fault (tests/faults/case.py)")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the longest."""
    here = config.rootpath / "tests"

    def rank(item: pytest.Item) -> int:
        folder = item.path.relative_to(here).parts[0] if item.path.is_relative_to(here) else ""
        return LONG.index(folder) if folder in LONG else len(LONG)

    items.sort(key=rank)


@pytest.fixture(autouse=True)
def log_as_before() -> Iterator[None]:
    """Let no test leave the log configured: a command that is called in the process turns it off."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)
