"""What docs/notes.md shows of `alertd note` is what it prints."""

from __future__ import annotations

import pytest

from tests.cli.sessions import replayed
from tests.docs.pages import ROOT, Block, blocks

SHOWN = [block for block in blocks(ROOT / "docs/notes.md") if block.language == "console"]


@pytest.mark.parametrize("block", SHOWN, ids=str)
def test_every_note_shown_is_what_the_command_prints(block: Block) -> None:
    assert replayed(block.text) == block.text
    assert len(block.text.splitlines()) > 5
