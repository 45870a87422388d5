"""From the file of an event type to the rule by which it is recognised: statuses, kinds, frames, tests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from alertd.base import suggest
from alertd.base.ids import mark
from alertd.base.yaml import Document
from alertd.errors import Fault
from alertd.rules.book import EventTypeRule
from alertd.rules.conditions import Reader
from alertd.rules.frames import BadFrame, parse_frame, parse_sure_frame
from alertd.rules.known_rules import Asking
from alertd.rules.loaded import RuleTest
from alertd.rules.shared_files import EventTypeFile
from alertd.rules.test_entries import TestReader
from alertd.rules.tree import Condition

STATUSES = ("denied", "rumoured", "reported")
"""In the order in which they are asked."""


class ReadType(NamedTuple):
    """What a file gave."""

    rule: EventTypeRule | None
    """None if something in it cannot be read."""
    tests: tuple[RuleTest, ...]
    faults: list[Fault]


def read_event_type(doc: Document, made: EventTypeFile | None, asking: Asking) -> ReadType:
    """Read a file, whose keys have been checked (`made`; None if they are faulty) but not what stands under them."""
    reader = Reader(doc, asking, in_event_type=True)
    when = reader.condition(("when",)) if doc.node(("when",)) is not None else None
    statuses = _conditions(reader, "status", STATUSES)
    kinds = _conditions(reader, "kinds", made.kinds if made is not None else ())
    tests = TestReader(doc, asking)
    read = tests.tests(("tests",), made.tests) if made is not None else ()
    _check_tests(reader, made)
    if made is None:
        return ReadType(None, (), [*reader.faults, *tests.faults])
    _check_frames(reader, made)
    faults = [*reader.faults, *tests.faults]
    if when is None:
        return ReadType(None, (), faults)
    parts = {"when": made.when, "status": made.status, "kinds": list(made.kinds.items())}
    written = asking.written_out(parts)
    named = (
        made.event_type, made.title, made.roles, made.confidence, made.alone, made.frames, made.sure_frames, written,
        asking.taken(), made.severity,
    )  # fmt: skip
    rule = EventTypeRule(
        id=made.event_type,
        title=made.title,
        when=when,
        severity=made.severity,
        confidence=made.confidence,
        alone=made.alone,
        roles=made.roles,
        statuses=statuses,
        kinds=kinds,
        frames=(*made.frames, *made.sure_frames),
        sure_frames=made.sure_frames,
        hash=mark(msgspec.json.encode(named, order="deterministic").decode()),
    )
    return ReadType(rule, read, faults)


def _conditions(reader: Reader, key: str, names: Iterable[str]) -> tuple[tuple[str, Condition], ...]:
    """Read the conditions that stand under names."""
    made = [(name, reader.condition((key, name))) for name in names if reader.doc.node((key, name)) is not None]
    return tuple((name, condition) for name, condition in made if condition is not None)


def _check_frames(reader: Reader, made: EventTypeFile) -> None:
    for key, frames, parse in (
        ("frames", made.frames, parse_frame),
        ("sure_frames", made.sure_frames, parse_sure_frame),
    ):
        for i, text in enumerate(frames):
            try:
                parse(text, made.roles)
            except BadFrame as error:
                reader.fault((key, i), str(error), error.hint)


def _check_tests(reader: Reader, made: EventTypeFile | None) -> None:
    """Name what tests of rules may ask for and those of event types may not, and kinds that there are not."""
    for path, test in reader.doc.items(("tests",)):
        for key in test.keys() & {"company", "holdings", "severity"}:
            reader.fault((*path, key), f"an event type is about no {key}", "test it in a portfolio's rule", key=True)
        kind = test.get("kind")
        if made is not None and isinstance(kind, str) and kind not in made.kinds:
            hint = suggest.hint(kind, made.kinds) if made.kinds else "`kinds` tells them apart"
            reader.fault((*path, "kind"), f"it has no kind `{kind[:60]}`", hint)
