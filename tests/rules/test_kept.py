"""Versions of the rules that were in force can be read again: as they were, and no longer than the journal."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from alertd.rules import kept as kept_module
from alertd.rules.book import RuleBook
from alertd.rules.kept import KeptRules
from alertd.rules.loader import load_rules

DAY_S = 86_400.0


def book(folder: Path, word: str) -> RuleBook:
    for name, text in (
        ("companies/ours.yaml", "companies: [{id: vega, name: Vega Grid}]"),
        ("portfolios/one.yaml", _portfolio("one", word)),
        ("portfolios/two.yaml", _portfolio("two", "lease")),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return load_rules(folder).book


def _portfolio(name: str, word: str) -> str:
    return (
        f"portfolio: {name}\ntitle: P\nreceivers: [r]\nholdings: [{{company: vega, weight: 2%}}]\n"
        f"rules: [{{id: r, title: R, severity: low, when: {{title: {word}}}}}]\n"
    )


def parts(folder: Path) -> set[str]:
    return {path.name for path in (folder / "parts").glob("*/*")}


def aged(folder: Path, days: float) -> None:
    for path in folder.glob("**/*"):
        if path.is_file():
            os.utime(path, (path.stat().st_mtime - days * DAY_S,) * 2)


def test_each_version_is_given_back_as_it_was(tmp_path: Path) -> None:
    kept = KeptRules(tmp_path / "kept")
    first, second = book(tmp_path / "rules", "lease"), book(tmp_path / "rules", "sells")
    kept.keep(first, DAY_S)
    kept.keep(second, DAY_S)
    assert first.version != second.version
    assert kept.load(first.version) == first
    assert kept.load(second.version) == second


def test_many_rules_are_given_back_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_module, "AT_ONCE", 2)
    file, rules = tmp_path / "rules/portfolios/p.yaml", ", ".join(
        f"{{id: r{number}, title: R, severity: low, when: {{title: word}}}}" for number in range(5)
    )  # fmt: skip
    file.parent.mkdir(parents=True)
    file.write_text(f"portfolio: p\ntitle: P\nreceivers: [r]\nrules: [{rules}]\n")
    kept, whole = KeptRules(tmp_path / "kept"), load_rules(tmp_path / "rules").book
    kept.keep(whole, DAY_S)
    assert kept.load(whole.version) == whole


def test_a_version_costs_what_changed_in_it(tmp_path: Path) -> None:
    kept = KeptRules(tmp_path / "kept")
    kept.keep(book(tmp_path / "rules", "lease"), DAY_S)
    before = parts(tmp_path / "kept")
    kept.keep(book(tmp_path / "rules", "sells"), DAY_S)
    assert len(parts(tmp_path / "kept") - before) == 1


def test_one_portfolio_can_be_read_alone(tmp_path: Path) -> None:
    kept, whole = KeptRules(tmp_path / "kept"), book(tmp_path / "rules", "lease")
    kept.keep(whole, DAY_S)
    found = kept.load(whole.version, ["two", "nobody"])
    assert found is not None
    assert found.portfolios == (whole.portfolio("two"),)
    assert found.companies == whole.companies


def test_what_is_out_of_force_for_longer_than_the_journal_is_dropped_with_its_parts(tmp_path: Path) -> None:
    kept = KeptRules(tmp_path / "kept")
    old, middle = book(tmp_path / "rules", "lease"), book(tmp_path / "rules", "sells")
    kept.keep(old, DAY_S)
    kept.keep(middle, DAY_S)
    aged(tmp_path / "kept", 3)
    new = book(tmp_path / "rules", "buys")
    kept.keep(new, DAY_S)
    assert kept.load(old.version) is None
    assert kept.load(middle.version) is not None, "it was in force until now, however old its file is"
    assert kept.load(new.version) == new
    aged(tmp_path / "kept", 3)
    kept.keep(new, DAY_S)
    assert kept.load(middle.version) is None
    assert kept.load(new.version) == new
    assert len(parts(tmp_path / "kept")) == 4, "two portfolios, the shared part, the labels"


@pytest.mark.parametrize("version", ["", "../../etc/passwd", "a" * 16, "aaaaaaaaaaaaaaaa\n", "A" * 16])
def test_a_version_that_is_not_kept_is_none(tmp_path: Path, version: str) -> None:
    assert KeptRules(tmp_path).load(version) is None


@pytest.mark.parametrize("damage", [b"", b"not packed", b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_a_damaged_part_makes_a_version_unreadable_and_nothing_else(tmp_path: Path, damage: bytes) -> None:
    kept, whole = KeptRules(tmp_path), book(tmp_path / "rules", "lease")
    kept.keep(whole, DAY_S)
    for path in (tmp_path / "parts").glob("*/*"):
        path.write_bytes(damage)
    assert kept.load(whole.version) is None


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file")
    with pytest.raises(OSError, match="kept"):
        KeptRules(tmp_path / "kept").keep(book(tmp_path / "rules", "lease"), DAY_S)
