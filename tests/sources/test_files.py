"""What a file holds, when it is whole, and how it is named: the decisions about watched files, as tables."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from alertd.errors import ParseFailed
from alertd.sources.file_formats import format_of
from alertd.sources.files import FilesConfig, Sight, address_of, is_scratch, is_whole, parse_file, shown_name

NOW = 1_768_250_000_000
SEC = 1_000_000_000


@pytest.mark.parametrize(
    ("name", "body", "form"),
    [
        ("a.txt", b"Title", "text"),
        ("a", b"Title", "text"),
        ("a.json", b"anything", "json"),
        ("a.ndjson", b"{}", "json"),
        ("a.txt", b'{"title": "x"}', "text"),
        ("a", b' \n{"title": "x"}', "json"),
        ("a", b"[1]", "json"),
        ("a.json", b"<rss version='2.0'></rss>", "feed"),
        ("a.txt", b"<?xml version='1.0'?><feed xmlns='x'>", "feed"),
        ("a.xml", b"<other/>", "feed"),
        ("a", b"\xef\xbb\xbf<!DOCTYPE html><p>", "html"),
        ("a.htm", b"<p>x", "html"),
        ("a.txt", b"%PDF-1.7", "pdf"),
        ("A.PDF", b"not one", "pdf"),
        ("a", b"Received: x\nFrom: a@b.c\nSubject: s\n\nText", "eml"),
        ("a", b"Who: me\nWhat: this\nWhen: now\n\nText", "text"),
        ("a.eml", b"", "eml"),
        ("a", b"", "text"),
        ("a", b"a:" * 100_000, "text"),
    ],
)
def test_a_file_is_taken_for_what_it_looks_like(name: str, body: bytes, form: str) -> None:
    assert format_of(name, body) == form


@pytest.mark.parametrize(
    ("size", "untouched_s", "seen_before", "whole"),
    [
        (5, 0, False, False),
        (5, 0, True, True),
        (5, 9, False, False),
        (5, 11, False, True),
        (5, -3_600, False, False),
        (5, -3_600, True, True),
        (0, 11, False, False),
        (0, 11, True, False),
        (0, 61, True, True),
    ],
)
def test_a_file_is_whole_once_nobody_writes_to_it(
    size: int, untouched_s: int, seen_before: bool, whole: bool
) -> None:
    sight = Sight(size, (NOW // 1_000 - untouched_s) * SEC, 7)
    assert is_whole(sight, sight if seen_before else None, NOW) is whole
    assert not is_whole(sight._replace(size=size + 1, mtime_ns=NOW * 1_000_000), sight, NOW), "it has changed since"


@pytest.mark.parametrize("name", [".a", "a.tmp", "a.PART", "a~", ".a.swp"])
def test_names_of_unfinished_files_are_known(name: str) -> None:
    assert is_scratch(name)
    assert not is_scratch("a.txt")


@pytest.mark.parametrize(
    "name", ["a b.txt", "new\nline", os.fsdecode(b"\xff.txt"), "%41", "été", "a/../b", "\u202ex"]
)
def test_a_name_travels_to_the_worker_and_is_shown_as_text(name: str) -> None:
    facts = FilesConfig.model_validate({"id": "d", "type": "files", "path": Path("/d")}).facts()
    page = parse_file(b"Title\nbody", None, address_of(name), facts, NOW, None)
    assert len(page.candidates) == 1
    assert address_of(name).isascii()
    assert shown_name(name).isprintable()


def test_the_same_text_under_another_name_and_another_text_under_the_same_are_two_items() -> None:
    facts = FilesConfig.model_validate({"id": "d", "type": "files", "path": Path("/d")}).facts()

    def identity(name: str, text: bytes) -> str:
        return parse_file(text, None, address_of(name), facts, NOW, None).candidates[0].identity

    assert len({identity("a", b"T"), identity("b", b"T"), identity("a", b"U")}) == 3
    assert identity("a", b"T") == identity("a", b"T")


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        ("Title\n\nBody\nmore", "Title", "Body\nmore"),
        ("\n\n  Title  \nBody", "Title", "Body"),
        ("Title", "Title", ""),
        ("A <b>bold</b> title\nBody &amp; more", "A bold title", "Body & more"),
        ("x" * 600 + "\nBody", "x" * 159 + "…", "x" * 600 + "\nBody"),
    ],
)
def test_the_first_line_of_a_text_is_its_title(text: str, title: str, body: str) -> None:
    facts = FilesConfig.model_validate({"id": "d", "type": "files", "path": Path("/d")}).facts()
    (made,) = parse_file(text.encode(), None, address_of("a.txt"), facts, NOW, None).candidates
    event = json.loads(bytes(made.event))
    assert (event["title"], event["body"]) == (title, body)


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("a.txt", b" \n\t", "the file is empty"),
        ("a.bin", b"\x7fELF\0\0", "it holds NUL bytes"),
        ("a.json", b'{"title": ', "not JSON"),
        ("a.json", b"\xff\xfe\xfd", "not UTF-8"),
        ("a.json", b"[" * 100_000, "nested too deep"),
        ("a.xml", b"<other/>", "feed"),
        ("a.pdf", b"%PDF-1.4", "PDF"),
        ("a.txt", "\u200b\u202e\u2060".encode(), "no text that can be read"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(name: str, body: bytes, words: str) -> None:
    facts = FilesConfig.model_validate({"id": "d", "type": "files", "path": Path("/d")}).facts()
    with pytest.raises(ParseFailed, match=words):
        parse_file(body, None, address_of(name), facts, NOW, None)


def test_settings_warn_of_a_directory_that_is_missing_and_refuse_a_pattern_with_a_slash(tmp_path: Path) -> None:
    config = {"id": "d", "type": "files", "path": tmp_path / "none"}
    assert FilesConfig.model_validate(config).forbidden().startswith("nothing will be taken: there is no directory")
    assert FilesConfig.model_validate(config | {"path": tmp_path}).forbidden() == ""
    with pytest.raises(ValueError, match="a pattern is that of a file's name"):
        FilesConfig.model_validate(config | {"pattern": "in/*.txt"})


def test_a_list_without_items_gives_nothing_and_is_no_fault_of_its_own() -> None:
    facts = FilesConfig.model_validate({"id": "d", "type": "files", "path": Path("/d")}).facts()
    parsed = parse_file(b"[]", None, address_of("a.json"), facts, NOW, None)
    assert (parsed.candidates, parsed.rejected) == ([], [])
