from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from alertd.alerts.excerpt import MAX_BYTES, excerpt
from alertd.model import Event


def test_a_short_body_stays_as_it_is() -> None:
    event = Event(body="short " * 300)
    assert excerpt(event) is event


def test_a_long_body_is_cut_between_words_and_says_so() -> None:
    cut = excerpt(Event(body="word " * 1000))
    assert (cut.truncated, len(cut.body)) == (True, 1999)
    assert set(cut.body.split()) == {"word"}


def test_a_body_without_spaces_is_cut_between_characters() -> None:
    assert excerpt(Event(body="計" * 1000)).body == "計" * 666


@given(st.text(alphabet=st.sampled_from("ab é計😀\n"), min_size=300, max_size=1500))
def test_an_excerpt_is_the_beginning_of_the_body_and_never_too_long(body: str) -> None:
    cut = excerpt(Event(body=body * 3)).body
    assert (body * 3).startswith(cut)
    assert len(cut.encode()) <= MAX_BYTES
