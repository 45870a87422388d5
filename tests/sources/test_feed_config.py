"""The settings of a feed."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from alertd.sources.catalog import SOURCE_TYPES
from alertd.sources.feed import FeedConfig


def config(**more: Any) -> FeedConfig:
    return FeedConfig.model_validate({"type": "feed", "id": "prwire", "url": "https://news.example.com/rss"} | more)


def test_a_type_an_id_and_a_url_are_enough() -> None:
    source = config()
    assert (source.every.default_s, source.backlog, source.trust, source.kind) == (60, "none", "medium", "news")
    assert source.facts().id == "prwire"
    assert SOURCE_TYPES[source.type].config is FeedConfig


def test_burst_hours_are_part_of_every() -> None:
    source = config(every={"default": "60s", "06:55-09:35 America/New_York": "5s"})
    assert source.shortest_interval() == 5


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"url": "ftp://news.example.com/"}, "http:// or https://"),
        ({"url": "https://user:pw@news.example.com/"}, "no user name"),
        ({"url": "https://"}, "has a host"),
        ({"every": {"default": "60s", "soon": "5s"}}, "is not of the form"),
        ({"headers": {"User-Agent": "x"}}, "set by alertd itself"),
        ({"headers": {"X Y": "x"}}, "no name of an HTTP header"),
        ({"headers": {"X-Key": "a\r\nHost: b"}}, "line break"),
        ({"allow_private": ["10.0.0.0/99"]}, "10.0.0.0/99"),
        ({"timeout": "1h"}, "less than or equal to 300"),
        ({"backlog": "48h"}, "24h"),
        ({"bakclog": "all"}, "Extra inputs"),
        ({"language": "English"}, "pattern"),
    ],
)
def test_what_cannot_be_meant_is_an_error_in_words(more: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as fault:
        config(**more)
    assert words in str(fault.value)


@pytest.mark.parametrize("allowed", [True, ["10.0.0.0/8"]])
def test_an_address_inside_the_house_may_be_admitted(allowed: object) -> None:
    assert config(url="http://10.1.2.3/rss", allow_private=allowed).allow_private == allowed


def test_headers_are_secrets() -> None:
    source = config(headers={"Authorization": "Bearer hunter2"})
    assert "hunter2" not in repr(source) + source.model_dump_json()
    assert source.headers["Authorization"].reveal() == "Bearer hunter2"


def test_the_settings_have_a_json_schema() -> None:
    schema = FeedConfig.model_json_schema()
    assert set(schema["required"]) == {"type", "id", "url"}
    assert "anyOf" in schema["properties"]["every"]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"url": "http://127.0.0.1:8000/rss"}, "a loopback address (127.0.0.1), set allow_private to permit it"),
        ({"url": "http://localhost:8000/rss"}, "a loopback address (127.0.0.1), set allow_private to permit it"),
        ({"url": "http://[::1]/rss"}, "a loopback address (::1), set allow_private to permit it"),
        ({"url": "http://10.1.2.3/rss"}, "a private address (10.1.2.3), set allow_private to permit it"),
        ({"url": "http://10.1.2.3/rss", "allow_private": ["10.2.0.0/16"]}, "which allow_private does not list"),
        ({"url": "http://169.254.1.1/rss", "allow_private": True}, "a link-local address"),
        ({"url": "http://10.1.2.3/rss", "allow_private": True}, ""),
        ({"url": "http://wire.house/rss"}, ""),
    ],
)
def test_an_address_that_polling_refuses_anyhow_is_known_from_its_settings(fields: dict[str, Any], why: str) -> None:
    found = FeedConfig.model_validate({"type": "feed", "id": "wire", **fields}).forbidden()
    assert why in found
    assert bool(found) is bool(why)
