"""What all models of user-written files share: strictness, and the types of their values."""

from __future__ import annotations

import re
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
    WithJsonSchema,
)

from alertd.base import suggest
from alertd.base.ids import USER_ID

FROM_FILE = "from_file"
"""Key of pydantic's validation context that says: this value was written by a person."""


class ConfigModel(BaseModel):
    """A mapping in a user's file: frozen, unknown keys are errors, values are checked, secrets stay out of errors."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
        str_strip_whitespace=True,
    )


UserId = Annotated[str, Field(pattern=f"^{USER_ID.pattern}$")]
"""An id that a user gives: `[a-z0-9][a-z0-9-]{0,62}`."""

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
DURATION_PATTERN = f"^{_DURATION.pattern}$"
"""What a duration looks like in a JSON Schema."""


def parse_duration(text: Any) -> float:
    """Read `500ms`, `30s`, `5m`, `24h` or `14d` as seconds. Raises ValueError."""
    if isinstance(text, float):  # a default in code, or a model validated again
        return text
    found = _DURATION.fullmatch(str(text).strip())
    if not found:
        raise ValueError("a duration is a number with ms, s, m, h or d, such as 30s or 24h")
    return float(found[1]) * _UNITS[found[2]]


def _parse_written(value: Any, info: ValidationInfo) -> float:
    if isinstance(value, float) and info.context and info.context.get(FROM_FILE):
        value = str(value)  # `every: 0.5` in a file has no unit; only code may give bare seconds
    return parse_duration(value)


def format_duration(seconds: float) -> str:
    """Write seconds in the largest unit that holds them as a whole number."""
    for unit in ("d", "h", "m", "s"):
        if seconds >= _UNITS[unit] and seconds % _UNITS[unit] == 0:
            return f"{int(seconds // _UNITS[unit])}{unit}"
    return f"{round(seconds * 1000)}ms"


Duration = Annotated[
    float,
    BeforeValidator(_parse_written),
    PlainSerializer(format_duration, return_type=str),
    WithJsonSchema({"type": "string", "pattern": DURATION_PATTERN}),
]
"""A length of time, in seconds; written with its unit."""


def as_list(value: Any) -> Any:
    """Take a text that stands alone as a list of one."""
    return [value] if isinstance(value, str) else value


def check_timezone(name: str) -> str:
    """Give a time zone's name back if it is one. Raises ValueError, naming the one that is meant."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        near = suggest.closest(name, available_timezones())
        meant = f"; did you mean `{near}`?" if near else ", such as America/New_York"
        raise ValueError(f"no such time zone in the IANA database{meant}") from error
    return name


Timezone = Annotated[str, AfterValidator(check_timezone)]
"""A time zone by its IANA name."""
