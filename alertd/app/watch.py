"""Says when files that the daemon was loaded from change: rules, settings, positions.

    inotify (watchfiles) -> what concerns us -> one call for all that changed within the same moment

A rules directory is watched with everything below it; of settings and of files that lie elsewhere only their own
folder, since a state directory may lie beside them. Where the system has no watch left to give, files are looked at
once a second instead, and the log says so.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import structlog
from watchfiles import awatch

log = structlog.get_logger(__name__)

STEP_MS = 50
"""A change is told when nothing has followed it for so long: a save is often several of them."""
DEBOUNCE_MS = 500
"""But told at the latest after this."""
POLL_MS = 1000
LOOK_MS = 5_000
"""How often it is looked whether a watched folder is still the one that its name leads to."""
SUFFIXES = (".yaml", ".yml", ".csv", ".tsv", ".txt")
SWAPPED = "..data"
"""The link by which Kubernetes replaces all files of a mount at once."""

Changed = Callable[[set[Path]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Watched:
    """What to look at."""

    trees: frozenset[Path]
    """Folders with everything below them."""
    files: frozenset[Path]
    """Single files."""

    def concerns(self, path: Path) -> bool:
        """Tell whether a change is one of ours: no hidden file, no editor's copy, nothing of the state directory."""
        if path in self.files or path.name == SWAPPED:
            return True
        return (
            not path.name.startswith((".", "#"))
            and path.suffix.lower() in SUFFIXES
            and any(path.is_relative_to(tree) for tree in self.trees)
        )


def watched(rules: Path, files: Iterable[Path]) -> Watched:
    """Resolve links, so that what the system reports compares with what we look for."""
    single = [(file.parent.resolve() / file.name, file.resolve()) for file in files]  # the second, where a link leads
    return Watched(frozenset({rules.resolve()}), frozenset(path for both in single for path in both))


async def watch(rules: Path, files: Iterable[Path], changed: Changed, stop: asyncio.Event) -> None:
    """Call `changed` with the files that changed, until told to stop; with none where all may have (see `_watch`)."""
    single = frozenset(files)
    folders = await asyncio.to_thread(_folders_of, single) - {rules}
    await asyncio.gather(
        _watch(frozenset({rules}), rules, single, changed, stop, recursive=True),
        _watch(folders, rules, single, changed, stop, recursive=False),
    )


async def _watch(
    roots: frozenset[Path],
    rules: Path,
    files: frozenset[Path],
    changed: Changed,
    stop: asyncio.Event,
    *,
    recursive: bool,
) -> None:
    """Watch folders; when one is replaced as a whole (a link to a new release), begin again with the new one.

    What asks the file system runs in a thread: a mount that does not answer must not hold the loop.
    """
    polling = False
    while roots and not stop.is_set():
        settled = False
        there = await asyncio.to_thread(_there, roots)
        if not there:
            await _pause(stop)
            continue
        before = await asyncio.to_thread(_identities, roots)
        what = await asyncio.to_thread(watched, rules, files)
        try:
            async for found in awatch(
                *there,
                watch_filter=lambda _, path, what=what: what.concerns(Path(path)),  # type: ignore[misc]
                debounce=DEBOUNCE_MS,
                step=STEP_MS,
                stop_event=stop,
                recursive=recursive,
                force_polling=polling,
                poll_delay_ms=POLL_MS,
                ignore_permission_denied=True,
                rust_timeout=LOOK_MS,
                yield_on_timeout=True,
            ):
                now = await asyncio.to_thread(_identities, roots)
                if now != before:  # first: what is told may be of the folder that was
                    await changed(set())
                    break
                if found or not settled:  # once without: what changed before the watch stood
                    await changed({Path(path) for _, path in found})
                    settled = settled or not found
        except (OSError, RuntimeError) as error:  # no watch left to give
            log.warning("watching_by_looking", error=str(error)[:200], roots=[str(root) for root in there])
            polling = True
            await _pause(stop)


def _folders_of(files: Iterable[Path]) -> frozenset[Path]:
    return frozenset(folder for file in files for folder in (file.parent, file.resolve().parent))


def _there(roots: Iterable[Path]) -> list[Path]:
    return sorted(root.resolve() for root in roots if root.is_dir())


def _identities(roots: Iterable[Path]) -> dict[Path, tuple[int, int] | None]:
    found: dict[Path, tuple[int, int] | None] = {}
    for root in roots:
        try:
            status = root.stat()
            found[root] = (status.st_dev, status.st_ino)
        except OSError:
            found[root] = None
    return found


async def _pause(stop: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(POLL_MS / 1000):
            await stop.wait()
