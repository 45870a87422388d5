"""The compiled core finds, folds and places what Python does: in every script, in threads, while terms change."""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations, product
from pathlib import Path
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.text import core
from alertd.text.core import CORE, CoreTerms, CoreTokens
from alertd.text.dictionaries import Dictionaries
from alertd.text.fold import ASCII, Tokens, fold_character, fold_text
from alertd.text.scan import Term, TermScanner, make_term
from tests.text.tables import BOTH, WITHOUT, MakeTable, places

pytestmark = WITHOUT
if CORE:
    from alertd.text import _core

    FOLDS = _core.Folds(ASCII, fold_character)

_ODD = (
    "aAzZ09 .-'’‘`sS\u0301\u0345\u200b\u00ad\ufeff\u2060ßẞſİıŉǆﬁﬃŒøđþΣςΐἀᾳ½²™①㎏Ⅳ𝐀計が한ก้ไหมक्षि٣\ufdfa"
    "\ud800\udfff\x00\x1c\x85\u2028\u3000Ｗ＇\ufe0f\U000e0100"
)
_TEXTS = st.text(alphabet=st.one_of(st.characters(), st.sampled_from(_ODD)), max_size=80) | st.lists(
    st.sampled_from([*_ODD, "’s ", "'s'", "'S ", "e\u0301\u0323", "lease", "Café", "filings of long words"])
).map("".join)
_WORD = st.sampled_from(
    ["a", "b", "lease", "Leases", "cut", "the", "of", "Ä", "b’s", "計算", "straße", "İl", "ﬁling", "x" * 7, "y" * 8,
     "z" * 15, "w" * 16, "v" * 17, "한국어", "supercomputers", "é" * 9, "\U00010428"]
)  # fmt: skip
_TERM = st.builds(
    lambda words, exact: make_term(" ".join(words), exact=exact), st.lists(_WORD, max_size=5), st.booleans()
)
_TEXT = st.lists(_WORD | _TEXTS, max_size=20).map(" ".join)


def same(text: str) -> None:
    """Insist that the core reads a text as Python does."""
    field, tokens = FOLDS.read(text), Tokens(text)
    assert field.words() == tokens.words
    assert len(field) == len(tokens)
    assert field.places() == tokens.places
    for first in range(0, len(tokens), 1 + len(tokens) // 7):
        for last in (first, len(tokens) - 1):
            assert field.span(first, last) == tokens.span(first, last)


@given(_TEXTS)
def test_the_core_folds_and_places_every_text_as_python_does(text: str) -> None:
    same(text)


def test_the_core_takes_apostrophes_as_python_does_however_they_stand() -> None:
    for size in range(1, 7):
        for text in product("xs' ", repeat=size):
            same("".join(text))


def test_the_core_folds_every_character_there_is_as_python_does() -> None:
    for start in range(0, sys.maxunicode + 1, 4_096):
        page = map(chr, range(start, start + 4_096))
        known = [c for c in page if unicodedata.category(c) not in ("Cn", "Co", "Cs")]
        if known:
            text = "x".join(known) + " " + " ".join(known) + "".join(known)
            assert FOLDS.read(text).words() == fold_text(text).split()
    assert FOLDS.memory() < 8_000_000


@pytest.mark.parametrize("size", [1, 7, 8, 9, 15, 16, 17, 63, 64, 65])
def test_words_of_every_length_are_told_apart_by_their_last_letter(size: int) -> None:
    scanner = TermScanner([f"={'q' * (size - 1)}{last}" for last in "abc"], CoreTerms())
    found = scanner.scan("", f"{'q' * (size - 1)}b {'q' * size}c")
    assert found.body == {f"={'q' * (size - 1)}b"}


def hash_of(word: str) -> int:
    """Give the hash by which the core looks for a word (c/words.c)."""
    written, found = word.encode(), 0
    parts = [int.from_bytes(written[at : at + 8], "little") for at in range(0, len(written), 8)]
    for part in (*parts, len(written)):
        found = ((found ^ part) * 0x9E3779B97F4A7C15) & 0xFFFF_FFFF_FFFF_FFFF
        found ^= found >> 32
    return found & 0xFFFF_FFFF


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hmncydp", "dzwlgnw"),
        ("dqrzxfbj", "vkfcpnrl"),
        ("vgrclwypgbwlvwtkqnvp", "xvnyxpbtxvggwcmvhkjd"),
    ],
)
def test_words_that_have_one_hash_are_told_apart(one: str, other: str) -> None:
    assert hash_of(one) == hash_of(other)
    scanner = TermScanner([f"={one}", f"={other} of {one}"], CoreTerms())
    assert scanner.scan(other, one).terms() == {f"={one}"}
    assert scanner.scan(f"{one} of {one}", "").terms() == {f"={one}"}
    scanner.add(f"={other}")
    assert scanner.scan(other, "").title == {f"={other}"}
    scanner.remove(f"={one}")
    assert scanner.scan(f"{other} of {one}", "").title == {f"={other}", f"={other} of {one}"}
    scanner.remove(f"={other} of {one}")
    assert scanner.scan(one, other).terms() == {f"={other}"}


