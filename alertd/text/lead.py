"""How much of a body is its lead: where the news of an item is told, before background and boilerplate begin.

The first two sentences, or the first 60 words if these are more, since a dateline or a subheading may count as a
sentence; never more than 120 words, since a stranger's sentence may have no end.
"""

from __future__ import annotations

from alertd.text.fold import split_words
from alertd.text.sentences import sentences

SENTENCES = 2
LEAST = 60
MOST = 120
"""Words of a lead."""
_PREFIX = 2_000
"""Code points of a body in which its first sentences are looked for: 120 words are shorter."""


def lead_words(body: str) -> int:
    """Give how many of a body's words belong to its lead; at least 60, though the body may have fewer."""
    beginning = body[:_PREFIX]
    first = sentences(beginning, SENTENCES + 1)[:SENTENCES]
    told = len(split_words(beginning[: first[-1].end])) if first else 0
    return min(max(told, LEAST), MOST)
