from __future__ import annotations

import pytest

from alertd.model import Event
from alertd.rules.logic import Reading, Scope
from alertd.rules.pattern import BadPattern, Pattern, check_pattern
from alertd.rules.world import World
from alertd.text.scan import TermScanner


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("", "empty"),
        (".*", "always hold"),
        ("a*|b", "always hold"),
        ("foo(?=bar)", "look-ahead"),
        ("foo(?!bar)", "negative look-ahead"),
        ("(?<=foo)bar", "look-behind"),
        ("(?<!foo)bar", "look-behind"),
        (r"(a)\1", "back-references"),
        ("(?P<x>a)(?P=x)", "back-references"),
        ("(?>a)", "atomic"),
        ("(a)(?(1)b)", "conditional"),
        ("a++", "repetition signs"),
        ("a{1001}", "1000 times"),
        ("((a{100}){100}){100}", "1000 times"),
        (r"(\pL\pN){500}\pL{500}", "too big"),
        (r"end\Z", r"\Z"),
        (r"\k<a>", "back-references"),
        (r"(?P<a>x)\2", "back-references"),
        ("(?R)", "recursion"),
        ("(?&a)", "recursion"),
        ("a(?#why)", "comments"),
        ("(?x) a b", "(?x)"),
        (r"\u20ac", r"\u"),
        ("(?<n", "named group"),
        ("(?P<n", "named group"),
        ("a{3,2}", "`{3,2}` ends below"),
        (r"\x{110000}", "invalid escape sequence"),
        (r"\C", r"\C"),
        (r"a\\\C", r"\C"),
        (r"\b", "always hold"),
        (r"(?m)^|$", "always hold"),
        (r"x|\b", "always hold"),
        (r"\B", "always hold"),
        ("()", "always hold"),
        (r"(.{1,30}){30}z", "too big"),
        (r"(\w{1,25}\s?){40}z", "too big"),
        ("(", "not a pattern that RE2 reads: missing )"),
        ("[z-a]", "not a pattern that RE2 reads"),
        ("a" * 1001, "more than 1000"),
    ],
)
def test_a_pattern_that_re2_cannot_run_is_refused_with_the_reason(pattern: str, message: str) -> None:
    with pytest.raises(BadPattern) as refused:
        check_pattern(pattern)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    "pattern",
    [
        r"\bmerger\b",
        "(a+)+$",
        ".*merger.*acqui.*deal",
        "é{3}",
        "a{1000}",
        r"\pL+",
        r"\\C",
        "(?<n>x)",
        r"(?i)\b(terminat|cancel)\w*\b.{0,200}\b(lease|contract)s?\b",
    ],
)
def test_a_sound_pattern_is_accepted(pattern: str) -> None:
    check_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "body", "words"),
    [
        (r"\$\d+bn", "for $3bn or $4bn", ["$3bn", "$4bn"]),
        ("(?i)LEASE", "a Lease", ["Lease"]),
        (r"x*y|\bz*", "a z xxy", ["z", "xxy"]),
        ("é+", "caféé", ["éé"]),
        ("[^a]", "a\ud800a", ["\ud800"]),
    ],
)
def test_a_pattern_shows_what_it_found(pattern: str, body: str, words: list[str]) -> None:
    found = Pattern((pattern,)).result(_reading(body), Scope(World()))
    assert [body[e.start : e.end] for e in found.evidence] == words


@pytest.mark.parametrize("pattern", ["(a+)+$z", "(a|aa)+z", ".*a.*a.*a.*az", "[ab]*a[ab]{13}z", "(a?){200}a{200}z"])
def test_a_pattern_that_explodes_elsewhere_runs_in_linear_time(pattern: str) -> None:
    check_pattern(pattern)
    assert Pattern((pattern,)).result(_reading("a" * 60_000), Scope(World())).truth is False


def _reading(body: str) -> Reading:
    return Reading(Event(body=body), TermScanner().scan("", body))
