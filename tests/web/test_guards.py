from __future__ import annotations

import pytest

from alertd.web.bind import parse_bind
from alertd.web.guards import Failures, host_allowed, origin_allowed, token_given


@pytest.mark.parametrize(
    ("hosts", "allowed"),
    [
        (["localhost:8321"], True),
        (["LOCALHOST"], True),
        (["127.0.0.1:8321"], True),
        (["[::1]:8321"], True),
        (["10.0.0.7"], True),
        (["alerts.desk.example:443"], True),
        (["alerts.desk.example."], True),
        (["evil.example"], False),
        (["127.0.0.1.evil.example"], False),
        (["localhost@evil.example"], False),
        (["localhost/x"], False),
        (["localhost:port"], False),
        (["localhost", "evil.example"], False),
        ([""], False),
        ([], False),
    ],
)
def test_a_name_must_be_ours_and_an_address_cannot_be_rebound(hosts: list[str], allowed: bool) -> None:
    assert host_allowed(hosts, {"alerts.desk.example"}) is allowed


@pytest.mark.parametrize(
    ("origin", "site", "writes", "allowed"),
    [
        (None, None, False, True),
        (None, None, True, True),
        ("http://localhost:8321", "same-origin", True, True),
        ("https://LOCALHOST:8321", None, True, True),
        ("http://localhost:9999", "same-site", True, False),
        ("https://evil.example", None, False, False),
        ("null", None, False, False),
        (None, "cross-site", False, True),
        (None, "cross-site", True, False),
        (None, "same-site", True, False),
    ],
)
def test_requests_of_foreign_pages_are_refused(
    origin: str | None, site: str | None, writes: bool, allowed: bool
) -> None:
    assert origin_allowed(origin, site, "localhost:8321", writes=writes) is allowed


def test_a_token_comes_behind_the_word_bearer() -> None:
    assert token_given("Bearer abc") == "abc"
    assert token_given("bearer  abc ") == "abc"
    assert token_given("Basic abc") is None
    assert token_given("Bearer ") is None
    assert token_given(None) is None


def test_wrong_tokens_are_told_to_wait_after_a_few() -> None:
    failures = Failures(limit=3, window_s=60)
    assert [failures.add("a", t) for t in (0, 1, 2, 3)] == [0, 0, 0, 57]
    assert failures.add("b", 4) == 0
    assert failures.add("a", 60) == 0


def test_the_list_of_failures_is_bounded() -> None:
    failures = Failures(limit=1, addresses=2)
    for address in "abc":
        failures.add(address, 0)
    assert failures.add("a", 1) == 0  # forgotten
    assert failures.add("c", 1) > 0


def test_a_bind_is_host_and_port() -> None:
    assert parse_bind("127.0.0.1:8321") == ("127.0.0.1", 8321)
    assert parse_bind("[::1]:0") == ("::1", 0)
    assert parse_bind("localhost:80") == ("localhost", 80)


@pytest.mark.parametrize("bind", ["", "8321", ":8321", "127.0.0.1", "::1:8321", "localhost:http", "localhost:65536"])
def test_a_bind_that_leaves_something_open_is_refused(bind: str) -> None:
    with pytest.raises(ValueError, match=r"host:port|brackets"):
        parse_bind(bind)
