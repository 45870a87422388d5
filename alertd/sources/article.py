"""The page of an article -> its text, by trafilatura, which the extra `alertd[articles]` brings. Pure; parse worker.

    bytes -> is it for everybody? -> text without menus and comments -> longer than what the entry said? -> event

What a publisher wants to be paid for is never taken, also where his page shows it to machines: he says so in JSON-LD
(schema.org `isAccessibleForFree`) or in a meta tag (`article:content_tier`).
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
from typing import Final
from urllib.parse import urlsplit

import msgspec

from alertd.errors import ParseFailed
from alertd.model import Event, ParsedFeed, event_from_json
from alertd.sources.charset import decode
from alertd.sources.events import SourceFacts
from alertd.sources.filing_event import text_candidate
from alertd.sources.guard import FREE, Guard, OverTime
from alertd.sources.pdf import looks_like_pdf, pdf_text
from alertd.sources.plain import cut_body, plain_text

ARTICLE: Final = "article"
"""What a parse worker is asked for (`catalog.PARSERS`)."""
MISSING = "the text of articles needs the extra: pip install 'alertd[articles]'"
MAX_PAGE = 2 << 20
"""Bytes of a page that are looked at."""
MAX_ELEMENTS = 20_000
"""Elements of a page; trafilatura's time grows with the square of them where all of them are paragraphs."""
_SHARE = 0.7
_LEAST = 200
"""Characters of an article; with fewer it is a notice in its place."""
_START = 120
"""Characters of an entry's text by which it is found again in the article's."""
_NOT_FREE = re.compile(r"""["']isAccessibleForFree["']\s{0,20}:\s{0,20}["']?\s{0,5}false\b""", re.IGNORECASE)
_TIER = re.compile(r"<meta\b[^<>]{0,400}>", re.IGNORECASE)
_TIER_NAME = re.compile(r"""(?:property|name)\s{0,5}=\s{0,5}["']?article:content_tier""", re.IGNORECASE)
_TIER_PAID = re.compile(r"""content\s{0,5}=\s{0,5}["']?(?:locked|metered)""", re.IGNORECASE)
_PASSWORD = re.compile(r"<input\b[^<>]{0,400}\btype\s{0,5}=\s{0,5}[\"']?password", re.IGNORECASE)
_SIGN_IN = re.compile(
    r"/(?:log-?in|sign-?in|subscri(?:be|ption)s?|register|sso|oauth2?|paywall)(?:[/.]|$)", re.IGNORECASE
)
_ELEMENT = re.compile(r"<[A-Za-z]")


class ArticleParts(msgspec.Struct, frozen=True):
    """What the event of an article is made of, as it goes to the parse worker."""

    header: bytes
    """The event as the entry made it, as JSON."""
    page: bytes


def pack_article(parts: ArticleParts) -> bytes:
    """Write parts as the body of a parse job."""
    return msgspec.msgpack.encode(parts)


def has_articles() -> bool:
    """Say whether articles can be read here: the extra is installed."""
    return importlib.util.find_spec("trafilatura") is not None


def parse_article(
    body: bytes,
    content_type: str | None,
    base_url: str,
    source: SourceFacts,
    seen_at_ms: int,
    http_date: str | None,
    guard: Guard = FREE,
) -> ParsedFeed:
    """Make the one candidate of an event with the text of its article; `body` is that of `pack_article`.

    `base_url` is where the page was found in the end. A PDF file is read too, if that extra is there. Raises
    ParseFailed, in one sentence for a person, for a page that is not for everybody or holds no article.
    """
    parts = msgspec.msgpack.decode(body, type=ArticleParts)
    header = event_from_json(parts.header)
    text = (
        _pdf(parts.page, guard) if looks_like_pdf(parts.page) else _article(parts.page, content_type, base_url, guard)
    )
    if len(text) < _LEAST or len(text) <= len(header.body):
        raise ParseFailed("the page says no more than the entry: no article was found on it")
    return ParsedFeed(format=ARTICLE, candidates=[text_candidate(_event(header, parts.page, text, http_date))])


def _pdf(page: bytes, guard: Guard) -> str:
    _, text = pdf_text(page, guard)
    return text


def _article(page: bytes, content_type: str | None, url: str, guard: Guard) -> str:
    if content_type and not re.match(
        r"\s*(?:text/(?:html|plain)|application/xhtml\+xml)\b", content_type, re.IGNORECASE
    ):
        raise ParseFailed(f"the link leads to no page but to {content_type[:60]}")
    markup, _ = decode(page[:MAX_PAGE], content_type)
    if why := paid(markup, url):
        raise ParseFailed(why)
    if sum(1 for _ in _ELEMENT.finditer(markup)) > MAX_ELEMENTS:
        raise ParseFailed(f"the page has more than {MAX_ELEMENTS:,} elements: no article, but a list of everything")
    try:
        with guard.step(_SHARE):
            text = _extracted(markup)
    except OverTime:
        raise ParseFailed("the page takes too long to read") from None
    if len(text) < _LEAST and _PASSWORD.search(markup):
        raise ParseFailed("the page asks to sign in")
    return text


def paid(markup: str, url: str) -> str:
    """Say why a page is not for everybody; empty if nothing on it says so. `url` is where it was found in the end."""
    if _SIGN_IN.search(urlsplit(url).path):
        return "the link was redirected to a sign-in or a subscription"
    if _NOT_FREE.search(markup):
        return "the article is behind a pay wall: its page says isAccessibleForFree false"
    for tag in _TIER.finditer(markup):
        if _TIER_NAME.search(tag[0]) and _TIER_PAID.search(tag[0]):
            return "the article is behind a pay wall: its page says that its content_tier is not free"
    return ""


def _extracted(markup: str) -> str:
    if not has_articles():
        raise ParseFailed(MISSING)
    import trafilatura

    found = trafilatura.extract(
        markup, fast=True, include_comments=False, include_tables=True, output_format="txt", favor_precision=True
    )
    return plain_text(found or "", literal=True)


def _event(header: Event, page: bytes, text: str, http_date: str | None) -> Event:
    """Put the text into the event. What the entry said stays, so that no rule that held by it holds no longer."""
    words = header.body[:_START].split()
    start = " ".join(words[:-1] if len(header.body) > _START else words)
    whole = text if start in " ".join(text.split()) else f"{header.body}\n{text}"
    body, truncated = cut_body(whole)
    return msgspec.structs.replace(
        header,
        body=body,
        truncated=truncated or len(page) > MAX_PAGE,
        awaiting=None,
        provenance=msgspec.structs.replace(
            header.provenance, fetched_sha256=hashlib.sha256(page).hexdigest(), http_date=http_date
        ),
    )
