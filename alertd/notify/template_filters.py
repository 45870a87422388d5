"""The filters of templates: the whole list. Each is small, and costs what it looks at."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context, Undefined
from markupsafe import Markup, escape

from alertd.notify.clocks import clock_time, moment, zone, zone_label
from alertd.notify.plain import one_line
from alertd.notify.template_budget import MAX_TEXT, Budget, RawJson, RawSlack, TemplateLimit, as_text, number
from alertd.text.written import amount_text

BUDGET = " budget"
"""Name in a render's context that no template can write."""
_SLACK = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def counted(work: Callable[..., Any]) -> Callable[..., Any]:
    """Make a filter of a function that takes the render's budget first."""

    @pass_context
    @wraps(work)
    def spending(context: Context, value: Any, *args: Any, **named: Any) -> Any:
        budget: Budget = context.parent[BUDGET]
        budget.look(value)
        for one in (*args, *named.values()):
            budget.look(one)
        try:
            return work(budget, value, *args, **named)
        except TypeError as error:
            raise TemplateLimit(f"a filter was given what it cannot take: {error}") from error

    return spending


def slack_text(text: str) -> str:
    """Escape for Slack: nothing in it is a mention or a link (docs.slack.dev, "Formatting message text")."""
    return text.translate(_SLACK)


def json_text(value: Any) -> str:
    """Write a value as JSON. Raises TemplateLimit for what is none."""
    try:
        made = json.dumps(value, ensure_ascii=False, allow_nan=False, default=_not_json)
    except (ValueError, RecursionError) as error:
        raise TemplateLimit(f"this cannot be written as JSON: {error}") from error
    return made.encode("utf-8", "replace").decode()


def _not_json(value: Any) -> Any:
    if isinstance(value, Undefined):
        value._fail_with_undefined_error()
    raise TemplateLimit(f"a {type(value).__name__} cannot be written as JSON")


def _json(budget: Budget, value: Any) -> RawJson:
    budget.spend(budget.size(value))
    return RawJson(budget.text(json_text(value)))


def _items(value: Any) -> list[Any]:
    if isinstance(value, Undefined):
        value._fail_with_undefined_error()
    if not isinstance(value, list | tuple):
        raise TemplateLimit(f"this filter is for lists, not for a {type(value).__name__}")
    return list(value)


def _mapping(value: Any) -> dict[Any, Any]:
    if isinstance(value, Undefined):
        value._fail_with_undefined_error()
    if not isinstance(value, dict):
        raise TemplateLimit(f"|items is for mappings, not for a {type(value).__name__}")
    return value


def _part(item: Any, path: Any) -> Any:
    """Give a part of an item by its path: `event.title`; none where it has no such part."""
    for key in str(path)[:200].split("."):
        if isinstance(item, list | tuple) and key.isdecimal() and len(key) < 6:
            item = item[int(key)] if int(key) < len(item) else None
        else:
            item = item.get(key) if isinstance(item, dict) else None
    return item


def _join(budget: Budget, value: Any, between: Any = "", attribute: Any = None) -> str:
    items = [item if attribute is None else _part(item, attribute) for item in _items(value)]
    return budget.text(as_text(between).join(as_text(item) for item in items))


def _default(budget: Budget, value: Any, other: Any = "", empty: Any = False) -> Any:
    return other if isinstance(value, Undefined) or value is None or (empty and not value) else value


def _length(budget: Budget, value: Any) -> int:
    return len(value) if isinstance(value, str | dict) else len(_items(value))


def _ordered(budget: Budget, value: Any, attribute: Any = None, reverse: Any = False) -> list[Any]:
    """Sort: numbers before texts, what is missing last."""

    def key(item: Any) -> tuple[int, float, str]:
        item = item if attribute is None else _part(item, attribute)
        if number(item):
            return 0, float(item), ""
        return (1, 0.0, as_text(item)) if isinstance(item, str) else (2, 0.0, "")

    return sorted(_items(value), key=key, reverse=bool(reverse))


def _unique(budget: Budget, value: Any) -> list[Any]:
    return list({as_text(item): item for item in _items(value)}.values())


def _where(budget: Budget, value: Any, path: Any, *wanted: Any) -> list[Any]:
    """Give the items of which a part is there, or is one of these."""
    found = [(item, _part(item, path)) for item in _items(value)]
    return [item for item, part in found if (part in wanted if wanted else bool(part))]


