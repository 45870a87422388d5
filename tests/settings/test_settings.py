"""alertd.yaml as a desk writes it, its defaults, and where it is looked for."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from alertd.app.schema import settings_schema
from alertd.errors import ConfigError
from alertd.settings import find_config, load_settings, redacted
from tests.settings.conftest import FEED, Desk

WHOLE = f"""
state_dir: ./state
contact: Example Desk desk@example.com
namespace: desk-7
redis: rediss://cache.example.com:6380/0
redis_maxmemory: 2gb
smtp: {{host: mail.example.com, username: alertd, password: "${{SMTP_PASSWORD}}", from: alertd@example.com}}
web: {{bind: "127.0.0.1:0", allowed_hosts: [desk.example.com]}}
sources:
  - {FEED}
receivers:
  - {{id: ops, type: slack, webhook_url: "${{SLACK_OPS}}"}}
  - {{id: pm-mail, type: email, to: [pm@example.com], min_severity: high}}
operator: [ops]
log: {{level: debug, format: json}}
processes: {{match: 3, parse: 1}}
journal_keep: 30d
drain: 10s
"""
SECRETS = {"SMTP_PASSWORD": "pw", "SLACK_OPS": "https://hooks.slack.com/services/T0/B0/x"}


def test_a_whole_file_is_read(desk: Desk) -> None:
    loaded = desk.load(WHOLE, SECRETS)
    settings = loaded.settings
    assert loaded.warnings == []
    assert loaded.path == desk.config
    assert settings.state_dir == desk.folder / "state"
    assert settings.rules == desk.folder / "rules"
    assert settings.redis.reveal() == "rediss://cache.example.com:6380/0"
    assert settings.smtp is not None and settings.smtp.password is not None
    assert (settings.smtp.sender, settings.smtp.password.reveal()) == ("alertd@example.com", "pw")
    assert [(s.type, s.id) for s in settings.sources] == [("feed", "prwire")]
    assert [(r.type, r.id, r.min_severity) for r in settings.receivers] == [
        ("slack", "ops", "info"),
        ("email", "pm-mail", "high"),
    ]
    assert settings.operator == ["ops"]
    assert (settings.log.level, settings.log.format) == ("debug", "json")
    assert (settings.processes.match, settings.processes.parse) == (3, 1)
    assert (settings.journal_keep, settings.drain) == (30 * 86400, 10)


def test_a_single_source_is_enough_and_the_rest_has_defaults(desk: Desk) -> None:
    settings = desk.load(f"sources: [{FEED}]\n").settings
    assert settings.state_dir == desk.folder / "var"
    assert settings.redis.reveal() == "embedded"
    assert (settings.namespace, settings.redis_maxmemory) == ("alertd", "512mb")
    assert (settings.web.bind, settings.web.token, settings.web.allowed_hosts) == ("127.0.0.1:8321", None, [])
    assert (settings.log.level, settings.log.format) == ("info", "auto")
    assert (settings.processes.match, settings.processes.parse) == ("auto", 2)
    assert (settings.journal_keep, settings.drain) == (14 * 86400, 20)
    assert (settings.smtp, settings.receivers, settings.operator) == (None, [], [])


def test_paths_may_be_absolute_or_in_the_users_home(desk: Desk) -> None:
    (desk.folder / "home" / "rules").mkdir(parents=True)
    text = f"state_dir: {desk.folder}/elsewhere\nrules: ~/rules\n"
    settings = desk.load(text, {"HOME": str(desk.folder / "home")}).settings
    assert settings.state_dir == desk.folder / "elsewhere"
    assert settings.rules == desk.folder / "home" / "rules"


def test_settings_survive_the_way_into_another_process(desk: Desk) -> None:
    settings = desk.load(WHOLE, SECRETS).settings
    copy = pickle.loads(pickle.dumps(settings))
    assert copy == settings
    assert redacted(copy) == redacted(settings)


def test_two_loads_of_the_same_file_are_equal_and_a_change_is_not(desk: Desk) -> None:
    before = desk.load(WHOLE, SECRETS).settings
    assert desk.load(WHOLE, SECRETS).settings == before
    assert desk.load(WHOLE, {**SECRETS, "SMTP_PASSWORD": "new"}).settings.smtp != before.smtp


def test_the_file_is_looked_for_here_then_at_the_user_then_in_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    user = tmp_path / "home" / ".config" / "alertd" / "alertd.yaml"
    env = {"HOME": str(tmp_path / "home")}
    with pytest.raises(ConfigError, match=r"looked for \./alertd.yaml, .*/home/.config/.*, /etc/alertd/alertd.yaml"):
        load_settings(None, env)
    user.parent.mkdir(parents=True)
    user.write_text("a: 1\n")
    assert find_config(None, env) == user
    assert find_config(None, {"XDG_CONFIG_HOME": str(user.parent.parent)}) == user
    Path("alertd.yaml").write_text("a: 1\n")
    assert find_config(None, env) == Path("alertd.yaml")
    assert find_config(None, {**env, "ALERTD_CONFIG": "/x.yaml"}) == Path("/x.yaml")
    assert find_config(Path("y.yaml"), {"ALERTD_CONFIG": "/x.yaml"}) == Path("y.yaml")


def test_a_file_that_cannot_be_read_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.yaml: cannot be read: No such file or directory \(`alertd init`"):
        load_settings(tmp_path / "none.yaml", {})
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load_settings(tmp_path, {})


def test_the_schema_knows_every_type_and_the_file_twins_of_secrets() -> None:
    schema = settings_schema()
    json.dumps(schema)
    assert set(schema["properties"]["receivers"]["items"]["discriminator"]["mapping"]) >= {
        "slack",
        "email",
        "webhook",
    }
    slack = schema["$defs"]["SlackConfig"]
    assert {"webhook_url", "webhook_url_file"} <= set(slack["properties"])
    assert "webhook_url" not in slack["required"]
    hook = schema["$defs"]["WebhookConfig"]
    assert {"oneOf": [{"required": ["url"]}, {"required": ["url_file"]}]} in hook["allOf"]
    assert {"token", "token_file", "token_sha256"} <= set(schema["$defs"]["PushConfig"]["properties"])
    assert schema["properties"]["journal_keep"]["default"] == "14d"
    assert schema["properties"]["redis"]["default"] == "embedded"
    assert all("description" in p or "$ref" in p for p in schema["properties"].values())


def test_a_source_at_an_address_that_polling_refuses_is_a_warning_and_stops_no_other(desk: Desk) -> None:
    loaded = desk.load('sources: [{id: a, type: feed, url: "http://10.1.2.3/rss"}]\n')
    (warning,) = loaded.warnings
    assert str(warning).endswith(
        "1:36: warning: it will not be polled: a private address (10.1.2.3), set allow_private to permit it"
    )


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    ("host", "what"),
    [
        ("127.0.0.1:9", "a loopback address (127.0.0.1)"),
        ("localhost", "a loopback address (127.0.0.1)"),
        ("[::1]:9", "a loopback address (::1)"),
        ("10.1.2.3", "a private address (10.1.2.3)"),
    ],
)
def test_an_address_inside_the_house_that_is_not_allowed_is_a_warning_of_a_source_and_of_a_receiver_alike(
    desk: Desk, host: str, what: str, scheme: str
) -> None:
    url = f"{scheme}://{host}/planted"
    secret = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA=="
    loaded = desk.load(
        f'sources: [{{id: a, type: feed, url: "{url}"}}]\n'
        f'receivers:\n- {{id: w, type: webhook, url: "{url}", secret: {secret}}}\n'
        f'- {{id: s, type: slack, webhook_url: "{url}"}}\n'
    )
    told = [f"{one.line}: {one.severity}: {one.message}" for one in loaded.warnings if "sent to it" in one.message]
    told += [one.message for one in loaded.warnings if "polled" in one.message]
    why = f"{what}, set allow_private to permit it"
    sent = f"warning: nothing will be sent to it: {why}"
    assert told == [f"3: {sent}", f"4: {sent}", f"it will not be polled: {why}"]
    assert not any("planted" in str(one) for one in loaded.warnings)
