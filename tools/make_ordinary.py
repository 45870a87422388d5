"""Write alertd/companies/data/ordinary.txt: words that are no name by themselves, so such a company needs context.

    python -m tools.make_ordinary CORPORA DICTIONARY

CORPORA is the folder of ../shared/data: taken are words that the SEC's texts (public domain) and the headlines of
SEntFiN (MIT) write in lower case. DICTIONARY is a word list (Debian's wamerican, SCOWL): taken are only those of its
lower-case words that registrants' names contain. `ordinary_more.txt`, written by hand, is read beside the result.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path

from alertd.companies.registrants import PACKAGED, read_registrants
from alertd.text.fold import split_words

_TARGET = PACKAGED.parent / "ordinary.txt"
_NOISE = re.compile(r"<[^>]*>|&\w+;|\S*[@/_=]\S*")
_LOWER = re.compile(r"(?<![\w.'&-])[a-z]{2,}(?![\w'-])")
_FOLDERS = ("8-K-items", "8-K-raw", "documents")
_SEEN = 2
"""Documents in which a word must stand: what one document has is often a typing error."""


def main() -> None:
    """Write the file."""
    corpora, dictionary = map(Path, sys.argv[1:3])
    seen: Counter[str] = Counter()
    for folder in _FOLDERS:
        for file in sorted((corpora / "edgar" / folder).rglob("*")):
            if file.is_file():
                text = _NOISE.sub(" ", file.read_text("utf-8", errors="replace"))
                seen.update(set(_LOWER.findall(text)))
    with (corpora / "news" / "sentfin.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            seen.update(set(_LOWER.findall(json.loads(line)["title"])))
    known = {word for word in dictionary.read_text("utf-8").split() if word.isascii() and word.islower()}
    table = read_registrants(PACKAGED.read_bytes(), str(PACKAGED))
    named = {word for company in table.companies.values() for word in split_words(company.name)}
    often = {word for word, documents in seen.items() if documents >= _SEEN}
    words = sorted((often & known) | (named & known))
    _TARGET.write_text("\n".join(words) + "\n", "utf-8")
    print(f"{len(words)} words")


if __name__ == "__main__":
    main()
