"""`alertd archive`: what was decided, for good: what there is, whether it is whole, what goes, and copies of it.

alertd archive status
alertd archive verify
alertd archive prune --dry-run
alertd archive hold add case-7 --since 2026-01-01 --until 2026-04-01 --reason "…"
alertd archive export q1.tar --since 2026-01-01 --until 2026-04-01
alertd archive import q1.tar
alertd archive rules latest rules-then
alertd archive rebuild
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from alertd.cli.archive_copies import export_, import_
from alertd.cli.archive_errors import told_in_a_line
from alertd.cli.archive_hold import hold
from alertd.cli.archive_keeping import prune
from alertd.cli.archive_rebuild import rebuild
from alertd.cli.archive_rules import rules
from alertd.cli.connect import reach_of
from alertd.cli.output import (
    FAULTS,
    ConfigOption,
    JsonOption,
    counted,
    fail,
    plain,
    print_json,
    quiet_logs,
    stdout,
)
from alertd.cli.progress import progress
from alertd.history.archive.finding import Finding
from alertd.history.archive.importing import imported
from alertd.history.archive.package import opened
from alertd.history.archive.summary import Copy, Summary, summary
from alertd.history.archive.verify import Looked, bytes_of, verify
from alertd.history.archive.writing import is_written

MOST = 10_000
"""Faults that are told of; an archive with more is another file altogether."""

archive = typer.Typer(add_completion=False, no_args_is_help=True)
archive.command()(prune)
archive.add_typer(hold, name="hold")
archive.command("export")(export_)
archive.command("import")(import_)
archive.command()(rules)
archive.command()(rebuild)


@archive.callback()
def _about() -> None:
    """Look after the archive of all that was decided: check it, keep it, copy it."""
    quiet_logs()


@archive.command()
def status(config: ConfigOption = None, json: JsonOption = False) -> None:
    """Say what the archive holds: days, lines, size, gaps, legal holds, archives that were imported."""
    with told_in_a_line("archive status"):
        reach = reach_of(config)
        found = summary(reach.archive)
        written = is_written(reach.archive)
    if json:
        print_json({"written": written} | _as_json(found), pretty=True)
        return
    for name, value in _rows(found, written=written):
        stdout().print(f"{name:<10} {plain(value)}")


@archive.command("verify")
def verify_(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH…", help="Archives, or exports of one.", show_default="the archive, and what was imported"
        ),
    ] = None,
    head: Annotated[
        str,
        typer.Option(metavar="HEAD", help="A head that `alertd archive status` said once: it must be in it still."),
    ] = "",
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Check every line against its chain and every file against the manifest; name what is wrong at its line.

    A fault hides none behind it. Nothing is changed. Exit code 1 if there is a fault.
    """
    found: list[tuple[Path, Finding]] = []
    looked: dict[Path, Looked] = {}
    with told_in_a_line("archive verify"):
        asked = paths or _own(reach_of(config).archive)
        for path in asked:
            for finding in _checked(path, head, looked.setdefault(path, Looked())):
                found.append((path, finding))
                if not json:
                    stdout().print(f"{plain(f'{path}: ' if len(asked) > 1 else '')}{plain(finding)}")
                if len(found) >= MOST:
                    fail(f"stopped after {MOST} faults")
    if json:
        rows = [{"archive": str(path)} | finding.row() for path, finding in found]
        print_json({"checked": [_seen(path, looked[path]) for path in asked], "faults": rows}, pretty=True)
    elif found:
        stdout().print(f"{counted(len(found), 'fault')} found")
    else:
        for path in asked:
            stdout().print(f"fine: {plain(path)}: {_looked_at(looked[path])}")
    if found:
        raise typer.Exit(FAULTS)


def _own(path: Path) -> list[Path]:
    return [path, *imported(path)]


def _seen(path: Path, looked: Looked) -> dict[str, Any]:
    counts = {"days": looked.days, "open_days": looked.open_days, "lines": looked.lines, "blobs": looked.blobs}
    return {"archive": str(path)} | counts


def _looked_at(looked: Looked) -> str:
    of = ", ".join(
        counted(count, what) for count, what in ((looked.days, "day"), (looked.lines, "line"), (looked.blobs, "blob"))
    )
    return of + ("; the day under way has no proof of its end" if looked.open_days else "")


def _checked(path: Path, head: str, looked: Looked) -> list[Finding]:
    with opened(path) as folder, progress(f"checking {path.name}", bytes_of(folder), silent=True) as advance:
        found: list[Finding] = []
        for finding in verify(folder, head=head, told=advance, looked=looked):
            found.append(finding)
            if len(found) >= MOST:
                break
        return found


def _rows(found: Summary, *, written: bool) -> list[tuple[str, str]]:
    """Give the lines of the answer."""
    days = f"{found.oldest} to {found.newest}: " if found.oldest else ""
    days += counted(found.sealed_days, "sealed day")
    rows = [
        ("archive", f"{found.path}, id {found.id}, {'a daemon writes it' if written else 'nobody writes it now'}"),
        ("days", days + (f", under way {', '.join(found.open_days)}" if found.open_days else "")),
        ("lines", f"{found.lines:,}" + (f", {found.bytes_a_line} bytes each" if found.bytes_a_line else "")),
        ("size", _size(found.size)),
    ]
    if found.kinds:
        rows.append(("kinds", ", ".join(f"{kind} {count:,}" for kind, count in found.kinds.items())))
    if found.removed_days or found.changed_lines:
        gone = counted(found.removed_days, "day")
        rows.append(("removed", f"{gone} as a whole, {counted(found.changed_lines, 'line')} in part or whole"))
    rows += [("gap", _gap(one)) for one in found.gaps]
    rows += [("damaged", name) for name in found.damaged]
    rows += [("hold", f"{one.name}: {one.since[:10]} to {(one.until or 'no end')[:10]}") for one in found.holds]
    rows += [("imported", _imported(one)) for one in found.imported]
    return [*rows, ("head", found.head or "none yet: no day is sealed")]


def _imported(one: Copy) -> str:
    time = f"{one.oldest} to {one.newest}: " if one.oldest else ""
    return f"{one.path}, {time}{counted(one.days, 'day')}, {counted(one.lines, 'line')}, {_size(one.size)}"


def _gap(one: dict[str, Any]) -> str:
    return f"{one['day']}:{one['line']}: nothing from {one['from'] or 'the beginning'} to {one['to']}"


def _as_json(found: Summary) -> dict[str, Any]:
    import msgspec

    fields: dict[str, Any] = msgspec.to_builtins(found)
    return fields


def _size(size: int) -> str:
    amount = float(size)
    for unit in ("bytes", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.2f} GB"
