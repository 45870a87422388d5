"""Templates in the settings: read with them, and faults told with file, line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from alertd.errors import ConfigError
from alertd.notify.template_source import TemplateSource
from alertd.settings import Settings, load_settings
from tests.cli.run import alertd


def loaded(folder: Path, template: str, receiver: str = "type: console") -> Settings:
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "alertd.yaml").write_text(f"receivers:\n  - id: desk\n    {receiver}\n    template: {template}\n")
    return load_settings(folder / "alertd.yaml", {}).settings


def faults(folder: Path, template: str, receiver: str = "type: console") -> list[str]:
    with pytest.raises(ConfigError) as found:
        loaded(folder, template, receiver)
    return [str(fault).replace(f"{folder}/", "") for fault in found.value.faults]


def the_source(settings: Settings) -> TemplateSource:
    ((source, _),) = settings.receivers[0].templates.values()
    return source


def test_a_file_lies_beside_the_settings_and_is_read_with_them(tmp_path: Path) -> None:
    (tmp_path / "desk.j2").write_text("{{ lines.title }}")
    before = loaded(tmp_path, "desk.j2")
    assert the_source(before).text == "{{ lines.title }}"
    (tmp_path / "desk.j2").write_text("{{ lines.status }}")
    after = loaded(tmp_path, "{file: desk.j2}")
    assert after.receivers != before.receivers, "a reload takes the new text, though the settings are the same"


def test_a_text_is_the_template_itself(tmp_path: Path) -> None:
    assert the_source(loaded(tmp_path, '"{{ lines.title }}"')).text == "{{ lines.title }}"
    assert the_source(loaded(tmp_path, "|\n      one\n      two")).text == "one\ntwo"
    assert the_source(loaded(tmp_path, "{inline: always}")).text == "always"


def test_a_fault_in_a_file_is_told_at_its_own_line_and_column(tmp_path: Path) -> None:
    (tmp_path / "desk.j2").write_text("fine\n  {{ alrt.title }}\n")
    assert faults(tmp_path, "desk.j2") == ["desk.j2:2:3: there is no variable `alrt`: did you mean `alert`?"]


def test_a_fault_in_a_text_is_told_at_its_place_in_the_settings(tmp_path: Path) -> None:
    (one,) = faults(tmp_path, "|\n      fine\n      {{ 1 ** 2 }}")
    assert one.startswith("alertd.yaml:4:15: line 2 of the template: not in the language of templates: `**`")


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    assert faults(tmp_path, "nowhere.j2") == [
        "alertd.yaml:4:15: the template nowhere.j2 cannot be read: No such file or directory"
    ]
    (tmp_path / "latin.j2").write_bytes(b"caf\xe9")
    assert faults(tmp_path, "{file: latin.j2}") == [
        "alertd.yaml:4:22: the template latin.j2 cannot be read: it is no UTF-8"
    ]


@pytest.mark.parametrize(
    ("template", "receiver", "said"),
    [
        ("{file: a, inline: b}", "type: console", "write the name of a file, or `inline:`"),
        ("{fiel: a}", "type: console", "unknown key `fiel`"),
        ("{texd: a}", "{type: email, to: [a@example.com]}"[1:-1].replace(", to", "\n    to"), "unknown key `texd`"),
    ],
)
def test_what_is_no_template_is_told(template: str, receiver: str, said: str, tmp_path: Path) -> None:
    assert any(said in fault for fault in faults(tmp_path, template, receiver)), faults(tmp_path, template, receiver)


def test_a_webhook_needs_a_key_unless_it_has_a_body_of_its_own(tmp_path: Path) -> None:
    hook = "type: webhook\n    url: https://x.example.com/hook"
    assert loaded(tmp_path, '"{}{{ 1 }}"', hook).receivers[0].templates
    (tmp_path / "alertd.yaml").write_text(f"receivers:\n  - id: desk\n    {hook}\n")
    with pytest.raises(ConfigError, match="`secret` is missing"):
        load_settings(tmp_path / "alertd.yaml", {})


def test_check_tries_a_template_with_every_kind_of_message(tmp_path: Path) -> None:
    loaded(tmp_path, '"{{ alert.title }}"')
    done = alertd("check", cwd=tmp_path)
    assert (
        "4:15: warning: the template fails for digest, test: line 1: nothing (none) has no 'title'"
        in done.out + done.err
    )
