"""JSON Schemas (draft 2020-12) of the files of a rules directory, for editors.

Made from what reads the files: the models, the table of conditions, the fields of an event. Conditions are one
recursive definition, a branch for each operator, so an editor completes them and faults unknown keys.

    models -> tidied -> conditions put where the model says "anything" -> what validators say beside the models
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from pydantic import BaseModel

from alertd.base.config import DURATION_PATTERN
from alertd.base.yaml_schema import for_editors, schema_of
from alertd.companies.companies_file import CompaniesFile
from alertd.model import Event
from alertd.rules.conditions import OPERATORS, Operator
from alertd.rules.portfolio_file import PortfolioFile
from alertd.rules.reader import MAX_PARTS
from alertd.rules.shared_files import LIST_KINDS, EventTypeFile, FragmentsFile, ListFile
from alertd.rules.test_entries import MAX_GIVEN

Schema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_CONDITION: Schema = {"$ref": "#/$defs/Condition"}
_OVER_TIME: Schema = {"$ref": "#/$defs/OverTime"}


def portfolio_schema() -> Schema:
    """Describe rules/portfolios/*.yaml."""
    schema = described(PortfolioFile)
    definitions = schema["$defs"]
    definitions |= {"Condition": one_of(_stateless()), "OverTime": one_of(_stateful()), "When": _when()}
    _put(definitions["RuleEntry"], "when", {"$ref": "#/$defs/When"})
    # What a portfolio that extends none must say itself.
    whole = {"rules": {"items": {"required": ["id", "title", "severity", "when"]}, "minItems": 1}}
    schema["if"] = {"not": {"required": ["extends"]}}
    schema["then"] = {"required": ["title", "receivers", "rules"], "properties": whole}
    return schema


def event_type_schema() -> Schema:
    """Describe rules/event-types/*.yaml."""
    schema = described(EventTypeFile)
    schema["$defs"]["Condition"] = one_of(_stateless(event_type=True))
    _put(schema, "when", _CONDITION)
    schema["properties"]["status"]["additionalProperties"] = _CONDITION
    named = schema["properties"]["kinds"]["patternProperties"]
    named |= dict.fromkeys(named, _CONDITION)
    return schema


def companies_schema() -> Schema:
    """Describe rules/companies/*.yaml."""
    return described(CompaniesFile)


def list_schema() -> Schema:
    """Describe rules/lists/*.yaml."""
    schema = described(ListFile)
    schema["oneOf"] = [{"required": [kind]} for kind in LIST_KINDS]
    schema["dependentRequired"] = {"rates": ["date"], "date": ["rates"], "base": ["rates"]}
    return schema


def fragments_schema() -> Schema:
    """Describe rules/fragments/*.yaml."""
    schema = described(FragmentsFile)
    schema["$defs"] = {"Condition": one_of(_stateless())}
    named = schema["properties"]["fragments"]["patternProperties"]
    named |= dict.fromkeys(named, _CONDITION)
    return schema


SCHEMAS: Mapping[str, Callable[[], Schema]] = {
    "portfolio": portfolio_schema,
    "event-type": event_type_schema,
    "companies": companies_schema,
    "list": list_schema,
    "fragments": fragments_schema,
}
"""Kind of file -> what makes its schema."""


# --- conditions -----------------------------------------------------------------------------------------------


def _stateless(*, event_type: bool = False) -> dict[str, Operator]:
    return {
        name: operator
        for name, operator in OPERATORS.items()
        if not operator.stateful and not (event_type and operator.forbidden_in_event_types)
    }


def _stateful() -> dict[str, Operator]:
    return {name: operator for name, operator in OPERATORS.items() if operator.stateful}


def one_of(operators: Mapping[str, Operator]) -> Schema:
    """Describe a condition by the operators that it may have; it refers to itself as `Condition`."""
    return {"description": "One operator.", "anyOf": [_branch(name, found) for name, found in operators.items()]}


def _branch(name: str, operator: Operator) -> Schema:
    about = f"Holds when {operator.summary}."
    return {
        "type": "object",
        "properties": {name: {"description": about, **operator.schema}, **operator.options},
        "required": [name, *operator.required],
        "additionalProperties": False,
    }


def _when() -> Schema:
    """Describe a whole `when`: a condition over time is all of it, or one direct member of its `all`."""
    part = {"anyOf": [_CONDITION, _OVER_TIME]}
    members = {"type": "array", "items": part, "minItems": 1, "maxItems": MAX_PARTS}
    mixed = {
        "type": "object",
        "properties": {"all": {**members, "contains": _OVER_TIME, "maxContains": 1}},
        "required": ["all"],
        "additionalProperties": False,
    }
    return {"anyOf": [_CONDITION, _OVER_TIME, mixed]}


# --- from models ----------------------------------------------------------------------------------------------

_ALSO: Mapping[str, Schema] = {
    "InlineHolding": {
        "oneOf": [{"required": [key]} for key in ("ticker", "cik", "company")],
        "dependentRequired": {"exchange": ["ticker"]},
    },
    "CompanyEntry": {"oneOf": [{"required": ["id", "name"]}, {"required": ["company"]}]},
}
"""What the validators of these models say."""


def described(model: type[BaseModel]) -> Schema:
    """Describe a file that a model reads."""
    schema = _tidied(for_editors(schema_of(model)))
    definitions: Schema = schema.setdefault("$defs", {})
    for name, also in _ALSO.items():
        if name in definitions:
            definitions[name] |= also
    if "TestEntry" in definitions:
        definitions |= _given()
        event = {"$ref": "#/$defs/Event"}
        listed = {"type": "array", "items": event, "minItems": 1, "maxItems": MAX_GIVEN}
        _put(definitions["TestEntry"], "given", {"anyOf": [event, listed]})
    if not definitions:
        del schema["$defs"]
    return {"$schema": DRAFT, **schema}


def _put(schema: Schema, key: str, inner: Schema) -> None:
    """Say what stands under a key that its model leaves open."""
    schema["properties"][key] = {**inner, "description": schema["properties"][key]["description"]}


def _given() -> Schema:
    """Describe the events that tests give: every field that an event has, and when it comes."""
    _, found = msgspec.json.schema_components([Event], ref_template="#/$defs/{name}")
    definitions: Schema = {name: _tidied(schema, keep_null=True) for name, schema in found.items()}
    for schema in definitions.values():
        schema["additionalProperties"] = False
        schema["properties"] = {name: _bare(inner) for name, inner in schema["properties"].items()}
    event = definitions["Event"]
    event["description"] = "An event of a test; what is left out takes its default."
    del event["properties"]["extra"]
    about = "When it comes, counted from the start of the test: 0d, 120d, 90m."
    event["properties"]["at"] = {"type": "string", "pattern": DURATION_PATTERN, "description": about}
    return definitions


def _bare(schema: Schema) -> Schema:
    return {key: inner for key, inner in schema.items() if key != "default"}


# --- tidying --------------------------------------------------------------------------------------------------


def _tidied(schema: Schema, *, keep_null: bool = False) -> Schema:
    """Give a schema without the titles that repeat its keys, and as the YAML reader takes values.

    An unquoted number is taken for a text where a text is wanted, and a key without a value is not one left out.
    """
    made: Schema = {}
    for key, inner in schema.items():
        if key in ("properties", "$defs", "patternProperties"):
            made[key] = {name: _tidied(each, keep_null=keep_null) for name, each in inner.items()}
        elif key in ("anyOf", "oneOf", "allOf"):
            made[key] = [_tidied(each, keep_null=keep_null) for each in inner]
        elif isinstance(inner, dict):
            made[key] = _tidied(inner, keep_null=keep_null)
        elif key != "title" and not (key == "default" and inner is None):
            made[key] = inner
    if made.get("type") == "string" and isinstance(made.get("default"), float):
        made["default"] = f"{made['default'] * 100:g}%"  # a share; durations are written out already
    if _takes_numbers(made):
        made["type"] = ["string", "number"]
    if "patternProperties" in made:
        made["additionalProperties"] = False
    if not keep_null and "anyOf" in made:
        _drop_null(made)
    return made


def _takes_numbers(schema: Schema) -> bool:
    if schema.get("type") != "string" or schema.keys() & {"enum", "const", "format"}:
        return False
    return "pattern" not in schema or re.search(schema["pattern"], "7") is not None


def _drop_null(schema: Schema) -> None:
    choices = [choice for choice in schema["anyOf"] if choice != {"type": "null"}]
    if len(choices) > 1:
        schema["anyOf"] = choices
        return
    del schema["anyOf"]
    for key, inner in choices[0].items():
        schema.setdefault(key, inner)
