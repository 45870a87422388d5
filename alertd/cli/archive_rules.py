"""`alertd archive rules`: the files of the rules that were in force once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

import typer

from alertd.cli.archive_errors import told_in_a_line
from alertd.cli.connect import reach_of
from alertd.cli.output import (
    FAULTS,
    ConfigOption,
    JsonOption,
    counted,
    fail,
    plain,
    print_json,
    print_table,
    stdout,
    warn,
)
from alertd.errors import Corrupt
from alertd.history.archive.blobs import SHA256, Blobs
from alertd.history.archive.special import versions
from alertd.model import JournalRecord

LATEST = "latest"
SHOWN = 12
"""Characters of a version that are shown; so many are enough to name it."""


def rules(
    version: Annotated[
        str,
        typer.Argument(
            metavar="VERSION", help="A version of the rules, its beginning, or `latest`.", show_default="list them"
        ),
    ] = "",
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="Where to write its files; new or empty.")
    ] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Write the files of the rules that were in force once: DIR/rules and DIR/holdings. Without a version, list them.

    A version stands in every event of the journal (`rules_version`). Exit code 1 if a file of it was not kept.
    """
    with told_in_a_line("archive rules"):
        archive = reach_of(config).archive
        found = [record for _, record in versions(archive)]
        if not version:
            _list(found, json=json)
            return
        if folder is None:
            fail("name the directory to write to", 2)
        _write(_named(version, found), Blobs(archive), folder)


def _list(found: list[JournalRecord], *, json: bool) -> None:
    rows = [_row(record) for record in found]
    if json:
        print_json(rows, pretty=True)
    elif rows:
        cells = [
            [row["rules_version"][:SHOWN], row["at"], row["alertd"], row["files"], row["holdings"]] for row in rows
        ]
        print_table("Rules that were in force", ["version", "since", "alertd", "files", "holdings"], cells)
    else:
        stdout().print("no versions: the archive tells of none")


def _row(record: JournalRecord) -> dict[str, Any]:
    data = record.data
    return {
        "rules_version": str(data.get("rules_version", "")),
        "at": record.at,
        "alertd": str(data.get("alertd", "")),
        "files": len(_files(data, "files")),
        "holdings": len(_files(data, "holdings")),
    }


def _named(version: str, found: list[JournalRecord]) -> JournalRecord:
    """Give the newest line about a version."""
    fitting = [
        one for one in found if version == LATEST or str(one.data.get("rules_version", "")).startswith(version)
    ]
    if not fitting:
        fail(f"the archive knows no version {version[:80]}; alertd archive rules lists those that it knows")
    if version != LATEST and len({one.data.get("rules_version") for one in fitting}) > 1:
        fail(f"several versions begin with {version[:80]}: write more of it")
    return fitting[-1]


def _write(record: JournalRecord, blobs: Blobs, folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        fail(f"{folder} is there and not empty: name a new directory")
    written, lost = 0, 0
    for target, name, sha256 in _targets(record, folder):
        content = None
        try:
            content = blobs.get(sha256) if SHA256.fullmatch(sha256) else None
        except Corrupt as error:
            warn(f"{name}: {error}")
        if target is None or content is None:
            lost += 1
            warn(f"{name}: {_why(target, sha256)}")
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        written += 1
        if target.is_relative_to(folder / "holdings"):
            stdout().print(f"{plain(target)} was {plain(name)}", style="dim")
    version = str(record.data.get("rules_version", ""))[:SHOWN]
    stdout().print(
        f"{counted(written, 'file')} of version {plain(version)}, in force since {record.at}: {plain(folder)}"
    )
    if lost:
        raise typer.Exit(FAULTS)


def _targets(record: JournalRecord, folder: Path) -> Iterator[tuple[Path | None, str, str]]:
    """Give where each file is to be written, None for a name that leads out of the directory; its name; its hash."""
    for name, sha256 in _files(record.data, "files").items():
        path = PurePosixPath(name)
        inside = not path.is_absolute() and ".." not in path.parts and path.parts and name.isprintable()
        yield folder / "rules" / path if inside else None, name, sha256
    taken: set[str] = set()
    for name, sha256 in _files(record.data, "holdings").items():
        base = PurePosixPath(name).name
        while base in taken:
            base = f"{len(taken)}-{base}"
        taken.add(base)
        usable = base not in ("", ".", "..") and base.isprintable()
        yield folder / "holdings" / base if usable else None, name, sha256


def _files(data: dict[str, Any], group: str) -> dict[str, str]:
    found = data.get(group)
    return {str(name): str(sha256) for name, sha256 in found.items()} if isinstance(found, dict) else {}


def _why(target: Path | None, sha256: str) -> str:
    if target is None:
        return "its name is none of a file in a directory"
    if not SHA256.fullmatch(sha256):
        return f"it was not kept ({sha256[:40]} when it came into force)"
    return "it is not in the archive any more"
