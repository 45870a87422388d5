"""The rules shown in the documents are right: they load together, and the tests inside them pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from alertd.errors import ConfigError
from alertd.rules.loaded import Loaded
from alertd.rules.loader import load_rules
from alertd.ruletests.outcome import Outcome
from alertd.ruletests.run import Runner
from tests.docs.rule_examples import examples, write


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    directory = tmp_path_factory.mktemp("rules")
    written = write(directory)
    try:
        return load_rules(directory, tests=True)
    except ConfigError as error:
        told = [f"{written.get(Path(fault.file), fault.file)}: {fault}" for fault in error.faults]
        pytest.fail("\n".join(told))


def test_the_rules_shown_make_one_directory_that_loads(loaded: Loaded) -> None:
    assert loaded.files == len(examples())
    assert sum(1 for _ in loaded.book.rules()) > len(examples())


def test_the_tests_inside_the_rules_shown_pass(loaded: Loaded) -> None:
    outcomes = list(Runner(loaded, loaded.tests))
    assert len(outcomes) > 5
    assert [_told(outcome) for outcome in outcomes if not outcome.passed] == []


def _told(outcome: Outcome) -> str:
    because = outcome.explanation.because if outcome.explanation else outcome.errors
    return f"{outcome.id} {outcome.name}: expected {outcome.expected}, got {outcome.got}: {'; '.join(because)}"
