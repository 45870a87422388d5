"""The documents name every setting and outcome, and their examples are real."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
import yaml

from alertd.model import MessageType, Note, NoteGround, NoteSection, TouchedHolding
from alertd.notify.catalog import RECEIVER_MODELS
from alertd.notify.config import ReceiverConfig
from alertd.notify.outcome import HTTP
from alertd.notify.payload import _TRIMS, payload
from alertd.notify.samples import SAMPLES
from alertd.notify.smtp import SmtpConfig
from tests.notify.cases import NOW, message

DOCS = Path(__file__).parents[2] / "docs"
RECEIVERS = (DOCS / "receivers.md").read_text("utf-8")
WEBHOOK = (DOCS / "webhook.md").read_text("utf-8")


@pytest.mark.parametrize("model", [*RECEIVER_MODELS.values(), SmtpConfig])
def test_every_setting_is_documented(model: type[ReceiverConfig] | type[SmtpConfig]) -> None:
    for name, field in model.model_fields.items():
        assert f"`{field.alias or name}`" in RECEIVERS, name


def test_the_example_is_valid() -> None:
    found = re.search(r"```yaml\n(.*?)```", RECEIVERS, re.DOTALL)
    assert found is not None
    key = "whsec_" + "a2tra2tra2tra2tra2tra2tra2tra2tr"
    text = found[1].replace("${SLACK_AI_DESK}", "https://hooks.example.com/x").replace("${OMS_SECRET}", key)
    example = yaml.safe_load(text)
    SmtpConfig.model_validate(example["smtp"])
    kinds = [RECEIVER_MODELS[one["type"]].model_validate(one).type for one in example["receivers"]]
    assert sorted(kinds) == sorted(RECEIVER_MODELS)


def test_every_status_of_the_table_is_documented() -> None:
    table = RECEIVERS.partition("## What an answer means")[2]
    for kind in HTTP:
        for status in HTTP[kind]:
            assert status in table, status


SHOWN = [msgspec.json.decode(found) for found in re.findall(r"```json\n(.*?)```", WEBHOOK, re.DOTALL)]


def test_the_payload_of_the_document_has_the_fields_of_the_real_one() -> None:
    (example,) = [one for one in SHOWN if one["type"] == "alert.fired"]
    real = msgspec.json.decode(payload(message()))
    assert example["data"]["delivery"].keys() == real["data"]["delivery"].keys()
    assert example["data"]["alert"].keys() == real["data"]["alert"].keys()
    (shown,), (match,) = example["data"]["alert"]["matches"], real["data"]["alert"]["matches"]
    assert shown.keys() == match.keys()
    assert shown["holdings"][0].keys() == set(TouchedHolding.__struct_fields__)


@pytest.mark.parametrize("name", [name for name in SAMPLES if name not in ("second-source", "closed", "note")])
def test_every_type_is_shown_with_the_fields_that_it_has(name: str) -> None:
    real = msgspec.json.decode(payload(SAMPLES[name]("oms", NOW)))
    like = [one for one in SHOWN if one["type"] == real["type"] and one["data"].keys() == real["data"].keys()]
    assert len(like) == 1, (real["type"], sorted(real["data"]))
    _within(like[0], real, real["type"])


def _within(shown: Any, real: Any, place: str) -> None:
    """What is shown is there, with the same kind of value."""
    if isinstance(shown, dict) and place.rpartition(".")[2] not in ("counts", "not_fine", "feedback"):
        assert shown.keys() <= real.keys(), place
        for key, value in shown.items():
            _within(value, real[key], f"{place}.{key}")
    elif isinstance(shown, list) and shown and real:
        _within(shown[0], real[0], place)


def test_every_type_of_message_is_documented() -> None:
    for name in get_args(MessageType):
        assert f"`{name}`" in WEBHOOK


def test_every_cut_is_documented() -> None:
    for name, _ in _TRIMS:
        assert f"`{name}`" in WEBHOOK


def test_the_note_of_the_document_has_fields_of_the_real_one_and_all_of_them_are_named() -> None:
    (example,) = [one for one in SHOWN if one["type"] == "note"]
    shown = example["data"]["alert"]["note"]
    written = msgspec.convert(shown, Note, strict=True)
    assert msgspec.to_builtins(written) == shown, "nothing in it is unknown, and no default is written"
    section = WEBHOOK.partition("## The note")[2].partition("## Size")[0]
    ours = {"v", "rights"}
    assert {name for name in Note.__struct_fields__ if f"`{name}`" not in section} == ours
    assert {name for name in get_args(NoteSection) if f"`{name}`" not in section} == set()
    assert {name for name in NoteGround.__struct_fields__ if f"`{name}`" not in section} == set()


@pytest.mark.parametrize("value", get_args(ReceiverConfig.model_fields["note"].annotation))
def test_every_choice_of_notes_is_documented(value: str) -> None:
    assert f"| `{value}` |" in RECEIVERS.partition("## Notes")[2].partition("\n## ")[0]
