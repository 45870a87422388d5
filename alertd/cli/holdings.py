"""`alertd holdings`: what portfolios hold, what their positions files came to, and taking a refused one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from alertd.asking.companies import known_companies, look
from alertd.asking.holdings import Shown
from alertd.base.clock import system_clock
from alertd.cli.holdings_text import overview, show
from alertd.cli.output import (
    FAULTS,
    USAGE,
    ConfigOption,
    JsonOption,
    counted,
    fail,
    fault_style,
    from_here,
    print_json,
    quiet_logs,
    told,
    warn,
)
from alertd.cli.progress import progress
from alertd.cli.rules import RulesOption, rules_of, state_dir_of
from alertd.companies.registrants import updated_file
from alertd.companies.table import CompanyTable
from alertd.errors import ConfigError
from alertd.rules.files import Tree
from alertd.rules.holders import Holder, Holders
from alertd.rules.holdings_memory import save_memory

ACCEPTED = "a running daemon takes them now, or on SIGHUP if `watch` is off"


def holdings(
    portfolio: Annotated[
        str | None,
        typer.Argument(metavar="PORTFOLIO", help="One in full.", show_default="a line for each"),
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Take a refused positions file knowingly; it stays until it changes.")
    ] = False,
    limit: Annotated[int, typer.Option(metavar="N", help="Show at most so many rows and holdings.", min=1)] = 20,
    rules: RulesOption = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Say what portfolios hold, and what came of their positions files.

    Of one portfolio: what its positions file came to, rows without a company, what has changed since the file before,
    and the weights by issuer. Exit 1 if a file is refused or its positions are stale.
    """
    quiet_logs()
    if accept and portfolio is None:
        fail("--accept takes the positions of one PORTFOLIO", USAGE)
    desk = _desk(rules, config)
    if accept and desk.memory is None:
        fail("--accept needs settings: the state directory remembers what was accepted", USAGE)
    try:
        found = list(desk.all() if portfolio is None else desk.one(portfolio))
    except ConfigError as error:
        fail(error)
    if accept:
        found = [desk.accept(found[0])]
    if json:
        print_json([one.as_json() for one in found] if portfolio is None else found[0].as_json(), pretty=True)
    elif portfolio is None:
        overview(found)
    else:
        show(found[0], limit)
    for one in found:
        for fault in one.held.faults if portfolio is None else one.unsaid:
            warn(from_here(fault), fault_style(fault))
    if desk.broken or any(one.trouble for one in found):
        raise typer.Exit(FAULTS)


class _Desk:
    """The portfolios of a rules directory, with what the daemon of the settings remembers of their positions."""

    def __init__(self, tree: Tree, table: CompanyTable, memory: Path | None) -> None:
        self._holders = Holders(tree)
        self._table = table
        self.memory = memory
        self.broken = False
        """There are files that say nothing."""

    def one(self, portfolio: str) -> Iterator[Shown]:
        """Give a portfolio. Raises ConfigError."""
        holder = self._holders.named(portfolio)
        if holder is None:
            fail(f"portfolio {portfolio} has no holdings")
        yield self._shown(holder)

    def all(self) -> Iterator[Shown]:
        """Give every portfolio that holds something; what is wrong with a file costs only that one."""
        files = self._holders.files()
        with progress("reading positions", len(files)) as advance:
            for file in files:
                try:
                    holder = self._holders.within(file)
                except ConfigError as error:
                    self.broken = True
                    for fault in error.faults:
                        warn(from_here(fault), fault_style(fault))
                else:
                    if holder is not None:
                        yield self._shown(holder)
                advance(1)

    def accept(self, shown: Shown) -> Shown:
        """Remember what is refused, so that it is in force."""
        refused = shown.held.refused
        assert self.memory is not None
        if refused is None:
            if shown.held.report is None and shown.trouble:
                return shown  # it cannot even be read
            as_of = shown.held.holdings.as_of if shown.held.holdings is not None else None
            warn(f"nothing is refused: the positions{f' of {as_of}' if as_of else ''} are in force", "dim")
            return shown
        try:
            save_memory(self.memory, shown.holder.id, refused)
        except OSError as error:
            fail(f"{self.memory}: cannot be written: {error.strerror or error}")
        held = counted(refused.report.companies, "company", "companies")
        line = f"accepted the positions of {refused.report.as_of}: {held}; {ACCEPTED}"
        warn(line, "default")
        return self._shown(shown.holder)

    def _shown(self, holder: Holder) -> Shown:
        now = system_clock()
        return Shown(holder, holder.hold(self._table, self.memory, now), now)


def _desk(rules: Path | None, config: Path | None) -> _Desk:
    """Load what is asked about. Without settings nothing is remembered, so that every file is the first."""
    try:
        directory = rules_of(rules, config)
        state_dir = state_dir_of(config) if rules is None or config is not None else None
        if not directory.is_dir():
            raise ConfigError.at(directory, "there is no such rules directory", "`alertd init` makes one")
        tree = look(directory)
        table, _ = known_companies(tree, updated_file(state_dir) if state_dir is not None else None, told)
    except ConfigError as error:
        fail(error)
    if state_dir is None:
        return _Desk(tree, table, None)
    from alertd.rules.places import memory_of

    return _Desk(tree, table, memory_of(state_dir))
