from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from alertd.errors import ConfigError
from alertd.rules.loaded import KnownSettings
from alertd.rules.loader import RuleLoader, load_rules

GOOD = """\
portfolio: {name}
title: A desk
timezone: America/New_York
receivers: [desk]
rules:
  - {{id: lease, title: A lease, severity: high, when: {{text: lease}}}}
"""


def _write(directory: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return directory


def _known(**ids: list[str]) -> KnownSettings:
    return KnownSettings(**{kind: dict.fromkeys(names) for kind, names in ids.items()})


def _faults(directory: Path, **known: list[str]) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        load_rules(directory, known=_known(**known))
    return [str(fault).removeprefix(f"{directory}/") for fault in refused.value.faults]


def _rule(when: str) -> str:
    return GOOD.format(name="a").replace("{text: lease}", when)


def test_a_directory_becomes_a_book_ordered_by_id(tmp_path: Path) -> None:
    files = {"portfolios/z.yaml": GOOD.format(name="a"), "portfolios/desk/y.yml": GOOD.format(name="b")}
    book = load_rules(_write(tmp_path, {**files}), known=_known(receivers=["desk"])).book
    assert [portfolio.id for portfolio in book.portfolios] == ["a", "b"]
    first = book.portfolios[0]
    assert (first.title, first.timezone, first.receivers) == ("A desk", "America/New_York", ("desk",))
    assert first.rules[0].definition == b'{"id":"lease","severity":"high","title":"A lease","when":{"text":"lease"}}'


def test_what_is_no_rule_is_left_alone(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "portfolios/a.yaml": GOOD.format(name="a"),
        "portfolios/README.md": "words",
        "portfolios/.#a.yaml": "an editor's lock",
        "schema/portfolio.schema.json": "{}",
        "schema/extra.yaml": "not: [read",
        ".git/x.yaml": "not: [read",
        "notes/todo.txt": "words",
    }
    assert len(load_rules(_write(tmp_path, files)).book.portfolios) == 1


def test_an_empty_directory_is_an_empty_book_and_a_missing_one_a_fault(tmp_path: Path) -> None:
    assert load_rules(tmp_path).book.portfolios == ()
    assert "there is no such rules directory" in _faults(tmp_path / "nowhere")[0]


def test_the_version_follows_the_content_and_not_the_files(tmp_path: Path) -> None:
    one = _write(tmp_path / "1", {"portfolios/a.yaml": GOOD.format(name="a")})
    same = _write(tmp_path / "2", {"portfolios/sub/b.yaml": "# a comment\n" + GOOD.format(name="a")})
    other = _write(tmp_path / "3", {"portfolios/a.yaml": GOOD.format(name="a").replace("high", "low")})
    assert load_rules(one).book == load_rules(same).book
    assert load_rules(one).book.version != load_rules(other).book.version


@pytest.mark.parametrize(
    ("when", "fault"),
    [
        ("{txt: lease}", "7:56: unknown condition `txt` (did you mean `text`?)"),
        ("{mention: holdings}", "unknown condition `mention` (did you mean `mentions`?)"),
        ("{text: a, title: b}", "`text` and `title` stand in one condition (put them as a list under `all:`)"),
        ("lease", "a condition is a mapping with one operator (for a word in title or body write `text: …`)"),
        ("[{text: a}]", "a condition is a mapping with one operator (put `all:` or `any:` before the list)"),
        ("{}", "a condition is a mapping with one operator"),
        ("", "a condition is a mapping with one operator"),
        ("{all: []}", "`all` takes a list of conditions"),
        ("{any: {text: a}}", "`any` takes a list of conditions (put each behind a `- `)"),
        ("{not: [{text: a}]}", "`not` takes one condition"),
        ("{text: []}", "the list of `text` is empty"),
        ("{text: {a: b}}", "`text` takes words, or `{list: …}`"),
        ("{text: [a, [b]]}", "`text` takes a text or a list of texts"),
        ("{text: '—'}", "a term needs a letter or a digit"),
        ("{text: '\"merger\"'}", "a term in quotes is not read as an exact one (write '=\"merger\"' for that)"),
        ("{text: '=merger'}", "`=` alone makes no exact term (write '=\"merger\"' for that)"),
        ("{text: merg*}", "`*` is not a wildcard"),
        (f"{{text: {'x' * 201}}}", "a term of 201 characters is longer than 200"),
        (f"{{text: [{'x, ' * 10_001}]}}", "the list of `text` has 10001 entries, more than 10000"),
        ("{regex: 'a(?=b)'}", "regex: look-ahead `(?=…)` is not supported"),
        ("{kind: fileing}", "unknown kind `fileing` (did you mean `filing`?)"),
        ("{trust: [high, huge]}", "unknown trust `huge`"),
        ("{language: english!}", "`english!` is not a language tag (such as `en` or `pt-BR`)"),
        ("{source: prwir}", "unknown source `prwir` (did you mean `prwire`?)"),
    ],
)
def test_a_faulty_condition_is_named_with_its_place(tmp_path: Path, when: str, fault: str) -> None:
    _write(tmp_path, {"portfolios/a.yaml": _rule(when).replace("rules:", "rules:\n")})
    (line,) = _faults(tmp_path, sources=["prwire"])
    assert line.startswith("portfolios/a.yaml:7:")
    assert fault in line


def test_conditions_nested_too_deep_are_a_fault(tmp_path: Path) -> None:
    _write(tmp_path, {"portfolios/a.yaml": _rule("{not: " * 1000 + "{text: a}" + "}" * 1000)})
    (line,) = _faults(tmp_path)
    assert "nested deeper than 20" in line


TEN_BROKEN: dict[str, str | bytes] = {
    "portfolios/01-key.yaml": GOOD.format(name="p1").replace("timezone", "timezon"),
    "portfolios/02-missing.yaml": "portfolio: p2\ntitle: T\nreceivers: []\n",
    "portfolios/03-zone.yaml": GOOD.format(name="p3").replace("New_York", "New_Yrok"),
    "portfolios/04-twice.yaml": GOOD.format(name="p4") + "title: again\n",
    "portfolios/05-rule.yaml": GOOD.format(name="p5")
    + "  - {id: lease, title: Again, severity: high, when: {text: a}}\n",
    "portfolios/06-receiver.yaml": GOOD.format(name="p6").replace("[desk]", "[dask]"),
    "portfolios/07-portfolio.yaml": GOOD.format(name="p6"),
    "portfolios/08-severity.yaml": GOOD.format(name="p8").replace("high", "hgih"),
    "portfolios/09-empty.yaml": b"",
    "portfolios/10-bytes.yaml": b"\xff\xfe\x00",
    "company/spacex.yaml": "id: spacex\n",
    "loose.yaml": GOOD.format(name="p11"),
}


def test_ten_broken_files_print_every_fault_and_load_nothing(tmp_path: Path) -> None:
    good = {f"portfolios/good-{i}.yaml": GOOD.format(name=f"good-{i}") for i in range(5)}
    lines = _faults(_write(tmp_path, {**good, **TEN_BROKEN}), receivers=["desk"])
    expected = [
        "company: rules in this folder are not read (did you mean `companies`?)",
        "loose.yaml: YAML here is not read",
        "portfolios/01-key.yaml:3:1: unknown key `timezon` (did you mean `timezone`?)",
        "portfolios/02-missing.yaml:1:1: `rules` is missing",
        "portfolios/03-zone.yaml:3:11: `timezone`: no such time zone in the IANA database; did you mean",
        "portfolios/04-twice.yaml:7:1: key `title` is given twice",
        "portfolios/05-rule.yaml:7:10: rule `lease` is defined twice in this portfolio (first in line 6)",
        "portfolios/06-receiver.yaml:4:13: there is no receiver `dask` (did you mean `desk`?)",
        "portfolios/07-portfolio.yaml:1:12: portfolio `p6` is defined twice (first in",
        "portfolios/08-severity.yaml:6:43: `severity` cannot be `hgih` (did you mean `high`?",
        "portfolios/09-empty.yaml: the file is empty",
        "portfolios/10-bytes.yaml",
    ]
    assert len(lines) == len(expected)
    for line, start in zip(lines, expected, strict=True):
        assert line.startswith(start), line


def test_all_faults_of_one_file_are_found_together(tmp_path: Path) -> None:
    text = """\
portfolio: Desk One
title: T
receivers: [desk, desk]
rules:
  - {id: a, title: A, severity: high, when: {txt: a}}
  - {id: b, title: B, severity: high, when: {any: [{regex: '('}, {text: '!'}]}}
  - {id: c, title: C, when: {text: fine}}
"""
    lines = _faults(_write(tmp_path, {"portfolios/a.yaml": text}))
    assert [line.split(": ")[0].removeprefix("portfolios/a.yaml:") for line in lines] == [
        "1:12", "3:19", "5:46", "6:60", "6:73", "7:5",
    ]  # fmt: skip


def test_an_unreadable_file_is_a_fault_beside_the_others(tmp_path: Path) -> None:
    _write(tmp_path, {"portfolios/a.yaml": _rule("{txt: a}")})
    (tmp_path / "portfolios" / "b.yaml").symlink_to(tmp_path / "gone.yaml")
    lines = _faults(tmp_path)
    assert len(lines) == 2
    assert lines[1] == "portfolios/b.yaml: cannot be read: No such file or directory"


def _socket_at(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(os.path.relpath(path))  # the whole path may be longer than an address can be


@pytest.mark.parametrize(
    "make", [os.mkfifo, _socket_at, lambda path: path.symlink_to("/dev/zero")], ids=["pipe", "socket", "device"]
)
def test_what_is_no_regular_file_is_a_fault_and_is_not_waited_for(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    _write(tmp_path, {"portfolios/a.yaml": GOOD.format(name="a")})
    loader = RuleLoader(tmp_path)
    loader.load()
    strange = tmp_path / "portfolios" / "b.yaml"
    make(strange)
    for paths in (None, {strange}):
        with pytest.raises(ConfigError, match=r"portfolios/b\.yaml: is no regular file$"):
            loader.reload(paths)
    strange.unlink()
    _write(tmp_path, {"portfolios/b.yaml": GOOD.format(name="b")})
    loaded, _ = loader.reload({strange})
    assert [portfolio.id for portfolio in loaded.book.portfolios] == ["a", "b"]


def test_links_to_folders_are_followed_and_circles_are_not(tmp_path: Path) -> None:
    _write(tmp_path / "elsewhere", {"a.yaml": GOOD.format(name="a")})
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "portfolios").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "again").symlink_to(tmp_path / "rules")
    assert len(load_rules(tmp_path / "rules").book.portfolios) == 1


def test_a_huge_file_is_refused_without_being_read_whole(tmp_path: Path) -> None:
    (line,) = _faults(_write(tmp_path, {"portfolios/a.yaml": "# x\n" * 400_000}))
    assert "1 MiB" in line
