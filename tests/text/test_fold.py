from __future__ import annotations

import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.text import fold as fold_module
from alertd.text.fold import Token, Tokens, fold, fold_text, split_words


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
        ("‘S&P’s’ ’s&p’", ["s", "p", "s", "p"]),
        ("e\u0301\u0323tat \u0301x", ["etat", "x"]),
        ("İSTANBUL istanbul ıstanbul", ["istanbul"] * 3),
        ("STRASSE Straße STRAẞE", ["strasse"] * 3),
        ("ﬀ ﬃ ﬅ Ǆ", ["ff", "ffi", "st", "dz"]),
        ("Ⅳ ① ㎏ 𝐀𝐈", ["iv", "1", "kg", "ai"]),
        ("co\u2010op co\u2011op co\u2212op co－op", ["co", "op"] * 4),
        ("a\u00a0b\u3000c\td\ne", ["a", "b", "c", "d", "e"]),
        ("\ufeffNVDA\u200d\u2060x", ["nvdax"]),
        ("a\ud800b \udfffc", ["a", "b", "c"]),
        ("한국 SK하이닉스", [unicodedata.normalize("NFD", word) for word in ("한국", "sk하이닉스")]),
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
def test_folding_what_is_folded_finds_the_same_words(text: str) -> None:
    folded = fold_text(text)
    assert split_words(folded) == folded.split()


@given(_TEXTS)
def test_the_fast_path_and_the_one_that_keeps_the_way_back_give_the_same_words(text: str) -> None:
    assert [token.folded for token in Tokens(text)] == fold(text).text.split() == split_words(text)


@given(_TEXTS)
def test_every_folded_character_leads_back_to_one_of_the_text_in_order(text: str) -> None:
    folded = fold(text)
    spans = [folded.span(i, i + 1) for i in range(len(folded.text))]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)


@given(_TEXTS, st.sampled_from(["NFC", "NFD"]))
def test_how_a_text_is_composed_makes_no_difference(text: str, form: Literal["NFC", "NFD"]) -> None:
    assert split_words(unicodedata.normalize(form, text)) == split_words(text)


def test_a_hundred_thousand_different_words_of_a_stranger_do_not_stay_in_memory() -> None:
    for start in range(0, 100_000, 1_000):
        split_words(
            " ".join(chr(0x4E00 + i % 20_000) + "é" * (i // 20_000) + "ß" for i in range(start, start + 1_000))
        )
    assert len(fold_module._TABLE) <= fold_module._CACHE_SIZE
    assert len(fold_module._RUNS) <= fold_module._CACHE_SIZE


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


@given(
    st.text()
    | st.lists(
        st.sampled_from(["a", "x1", "é", "e\u0301", "\u0301", " ", "ß", "ﬁ", "™", "’s", "日", "\u200b", "İ"])
    ).map("".join)
)
def test_the_places_of_all_words_are_those_of_each(text: str) -> None:
    tokens = Tokens(text)
    spans = [tokens.span(i, i) for i in range(len(tokens))]
    assert Tokens(text).places == ([start for start, _ in spans], [end for _, end in spans])


@given(
    st.text(alphabet=st.characters(max_codepoint=0x24F), max_size=60)
    | st.lists(st.sampled_from(["A", "a1", "9", "É", "e\u0301", " ", "-", "’s", "'S", "日", "\u200b", "Ω", "ω"])).map(
        "".join
    )
)
def test_a_word_with_a_capital_is_known_by_it(text: str) -> None:
    tokens = Tokens(text)
    for i, token in enumerate(tokens):
        written = text[token.start : token.end]
        if written.isascii():
            assert tokens.capitals.get(i, token.folded) == written
        elif any(map(str.isupper, written)):
            assert tokens.capitals[i].lower() == token.folded
