"""`alertd test`: the tests inside the rules, and what they prove."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from alertd.base import suggest
from alertd.cli.output import (
    FAULTS,
    USAGE,
    ConfigOption,
    fail,
    plain,
    print_json,
    quiet_logs,
    stdout,
)
from alertd.cli.progress import Advance, progress
from alertd.cli.rules import loaded_rules, rules_above
from alertd.errors import ConfigError
from alertd.rules.loaded import Loaded, RuleTests
from alertd.ruletests.coverage import Covered
from alertd.ruletests.junit import junit
from alertd.ruletests.outcome import Outcome, Summary, rule_id
from alertd.ruletests.report import as_json
from alertd.ruletests.run import Runner
from alertd.ruletests.text import coverage_lines, details, file_line, summary_line, title_line


class TestFormat(StrEnum):
    """How `test` prints outcomes."""

    text = "text"
    junit = "junit"
    json = "json"


def test(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH…", help="Rules directories, or files and folders in them; else the rules."),
    ] = None,
    config: ConfigOption = None,
    format: Annotated[TestFormat, typer.Option("--format", help="How to print.")] = TestFormat.text,
    junit_file: Annotated[
        Path | None, typer.Option("--junit", metavar="FILE", help="Write JUnit's XML there too, for a CI server.")
    ] = None,
    rule: Annotated[
        list[str] | None,
        typer.Option(
            "--rule", metavar="RULE", help="Only this one: RULE, PORTFOLIO/RULE or an event type. Repeatable."
        ),
    ] = None,
    coverage: Annotated[bool, typer.Option("--coverage", help="Tell which conditions no test proves.")] = False,
) -> None:
    """Run the tests inside the rules.

    Each test gives events and says for how many of them its rule should hold. One that fails shows what was expected,
    what came, and the rule's conditions with what they saw. Exit 1 if one fails.
    """
    quiet_logs()
    try:
        loaded = [(loaded_rules(where, config, tests=True), inside) for where, inside in _places(paths or [])]
    except ConfigError as error:
        fail(error)
    named = rule or []
    wanted = [(book, [t for t in book.tests if _is_wanted(t, inside, named)]) for book, inside in loaded]
    resting = [t for book, inside in loaded for t in book.resting if t.tests and _is_wanted(t, inside, named)]
    there = [*(t for _, tests in wanted for t in tests), *resting]
    _all_there(named, there, [t for book, _ in loaded for t in (*book.tests, *book.resting)])
    work = _Testing(format, coverage=coverage, resting=resting)
    for book, tests in wanted:
        work.directory(book, tests)
    summary = work.end()
    if junit_file is not None:
        _write(junit_file, junit(summary))
    if summary.failed:
        raise typer.Exit(FAULTS)


def _places(paths: Sequence[Path]) -> list[tuple[Path | None, list[Path]]]:
    """Give the rules directories that paths lie in, with the paths in each; without paths, whatever the rules are."""
    found: dict[Path, list[Path]] = {}
    for path in paths:
        directory = rules_above(path)
        if not path.exists() or directory is None:
            why = "is in no rules directory" if path.exists() else "there is no such file or directory"
            fail(f"{path}: {why}", USAGE)
        found.setdefault(directory, []).append(path.resolve())
    return list(found.items()) or [(None, [])]


def _is_wanted(tests: RuleTests, inside: Sequence[Path], rules: Sequence[str]) -> bool:
    if rules and tests.rule not in rules and rule_id(tests) not in rules:
        return False
    file = Path(tests.place.file).resolve()
    return not inside or any(file.is_relative_to(path) for path in inside)


def _all_there(rules: Sequence[str], wanted: Sequence[RuleTests], known: Sequence[RuleTests]) -> None:
    """End the command if a rule that was named is none: its tests would silently not be run."""
    found = {name for tests in wanted for name in (tests.rule, rule_id(tests))}
    for name in rules:
        if name not in found:
            elsewhere = [t.place.file for t in known if name in (t.rule, rule_id(t))]
            hint = f"; it is in {elsewhere[0]}" if elsewhere else _meant(name, known)
            fail(f"there is no rule {name}{' there' if elsewhere else ''}{hint}", USAGE)


def _meant(name: str, known: Sequence[RuleTests]) -> str:
    near = suggest.closest(name, [rule_id(t) for t in known]) or suggest.closest(name, [t.rule for t in known])
    return f" (did you mean {near}?)" if near else ""


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        fail(f"cannot write {path}: {error.strerror}")


class _Testing:
    """Runs what is wanted of one rules directory after the other; as text, each file is told when it is done."""

    def __init__(self, format: TestFormat, *, coverage: bool, resting: Sequence[RuleTests]) -> None:
        self._format = format
        self._resting = resting
        self._coverage = coverage
        self._covered: dict[str, Covered] = {}
        self._places: dict[str, str] = {}
        self._outcomes: list[Outcome] = []
        self._untested: list[RuleTests] = []

    def directory(self, loaded: Loaded, wanted: Sequence[RuleTests]) -> None:
        """Run the tests of some rules of one rules directory."""
        self._untested += (tests for tests in wanted if not tests.tests)
        runner = Runner(loaded, wanted, coverage=self._coverage)
        with progress("testing", sum(len(tests.tests) for tests in wanted)) as advance:
            for file, outcomes in groupby(self._counted(runner, advance), key=lambda o: o.rule.place.file):
                self._file(file, list(outcomes))
        self._covered |= runner.covered or {}
        self._places |= {rule_id(tests): "{}:{}:{}".format(*tests.place) for tests in wanted}

    def _counted(self, runner: Runner, advance: Advance) -> Iterator[Outcome]:
        for outcome in runner:
            advance(1)
            self._outcomes.append(outcome)
            yield outcome

    def _file(self, file: str, outcomes: Sequence[Outcome]) -> None:
        if self._format is not TestFormat.text:
            return
        console = stdout()
        failed = [outcome for outcome in outcomes if not outcome.passed]
        console.print(plain(file_line(file, outcomes)), style="red" if failed else "green")
        for outcome in failed:
            console.print()
            console.print("  " + plain(title_line(outcome)), style="bold")
            for line in details(outcome):
                console.print(f"    {plain(line)}".rstrip())
        if failed:
            console.print()

    def end(self) -> Summary:
        """Print what is to be said of all of it."""
        summary = Summary(self._outcomes, self._untested, self._resting)
        if self._format is TestFormat.json:
            print_json(as_json(summary, self._covered if self._coverage else None), pretty=True)
        elif self._format is TestFormat.junit:
            sys.stdout.write(junit(summary))
        else:
            if self._coverage:
                for line in coverage_lines(self._covered, self._places):
                    stdout().print(plain(line))
            stdout().print(plain(summary_line(summary)), style="red" if summary.failed else "default")
        return summary
