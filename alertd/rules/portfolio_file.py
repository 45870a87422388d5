"""The file a user writes for a portfolio, and its JSON Schema for editors."""

from __future__ import annotations

from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, Field

from alertd.base import suggest
from alertd.base.config import ConfigModel, UserId
from alertd.model import Severity
from alertd.rules.conditions import OPERATORS

MAX_RULES = 10_000


def _check_timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        near = suggest.closest(name, available_timezones())
        meant = f"; did you mean `{near}`?" if near else ", such as America/New_York"
        raise ValueError(f"no such time zone in the IANA database{meant}") from error
    return name


Timezone = Annotated[str, AfterValidator(_check_timezone)]
"""A time zone by its IANA name."""
Title = Annotated[str, Field(min_length=1, max_length=200)]


class RuleEntry(ConfigModel):
    """One rule."""

    id: UserId
    """Unique in its portfolio; stays the same when the rule changes."""
    title: Title
    """What a person reads first: what has happened when this rule holds."""
    severity: Severity
    """How loud: info, low, medium, high or critical."""
    when: Any
    """The condition; see docs/rules.md."""


class PortfolioFile(ConfigModel):
    """A portfolio and the rules that watch it."""

    portfolio: UserId
    """Unique among all files."""
    title: Title
    timezone: Timezone = "UTC"
    """Clocks in messages are shown in this zone."""
    receivers: tuple[UserId, ...]
    """Ids of receivers in alertd.yaml. An empty list raises alerts without telling anybody."""
    rules: Annotated[list[RuleEntry], Field(min_length=1, max_length=MAX_RULES)]


def portfolio_schema() -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of a portfolio file, conditions included, for editors."""
    schema = PortfolioFile.model_json_schema()
    condition = {
        "description": "one operator",
        "anyOf": [
            {
                "type": "object",
                "description": f"holds when {operator.summary}",
                "properties": {name: operator.schema},
                "required": [name],
                "additionalProperties": False,
            }
            for name, operator in OPERATORS.items()
        ],
    }
    schema["$defs"]["Condition"] = condition
    when = schema["$defs"]["RuleEntry"]["properties"]["when"]
    schema["$defs"]["RuleEntry"]["properties"]["when"] = {
        "$ref": "#/$defs/Condition",
        "description": when["description"],
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
