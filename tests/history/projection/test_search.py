"""What people type to search for: never an error of syntax, whatever it is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.history.projection.projector import Projector
from alertd.history.projection.query import AlertFilter
from alertd.history.projection.read import History
from alertd.history.projection.search import MOST, NotSearchable, expression
from tests.history.projection.past import Archive, card, event

TITLES = {
    "al_1": "Société Générale étend son offre à Zürich",
    "al_2": "Berkshire (BRK.B) buys more of $NVDA",
    "al_3": "Compute lease: Vega Grid and Lumen Labs in talks",
    "al_4": "Lumen's rivals compute the cost of a lease",
    "al_5": "AND OR NOT NEAR title:x",
}


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    archive = Archive()
    for name, title in TITLES.items():
        bare: dict[str, Any] = {
            "changes": [],
            "quotes": [],
            "companies": [],
            "holdings": [],
            "matches": [],
            "rules": ["r"],
        }
        archive.add(event(f"ev_{name}", card(name, title=title, **bare)))
    path = tmp_path_factory.mktemp("search") / "history.db"
    projector = Projector(path)
    projector.advance(archive)
    projector.close()
    return History(path)


@pytest.mark.parametrize(
    ("typed", "alerts"),
    [
        ("societe generale", ["al_1"]),
        ("ZURICH", ["al_1"]),
        ("Zu\u0308rich", ["al_1"]),
        ("$NVDA", ["al_2"]),
        ("nvda", ["al_2"]),
        ("BRK.B", ["al_2"]),
        ("brk/b", ["al_2"]),
        ("compute lease", ["al_3", "al_4"]),
        ('"compute lease"', ["al_3"]),
        ('"compute lease', ["al_3"]),
        ("lease -talks", ["al_4"]),
        ('lease -"in talks"', ["al_4"]),
        ("lum*", ["al_3", "al_4"]),
        ('"vega gr"*', ["al_3"]),
        ("lumen's", ["al_4"]),
        ("and or not near", ["al_5"]),
        ("title:x", ["al_5"]),
        ("( lease ) ^ + {", ["al_3", "al_4"]),
        ("lea", []),
        ("vega-grid", ["al_3"]),
    ],
)
def test_words_are_found(history: History, typed: str, alerts: list[str]) -> None:
    assert sorted(row["id"] for row in history.search(typed, AlertFilter())) == alerts


@pytest.mark.parametrize(
    "typed", ["", "  ", '""', "*", "-", "-lease", '-"in talks"', "…", "x" * (MOST + 1), "a " * 33]
)
def test_what_cannot_be_searched_for_is_refused_in_words(typed: str) -> None:
    with pytest.raises(NotSearchable, match=r"at least one word|too long|too many"):
        expression(typed)


@given(st.text(max_size=60) | st.text(alphabet="\"*-ab ():^+{}'\\NEARORT", max_size=60))
def test_nothing_that_is_typed_is_an_error_of_syntax(history: History, typed: str) -> None:
    try:
        expression(typed)
    except NotSearchable:
        return
    history.search(typed, AlertFilter())
    history.events(typed)
