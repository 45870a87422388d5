"""What a user may write about receivers, and what is refused."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from pydantic import ValidationError

from alertd.errors import ConfigError
from alertd.net.client import HttpClient
from alertd.notify.catalog import RECEIVER_MODELS, build_notifier
from alertd.notify.protocol import NotifierDeps
from alertd.notify.smtp import SmtpConfig

KEY = "whsec_" + base64.b64encode(b"k" * 32).decode()
GOOD: dict[str, dict[str, Any]] = {
    "slack": {"id": "ai-desk", "webhook_url": "https://hooks.example.com/services/T/B/planted"},
    "email": {
        "id": "pm-mail",
        "to": ["pm@example.com", "Ana Pm <ana@example.com>"],
        "from": "Desk <desk@example.com>",
    },
    "webhook": {"id": "oms", "url": "https://oms.example.com/planted", "secret": KEY},
    "console": {"id": "screen"},
}


def test_the_table_has_every_receiver() -> None:
    assert set(RECEIVER_MODELS) == set(GOOD)


@pytest.mark.parametrize("kind", GOOD)
async def test_each_is_built_from_its_settings(kind: str) -> None:
    config = RECEIVER_MODELS[kind].model_validate({"type": kind, **GOOD[kind]})
    assert config.min_severity == "info" and config.updates == "material"
    async with HttpClient("alertd-test") as http:
        smtp = SmtpConfig.model_validate({"host": "mail.example.com", "from": "alertd@example.com"})
        notifier = build_notifier(config, NotifierDeps(http=http, smtp=smtp))
        assert notifier.mode == config.mode
        assert notifier.lease_ms > 0 and notifier.concurrency >= 1
        await notifier.close()


async def test_email_without_a_relay_is_a_fault_of_the_settings() -> None:
    config = RECEIVER_MODELS["email"].model_validate(GOOD["email"])
    async with HttpClient("alertd-test") as http:
        with pytest.raises(ConfigError, match=r"pm-mail.*smtp"):
            build_notifier(config, NotifierDeps(http=http))


def test_defaults_of_the_design() -> None:
    expires = {kind: RECEIVER_MODELS[kind].model_validate(GOOD[kind]).expire for kind in GOOD}
    day = 24 * 3600.0
    assert expires == {"slack": day, "email": day, "webhook": 3 * day, "console": day}


@pytest.mark.parametrize(
    ("kind", "field", "value", "says"),
    [
        ("slack", "webhook_url", "http://hooks.example.com/planted", "plain http:// is refused"),
        ("slack", "webhook_url", "hooks.example.com/planted", "complete https:// URL"),
        ("slack", "webhook_url", "https://user:planted@hooks.example.com/", "user name or password"),
        ("slack", "webhook_url", "https://[planted/", "no host that can be read"),
        ("slack", "webhook_url", "htps://hooks.example.com/planted", "this one begins otherwise"),
        ("slack", "webhook_url", "hooks.example.com/planted", "this one has no https:// in front"),
        ("slack", "webhook_url", "https://hooks.example.com/pl\u00e4nted", "a character that no URL has"),
        ("slack", "webhook_url", "http://house.internal/planted", "plain http:// is refused"),
        ("slack", "id", "AI desk", "pattern"),
        ("slack", "color", "red", "not permitted"),
        ("slack", "allow_private", ["10.0.0.1/8"], "host bits"),
        ("slack", "min_severity", "urgent", "critical"),
        ("slack", "expire", "tomorrow", "duration"),
        ("webhook", "secret", "planted", "whsec_"),
        ("webhook", "secret", "whsec_planted!", "base64"),
        ("webhook", "secret", "whsec_" + base64.b64encode(b"planted").decode(), "24 to 64 bytes; this one holds 7"),
        ("webhook", "secret", [], "1"),
        ("webhook", "format", "cloudevents", "standard"),
        ("webhook", "headers", {"X Key": "planted"}, "no header name"),
        ("webhook", "headers", {"Webhook-Id": "planted"}, "set by alertd"),
        ("webhook", "headers", {"X-Key": "planted\r\nX: y"}, "printable"),
        ("email", "to", [], "at least 1"),
        ("email", "to", ["pm"], "mail address"),
        ("email", "to", ["pm@example.com\r\nBcc: x@example.com"], "mail address"),
        ("email", "to", ["a@example.com, b@example.com"], "mail address"),
        ("email", "to", ["pé@example.com"], "other alphabets"),
        ("email", "to", ["pm@.example.com"], "mail address"),
        ("console", "format", "xml", "json"),
    ],
)
def test_what_cannot_work_is_refused_without_showing_secrets(kind: str, field: str, value: Any, says: str) -> None:
    with pytest.raises(ValidationError) as caught:
        RECEIVER_MODELS[kind].model_validate({**GOOD[kind], field: value})
    errors = caught.value.errors(include_input=False, include_context=False)
    assert says in str(errors)
    assert "planted" not in str(caught.value)
    assert errors[0]["loc"][0] == field


def test_plain_http_is_for_the_house() -> None:
    RECEIVER_MODELS["webhook"].model_validate(
        {"id": "oms", "url": "http://10.1.2.3/hook", "secret": [KEY, KEY], "allow_private": ["10.0.0.0/8"]}
    )


SMTP = {"host": "mail.example.com", "from": "alertd@example.com"}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"tls": "none", "username": "u", "password": "planted"}, "never sent without TLS"),
        ({"username": "u"}, "belong together"),
        ({"password": "planted"}, "belong together"),
        ({"tls": "maybe"}, "starttls"),
        ({"from": "alertd"}, "mail address"),
        ({"host": "mail.example.com\r\nQUIT"}, "pattern"),
        ({"port": 0}, "greater than"),
    ],
)
def test_a_relay_that_cannot_be_used_is_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says) as caught:
        SmtpConfig.model_validate(SMTP | changes)
    assert "planted" not in str(caught.value)


@pytest.mark.parametrize(("tls", "port"), [("starttls", 587), ("implicit", 465), ("none", 25)])
def test_the_port_follows_the_kind_of_tls(tls: str, port: int) -> None:
    assert SmtpConfig.model_validate(SMTP | {"tls": tls}).relay_port == port
    assert SmtpConfig.model_validate(SMTP | {"tls": tls, "port": 2525}).relay_port == 2525


def test_secrets_are_not_printed() -> None:
    config = RECEIVER_MODELS["webhook"].model_validate(GOOD["webhook"])
    assert "planted" not in repr(config) + config.model_dump_json()
    assert KEY not in repr(config) + config.model_dump_json()
