"""The examples of rules in the documents, as one rules directory.

    # rules/lists/computing.yaml …    a file: its first line says which
    - text: lease                     conditions: each becomes a rule
    - id: lease …                     rules: they become a portfolio

Files of all pages lie in one directory, so that an example may name what another one defines.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path

import yaml

from tests.docs.pages import PAGES, Block, blocks

_FILE = "# rules/"
_HEAD = (
    "portfolio: {name}\ntitle: The example {name}\nreceivers: []\nholdings: [{{ticker: NVDA, weight: 8%}}]\nrules:\n"
)
_RULE = "  - id: rule-{number}\n    title: Rule {number}\n    severity: high\n    when:\n"


def is_rule_example(block: Block) -> bool:
    """Whether a block belongs into the rules directory."""
    return block.language == "yaml" and (block.text.startswith((_FILE, "- ")))


def examples() -> list[Block]:
    """Give all blocks that belong into the rules directory."""
    return [block for page in PAGES for block in blocks(page) if is_rule_example(block)]


def write(directory: Path) -> dict[Path, Block]:
    """Write the examples into a rules directory; gives which file holds which."""
    written: dict[Path, Block] = {}
    for block in examples():
        path = directory / _place(block)
        assert path not in written, f"{block} has the same file as {written[path]}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file_of(block), "utf-8")
        written[path] = block
    return written


def file_of(block: Block) -> str:
    """Give the file that a block is, or becomes."""
    return _portfolio(block) if block.text.startswith("- ") else block.text


def _place(block: Block) -> str:
    first = block.text.partition("\n")[0]
    return first.removeprefix(_FILE) if first.startswith(_FILE) else f"portfolios/{_name(block)}.yaml"


def _name(block: Block) -> str:
    return f"{block.page.stem}-{block.number}"


def _portfolio(block: Block) -> str:
    head = _HEAD.format(name=_name(block))
    if "id" in yaml.safe_load(block.text)[0]:
        return head + textwrap.indent(block.text, "  ")
    return head + "".join(_RULE.format(number=i) + entry for i, entry in enumerate(_entries(block.text), 1))


def _entries(text: str) -> Iterator[str]:
    """Give each condition of a list as it is written, indented to stand under `when:`."""
    for part in ("\n" + text).split("\n- ")[1:]:
        yield textwrap.indent("  " + part.rstrip("\n") + "\n", "    ")
