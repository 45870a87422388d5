"""Who doubts it in words of his own: by who speaks, by the verb, and by what is said, beside good news and bad."""

from __future__ import annotations

import pytest

from alertd.model import Event
from alertd.research.against import DOUBTED, contrarian
from alertd.research.doubted import is_doubt
from alertd.research.exposure import gather
from alertd.research.material import Sign
from alertd.research.risks import risks
from alertd.research.said import told
from tests.research.making import graph, lease

GOOD: Sign = 1
BAD: Sign = -1


@pytest.mark.parametrize(
    "sentence",
    [
        "Some investors question whether the tenant can pay.",
        "Several shareholders voiced concerns about the price.",
        "Two of the largest holders balked at the terms.",
        "Analysts doubt that the savings will come.",
        "Investors were unimpressed and sold the shares.",
        "Ana Lindholm, who manages a fund at Corven, is not persuaded by the figures.",
        "Economists warn that demand for power is slowing.",
        "Not everyone is convinced.",
        "Lenders remain wary of the group after its last purchase.",
        "Rivals dispute that the chip is as fast as it is said to be.",
    ],
)
def test_who_stands_outside_doubts_by_the_verb_alone(sentence: str) -> None:
    assert is_doubt(sentence, GOOD)


@pytest.mark.parametrize(
    "sentence",
    [
        "Skeptics note that the tenant has lost money in each of its years.",
        "Critics say the price leaves no room for error.",
        "Short sellers argue that the company books its sales early.",
        "That is a stretch, say sceptics.",
    ],
)
def test_who_is_against_it_by_his_name_is_against_it_whatever_he_says(sentence: str) -> None:
    assert is_doubt(sentence, GOOD)


@pytest.mark.parametrize(
    "sentence",
    [
        "“The sums do not add up,” said Maria Holt, an analyst at Brenner & Co.",
        '"It is a lot of money for a firm that has never earned any," Tom Reyes of Alder Capital said.',
        "Brenner analyst Maria Holt said the target looked too ambitious.",
        "Analysts at Brenner called the price expensive.",
        "According to analysts at Corven, the revenue is unlikely to arrive before 2029.",
        '"You pay for growth that may be years away," one shareholder said.',
    ],
)
def test_what_somebody_says_is_a_doubt_if_it_takes_away_from_good_news(sentence: str) -> None:
    assert is_doubt(sentence, GOOD)


@pytest.mark.parametrize(
    "sentence",
    [
        "Analysts said the fall was overdone.",
        "“The lost output can be made up within a month,” said Maria Holt, an analyst at Brenner.",
        "Bulls argue that the fine is small beside its cash.",
        "Tom Reyes of Alder Capital sees a buying opportunity.",
        "Some analysts doubt that the outage matters by the end of the year.",
        "Investors dismissed the claims.",
        "Lawyers said the award is likely to be reduced by the next court.",
    ],
)
def test_what_somebody_says_is_a_doubt_if_it_makes_bad_news_smaller(sentence: str) -> None:
    assert is_doubt(sentence, BAD)


@pytest.mark.parametrize(
    "sentence",
    [
        "Management conceded that margins would suffer for two years.",
        "Vega Grid itself cautioned that the first rent comes late.",
        "It remains to be seen whether the plant opens in time.",
        "Doubts remain over the supply of power.",
        "The forecast assumes that prices stay where they are.",
    ],
)
def test_who_speaks_against_himself_and_what_nobody_says_takes_away_from_good_news_alone(sentence: str) -> None:
    assert is_doubt(sentence, GOOD)
    assert not is_doubt(sentence, BAD)


@pytest.mark.parametrize(
    ("sentence", "sign"),
    [
        ("Analysts expect sales of $3 billion this year.", GOOD),
        ('"There is nothing like it on the market," said Maria Holt, an analyst at Brenner & Co.', GOOD),
        ("The company said it will build the plant in Ohio.", GOOD),
        ("Analysts at Brenner raised their price target to $40.", GOOD),
        ('"We are delighted," said Tom Reyes, chief executive of Vega Grid.', GOOD),
        ("Investors welcomed the deal.", GOOD),
        ("Some customers will move in June.", GOOD),
        ("A session of questions and answers follows the call.", GOOD),
        ("The two firms said they would work together.", GOOD),
        ("The bear market of last year is over.", GOOD),
        ("Analysts said the loss could grow.", BAD),
        ("Analysts warn that more such failures may follow.", BAD),
        ("Analysts doubt that it will be the last.", BAD),
        ("Critics say that it should have known.", BAD),
        ('"This is the worst quarter since 2009," said Maria Holt, an analyst at Brenner.', BAD),
        ("The company acknowledged that it had found errors.", BAD),
        ("It remains to be seen how large the damage is.", BAD),
    ],
)
def test_praise_plain_news_and_what_makes_bad_news_worse_are_no_doubt(sentence: str, sign: Sign) -> None:
    assert not is_doubt(sentence, sign)


@pytest.mark.parametrize(
    "text", ["Some analysts " * 280, "said " * 800, "A" * 4_000, "Aa Bb, " * 570, "Holt Aa, an " * 333]
)
def test_a_text_that_is_made_to_be_slow_is_none(text: str) -> None:
    assert not is_doubt(text, None)


def _against(event: Event, before: bool = False) -> list[str]:
    material = gather(event, {}, graph(), {})
    sizes = told(material.study)
    said = contrarian(material, sizes, risks(material, sizes) if before else ())
    return [ground.evidence.quote for one in said if one.text == DOUBTED for ground in one.grounds if ground.evidence]


def test_a_note_quotes_the_doubts_of_others_and_not_those_of_long_ago() -> None:
    doubt = "Some investors question whether the tenant can pay."
    body = f"The lease runs for 15 years. {doubt} In 2021 analysts doubted that it would ever be built."
    assert _against(lease(body=body, terms=[])) == [doubt]


def test_what_a_risk_quotes_is_told_as_a_doubt_only_where_nothing_else_speaks_against_it() -> None:
    warned = "Analysts warn that the tenant may lose its backers."
    assert _against(lease(body=f"The lease runs long. {warned}", terms=[]), before=True) == [warned]
    other = "Some investors question whether the tenant can pay."
    assert _against(lease(body=f"The lease runs long. {warned} {other}", terms=[]), before=True) == [other]