@given(_TEXT, _TEXT, st.lists(_TERM, max_size=12), st.lists(st.tuples(st.booleans(), _TERM), max_size=25))
def test_the_core_finds_what_the_dictionaries_find_while_terms_come_and_go(
    title: str, body: str, first: list[Term], steps: list[tuple[bool, Term]]
) -> None:
    scanners = [TermScanner(first, CoreTerms()), TermScanner(first, Dictionaries())]
    left = list(first)
    before = scanners[0].scan(title, body)
    expected = scanners[1].scan(title, body)
    for adding, term in steps:
        if not adding and term not in left:
            continue
        (left.append if adding else left.remove)(term)
        for scanner in scanners:
            (scanner.add if adding else scanner.remove)(term)
    here, there = (scanner.scan(title, body) for scanner in scanners)
    every = {*first, *left, *(term for _, term in steps)}
    for mine, theirs in ((here, there), (before, expected)):  # what was read before the changes stays as it was
        assert (mine.title, mine.body) == (theirs.title, theirs.body)
        for name in ("title", "body"):
            assert mine.tokens(name).words == theirs.tokens(name).words
            assert mine.tokens(name).capitals == theirs.tokens(name).capitals
            for end in (0, 1, 3, 1_000):
                assert mine.beginning(name, end) == theirs.beginning(name, end)
            for term in every:
                assert mine.positions(name, term) == theirs.positions(name, term)
                assert places(mine, name, term, 3) == places(theirs, name, term, 3)
    for term in list(left):
        scanners[0].remove(term)
    table = scanners[0].table
    assert isinstance(table, CoreTerms)
    assert {size for name, size in table.sizes().items() if name != "bytes"} == {0}


def test_terms_of_one_spelling_go_in_any_order() -> None:
    terms = ["lease", "leases", "=lease", "=leases"]
    for going in permutations(terms):
        scanners = [TermScanner(terms, CoreTerms()), TermScanner(terms, Dictionaries())]
        for term in going:
            for scanner in scanners:
                scanner.remove(term)
            here, there = (scanner.scan("Leases", "a lease, leased leases, leasess").terms() for scanner in scanners)
            assert here == there


def test_a_long_phrase_in_a_text_that_repeats_its_word_is_found_at_every_place() -> None:
    term = " ".join(["buffalo"] * 300)
    found = TermScanner([term, "buffalo buffalo"], CoreTerms()).scan("", "Buffalo " * 1_000)
    assert found.positions("body", term) == [(i, i + 299) for i in range(701)]
    assert len(found.positions("body", "buffalo buffalo")) == 999


def test_terms_that_come_and_go_leave_no_memory_behind() -> None:
    table = CoreTerms()
    scanner = TermScanner(["the one that stays"], table)

    def turn() -> int:
        for number in range(2_000):
            scanner.add(f"word{number} of a very long kind indeed{number}")
        for number in range(2_000):
            scanner.remove(f"word{number} of a very long kind indeed{number}")
        return table.sizes()["bytes"]

    assert turn() == turn()
    assert scanner.scan("", "the one that stays").body == {"the one that stays"}


def test_threads_read_long_texts_while_terms_change() -> None:
    scanner = TermScanner(["lease", "compute lease"], CoreTerms())
    text = "A compute lease and a word. " * 2_000
    stop = Event()

    def change() -> int:
        turns = 0
        while not stop.is_set():
            for number in range(50):
                scanner.add(f"word{number} of a kind")
            for number in range(50):
                scanner.remove(f"word{number} of a kind")
            turns += 1
        return turns

    def read() -> int:
        return sum(len(scanner.scan("", text).positions("body", "compute lease")) for _ in range(40))

    with ThreadPoolExecutor(4) as pool:
        changing = pool.submit(change)
        assert [one.result() for one in [pool.submit(read) for _ in range(3)]] == [80_000] * 3
        stop.set()
        assert changing.result() > 0


def test_the_words_of_a_field_are_read_once_and_keep_what_they_need() -> None:
    found = TermScanner(["lease"], CoreTerms()).scan("A “Lease”", "")
    tokens = found.tokens("title")
    assert isinstance(tokens, CoreTokens)
    assert tokens is found.tokens("title")
    assert tokens.words is tokens.words
    assert [token.folded for token in tokens] == ["a", "lease"]
    with pytest.raises(AttributeError, match="nothing"):
        tokens.nothing  # noqa: B018
    with pytest.raises(IndexError, match="no such word"):
        tokens.span(0, 2)


