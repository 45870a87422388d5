"""The text of a PDF file, by pypdf, which the extra `alertd[pdf]` brings. Pure; for the parse worker.

pypdf and not a C library: what a stranger's file can break is a Python process with limits on time and memory, which
is thrown away. Pictures are not read: a scanned page has no text.
"""

from __future__ import annotations

import importlib.util
import io
import logging
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from alertd.errors import ParseFailed
from alertd.sources.guard import FREE, Guard, OverTime
from alertd.sources.plain import MAX_BODY, plain_text

if TYPE_CHECKING:
    from pypdf import PdfReader

MAX_PAGES = 300
"""Pages that are read: a press release has three, an annual report as many as this."""
MISSING = "the text of PDF files needs the extra: pip install 'alertd[pdf]'"
_OPEN_SHARE, _PAGE_SHARE = 0.3, 0.3
"""Of the time for the document: what opening it may take, and what one page."""
_BROKEN_PAGES = 10
_START = 1_024
"""Within so many bytes a PDF file says that it is one (ISO 32000-1, Annex H, note 13)."""
_HYPHEN = re.compile(r"(?<=[a-z])-\n(?=[a-z])")


def has_pdf() -> bool:
    """Say whether PDF files can be read here: the extra is installed."""
    return importlib.util.find_spec("pypdf") is not None


def looks_like_pdf(body: bytes) -> bool:
    """Say whether a document is a PDF file by its beginning."""
    return b"%PDF-" in body[:_START]


def pdf_text(body: bytes, guard: Guard = FREE) -> tuple[str, str]:
    """Give a PDF file's title, as its properties state it (often empty or a file's name), and its text.

    The text is plain, at most about 256 KiB, and whole pages of it; hyphens at the end of lines are taken back.
    Raises ParseFailed for what is no PDF file, is damaged beyond reading, is locked with a password or holds no text.
    """
    if not looks_like_pdf(body):
        raise ParseFailed("no PDF file")
    if not has_pdf():
        raise ParseFailed(MISSING)
    with _quiet():
        try:
            with guard.step(_OPEN_SHARE):
                reader = _opened(body)
                title = _title(reader)
        except OverTime:
            raise ParseFailed("the PDF file takes too long to open") from None
        text = "\n".join(_pages(reader, guard))
    if not text.strip():
        raise ParseFailed("the PDF file holds no text: are its pages pictures?")
    return title, plain_text(_HYPHEN.sub("", text), literal=True)


def _faults() -> tuple[type[Exception], ...]:
    """Give what pypdf raises over broken files: its own errors, and those of code that trusts what it reads."""
    from pypdf.errors import PyPdfError

    return (PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError,
            AssertionError, NotImplementedError, OSError, zlib.error)  # fmt: skip


def _opened(body: bytes) -> PdfReader:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    try:
        reader = PdfReader(io.BytesIO(body), strict=False)
        # Press offices "protect" their releases: locked against printing, and opened by the empty password.
        locked = reader.is_encrypted and not reader.decrypt("")
    except DependencyError:
        raise ParseFailed(MISSING) from None
    except _faults() as error:
        raise ParseFailed(f"a damaged PDF file ({type(error).__name__})") from None
    if locked:
        raise ParseFailed("the PDF file is locked with a password")
    return reader


def _title(reader: PdfReader) -> str:
    try:
        found = reader.metadata.title if reader.metadata is not None else None
    except _faults():
        return ""
    return found.strip()[:1_000] if isinstance(found, str) else ""


def _pages(reader: PdfReader, guard: Guard) -> Iterator[str]:
    """Give the text of page after page, until there is enough; a broken page costs itself."""
    left = MAX_BODY
    number, broken = 0, 0
    faults: tuple[type[Exception], ...] = (*_faults(), OverTime)
    while left > 0 and number < MAX_PAGES and not guard.spent():
        try:
            with guard.step(_PAGE_SHARE):
                text = reader.pages[number].extract_text()
        except IndexError:
            return
        except faults:
            broken += 1
            if broken > _BROKEN_PAGES:
                return
            text = ""
        number += 1
        left -= len(text)
        yield text


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep pypdf from writing a line to the log for each oddity of a file."""
    logger = logging.getLogger("pypdf")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)  # its modules have loggers of their own, which go by this level
    try:
        yield
    finally:
        logger.setLevel(before)
