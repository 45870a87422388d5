"""The catalogue of shipped event types in docs/event-types.md tells what the files say."""

from __future__ import annotations

import re
from pathlib import Path

from alertd.rules.loader import load_rules

ROOT = Path(__file__).parents[2]


def test_the_catalogue_has_every_shipped_event_type_with_its_roles_and_kinds() -> None:
    text = (ROOT / "docs" / "event-types.md").read_text("utf-8")
    table = text[text.index("## Shipped event types") : text.index("## Lists")]
    told = {
        cells[0]: (re.findall(r"`(\w+)`", cells[2]), re.findall(r"`(\w+)`", cells[3]))
        for line in table.splitlines()
        if line.startswith("| `")
        and (cells := [line.split("|")[1].strip().strip("`"), *(c.strip() for c in line.split("|")[2:-1])])
    }
    book = load_rules(ROOT / "rules").book
    said = {kind.id: (list(kind.roles), [name for name, _ in kind.kinds]) for kind in book.event_types}
    assert told == said
