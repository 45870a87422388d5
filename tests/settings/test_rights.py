"""`rights:` and `classification:` in alertd.yaml: read as a person writes them, checked against the receivers."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from alertd.model import Rights
from alertd.settings import SOURCE_MODELS
from alertd.sources.feed import FeedConfig
from alertd.sources.polled import AnyConfig
from alertd.sources.rights import RightsConfig
from tests.settings.conftest import Desk

MAIL = "smtp: {host: m.example.com, from: a@example.com}\nreceivers: [{id: pm, type: email, to: [a@example.com]}]\n"


def feed(rest: str) -> str:
    return f'{MAIL}sources: [{{id: a, type: feed, url: "https://x.example", {rest}}}]\n'


def test_rights_are_read_as_they_are_written(desk: Desk) -> None:
    text = "rights: {show: 'snippet:200', keep_body: 30d, model: no, receivers: [pm], export: no}"
    (source,) = desk.load(feed(text)).settings.sources
    assert isinstance(source, FeedConfig)
    assert source.facts().rights == Rights(
        show="snippet", snippet=200, keep_body_s=30 * 86_400, model=False, export=False, receivers=["pm"]
    )


def test_without_rights_nothing_is_limited(desk: Desk) -> None:
    (source,) = desk.load(feed("trust: high")).settings.sources
    assert source.terms() is None


@pytest.mark.parametrize("show", ["snippet", "snippet:0", "snippet:10000", "snippet:-1", "all", "Title"])
def test_what_show_cannot_be_is_told(desk: Desk, show: str) -> None:
    (fault,) = desk.faults(feed(f"rights: {{show: '{show}'}}"))
    assert "write title, full, or snippet and its characters" in fault


@pytest.mark.parametrize(
    ("rest", "fault"),
    [
        ("rights: {receivers: [pn]}", "rights: there is no receiver `pn` (known here: pm)"),
        ("classification: restricted", "a restricted source needs to say whose it is (add `desk:`, or `rights:"),
        ("rights: {modle: no}", "unknown key `modle` (did you mean `model`?)"),
        ("rights: {model: never}", "`model`"),
        ("rights: {keep_body: 30}", "`keep_body`: a duration is a number with"),
    ],
)
def test_faults_say_where_and_what_to_do(desk: Desk, rest: str, fault: str) -> None:
    (found,) = desk.faults(feed(rest))
    assert fault in found
    assert found.startswith("3:")


@pytest.mark.parametrize("rest", ["desk: ai", "rights: {receivers: [pm]}"])
def test_a_restricted_source_says_whose_it_is(desk: Desk, rest: str) -> None:
    assert desk.faults(feed(f"classification: restricted, {rest}")) == []


def test_receivers_that_an_internal_source_does_not_reach_are_named(desk: Desk) -> None:
    hook = 'receivers: [{id: ops, type: slack, webhook_url: "${HOOK}"}]\n'
    text = hook + 'sources: [{id: a, type: feed, url: "https://x.example", classification: internal}]\n'
    env = {"HOOK": "https://hooks.slack.com/services/T0/B0/x"}
    (warning,) = desk.faults(text, env)
    assert "its items are internal, and these receivers take public ones only: ops" in warning
    assert desk.faults(text.replace('HOOK}"', 'HOOK}", accepts: internal'), env) == []


@pytest.mark.parametrize("name", SOURCE_MODELS)
def test_every_type_of_source_hands_its_rights_and_classification_on(name: str) -> None:
    model = SOURCE_MODELS[name]
    assert issubclass(model, AnyConfig)
    rights = RightsConfig(show="title")
    source = model.model_construct(**_least(model), rights=rights, classification="restricted")
    facts = source.facts()
    assert facts.rights == rights.rights()
    assert facts.classification == "restricted"


def _least(model: type[BaseModel]) -> dict[str, Any]:
    """Give values of the keys that have no default, enough to ask for facts."""
    known: dict[str, Any] = {"type": "x", "id": "a", "forms": ("8-K",)}
    return {key: known.get(key, _value(field)) for key, field in model.model_fields.items() if field.is_required()}


def _value(field: FieldInfo) -> Any:
    """Give something for a key: an x, or a model with as little."""
    inner = field.annotation
    return inner.model_construct(**_least(inner)) if isinstance(inner, type) and issubclass(inner, BaseModel) else "x"
