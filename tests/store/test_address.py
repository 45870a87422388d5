"""The addresses of one Redis and of several: what they say, and what is refused without repeating it."""

from __future__ import annotations

import pytest

from alertd.errors import StoreRefused
from alertd.store.address import parse_address, secrets_in, shown


def test_one_server_is_left_to_the_library() -> None:
    for url in ("redis://localhost:6379/2", "rediss://:p@h/0?ssl_ca_certs=/ca.pem", "unix:///run/redis.sock?db=1"):
        assert (parse_address(url).kind, parse_address(url).url) == ("one", url)


def test_sentinels_name_a_service_and_have_a_password_of_their_own() -> None:
    found = parse_address(
        "redis+sentinel://desk:p%40ss@s1:26379,s2,[::1]:26380/alerts/3"
        "?tls=yes&ssl_ca_certs=/ca.pem&sentinel_password=other&sentinel_tls=no&ssl_check_hostname=no"
    )
    assert found.kind == "sentinel"
    assert found.nodes == (("s1", 26_379), ("s2", 26_379), ("::1", 26_380))
    assert (found.service, found.db, found.username, found.password) == ("alerts", 3, "desk", "p@ss")
    assert (found.tls, found.sentinel_tls, found.sentinel_password) == (True, False, "other")
    assert found.tls_options == {"ssl_ca_certs": "/ca.pem", "ssl_check_hostname": False}


def test_a_cluster_has_nodes_and_one_database() -> None:
    found = parse_address("redis+cluster://:secret@n1:7000,n2:7001?tls=true")
    assert (found.kind, found.nodes, found.password) == ("cluster", (("n1", 7000), ("n2", 7001)), "secret")
    assert found.tls


def test_what_is_printed_holds_no_password() -> None:
    url = "redis+sentinel://desk:hunter2@s1:1,s2:2/alerts/0?sentinel_password=hunter3"
    assert shown(url) == "redis+sentinel://s1:1,s2:2/alerts"
    assert {"hunter2", "hunter3"} <= set(secrets_in(url))
    assert shown("redis+cluster://u:hunter2@n1:1") == "redis+cluster://n1:1"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://hunter2", "begins with"),
        ("redis+sentinel://s1:26379", "name the service"),
        ("redis+sentinel://s1:26379/a b", "name the service"),
        ("redis+sentinel://s1:66000/alerts", "from 1 to 65535"),
        ("redis+sentinel://s1:26379,,s2/alerts", "host:port,host:port"),
        ("redis+sentinel://s1/alerts/x", "database is a number"),
        ("redis+sentinel://s1/alerts?tls=perhaps", "`tls` of a Redis URL is yes or no"),
        ("redis+sentinel://s1/alerts?retry=1", "may not set retry"),
        ("redis+cluster://n1/2", "one database"),
        ("redis+cluster://n1?db=2", "may not set db"),
        ("redis+cluster://n1?sentinel_password=hunter2", "may not set sentinel_password"),
        ("redis+cluster://", "host:port,host:port"),
    ],
)
def test_what_is_wrong_is_said_without_the_address(url: str, says: str) -> None:
    with pytest.raises(StoreRefused, match=says) as caught:
        parse_address(url)
    assert "hunter2" not in str(caught.value)
