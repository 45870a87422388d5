"""Keys in a body that a template has written.

A body is frozen at its first attempt and waits in the store, then stands in the archive; a key that is in it would
stand there too. So a mark takes its place until it is sent.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterable

from alertd.base.ids import mark

SHORTEST = 8
"""Characters. What is shorter is no key, and would be found in every word."""


class HiddenValues:
    """Takes the values of a receiver out of bodies, and puts them back to the byte."""

    def __init__(self, values: Iterable[str]) -> None:
        forms = {form for value in values if len(value) >= SHORTEST for form in _forms(value)}
        # The longest first: one value may be part of another. Nobody can write a mark who does not know the value.
        self._marks = [
            (form.encode("utf-8", "replace"), f"<secret {mark('value', form)}>".encode())
            for form in sorted(forms, key=lambda form: (-len(form), form))
        ]

    def hide(self, body: bytes) -> bytes:
        """Put marks in the place of values."""
        for value, stands in self._marks:
            body = body.replace(value, stands)
        return body

    def reveal(self, body: bytes) -> bytes:
        """Undo `hide`."""
        for value, stands in reversed(self._marks):
            body = body.replace(stands, value)
        return body


def _forms(value: str) -> set[str]:
    """Give a value as it stands in text, in JSON and in HTML."""
    return {value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1], html.escape(value)}
