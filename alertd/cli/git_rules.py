"""Rules as they stood at a revision of their git repository: taken out by git itself, without shell or checkout."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from alertd.cli.output import environment
from alertd.errors import ConfigError

PATIENCE_S = 60
MAX_FILES = 100_000
MAX_BYTES = 1 << 30
_SAID = 300
"""Characters of what git said that an error repeats."""


class Revision(NamedTuple):
    """A rules directory as it stood then."""

    path: Path
    """Where it is for the time being."""
    name: str
    """As it was asked for, with the commit: `main (1a2b3c4)`."""
    written: str
    """How its files are called in messages: `main:rules`."""


@contextmanager
def rules_at(revision: str, directory: Path) -> Iterator[Revision]:
    """Give a rules directory as it stood at a revision of the repository that it lies in; gone afterwards.

    Raises ConfigError: no git, no repository, no such revision, no such directory then.
    """
    top = Path(_asked(directory, "rev-parse", "--show-toplevel", otherwise="lies in no git repository"))
    inside = directory.resolve().relative_to(top.resolve()).as_posix()
    commit = _commit(directory, revision)
    with tempfile.TemporaryDirectory(prefix="alertd-rules-") as folder:
        _extract(top, commit, inside, Path(folder), f"{revision}:{inside}")
        name = revision if revision.startswith(commit[:7]) else f"{revision} ({commit[:7]})"
        yield Revision(Path(folder) / inside, name, f"{revision}:{inside}")


def _commit(directory: Path, revision: str) -> str:
    wanted = f"{revision}^{{commit}}"
    words = ("rev-parse", "--verify", "--quiet", "--end-of-options", wanted)
    return _asked(directory, *words, otherwise=f"{revision} is no directory, and no revision of its repository")


def _extract(top: Path, commit: str, inside: str, folder: Path, named: str) -> None:
    words = ["archive", "--format=tar", commit, *(["--", inside] if inside != "." else [])]
    with tempfile.TemporaryFile() as errors:
        process = _started(top, words, errors)
        assert process.stdout is not None
        try:
            with process, tarfile.open(fileobj=process.stdout, mode="r|") as tar:
                _members(tar, folder, named)
        except tarfile.TarError:  # git has said why
            pass
        if process.returncode:
            errors.seek(0)
            raise ConfigError.at(named, "there are no rules", _last_line(errors.read()))


def _members(tar: tarfile.TarFile, folder: Path, named: str) -> None:
    """Take out files and folders; nothing that would lie outside, no devices, not too much."""
    size = 0
    for number, member in enumerate(tar):
        size += member.size
        if number >= MAX_FILES or size > MAX_BYTES:
            raise ConfigError.at(named, "these are more files than rules can be", "is this the right repository?")
        if member.isfile() or member.isdir() or member.issym():
            try:
                tar.extract(member, folder, filter="data")
            except tarfile.FilterError as error:
                raise ConfigError.at(named, f"a file leads out of the repository: {error}") from error


def _asked(directory: Path, *words: str, otherwise: str) -> str:
    """Ask git something short about the repository of a directory."""
    with tempfile.TemporaryFile() as errors:
        process = _started(directory, words, errors)
        try:
            out, _ = process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired as error:
            process.kill()
            process.communicate()
            raise ConfigError.at(directory, "git does not answer") from error
        if process.returncode:
            errors.seek(0)
            raise ConfigError.at(directory, otherwise, _last_line(errors.read()))
    return out.decode("utf-8", "surrogateescape").rstrip("\n")


def _started(directory: Path, words: Sequence[str], errors: IO[bytes]) -> subprocess.Popen[bytes]:
    program = shutil.which("git", path=environment().get("PATH"))
    if program is None:
        raise ConfigError.at(directory, "there is no git here to ask for another revision", "give a directory")
    if not directory.is_dir():
        raise ConfigError.at(directory, "there is no such directory")
    command = [program, "-C", str(directory), *words]
    return subprocess.Popen(  # noqa: S603  no shell, and what a person wrote stands behind --end-of-options
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, env=_environment()
    )


def _environment() -> Mapping[str, str]:
    """Give git's environment: it must not ask, fetch or lock anything, and say what it says in English."""
    kept = {key: value for key, value in environment().items() if not key.startswith("GIT_") or key in _KEPT}
    return kept | {"GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}


_KEPT = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "GIT_CEILING_DIRECTORIES")


def _last_line(said: bytes) -> str:
    lines = [line for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1].strip()[:_SAID] if lines else ""
