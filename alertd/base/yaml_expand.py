"""What stands in a settings file for something outside it: `${NAME}`, `<secret>_file`, paths.

    ${NAME}            in any text: the variable of that name; `$${` writes `${` itself
    token_file: PATH   beside or instead of a secret `token`: the content of that file, stripped
    credential:NAME    as such a PATH: a file of systemd's $CREDENTIALS_DIRECTORY (systemd.exec(5), LoadCredential)
    relative paths     are relative to the folder of the settings file; `~/` is the user's home

What comes in from outside is shown in messages as it was written (`${NAME}`), never as it reads.
"""

from __future__ import annotations

import dataclasses
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from msgspec.structs import replace
from pydantic import BaseModel

from alertd.base.secrets import MASK
from alertd.base.yaml_document import Document, Node, Path, Place
from alertd.base.yaml_scan import unprintable
from alertd.base.yaml_schema import Cursor
from alertd.errors import Fault

_VARIABLE = re.compile(r"\$\$\{|\$\{(?:([A-Za-z_][A-Za-z0-9_]*)\})?")
UNREAD = "not-read-not-read"
"""What stands for a secret that could not be read: as long as the shortest that is asked for."""
_MAX_SECRET = 64 * 1024


@dataclass
class Expanded:
    """A document with everything from outside filled in."""

    doc: Document
    faults: list[Fault] = field(default_factory=list)
    """Errors and warnings."""
    failed: set[Place] = field(default_factory=set)
    """Where filling in failed: what validation says about these places is only a consequence."""
    outside: set[str] = field(default_factory=set)
    """Every text that came from outside."""
    shown: dict[Path, str] = field(default_factory=dict)
    """The places of these texts, with what the user wrote there."""
    literal: list[Path] = field(default_factory=list)
    """Secrets that are written in the file itself."""

    def scrub(self, fault: Fault) -> Fault:
        """Take out of a fault whatever secret a validator may have quoted."""
        secrets = self.outside | {str(node.value) for path in self.literal if (node := self.doc.node(path))}
        message, hint = fault.message, fault.hint
        for secret in sorted(secrets, key=len, reverse=True):
            if len(secret) >= 4:  # a port or a word as short would only garble the message
                message, hint = message.replace(secret, MASK), hint.replace(secret, MASK)
        return dataclasses.replace(fault, message=message, hint=hint)


def expand(doc: Document, model: type[BaseModel], env: Mapping[str, str], folder: FilePath) -> Expanded:
    """Fill in variables, secret files and paths. Reads files; what is wrong is in the answer, with its place."""
    walk = _Walk(env, folder, Expanded(doc))
    root = walk.node(doc.root, Cursor.at_top(model, doc.value), ())
    walk.out.doc = Document(doc.file, root)
    return walk.out


