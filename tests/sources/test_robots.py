"""robots.txt is read as RFC 9309 says, whatever stands in it."""

from __future__ import annotations

import pytest

from alertd.sources.robots import EVERYTHING, MAX_RULES, Rules, read_robots

HOST = "https://ir.example.com"


def allowed(robots: str, path: str) -> bool:
    return not read_robots(robots.encode()).refusal(HOST + path)


@pytest.mark.parametrize(
    ("robots", "path", "may"),
    [
        ("", "/x", True),
        ("User-agent: *\nDisallow: /", "/x", False),
        ("User-agent: *\nDisallow:", "/x", True),
        ("User-agent: *\nDisallow: /\nAllow: /news", "/news/1", True),
        ("User-agent: *\nAllow: /news\nDisallow: /news/old", "/news/old/1", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
        ("User-agent: other\nDisallow: /", "/x", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: alertd\nDisallow: /private", "/x", True),
        ("User-agent: AlertD/2.0\nDisallow: /x", "/x", False),
        ("User-agent: alertdirect\nDisallow: /x", "/x", True),
        ("User-agent: a\nUser-agent: alertd\nDisallow: /x", "/x", False),
        (
            "User-agent: alertd\nDisallow: /x\n\nUser-agent: b\nDisallow: /\n\nUser-agent: alertd\nDisallow: /y",
            "/y",
            False,
        ),
        ("User-agent: *\nDisallow: /*.pdf$", "/files/a.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/files/a.pdf?x=1", True),
        ("User-agent: *\nDisallow: /*/print", "/a/b/print/1", False),
        ("User-agent: *\nDisallow: /search?q=", "/search?q=x", False),
        ("User-agent: *\nDisallow: /caf%C3%A9", "/café", False),
        ("User-agent: *\nDisallow: /%7Ejoe", "/~joe/x", False),
        ("user-agent : *\ndisallow : /x # no\n", "/x", False),
        ("Disallow: /x\nUser-agent: *\nAllow: /", "/x", True),
        ("\ufeffUser-agent: *\r\nDisallow: /x\r\n", "/x", False),
        ("User-agent: *\nCrawl-delay: 5\nUser-agent: other\nDisallow: /", "/x", True),
        ("User-agent: *\nSitemap: /s.xml\nDisallow: /x", "/x", False),
    ],
)
def test_the_most_specific_rule_of_our_group_decides(robots: str, path: str, may: bool) -> None:
    assert allowed(robots, path) is may


def test_a_refusal_quotes_the_line() -> None:
    assert read_robots(b"User-agent: *\nDisallow: /x*y\n").refusal(f"{HOST}/xay") == "Disallow: /x*y"


@pytest.mark.parametrize(
    ("written", "seconds"), [("2.5", 2.5), ("10", 10), ("soon", 0), ("-1", 0), ("1e9", 0), ("999999", 86_400)]
)
def test_a_crawl_delay_is_read_within_bounds(written: str, seconds: float) -> None:
    assert read_robots(f"User-agent: *\nCrawl-delay: {written}\n".encode()).delay_s == seconds


@pytest.mark.parametrize(
    "body",
    [
        b"\0\xff\xfe",
        b"<html>not found</html>" * 1000,
        b":" * 100_000,
        b"User-agent: *\nDisallow: /" + b"*a" * 200_000,
        b"User-agent: *\n" + b"Disallow: /x\n" * 50_000,
        b"User-agent: *\n" * 50_000,
    ],
)
def test_whatever_stands_there_is_read_within_bounds(body: bytes) -> None:
    assert len(read_robots(body).rules) <= MAX_RULES


def test_a_pattern_with_many_stars_matches_without_going_back_and_forth() -> None:
    rules = read_robots(b"User-agent: *\nDisallow: /" + b"*a" * 50 + b"b$\n")
    assert not rules.refusal(f"{HOST}/{'a' * 2_000}")


def test_rules_travel_as_plain_data() -> None:
    rules = read_robots(b"User-agent: *\nDisallow: /x\nAllow: /x/y\nCrawl-delay: 2\n")
    assert Rules.of(rules.plain()) == rules
    assert Rules.of(EVERYTHING.plain()) == EVERYTHING
