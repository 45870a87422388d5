"""`alertd archive rebuild`: makes the database that alerts are searched in anew from the archive."""

from __future__ import annotations

from contextlib import closing

from alertd.asking.kept import journal_place
from alertd.base.clock import rfc3339
from alertd.cli.archive_errors import told_in_a_line
from alertd.cli.connect import reach_of
from alertd.cli.output import ConfigOption, JsonOption, counted, plain, print_json, stdout
from alertd.cli.progress import progress
from alertd.history.archive.reader import Reader
from alertd.history.archive.summary import summary
from alertd.history.projection.position import Position
from alertd.history.projection.projector import Projector


def rebuild(config: ConfigOption = None, json: JsonOption = False) -> None:
    """Make the database that alerts are searched in anew from the archive.

    Also while a daemon runs, which helps then. Meanwhile searches reach as far as it is, and say so. A file that
    cannot be used is put aside, as `history.db.refused`.
    """
    with told_in_a_line("archive rebuild"):
        reach = reach_of(config)
        reader, lines = Reader(reach.archive), summary(reach.archive).lines
        with (
            progress("reading the archive", lines, silent=True) as advance,
            closing(Projector(reach.history)) as it,
        ):
            before = 0

            def told(done: int, at: Position) -> None:
                nonlocal before
                advance(done - before)
                before = done

            done = it.rebuild(reader, told)
    until = rfc3339(journal_place(done.position.journal_id)[0]) if done.position is not None else None
    faults = [str(finding) for finding in reader.findings]
    if json:
        print_json(
            {"path": str(reach.history), "lines": done.lines, "unreadable": done.unreadable, "until": until,
             "faults": faults},
            pretty=True,
        )  # fmt: skip
        return
    stdout().print(plain(f"{reach.history}: {counted(done.lines, 'line')} up to {until or 'the beginning'}"))
    if done.unreadable:
        stdout().print(f"of {counted(done.unreadable, 'line')} only the ids could be taken")
    for fault in faults:
        stdout().print(plain(f"passed over: {fault}"))
