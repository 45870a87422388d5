"""What people type to search for, made into an expression of FTS5. Pure; nothing they type is an error of SQL.

lease Anthropic        both words, in any case, with or without accents
"compute lease"        these words in a row
-rumour -"in talks"    not with these
anthrop*               words that begin so
$NVDA  BRK.B           tickers, as they are written
"""

from __future__ import annotations

import re

MOST = 400
"""Characters that may be typed."""
TERMS = 32
"""Words and phrases of them."""
_TERM = re.compile(r'(-?)(?:"([^"]*)"?|([^\s"]+))(\*?)')


class NotSearchable(ValueError):
    """There is nothing in what was typed that could be looked for; the text says what is missing."""


def expression(text: str) -> str:
    """Give the FTS5 expression for what was typed. Raises NotSearchable."""
    if len(text) > MOST:
        raise NotSearchable(f"that is too long to search for: at most {MOST} characters")
    wanted: list[str] = []
    unwanted: list[str] = []
    for minus, phrase, word, star in _TERM.findall(text):
        shown = _quoted(phrase or word, prefix=bool(star) or (not phrase and word.endswith("*")))
        if shown:
            (unwanted if minus else wanted).append(shown)
    if not wanted:
        without = "; words with - before them only leave out" if unwanted else ""
        raise NotSearchable(f"name at least one word to search for{without}")
    if len(wanted) + len(unwanted) > TERMS:
        raise NotSearchable(f"these are too many words to search for: at most {TERMS}")
    both = " AND ".join(wanted)
    return f"({both}) NOT ({' OR '.join(unwanted)})" if unwanted else both


def _quoted(text: str, *, prefix: bool) -> str:
    """Give a word or phrase as FTS5 takes it; empty where no letter and no digit is in it."""
    kept = "".join(c if c.isprintable() and c != '"' else " " for c in text).strip()
    if not any(c.isalnum() for c in kept):
        return ""
    last = kept.rstrip("*").rstrip()
    return f'"{last}"{" *" if prefix and last[-1:].isalnum() else ""}'
