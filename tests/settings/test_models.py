"""`models:` of alertd.yaml: what is refused, in whose words, and that no key is ever shown."""

from __future__ import annotations

import json

import pytest

from alertd.research.config import ModelConfig, PriceConfig
from alertd.settings import redacted
from tests.settings.conftest import Desk

KEY = "sk-c4n4ry-model-key"
LINE = "models: [{{id: m, protocol: {protocol}, base_url: {url}, model: small-1{more}}}]"


def one(url: str, protocol: str = "openai", more: str = "") -> str:
    return LINE.format(protocol=protocol, url=json.dumps(url), more=f", {more}" if more else "")


def test_a_model_is_read_with_all_that_can_be_said_of_it(desk: Desk) -> None:
    desk.write("key", f"{KEY}\n")
    text = one(
        "https://api.anthropic.com/", "anthropic",
        "key_file: key, timeout: 30s, max_tokens: 1500, temperature: null,"
        " price: {input_per_million: 3, output_per_million: 15},"
        " budget: {calls_per_day: 50, tokens_per_day: 100000, per_portfolio_per_day: 5}",
    )  # fmt: skip
    loaded = desk.load(text)
    assert loaded.warnings == []
    (made,) = loaded.settings.models
    assert (made.base_url, made.host, made.timeout, made.temperature) == (
        "https://api.anthropic.com", "api.anthropic.com", 30.0, None,
    )  # fmt: skip
    assert made.key is not None
    assert made.key.reveal() == KEY
    assert (made.price, made.budget.calls_per_day) == (
        PriceConfig(input_per_million=3, output_per_million=15, currency="USD"), 50,
    )  # fmt: skip
    assert made.outside
    for shown in (repr(made), made.model_dump_json(), json.dumps(redacted(loaded.settings))):
        assert KEY not in shown


def test_a_key_in_the_file_itself_is_a_warning_that_does_not_show_it(desk: Desk) -> None:
    (fault,) = desk.faults(one("https://api.openai.com/v1", more=f"key: {KEY}"))
    assert "warning" in fault
    assert KEY not in fault


@pytest.mark.parametrize(
    ("url", "more"),
    [
        ("https://llm.corp.example/v1", ""),
        ("http://127.0.0.1:8080/v1", "allow_private: true"),
        ("http://localhost:11434/v1", "allow_private: true"),
        ("http://10.1.2.3:8000/v1", 'allow_private: ["10.0.0.0/8"]'),
        ("http://[::1]:8000/v1", "allow_private: true"),
        ("http://llm.internal:8000/v1", "allow_private: true"),
        ("https://192.168.1.5/v1", "allow_private: true"),
    ],
)
def test_addresses_that_are_taken(desk: Desk, url: str, more: str) -> None:
    assert desk.faults(one(url, more=more)) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (one("http://api.openai.com/v1"), "plain http:// is refused"),
        (one("http://127.0.0.1:8080/v1"), "plain http:// is refused"),
        (one("http://8.8.8.8/v1", more="allow_private: true"), "plain http:// is refused"),
        (one("http://169.254.169.254/v1", more="allow_private: true"), "plain http:// is refused"),
        (one("http://10.1.2.3/v1", more='allow_private: ["192.168.0.0/16"]'), "plain http:// is refused"),
        (one("https://u:p4ss@api.openai.com/v1"), "must not carry a user name or password"),
        (one("https://api.openai.com/v1?key=p4ss"), "a complete https:// URL without a query"),
        (one("api.openai.com/v1"), "a complete https:// URL"),
        (one("ftp://api.openai.com/v1"), "a complete https:// URL"),
        (one("https://api.openai.com:99999/v1"), "a complete https:// URL"),
        (one("https://api.openai.com/v1/chat/completions"), "base_url ends before /chat/completions"),
        (one("https://api.anthropic.com/v1/messages", "anthropic"), "base_url ends before /v1/messages"),
        (one("https://api.anthropic.com/v1", "anthropic"), "base_url ends before /v1"),
        (one("https://a.example", "gemini"), "protocol"),
        (one("https://a.example", more="kee: x"), "did you mean"),
        (one("https://a.example", more="temperature: 3"), "temperature"),
        (one("https://a.example", more="timeout: 20"), "a duration is a number"),
        (one("https://a.example", more="max_tokens: 1"), "max_tokens"),
        (one("https://a.example", more="price: {input_per_million: 3}"), "output_per_million"),
        (one("https://a.example", more="budget: {calls_per_day: -1}"), "calls_per_day"),
        (one("https://a.example", more='allow_private: ["10.0.0.0/99"]'), "allow_private"),
        (one("https://a.example", more='key: "two words"'), "printable ASCII without blanks"),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(desk: Desk, text: str, says: str) -> None:
    found = desk.faults(text)
    assert any(says in fault for fault in found), found
    assert all(fault.startswith("1:") for fault in found)
    assert "p4ss" not in "".join(found)


def test_two_models_of_one_id_are_a_fault(desk: Desk) -> None:
    model = '{id: m, protocol: openai, base_url: "https://a.example/v1", model: x}'
    (fault,) = desk.faults(f"models:\n- {model}\n- {model}")
    assert fault.startswith("3:")
    assert "two models have the id `m` (first in line 2)" in fault


@pytest.mark.parametrize(
    ("url", "outside"),
    [("http://127.0.0.1:1/v1", False), ("http://localhost/v1", False), ("https://10.0.0.1/v1", False),
     ("https://llm.internal/v1", True), ("https://8.8.8.8/v1", True)],
)  # fmt: skip
def test_only_an_address_of_the_house_itself_is_inside_for_certain(url: str, outside: bool) -> None:
    made = ModelConfig(id="m", protocol="openai", base_url=url, model="x", allow_private=True)
    assert made.outside is outside


def test_a_price_is_for_a_million_tokens() -> None:
    assert PriceConfig(input_per_million=3, output_per_million=15).cost(1_000_000, 100_000) == 4.5


def test_notes_of_a_model_need_a_model(desk: Desk) -> None:
    screen = "receivers: [{id: screen, type: console, note: model}]"
    (fault,) = desk.faults(screen)
    assert fault == (
        "1:47: notes by a language model are wanted, and there is none (add one to `models`, or write `note: facts`)"
    )
    assert desk.faults(f"{screen}\n{one('http://127.0.0.1:8080/v1', more='allow_private: true')}") == []
    for wants in ("facts", "off"):
        assert desk.faults(f"receivers: [{{id: screen, type: console, note: {wants}}}]") == []


def test_a_note_that_nobody_can_write_is_a_fault(desk: Desk) -> None:
    (fault,) = desk.faults("receivers: [{id: screen, type: console, note: modle}]")
    assert "`note` cannot be `modle` (did you mean `model`?" in fault
