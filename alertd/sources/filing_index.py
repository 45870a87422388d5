"""The index page of a filing -> the documents it lists.

Two kinds of pages: `…-index.html`, tables for people, and `…-index-headers.html`, the tags of the submission with
links in place of the texts. What came before 2001 has no files of its own: there the whole submission has to be read.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

import msgspec

from alertd.errors import ParseFailed
from alertd.sources.charset import decode
from alertd.sources.filing_html import read_markup
from alertd.sources.filing_submission import MAX_DOCUMENTS, Document, read_submission

MAX_INDEX = 2 << 20
"""Bytes of an index page that are looked at."""
_ARCHIVES = "/Archives/edgar/data/"
_VIEWER = re.compile(r"/ix(?:viewer)?(?:/ix\.html)?\?doc=(?=/Archives/)")
_NUMBER = re.compile(r"\d{1,12}")
_ANY_TAG = re.compile(r"<[^<>]{0,2000}>")
_HEADERS = "&lt;DOCUMENT&gt;"
_MAX_CELL = 300


class FilingIndex(msgspec.Struct, frozen=True):
    """What an index page lists."""

    documents: tuple[Document, ...]
    """In the order of the page, without contents."""
    submission_url: str
    """Where the whole submission can be fetched; empty where the page does not say."""


def read_index(page: bytes, url: str) -> FilingIndex:
    """Give the documents that an index page lists. `url` is its own address; only links into the
    archive of the same server count.

    Raises ParseFailed if the page lists none: an error page, or one that changed its layout.
    """
    text, _ = decode(page[:MAX_INDEX], None)
    found = _of_headers(text, url) if _HEADERS in text else _of_tables(text, url)
    if not found.documents:
        raise ParseFailed("the page is no index of a filing: no document is listed in it")
    return found


def _of_headers(text: str, url: str) -> FilingIndex:
    tags = html.unescape(_ANY_TAG.sub("", text[text.find(_HEADERS) :]))
    listed = read_submission([tags.encode()], wanted=lambda document: False)
    return FilingIndex(
        documents=tuple(
            msgspec.structs.replace(d, url=_link(d.filename, url), size=0, truncated=False) for d in listed
        ),
        submission_url="",
    )


def _of_tables(text: str, url: str) -> FilingIndex:
    rows = _Rows()
    read_markup(text, rows, MAX_INDEX)
    documents = []
    submission = ""
    for cells, link in rows.rows[:MAX_DOCUMENTS]:
        if len(cells) < 4:
            continue
        address = _link(link, url)
        sequence, description, name, kind, size = [" ".join(c.split())[:_MAX_CELL] for c in [*cells, ""][:5]]
        if not _NUMBER.fullmatch(sequence):
            submission = address if address.endswith(".txt") else submission
            continue
        documents.append(
            Document(
                sequence=int(sequence),
                type=kind,
                filename=address.rpartition("/")[2] or name.split(" ")[0],
                description=description,
                url=address,
                size=int(size) if _NUMBER.fullmatch(size) else 0,
            )
        )
    return FilingIndex(documents=tuple(documents), submission_url=submission)


def _link(link: str, url: str) -> str:
    """Make the address of a document; empty if it is a folder, or leads out of the archive or to another server."""
    if not link or len(link) > 1_000:
        return ""
    try:
        address = urljoin(url, _VIEWER.sub("", link.strip(), count=1))
        here, there = urlsplit(url), urlsplit(address)
    except ValueError:
        return ""
    same = (here.scheme, here.netloc) == (there.scheme, there.netloc)
    inside = there.path.startswith(_ARCHIVES) and ".." not in there.path and not there.path.endswith("/")
    return address if same and inside else ""


class _Rows:
    """The rows of the tables of files: the text of each cell, and the row's first link."""

    def __init__(self) -> None:
        self.rows: list[tuple[list[str], str]] = []
        self.depth = 0
        self.taken = 0
        self._in_files = False
        self._cells: list[list[str]] = []
        self._link = ""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take a start tag."""
        self.depth += 1
        if tag == "table":
            self._in_files = "tablefile" in attributes.get("class", "").lower()
        elif self._in_files and tag == "tr":
            self._end_row()
        elif self._in_files and tag == "td":
            self._cells.append([])
        elif self._in_files and tag == "a" and not self._link:
            self._link = attributes.get("href", "")

    def end(self, tag: str) -> None:
        """Take an end tag."""
        self.depth -= 1
        if self._in_files and tag in ("tr", "table"):
            self._end_row()
            self._in_files = tag == "tr"

    def data(self, text: str) -> None:
        """Take text."""
        self.taken += len(text)
        if self._cells:
            self._cells[-1].append(text)

    def close(self) -> None:
        """Go on."""
        self.depth = 0

    def _end_row(self) -> None:
        if self._cells:
            self.rows.append((["".join(cell) for cell in self._cells], self._link))
        self._cells = []
        self._link = ""
