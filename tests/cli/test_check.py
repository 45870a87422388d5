"""`alertd check`: every fault, with its place, in an order that a person can work through."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from alertd.ruletests.lint import LINTS
from tests.cli.run import HERE, ROOT, RULES, alertd, on_terminal, small_desk

GOLDEN = {path.stem: path.read_text("utf-8") for path in (HERE / "golden").glob("check-*.txt")}
"""Made by: cd tests/cli && alertd check DIR > golden/check-DIR.txt"""
BROKEN = GOLDEN["check-broken"]
PORTFOLIO = (HERE / "small/example.yaml").read_text("utf-8")
FINE = "fine: 1 source, 1 receiver, 1 portfolio, 1 rule\n"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with good settings and one good rule."""
    return small_desk(tmp_path)


# --- what it says ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("folder", "code"),
    [
        ("broken", 1),
        ("one-slip", 1),
        ("crossed", 1),
        ("doubtful", 0),
    ],
)
def test_a_folder_of_bad_files_shows_every_fault_in_order(folder: str, code: int) -> None:
    done = alertd("check", folder, cwd=HERE)
    assert done.out == GOLDEN[f"check-{folder}"]
    assert (done.code, done.err) == (code, "")


@pytest.mark.parametrize("config", [Path("broken/alertd.yaml"), HERE / "broken/alertd.yaml"])
def test_broken_settings_do_not_hide_the_faults_of_the_rules_beside_them(config: Path) -> None:
    done = alertd("check", "--config", config, cwd=HERE)
    assert done.out == BROKEN
    assert done.code == 1


@pytest.mark.parametrize("words", [(), ("--config", "alertd.yaml"), (".",)])
def test_broken_settings_do_not_hide_the_faults_of_the_rules_that_they_name(
    desk: Path, words: tuple[str, ...]
) -> None:
    (desk / "rules").rename(desk / "elsewhere")
    settings = desk / "alertd.yaml"
    settings.write_text(settings.read_text().replace("rules: ./rules", "rules: ./elsewhere") + "smpt: {}\n")
    (desk / "elsewhere/portfolios/example.yaml").write_text(PORTFOLIO.replace("severity: high", "severity: hihg"))
    done = alertd("check", *words, cwd=desk)
    assert done.code == 1
    assert re.findall(r"^([^:\n]+):\d+:\d+: ", done.out, re.MULTILINE) == [
        "alertd.yaml",
        "elsewhere/portfolios/example.yaml",
    ]
    assert done.out.endswith("\n2 faults in 2 files\n")


def test_every_broken_file_has_a_fault_and_every_fault_a_place() -> None:
    lines = BROKEN.splitlines()[:-1]
    rules = "broken/rules"
    inside = {str(path.relative_to(HERE)) for path in (HERE / "broken").rglob("*.y*ml")}
    blamed = {line.split(":")[0] for line in lines}
    others_are_blamed = {
        f"{rules}/portfolio/lost.yaml",  # the folder
        f"{rules}/portfolios/severity.yaml",
        f"{rules}/portfolios/circle-a.yaml",
        f"{rules}/portfolios/sound.yaml",
        f"{rules}/event-types/compute-lease-again.yaml",
        f"{rules}/fragments/quarrel.yaml",
        f"{rules}/lists/compute-words.yaml",
        f"{rules}/lists/routine.yaml",
    }
    assert inside - blamed <= others_are_blamed
    without_place = {line.split(":")[0] for line in lines if not re.match(r"[^:]+:[1-9]\d*:[1-9]\d*: ", line)}
    assert without_place == {f"{rules}/loose.yml", f"{rules}/portfolio", f"{rules}/portfolios/empty.yaml"}


def test_one_slip_is_one_fault_whoever_names_what_is_defined_there() -> None:
    """Lists, fragments, companies, event types and a portfolio cannot be read, and one rule names them all."""
    lines = GOLDEN["check-one-slip"].splitlines()
    assert not [line for line in lines if "names-all-of-them" in line or "derived" in line]
    slips = Counter(re.match(r"[^:]+:\d+", line)[0] for line in lines[:-1])  # type: ignore[index]
    assert [line for line, count in slips.items() if count > 1] == ["one-slip/rules/companies/misspelt.yaml:5"]


