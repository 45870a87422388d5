"""`alertd preview`: what a receiver would get, exactly, and nothing goes out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.run import RULES, Done, alertd
from tests.cli.test_send import hook

DESK: dict[str, Any] = {"id": "desk", "type": "console"}
MAIL: dict[str, Any] = {"id": "mail", "type": "email", "to": ["pm@example.com"]}
SLACK: dict[str, Any] = {"id": "slack", "type": "slack", "token": "xoxb-planted-secret", "channel": "C0123456789"}
EVENT = json.dumps(
    {
        "title": "SpaceX leases its Colossus 1 supercomputer to Anthropic for $3-4bn a year",
        "companies": [{"id": "spacex", "role": "lessor"}, {"id": "anthropic", "role": "lessee"}],
        "amounts": [{"low": 3e9, "high": 4e9, "per": "year", "role": "revenue", "of": "spacex"}],
    }
)


def preview(folder: Path, *words: str, receivers: list[dict[str, Any]]) -> Done:
    settings = {
        "rules": str(RULES),
        "smtp": {"host": "relay.example.com", "from": "alertd@example.com"},
        "receivers": receivers if any(r["id"] == "desk" for r in receivers) else [DESK, *receivers],
    }
    (folder / "alertd.yaml").write_text(json.dumps(settings))
    return alertd("preview", *words, cwd=folder)


def test_the_body_that_a_webhook_would_get(tmp_path: Path) -> None:
    receivers = [hook("oms", "https://oms.example.com/x") | {"id": "desk"}]
    done = preview(tmp_path, "desk", EVENT, receivers=receivers)
    assert done.code == 0, done.err
    assert done.json["type"] == "alert.fired"
    assert done.json["data"]["alert"]["portfolio"] == "ai-infrastructure"
    assert done.json["data"]["event"]["title"].startswith("SpaceX leases")


@pytest.mark.parametrize(
    "kind", ["alert.fired", "alert.updated", "alert.acknowledged", "alert.closed", "note", "digest"]
)
def test_an_event_as_every_type_of_message(kind: str, tmp_path: Path) -> None:
    receivers = [hook("oms", "https://oms.example.com/x") | {"id": "desk"}]
    done = preview(tmp_path, "desk", EVENT, "--type", kind, receivers=receivers)
    assert done.code == 0, done.err
    assert done.json["type"] == kind


def test_an_alert_shows_the_note_that_it_would_carry(tmp_path: Path) -> None:
    done = preview(tmp_path, "desk", EVENT, "--format", "text", receivers=[DESK])
    assert "Gains     " in done.out and "without a language model" in " ".join(done.out.split())
    off = preview(tmp_path, "desk", EVENT, "--format", "text", receivers=[DESK | {"note": "off"}])
    assert off.code == 0 and "Gains     " not in off.out


def test_every_sample_in_every_form_that_its_receiver_has(tmp_path: Path) -> None:
    from alertd.notify.samples import SAMPLES

    receivers = [DESK, MAIL, SLACK, hook("oms", "https://oms.example.com/x")]
    for receiver, forms in (
        ("desk", ("text", "json")),
        ("mail", ("text", "json", "html")),
        ("slack", ("text", "json")),
    ):
        for sample in ("lease", "digest"):
            for form in forms:
                done = preview(tmp_path, receiver, "--sample", sample, "--format", form, receivers=receivers)
                assert done.code == 0 and done.out, (receiver, sample, form, done.err)
                assert "Colossus" in done.out
    for sample in SAMPLES:
        assert preview(tmp_path, "oms", "--sample", sample, receivers=receivers).json["type"]


def test_a_mail_is_shown_whole_or_in_its_parts(tmp_path: Path) -> None:
    whole = preview(tmp_path, "mail", "--sample", "lease", receivers=[MAIL])
    assert "Subject: " in whole.out and "List-Id: <mail.alertd.example.com>" in whole.out
    assert "<html" in preview(tmp_path, "mail", "--sample", "lease", "--format", "html", receivers=[MAIL]).out


def test_no_secret_is_shown(tmp_path: Path) -> None:
    template = {"inline": '{"key": {{ values.key }}, "alert": {{ alert.id }}}'}
    receivers = [SLACK, hook("oms", "https://oms.example.com/x", template=template, values={"key": "planted-secret"})]
    for receiver in ("slack", "oms"):
        done = preview(tmp_path, receiver, "--sample", "lease", receivers=receivers)
        assert done.code == 0, done.err
        assert "planted-secret" not in done.out + done.err


def test_a_template_of_the_desk_is_shown_as_it_writes(tmp_path: Path) -> None:
    (tmp_path / "desk.j2").write_text("{{ alert.severity|upper }}!\n{{ lines.title }}\n")
    done = preview(tmp_path, "desk", EVENT, receivers=[DESK | {"template": "desk.j2"}])
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[1].startswith("SpaceX leases")


def test_a_template_that_fails_is_named_with_its_line_and_the_built_in_message_shown(tmp_path: Path) -> None:
    (tmp_path / "desk.j2").write_text("one\ntwo {{ alert.titel }}\n")
    done = preview(tmp_path, "desk", "--sample", "lease", receivers=[DESK | {"template": "desk.j2"}])
    assert done.code == 1
    assert "desk.j2: line 2: there is no 'titel' here" in done.err
    assert "HIGH · AI infrastructure" in done.out


def test_a_template_that_writes_nothing_sends_nothing(tmp_path: Path) -> None:
    done = preview(
        tmp_path, "desk", "--sample", "digest", receivers=[DESK | {"template": "{% if alert %}x{% endif %}"}]
    )
    assert (done.code, done.out) == (0, "nothing to send: the template wrote nothing\n")


def test_weights_are_shown_as_the_receiver_may_see_them(tmp_path: Path) -> None:
    for how, said, unsaid in (("exact", "+8.0 %", "5-10 %"), ("band", "5-10 %", "8.0"), ("none", "NVDA", "8.0")):
        for words in (("--sample", "lease"), ("--sample", "digest"), (EVENT,)):
            done = preview(tmp_path, "desk", *words, receivers=[DESK | {"show_weights": how}])
            assert done.code == 0, done.err
            assert said in done.out and unsaid not in done.out, (how, words, done.out)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("dekk", "--sample", "lease"), 2, "there is no receiver dekk; did you mean `desk`?"),
        (("desk", "--sample", "leese"), 2, "there is no sample leese; there are lease, "),
        (("desk",), 2, "name an event, or --sample"),
        (("desk", EVENT, "--sample", "lease"), 2, "name an event, or --sample"),
        (("desk", EVENT, "--type", "alert.fierd"), 2, "did you mean `alert.fired`?"),
        (("desk", "--sample", "lease", "--format", "pdf"), 2, "--format is text, json or html"),
        (("desk", "--sample", "lease", "--format", "html"), 2, "what is printed has no HTML"),
        (("desk", '{"title": "Nothing that concerns anybody"}'), 1, "no rule that tells desk holds for this event"),
        (("desk", "nowhere.json"), 2, "there is no such file"),
    ],
)
def test_what_cannot_be_shown_says_why(words: tuple[str, ...], code: int, said: str, tmp_path: Path) -> None:
    done = preview(tmp_path, *words, receivers=[DESK])
    assert done.code == code
    assert said in done.err


def test_a_correction_shows_the_new_amount(tmp_path: Path) -> None:
    done = preview(tmp_path, "desk", "--sample", "correction", receivers=[DESK])
    (money,) = [line for line in done.out.splitlines() if line.startswith("Money")]
    assert "$2-3bn" in money.replace("–", "-")
    assert "$3-4bn" not in money.replace("–", "-")
