"""Loading again costs what has changed, and gives what loading anew gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from alertd.errors import ConfigError
from alertd.rules.book import apply_change
from alertd.rules.files import Tree
from alertd.rules.loaded import KnownSettings, Loaded
from alertd.rules.loader import RuleLoader, load_rules

PORTFOLIO = """\
portfolio: {name}
title: A desk
receivers: [desk]
holdings: [{{ticker: NVDA, weight: 8%}}]
rules:
  - {{id: lease, title: A lease, severity: high, when: {{all: [{{text: {word}}}, {{mentions: holdings}}]}}}}
"""
LIST = "list: {name}\nterms: [lease, rent]\n"


def write(directory: Path, **files: str) -> set[Path]:
    """Write files named by folder and name: `portfolios__a` is portfolios/a.yaml."""
    paths = set()
    for name, content in files.items():
        path = directory / (name.replace("__", "/") + ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        paths.add(path)
    return paths


def begin(directory: Path, count: int = 5) -> tuple[RuleLoader, Loaded]:
    write(directory, **{f"portfolios__p{i}": PORTFOLIO.format(name=f"p{i}", word="lease") for i in range(count)})
    loader = RuleLoader(directory)
    return loader, loader.load()


def test_one_changed_file_changes_one_portfolio(tmp_path: Path) -> None:
    loader, first = begin(tmp_path)
    paths = write(tmp_path, portfolios__p2=PORTFOLIO.format(name="p2", word="rent"))
    second, change = loader.reload(paths)
    assert change is not None
    assert [p.id for p in change.portfolios] == ["p2"]
    assert (second.files, second.cached) == (5, 4)
    assert apply_change(first.book, change) == second.book == load_rules(tmp_path).book
    assert second.book.portfolios[0] is first.book.portfolios[0]


def test_the_changed_files_are_found_without_being_named(tmp_path: Path) -> None:
    loader, first = begin(tmp_path)
    write(tmp_path, portfolios__p2=PORTFOLIO.format(name="p2", word="rent"))
    write(tmp_path, portfolios__new=PORTFOLIO.format(name="a-new-one", word="rent"))
    (tmp_path / "portfolios/p4.yaml").unlink()
    second, change = loader.reload()
    assert change is not None
    assert [p.id for p in change.portfolios] == ["a-new-one", "p2"]
    assert change.removed == ("p4",)
    assert apply_change(first.book, change) == second.book == load_rules(tmp_path).book


def test_a_file_that_is_touched_and_says_the_same_changes_nothing(tmp_path: Path) -> None:
    loader, first = begin(tmp_path)
    paths = write(tmp_path, portfolios__p1="# a comment\n" + PORTFOLIO.format(name="p1", word="lease"))
    second, change = loader.reload(paths)
    assert change is not None
    assert (change.portfolios, change.removed, change.version) == ((), (), first.book.version)
    assert second.book == first.book


def test_a_change_within_one_tick_of_the_systems_clock_is_seen_in_a_file_that_is_named(tmp_path: Path) -> None:
    begin(tmp_path, 1)
    path = tmp_path / "portfolios/p0.yaml"
    tree = Tree(tmp_path)
    tree.look()
    path.write_text(PORTFOLIO.format(name="p0", word="rents"))
    found = path.stat()
    tree.files[str(path)].signature = (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)
    assert tree.look() == set()
    assert tree.look([path]) == {str(path)}


def test_a_link_that_leads_to_another_release_is_followed_as_a_whole(tmp_path: Path) -> None:
    one, two, rules = tmp_path / "one", tmp_path / "two", tmp_path / "rules"
    write(one, **{f"portfolios__p{i}": PORTFOLIO.format(name=f"p{i}", word="lease") for i in range(2)})
    write(two, **{f"portfolios__p{i}": PORTFOLIO.format(name=f"p{i}", word="rent") for i in range(1, 3)})
    rules.symlink_to(one)
    loader = RuleLoader(rules)
    loader.load()
    rules.unlink()
    rules.symlink_to(two)
    second, _ = loader.reload({one / "portfolios/p1.yaml"})  # somebody clears the old one away
    assert second.book == load_rules(rules).book


def test_a_changed_list_reaches_the_portfolios_that_name_it(tmp_path: Path) -> None:
    write(tmp_path, lists__words=LIST.format(name="words"))
    write(tmp_path, portfolios__user=PORTFOLIO.format(name="user", word="{list: words}"))
    loader, _ = begin(tmp_path)
    write(tmp_path, lists__words=LIST.format(name="words").replace("rent", "let"))
    second, change = loader.reload()
    assert change is not None
    assert [p.id for p in change.portfolios] == ["user"]
    assert second.cached == 5
    assert second.book == load_rules(tmp_path).book


def test_changed_event_types_change_the_whole_book(tmp_path: Path) -> None:
    loader, first = begin(tmp_path)
    write(tmp_path, **{"event-types__lease": "event_type: lease\ntitle: A lease\nwhen: {text: lease}\n"})
    second, change = loader.reload()
    assert change is None
    assert second.book.shared != first.book.shared
    assert second.book == load_rules(tmp_path).book


def test_a_changed_base_changes_those_that_extend_it(tmp_path: Path) -> None:
    loader, _ = begin(tmp_path)
    write(tmp_path, portfolios__child="portfolio: child\nextends: p1\ntitle: A child\n")
    loader.reload()
    paths = write(tmp_path, portfolios__p1=PORTFOLIO.format(name="p1", word="rent"))
    second, change = loader.reload(paths)
    assert change is not None
    assert [p.id for p in change.portfolios] == ["child", "p1"]
    assert second.book == load_rules(tmp_path).book


def test_a_broken_change_leaves_what_was_loaded_and_its_repair_is_taken(tmp_path: Path) -> None:
    loader, first = begin(tmp_path)
    paths = write(tmp_path, portfolios__p1="portfolio: p1\n", portfolios__p2=PORTFOLIO.format(name="p2", word="rent"))
    for _ in range(2):  # said again each time it is asked
        with pytest.raises(ConfigError) as refused:
            loader.reload(paths)
        assert {fault.file for fault in refused.value.faults} == {str(tmp_path / "portfolios/p1.yaml")}
        paths = set()
    paths = write(tmp_path, portfolios__p1=PORTFOLIO.format(name="p1", word="lease"))
    second, change = loader.reload(paths)
    assert change is not None
    assert [p.id for p in change.portfolios] == ["p2"]  # changed while p1 was broken
    assert apply_change(first.book, change) == second.book == load_rules(tmp_path).book


def test_a_removed_list_is_a_fault_in_the_file_that_names_it(tmp_path: Path) -> None:
    write(tmp_path, lists__words=LIST.format(name="words"))
    write(tmp_path, portfolios__user=PORTFOLIO.format(name="user", word="{list: words}"))
    loader, _ = begin(tmp_path)
    (tmp_path / "lists/words.yaml").unlink()
    with pytest.raises(ConfigError) as refused:
        loader.reload()
    (fault,) = refused.value.faults
    assert fault.file.endswith("portfolios/user.yaml")


def test_a_receiver_that_is_gone_is_a_fault_although_no_file_has_changed(tmp_path: Path) -> None:
    loader, _ = begin(tmp_path, 1)
    loader.reload(known=KnownSettings(receivers={"desk": None}))
    with pytest.raises(ConfigError) as refused:
        loader.reload(known=KnownSettings(receivers={"dask": None}))
    assert "there is no receiver `desk`" in str(refused.value)


def test_who_extends_a_broken_portfolio_is_not_faulted_for_that_too(tmp_path: Path) -> None:
    write(tmp_path, portfolios__base=PORTFOLIO.format(name="base", word="'!'"))
    write(tmp_path, portfolios__child="portfolio: child\nextends: base\ntitle: A child\n")
    with pytest.raises(ConfigError) as refused:
        load_rules(tmp_path)
    assert [Path(fault.file).name for fault in refused.value.faults] == ["base.yaml"]


def test_an_event_type_that_nobody_defines_is_a_fault_also_if_it_was_named_while_none_were_known(
    tmp_path: Path,
) -> None:
    lease = "event_type: lease\ntitle: A lease\nwhen: {text: lease}\n"
    write(tmp_path, **{"event-types__lease": lease})
    loader, _ = begin(tmp_path, 1)
    user = PORTFOLIO.format(name="user", word="rent").replace("text: rent", "event_type: leese")
    write(tmp_path, **{"event-types__lease": "event_type: [", "portfolios__user": user})
    with pytest.raises(ConfigError):
        loader.reload()
    write(tmp_path, **{"event-types__lease": lease})
    with pytest.raises(ConfigError, match=r"unknown event type `leese` \(did you mean `lease`\?\)"):
        loader.reload()


@pytest.mark.parametrize("through", ["mentions: [Orbital]", "use: ours"])
def test_a_company_that_gets_another_id_is_another_company_for_the_rules_that_name_it(
    tmp_path: Path, through: str
) -> None:
    company = "companies: [{id: %s, name: Orbital}]\n"
    write(tmp_path, companies__orbital=company % "orbital")
    write(tmp_path, fragments__ours="fragments: {ours: {use: theirs}, theirs: {mentions: [Orbital]}}\n")
    write(tmp_path, portfolios__user=PORTFOLIO.format(name="user", word="rent").replace("text: rent", through))
    loader, first = begin(tmp_path)
    write(tmp_path, companies__orbital=company % "orbital-inc")
    second, change = loader.reload()
    assert change is not None
    assert [p.id for p in change.portfolios] == ["user"]
    assert apply_change(first.book, change).portfolios == second.book.portfolios


def test_a_company_that_gets_another_id_is_another_company_for_event_types(tmp_path: Path) -> None:
    company = "companies: [{id: %s, name: Orbital}]\n"
    write(tmp_path, companies__orbital=company % "orbital")
    lease = "event_type: lease\ntitle: A lease\nwhen: {mentions: [Orbital]}\n"
    write(tmp_path, **{"event-types__lease": lease})
    loader, first = begin(tmp_path)
    write(tmp_path, companies__orbital=company % "orbital-inc")
    second, _ = loader.reload()
    assert second.book.version != first.book.version


def test_positions_that_are_written_in_the_rules_now_do_not_look_at_a_file_any_more(tmp_path: Path) -> None:
    filed = PORTFOLIO.format(name="p", word="lease").replace("[{ticker: NVDA, weight: 8%}]", "{file: p.csv}")
    write(tmp_path, portfolios__p=filed)
    (tmp_path / "portfolios/p.csv").write_text("ticker,weight\nNVDA,8%\n")
    loader = RuleLoader(tmp_path)
    assert loader.load().watched
    write(tmp_path, portfolios__p=PORTFOLIO.format(name="p", word="lease"))
    second, _ = loader.reload()
    assert (second.watched, second.warnings) == (frozenset(), [])


def test_a_sector_is_no_fault_while_the_file_that_declares_it_cannot_be_read(tmp_path: Path) -> None:
    write(tmp_path, companies__orbital="companies: [")
    write(
        tmp_path, portfolios__user=PORTFOLIO.format(name="user", word="rent").replace("holdings}", "{sector: space}}")
    )
    with pytest.raises(ConfigError) as refused:
        load_rules(tmp_path)
    assert [Path(fault.file).name for fault in refused.value.faults] == ["orbital.yaml"]


# --- the cache ------------------------------------------------------------------------------------------------


def cached(directory: Path) -> Loaded:
    return load_rules(directory, cache=directory.parent / "cache" / "rules.bin")


def test_what_is_the_same_comes_from_the_cache(tmp_path: Path) -> None:
    begin(tmp_path / "rules")
    assert cached(tmp_path / "rules").cached == 0
    again = cached(tmp_path / "rules")
    assert again.cached == 5
    assert again.book == load_rules(tmp_path / "rules").book
    write(tmp_path / "rules", portfolios__p3=PORTFOLIO.format(name="p3", word="rent"))
    changed = cached(tmp_path / "rules")
    assert changed.cached == 4
    assert changed.book == load_rules(tmp_path / "rules").book


def test_a_cached_rule_whose_list_has_changed_is_compiled_again(tmp_path: Path) -> None:
    write(tmp_path / "rules", lists__words=LIST.format(name="words"))
    write(tmp_path / "rules", portfolios__user=PORTFOLIO.format(name="user", word="{list: words}"))
    begin(tmp_path / "rules")
    cached(tmp_path / "rules")
    write(tmp_path / "rules", lists__words=LIST.format(name="words").replace("rent", "let"))
    changed = cached(tmp_path / "rules")
    assert changed.cached == 5
    assert changed.book == load_rules(tmp_path / "rules").book


@pytest.mark.parametrize("damage", [b"", b"alertd rules 1\n", b"\x00" * 500])
def test_a_damaged_cache_is_no_fault_and_is_written_anew(tmp_path: Path, damage: bytes) -> None:
    begin(tmp_path / "rules")
    whole = cached(tmp_path / "rules").book
    (tmp_path / "cache" / "rules.bin").write_bytes(damage)
    assert cached(tmp_path / "rules").book == whole
    assert cached(tmp_path / "rules").cached == 5


def test_a_cache_that_was_cut_short_is_not_read(tmp_path: Path) -> None:
    begin(tmp_path / "rules")
    whole = cached(tmp_path / "rules").book
    file = tmp_path / "cache" / "rules.bin"
    file.write_bytes(file.read_bytes()[:-1])
    again = cached(tmp_path / "rules")
    assert (again.book, again.cached) == (whole, 0)


def test_a_cache_that_cannot_be_written_is_no_fault(tmp_path: Path) -> None:
    begin(tmp_path / "rules")
    (tmp_path / "cache").write_text("a file stands where the folder should")
    assert cached(tmp_path / "rules").book.portfolios