def test_every_finding_has_a_name_that_is_explained_and_shown() -> None:
    assert set(re.findall(r"\[([a-z-]+)\]", GOLDEN["check-doubtful"])) == set(LINTS)
    page = (ROOT / "docs/cli.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (.*) \|$", page, re.MULTILINE))
    assert {name: rows.get(name) for name in LINTS} == dict(LINTS)


def test_ten_broken_files_among_a_thousand_are_all_shown_and_nothing_twice(tmp_path: Path) -> None:
    folder = tmp_path / "rules/portfolios"
    folder.mkdir(parents=True)
    broken = range(50, 1000, 100)
    for i in range(1000):
        text = PORTFOLIO.replace("portfolio: example", f"portfolio: p{i}").replace("[desk]", f"[desk-{i}]")
        (folder / f"{i:03}.yaml").write_text(text.replace("severity: high", "sevrity: high") if i in broken else text)
    done = alertd("check", "rules", cwd=tmp_path)
    *faults, last = done.out.splitlines()
    where = "rules/portfolios/{:03}.yaml:10:5: unknown key `sevrity` (did you mean `severity`?)"
    assert faults == [where.format(i) for i in broken]
    assert last == "10 faults in 10 files"


# --- bad input ------------------------------------------------------------------------------------------------


def test_what_stock_yaml_would_bend_is_read_as_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "rules/portfolios").mkdir(parents=True)
    (tmp_path / "rules/portfolios/p.yaml").write_text(
        "\ufeffportfolio: '007'\n"
        "title: NO\n"
        "receivers: [off]\n"
        "holdings:\n"
        "  - {ticker: ON, weight: 1%}\n"
        "  - {cik: 0001045810, weight: 1%}\n"
        "  - {cik: 0000320193, weight: 1%}\n"
        "rules:\n"
        "  - id: yes\n"
        "    title: 22:30:00\n"
        "    severity: high\n"
        "    when: {all: [{mentions: holdings}, {text: [NO, ON, TRUE, 1_000, 12:30, 2026-05-01, 0x1F, .inf]}]}\n"
        "    tests:\n"
        "      - {given: {title: NO, companies: [{id: 0001045810}]}, expect: match, company: NVDA}\n"
    )
    done = alertd("check", "--strict", "rules", cwd=tmp_path)
    assert done.out == "fine: 1 portfolio, 1 rule\n"


@pytest.mark.parametrize(("count", "said"), [(10_000, ""), (10_001, "has 10001 entries, more than 10000")])
def test_a_list_has_ten_thousand_terms_at_most(tmp_path: Path, count: int, said: str) -> None:
    (tmp_path / "rules/lists").mkdir(parents=True)
    terms = "\n".join(f"- term number {i}" for i in range(count))
    (tmp_path / "rules/lists/long.yaml").write_text(f"list: long\nterms:\n{terms}\n")
    done = alertd("check", "rules", cwd=tmp_path)
    assert done.code == (1 if said else 0)
    assert done.out.endswith("1 fault in 1 file\n" if said else "fine: 1 list, 1 notice\n"), done.out
    assert "10000" in done.out if said else "[unused-list]" in done.out


def test_a_pattern_over_which_others_explode_is_fine(tmp_path: Path) -> None:
    rule = "{all: [{mentions: NVDA}, {any: [{regex: '(a+)+$'}, {regex: '.*merger.*acqui.*deal'}]}]}"
    (tmp_path / "p.yaml").write_text(
        f"portfolio: p\ntitle: T\nreceivers: []\nrules: [{{id: r, title: T, severity: low, when: {rule}}}]\n"
    )
    assert alertd("check", "p.yaml", cwd=tmp_path).out == "fine: 1 portfolio, 1 rule\n"


def test_a_file_of_more_than_a_mebibyte_is_one_fault(tmp_path: Path) -> None:
    (tmp_path / "rules/portfolios").mkdir(parents=True)
    (tmp_path / "rules/portfolios/big.yaml").write_text(PORTFOLIO + "# and so on\n" * 100_000)
    done = alertd("check", "rules", cwd=tmp_path)
    assert done.out.startswith("rules/portfolios/big.yaml: ")
    assert done.out.endswith("1 fault in 1 file\n")


