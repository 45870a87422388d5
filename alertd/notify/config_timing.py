"""What a user writes about when a receiver is told: cooldown, quiet hours, digests, storms, escalation.

Conditions (`only`, `pass`) are read later, beside the rules, since they name what those define.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from alertd.base import suggest
from alertd.base.config import ConfigModel, Duration, Timezone, UserId, as_list
from alertd.base.exchanges import EXCHANGES
from alertd.base.wall_clock import DAY_MINUTES, Hours, minute_of
from alertd.model import Severity

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = r"([01]\d|2[0-3]):[0-5]\d"


def _checked_hours(text: str) -> str:
    Hours(text)
    return text


def _checked_time(text: str) -> str:
    if minute_of(text) == DAY_MINUTES:
        raise ValueError('the end of a day is the beginning of the next: "00:00"')
    return text


def _checked_exchange(code: str) -> str:
    if code not in EXCHANGES:
        near = suggest.closest(code, sorted(EXCHANGES))
        meant = f"did you mean `{near}`?" if near else "exchanges go by their MIC, such as XNYS or XLON"
        raise ValueError(f"no exchange `{code[:20]}` is known; {meant}")
    return code


def _whole_minutes(seconds: float) -> float:
    if seconds % 60:
        raise ValueError("a rate is counted in whole minutes, such as 1m or 10m")
    return seconds


Hours_ = Annotated[
    str,
    AfterValidator(_checked_hours),
    Field(json_schema_extra={"pattern": rf"^\s*{_TIME}\s*-\s*({_TIME}|24:00)\s*$"}),
]
TimeOfDay = Annotated[str, AfterValidator(_checked_time), Field(json_schema_extra={"pattern": f"^{_TIME}$"})]
Exchange = Annotated[str, AfterValidator(_checked_exchange), Field(json_schema_extra={"enum": sorted(EXCHANGES)})]
CONDITION = "condition"
"""Marks in a JSON Schema where a condition stands."""
When = Annotated[Any, WithJsonSchema({"type": "object", "format": CONDITION})]
"""A condition, as written."""


class CooldownConfig(ConfigModel):
    """After a message nothing more about the same for a while, unless it is louder."""

    by: Literal["story", "company", "rule", "portfolio"] = "story"
    """What counts as the same."""
    seconds: Annotated[Duration, Field(alias="for", ge=1, le=30 * 86400)]
    """How long."""


class QuietConfig(ConfigModel):
    """Hours, and days without trading, in which alerts wait for a brief."""

    hours: Hours_ | None = None
    """`"22:00-06:30"`, by the clock of `timezone`, each day; across midnight if they end before they begin."""
    timezone: Timezone | None = None
    """Whose clock it is; without one that of the portfolios that tell the receiver, if they all have the same, else
    UTC."""
    calendars: Annotated[list[Exchange], Field(max_length=20)] = Field(default_factory=list)
    """Exchanges by MIC: days on which none of them trades are quiet, and half days of all from their close."""
    passes: When = Field(default=None, alias="pass")
    """A condition; what fulfils it does not wait."""
    release: Literal["brief", "drop"] = "brief"
    """What becomes of what waited: one ranked message when they are over, or nothing but a line of the journal."""
    expire: Annotated[Duration, Field(ge=60, le=30 * 86400)] = 18 * 3600.0
    """What has waited for longer stands at the foot of the brief."""

    @model_validator(mode="after")
    def _some_time(self) -> QuietConfig:
        if self.hours is None and not self.calendars:
            raise ValueError('quiet needs `hours`, such as "22:00-06:30", or `calendars`, such as [XNYS], or both')
        return self


class DigestConfig(ConfigModel):
    """One message with all alerts, at times of the day."""

    at: Annotated[
        list[TimeOfDay],
        BeforeValidator(as_list, json_schema_input_type=TimeOfDay | list[TimeOfDay]),
        Field(min_length=1, max_length=24),
    ]
    """When: `"07:30"`, or several times a day."""
    timezone: Timezone | None = None
    """Whose clock it is; without one that of the portfolios that tell the receiver, if they all have the same, else
    UTC."""
    days: Literal["daily", "weekdays"] | Annotated[list[Day], Field(min_length=1, max_length=7)] = "daily"
    """On which days: `daily`, `weekdays` (Monday to Friday), or a list such as [mon, thu]."""
    passes: When = Field(default=None, alias="pass")
    """A condition; what fulfils it is told at once."""


class StormConfig(ConfigModel):
    """Beyond a rate alerts fold into one message."""

    at_most: Annotated[int, Field(ge=1, le=100_000)] = 20
    """So many messages"""
    per: Annotated[Duration, AfterValidator(_whole_minutes), Field(ge=60, le=3600)] = 60.0
    """in this time; what comes beyond them folds."""
    every: Annotated[Duration, Field(ge=10, le=86400)] = 60.0
    """How often the folded ones go out, in one message."""


class EscalateConfig(ConfigModel):
    """Whom to tell when nobody has answered in time."""

    after: Annotated[Duration, Field(ge=10, le=7 * 86400)]
    """How long to wait for somebody to acknowledge, snooze or close."""
    to: Annotated[
        list[UserId],
        BeforeValidator(as_list, json_schema_input_type=UserId | list[UserId]),
        Field(min_length=1, max_length=20),
    ]
    """The receivers that are told then."""
    min_severity: Severity = "info"
    """Alerts below it are not escalated."""


def _read_digest(value: Any) -> Any:
    return {"at": value} if isinstance(value, str) else value


def _read_storm(value: Any) -> Any:
    return "off" if value is False else value


Digest = Annotated[
    DigestConfig | None, BeforeValidator(_read_digest, json_schema_input_type=DigestConfig | TimeOfDay | None)
]
StormOrOff = Annotated[StormConfig | Literal["off"] | None, BeforeValidator(_read_storm)]


def weekdays(days: str | Sequence[Day]) -> tuple[int, ...]:
    """Give the days of a digest as numbers, 0 for Monday."""
    if isinstance(days, str):
        return tuple(range(5 if days == "weekdays" else 7))
    return tuple(sorted({DAYS.index(day) for day in days}))
