from __future__ import annotations

import pytest

from alertd.text.fold import split_words
from alertd.text.lead import lead_words


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", 60),
        ("A short note.", 60),
        ("LONDON, Jan. 5 (Example Wire) - " + "word " * 20 + "ends. Next one. Then another.", 60),
        ("First " + "word " * 69 + "ends. Second " + "word " * 9 + "ends. Third.", 82),  # two long sentences
        ("First " + "word " * 300 + "ends.", 120),  # one that does not end
        ("\n\n\n" * 50_000, 60),
        ("x" * 300_000, 60),
        ("." * 300_000, 60),
    ],
)
def test_a_lead_is_two_sentences_or_sixty_words_and_never_more_than_a_hundred_and_twenty(
    body: str, words: int
) -> None:
    assert lead_words(body) == words


def test_a_lead_of_two_sentences_ends_where_the_second_does() -> None:
    told = "Vega Grid " + "really " * 40 + "leases it. Lumen Labs " + "surely " * 40 + "pays."
    assert lead_words(told + " Vega Grid was founded in 1999.") == len(split_words(told))
