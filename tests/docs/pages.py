"""The documents for users, and what stands in them."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A block of code."""

    page: Path
    number: int
    """Of the block on its page, from 1."""
    language: str
    text: str

    def __str__(self) -> str:
        return f"{name(self.page)}#{self.number}"


def name(page: Path) -> str:
    """Give a page's path from the root."""
    return page.relative_to(ROOT).as_posix()


def read(page: str) -> str:
    """Give the text of a page in docs/."""
    return (ROOT / "docs" / page).read_text("utf-8")


def prose(text: str) -> str:
    """Drop the blocks of code."""
    return _FENCE.sub("", text)


def blocks(page: Path) -> list[Block]:
    """Give the blocks of code of a page."""
    found = _FENCE.findall(page.read_text("utf-8"))
    return [Block(page, number, language, text) for number, (language, text) in enumerate(found, 1)]


def anchors(page: Path) -> set[str]:
    """Give the anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ +(.+)$", prose(page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def tracked() -> list[Path]:
    """Give the files that the repository holds or would hold; none outside of a repository."""
    git = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True, check=False,
    )  # fmt: skip
    paths = [ROOT / found for found in git.stdout.decode().split("\0") if found]
    return [path for path in paths if path.is_file()]
