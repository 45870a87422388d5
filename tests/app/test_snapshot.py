"""Settings and rules as one snapshot: both are good, or neither is taken."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from alertd.app.reloading import Reloading
from alertd.app.snapshot import RESTART, all_faults, needs_restart, secrets_of
from alertd.errors import ConfigError
from alertd.settings import Settings, load_settings, redacted

KEY = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA=="
SETTINGS = """
sources:
  - {id: wire, type: feed, url: "https://news.example.com/rss"}
receivers:
  - {id: desk, type: console}
"""
PORTFOLIO = """
portfolio: p
title: P
receivers: [desk]
rules:
  - {id: lease, title: A lease, severity: high, when: {title: lease}}
"""
LIVE = {
    "rules", "smtp", "sources", "receivers", "reports", "operator", "journal_keep", "drain", "watch", "heartbeat",
    "models",
}  # fmt: skip
"""Settings that a reload puts into effect."""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write(tmp_path)


def write(folder: Path, settings: str = SETTINGS, portfolio: str = PORTFOLIO) -> Path:
    (folder / "rules/portfolios").mkdir(parents=True, exist_ok=True)
    (folder / "rules/portfolios/p.yaml").write_text(portfolio)
    (folder / "alertd.yaml").write_text(settings)
    return folder / "alertd.yaml"


def test_settings_and_the_rules_they_name_load_together(config: Path) -> None:
    loaded = Reloading(config, {}).load().loaded
    assert [source.id for source in loaded.snapshot.settings.sources] == ["wire"]
    assert [portfolio.id for portfolio in loaded.snapshot.book.portfolios] == ["p"]
    assert loaded.path == config


def test_a_portfolio_can_only_name_receivers_that_the_settings_have(tmp_path: Path) -> None:
    config = write(tmp_path, portfolio=PORTFOLIO.replace("[desk]", "[dekk]"))
    with pytest.raises(ConfigError) as caught:
        Reloading(config, {}).load()
    (fault,) = caught.value.faults
    assert (fault.file, fault.line) == (str(tmp_path / "rules/portfolios/p.yaml"), 4)
    assert "desk" in fault.hint


def test_a_snapshot_travels_to_a_child(config: Path) -> None:
    snapshot = Reloading(config, {}).load().loaded.snapshot
    copy = pickle.loads(pickle.dumps(snapshot))
    assert copy.book == snapshot.book
    assert copy.settings == snapshot.settings


HELD = """
holdings:
  - {ticker: NVDA, weight: 5%}
  - {company: vega, weight: 2%}
  - {company: orion, weight: 1%}
"""
COMPANIES = """
companies:
  - {id: vega, name: Vega Grid Inc., cik: "9990001"}
  - {id: orion, name: Orion Labs, private: true}
