"""The JSON Schema of alertd.yaml, for editors, with the conditions of receivers in it."""

from __future__ import annotations

from typing import Any

from alertd.base.yaml_schema import for_editors, schema_of
from alertd.notify.config_timing import CONDITION
from alertd.rules.conditions_alert import ALERT_OPERATORS
from alertd.rules.schemas import DRAFT, one_of
from alertd.settings import Settings


def settings_schema() -> dict[str, Any]:
    """Give the JSON Schema of alertd.yaml."""
    schema = for_editors(schema_of(Settings))
    _put_conditions(schema)
    stateless = {name: found for name, found in ALERT_OPERATORS.items() if not found.stateful}
    schema["$defs"]["Condition"] = one_of(stateless)
    return {"$schema": DRAFT, **schema, "title": "alertd.yaml"}


def _put_conditions(schema: Any) -> None:
    """Say what a condition is wherever one may stand."""
    if isinstance(schema, list):
        for inner in schema:
            _put_conditions(inner)
    elif isinstance(schema, dict):
        if schema.get("format") == CONDITION:
            for key in ("type", "format", "default"):
                schema.pop(key, None)
            schema["$ref"] = "#/$defs/Condition"
        for inner in schema.values():
            _put_conditions(inner)
