from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.text.fold import Token, Tokens, fold


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("SpaceX LEASES Colossus", ["spacex", "leases", "colossus"]),
        ("Crédit Agricole, Société Générale", ["credit", "agricole", "societe", "generale"]),
        ("cafe\u0301", ["cafe"]),
        ("ＮＶＩＤＩＡ １００", ["nvidia", "100"]),
        ("ﬁling", ["filing"]),
        ("Col\u200bos\u00adsus", ["colossus"]),
        ("SpaceX’s and SpaceX's and SPACEX＇S", ["spacex", "and", "spacex", "and", "spacex"]),
        ("the companies' deal", ["the", "companies", "deal"]),
        ("“all‑stock” all-stock all–stock", ["all", "stock"] * 3),
        ("Ørsted Łódź Æon straße", ["orsted", "lodz", "aeon", "strasse"]),
        ("NVIDIA™ Colossus² 8-K", ["nvidia", "colossus", "8", "k"]),
        ("AT&T $3-4bn 2.5%", ["at", "t", "3", "4bn", "2", "5"]),
        ("İstanbul ΣΊΣΥΦΟΣ", ["istanbul", "σισυφοσ"]),
        ("٣٤ ३४", ["34", "34"]),
        ("租赁 GPU计算", ["租", "赁", "gpu", "计", "算"]),
        ("हिन्दी", ["हिन्दी"]),
        ("don't 's", ["don", "t", "s"]),
        ("", []),
        (" —…\x00\ud800", []),
    ],
)
def test_what_a_reader_takes_for_the_same_word_is_the_same_word(written: str, words: list[str]) -> None:
    assert Tokens(written).words == words


def test_a_token_knows_where_it_stood_in_the_text_as_published() -> None:
    text = "½ ﬁlm cafe\u0301s SpaceX’s"
    tokens = list(Tokens(text))
    assert [text[t.start : t.end] for t in tokens] == ["½", "½", "ﬁlm", "cafe\u0301s", "SpaceX"]
    assert tokens[2] == Token("film", 2, 5)


_TEXTS = st.text(alphabet=st.one_of(st.characters(), st.sampled_from("aAé'’s -\u0301\u200bß½ﬁ™Ｗ計が")), max_size=60)


@given(_TEXTS)
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    folded = fold(text).text
    assert fold(folded).text == folded


@given(_TEXTS)
def test_every_token_points_at_text_that_folds_to_it(text: str) -> None:
    last = 0
    for token in Tokens(text):
        assert 0 <= last <= token.start + 1
        assert token.start < token.end <= len(text)
        assert token.folded in fold(text[token.start : token.end]).text
        last = token.start


@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=60))
def test_the_ascii_path_and_the_table_path_agree(text: str) -> None:
    assert Tokens(text).words == Tokens(text + " é").words[:-1]


@given(_TEXTS)
def test_case_makes_no_difference_to_ascii_letters(text: str) -> None:
    plain = text.encode("ascii", "ignore").decode()
    assert Tokens(plain.upper()).words == Tokens(plain.lower()).words