def test_bytes_that_are_no_text_are_one_fault(tmp_path: Path) -> None:
    (tmp_path / "noise.yaml").write_bytes(bytes(range(256)) * 64)
    for words in [("noise.yaml",), (".",), ("--config", "noise.yaml")]:
        done = alertd("check", *words, cwd=tmp_path)
        assert done.code == 1
        assert done.out.count("noise.yaml") == 1, done.out


def test_control_characters_of_a_file_do_not_reach_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text('portfolio: p\n"\\e[31mtitle": T\n')
    done = alertd("check", "p.yaml", cwd=tmp_path)
    assert done.code == 1
    assert "\x1b" not in done.out
    assert "\x1b" not in json.dumps(alertd("check", "--json", "p.yaml", cwd=tmp_path).json, ensure_ascii=False)


def test_folders_that_lead_in_a_circle_end(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "back").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "a" / "p.yaml").write_text(PORTFOLIO)
    assert alertd("check", ".", cwd=tmp_path).out == "fine: 1 portfolio, 1 rule\n"


# --- what it looks at -----------------------------------------------------------------------------------------


def test_good_settings_and_rules_are_counted(desk: Path) -> None:
    for words in [(), (".",), ("--config", "alertd.yaml"), ("alertd.yaml",), ("alertd.yaml", "rules", ".")]:
        done = alertd("check", *words, cwd=desk)
        assert (done.code, done.out, done.err) == (0, FINE, ""), words
    for path in ("rules", "rules/portfolios/example.yaml", "rules/portfolios", "rules/portfolios/"):
        assert alertd("check", path, cwd=desk).out == "fine: 1 portfolio, 1 rule\n"


def test_the_shipped_rules_are_fine() -> None:
    done = alertd("check", "--strict", RULES, cwd=ROOT)
    assert done.code == 0
    assert done.out.splitlines()[-1].startswith("fine: ")


def test_a_file_is_checked_among_the_rules_in_which_it_lies(desk: Path) -> None:
    lists, portfolios = desk / "rules/lists", desk / "rules/portfolios"
    lists.mkdir()
    (lists / "words.yaml").write_text("list: words\nterms: [supercomputer]\n")
    (portfolios / "named.yaml").write_text(
        PORTFOLIO.replace("portfolio: example", "portfolio: named").replace(
            "{text: guidance counsellor}", "{text: {list: words}}"
        )
    )
    for path in ("rules/portfolios/named.yaml", portfolios / "named.yaml"):
        assert alertd("check", path, cwd=desk).out == "fine: 1 portfolio, 1 rule\n"
    assert alertd("check", "rules/lists", cwd=desk).out == "fine: 1 list\n"
    (portfolios / "named.yaml").write_text("portfolio: named\n")
    named, example = "rules/portfolios/named.yaml", "rules/portfolios/example.yaml"
    assert set(re.findall(r"^[^:\n]+(?=:)", alertd("check", named, cwd=desk).out, re.MULTILINE)) == {named}
    done = alertd("check", example, cwd=desk)
    assert (done.code, done.out) == (
        0,
        f"{example}: warning: 3 faults elsewhere in these rules, so this was not checked to the end"
        " (alertd check rules)\nfine: nothing to check, 1 warning\n",
    )
    both = alertd("check", example, named, cwd=desk)
    assert both.out.endswith("3 faults in 1 file, 1 warning\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("list: words\nterms: [lease]\n", "fine: 1 list\n"),
        ("list: names\nsources: [prwire]\n", "fine: 1 list\n"),
        ("list: names\ncompanies: [NVDA]\n", "fine: 1 list\n"),
        ("fragments: {lease: {text: lease}}\n", "fine: 1 fragment\n"),
        ("event_type: compute_lease\ntitle: T\nwhen: {text: lease}\n", "fine: 1 event type\n"),
        ("companies: [{id: vega, name: Vega}]\n", "fine: 1 company\n"),
        ("relations: [{company: NVDA, is: supplier, of: AMD}]\n", "fine: 1 relation\n"),
        ("list: words\ntrems: [lease]\n", "p.yaml:2:1: unknown key `trems` (did you mean `terms`?)\n"),
        ("event_type: compute_lease\ntitle: T\nwhen: {exposed: NVDA}\n", "p.yaml:3:8: an event type cannot ask for"),
        ("companies: [{id: vega, name: Vega, parent: NVDA}]\n", "p.yaml:1:36: unknown key `parent`"),
    ],
)
def test_a_file_of_any_kind_that_lies_elsewhere_is_checked_by_itself(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "p.yaml").write_text(text)
    done = alertd("check", "p.yaml", cwd=tmp_path)
    assert done.out.startswith(said)
    assert done.code == (0 if said.startswith("fine") else 1)


