"""The settings of a `mail` source, and how far a folder has been read."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from alertd.sources.catalog import SOURCE_TYPES
from alertd.sources.mail import MailConfig
from alertd.sources.mail_place import DAY_MS, Begin, Place, read_place, where_to_begin

NOW = 1_748_870_000_000


def config(**more: Any) -> MailConfig:
    given = {"type": "mail", "id": "sec", "host": "imap.example.com", "username": "desk@example.com",
             "password": "s3cret-word", "from": ["*@sec.gov"], "authenticated_by": "mx.example.com"}  # fmt: skip
    return MailConfig.model_validate({key: value for key, value in (given | more).items() if value is not None})


def test_defaults() -> None:
    source = config()
    assert SOURCE_TYPES[source.type].config is MailConfig
    assert (source.server_port, source.tls, source.folder, source.dkim) == (993, "implicit", "INBOX", "required")
    assert (source.backlog, source.every.default_s, source.mark_seen, source.idle) == ("none", 60.0, False, True)
    assert source.address == "imaps://desk%40example.com@imap.example.com:993/INBOX"
    assert config(tls="starttls", folder="A/Ü b").address == (
        "imap://desk%40example.com@imap.example.com:143/A/%C3%9C%20b"
    )
    facts = source.facts()
    assert (facts.kind, facts.trust) == ("news", "medium")
    assert facts.reads["policy"]["senders"] == ["*@sec.gov"]


def test_the_example_of_the_documentation_is_right() -> None:
    page = (Path(__file__).parents[2] / "docs" / "mail.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (source,) = yaml.safe_load(example)["sources"]
    assert MailConfig.model_validate(source).folder == "INBOX/Regulators"


def test_the_password_is_shown_nowhere() -> None:
    source = config()
    for text in (repr(source), str(source), source.address, str(source.facts()), source.model_dump_json()):
        assert "s3cret-word" not in text


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"from": None}, "from"),
        ({"from": []}, "at least 1"),
        ({"from": ["sec.gov"]}, "write an address"),
        ({"from": "*@sec.gov"}, "list"),
        ({"authenticated_by": None}, "say in authenticated_by by which name"),
        ({"authenticated_by": "mx example"}, "pattern"),
        ({"tls": "none"}, "a password is never sent without TLS"),
        ({"host": "imap.example.com/x"}, "pattern"),
        ({"host": ""}, "pattern"),
        ({"username": None}, "username"),
        ({"password": ""}, "at least 1"),
        ({"folder": "a\nb"}, "control character"),
        ({"signed_by": ["example"]}, "write a domain"),
        ({"max_bytes": 1_000}, "16384"),
        ({"dkim": "maybe"}, "required"),
        ({"idle": "sometimes"}, "bool"),
        ({"allow_private": ["house"]}, "house"),
        ({"uidl": 1}, "uidl"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_words(more: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words) as caught:
        config(**more)
    assert "s3cret-word" not in str(caught.value)


def test_without_dkim_nobody_has_to_vouch_and_without_tls_only_on_this_machine() -> None:
    assert config(dkim="off", authenticated_by=None).facts().reads["policy"]["dkim"] == "off"
    for host in ("localhost", "127.0.0.1", "::1"):
        assert config(tls="none", host=host).server_port == 143


def test_an_address_inside_the_house_needs_to_be_admitted() -> None:
    assert config().forbidden() == ""
    assert "loopback" in config(host="localhost").forbidden()
    assert "10.0.0.5" in config(host="10.0.0.5").forbidden()
    assert config(host="10.0.0.5", allow_private=["10.0.0.0/8"]).forbidden() == ""


LATELY = Begin(1, NOW - 60_000 - DAY_MS, renumbered=True)


@pytest.mark.parametrize(
    ("place", "more", "begin"),
    [
        (None, {"backlog": "none"}, None),
        (None, {"backlog": "all"}, Begin(1)),
        (None, {"backlog": "24h"}, Begin(1, NOW - DAY_MS)),
        (Place(7, 41), {}, Begin(42)),
        (Place(7, 41), {"next_uid": 0}, Begin(42)),
        (Place(7, 41, NOW - DAY_MS), {}, Begin(42, NOW - DAY_MS)),
        (Place(7, 0), {"backlog": "none"}, Begin(1)),
        (Place(6, 41), {}, LATELY),
        (Place(7, 41), {"same_address": False}, LATELY),
        (Place(7, 41), {"next_uid": 41}, LATELY),
    ],
)
def test_where_to_begin(place: Place | None, more: dict[str, Any], begin: Begin | None) -> None:
    given: dict[str, Any] = {"same_address": True, "backlog": "none", "last_success_ms": NOW - 60_000, "now": NOW}
    assert where_to_begin(place, 7, **{"next_uid": 42} | given | more) == begin


def test_where_a_poll_ends() -> None:
    assert Begin(5).end(7, 9, 42, more=False) == Place(7, 9)
    assert Begin(5).end(7, 9, 42, more=True) == Place(7, 9)
    assert Begin(5, NOW).end(7, 9, 42, more=True) == Place(7, 9, NOW)
    assert Begin(5, NOW).end(7, 9, 42, more=False) == Place(7, 41), "what was not asked for is done with"
    assert Begin(5, NOW).end(7, 43, 42, more=False) == Place(7, 43)
    assert Begin(5, NOW).end(7, 9, 0, more=False) == Place(7, 9)


def test_what_the_server_took_in_before_is_passed_over() -> None:
    begin = Begin(1, NOW - DAY_MS)  # 2025-06-01 13:13:20 UTC
    assert begin.day == date(2025, 5, 31)
    assert begin.covers("01-Jun-2025 09:13:21 -0400")
    assert begin.covers(" 1-Jun-2025 14:13:20 +0000")
    assert not begin.covers("01-Jun-2025 09:13:19 -0400")
    assert begin.covers("")
    assert begin.covers("yesterday")
    assert Begin(5).covers("01-Jan-1995 00:00:00 +0000")


def test_the_place_survives_being_written_down() -> None:
    for place in (Place(7, 41), Place(7, 41, NOW)):
        assert read_place(place.cursor()) == place
    for cursor in ({}, {"uid": 1}, {"validity": "7", "uid": 41}, {"listed": ["x"]}):
        assert read_place(cursor) is None
