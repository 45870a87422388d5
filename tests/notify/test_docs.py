"""The documents name every setting and outcome, and their examples are real."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
import yaml

from alertd.notify.catalog import RECEIVER_MODELS
from alertd.notify.config import ReceiverConfig
from alertd.notify.outcome import HTTP
from alertd.notify.payload import _TRIMS, payload
from alertd.notify.smtp import SmtpConfig
from tests.notify.cases import message

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


def test_the_payload_of_the_document_has_the_fields_of_the_real_one() -> None:
    found = re.search(r"```json\n(.*?)```", WEBHOOK, re.DOTALL)
    assert found is not None
    example = msgspec.json.decode(found[1])
    real = msgspec.json.decode(payload(message()))
    assert example.keys() == real.keys()
    assert example["data"].keys() == real["data"].keys()
    assert example["data"]["event"].keys() <= real["data"]["event"].keys()
    assert example["data"]["delivery"].keys() == real["data"]["delivery"].keys()
    assert example["data"]["alert"].keys() <= real["data"]["alert"].keys()
    assert example["data"]["alert"]["matches"][0].keys() == real["data"]["alert"]["matches"][0].keys()


def test_every_cut_is_documented() -> None:
    for name, _ in _TRIMS:
        assert f"`{name}`" in WEBHOOK
