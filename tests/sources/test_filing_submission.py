"""A submission and its index page give the same documents, and which of them hold the news."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.errors import ParseFailed
from alertd.sources.filing_index import read_index
from alertd.sources.filing_submission import (
    MAX_DOCUMENTS,
    MAX_KEPT,
    Document,
    exhibits,
    primary_document,
    read_submission,
)

HEAD = b"<SEC-DOCUMENT>0000000001-25-000001.txt : 20250505\n<SEC-HEADER>\nFORM TYPE: 8-K\n</SEC-HEADER>\n"
URL = "https://www.sec.gov/Archives/edgar/data/1/25000001/0000000001-25-000001-index.html"
FOLDER = URL.rpartition("/")[0]


def document(kind: str, sequence: int, filename: str, text: bytes, description: str = "") -> bytes:
    tags = f"<DOCUMENT>\n<TYPE>{kind}\n<SEQUENCE>{sequence}\n<FILENAME>{filename}\n"
    more = f"<DESCRIPTION>{description}\n" if description else ""
    return (tags + more).encode() + b"<TEXT>\n" + text + b"\n</TEXT>\n</DOCUMENT>\n"


SUBMISSION = (
    HEAD
    + document("8-K", 1, "d8k.htm", b"<html>the report</html>", "FORM 8-K")
    + document("EX-10.1", 2, "lease.htm", b"<html>the lease</html>")
    + document("EX-99.1", 3, "release.htm", b"<html>the release</html>", "PRESS RELEASE")
    + document("GRAPHIC", 4, "logo.jpg", b"begin 644 logo.jpg\nM_]C_X\nend")
    + b"</SEC-DOCUMENT>\n"
)


def test_a_submission_gives_its_documents_and_keeps_what_is_wanted() -> None:
    documents = read_submission([SUBMISSION])
    assert [(d.sequence, d.type, d.filename, d.description) for d in documents] == [
        (1, "8-K", "d8k.htm", "FORM 8-K"),
        (2, "EX-10.1", "lease.htm", ""),
        (3, "EX-99.1", "release.htm", "PRESS RELEASE"),
        (4, "GRAPHIC", "logo.jpg", ""),
    ]
    assert [d.content.strip() for d in documents] == [
        b"<html>the report</html>",
        b"",
        b"<html>the release</html>",
        b"",
    ]
    assert documents[1].size == len(b"\n<html>the lease</html>\n")
    assert not any(d.truncated for d in documents)


@given(st.lists(st.integers(1, 200), max_size=40))
def test_parts_of_any_size_give_the_same_documents(sizes: list[int]) -> None:
    parts = []
    at = 0
    for size in sizes:
        parts.append(SUBMISSION[at : at + size])
        at += size
    assert read_submission([*parts, SUBMISSION[at:]]) == read_submission([SUBMISSION])


def test_a_submission_of_300_megabytes_costs_the_memory_of_what_is_kept() -> None:
    part = b"figures for machines <td>1,250</td>\n" * 1_820

    def parts() -> Iterator[bytes]:
        yield HEAD + document("8-K", 1, "d8k.htm", b"the report")
        for kind, count in (("EX-99.1", 1_000), ("EX-101.INS", 3_800)):
            yield f"<DOCUMENT>\n<TYPE>{kind}\n<SEQUENCE>2\n<FILENAME>x.htm\n<TEXT>\n".encode()
            for _ in range(count):
                yield part
            yield b"</TEXT>\n</DOCUMENT>\n"

    tracemalloc.start()
    documents = read_submission(parts())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(d.size for d in documents) > 300_000_000
    assert [len(d.content) for d in documents] == [12, MAX_KEPT, 0]
    assert [d.truncated for d in documents] == [False, True, False]
    assert peak < 3 * MAX_KEPT


def test_a_document_that_does_not_end_is_truncated() -> None:
    cut = SUBMISSION[: SUBMISSION.index(b"report</html>")]
    assert [(d.content, d.truncated) for d in read_submission([cut])] == [(b"\n<html>the ", True)]


def test_documents_are_listed_up_to_a_number() -> None:
    many = document("EX-99.1", 2, "x.htm", b"x") * (MAX_DOCUMENTS + 50)
    assert len(read_submission([many])) == MAX_DOCUMENTS


@pytest.mark.parametrize(
    "data", [b"", b"<html>503 Service Unavailable</html>", b"<DOCUMENT>" * 9_000, b"<TEXT>x</TEXT>"]
)
def test_what_is_no_submission_is_refused(data: bytes) -> None:
    with pytest.raises(ParseFailed):
        read_submission([data])


@given(st.lists(st.sampled_from([b"<DOCUMENT>", b"<TEXT>", b"</TEXT>", b"</DOCUMENT>", b"\n<TYPE>", b"<SEQUENCE>9"])
                | st.binary(max_size=9)))  # fmt: skip
def test_any_bytes_become_documents_or_are_refused(parts: list[bytes]) -> None:
    try:
        whole = read_submission([b"".join(parts)])
    except ParseFailed:
        with pytest.raises(ParseFailed):
            read_submission(parts)
    else:
        assert read_submission(parts) == whole


def listed(kind: str, filename: str, sequence: int = 1, folder: str = FOLDER) -> Document:
    return Document(sequence=sequence, type=kind, filename=filename, url=f"{folder}/{filename}")


def test_the_primary_document_is_of_the_forms_own_type_as_filed() -> None:
    report = listed("8-K", "b.htm", 2)
    assert primary_document([listed("EX-99.1", "a.htm", 1), report], "8-K") == report
    shown, filed = listed("4", "form4.xml", folder=f"{FOLDER}/xslF345X05"), listed("4", "form4.xml")
    assert primary_document([shown, filed], "4") == filed
    assert primary_document([listed("LETTER", "a.pdf"), listed("TEXT-EXTRACT", "b.txt", 2)], "UPLOAD") == listed(
        "TEXT-EXTRACT", "b.txt", 2
    )
    assert primary_document([listed("LETTER", "a.pdf")], "UPLOAD") is None
    assert primary_document([], "8-K") is None


def test_exhibits_are_those_of_number_99_that_have_text() -> None:
    names = ["EX-99", "EX-99.1", "EX-99.2A", "EX-99.(A)(1)", "EX-10.1", "EX-9", "EX-990", "GRAPHIC"]
    found = exhibits([*(listed(name, "x.htm") for name in names), listed("EX-99.3", "slides.pdf")])
    assert [d.type for d in found] == ["EX-99", "EX-99.1", "EX-99.2A"]


INDEX = """<html><table><tr><td>9</td><td>not listed</td><td><a href="/Archives/edgar/data/1/z.htm">z</a></td>
<td>8-K</td></tr></table><table class="tableFile" summary="Document Format Files">
<tr><th>Seq</th><th>Description</th><th>Document</th><th>Type</th><th>Size</th></tr>
<tr><td>1</td><td>FORM  8-K</td><td><a href="/ix?doc=/Archives/edgar/data/1/25000001/d8k.htm">d8k.htm</a> iXBRL</td>
<td>8-K</td><td>42796</td></tr>
<tr><td>2</td><td>PRESS RELEASE</td><td><a href="/Archives/edgar/data/1/25000001/release.htm">release.htm</a></td>
<td>EX-99.1</td><td>&nbsp;</td></tr>
<tr><td>3</td><td></td><td><a href="https://elsewhere.example/Archives/edgar/x.htm">x.htm</a></td><td>EX-99.2</td></tr>
<tr><td>4</td><td></td><td><a href="/Archives/edgar/data/1/25000001/"></a></td><td>EX-99.3</td><td>7</td></tr>
<tr><td>&nbsp;</td><td>Complete submission text file</td>
<td><a href="/Archives/edgar/data/1/25000001/0000000001-25-000001.txt">…</a></td><td>&nbsp;</td><td>1</td></tr>
</table></html>"""


def test_an_index_page_lists_documents_with_addresses_within_the_archive() -> None:
    found = read_index(INDEX.encode(), URL)
    assert [(d.sequence, d.type, d.filename, d.description, d.url, d.size) for d in found.documents] == [
        (1, "8-K", "d8k.htm", "FORM 8-K", f"{FOLDER}/d8k.htm", 42796),
        (2, "EX-99.1", "release.htm", "PRESS RELEASE", f"{FOLDER}/release.htm", 0),
        (3, "EX-99.2", "x.htm", "", "", 0),
        (4, "EX-99.3", "", "", "", 7),
    ]
    assert found.submission_url == f"{FOLDER}/0000000001-25-000001.txt"


def test_a_page_of_headers_lists_the_same() -> None:
    tags = SUBMISSION.decode().replace("<", "&lt;").replace(">", "&gt;")
    for name in ("d8k.htm", "lease.htm", "release.htm", "logo.jpg"):
        tags = tags.replace("&lt;/TEXT&gt;", f'<a href="{name}">Document - file: {name}</a><br>', 1)
    found = read_index(f"<html><pre>{tags}</pre></html>".encode(), URL)
    assert [(d.type, d.url) for d in found.documents] == [
        ("8-K", f"{FOLDER}/d8k.htm"),
        ("EX-10.1", f"{FOLDER}/lease.htm"),
        ("EX-99.1", f"{FOLDER}/release.htm"),
        ("GRAPHIC", f"{FOLDER}/logo.jpg"),
    ]


@pytest.mark.parametrize(
    "page", [b"", b"<html>503</html>", INDEX.replace("tableFile", "files").encode(), b"&lt;DOCUMENT&gt;"]
)
def test_a_page_that_lists_nothing_is_refused(page: bytes) -> None:
    with pytest.raises(ParseFailed):
        read_index(page, URL)


@given(st.lists(st.sampled_from(['<table class="tableFile">', "<tr>", "<td>", "1", "</table>", "<a href='//[x'>",
    "<a href='/Archives/edgar/data/../x'>", "&lt;DOCUMENT&gt;",
    "&lt;TEXT&gt;", "8-K"]) | st.text(max_size=9)))  # fmt: skip
def test_any_page_is_an_index_or_refused(pieces: list[str]) -> None:
    try:
        found = read_index("".join(pieces).encode("utf-8", "replace"), URL)
    except ParseFailed:
        return
    assert all(d.url == "" or d.url.startswith("https://www.sec.gov/Archives/edgar/data/") for d in found.documents)
