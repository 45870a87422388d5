"""The Lua scripts: what has to happen wholly or not at all.

The first line of a script names the parts it is composed of (`-- requires: prelude journal`); Lua in Redis has no
include. All scripts keep to these rules:

1. Everything is checked before the first write: a failing script is not rolled back.
2. Run twice with the same arguments, the store is as after one run and the answer says the same. The exception is a
   journal record without a `once` key.
3. Every key is named by the caller. A key that turns up in the data (the alert of a superseded delivery) is asked for
   with the answer {'keys', name…}, and the caller runs the script again.
4. What completes begun work first writes with a command that full memory does not refuse (ZREM, XACK); from then on
   Redis refuses that script nothing. What begins work first writes with one that it does refuse.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Script:
    """A script as the server gets it."""

    name: str
    text: str
    sha: str


@cache
def script(name: str) -> Script:
    """Compose a script. Raises FileNotFoundError for a name that does not exist."""
    body = _read(name)
    first = body.partition("\n")[0]
    parts = first.removeprefix("-- requires:").split() if first.startswith("-- requires:") else []
    text = "\n".join([*(_read(part) for part in parts), body])
    return Script(name, text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


@cache
def read_all() -> None:
    """Read every script: later there may be no file left to open one with, and an outcome could not be recorded."""
    for file in files("alertd.store.scripts").iterdir():
        if file.name.endswith(".lua"):
            script(file.name.removesuffix(".lua"))


def _read(name: str) -> str:
    return (files("alertd.store.scripts") / f"{name}.lua").read_text("utf-8")
