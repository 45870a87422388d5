"""`alertd companies graph`: the tree on a terminal, as JSON, for Graphviz, and as one desk sees it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.run import Done, alertd

SPACE = r"""
companies:
  - {id: orbit, name: 'Orbit "X" \N Yards', private: true}
  - {company: NVDA, sector: chips}
relations:
  - {company: NVDA, is: supplier, of: orbit, strength: 0.3, since: 2024-05-01, source: "10-K [bold] of 2024"}
  - {company: orbit, is: customer, of: NVDA, strength: 0.9}
  - {company: TSM, is: supplier, of: NVDA, strength: 0.8, until: 2025-12-31}
  - {company: AMD, is: competitor, of: NVDA}
"""
SECRET = """
desk: ai
companies: [{id: hush, name: Hush Yards}]
relations: [{company: hush, is: investor, of: orbit}]
"""

Ask = Callable[..., Done]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    (tmp_path / "rules/companies").mkdir(parents=True)
    (tmp_path / "rules/companies/space.yaml").write_text(SPACE)
    (tmp_path / "rules/companies/secret.yaml").write_text(SECRET)
    return lambda *words: alertd("companies", "graph", *words, cwd=tmp_path)


def test_a_tree_says_what_a_company_is_to_whom_with_all_that_is_declared(ask: Ask) -> None:
    done = ask("NVDA", "--hops", "2")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "NVIDIA CORP (NVDA)\n"
        "├─ competitor of AMD\n"
        "├─ customer of TSM · 0.8 · until 2025-12-31 · turned round\n"
        '└─ supplier of Orbit "X" \\N Yards · 0.3 (0.9 the other way) · since 2024-05-01 · 10-K [bold] of 2024\n'
        "   └─ investee of Hush Yards · desk ai · turned round\n"
    )


def test_options_narrow_the_tree(ask: Ask) -> None:
    assert ask("NVDA", "--type", "customer").out.splitlines()[1:] == [
        "└─ customer of TSM · 0.8 · until 2025-12-31 · turned round"
    ]
    assert ask("NVDA", "--type", "customer", "--on", "2026-01-01").out.splitlines()[1:] == [
        "no such relation is declared"
    ]


def test_a_desk_sees_nothing_of_what_is_anothers(ask: Ask) -> None:
    assert "Hush" in ask("orbit", "--desk", "ai").out
    assert "Hush" not in ask("orbit", "--desk", "rates").out
    done = ask("hush", "--desk", "rates")
    assert done.code == 1
    assert "Hush" not in done.out + done.err


def test_json_nests_the_relations(ask: Ask) -> None:
    shown = ask("AMD", "--hops", "2", "--json").json
    (nvidia,) = shown["relations"]
    assert (shown["company"]["listings"][0]["ticker"], nvidia["label"], nvidia["type"]) == (
        "AMD",
        "NVDA",
        "competitor",
    )
    assert [(one["label"], one["type"], one["turned"]) for one in nvidia["relations"]] == [
        ("TSM", "customer", True),
        ('Orbit "X" \\N Yards', "supplier", False),
    ]


def test_graphviz_gets_each_relation_once_as_declared_and_no_text_of_its_language(ask: Ask) -> None:
    shown = ask("orbit", "--hops", "2", "--dot").out
    assert shown.splitlines()[0] == r'digraph "Orbit \"X\" \\N Yards" {'
    assert shown.count(" -> ") == 4
    assert r'  "orbit" [label="Orbit \"X\" \\N Yards", style=bold];' in shown
    assert (
        '"cik-0001046179" -> "cik-0001045810" [label="supplier 0.8 until 2025-12-31", tooltip="supplier"];' in shown
    )
    assert '"hush" -> "orbit" [label="investor", tooltip="investor"];' in shown


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("nvda",), 1, "no company is called nvda: did you mean `NVDA`"),
        (("NVDA", "--type", "suplier"), 2, "did you mean `supplier`?"),
        (("NVDA", "--on", "tomorrow"), 2, "--on takes a date such as 2026-01-31, not tomorrow"),
        (("NVDA", "--hops", "3"), 2, "less than or equal to 2"),
        (("NVDA", "--dot", "--json"), 2, "give one"),
    ],
)
def test_what_cannot_be_shown_is_told(ask: Ask, words: tuple[str, ...], code: int, told: str) -> None:
    done = ask(*words)
    assert (done.code, done.out) == (code, "")
    assert told in done.err