def _replace(budget: Budget, value: Any, old: Any, new: Any) -> str:
    text, old, new = as_text(value), as_text(old), as_text(new)
    if len(text) + (text.count(old) if old else len(text) + 1) * max(len(new) - len(old), 0) > MAX_TEXT:
        raise TemplateLimit(f"a text is longer than {MAX_TEXT} characters")
    return budget.text(text.replace(old, new))


def _cut(budget: Budget, value: Any, most: Any, end: Any = "…") -> str:
    """Shorten to so many characters, the end included."""
    text, size = as_text(value), int(most)
    return text if len(text) <= size else text[: max(size - len(as_text(end)), 0)] + as_text(end)


def _rounded(budget: Budget, value: Any, digits: Any = 0) -> float | int:
    if not number(value) or not number(digits):
        raise TemplateLimit("|round is for numbers")
    made = round(float(value), max(min(int(digits), 12), 0))
    return int(made) if not digits else made


def _number(budget: Budget, value: Any, other: Any = 0) -> float | int:
    try:
        made = float(value)
    except (TypeError, ValueError):
        return other  # type: ignore[no-any-return]
    return int(made) if made.is_integer() and abs(made) < 1e15 else made


def _percent(budget: Budget, value: Any, digits: Any = 1) -> str:
    """Write a fraction with its sign: `+8.0 %`; nothing where there is none."""
    return f"{value * 100:+.{max(min(int(digits), 6), 0)}f} %" if number(value) else ""


def _money(budget: Budget, value: Any) -> str:
    """Write an amount of an event: `$3-4bn a year`."""
    low, high, currency = (_part(value, name) for name in ("low", "high", "currency"))
    if not number(low) or not number(high) or not isinstance(currency, str):
        raise TemplateLimit("|money is for an amount: one of event.amounts")
    return amount_text(float(low), float(high), currency, _part(value, "bound"), _part(value, "per"))


def _clock(budget: Budget, value: Any, timezone: Any = None, precision: Any = "minute") -> str:
    """Write a time on the clock of the portfolio, or of another zone: `07:41 EST`; nothing where there is none."""
    at = moment(value if isinstance(value, str) else None)
    if at is None:
        return ""
    budget.spend(5)
    tz = zone(as_text(timezone) or budget.timezone)
    return f"{clock_time(at, tz, budget.now, 'second' if precision == 'second' else 'minute')} {zone_label(at, tz)}"


def _line(budget: Budget, value: Any, most: Any = 500) -> str:
    """Put a text on one line, without control characters."""
    text = as_text(value)
    budget.spend(len(text) // 8)  # it looks at each character
    return one_line(text, max(min(int(most), MAX_TEXT), 1))


def _escaped(budget: Budget, value: Any) -> Markup:
    return escape(as_text(value))


def _slack(budget: Budget, value: Any) -> RawSlack:
    return RawSlack(budget.text(slack_text(as_text(value))))


_WORK: dict[str, Callable[..., Any]] = {
    "default": _default,
    "upper": lambda budget, value: as_text(value).upper(),
    "lower": lambda budget, value: as_text(value).lower(),
    "capitalize": lambda budget, value: as_text(value).capitalize(),
    "trim": lambda budget, value: as_text(value).strip(),
    "line": _line,
    "cut": _cut,
    "replace": _replace,
    "length": _length,
    "first": lambda budget, value: next(iter(_items(value)), None),
    "last": lambda budget, value: next(iter(_items(value)[::-1]), None),
    "join": _join,
    "map": lambda budget, value, attribute: [_part(item, attribute) for item in _items(value)],
    "where": _where,
    "sort": _ordered,
    "unique": _unique,
    "reverse": lambda budget, value: _items(value)[::-1],
    "round": _rounded,
    "number": _number,
    "percent": _percent,
    "money": _money,
    "clock": _clock,
    "items": lambda budget, value: [list(pair) for pair in _mapping(value).items()],
    "json": _json,
    "slack": _slack,
    "html": _escaped,
}
FILTERS: dict[str, Callable[..., Any]] = {name: counted(work) for name, work in _WORK.items()}
"""Name -> filter. docs/templates.md says what each does; a test compares."""


def names() -> Iterator[str]:
    """Name the filters."""
    yield from _WORK
