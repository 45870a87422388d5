"""Make the packaged table that says how much a word tells one piece of news from another.

    python -m tools.make_story_words [../shared/data]

It counts in how many texts a stem stands: the headlines of SEntFiN 1.0 (MIT) whose hash is even (the other half is
only measured on), and the paragraphs of the SEC's 8-K filings (public domain). A stem that stands in one text of ten
tells nothing, one that stands in none of 3,000 tells most. Only how common a word is goes into the file.
"""

from __future__ import annotations

import argparse
import html
import json
import math
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from alertd.enrich.story_words import MOST, PACKAGED, stem
from alertd.text.common import common_words
from alertd.text.fold import split_words
from bench.quality.measured import SHARED, is_dev

LEAST = 2
"""A stem that one text alone has may be a misspelling."""
LEGAL = 3.0
"""How much more often a word that no headline has stands in a filing than in the news."""
_TAG = re.compile(r"<[^<>]{0,300}>")
_WORD = re.compile(r"[a-z]{2,20}")


def headlines(folder: Path) -> list[str]:
    """Give the headlines that may be learned from."""
    lines = (folder / "news" / "sentfin.jsonl").read_text("utf-8").splitlines()
    return [title for line in lines if is_dev(title := json.loads(line)["title"])]


def paragraphs(folder: Path) -> Iterator[str]:
    """Give the paragraphs of the filings, exhibits among them, without markup."""
    for file in sorted((folder / "edgar" / "8-K-raw").iterdir()):
        text = html.unescape(_TAG.sub(" ", file.read_text("utf-8", "replace")))
        yield from (part for part in re.split(r"\n\s*\n", text) if len(part) > 80)


def rates(texts: Iterable[str]) -> dict[str, float]:
    """Give the share of texts that each stem stands in."""
    count: Counter[str] = Counter()
    total = 0
    for text in texts:
        total += 1
        count.update({stem(word) for word in split_words(text) if _WORD.fullmatch(word)})
    return {word: many / total for word, many in count.items() if many >= LEAST}


def weights(folder: Path) -> dict[str, int]:
    """Give each stem its weight, from 0 to MOST; what is not in it has the most."""
    rate = {word: share / LEGAL for word, share in rates(paragraphs(folder)).items()} | rates(headlines(folder))
    made = {word: round((-math.log10(share) - 1.0) / 2.5 * MOST) for word, share in rate.items()}
    made |= {stem(word): min(made.get(stem(word), 1), 1) for word in common_words()}
    return {word: max(weight, 0) for word, weight in made.items() if weight < MOST}


def main() -> int:
    """Write alertd/enrich/data/story.words.txt."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=SHARED)
    made = weights(parser.parse_args().folder)
    lines = [
        f"{weight} {' '.join(sorted(word for word, own in made.items() if own == weight))}" for weight in range(MOST)
    ]
    PACKAGED.write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{len(made)} stems, {PACKAGED.stat().st_size >> 10} KiB: {PACKAGED}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
