from __future__ import annotations

import pytest

from alertd.rules.pattern import BadPattern, check_pattern


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
        ("(", "not a pattern that RE2 reads: missing )"),
        ("[z-a]", "not a pattern that RE2 reads"),
        ("a" * 1001, "more than 1000"),
    ],
)
def test_a_pattern_that_re2_cannot_run_is_refused_with_the_reason(pattern: str, message: str) -> None:
    with pytest.raises(BadPattern) as refused:
        check_pattern(pattern)
    assert message in str(refused.value)


@pytest.mark.parametrize("pattern", [r"\bmerger\b", "(a+)+$", ".*merger.*acqui.*deal", "é{3}", "a{1000}", r"\pL+"])
def test_a_sound_pattern_is_accepted(pattern: str) -> None:
    check_pattern(pattern)