def test_a_term_that_the_core_does_not_have_cannot_be_dropped() -> None:
    table = CoreTerms()
    table.put("lease", [], ("lease", "leases"))
    for term, head in (("leases", []), ("lease", ["compute"]), ("lease", ["of"] * 50)):
        with pytest.raises(KeyError, match=term):
            table.drop(term, head, (term,))
    table.put("lease", [], ("lease", "leases"))  # what is there stays there once
    assert table.sizes()["terms"] == 1


@pytest.mark.parametrize(
    ("name", "head", "lasts", "error"),
    [
        (1, [], ("a",), TypeError),
        ("a", ("b",), ("a",), TypeError),
        ("a", [], ["a"], TypeError),
        ("a", [], (), TypeError),
        ("a", [1], ("a",), TypeError),
        ("a", [], ("b", 2), TypeError),
        ("a", ["two words"], ("a",), ValueError),
        ("a", [], ("b", ""), ValueError),
        ("a", [], ("b", "\ud800"), UnicodeEncodeError),
    ],
)
def test_what_is_no_term_is_refused_and_leaves_nothing(
    name: object, head: object, lasts: object, error: type[Exception]
) -> None:
    table = CoreTerms()
    with pytest.raises(error):
        table.put(name, head, lasts)  # type: ignore[arg-type]
    assert {size for what, size in table.sizes().items() if what != "bytes"} == {0}


@pytest.mark.parametrize(
    ("answer", "error"),
    [("x", TypeError), (("x",), TypeError), ((b"x", False), TypeError), (("x" * 64, False), ValueError)],
)
def test_a_fold_that_is_none_is_an_error_of_the_one_text(answer: object, error: type[Exception]) -> None:
    folds = _core.Folds(ASCII, lambda character: answer if character == "é" else (character, False))  # type: ignore[arg-type,return-value]
    with pytest.raises(error):
        folds.read("Café")
    assert folds.read("Cafü").words() == ["cafü"]


@pytest.mark.parametrize("ascii", [ASCII + b" ", ASCII[:-1], b"\xff" + ASCII[1:]])
def test_ascii_folds_to_ascii(ascii: bytes) -> None:
    with pytest.raises(ValueError, match="ascii"):
        _core.Folds(ascii, fold_character)


def python(code: str, asked: str | None, **more: str) -> subprocess.CompletedProcess[str]:
    """Run Python, as it would be with `ALERTD_CORE` set so."""
    env = {name: value for name, value in os.environ.items() if name != core.VARIABLE} | more
    if asked is not None:
        env[core.VARIABLE] = asked
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=False)


@pytest.mark.parametrize(("asked", "expected"), [("0", "False"), ("1", "True"), (None, "True"), ("", "True")])
def test_the_environment_says_whether_the_core_is_used(asked: str | None, expected: str) -> None:
    done = python("from alertd.text.core import CORE, missing; print(CORE, missing(), sep='|')", asked)
    said = "" if expected == "True" else "the compiled core is left out by ALERTD_CORE=0: Python reads"
    assert done.stdout.startswith(f"{expected}|{said}")
    assert done.stderr == ""


@pytest.mark.parametrize("other", ["INTERFACE = 0", "raise ImportError('no compiler was there')"])
def test_a_core_that_is_not_there_or_not_ours_is_left_unless_it_is_a_must(tmp_path: Path, other: str) -> None:
    """A module in its place that does not load, or is of another version: Python serves."""
    (tmp_path / "other.py").write_text(other)
    code = (
        "import sys, importlib.util as u; from pathlib import Path\n"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        return u.spec_from_file_location(name, {str(tmp_path / 'other.py')!r}) "
        "if name == 'alertd.text._core' else None\n"
        "sys.meta_path.insert(0, Finder())\n"
        "from alertd.text.core import missing\n"
        "from alertd.text.scan import TermScanner\n"
        "print(TermScanner(['lease']).scan('Leases', '').title, missing())"
    )
    done = python(code, None)
    assert done.stdout.startswith("{'lease'} the compiled core is not there: ")
    assert done.stderr == ""
    done = python(code, "1")
    assert done.returncode == 1
    assert "ImportError" in done.stderr


@pytest.mark.parametrize("table", BOTH)
def test_texts_longer_than_one_round_of_memory_are_read_whole(table: MakeTable) -> None:
    body = "Ünïcödé wörds — and plain ones. " * 20_000 + "A compute lease’s end"
    found = TermScanner(["compute lease", "unicode word"], table()).scan("", body)
    assert len(found.positions("body", "unicode word")) == 20_000
    ((start, end),) = places(found, "body", "compute lease", 5)
    assert body[start:end] == "compute lease"
