"""A feed cut into its entries without a parser, each with a digest: to know again what stood there at the last poll.

    <rss>…<item>a</item> <item>b</item>…</rss>  ->  Cut(digest, [(start, end), …], [digest of a, digest of b])

A digest covers all that an entry is read by: its own bytes, what stands around the entries (language, namespaces,
base), the address and the settings. Only when the page was made is left out of that: it is new at each poll.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from alertd.sources.outline import MAX_ENTRIES

SIZE = 16
"""Bytes of a digest."""

_TOKEN = re.compile(rb"<!--|<!\[CDATA\[|<(/?)(item|entry)(?=[\s/>])")
_BASE = re.compile(rb"xml:base|<base\b")
_MADE_AT = re.compile(rb"<(lastBuildDate|pubDate|updated|modified|dc:date)(?:\s[^<>]*)?>[^<]*</\1\s*>")


@dataclass(frozen=True, slots=True)
class Cut:
    """Where the entries of a document stand, and what tells each from all others."""

    body: bytes
    spans: list[tuple[int, int]]
    """Offsets in bytes, end exclusive."""
    digests: list[bytes]
    digest: str
    """Of all of it: the same for a page that says the same, whenever it was made."""

    def only(self, kept: Collection[int]) -> bytes:
        """Give the document with these entries alone."""
        pieces: list[bytes] = []
        position = 0
        for index, (start, end) in enumerate(self.spans):
            if index not in kept:
                pieces.append(self.body[position:start])
                position = end
        pieces.append(self.body[position:])
        return b"".join(pieces)


def cut(body: bytes, *read_by: bytes) -> Cut | None:
    """Cut a document; `read_by` is what else decides how its entries are read.

    None where that cannot be done for sure: no XML, no entries, entries in entries, something left open; or where one
    entry says what links are relative to, for feedparser reads those after it by that, too.
    """
    found = _spans(body)
    if found is None:
        return None
    spans, comments = found
    if any(_BASE.search(body, start, end) for start, end in spans):
        return None
    around = blake2b(digest_size=SIZE)
    for part in (*read_by, *_around(body, sorted([*spans, *comments]))):
        around.update(len(part).to_bytes(8, "big") + part)
    key = around.digest()
    digests = [blake2b(body[start:end], key=key, digest_size=SIZE).digest() for start, end in spans]
    return Cut(body, spans, digests, blake2b(b"".join(digests), key=key, digest_size=SIZE).hexdigest())


def _spans(body: bytes) -> tuple[list[tuple[int, int]], list[tuple[int, int]]] | None:
    """Give the entries, and the comments that stand between them."""
    if not body[:256].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return None
    spans: list[tuple[int, int]] = []
    comments: list[tuple[int, int]] = []
    start, name, at = -1, b"", 0
    while token := _TOKEN.search(body, at):
        closing, tag = token[1], token[2]
        end = body.find(b">" if tag else b"-->" if token[0] == b"<!--" else b"]]>", token.end())
        if end < 0:
            return None
        at = end + (1 if tag else 3)
        if not tag:
            if start < 0 and token[0] == b"<!--":
                comments.append((token.start(), at))
        elif not closing:
            if start >= 0 or body[end - 1 : end] == b"/":
                return None
            start, name = token.start(), tag
        elif start < 0 or tag != name:
            return None
        else:
            spans.append((start, at))
            start = -1
    return (spans, comments) if start < 0 and 0 < len(spans) <= MAX_ENTRIES else None


def _around(body: bytes, out: Sequence[tuple[int, int]]) -> list[bytes]:
    """Give what stands around these spans, without white space at its ends and without when the page was made."""
    ends = [0, *(end for _, end in out)]
    starts = [*(start for start, _ in out), len(body)]
    pieces = (body[start:end].strip() for start, end in zip(ends, starts, strict=True))
    return [_MADE_AT.sub(b"", piece) for piece in pieces if piece]
