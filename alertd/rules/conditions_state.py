"""How the conditions over time are read.

count: {at_least: 3, within: 1h, by: company, distinct: story}
change: {of: sentiment, by: company, at_most: -0.5, within: 3d, baseline: 30d, min_stories: 5}
spike: {factor: 4, within: 1h, baseline: 30d, by: company, at_least: 5}
sequence: [{event_type: compute_lease}, {event_type: contract_dispute}], by: parties, within: 365d
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, cast

from alertd.base import suggest
from alertd.base.config import DURATION_PATTERN, format_duration, parse_duration
from alertd.base.yaml import Path
from alertd.rules.conditions_origin import KINDS, read_forms, read_items, read_sources
from alertd.rules.reader import Operator, Reader, one_or_more
from alertd.rules.reader_hints import DEFINE_KIND, DEFINE_TYPE
from alertd.rules.reported import STATUSES, SURE
from alertd.rules.state import By, Change, Count, Distinct, Sequence, Spike, Step

DAY_S = 86400.0
MAX_COUNT = 200
MAX_WINDOW_S = 90 * DAY_S
"""Longest time in which events are counted."""
MAX_SEQUENCE_S = 400 * DAY_S
"""How long the facts about a company are kept."""
MAX_STEPS = 6
_BY = ("company", "parties", "source")
_DISTINCT = ("story", "source", "filer")


# --- counting -------------------------------------------------------------------------------------------------


def _read_count(reader: Reader, path: Path, depth: int) -> Count | None:
    if not _mapping(reader, path, ("at_least", "within"), ("by", "distinct")):
        return None
    before = len(reader.faults)
    at_least = _whole(reader, (*path, "at_least"), 2, MAX_COUNT)
    within = _time(reader, (*path, "within"), 1.0, MAX_WINDOW_S)
    by = _one(reader, (*path, "by"), _BY, "rule")
    distinct = _one(reader, (*path, "distinct"), _DISTINCT, "event")
    if len(reader.faults) > before:
        return None
    return Count(at_least=at_least, within_ms=within, by=cast(By, by), distinct=cast(Distinct, distinct))


def _read_change(reader: Reader, path: Path, depth: int) -> Change | None:
    if not _mapping(reader, path, ("of", "within", "baseline"), ("by", "at_most", "at_least", "min_stories")):
        return None
    before = len(reader.faults)
    _one(reader, (*path, "of"), ("sentiment",), "")
    by = _one(reader, (*path, "by"), ("company", "source"), "company")
    fall, rise = (*path, "at_most"), (*path, "at_least")
    given = [at for at in (fall, rise) if _there(reader, at)]
    if len(given) != 1:
        reader.fault(path, "`change` takes either `at_most` or `at_least`", "at_most: -0.5 for a fall, at_least: 0.5")
    at_most = reader.number(fall, -2.0, -0.01) if fall in given else None
    at_least = reader.number(rise, 0.01, 2.0) if rise in given else None
    within, baseline = _windows(reader, path)
    stories = _whole(reader, (*path, "min_stories"), 1, 100, 5)
    if len(reader.faults) > before:
        return None
    return Change(
        by=cast(By, by), at_most=at_most, at_least=at_least, within_ms=within, baseline_ms=baseline,
        min_stories=stories,
    )  # fmt: skip


def _read_spike(reader: Reader, path: Path, depth: int) -> Spike | None:
    if not _mapping(reader, path, ("factor", "within", "baseline"), ("by", "at_least")):
        return None
    before = len(reader.faults)
    factor = reader.number((*path, "factor"), 1.1, 1_000.0)
    by = _one(reader, (*path, "by"), _BY, "rule")
    within, baseline = _windows(reader, path)
    at_least = _whole(reader, (*path, "at_least"), 2, 1_000, 5)
    if factor is None or len(reader.faults) > before:
        return None
    return Spike(factor=factor, within_ms=within, baseline_ms=baseline, by=cast(By, by), at_least=at_least)


def _windows(reader: Reader, path: Path) -> tuple[int, int]:
    within = _time(reader, (*path, "within"), 60.0, MAX_WINDOW_S)
    baseline = _time(reader, (*path, "baseline"), 3600.0, MAX_WINDOW_S)
    if 0 < baseline < 2 * within:
        short = format_duration(within / 1000)
        reader.fault((*path, "baseline"), f"the baseline is shorter than twice `within` ({short})", "such as 30d")
    return within, baseline


# --- sequence -------------------------------------------------------------------------------------------------


def _read_sequence(reader: Reader, path: Path, depth: int) -> Sequence | None:
    before = len(reader.faults)
    steps = _read_steps(reader, path)
    by_path, within_path = (*path[:-1], "by"), (*path[:-1], "within")
    by = _one(reader, by_path, ("parties", "company"), "parties")
    within = _time(reader, within_path, 60.0, MAX_SEQUENCE_S)
    if len(reader.faults) > before:
        return None
    return Sequence(steps=steps, by=cast(By, by), within_ms=within)


def _read_steps(reader: Reader, path: Path) -> tuple[Step, ...]:
    count = len(reader.items(path))
    if count < 2:
        reader.fault(path, "`sequence` takes a list of at least two steps", "such as `- event_type: compute_lease`")
    elif count > MAX_STEPS:
        reader.fault(path, f"a sequence of {count} steps is longer than {MAX_STEPS}")
        return ()
    steps = [_read_step(reader, (*path, i)) for i in range(count)]
    return tuple(step for step in steps if step is not None)


_STEP_KEYS = ("event_type", "event_kind", "kind", "form", "item", "source", "status", "min_confidence")
_BESIDE = (
    ("event_kind", "event_type"), ("status", "event_type"), ("min_confidence", "event_type"), ("item", "form"),
)  # fmt: skip
"""What stands only beside another key of a step."""
_STEP_HINT = "say which `event_type` or `form` it is, or `kind: filing`"


def _read_step(reader: Reader, path: Path) -> Step | None:
    before = len(reader.faults)
    if isinstance(word := reader.value(path), str) and word.isidentifier():
        reader.fault(path, "a step takes a mapping", f"such as `event_type: {word[:60]}`")
        return None
    if not _mapping(reader, path, (), _STEP_KEYS):
        return None

    def at(key: str) -> Path | None:
        return (*path, key) if _there(reader, (*path, key)) else None

    types = reader.choices(p, reader.known.event_types, "event type", DEFINE_TYPE) if (p := at("event_type")) else ()
    event_kinds: tuple[str, ...] = ()
    if p := at("event_kind"):
        event_kinds = reader.choices(p, reader.known.event_kinds, "kind of event", DEFINE_KIND)
    statuses = reader.choices(p, STATUSES, "status") if (p := at("status")) else ()
    confidence = reader.number(p, 0.0, 1.0) if (p := at("min_confidence")) else SURE
    forms = read_forms(reader, p) if (p := at("form")) else ()
    items = read_items(reader, p, forms) if (p := at("item")) else ()
    kinds = reader.choices(p, KINDS, "kind") if (p := at("kind")) else ()
    sources = read_sources(reader, p) if (p := at("source")) else ()
    for key, owner in _BESIDE:
        if (p := at(key)) and not at(owner):
            reader.fault(p, f"`{key}` stands only beside its `{owner}`", key=True)
    if len(reader.faults) == before and not types and not forms and kinds != ("filing",):
        reader.fault(path, "a step must name more than this", _STEP_HINT)
    if len(reader.faults) > before:
        return None
    return Step(
        types=types, statuses=statuses, event_kinds=event_kinds, min_confidence=confidence or 0.0, forms=forms,
        items=items, kinds=kinds, sources=sources,
    )  # fmt: skip


# --- values ---------------------------------------------------------------------------------------------------


def _there(reader: Reader, path: Path) -> bool:
    return reader.doc.node(path) is not None


def _mapping(reader: Reader, path: Path, required: Collection[str], optional: Collection[str]) -> bool:
    """Whether a value is a mapping with these keys; everything else is noted."""
    value = reader.value(path)
    name = "a step" if isinstance(path[-1], int) else f"`{path[-1]}`"
    if not isinstance(value, dict) or not value:
        keys = ", ".join((*required, *optional))
        reader.fault(path, f"{name} takes a mapping", f"its keys: {keys}")
        return False
    unknown = [key for key in value if key not in required and key not in optional]
    for key in unknown:
        hint = suggest.hint(key, (*required, *optional))
        reader.fault((*path, key), f"unknown key `{key[:60]}` in {name}", hint, key=True)
    meant = {suggest.closest(key, (*required, *optional)) for key in unknown}
    for key in required:
        if key not in value and key not in meant:  # one slip, one fault
            reader.fault(path, f"{name} needs `{key}`", key=True)
    return True


def _one(reader: Reader, path: Path, allowed: Collection[str], default: str) -> str:
    value = reader.value(path)
    if not _there(reader, path):
        return default
    if not isinstance(value, str) or value not in allowed:
        near = suggest.closest(value, allowed) if isinstance(value, str) else None
        hint = f"did you mean `{near}`?" if near else ""
        reader.fault(path, f"`{path[-1]}` takes {' or '.join(allowed)}", hint)
        return default
    return value


def _whole(reader: Reader, path: Path, least: int, most: int, default: int | None = None) -> int:
    if not _there(reader, path):
        return default or 0
    value = reader.value(path)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        reader.fault(path, f"`{path[-1]}` takes a whole number from {least:,} to {most:,}")
        return 0
    return value


def _time(reader: Reader, path: Path, least: float, most: float) -> int:
    """Read a length of time in milliseconds; 0 if it cannot be read."""
    if not _there(reader, path):
        return 0
    try:
        seconds = parse_duration(str(reader.value(path)))
    except ValueError as error:
        reader.fault(path, f"`{path[-1]}`: {error}")
        return 0
    if not least <= seconds <= most:
        between = f"from {format_duration(least)} to {format_duration(most)}"
        reader.fault(path, f"`{path[-1]}` takes a time {between}")
        return 0
    return round(seconds * 1000)


# --- the table ------------------------------------------------------------------------------------------------


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


_TEXTS = one_or_more({"type": ["string", "number"]})
_TIME: dict[str, Any] = {"type": "string", "pattern": DURATION_PATTERN}
_STEP = _object(
    [],
    event_type=_TEXTS,
    event_kind=_TEXTS,
    status=one_or_more({"enum": list(STATUSES)}),
    min_confidence={"type": "number", "minimum": 0, "maximum": 1},
    form=_TEXTS,
    item=_TEXTS,
    kind=one_or_more({"enum": list(KINDS)}, 2),
    source=_TEXTS,
)

OPERATORS: dict[str, Operator] = {
    "count": Operator(
        _read_count,
        _object(
            ["at_least", "within"],
            at_least={"type": "integer", "minimum": 2, "maximum": MAX_COUNT},
            within=_TIME,
            by={"enum": list(_BY)},
            distinct={"enum": list(_DISTINCT)},
        ),
        "so many events within a time meet the rest of the rule",
        forbidden_in_event_types=True,
        stateful=True,
    ),
    "change": Operator(
        _read_change,
        _object(
            ["of", "within", "baseline"],
            of={"enum": ["sentiment"]},
            by={"enum": ["company", "source"]},
            at_most={"type": "number", "minimum": -2, "maximum": -0.01},
            at_least={"type": "number", "minimum": 0.01, "maximum": 2},
            within=_TIME,
            baseline=_TIME,
            min_stories={"type": "integer", "minimum": 1, "maximum": 100},
        ),
        "the mean sentiment of the newest stories has moved so far from the mean of those before",
        forbidden_in_event_types=True,
        stateful=True,
    ),
    "spike": Operator(
        _read_spike,
        _object(
            ["factor", "within", "baseline"],
            factor={"type": "number", "minimum": 1.1, "maximum": 1000},
            within=_TIME,
            baseline=_TIME,
            by={"enum": list(_BY)},
            at_least={"type": "integer", "minimum": 2, "maximum": 1000},
        ),
        "so many times more events than usual meet the rest of the rule",
        forbidden_in_event_types=True,
        stateful=True,
    ),
    "sequence": Operator(
        _read_sequence,
        {"type": "array", "items": _STEP, "minItems": 2, "maxItems": MAX_STEPS},
        "events of these kinds come one after the other, between the same companies",
        options={"by": {"enum": ["parties", "company"]}, "within": _TIME},
        required=("within",),
        forbidden_in_event_types=True,
        stateful=True,
    ),
}
