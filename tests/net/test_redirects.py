"""Reading URLs and judging redirects, without a network."""

import pytest
from yarl import URL

from alertd.errors import FetchTemporary
from alertd.net.redirects import BadUrl, is_literal, next_hop, read_url, same_origin, split_credentials

FEED = read_url("https://news.example/feeds/top.xml?key=1")


def follow(
    location: str | None, at: URL = FEED, *, ports: frozenset[int] | None = frozenset(), down: bool = False
) -> str:
    return str(next_hop(at, 302, location, ports=ports, downgrade=down))


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("https://other.example/x", "https://other.example/x"),
        ("/new.xml", "https://news.example/new.xml"),
        ("new.xml", "https://news.example/feeds/new.xml"),
        ("?page=2", "https://news.example/feeds/top.xml?page=2"),
        ("//cdn.example/top.xml", "https://cdn.example/top.xml"),
        ("/new.xml#part", "https://news.example/new.xml"),
        ("/a b?q=ü", "https://news.example/a%20b?q=%C3%BC"),
        ("https://münchen.example/", "https://xn--mnchen-3ya.example/"),
        ("https://signed.example/x?sig=a%2Fb%7Ec", "https://signed.example/x?sig=a%2Fb%7Ec"),
    ],
)
def test_a_location_is_resolved_against_the_page_it_came_from(location: str, url: str) -> None:
    assert follow(location) == url


@pytest.mark.parametrize(
    ("location", "why"),
    [
        (None, "answered 302 without saying where to go"),
        ("", "answered 302 without saying where to go"),
        ("file:///etc/passwd", "redirects to an address that is not http or https"),
        ("gopher://h/", "redirects to an address that is not http or https"),
        ("javascript:alert(1)", "redirects to an address that is not http or https"),
        ("http://news.example/", "redirects from https to http"),
        ("https://user:secret@news.example/", "redirects to an address with a user name or password in it"),
        ("https://user@news.example/", "redirects to an address with a user name or password in it"),
        ("https://news.example:22/", "redirects to port 22"),
        ("https://news.example:99999/", "redirects to an address that cannot be read"),
        ("https://[bad/", "redirects to an address that cannot be read"),
        ("https://\udcff/", "redirects to an address that cannot be read"),
        ("https://2130706433/", "redirects to an address without a proper host name"),
        ("https://127.1/", "redirects to an address without a proper host name"),
        ("https://0177.0.0.1/", "redirects to an address without a proper host name"),
        ("https://[fe80::1%25eth0]/", "redirects to an address without a proper host name"),
    ],
)
def test_bad_redirects_are_refused_with_the_reason(location: str | None, why: str) -> None:
    with pytest.raises(FetchTemporary) as caught:
        follow(location)
    assert str(caught.value) == why
    assert "secret" not in str(caught.value)


def test_a_downgrade_is_followed_where_it_is_allowed() -> None:
    assert follow("http://news.example/", down=True) == "http://news.example/"


def test_other_ports_are_followed_where_they_are_allowed() -> None:
    assert follow("https://h.example:8443/", ports=frozenset({8443})) == "https://h.example:8443/"
    assert follow("https://h.example:22/", ports=None) == "https://h.example:22/"


def test_a_plain_url_is_kept_byte_for_byte() -> None:
    assert str(read_url("https://h.example/a%2fb?x=%7E;y")) == "https://h.example/a%2fb?x=%7E;y"


def test_full_width_digits_become_the_address_they_mean() -> None:
    assert read_url("http://１２７.０.０.１/").raw_host == "127.0.0.1"
    assert is_literal(read_url("http://１２７.０.０.１/"))


@pytest.mark.parametrize(
    "text", ["", "news.example/feed", "ftp://h/", "http://", "http:///x", "/etc/passwd", "http://h\x00/"]
)
def test_what_is_no_web_address_is_refused(text: str) -> None:
    with pytest.raises(BadUrl):
        read_url(text)


def test_credentials_leave_the_url_and_become_a_header() -> None:
    url, header = split_credentials(read_url("https://jo%40x:p%3Aw@h.example/f"))
    assert str(url) == "https://h.example/f"
    assert header == {"Authorization": "Basic am9AeDpwOnc="}


def test_the_scheme_and_the_port_are_part_of_an_origin() -> None:
    assert same_origin(URL("https://h/a"), URL("https://h:443/b"))
    assert not same_origin(URL("https://h/"), URL("http://h/"))
    assert not same_origin(URL("http://h/"), URL("http://h:81/"))
    assert not same_origin(URL("http://h/"), URL("http://i/"))
