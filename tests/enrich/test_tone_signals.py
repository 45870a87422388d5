"""What a sentence says in tone, by rules."""

from __future__ import annotations

import pytest

from alertd.enrich.tone_line import line_of, words_of
from alertd.enrich.tone_signals import signals_of
from alertd.enrich.tone_words import SELF, read, vocabulary


def said(text: str) -> float:
    return sum(signal.value for signal in signals_of(line_of(words_of(text))))


@pytest.mark.parametrize(
    "good",
    [
        "profit rose",
        "costs fell",
        "the loss narrows",
        "rise in sales",
        "lower costs",
        "cuts debt",
        "cost of sales decreased",
        "averts a strike",
        "no loss",
        "recovers from losses",
        "profit falls less than expected",
        "tops analysts' estimates",
        "raised to buy",
        "signs a new long-term contract",
        "operating profit was EUR 5.1 mn, compared to EUR 3.2 mn in 2008",
        "a profit of $2.5 mn against a loss of $1.5 mn",
        "net sales were EUR 41 mn, up from EUR 39 mn",
        "shares rise despite weak results",
        "profit fell but the outlook was raised",
        "posts record profit",
        "record demand for turbines",
        "record quarterly revenue",
        "wins early-warning contract",
        "is doing fine",
        "contracted revenue",
    ],
)
def test_good_news(good: str) -> None:
    assert said(good) > 0.2


@pytest.mark.parametrize(
    "bad",
    [
        "profit fell",
        "costs rose",
        "the loss widens",
        "drop in sales",
        "higher costs",
        "cuts 5,000 jobs",
        "not profitable",
        "gives up gains",
        "profit rises less than expected",
        "below analysts' expectations",
        "cut to sell",
        "operating profit was EUR 3.2 mn, compared to EUR 5.1 mn in 2008",
        "a loss of $1.5 mn against a profit of $2.5 mn",
        "shares fall despite strong results",
        "profit rose but the outlook was cut",
        "hit with record 1.2 billion euro fine",
        "posts record $6bn loss",
        "hit with record $2bn lawsuit",
        "fined record 4.3 billion euros",
        "takes record $3bn write-down",
        "to pay $348 million fine",
        "$9.3bn impairment",
        "lays off 4,000 support staff",
        "pauses share buyback",
        "drops daily weight-loss pill",
        "jury orders drugmaker to pay",
        "shares fall after profit-warning",
    ],
)
def test_bad_news(bad: str) -> None:
    assert said(bad) < -0.2


@pytest.mark.parametrize(
    "plain",
    [
        "the company is based in Turku",
        "the share capital was increased",
        "the record date is in May",
        "start-up funds set up in 2008",
        "a missile-warning satellite",
        "a weight-loss drug",
        "sales were EUR 5.1 mn in 2008 and EUR 5.1 mn compared to EUR 5.1 mn",
    ],
)
def test_what_says_nothing(plain: str) -> None:
    assert abs(said(plain)) < 0.2


def test_a_hedge_a_question_and_small_words_weaken_and_strong_words_strengthen() -> None:
    plain = said("profit rose")
    assert 0 < said("profit could rise") < plain
    assert 0 < said("will profit rise?") < plain
    assert 0 < said("profit rose slightly") < plain
    assert said("profit rose sharply") > plain


def test_numbers_of_months_and_years_are_no_figures_to_compare() -> None:
    assert said("sales in 9 months of 2009 compared to 2008") == pytest.approx(0.1)


def test_the_longer_phrase_counts() -> None:
    assert line_of(words_of("better than expected")).words == ["better_than_expected"]
    assert line_of(["cut", SELF, "to", "sell"]).words == ["cut", SELF, "to", "sell"]


def test_written_forms_of_a_possessive_are_one_word() -> None:
    assert words_of("Acme's profit") == words_of("Acme’s profit") == words_of("Acme 's profit") == ["acme", "profit"]


def test_a_word_that_is_written_out_counts_before_an_inflection() -> None:
    words = read("up 1: climb*\ndown 1: climbs\n").words
    assert words["climbs"].kind == "down"
    assert words["climbed"].kind == "up"


@pytest.mark.parametrize(("text", "fault"), [("good 1: a\nbad 1: a", "twice"), ("odd 1: a", "no kind")])
def test_a_faulty_vocabulary_is_refused(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        read(text)


def test_the_vocabulary_is_there() -> None:
    assert len(vocabulary().words) > 2_000
