"""What comes from outside the file: variables, secret files, systemd credentials, environment overrides."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from alertd.notify.slack import SlackConfig
from alertd.notify.webhook import WebhookConfig
from tests.settings.conftest import FEED, Desk

HOOK = "https://hooks.slack.com/services/T0/B0/x"


def slack(rest: str) -> str:
    return f"receivers:\n- id: ops\n  type: slack\n  {rest}\n"


def hook(desk: Desk, text: str, env: dict[str, str]) -> str:
    [receiver] = desk.load(text, env).settings.receivers
    assert isinstance(receiver, SlackConfig) and receiver.webhook_url is not None
    return receiver.webhook_url.reveal()


# --- ${NAME} --------------------------------------------------------------------------------------------------


def test_variables_are_filled_in_anywhere_in_a_text(desk: Desk) -> None:
    assert hook(desk, slack('webhook_url: "https://${HOST}/services/${PATH_9}"'), {
        "HOST": "hooks.slack.com", "PATH_9": "T0/B0/x",
    }) == HOOK  # fmt: skip


def test_numbers_and_words_may_come_from_variables_too(desk: Desk) -> None:
    env = {"N": "3", "LEVEL": "debug", "KEEP": "30d"}
    settings = desk.load("processes: {match: '${N}'}\nlog:\n  level: ${LEVEL}\njournal_keep: ${KEEP}\n", env).settings
    assert (settings.processes.match, settings.log.level, settings.journal_keep) == (3, "debug", 30 * 86400)


def test_two_dollars_write_the_text_itself_and_values_are_not_expanded_again(desk: Desk) -> None:
    settings = desk.load('web: {allowed_hosts: ["$${A}", "${B}", "$A", "$$", "a$"]}\n', {"B": "${A}"}).settings
    assert settings.web.allowed_hosts == ["${A}", "${A}", "$A", "$$", "a$"]


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("${NOPE}", "the environment variable NOPE is not set"),
        ("${A}${NOPE}", "the environment variable NOPE is not set"),
        ("${}", "`${` without a name and `}` (write ${NAME}, or $${ for the text itself)"),
        ("${NO-PE}", "`${` without a name and `}` (write ${NAME}, or $${ for the text itself)"),
        ("${NOPE", "`${` without a name and `}` (write ${NAME}, or $${ for the text itself)"),
        ("${BAD}", "the environment variable BAD holds a control character"),
    ],
)
def test_what_cannot_be_filled_in_is_one_fault_at_its_place(desk: Desk, written: str, fault: str) -> None:
    assert desk.faults(slack(f'webhook_url: "{written}"'), {"A": "a", "BAD": "a\x1bb"}) == [f"4:16: {fault}"]


def test_an_empty_variable_for_a_secret_is_told(desk: Desk) -> None:
    assert desk.faults(slack('webhook_url: "${EMPTY}"'), {"EMPTY": ""}) == ["4:16: `webhook_url` is empty"]


# --- <secret>_file --------------------------------------------------------------------------------------------


def test_a_secret_may_stand_in_a_file_beside_the_settings(desk: Desk) -> None:
    desk.write("secrets/slack", f"\n  {HOOK}\n")
    assert hook(desk, slack("webhook_url_file: secrets/slack"), {}) == HOOK


def test_the_path_of_a_secret_file_may_hold_variables(desk: Desk, tmp_path: Path) -> None:
    desk.write("secrets/slack", HOOK)
    assert hook(desk, slack('webhook_url_file: "${DIR}/slack"'), {"DIR": str(tmp_path / "secrets")}) == HOOK


def test_a_secret_may_be_a_systemd_credential(desk: Desk) -> None:
    desk.write("credentials/slack", HOOK, 0o400)
    env = {"CREDENTIALS_DIRECTORY": str(desk.folder / "credentials")}
    assert hook(desk, slack("webhook_url_file: credential:slack"), env) == HOOK


def test_secrets_in_mappings_and_lists_have_files_too(desk: Desk) -> None:
    desk.write("auth", "Bearer abc")
    text = (
        "receivers:\n- {id: w, type: webhook, url: 'https://oms.example.com/x', secret: '${S}', "
        "headers: {X-Auth_file: auth}}\n"
    )
    [webhook] = desk.load(text, {"S": "whsec_MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI="}).settings.receivers
    assert isinstance(webhook, WebhookConfig)
    assert webhook.headers["X-Auth"].reveal() == "Bearer abc"


@pytest.mark.parametrize(
    ("rest", "fault"),
    [
        ("webhook_url_file: nope", "4:21: `webhook_url_file` cannot be read: No such file or directory"),
        ("webhook_url_file: .", "4:21: `webhook_url_file` is not a regular file"),
        ("webhook_url_file: empty", "4:21: `webhook_url_file` is empty"),
        ("webhook_url_file: binary", "4:21: `webhook_url_file` cannot be read: it is not UTF-8 text"),
        ("webhook_url_file: nul", "4:21: `webhook_url_file` holds a control character"),
        ("webhook_url_file: big", "4:21: `webhook_url_file` is larger than 64 KiB (a secret is short)"),
        ("webhook_url_file: pipe", "4:21: `webhook_url_file` is not a regular file"),
        ("webhook_url_file: 7", "4:21: `webhook_url_file` should be a path"),
        (
            "webhook_url_file: credential:nope",
            "4:21: `webhook_url_file` names a credential that systemd did not pass",
        ),
        (
            "webhook_url_file: credential:../x",
            "4:21: `webhook_url_file` names a credential that systemd did not pass",
        ),
        ('webhook_url_file: "${NOPE}"', "4:21: `webhook_url_file` should be a path"),
    ],
)
def test_a_secret_file_that_cannot_be_used_is_told_at_its_place(desk: Desk, rest: str, fault: str) -> None:
    desk.write("empty", " \n")
    desk.write("nul", "a\0b")
    desk.write("big", "x" * 70_000)
    desk.write("binary", "").write_bytes(b"\xff\xfe")
    os.mkfifo(desk.folder / "pipe")
    found = desk.faults(slack(rest), {"CREDENTIALS_DIRECTORY": str(desk.folder)})
    assert found[0].startswith(fault) or found[-1].startswith(fault)
    assert all(f.startswith("4:21") for f in found)


def test_a_secret_given_twice_is_a_fault(desk: Desk) -> None:
    desk.write("slack", HOOK)
    found = desk.faults(slack('webhook_url: "${H}"\n  webhook_url_file: slack'), {"H": HOOK})
    assert found == ["5:3: both `webhook_url` and `webhook_url_file` are given (keep one of them)"]


def test_a_secret_file_that_everybody_can_read_is_a_warning(desk: Desk) -> None:
    desk.write("slack", HOOK, 0o644)
    [found] = desk.faults(slack("webhook_url_file: slack"))
    assert found.startswith("4:21: warning: the file that `webhook_url_file` names can be read by every user")


def test_only_secrets_have_file_twins(desk: Desk) -> None:
    assert desk.faults("contact_file: x\n") == ["1:1: unknown key `contact_file` (did you mean `contact`?)"]


# --- secrets in the file itself ---------------------------------------------------------------------------------


def test_a_literal_secret_is_a_warning_that_says_what_to_write(desk: Desk) -> None:
    assert desk.faults(slack(f"webhook_url: {HOOK}")) == [
        "4:16: warning: `webhook_url` is a secret written in the file "
        "(write ${WEBHOOK_URL} and set that variable, or use webhook_url_file)"
    ]


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        ("redis: embedded\n", False),
        ("redis: redis://cache:6379/0\n", False),
        ("redis: redis://:hunter2@cache:6379/0\n", True),
        ("redis: unix:///run/redis.sock\n", False),
        ("web: {token: 12345678901234567890}\n", True),
    ],
)
def test_only_what_is_confidential_is_warned_of(desk: Desk, text: str, warned: bool) -> None:
    assert bool(desk.faults(text)) is warned


# --- ALERTD_… --------------------------------------------------------------------------------------------------


def test_variables_of_our_own_override_the_file(desk: Desk) -> None:
    env = {
        "ALERTD_STATE_DIR": "elsewhere",
        "ALERTD_REDIS": "redis://other:6379",
        "ALERTD_WEB__BIND": "127.0.0.1:9999",
        "ALERTD_WEB__ALLOWED_HOSTS": "a.example.com, b.example.com",
        "ALERTD_LOG__LEVEL": "warning",
        "ALERTD_PROCESSES__MATCH": "4",
        "ALERTD_NAMESPACE": "7",
        "ALERTD_JOURNAL_KEEP": "2d",
    }
    loaded = desk.load("redis: embedded\nlog: {format: json}\nweb: {bind: '127.0.0.1:1'}\n", env)
    settings = loaded.settings
    assert loaded.warnings == []
    assert settings.state_dir == desk.folder / "elsewhere"
    assert settings.redis.reveal() == "redis://other:6379"
    assert (settings.web.bind, settings.web.allowed_hosts) == ("127.0.0.1:9999", ["a.example.com", "b.example.com"])
    assert (settings.log.level, settings.log.format) == ("warning", "json")
    assert (settings.processes.match, settings.namespace, settings.journal_keep) == (4, "7", 2 * 86400)


def test_an_override_replaces_the_file_twin_as_well(desk: Desk) -> None:
    desk.write("pw", "from the file")
    text = "smtp: {host: h, from: a@example.com, username: u, password_file: pw}\n"
    smtp = desk.load(text, {"ALERTD_SMTP__PASSWORD": "from the variable"}).settings.smtp
    assert smtp is not None and smtp.password is not None and smtp.password.reveal() == "from the variable"
    smtp = desk.load(
        text.replace("_file: pw", ": '${X}'"), {"ALERTD_SMTP__PASSWORD_FILE": "pw", "X": "x"}
    ).settings.smtp
    assert smtp is not None and smtp.password is not None and smtp.password.reveal() == "from the file"


def test_a_bad_override_names_the_variable(desk: Desk) -> None:
    env = {
        "ALERTD_LOG__LEVEL": "loud",
        "ALERTD_PROCESSES__MATCH": "x",
        "ALERTD_RULES": "nope",
        "ALERTD_REDIS": "x://secret",
    }
    assert [f.split(" ")[0] for f in desk.faults("web: {}\n", env)] == [
        "ALERTD_LOG__LEVEL:",
        "ALERTD_PROCESSES__MATCH:",
        "ALERTD_REDIS:",
        "ALERTD_RULES:",
    ]


def test_an_override_beyond_loopback_needs_a_token_too(desk: Desk) -> None:
    env = {"ALERTD_WEB__BIND": "0.0.0.0:80", "ALERTD_WEB__TRUSTED_PROXIES": "10.0.0.7, 10.1.0.0/16"}
    assert desk.faults("web: {}\n", env) == [
        "ALERTD_WEB__BIND: others can connect here, so a token is needed (set web.token)"
    ]
    assert desk.faults("web: {}\n", env | {"ALERTD_WEB__TOKEN_SHA256": "0123456789abcdef" * 4}) == []


def test_unknown_variables_are_warnings_and_reserved_ones_are_not(desk: Desk) -> None:
    env = {
        "ALERTD_DRIAN": "1s",
        "ALERTD_SERVICE_HOST": "10.0.0.1",
        "ALERTD_SOURCES": "[]",
        "ALERTD_CONFIG": "x",
        "ALERTD_CORE": "0",
        "ALERTD_FAILPOINT": "a:1:exit",
        "ALERTD_ENV": "production",
        "OTHER": "x",
    }
    found = desk.faults(f"sources: [{FEED}]\n", env)
    assert (
        found[0]
        == "ALERTD_DRIAN: warning: this environment variable means nothing to alertd (did you mean ALERTD_DRAIN?)"
    )
    assert [f.split(":")[0] for f in found] == ["ALERTD_DRIAN", "ALERTD_SERVICE_HOST", "ALERTD_SOURCES"]
