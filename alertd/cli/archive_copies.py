"""`alertd archive export` and `import`: a part of the archive as one file, and archives of elsewhere."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from alertd.asking.desk_view import owners_of
from alertd.asking.past_rules import Books
from alertd.asking.reach import Reach
from alertd.base import suggest
from alertd.base.clock import system_clock
from alertd.base.ids import USER_ID
from alertd.cli.archive_errors import told_in_a_line
from alertd.cli.archive_portfolios import check_portfolios
from alertd.cli.connect import reach_of
from alertd.cli.kept import kept_of
from alertd.cli.output import (
    FAULTS,
    USAGE,
    ConfigOption,
    DeskOption,
    JsonOption,
    counted,
    fail,
    plain,
    print_json,
    stdout,
    told,
    warn,
)
from alertd.cli.past_time import past_time
from alertd.cli.progress import progress
from alertd.history.archive.export import Exported, export
from alertd.history.archive.importing import NotWhole, import_archive
from alertd.history.archive.layout import about
from alertd.history.archive.narrowing import Narrowing
from alertd.history.archive.package import is_package
from alertd.history.archive.verify import bytes_of
from alertd.history.archive.wire import KINDS
from alertd.history.walls import UNKNOWN, DeskWall
from alertd.rules.walls import Walls


def export_(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="A file that ends in .tar, or a directory; not there yet.")
    ],
    since: Annotated[
        str | None,
        typer.Option(
            metavar="WHEN", help="From when on: a date or time, or so long ago.", show_default="the beginning"
        ),
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="WHEN", help="Until before.", show_default="the end")] = None,
    kind: Annotated[
        list[str] | None, typer.Option(metavar="KIND", help="Only lines of this kind (repeatable).")
    ] = None,
    portfolio: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only what concerns this portfolio (repeatable).")
    ] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
    desk: DeskOption = None,
) -> None:
    """Write a part of the archive as an archive of its own, for backtests elsewhere and for whoever asks.

    Whole days keep their chain of hashes; narrowed to hours, kinds, a portfolio or a desk the part gets one of its
    own. Texts that sources do not allow to hand on (`rights: {export: false}`) are left out.
    """
    now = system_clock()
    begin = past_time("--since", since, now)
    end = past_time("--until", until, now)
    if begin is not None and end is not None and begin >= end:
        fail("the time is empty: --since is not before --until", USAGE)
    if wrong := [one for one in kind or [] if one not in KINDS]:
        fail(f"there is no kind {wrong[0][:80]}; {suggest.hint(wrong[0], KINDS) or ', '.join(sorted(KINDS))}", USAGE)
    if wrong := [one for one in portfolio or [] if not USER_ID.fullmatch(one)]:
        fail(f"{wrong[0][:80]} is no id of a portfolio", USAGE)
    with told_in_a_line("archive export", out):
        reach = reach_of(config)
        about(reach.archive)
        narrowing = Narrowing(frozenset(kind or []), frozenset(portfolio or []), _wall(reach, desk))
        if narrowing.wall is not None or narrowing.portfolios:
            kept = kept_of(reach)
            check_portfolios(portfolio or [], reach, desk)
            narrowing.earlier = lambda alert: kept.owners([alert]).get(alert)
        with progress("exporting", bytes_of(reach.archive), silent=True) as advance:
            done = export(
                reach.archive, out, since_ms=begin, until_ms=end, narrowing=narrowing, now=now, told=advance
            )
    _show_export(done, out, json=json)


def import_(
    source: Annotated[
        Path, typer.Argument(metavar="FILE", help="A .tar of `alertd archive export`, or a directory.")
    ],
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Take an archive of elsewhere into `imported/` of the archive, once it is found to be whole.

    Lines that are there already are not taken twice. Backtests and replays read it by its path; searches do not.
    """
    with told_in_a_line("archive import"):
        reach = reach_of(config)
        total = source.stat().st_size if is_package(source) else bytes_of(source)
        try:
            with progress("checking", total, silent=True) as advance:
                done = import_archive(source, reach.archive, system_clock(), told=advance)
        except NotWhole as error:
            for finding in error.findings[1:]:
                warn(finding)
            raise
    if json:
        print_json(done, pretty=True)
        return
    days = [counted(done.added, "new day")]
    days += [f"{counted(done.grown, 'day')} with more lines"] if done.grown else []
    days += [f"{counted(done.same, 'day')} known already"] if done.same else []
    stdout().print(f"{plain(done.id)}: {', '.join(days)}, {counted(done.lines, 'new line')}: {plain(done.path)}")
    stdout().print(f"ask it with: alertd backtest --events {plain(shlex.quote(str(done.path)))}")


def _wall(reach: Reach, desk: str | None) -> DeskWall | None:
    if desk is None:
        return None
    books = Books(reach, told)
    book = books.today().book
    if books.trouble is not None:  # whose is what cannot be told without them
        raise books.trouble
    portfolios = {portfolio.id: portfolio.desk for portfolio in book.portfolios}
    walls = Walls(book.companies.declared, undeclared=UNKNOWN)
    return DeskWall(desk, walls, owners_of(reach), portfolios)


def _show_export(done: Exported, out: Path, *, json: bool) -> None:
    if json:
        print_json({"path": str(out)} | {name: getattr(done, name) for name in done.__slots__}, pretty=True)
    else:
        left = f"; {counted(done.left_out, 'line')} left out" if done.left_out else ""
        bare = f"; {counted(done.bare, 'text')} that may not be handed on" if done.bare else ""
        days = f"{counted(done.days, 'day')}, {counted(done.lines, 'line')}"
        stdout().print(f"{plain(out)}: archive {done.id}, {days}, {done.size:,} bytes{left}{bare}")
    if done.unreadable:
        warn(f"{counted(done.unreadable, 'place')} of the archive cannot be read; alertd archive verify names them")
        raise typer.Exit(FAULTS)
