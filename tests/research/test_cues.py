"""Sentences as real news has them: which cue each shows, and which sentences only look like it."""

from __future__ import annotations

import pytest

from alertd.research.cues import AGAINST, RISKS, UNSAID, Cues
from alertd.research.passages import first_cue
from alertd.research.prose import Spoken


def cue_of(sentence: str, cues: Cues = RISKS) -> str:
    """Give the name of the first cue that a sentence shows; empty if it shows none."""
    found = first_cue(Spoken(sentence, 0, len(sentence)), cues)
    return found[0].name if found is not None else ""


@pytest.mark.parametrize(
    "sentence",
    [
        "The bonds will be listed in London and will be issued in denominations of 1,000 pounds.",
        "It is raising 250 million dollars via an offering of mortgage bonds due 2017 yielding 9.40 percent.",
        "The agency cut to AA-minus from AA the rating of its senior debt.",
        "Federal Home Loan Mortgage Corp named two directors on Thursday.",
        "He heads the foreign debt department of the central bank.",
        "It made a shelf registration so that it can issue debt securities at any time.",
    ],
)
def test_a_bond_that_is_issued_or_rated_is_no_money_owed(sentence: str) -> None:
    assert cue_of(sentence) not in ("indebted", "owed")


@pytest.mark.parametrize(
    "sentence",
    [
        "The group has net debt of $9.3 billion.",
        "It means to repay a bond of 1.25 billion euros that falls due in June 2027.",
        "Bonds worth 1.1 billion euros fall due on 30 June.",
        "The lenders can ask for their money back at once.",
        "It owes 35 million pounds to its suppliers.",
        "The carrier borrowed 40 million dollars to keep flying.",
    ],
)
def test_money_that_is_owed_or_has_to_be_found_is_a_risk(sentence: str) -> None:
    assert cue_of(sentence) in ("indebted", "owed")


@pytest.mark.parametrize(
    "sentence",
    [
        "The airline and its flight attendants union reached a new labor deal.",
        "The union president spoke to reporters in Detroit.",
        "The Credit Union National Association welcomed the plan.",
        "UNION, N.J., March 12 - The builder has contracted to acquire a rival.",
        "It said it resolved a dispute with the staff of the regulator.",
        "The shares changed hands in thin volume on Monday.",
    ],
)
def test_a_union_that_agrees_or_is_only_named_is_nobody_against_it(sentence: str) -> None:
    assert cue_of(sentence) != "opposed"


@pytest.mark.parametrize(
    "sentence",
    [
        "The pilots union voted to strike over the plan.",
        "The union said it would fight job cuts and rejected the offer.",
        "Minority shareholders objected to the price.",
        'The largest holder called the price "thin" on Friday.',
    ],
)
def test_who_opposes_is_found(sentence: str) -> None:
    assert cue_of(sentence) == "opposed"


@pytest.mark.parametrize(
    "sentence",
    [
        "Officials at the buyer could not be reached for immediate comment.",
        "Its risk-based capital was 11.02 percent at that date.",
        "The rate increase reduces a key component of financial risk.",
        "The depositions may or may not include those of its officers.",
        "The chief risk officer retires in May.",
    ],
)
def test_what_is_no_doubt_about_the_event(sentence: str) -> None:
    assert cue_of(sentence) != "doubt"


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("It takes a charge of about 700,000 dollars for the plant.", "costly"),
        ("He pleaded guilty to a charge of fraud on Monday.", "liable"),
        ("The results investigate the potential of the drug.", ""),
        ("The agency opened an investigation into its sales.", "liable"),
        ("It is entitled to 16.85 percent of its 30 million issued shares.", ""),
        ("One buyer takes 38 percent of its output.", "leaning"),
        ("He leads the group of banks pending deregulation.", ""),
        ("Some 900 suits are pending in Texas.", "liable"),
    ],
)
def test_words_of_courts_and_shares_are_read_by_what_stands_beside_them(sentence: str, name: str) -> None:
    assert cue_of(sentence) == name


@pytest.mark.parametrize(
    "sentence",
    [
        "It said the certificates will be classified as promissory notes with no interest.",
        "It said they may buy more stock and have no plans to seek control.",
        "It would not say if it had held talks with the board.",
        "He said it did not disclose the terms.",
        "The board asked holders to postpone whether to accept or reject the offer.",
        "The office denied the rival's petition for a review.",
        "It will be delisted unless it meets the listing criteria, and if it meets the bid price.",
    ],
)
def test_what_denies_nothing(sentence: str) -> None:
    assert cue_of(sentence, AGAINST) not in ("denied", "says_not")


@pytest.mark.parametrize(
    "sentence",
    [
        "Vega Grid rejects the claim and demands what it says is overdue.",
        "The maker denied all the allegations.",
        "The company said it has no liability under the suit.",
        "It intends to vigorously contest the action.",
        "It said that its own systems are not at fault.",
    ],
)
def test_a_denial_has_its_negation_beside_the_verb(sentence: str) -> None:
    assert cue_of(sentence, AGAINST) in ("denied", "says_not")


@pytest.mark.parametrize(
    "sentence",
    [
        "The debt problem will continue to hang over the industry.",
        "It plans to keep the headquarters in Akron.",
        "He remains chairman and chief executive officer.",
        "The safety of the drug has not been established.",
        "Federal Deposit Insurance Corp said three banks were merged.",
        "This move will add to its resume.",
        "There is only a small universe of people who want it.",
        "The contract covers production through 1990.",
        "Revenue depends on how the bank keeps its headquarters in the city.",
    ],
)
def test_a_single_word_tells_neither_that_it_is_softened_nor_that_nothing_changed(sentence: str) -> None:
    assert cue_of(sentence, AGAINST) not in ("softened", "unchanged")


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("The group keeps its dividend of 1.20 euros a share.", "unchanged"),
        ("Guidance for 2026 excludes the charge and is kept.", "unchanged"),
        ("Shipments are in line with plan.", "unchanged"),
        ("Stock levels at its shops are normal.", "unchanged"),
        ("Orders for the newest chip were fully intact.", "unchanged"),
        ("The recall is covered by insurance above 5 million dollars.", "softened"),
        ("Bramble's insurance covers losses beyond 25 million dollars.", "softened"),
        ("Cash was not affected.", "softened"),
        ("Flights resumed on Monday.", "softened"),
    ],
)
def test_what_softens_it_or_leaves_it_as_it_was_is_found_by_its_phrase(sentence: str, name: str) -> None:
    assert cue_of(sentence, AGAINST) == name


@pytest.mark.parametrize(
    "sentence",
    [
        "The spokesman declined to comment on the report.",
        "Officials could not be reached for immediate comment.",
        "It would not say who asked for it.",
        "The company said it has not yet seen the lawsuit.",
    ],
)
def test_who_does_not_say_leaves_it_open(sentence: str) -> None:
    assert cue_of(sentence, UNSAID) == "unsaid"


@pytest.mark.parametrize(
    "sentence", ["The agency declined to approve the drug.", "He spoke from an undisclosed location in Ohio."]
)
def test_who_declines_something_else_leaves_nothing_open(sentence: str) -> None:
    assert cue_of(sentence, UNSAID) == ""
