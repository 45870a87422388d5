"""Secrets never show: not in faults, not in dumps, not in reprs, wherever a user may have put them."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alertd.errors import ConfigError
from alertd.settings import load_settings, redacted
from tests.settings.conftest import Desk

CANARY = "c4n4ry-hunter2-c4n4ry"
GOOD = """
redis: redis://u:{c}@cache:6379/0
smtp: {{host: h, from: a@example.com, username: u, password: "{c}"}}
web: {{token: "{c}"}}
sources: [{{id: a, type: feed, url: "https://news.example.com/rss"}}]
receivers:
- {{id: s, type: slack, webhook_url: "https://hooks.slack.com/services/{c}"}}
- {{id: w, type: webhook, url: "https://oms.example.com/{c}", secret: "{k}", headers: {{Authorization: "{c}"}}}}
"""
KEY = "whsec_YzRuNHJ5LWh1bnRlcjItYzRuNHJ5LWM0bjRyeS0="


def test_settings_in_force_never_show_a_secret(desk: Desk) -> None:
    loaded = desk.load(GOOD.format(c=CANARY, k=KEY))
    made = loaded.settings
    for shown in (repr(made), str(made), repr(loaded), made.model_dump_json(), json.dumps(redacted(made))):
        assert CANARY not in shown
        assert KEY not in shown
    for warning in loaded.warnings:
        assert CANARY not in repr(warning)


def test_printed_settings_show_what_the_user_wrote(desk: Desk) -> None:
    desk.write("slack", f"https://hooks.slack.com/services/{CANARY}")
    text = """
redis: redis://u:secret-word@cache:6379/0
log: {level: "${LEVEL}"}
sources: [{id: a, type: feed, url: "https://news.example.com/rss?key=${KEY}"}]
receivers: [{id: s, type: slack, webhook_url_file: slack}]
smtp: {host: h, from: a@example.com, username: u, password: "${PW}"}
"""
    made = desk.load(text, {"KEY": CANARY, "PW": CANARY, "LEVEL": "debug", "ALERTD_DRAIN": "5s"}).settings
    printed = redacted(made)
    assert printed["redis"] == "redis://cache:6379/…"
    assert printed["log"]["level"] == "${LEVEL}"
    assert printed["sources"][0]["url"] == "https://news.example.com/rss?key=${KEY}"
    assert printed["receivers"][0]["webhook_url"] == "<webhook_url_file>"
    assert printed["smtp"]["password"] == "${PW}"
    assert printed["drain"] == "5s"
    assert CANARY not in json.dumps(printed)


@pytest.mark.parametrize(
    "text",
    [
        "redis: x://{c}\n",
        "redis: [{c}]\n",
        "web: {{token: [{c}]}}\n",
        "web: {{token: {{a: {c}}}}}\n",
        "web: {{tokn: {c}}}\n",
        "web: {c}\n",
        "smtp: {{host: h, from: a@example.com, port: {c}}}\n",
        "smtp: {{host: h, from: a@example.com, tls: '${{S}}'}}\n",
        "smtp: {{host: h, from: '${{S}}'}}\n",
        "receivers: [{{id: s, type: '${{S}}'}}]\n",
        "receivers: [{{id: '${{S}}', type: slack, webhook_url: '${{S}}'}}]\n",
        "receivers: [{{id: s, type: slack, webhook_url: '{c}'}}]\n",
        "receivers: [{{id: s, type: slack, webhook_url: 'ftp://${{S}}'}}]\n",
        "receivers: [{{id: s, type: slack, webhook_url_file: {c}}}]\n",
        "receivers: [{{id: s, type: slack, webhook_url_file: '${{S}}'}}]\n",
        "receivers: [{{id: w, type: webhook, url: 'https://x.example.com', secret: {c}}}]\n",
        "receivers: [{{id: w, type: webhook, url: 'https://x.example.com', secret: '${{S}}'}}]\n",
        "receivers: [{{id: w, type: webhook, headers: {{A: '${{S}}'}}}}]\n",
        "operator: ['${{S}}']\n",
        "rules: '${{S}}'\n",
        "contact: '(${{S}})'\n",
        "web: {{bind: '${{S}}'}}\n",
        "drain: '${{S}}'\n",
        "web: {{token: &{c} x}}\n",
        "web: {{token: *{c}}}\n",
        "web: {{token: !{c} x}}\n",
        "web:\n  token: '{c}\n",
        "web:\n  token: @{c}\n",
        "web:\n  token: {c}: x\n",
    ],
)  # fmt: skip
def test_faults_never_show_a_secret(desk: Desk, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        desk.load(text.format(c=CANARY), {"S": CANARY})
    error: BaseException | None = caught.value
    while error is not None:
        assert CANARY not in str(error) + repr(error), text
        error = None if error.__suppress_context__ else error.__cause__ or error.__context__


def test_overrides_never_show_a_secret(desk: Desk) -> None:
    env = {"ALERTD_REDIS": f"x://{CANARY}", "ALERTD_WEB__TOKEN": CANARY[:9], "ALERTD_SMTP__PASSWORD": CANARY}
    assert CANARY[:9] not in "\n".join(desk.faults("web: {}\n", env))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(cut=st.integers(0, 400), put=st.sampled_from(["", "x", "[", "}", '"', "\n", ": ", "&", "${", "\t", "- "]))
def test_a_file_broken_anywhere_never_shows_a_secret(desk: Desk, cut: int, put: str) -> None:
    good = GOOD.format(c=CANARY, k=KEY)
    desk.write("alertd.yaml", good[:cut] + put + good[cut:])
    try:
        made = load_settings(desk.config, {}).settings
    except ConfigError as error:
        shown = str(error)
    else:
        shown = json.dumps(redacted(made))
    # A secret torn in two can become a key, and an unknown key is shown: it is no secret any more by its place.
    assert CANARY not in shown.replace(f"key `{CANARY}", "")
