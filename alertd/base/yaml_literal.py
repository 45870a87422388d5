"""Secrets that a user wrote into a file instead of naming a variable or another file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from alertd.base.secrets import is_confidential
from alertd.base.yaml_expand import Expanded
from alertd.errors import Fault


def literal_secrets(filled: Expanded) -> Iterator[Fault]:
    """Find the secrets that are written in the file itself: a warning for each."""
    for path in filled.literal:
        node = filled.doc.node(path)
        names = [step for step in path if isinstance(step, str)]
        if node is None or not names or not _confidential(names, str(node.value)):
            continue
        message = f"`{names[-1]}` is a secret written in the file"
        variable = re.sub(r"[^A-Z0-9]+", "_", names[-1].upper())
        hint = f"write ${{{variable}}} and set that variable, or use {names[-1]}_file"
        yield filled.doc.fault(path, message, hint, severity="warning")


def _confidential(names: list[str], value: str) -> bool:
    """Tell whether a text where secrets stand is one: an address without password and query, or Accept: is not."""
    if names[-1] in ("redis", "url"):
        try:
            parts = urlsplit(value)
        except ValueError:
            return True
        return bool(parts.password or parts.query)
    return not {"headers", "params"} & set(names) or is_confidential(names[-1], "")
