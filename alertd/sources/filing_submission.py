"""A whole submission, as EDGAR stores it in one text file -> its documents.

    <SEC-DOCUMENT> header, then for each document
    <DOCUMENT> <TYPE> <SEQUENCE> <FILENAME> <DESCRIPTION> <TEXT> … </TEXT> </DOCUMENT>

A submission may have hundreds of megabytes of pictures and tables for machines. It is read in parts as they come, and
only of the documents that are wanted anything is kept, up to a cap; the rest is counted and forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import msgspec

from alertd.errors import ParseFailed

MAX_DOCUMENTS = 500
"""Documents that are listed; the longest real submissions have some hundred, nearly all of them for machines."""
MAX_KEPT = 8 << 20
"""Bytes kept of one document."""
MAX_KEPT_IN_ALL = 24 << 20
_MAX_HEADER = 64 << 10
"""Bytes in which the tags before a document's text must end."""
_MAX_FIELD = 300

_FIELD = re.compile(rb"^<(TYPE|SEQUENCE|FILENAME|DESCRIPTION)>([^\r\n]*)", re.MULTILINE)
_MARK = re.compile(rb"</TEXT>|</DOCUMENT>")
_LONGEST_MARK = len(b"</DOCUMENT>")
_EXHIBIT = re.compile(r"EX-99(?:\.\w{1,8}|\([a-z0-9]{1,4}\))*", re.IGNORECASE)
_NO_TEXT = (".pdf", ".jpg", ".jpeg", ".gif", ".png", ".zip", ".xlsx", ".xls", ".js", ".css", ".xsd", ".json")
_SEQUENCE = re.compile(r"\d{1,6}")


class Document(msgspec.Struct, frozen=True):
    """One document of a filing, as its submission or its index page lists it."""

    sequence: int
    """Its place, from 1; 0 where none is given."""
    type: str
    """`8-K`, `EX-99.1`, `GRAPHIC`…"""
    filename: str
    description: str = ""
    url: str = ""
    """Where it can be fetched; empty when read from a submission."""
    size: int = 0
    """Bytes, as listed or as counted."""
    content: bytes = b""
    """What was kept of its text."""
    truncated: bool = False
    """It holds more than was kept, or ended before its end."""

    @property
    def readable(self) -> bool:
        """It can hold text for people, by its name."""
        return not self.filename.lower().endswith(_NO_TEXT)


def primary_document(documents: Iterable[Document], form: str) -> Document | None:
    """Give the document that is the filing itself: the first of the form's type, else the first of all with text.

    Of two that are the same (EDGAR shows forms in XML also as a page) the one as filed is given, not the rendering.
    """
    listed = [
        d for d in documents if d.readable and "/xsl" not in f"/{d.filename.lower()}" and "/xsl" not in d.url.lower()
    ]
    wanted = form.strip().upper()
    for document in listed:
        if document.type.upper() == wanted:
            return document
    return min(listed, key=lambda d: d.sequence or MAX_DOCUMENTS, default=None)


def exhibits(documents: Iterable[Document]) -> list[Document]:
    """Give the EX-99 exhibits with text, in the order of the filing: press releases, letters, presentations."""
    return [d for d in documents if d.readable and _EXHIBIT.fullmatch(d.type)]


def is_wanted(document: Document) -> bool:
    """Say whether the text of a document is worth keeping: that of the filing itself and of EX-99 exhibits."""
    return document.readable and (document.sequence <= 1 or _EXHIBIT.fullmatch(document.type) is not None)


def read_submission(parts: Iterable[bytes], wanted: Callable[[Document], bool] = is_wanted) -> list[Document]:
    """Give the documents of a submission that comes in parts. Raises ParseFailed if there is none."""
    reader = SubmissionReader(wanted)
    for part in parts:
        reader.feed(part)
    return reader.finish()


class SubmissionReader:
    """Takes a submission part by part; holds no more than is kept, and one part."""

    def __init__(self, wanted: Callable[[Document], bool] = is_wanted) -> None:
        self._wanted = wanted
        self._documents: list[Document] = []
        self._kept_in_all = 0
        self._rest = b""
        """What was not looked at yet: the beginning of a mark, or of a document's tags."""
        self._open: Document | None = None
        self._kept: list[bytes] = []
        self._room = 0
        self._size = 0

    def feed(self, part: bytes) -> None:
        """Take the next part. Parts of any size give the same documents."""
        data = self._rest + part
        at = 0
        while True:
            after = self._end_document(data, at) if self._open else self._begin_document(data, at)
            if after < 0:
                break
            at = after
        self._rest = self._left(data, at)

    def finish(self) -> list[Document]:
        """Give the documents; one that did not end is marked truncated. Raises ParseFailed if there is none."""
        if self._open:
            self._take(self._rest)
            self._close(whole=False)
        if not self._documents:
            raise ParseFailed("this is no submission: there is no <DOCUMENT> with a <TEXT> in it")
        return self._documents

    def _begin_document(self, data: bytes, at: int) -> int:
        """Go behind the next `<TEXT>`; -1 if it is not there yet."""
        begin = data.find(b"<DOCUMENT>", at)
        text = data.find(b"<TEXT>", begin) if begin >= 0 else -1
        if text < 0:
            return -1
        fields = {name: _clean(value) for name, value in reversed(_FIELD.findall(data, begin, text))}
        sequence = fields.get(b"SEQUENCE", "")
        document = Document(
            sequence=int(sequence) if _SEQUENCE.fullmatch(sequence) else 0,
            type=fields.get(b"TYPE", ""),
            filename=fields.get(b"FILENAME", ""),
            description=fields.get(b"DESCRIPTION", ""),
        )
        self._open = document
        wanted = len(self._documents) < MAX_DOCUMENTS and self._wanted(document)
        self._room = min(MAX_KEPT, MAX_KEPT_IN_ALL - self._kept_in_all) if wanted else 0
        return text + len(b"<TEXT>")

    def _end_document(self, data: bytes, at: int) -> int:
        """Go behind the end of the text; -1 if it is not there yet."""
        mark = _MARK.search(data, at)
        if mark is None:
            return -1
        self._take(data[at : mark.start()])
        self._close(whole=True)
        return mark.end()

    def _left(self, data: bytes, at: int) -> bytes:
        """Give what has to be looked at again with the next part; take what is text for certain."""
        if self._open:
            safe = max(len(data) - _LONGEST_MARK + 1, at)
            self._take(data[at:safe])
            return data[safe:]
        begin = data.find(b"<DOCUMENT>", at)
        if begin >= 0 and len(data) - begin <= _MAX_HEADER:
            return data[begin:]
        return data[max(len(data) - _LONGEST_MARK + 1, at) :]

    def _take(self, text: bytes) -> None:
        self._size += len(text)
        if self._room > 0 and text:
            kept = text[: self._room]
            self._kept.append(kept)
            self._room -= len(kept)
            self._kept_in_all += len(kept)

    def _close(self, *, whole: bool) -> None:
        document = self._open
        self._open = None
        content = b"".join(self._kept)
        self._kept = []
        if document and len(self._documents) < MAX_DOCUMENTS:
            cut = not whole or 0 < len(content) < self._size
            self._documents.append(msgspec.structs.replace(document, content=content, size=self._size, truncated=cut))
        self._size = self._room = 0


def _clean(value: bytes) -> str:
    return " ".join(value[:_MAX_FIELD].decode("utf-8", "replace").split())