def test_rules_that_name_an_unknown_receiver_are_faults_of_a_check_with_settings(desk: Path) -> None:
    rule = desk / "rules/portfolios/example.yaml"
    rule.write_text(PORTFOLIO.replace("receivers: [desk]", "receivers: [dekk]"))
    done = alertd("check", cwd=desk)
    assert done.code == 1
    assert done.out.startswith("rules/portfolios/example.yaml:6:13: ")
    assert "did you mean `desk`?" in done.out


def test_settings_are_known_by_what_is_in_them_when_their_name_does_not_say(desk: Path) -> None:
    (desk / "alertd.yaml").rename(desk / "production.yml")
    assert alertd("check", "production.yml", cwd=desk).out == FINE
    (desk / "production.yml").write_text("sources: [")
    done = alertd("check", "production.yml", cwd=desk)
    assert done.code == 1
    assert "portfolio" not in done.out


def test_nothing_to_read_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = alertd("check", cwd=tmp_path)
    assert (done.code, done.err) == (1, "")
    assert done.out.splitlines()[0].startswith("alertd.yaml: there is none; looked for ./alertd.yaml, ")
    assert alertd("check", "nowhere", cwd=tmp_path).out == (
        "nowhere: cannot be read: No such file or directory\n1 fault in 1 file\n"
    )
    done = alertd("check", "empty", cwd=tmp_path)
    assert done.out == (
        "empty: warning: there is no YAML file in this directory\nfine: nothing to check, 1 warning\n"
    )
    assert alertd("check", "--config", "empty", cwd=tmp_path).out == (
        "empty: cannot be read: Is a directory\n1 fault in 1 file\n"
    )
    assert alertd("check", "--strict", "empty", cwd=tmp_path).code == 1


# --- how it says it -------------------------------------------------------------------------------------------


def test_warnings_are_shown_beside_faults_and_count_when_strict(desk: Path) -> None:
    settings = desk / "alertd.yaml"
    source = "sources:\n  - {id: paid, type: feed, url: 'https://x.example.com/rss', headers: {X-Key: k3y-0f-0urs}}\n"
    settings.write_text(settings.read_text().replace("sources:\n", source, 1))
    done = alertd("check", cwd=desk)
    assert done.code == 0
    assert "warning: `X-Key` is a secret written in the file" in done.out
    assert "k3y" not in done.out
    assert done.out.endswith("fine: 2 sources, 1 receiver, 1 portfolio, 1 rule, 1 warning\n")
    done = alertd("check", "--strict", cwd=desk)
    assert done.code == 1
    assert done.out.endswith("not strictly fine: 2 sources, 1 receiver, 1 portfolio, 1 rule, 1 warning\n")
    (desk / "rules/portfolios/example.yaml").write_text(PORTFOLIO.replace("title: Example", "titel: Example"))
    done = alertd("check", cwd=desk)
    assert done.out.endswith("\n1 fault in 1 file, 1 warning\n")


def test_notices_never_count(desk: Path) -> None:
    (desk / "rules/fragments").mkdir()
    (desk / "rules/fragments/f.yaml").write_text("fragments: {lease: {text: lease}}\n")
    done = alertd("check", "--strict", cwd=desk)
    assert done.out == (
        "rules/fragments/f.yaml:1:13: notice: nothing uses fragment `lease` [unused-fragment]\n"
        "fine: 1 source, 1 receiver, 1 portfolio, 1 rule, 1 fragment, 1 notice\n"
    )
    assert done.code == 0


