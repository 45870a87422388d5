from __future__ import annotations

import pytest

from alertd.text.inflect import forms


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("lease", {"leases", "leased", "leasing"}),
        ("sublease", {"subleases", "subleased", "subleasing"}),
        ("terminate", {"terminates", "terminated", "terminating"}),
        ("acquire", {"acquires", "acquired", "acquiring"}),
        ("reclaim", {"reclaims", "reclaimed", "reclaiming"}),
        ("rally", {"rallies", "rallied", "rallying"}),
        ("quiz", {"quizes"}),
        ("echo", {"echos", "echoes", "echoed", "echoing"}),
        ("play", {"plays", "played", "playing"}),
        ("fix", {"fixes", "fixed", "fixing"}),
        ("eye", {"eyes", "eyed", "eyeing"}),
        ("dispute", {"disputes", "disputed", "disputing"}),
        ("cut", {"cuts", "cutting"}),
        ("plan", {"plans", "planned", "planning"}),
        ("company", {"companies"}),
        ("deny", {"denies", "denied", "denying"}),
        ("buy", {"buys", "buying"}),
        ("cancel", {"cancels", "cancelled", "canceled", "cancelling", "canceling"}),
        ("offer", {"offers", "offered", "offering"}),
        ("tie", {"ties", "tied", "tying"}),
        ("agree", {"agrees", "agreed", "agreeing"}),
        ("breach", {"breaches", "breached", "breaching"}),
        ("tax", {"taxes", "taxed", "taxing"}),
        ("veto", {"vetoes", "vetos", "vetoed"}),
        ("merger", {"mergers"}),
        ("sue", {"sues", "sued", "suing"}),
    ],
)
def test_the_forms_of_a_word_follow_from_its_spelling(word: str, found: set[str]) -> None:
    assert found < set(forms(word))
    assert forms(word)[0] == word


@pytest.mark.parametrize("word", ["ai", "8k", "2026", "4bn", "計", "naïve", ""])
def test_tickers_numbers_and_other_scripts_stay_as_they_are(word: str) -> None:
    assert forms(word) == (word,)


@pytest.mark.parametrize(("written", "other"), [("news", "new"), ("leasing", "lease"), ("earnings", "earn")])
def test_nothing_is_undone(written: str, other: str) -> None:
    assert other not in forms(written)
