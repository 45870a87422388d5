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

_TOKEN = re.compile(rb"<!--|<!\[CDATA\[|<\?|<![a-z\[]|<(/?)(item|entry)(?=[\s/>])", re.IGNORECASE)
_ENDS = {b"<!--": b"-->", b"<![cdata[": b"]]>"}
"""Of sections; of all else `>` is the end, as `clean` reads it."""
_ALONE = re.compile(rb"\bbase\s*=|<base\b|<(?:[\w.-]+:)?(?:feed|rss|rdf|channel)\b", re.IGNORECASE)
"""By what stands in an entry so, feedparser reads others, too."""
_BASE = re.compile(rb"\bbase\s*=|<base\b", re.IGNORECASE)
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

    None where that cannot be done for sure: what is no UTF-8 as a whole (a part might be by chance), no XML, no
    entries, entries in entries, something left open; or where what stands in one entry, or behind one, says how
    others are read (what links are relative to, another feed).
    """
    found = _spans(body) if _is_utf8(body) else None
    if found is None:
        return None
    spans, comments = found
    if any(_ALONE.search(body, start, end) for start, end in spans) or _BASE.search(_behind(body, spans)):
        return None
    around = blake2b(digest_size=SIZE)
    for part in (*read_by, *_around(body, sorted([*spans, *comments]))):
        around.update(len(part).to_bytes(8, "big") + part)
    key = around.digest()
    digests = [blake2b(body[start:end], key=key, digest_size=SIZE).digest() for start, end in spans]
    return Cut(body, spans, digests, blake2b(b"".join(digests), key=key, digest_size=SIZE).hexdigest())


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in body and body[:256].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def _spans(body: bytes) -> tuple[list[tuple[int, int]], list[tuple[int, int]]] | None:
    """Give the entries, and the comments that stand between them."""
    spans: list[tuple[int, int]] = []
    comments: list[tuple[int, int]] = []
    start, name, at = -1, b"", 0
    while token := _TOKEN.search(body, at):
        kind, closing, tag = token[0].lower(), token[1], token[2]
        mark = _ENDS.get(kind, b">")
        end = body.find(mark, token.end())
        inside = body[token.end() : end]
        if end < 0 or (kind not in _ENDS and (b"<" in inside or b"[" in token[0] + inside)):
            return None
        at = end + len(mark)
        if tag is None:
            if start < 0 and kind == b"<!--":
                comments.append((token.start(), at))
        elif not closing:
            if start >= 0 or inside.endswith(b"/"):
                return None
            start, name = token.start(), tag
        elif start < 0 or tag != name:
            return None
        else:
            spans.append((start, at))
            start = -1
    return (spans, comments) if start < 0 and 0 < len(spans) <= MAX_ENTRIES else None


def _behind(body: bytes, spans: Sequence[tuple[int, int]]) -> bytes:
    """Give all that stands between entries and behind them."""
    ends, starts = [end for _, end in spans], [*(start for start, _ in spans[1:]), len(body)]
    return b"".join(body[end:start] for end, start in zip(ends, starts, strict=True))


def _around(body: bytes, out: Sequence[tuple[int, int]]) -> list[bytes]:
    """Give what stands around these spans, without white space at its ends and without when the page was made."""
    ends = [0, *(end for _, end in out)]
    starts = [*(start for start, _ in out), len(body)]
    pieces = (body[start:end].strip() for start, end in zip(ends, starts, strict=True))
    return [_MADE_AT.sub(b"", piece) for piece in pieces if piece]