def test_faults_as_json_are_one_document(desk: Path) -> None:
    (desk / "rules/portfolios/example.yaml").write_text(PORTFOLIO.replace("high", "hihg"))
    expected = {
        "file": "rules/portfolios/example.yaml",
        "line": 10,
        "column": 15,
        "message": "`severity` cannot be `hihg`",
        "hint": "did you mean `high`? one of: info, low, medium, high, critical, auto",
        "severity": "error",
        "name": "",
    }
    for words in [("--json",), ("--format", "json")]:
        done = alertd("check", *words, cwd=desk)
        assert (done.code, done.json, done.err) == (1, [expected], "")
    assert alertd("check", "--json", "broken", cwd=HERE).json[3]["line"] == 7
    shutil.rmtree(desk / "rules")
    small_desk(desk)
    assert alertd("check", "--json", cwd=desk).json == []
    names = {fault["name"] for fault in alertd("check", "--json", "doubtful", cwd=HERE).json}
    assert names == set(LINTS)


def test_faults_become_annotations_of_a_pull_request(tmp_path: Path) -> None:
    (tmp_path / "a,b: 50%.yaml").write_text("portfolio: p\ntitle: T\n  x\n")
    done = alertd("check", "--format", "github", ".", cwd=tmp_path)
    assert done.code == 1
    assert done.out.startswith("::error file=a%2Cb%3A 50%25.yaml,line=")
    (tmp_path / "a,b: 50%.yaml").write_text("")
    assert alertd("check", "--format", "github", ".", cwd=tmp_path).out == (
        "::error file=a%2Cb%3A 50%25.yaml::the file is empty\n"
    )
    lines = alertd("check", "--format", "github", "doubtful", cwd=HERE).out.splitlines()
    assert {line.split(" ")[0] for line in lines} == {"::warning", "::notice"}
    assert lines[0] == (
        "::warning file=doubtful/alertd.yaml,line=3,col=10::nothing is sent to receiver `pm` [dead-receiver]"
        " (name it under `receivers:` of a portfolio, or take it out)"
    )


def test_faults_are_red_on_a_terminal(tmp_path: Path) -> None:
    shown = on_terminal("check", "nowhere.yaml", cwd=tmp_path)
    assert shown.code == 1
    assert "\x1b[31m" in shown.out
    assert "nowhere.yaml: cannot be read" in shown.out


def test_a_bar_shows_on_a_terminal_how_far_it_is_and_leaves_no_trace_in_what_is_written(
    desk: Path, tmp_path: Path
) -> None:
    shown = on_terminal("check", "rules", cwd=desk, stdout=tmp_path / "out")
    assert "reading" in shown.out
    assert "judging" in shown.out
    assert (tmp_path / "out").read_text() == "fine: 1 portfolio, 1 rule\n"
    assert "judging" in on_terminal("check", "rules", cwd=desk).out


def test_what_is_shipped_is_not_told_as_unused_while_it_is_as_shipped(desk: Path) -> None:
    alertd("init", "--library", cwd=desk)
    done = alertd("check", "rules", cwd=desk)
    assert (done.code, "unused" in done.out) == (0, False)
    folder = desk / "rules/fragments"
    (folder / "mine.yaml").write_text("fragments:\n  mine: {title: vega}\n")
    (desk / "rules/lists/mine.yaml").write_text("list: mine\nterms: [vega]\n")
    names = [fault["name"] for fault in alertd("check", "--json", "rules", cwd=desk).json]
    assert sorted(name for name in names if name.startswith("unused")) == ["unused-fragment", "unused-list"]


# --- walls behind which nobody hears --------------------------------------------------------------------------

SOURCE = 'url: "https://news.example.com/rss"\n'


def walled(desk: Path, keys: str, portfolio: str = "") -> list[str]:
    """Give what is said of settings whose source has these keys, without the summary."""
    settings = desk / "alertd.yaml"
    settings.write_text(settings.read_text().replace(SOURCE, f"{SOURCE}    {keys}\n"))
    settings.write_text(settings.read_text().replace("  - id: desk\n", "  - id: desk\n    desk: ai\n"))
    example = desk / "rules/portfolios/example.yaml"
    example.write_text(PORTFOLIO.replace("timezone:", f"{portfolio}\ntimezone:" if portfolio else "timezone:"))
    done = alertd("check", cwd=desk)
    assert (done.code, done.err) == (0, "")
    return done.out.splitlines()[:-1]


