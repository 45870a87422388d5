"""`alertd init` and `alertd schema`: the files a user begins with, and what editors are told about them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.run import ROOT, RULES, alertd, process
from tests.support.json_schema import complaints

WRITTEN = "wrote {0}alertd.yaml\nwrote {0}rules/portfolios/example.yaml\n{1}"
SHARED = ["companies", "event-types", "fragments", "lists", "schema"]
COUNT = sum(file.suffix in (".yaml", ".json") for folder in SHARED for file in (RULES / folder).rglob("*"))
LIBRARY = f"wrote {COUNT} files of {', '.join(SHARED)} in "
TEMPLATES = ROOT / "alertd/cli/templates"


def test_init_writes_files_that_pass_the_check(tmp_path: Path) -> None:
    done = alertd("init", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert done.out == WRITTEN.format("", LIBRARY + "rules\n") + "Next: alertd check && alertd test && alertd run\n"
    assert alertd("check", "--strict", cwd=tmp_path).code == 0


def test_init_can_begin_with_the_rules_that_are_shipped(tmp_path: Path) -> None:
    done = alertd("init", "--examples", "desk", cwd=tmp_path)
    assert done.code == 0, done.err
    assert "wrote desk/rules/portfolios/ai-infrastructure.yaml\n" + LIBRARY + "desk/rules\n" in done.out.replace(
        "".join(f"wrote desk/rules/portfolios/{p.name}\n" for p in sorted((RULES / "portfolios").iterdir())[1:]), ""
    )
    desk = tmp_path / "desk"
    assert {folder.name for folder in (desk / "rules").iterdir()} == {
        "companies", "event-types", "fragments", "lists", "portfolios", "schema",
    }  # fmt: skip
    assert alertd("check", "--strict", cwd=desk).code == 0
    assert alertd("test", cwd=desk).code == 0
    again = alertd("init", "--examples", cwd=desk)
    assert (again.code, "more are there already" in again.err) == (2, True)


def test_init_makes_a_folder_and_says_how_to_go_on_there(tmp_path: Path) -> None:
    done = alertd("init", "new/my desk", cwd=tmp_path)
    assert done.code == 0
    assert (
        done.out
        == WRITTEN.format("new/my desk/", LIBRARY + "new/my desk/rules\n")
        + "Next: cd 'new/my desk' && alertd check && alertd test && alertd run\n"
    )
    assert alertd("check", "--strict", cwd=tmp_path / "new/my desk").code == 0


def test_init_overwrites_nothing_unless_told_to(tmp_path: Path) -> None:
    mine = tmp_path / "alertd.yaml"
    mine.write_text("mine\n")
    done = alertd("init", cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert done.err == "alertd: alertd.yaml is there already; --force overwrites\n"
    assert mine.read_text() == "mine\n"
    assert not (tmp_path / "rules").exists()
    assert alertd("init", "--force", cwd=tmp_path).code == 0
    assert "state_dir" in mine.read_text()
    done = alertd("init", cwd=tmp_path)
    assert done.err == f"alertd: alertd.yaml and {COUNT + 1} more are there already; --force overwrites\n"


def test_what_is_shipped_can_be_added_to_rules_that_have_none_of_it(tmp_path: Path) -> None:
    (tmp_path / "rules/portfolios").mkdir(parents=True)
    assert "`alertd init --library` writes those" in alertd("enrich", cwd=tmp_path, stdin=b"").err
    done = alertd("init", "--library", cwd=tmp_path)
    assert done.out.startswith(LIBRARY + "rules\n")
    assert not (tmp_path / "alertd.yaml").exists()
    assert not list((tmp_path / "rules/portfolios").iterdir())
    item = b'{"title": "Vega Grid cuts full-year guidance"}'
    assert alertd("enrich", cwd=tmp_path, stdin=item).lines[0]["event_types"][0]["type"] == "guidance_cut"


def test_a_folder_that_cannot_be_made_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = alertd("init", "file/desk", cwd=tmp_path)
    assert (done.code, done.out) == (1, "")
    assert done.err == "alertd: cannot write file/desk/alertd.yaml: Not a directory\n"
    assert alertd("init", "file", cwd=tmp_path).code == 2


def test_the_comments_of_the_templates_are_right(tmp_path: Path) -> None:
    assert alertd("init", cwd=tmp_path).code == 0
    texts = [path.read_text("utf-8") for path in TEMPLATES.glob("*.yaml")]
    for page in re.findall(r"docs/[\w-]+\.md", " ".join(texts)):
        assert (ROOT / page).is_file(), page
    # What is commented out is good as soon as it is not.
    settings = tmp_path / "alertd.yaml"
    lines = settings.read_text("utf-8").splitlines()
    bare = [re.sub(r"^(\s*)# (smtp:| {2}\w+:|- id:| {2}\w+:)", r"\1\2", line) for line in lines]
    assert sum(a != b for a, b in zip(lines, bare, strict=True)) >= 11 + 30
    (tmp_path / "drop").mkdir()
    settings.write_text("\n".join(bare) + "\n")
    env = {"SMTP_PASSWORD": "x", "SLACK_AI_DESK": "https://hooks.slack.com/services/T0/B0/x"}
    env |= {"NEWS_WIRE_TOKEN": "x", "MAIL_PASSWORD": "x", "INBOX_TOKEN": "x" * 24}
    env["OMS_SECRET"] = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"
    *warnings, last = alertd("check", cwd=tmp_path, env=env).out.splitlines()
    assert last.startswith("fine: 7 sources, 3 receivers, 1 portfolio, 1 rule, ")
    assert ", 2 warnings" in last
    assert sum("[dead-receiver]" in warning for warning in warnings) == 2
    # The example in the portfolio's first lines holds.
    (example,) = re.findall(r"echo '(.*)' \| alertd match --rules rules", texts[0] + texts[1])
    assert len(alertd("match", "--rules", "rules", cwd=tmp_path, stdin=example.encode()).lines) == 1


@pytest.mark.parametrize("words", [(), ("settings",)])
def test_settings_are_described_by_default(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = alertd("schema", *words, cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert done.json["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert {"sources", "receivers", "smtp"} <= done.json["properties"].keys()


@pytest.mark.parametrize("kind", ["portfolio", "event-type", "companies", "list", "fragments", "backtest"])
def test_the_schema_needs_no_settings_and_is_the_one_kept_beside_the_rules(kind: str, tmp_path: Path) -> None:
    kept = (RULES / f"schema/{kind}.schema.json").read_text("utf-8")
    assert alertd("schema", kind, cwd=tmp_path).out == kept
    assert process("schema", kind, cwd=tmp_path, env={"PYTHONHASHSEED": "1"}).out == kept


def test_all_schemas_are_written_at_once(tmp_path: Path) -> None:
    done = alertd("schema", "--write", "rules/schema", cwd=tmp_path)
    written = {path.name: path.read_text("utf-8") for path in (tmp_path / "rules/schema").iterdir()}
    assert done.code == 0
    assert sorted(done.out.splitlines()) == sorted(f"wrote rules/schema/{name}" for name in written)
    assert written == {path.name: path.read_text("utf-8") for path in (RULES / "schema").iterdir()}


def test_a_schema_that_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = alertd("schema", "--write", "file/schema", cwd=tmp_path)
    assert (done.code, done.out) == (1, "")
    assert done.err == "alertd: cannot write file/schema/settings.schema.json: Not a directory\n"


def test_a_kind_of_file_that_has_no_schema_is_a_wrong_word(tmp_path: Path) -> None:
    done = alertd("schema", "portfolios", cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert "'portfolios' is not one of 'settings', 'portfolio', 'event-type'" in done.err


def test_settings_that_are_shipped_are_as_the_schema_says() -> None:
    template = (TEMPLATES / "alertd.yaml").read_text("utf-8")
    examples = re.findall(r"```yaml\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    (example,) = [text for text in examples if "sources:" in text]
    assert complaints(template, "settings") == complaints(example, "settings") == {}
    wrong = template.replace("every: 30s", "every: 30").replace("type: console", "type: consol")
    assert sorted(complaints(wrong, "settings")) == ["$.receivers[0]", "$.sources[0]"]
