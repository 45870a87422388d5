"""What pydantic's error types mean to the person who wrote the file: one table for sorts, one for limits."""

from __future__ import annotations

import re
from typing import Any

from alertd.base.ids import USER_ID

EXPECTED: dict[str, str] = {
    "string_type": "text",
    "string_sub_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a smaller whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number",
    "decimal_type": "a number",
    "decimal_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "iterable_type": "a list",
    "dict_type": "a mapping (`key: value`)",
    "mapping_type": "a mapping (`key: value`)",
    "model_type": "a mapping (`key: value`)",
    "model_attributes_type": "a mapping (`key: value`)",
    "dataclass_type": "a mapping (`key: value`)",
    "date_type": "a date such as 2026-03-31",
    "date_parsing": "a date such as 2026-03-31",
    "date_from_datetime_parsing": "a date such as 2026-03-31",
    "datetime_type": "a date and time such as 2026-03-31T07:30:00Z",
    "datetime_parsing": "a date and time such as 2026-03-31T07:30:00Z",
    "datetime_from_date_parsing": "a date and time such as 2026-03-31T07:30:00Z",
    "time_type": 'a time of day such as "07:30"',
    "time_parsing": 'a time of day such as "07:30"',
    "none_required": "empty",
    "is_instance_of": "text",
    "path_type": "a path",
}
"""Error types that say "this is the wrong sort of value", with the sort that was expected."""

_LIMITS: dict[str, str] = {
    "greater_than": "should be more than {gt}",
    "greater_than_equal": "should be at least {ge}",
    "less_than": "should be less than {lt}",
    "less_than_equal": "should be at most {le}",
    "multiple_of": "should be a multiple of {multiple_of}",
    "string_too_long": "should have at most {max_length} characters",
    "too_short": "should have at least {min_length} items",
    "too_long": "should have at most {max_length} items",
    "url_scheme": "should be an address starting with {expected_schemes}",
}

_USER_ID = "should be lower-case letters, digits and dashes, at most 63, starting with a letter or digit"


def sort_of(value: Any) -> str:
    """Name the sort of a plain value in words."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "a mapping"


def wrong_sort(expected: list[str], value: Any) -> str:
    """Say that a value has the wrong sort: `should be a list, not text`."""
    wanted = " or ".join(dict.fromkeys(expected)) if len(expected) < 3 else _listed(list(dict.fromkeys(expected)))
    if value is None:
        return f"is empty; it should be {wanted}"
    got = sort_of(value)
    # A date that is none is text as well, and that is not what is wrong with it.
    same = got.removeprefix("a ") in wanted or (isinstance(value, str) and wanted.startswith(("a date", "a time")))
    return f"should be {wanted}" + ("" if same else f", not {got}")


def limit(kind: str, context: dict[str, Any], message: str) -> str:
    """Say which limit a value of the right sort breaks; unknown error types keep pydantic's words, softened."""
    if kind == "string_pattern_mismatch":
        pattern = str(context.get("pattern", ""))
        return _USER_ID if USER_ID.pattern in pattern else f"does not have the form {pattern}"
    if kind == "string_too_short":
        least = context.get("min_length")
        return "is empty" if least == 1 else f"should have at least {least} characters"
    if kind == "too_short" and context.get("min_length") == 1:
        return "is an empty list"
    if kind in _LIMITS:
        return _LIMITS[kind].format_map(context)
    return re.sub(r"^Input should", "should", message)


def _listed(words: list[str]) -> str:
    return ", ".join(words[:-1]) + " or " + words[-1] if len(words) > 1 else words[0]