class _Walk:
    def __init__(self, env: Mapping[str, str], folder: FilePath, out: Expanded) -> None:
        self.env = env
        self.folder = folder
        self.out = out

    def node(self, node: Node, cursor: Cursor, path: Path) -> Node:
        if isinstance(node.value, list):
            items = [self.node(n, cursor.child(i), (*path, i)) for i, n in enumerate(node.value)]
            return replace(node, value=items)
        if isinstance(node.value, dict):
            return replace(node, value=self._mapping(node.value, cursor, path))
        if isinstance(node.value, str):
            return self._text(node, cursor, path)
        if cursor.secret and node.value is not None:
            self._note_secret(node, path)
        return node

    def _mapping(self, values: dict[str, Node], cursor: Cursor, path: Path) -> dict[str, Node]:
        known = cursor.known()
        filled: dict[str, Node] = {}
        for key, node in values.items():
            target = key.removesuffix("_file")
            if target == key or key in known or not cursor.child(target).secret:
                filled[key] = self.node(node, cursor.child(key), (*path, key))
            elif target in values:
                place = node.key or node.place
                message = f"both `{target}` and `{key}` are given"
                self.out.faults.append(Fault(*place, message, "keep one of them"))
            else:
                filled[target] = self._secret_file(node, key)
                self.out.shown[*path, target] = f"<{key}>"
        return filled

    def _text(self, node: Node, cursor: Cursor, path: Path) -> Node:
        node = self._variables(node)
        if cursor.secret:
            self._note_secret(node, path)
        if node.shown is not None:
            self.out.shown[path] = node.shown
        if cursor.path and node.value:
            node = replace(node, value=str(self._resolve(str(node.value))), raw=None)
        return node

    def _note_secret(self, node: Node, path: Path) -> None:
        if node.shown is None:
            self.out.literal.append(path)
        else:
            self.out.outside.add(str(node.raw or node.value))

    def _variables(self, node: Node) -> Node:
        """Fill in the variables of a text. What an environment variable brought is taken as it is."""
        text = str(node.value)
        if "${" not in text or node.place.line == 0:
            return node
        missing: list[tuple[str, str]] = []
        values: list[str] = []

        def value_of(found: re.Match[str]) -> str:
            name = found[1]
            if found[0] == "$${":
                return "${"
            if name is None:
                missing.append(("`${` without a name and `}`", "write ${NAME}, or $${ for the text itself"))
            elif name not in self.env:
                missing.append((f"the environment variable {name} is not set", ""))
            elif unprintable(self.env[name]):
                missing.append((f"the environment variable {name} holds a control character", ""))
            else:
                values.append(self.env[name])
                return self.env[name]
            return found[0]

        filled = _VARIABLE.sub(value_of, text)
        for message, hint in missing:
            self.out.faults.append(Fault(*node.place, message, hint))
            self.out.failed.add(node.place)
        if not values:
            return replace(node, value=filled)
        self.out.outside.update(v for v in (*values, filled) if v)
        return replace(node, value=filled, raw=None, shown=text)

    def _secret_file(self, node: Node, key: str) -> Node:
        secret = self._read(self._variables(node) if isinstance(node.value, str) else node, key)
        if isinstance(secret, str):
            self.out.outside.add(secret)
            return Node(secret, node.place, node.key, shown=f"<{key}>")
        # What the path reads is not shown: somebody may have put the secret itself there.
        self.out.faults.append(Fault(*node.place, f"`{key}` {secret[0]}", secret[1]))
        self.out.failed.add(node.place)
        return Node(UNREAD, node.place, node.key, shown=f"<{key}>")

    def _read(self, node: Node, key: str) -> str | tuple[str, str]:
        """Give the content of a secret file, or what is wrong and what helps."""
        if not isinstance(node.value, str) or not node.value or node.place in self.out.failed:
            return "should be a path", ""
        path = self._credential(node.value) if node.value.startswith("credential:") else self._resolve(node.value)
        if path is None:
            return "names a credential that systemd did not pass", "add LoadCredential= to the unit"
        try:
            # Checked before it is opened: opening a pipe would wait for a writer.
            mode = path.stat().st_mode
            if not stat.S_ISREG(mode):
                return "is not a regular file", ""
            with path.open("rb") as file:
                content = file.read(_MAX_SECRET + 1)
            text = content.decode("utf-8").strip()
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is not UTF-8 text"
            return f"cannot be read: {reason}", ""
        if len(content) > _MAX_SECRET:
            return "is larger than 64 KiB", "a secret is short"
        if not text or unprintable(text):
            return "is empty" if not text else "holds a control character", ""
        if mode & stat.S_IROTH:
            message = f"the file that `{key}` names can be read by every user of this machine"
            self.out.faults.append(Fault(*node.place, message, "chmod 600", "warning"))
        return text

    def _credential(self, name: str) -> FilePath | None:
        folder = self.env.get("CREDENTIALS_DIRECTORY", "")
        name = name.removeprefix("credential:")
        if not folder or not name or "/" in name or name in (".", ".."):
            return None
        path = FilePath(folder) / name
        return path if path.exists() else None

    def _resolve(self, text: str) -> FilePath:
        if text.startswith("~/") and self.env.get("HOME"):
            return FilePath(self.env["HOME"]) / text[2:]
        return self.folder / text


def as_written(data: Any, shown: Mapping[Path, str]) -> Any:
    """Give plain data for printing: what came from outside as it was written, no user or password in addresses."""
    return _as_written(data, shown, ())


def _as_written(data: Any, shown: Mapping[Path, str], path: Path) -> Any:
    if isinstance(data, dict):
        return {key: _as_written(inner, shown, (*path, key)) for key, inner in data.items()}
    if isinstance(data, list):
        return [_as_written(inner, shown, (*path, i)) for i, inner in enumerate(data)]
    if path in shown and data is not None:
        return shown[path]
    return re.sub(r"(?<=://)[^/@\s]*@", f"{MASK}@", data) if isinstance(data, str) else data
