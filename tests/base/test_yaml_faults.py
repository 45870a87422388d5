"""What a YAML file may not hold. Every fault has its place, and all of them come at once."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alertd.base.yaml import load_yaml
from alertd.errors import ConfigError


def faults(text: str | bytes) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_yaml(text, "f.yaml")
    return [str(f) for f in caught.value.faults]


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        pytest.param("a: 1\nb: 2\na: 3\n", "f.yaml:3:1", "key `a` is given twice (first in line 1)", id="duplicate"),
        pytest.param("x: {a: 1, 'a': 2}\n", "f.yaml:1:11", "given twice", id="duplicate, quoted"),
        pytest.param("a:\n\tb: 1\n", "f.yaml:2:1", "a tab cannot indent (use spaces)", id="tab"),
        pytest.param("a:\n  b: 1\n  \tc: 2\n", "f.yaml:3:3", "a tab cannot indent", id="tab after spaces"),
        pytest.param("a: [1,\n\t2]\n", "f.yaml:2:1", "a tab cannot indent", id="tab in a flow list"),
        pytest.param("a: &x [*x]\n", "f.yaml:1:4", "anchors (`&name`) are not supported", id="recursive anchor"),
        pytest.param("b: *nothing\n", "f.yaml:1:4", "aliases (`*name`) are not supported", id="alias"),
        pytest.param("a:\n  <<: {b: 1}\n", "f.yaml:2:3", "merge keys (`<<`) are not supported", id="merge key"),
        pytest.param("a: !!python/object:os.system ls\n", "f.yaml:1:4", "tags (`!name`)", id="python tag"),
        pytest.param("a: !!binary aGk=\n", "f.yaml:1:4", "tags (`!name`)", id="binary"),
        pytest.param("a: ! b\n", "f.yaml:1:4", "tags (`!name`)", id="bare tag"),
        pytest.param("%YAML 1.1\n---\na: on\n", "f.yaml:1:1", "% directives", id="YAML 1.1"),
        pytest.param("%TAG ! tag:x,2000:\n---\na: 1\n", "f.yaml:1:1", "% directives", id="tag directive"),
        pytest.param("a: 1\n---\nb: 1\n", "f.yaml:2:1", "a second document starts here", id="two documents"),
        pytest.param("? [a, b]\n: c\n", "f.yaml:1:3", "a list or mapping cannot be a key", id="list as key"),
        pytest.param("{{a: b}: c}\n", "f.yaml:1:2", "a list or mapping cannot be a key", id="mapping as key"),
        pytest.param("'': b\n", "f.yaml:1:1", "a key is missing before the `:`", id="empty key"),
        pytest.param("", "f.yaml", "the file is empty", id="empty"),
        pytest.param("# only a comment\n", "f.yaml", "the file is empty", id="only a comment"),
        pytest.param("a: b\x00c\n", "f.yaml:1:5", "character U+0000 cannot stand in a file", id="NUL"),
        pytest.param("a: b\x1bc\n", "f.yaml:1:5", "character U+001B", id="escape character"),
        pytest.param("a: b\u2028c\n", "f.yaml:1:5", "character U+2028", id="a line break that editors do not show"),
        pytest.param("a: b\ud800c\n", "f.yaml:1:5", "character U+D800", id="lone surrogate"),
        pytest.param('a: "b\\0c"\n', "f.yaml:1:4", "character U+0000 cannot stand in a text", id="escaped NUL"),
        pytest.param(b"a: 1\nb: \xff\n", "f.yaml:2:4", "byte 0xff is not UTF-8", id="invalid UTF-8"),
        pytest.param("a: 1\n".encode("utf-16"), "f.yaml:1:1", "byte 0xff is not UTF-8", id="UTF-16"),
        pytest.param("-\t- a\n", "f.yaml:1:2", "a tab cannot stand here (use spaces)", id="tab as a separator"),
        pytest.param("%FOO x\n---\na: 1\n", "f.yaml:1:5", "% directives", id="unknown directive"),
        pytest.param("%YAML 2.0\n---\na: 1\n", "f.yaml:1:1", "% directives", id="YAML 2.0"),
        pytest.param("a: >9x\n", "f.yaml:1:6", "the text starts in the next line", id="block header"),
        pytest.param("a: b: c\n", "f.yaml:1:5", "a second `: ` in one line", id="colon in text"),
        pytest.param("a: @x\n", "f.yaml:1:4", "a text cannot start with this character (put it in quotes)", id="@"),
        pytest.param("a: 'x\nb: 1\n", "f.yaml:1:4", "the quote that opens here is never closed", id="open quote"),
        pytest.param("a: [1, 2\nb: 3\n", "f.yaml:2:2", "`]` or a comma is missing", id="open list"),
        pytest.param("{p: ${X}}\n", "f.yaml:1:6", "`}` or a comma is missing", id="variable in a flow mapping"),
        pytest.param("a:\n  b: 1\n c: 2\n", "f.yaml:3:2", "does not line up", id="indentation"),
        pytest.param('a: "\\q"\n', "f.yaml:1:5", "unknown escape", id="escape"),
        pytest.param(
            "a: x\n<<<<<<< HEAD\nb: y\n=======\nb: z\n>>>>>>> x\n",
            "f.yaml:2:1",
            "a merge conflict is left here (keep one side",
            id="conflict",
        ),
        pytest.param("a: x\nb\nc: d\n", "f.yaml:3:1", "a key without `:`", id="key without colon"),
    ],
)
def test_a_trap_is_a_fault_with_its_place(text: str | bytes, place: str, words: str) -> None:
    [fault] = [f for f in faults(text) if words in f]
    assert fault.startswith(f"{place}: ")


def test_a_merge_conflict_is_all_that_is_said_of_its_lines() -> None:
    both = "<<<<<<< HEAD\r\nb: y\r\n=======\r\nb: z\r\n>>>>>>> x\r\n"
    assert [fault.partition(" (")[0] for fault in faults(f"{both}c: *x\n{both}")] == [
        "f.yaml:1:1: a merge conflict is left here",
        "f.yaml:7:1: a merge conflict is left here",
    ]


def test_arrows_inside_a_text_are_content() -> None:
    assert load_yaml("a: |\n  <<<<<<< HEAD\nb: '<<<<<<<'\n", "f.yaml").value["b"] == "<<<<<<<"


def test_all_faults_come_at_once_in_the_order_of_the_file() -> None:
    text = "a: 1\na: 2\nb: &x 1\nc: *x\nd: !!set {}\ne:\n  <<: {}\nf:\n\tg: 1\n"
    assert [f.split(": ", 1)[0] for f in faults(text)] == [
        "f.yaml:2:1",
        "f.yaml:3:4",
        "f.yaml:4:4",
        "f.yaml:5:4",
        "f.yaml:7:3",
        "f.yaml:9:1",
    ]


def test_every_line_with_a_tab_is_named() -> None:
    assert [f.split(" ", 1)[0] for f in faults("a:\n\tb: 1\n\tc: 2\nd: 'x\n\ty'\n")] == [
        "f.yaml:2:1:",
        "f.yaml:3:1:",
        "f.yaml:5:1:",
    ]


def test_a_flood_of_faults_is_cut_with_a_count() -> None:
    found = faults("a: 1\n" * 1000)
    assert len(found) == 101
    assert found[-1].endswith("and 899 more faults")


def test_messages_never_show_what_an_unquoted_password_may_be() -> None:
    canary = "hunter2canary"
    for text in (
        f"password: &{canary}\n",
        f"password: *{canary}\n",
        f"password: !{canary}\n",
        f"password: @{canary}\n",
        f"password: '{canary}\n",
        f"password: {canary}: x: y\n",
        f'password: "\\{canary}"\n',
        f"password: %{canary}\n",
    ):
        assert canary not in "\n".join(faults(text)), text


_LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(24)
)
_MERGES = "a: &a {x: 1}\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} {{<<: [*{chr(97 + i)}, *{chr(97 + i)}]}}\n" for i in range(20)
)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(_LAUGHS, id="alias bomb"),
        pytest.param(_MERGES, id="merge bomb"),
        pytest.param("[" * 1000 + "]" * 1000, id="depth 1000"),
        pytest.param("[" * 1_000_000, id="depth a million"),
        pytest.param("{a: " * 200_000, id="mappings, deep"),
        pytest.param("- " * 500_000, id="block lists, deep"),
        pytest.param("? " * 500_000, id="keys, deep"),
        pytest.param("[" + "a," * 500_000 + "]", id="half a million values"),
        pytest.param("a: 1\n" * 200_000, id="duplicates"),
        pytest.param("\x00\n" * 500_000, id="NULs"),
        pytest.param("\t- a\n" * 200_000, id="tabs"),
        pytest.param("- 'a'\n \tb\n" * 90_000, id="tabs between quotes"),
        pytest.param(" " * 1_000_000 + "\t", id="blanks"),
        pytest.param("a" * 1_048_577, id="1 MiB and a byte"),
        pytest.param("'" + "\n" * 1_000_000, id="lines in an open quote"),
    ],
)
def test_hostile_input_is_refused_within_bounds(text: str) -> None:
    start = time.thread_time()
    assert faults(text)
    assert time.thread_time() - start < 8


def test_the_twentieth_level_is_allowed_and_the_next_is_not() -> None:
    load_yaml("[" * 20 + "]" * 20, "f.yaml")
    assert faults("[" * 21 + "]" * 21) == ["f.yaml:1:21: nested deeper than 20 levels"]


_PIECES = st.sampled_from(
    [
        *"abc01:-?[]{},#&*!|>'\"%@`\\ \t\n\r~<=.",
        ": ",
        "- ",
        "\n  ",
        "\n    ",
        "---\n",
        "<<",
        "\x00",
        "\x85",
        "\ufeff",
        "é",
        "😀",
    ]
)


@settings(max_examples=300, deadline=2000)
@given(st.one_of(st.lists(_PIECES, max_size=60).map("".join), st.text(max_size=80), st.binary(max_size=80)))
def test_any_text_either_loads_or_is_a_list_of_faults(text: str | bytes) -> None:
    try:
        doc = load_yaml(text, "f.yaml")
    except ConfigError as error:
        assert error.faults
        assert all(f.file == "f.yaml" and f.line >= 0 for f in error.faults)
    else:
        assert doc.mark(()) >= (1, 1)