"""


def test_a_process_without_rules_knows_which_registrants_are_held(config: Path) -> None:
    rules = config.parent / "rules"
    (rules / "companies").mkdir()
    (rules / "companies/desk.yaml").write_text(COMPANIES)
    (rules / "portfolios/p.yaml").write_text(PORTFOLIO + HELD)
    reloading = Reloading(config, {})
    bare = pickle.loads(pickle.dumps(reloading.load().loaded.snapshot.without_rules()))
    assert bare.held == {"0001045810", "0009990001"}
    assert bare.book.portfolios == ()
    (rules / "portfolios/p.yaml").write_text(PORTFOLIO)
    assert reloading.reload(None).loaded.snapshot.held == frozenset()


# --- every fault at once ------------------------------------------------------------------------------


def test_the_faults_of_rules_are_found_although_the_settings_do_not_load(tmp_path: Path) -> None:
    config = write(tmp_path, SETTINGS.replace("type: console", "type: konsole"), PORTFOLIO.replace("high", "hgih"))
    loaded, faults = all_faults(config, {})
    assert loaded is None
    assert [(Path(fault.file).name, fault.line) for fault in faults] == [("alertd.yaml", 5), ("p.yaml", 6)]


def test_the_faults_of_rules_come_with_the_warnings_of_the_settings(tmp_path: Path) -> None:
    literal = SETTINGS.replace("console}", f'webhook, url: "https://x.example/h", secret: {KEY}}}')
    config = write(tmp_path, literal, PORTFOLIO.replace("high", "hgih"))
    _, faults = all_faults(config, {})
    assert [(Path(fault.file).name, fault.severity) for fault in faults] == [
        ("alertd.yaml", "warning"),
        ("p.yaml", "error"),
    ]


def test_what_is_fine_has_no_faults(config: Path) -> None:
    loaded, faults = all_faults(config, {})
    assert loaded is not None
    assert faults == []


def test_settings_that_are_not_there_are_a_fault_too(tmp_path: Path) -> None:
    loaded, faults = all_faults(tmp_path / "alertd.yaml", {})
    assert loaded is None
    assert len(faults) == 1


# --- what a reload cannot change ----------------------------------------------------------------------


def test_each_setting_takes_effect_at_a_reload_or_is_named_as_needing_a_restart() -> None:
    assert LIVE | set(RESTART) == set(Settings.model_fields)
    assert not LIVE & set(RESTART)


def test_changed_settings_that_are_read_at_the_start_only_are_named(tmp_path: Path, config: Path) -> None:
    before = load_settings(config, {}).settings
    write(tmp_path, SETTINGS + "namespace: other\ncontact: desk@example.com\ndrain: 5s\nlog: {level: debug}\n")
    after = load_settings(config, {}).settings
    assert needs_restart(before, after) == ["namespace", "log", "contact"]
    assert needs_restart(after, after) == []


# --- what the log must mask ---------------------------------------------------------------------------

CANARIES = f"""
redis: "redis://user:canary-redis@db.example.com:6379/0"
web: {{token: canary-token-0123456}}
smtp: {{host: mail.example.com, username: alertd, password: canary-smtp, from: a@example.com}}
sources:
  - {{id: wire, type: feed, url: "https://news.example.com/rss", headers: {{X-Key: canary-feed}}}}
receivers:
  - {{id: desk, type: slack, webhook_url: "https://hooks.slack.com/services/T0/B0/canary-slack"}}
  - {{id: oms, type: webhook, url: "https://x.example/h", secret: [{KEY}], headers: {{X-Key: canary-hook}}}}
"""


def test_every_secret_is_found_wherever_it_stands(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, CANARIES), {}).settings
    found = set(secrets_of(settings))
    names = {"redis", "token-0123456", "smtp", "feed", "hook"}
    assert {f"canary-{name}" for name in names} | {KEY, "services/T0/B0/canary-slack"} <= found
    assert "https://hooks.slack.com/services/T0/B0/canary-slack" in found


def test_what_is_no_secret_is_not_masked(config: Path) -> None:
    assert set(secrets_of(load_settings(config, {}).settings)) == set()
    by_socket = Settings.model_validate({"redis": "unix:///run/redis/redis.sock"})
    assert set(secrets_of(by_socket)) == set()


def test_a_rule_about_a_source_that_is_not_configured_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "rules/portfolios").mkdir(parents=True)
    (tmp_path / "rules/portfolios/p.yaml").write_text(
        "{portfolio: p, title: P, receivers: [], rules: [{id: r, title: R, severity: low, when: {source: prwrie}}]}"
    )
    (tmp_path / "alertd.yaml").write_text(
        'sources: [{id: prwire, type: feed, url: "https://news.example.com/rss"}]\noperator: []\n'
    )
    with pytest.raises(ConfigError, match="prwire"):
        Reloading(tmp_path / "alertd.yaml", {}).load()


def test_passwords_of_several_servers_are_masked_and_not_printed(config: Path) -> None:
    url = "redis+sentinel://desk:pass%40word@s1:26379,s2:26379/alerts/0?sentinel_password=another-one"
    settings = load_settings(config, {"ALERTD_REDIS": url}).settings
    assert {"pass%40word", "pass@word", "another-one", url} <= set(secrets_of(settings))
    assert redacted(settings)["redis"] == "${ALERTD_REDIS}"
    config.write_text(f"redis: {url}\n" + config.read_text())
    assert redacted(load_settings(config, {}).settings)["redis"] == "redis+sentinel://s1:26379,s2:26379/alerts"