@pytest.mark.parametrize(
    ("portfolio", "hint"),
    [
        ("", "write `desk: ia` in a portfolio, or take it out here"),
        ("desk: ai", "did you mean `ai`?"),
    ],
)
def test_a_source_of_a_desk_without_a_portfolio_is_warned_of(desk: Path, portfolio: str, hint: str) -> None:
    (line,) = walled(desk, "desk: ia", portfolio)
    assert re.fullmatch(
        r"alertd\.yaml:\d+:11: warning: no portfolio belongs to desk `ia`, so no rule is asked .*", line
    )
    assert line.endswith(f" about items of source `example-wire` ({hint})")


def test_a_receiver_that_may_be_told_and_that_no_portfolio_of_the_desk_names_is_warned_of(desk: Path) -> None:
    settings = desk / "alertd.yaml"
    more = "receivers:\n  - {id: oms, type: console, desk: ai}\n"
    settings.write_text(settings.read_text().replace("receivers:\n", more).replace("operator: [", "operator: [oms, "))
    (line,) = walled(desk, "desk: ai\n    rights: {receivers: [desk, oms]}", "desk: ai")
    assert "warning: rights: no portfolio of desk `ai` names receiver `oms`, so it is not told of items" in line
    assert line.endswith("of source `example-wire` (name it under `receivers:` of one, or take it out here)")


@pytest.mark.parametrize(
    ("token", "found"),
    [("ai", ""), ("aii", "did you mean `ai`?"), ("energy", "known here: ai")],
)
def test_a_token_of_a_desk_that_nothing_names_is_warned_of(desk: Path, token: str, found: str) -> None:
    settings = desk / "alertd.yaml"
    web = f"web:\n  tokens:\n    - {{name: jd, desk: {token}, token: {'planted-' * 4}}}\n"
    settings.write_text(settings.read_text().replace("web:\n", web, 1))
    lines = [line for line in walled(desk, "desk: ai", "desk: ai") if "token `jd`" in line]
    if not found:
        assert lines == []
        return
    (line,) = lines
    says = f"warning: nothing belongs to desk `{token}`: token `jd` opens only what is nobody's"
    assert re.fullmatch(rf"alertd\.yaml:\d+:\d+: {says} .*", line)
    assert line.endswith(f" ({found})")
    assert "planted" not in line


def test_a_token_for_portfolios_that_its_desk_has_not_is_warned_of(desk: Path) -> None:
    settings = desk / "alertd.yaml"
    web = f"web:\n  tokens:\n    - {{name: jd, desk: ai, portfolios: [nothing], token: {'planted-' * 4}}}\n"
    settings.write_text(settings.read_text().replace("web:\n", web, 1))
    (line,) = [line for line in walled(desk, "desk: ai", "desk: ai") if "token `jd`" in line]
    says = "warning: desk `ai` has no portfolio `nothing`: token `jd` opens nothing by it"
    assert re.fullmatch(rf"alertd\.yaml:\d+:\d+: {says} .*", line)


@pytest.mark.parametrize(
    ("proxies", "warned"),
    [
        ('["10.0.0.7"]', []),
        ('["10.0.0.7", "127.0.0.1"]', ["127.0.0.1"]),
        ('["::1", "127.9.0.0/16"]', ["::1", "127.9"]),
    ],
)
def test_a_proxy_on_this_machine_that_says_who_asks_is_warned_of(desk: Path, proxies: str, warned: list[str]) -> None:
    settings = desk / "alertd.yaml"
    before = settings.read_text()
    who = "  user_header: X-Forwarded-User\n  users: [{user: jd, all_desks: true}]\n"
    for more, lines in ((who, warned), ("", [])):
        settings.write_text(before.replace("web:\n", f"web:\n  trusted_proxies: {proxies}\n{more}", 1))
        found = [line for line in walled(desk, "desk: ai", "desk: ai") if "as this proxy" in line]
        says = "warning: anybody on this machine can connect as this proxy and say in X-Forwarded-User who they are"
        assert [says in line for line in found] == [True] * len(lines)
        places = [
            settings.read_text().splitlines()[int(row) - 1][int(column) - 1 :] for row, column in map(place, found)
        ]
        assert [at.strip('"').startswith(one) for at, one in zip(places, lines, strict=True)] == [True] * len(lines)


def place(line: str) -> list[str]:
    """Give line and column of a fault."""
    return line.split(":")[1:3]


def test_walls_behind_which_somebody_hears_are_fine(desk: Path) -> None:
    assert walled(desk, "desk: ai\n    rights: {receivers: [desk]}", "desk: ai") == []
