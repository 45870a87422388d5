"""What plain YAML values mean: as in YAML 1.2, and as a person on a desk would read them."""

from __future__ import annotations

from typing import Any

import pytest

from alertd.base.yaml import load_yaml


def load(text: str | bytes) -> Any:
    return load_yaml(text, "f.yaml").value


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        # Norway and the tickers: only lower-case true, false and null are special
        *[(word, word) for word in ("NO", "ON", "no", "on", "off", "yes", "Yes", "y", "TRUE", "True", "FALSE")],
        *[(word, word) for word in ("Null", "NULL", "None", "nan", ".nan", ".inf", "-.Inf")],
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        # numbers with leading zeros are names: a CIK, a phone number, a code
        ("0001652044", "0001652044"),
        ("0000320193", "0000320193"),
        ("00123", "00123"),
        ("-012", "-012"),
        ("00.5", "00.5"),
        # base 60, dates and separators were numbers in YAML 1.1
        ("22:30:00", "22:30:00"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("2026-03-31", "2026-03-31"),
        ("2026-03-31T07:30:00Z", "2026-03-31T07:30:00Z"),
        # numbers
        ("0", 0),
        ("7", 7),
        ("-7", -7),
        ("+7", 7),
        ("0.5", 0.5),
        (".5", 0.5),
        ("1.10", 1.1),
        ("1e3", 1000.0),
        ("0x1F", 31),
        ("0o17", 15),
        # what no machine number holds stays as written
        ("1e999", "1e999"),
        ("9" * 40, "9" * 40),
        ("9" * 400, "9" * 400),
        ("-", None),
        ("8-K", "8-K"),
        (">= 3%", ">= 3%"),
        ("500M", "500M"),
        ("=", "="),
    ],
)
def test_a_plain_value_means_what_it_says(written: str, meant: Any) -> None:
    if written == "-":
        assert load("a:\n  -\n") == {"a": [None]}
        return
    if written.startswith(">"):
        written = f"'{written}'"
    value = load(f"a: {written}\n")["a"]
    assert value == meant
    assert type(value) is type(meant)


def test_quoted_values_are_always_text() -> None:
    assert load("a: \"true\"\nb: '7'\nc: ''\nd: |\n  12\n") == {"a": "true", "b": "7", "c": "", "d": "12\n"}


def test_keys_are_always_text_as_written() -> None:
    assert load("1.10: a\n007: b\ntrue: c\nnull: d\nON: e\n") == {
        "1.10": "a",
        "007": "b",
        "true": "c",
        "null": "d",
        "ON": "e",
    }


def test_the_source_text_of_plain_values_is_kept() -> None:
    doc = load_yaml("a: [1.10, '1.10', 0x1F, text]\n", "f.yaml")
    assert [doc.raw(("a", i)) for i in range(5)] == ["1.10", None, "0x1F", "text", None]


def test_a_byte_order_mark_and_windows_line_ends_are_no_matter() -> None:
    doc = load_yaml(b"\xef\xbb\xbfa: 1\r\nb:\r\n  - c\r\n", "f.yaml")
    assert doc.value == {"a": 1, "b": ["c"]}
    assert doc.mark(("a",), key=True) == (1, 1)
    assert doc.mark(("b", 0)) == (3, 5)


def test_marks_point_at_keys_and_values() -> None:
    doc = load_yaml("é: 1\nb:\n  - c: d\n    ee: [f, g]\nempty:\nlast: x\n", "f.yaml")
    assert doc.mark(("é",), key=True) == (1, 1)
    assert doc.mark(("é",)) == (1, 4)
    assert doc.mark(("b", 0, "ee"), key=True) == (4, 5)
    assert doc.mark(("b", 0, "ee", 1)) == (4, 13)
    assert doc.mark(("empty",)) == (5, 1)  # an empty value stands where its key does
    assert doc.mark(("b", 7, "nothing")) == (3, 3)  # what is not there answers with what holds it


def test_a_version_line_for_1_2_is_fine() -> None:
    assert load("%YAML 1.2\n---\na: on\n") == {"a": "on"}


def test_tabs_inside_text_are_content() -> None:
    assert load('a: "x\ty"\nb: |\n  one\n  \ttwo\nc: d # a\tcomment\n') == {
        "a": "x\ty",
        "b": "one\n\ttwo\n",
        "c": "d",
    }


def test_long_lists_load() -> None:
    assert len(load("a:\n" + "  - b\n" * 50_000)["a"]) == 50_000
