"""The files of a rules directory: which there are, of which kind, and whether they have changed.

rules/portfolios/**/*.yaml     portfolios and their rules
rules/event-types/**/*.yaml    one event type in each
rules/companies/**/*.yaml      companies and relations
rules/lists/**/*.yaml          one named list in each
rules/fragments/**/*.yaml      named conditions
rules/schema/                  written by `alertd schema`, skipped
any other folder with YAML     a fault: what it says would be ignored
names that begin with `.`      skipped (editors, git, Kubernetes mounts)
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from alertd.base import suggest
from alertd.base.yaml_scan import MAX_BYTES
from alertd.errors import Fault

FOLDERS = ("portfolios", "event-types", "companies", "lists", "fragments")
"""Folders of a rules directory that are read."""
SKIPPED = ("schema",)
_SUFFIXES = (".yaml", ".yml")

Signature = tuple[int, int, int, int]
"""Of a file as the system sees it: while it is the same, the content is taken to be."""


def fingerprint(content: bytes) -> str:
    """Give what tells the content of one file from another's."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


@dataclass(slots=True)
class RuleFile:
    """A file as it was last read."""

    name: str
    """Its path, as faults show it."""
    folder: str
    """Which of FOLDERS it lies in."""
    signature: Signature
    digest: str
    """Fingerprint of the content."""
    content: bytes | None
    """None once it has been taken in: ten thousand files are not kept twice."""


@dataclass(slots=True)
class Tree:
    """What a rules directory holds, brought up to date by `look`."""

    directory: Path
    files: dict[str, RuleFile] = field(default_factory=dict)
    """By path as faults show it."""
    faults: list[Fault] = field(default_factory=list)
    """Of files that cannot be read, and of those that nobody would read."""
    _folders: dict[str, str] = field(default_factory=dict)
    """Real path of a folder -> the path under which it is read."""

    def look(self, paths: Iterable[Path] | None = None) -> set[str] | None:
        """Read what has changed, and say which files did; None if it could be any.

        With `paths` only those are looked at, unless one of them is no file of a folder that is known.
        """
        if paths is not None and not self.faults and self._folders:
            names = [self._named(path) for path in paths]
            if None not in names:
                return {name for name in names if name is not None and self._look_at(name, told=True)}
        return self._walk()

    def _named(self, path: Path) -> str | None:
        """Give the name under which a file is read; None if it may be more than a file."""
        parent, name = os.path.split(path)
        real = parent if parent in self._folders else os.path.realpath(parent)
        folder = self._folders.get(real)
        if folder is not None and os.path.realpath(folder) != real:
            return None  # a link leads elsewhere now: all of it may be another
        if folder is None or name.startswith(".") or not name.lower().endswith(_SUFFIXES):
            return None
        named = os.path.join(folder, name)  # noqa: PTH118  a text, not a Path: there are ten thousand of them
        return None if os.path.isdir(named) or self._kind(named) is None else named  # noqa: PTH112

    def _kind(self, name: str) -> str | None:
        inside = name[len(str(self.directory)) + 1 :].split("/")
        return inside[0] if len(inside) > 1 and inside[0] in FOLDERS else None

    def _look_at(self, name: str, *, told: bool = False) -> bool:
        """Read one file if it has changed; tell whether its content is another.

        Of one that was told to have changed it does not matter what the system says: two writes may come within one
        tick of its clock.
        """
        before = self.files.get(name)
        try:
            found = os.stat(name)  # noqa: PTH116
            signature = (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)
            if before is not None and before.signature == signature and not told:
                return False
            # Looked at before it is opened: opening a pipe would wait for a writer, for ever.
            if not stat.S_ISREG(found.st_mode):
                self.faults.append(Fault(name, 0, 0, "is no regular file"))
                return self.files.pop(name, None) is not None
            with open(name, "rb") as file:  # noqa: PTH123
                content = file.read(MAX_BYTES + 1)  # one byte more, so that load_yaml sees that it is too big
        except FileNotFoundError as error:
            if os.path.islink(name):  # noqa: PTH114
                self.faults.append(_unreadable(name, error))
            return self.files.pop(name, None) is not None
        except OSError as error:
            self.faults.append(_unreadable(name, error))
            return self.files.pop(name, None) is not None
        digest = fingerprint(content)
        kind = self._kind(name)
        assert kind is not None
        self.files[name] = RuleFile(name, kind, signature, digest, content)
        return before is None or before.digest != digest

    def _walk(self) -> set[str] | None:
        """Go through the whole directory."""
        self.faults = []
        before, first = set(self.files), not self._folders
        self._folders = {}
        unread: set[str] = set()
        changed: set[str] = set()

        def unreadable(error: OSError) -> None:
            self.faults.append(_unreadable(str(error.filename), error))

        for folder, folders, names in os.walk(self.directory, onerror=unreadable, followlinks=True):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            top = folder[len(str(self.directory)) + 1 :].partition("/")[0]
            real = os.path.realpath(folder)
            if real in self._folders or top in SKIPPED:  # a link may lead in a circle
                folders.clear()
                continue
            self._folders[real] = folder
            wanted = [name for name in sorted(names) if name.lower().endswith(_SUFFIXES) and name[0] != "."]
            if not top:
                hint = f"move it to {self.directory / FOLDERS[0]}"
                self.faults += [Fault(f"{folder}/{name}", 0, 0, "YAML here is not read", hint) for name in wanted]
            elif top not in FOLDERS:
                unread |= {top} if wanted else set()
            else:
                paths = [os.path.join(folder, name) for name in wanted]  # noqa: PTH118
                changed.update(path for path in paths if self._look_at(path))
                before.difference_update(paths)
        self.faults += [self._not_read(name) for name in sorted(unread)]
        for name in before:
            del self.files[name]
        return None if first else changed | before

    def _not_read(self, name: str) -> Fault:
        near = suggest.closest(name, FOLDERS)
        hint = f"did you mean `{near}`?" if near else "folders that are: " + ", ".join(FOLDERS)
        return Fault(str(self.directory / name), 0, 0, "rules in this folder are not read", hint)

    def content(self, name: str) -> bytes:
        """Give the content of a file, read again if it is not kept any more; empty if it has gone in between."""
        if (kept := self.files[name].content) is not None:
            return kept
        self.files[name].signature = (0, 0, 0, 0)
        self._look_at(name)
        return (self.files[name].content or b"") if name in self.files else b""

    def forget(self) -> None:
        """Let go of the contents."""
        for file in self.files.values():
            file.content = None

    def of(self, folder: str) -> list[RuleFile]:
        """Give the files of one folder in the order of their names."""
        return [self.files[name] for name in sorted(self.files) if self.files[name].folder == folder]


def _unreadable(name: str, error: OSError) -> Fault:
    return Fault(name, 0, 0, f"cannot be read: {error.strerror or error}")
