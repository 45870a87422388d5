"""`alertd backup` and `alertd restore`: state and archive as one file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from alertd.app.backup import back_up, size_of
from alertd.app.restore import restore as put_back
from alertd.base.clock import system_clock
from alertd.cli.archive_errors import told_in_a_line
from alertd.cli.connect import reach_of
from alertd.cli.output import ConfigOption, JsonOption, counted, plain, print_json, quiet_logs, stdout, warn
from alertd.cli.progress import progress
from alertd.errors import StoreRefused
from alertd.store.engine import Engine, find_engine

HOUSE = "its store is a Redis of the house, whose own backup is the backup: it is not in this file"


def backup(
    out: Annotated[Path, typer.Argument(metavar="OUT.tar", help="The file to write; not there yet.")],
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Write all that must not be lost into one file, while the daemon runs or not.

    The store as of one moment, the archive, the token of the web interface and the rules that were in force; a
    manifest names each file with its hash. History and metrics are made anew. Of a Redis of the house nothing is
    taken: that has backups of its own.
    """
    quiet_logs()
    with told_in_a_line("backup", out):
        reach = reach_of(config)
        own = reach.redis.reveal() == "embedded"
        with progress("backing up", size_of(reach.state_dir, reach.archive), silent=True) as advance:
            made = back_up(reach.state_dir, reach.archive, out.absolute(), system_clock(), own=own, told=advance)
    size = out.stat().st_size
    if not own:
        warn(HOUSE)
    if json:
        about = {"path": str(out), "bytes": size, "files": len(made.members)}
        print_json(
            about | {name: getattr(made, name) for name in ("alertd", "made_at", "epoch", "store")}, pretty=True
        )
        return
    taken = {
        "snapshot": "the store as it was at one moment",
        "files": "the store of a stopped daemon",
        "none": "no store",
    }
    stdout().print(f"{plain(out)}: {taken[made.store]}, {counted(len(made.members), 'file')}, {size:,} bytes")


def restore(
    file: Annotated[Path, typer.Argument(metavar="IN.tar", help="A file of `alertd backup`.")],
    state_dir: Annotated[
        Path | None,
        typer.Option("--state-dir", metavar="DIR", help="Where to put it.", show_default="that of the settings"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Move aside what is there; nothing is thrown away.")] = False,
    archive: Annotated[
        bool, typer.Option("--archive", help="The archive too, where one is there; otherwise that stays.")
    ] = False,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Put a backup back, while no daemon runs.

    The file is checked as a whole before anything is touched. An archive that is there stays unless `--archive` says
    otherwise: by it alertd knows what was sent since, and marks what comes again as a possible repeat.
    """
    quiet_logs()
    with told_in_a_line("restore"):
        if state_dir is None:
            reach = reach_of(config)
            state_dir, archived = reach.state_dir, reach.archive
        else:
            archived = state_dir / "archive"
        total = file.stat().st_size
        with progress("restoring", total, silent=True) as advance:
            done = put_back(
                file, state_dir, archived.absolute(), system_clock(),
                force=force, with_archive=archive, engine=_engine(), told=advance,
            )  # fmt: skip
    made = done.manifest
    if made.store == "none":
        warn("there is no store in it: that of a Redis of the house comes from its own backup")
    if json:
        about = {
            "state_dir": str(state_dir),
            "files": done.files,
            "archive": done.archive,
            "aside": done.aside or None,
        }
        print_json(
            about | {name: getattr(made, name) for name in ("alertd", "made_at", "epoch", "store")}, pretty=True
        )
        return
    console = stdout()
    console.print(
        f"{plain(state_dir)}: as it was at {made.made_at}, {counted(done.files, 'file')}; archive {done.archive}"
    )
    if done.aside:
        console.print(f"what was there is in {plain(done.aside)}")


def _engine() -> Engine | None:
    """Give the server that will read the data; where there is none yet, the start says so."""
    try:
        return find_engine()
    except StoreRefused:
        return None
