"""PDF files give their text, or a reason why not; damaged ones cost nothing but themselves."""

from __future__ import annotations

import importlib.util
import random

import pytest

from alertd.errors import ParseFailed
from alertd.sources.pdf import has_pdf, looks_like_pdf, pdf_text
from tests.support.pdf import pdf

pytestmark = pytest.mark.skipif(not has_pdf(), reason="needs the extra: pip install 'alertd[pdf]'")

RELEASE = pdf(
    ["Vega Grid leases Orion", "to Lumen Labs for a compu-", "ting year (2026)."], ["Page two"], title="Release"
)


def test_title_and_text_of_all_pages_are_read_and_hyphens_taken_back() -> None:
    assert pdf_text(RELEASE) == (
        "Release",
        "Vega Grid leases Orion\nto Lumen Labs for a computing year (2026).\nPage two",
    )


def test_a_file_that_is_none_is_refused() -> None:
    with pytest.raises(ParseFailed, match="no PDF file"):
        pdf_text(b"<html>Not found</html>")
    assert not looks_like_pdf(b"<html>" + b" " * 2_000 + b"%PDF-1.4")


def test_a_file_without_text_says_so() -> None:
    with pytest.raises(ParseFailed, match="holds no text"):
        pdf_text(pdf([]))


@pytest.mark.skipif(importlib.util.find_spec("cryptography") is None, reason="needs cryptography")
def test_a_file_that_is_only_locked_against_printing_is_read_and_one_with_a_password_is_not() -> None:
    import io

    from pypdf import PdfReader, PdfWriter

    for password, readable in (("", True), ("secret", False)):
        writer = PdfWriter(clone_from=PdfReader(io.BytesIO(RELEASE)))
        writer.encrypt(password, "owner", algorithm="AES-256")
        out = io.BytesIO()
        writer.write(out)
        if readable:
            assert "Vega Grid leases Orion" in pdf_text(out.getvalue())[1]
        else:
            with pytest.raises(ParseFailed, match="locked with a password"):
                pdf_text(out.getvalue())


def test_damaged_files_are_read_as_far_as_they_go_or_refused_in_words() -> None:
    chance = random.Random(7)
    for _ in range(150):
        broken = bytearray(RELEASE)
        for _ in range(chance.choice([1, 5, 50])):
            broken[chance.randrange(9, len(broken))] = chance.randrange(256)
        try:
            pdf_text(bytes(broken[: chance.randrange(20, len(broken))]))
        except ParseFailed as error:
            assert str(error)
