"""Real filings get their texts as alertd would make them: real index pages, real submissions, real 8-Ks by item."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import msgspec

from alertd.errors import ParseFailed
from alertd.model import Event, event_from_json, event_to_json
from alertd.sources.events import SourceFacts
from alertd.sources.filing_event import FilingParts, documents_of, pack_parts, parse_documents, parse_filing
from alertd.sources.filing_submission import Document, read_submission
from alertd.sources.forms import has_facts
from alertd.sources.plain import MAX_BODY
from tests.support.shared import shared_data

SOURCE = SourceFacts(id="edgar", kind="filing", full_text=True)
_FORM = re.compile(rb"CONFORMED SUBMISSION TYPE:\s*([^\r\n]+)")
_PAGE_FORM = re.compile(r"<strong>Form ([^<]{1,20})</strong>|Form ([0-9A-Z /-]{1,20}):?</")


def text_of(form: str, *documents: Document) -> Event:
    header = Event(id="ev_1", source="edgar", kind="filing", title=f"{form} of a company", form=form)
    parts = FilingParts(header=event_to_json(header), documents=documents)
    parsed = parse_filing(pack_parts(parts), None, "https://www.sec.gov/", SOURCE, 0, None)
    event = event_from_json(bytes(parsed.candidates[0].event))
    assert "no_facts" not in parsed.says, parsed.says
    assert event.awaiting is None
    assert len(event.body.encode()) <= MAX_BODY
    assert bool(event.facts) or not has_facts(form)
    return event


def test_every_real_index_page_names_the_documents_that_are_fetched() -> None:
    pages = sorted(shared_data("edgar", "filing_index_html").glob("*.html"))
    pages += sorted(shared_data("edgar", "documents").glob("*index-headers.html"))
    found: Counter[str] = Counter()
    for path in pages:
        body = path.read_bytes()
        named = _PAGE_FORM.search(body.decode("latin-1"))
        form = next(filter(None, named.groups()), "") if named else ""
        facts = msgspec.structs.replace(SOURCE, reads={"form": form.strip()})
        url = f"https://www.sec.gov/Archives/edgar/data/1/{path.stem.replace('-', '')[:18]}/{path.name}"
        try:
            documents = documents_of(parse_documents(body, None, url, facts, 0, None))
        except ParseFailed as refused:  # filings of before 2001, or of pictures alone
            found[str(refused)] += 1
            continue
        found["read"] += 1
        assert all(document.url.startswith("https://www.sec.gov/Archives/") for document in documents)
        assert not any("/xsl" in document.url for document in documents if has_facts(form))
        print(f"{path.name}: {form.strip()}: {[document.filename for document in documents]}")
    print(dict(found))
    assert found["read"] >= len(pages) - 2


def test_every_real_submission_becomes_an_event_with_its_text() -> None:
    read: Counter[str] = Counter()
    for path in sorted(p for p in shared_data("edgar", "full_submission").rglob("*") if p.is_file()):
        body = path.read_bytes()
        named = _FORM.search(body)
        if named is None:
            continue
        form = named[1].decode("latin-1").strip()
        documents = [document for document in read_submission([body]) if document.content]
        event = text_of(form, *documents)
        assert event.body
        read[form] += 1
        print(f"{form}: {len(event.body):,} characters: {event.title}")
    assert read


def test_every_real_8_k_becomes_an_event_whose_items_lie_in_its_text() -> None:
    files = sorted(shared_data("edgar", "8-K-raw").glob("*.htm"))
    with_items = 0
    for path in files:
        event = text_of("8-K", Document(sequence=1, type="8-K", filename=path.name, content=path.read_bytes()))
        items = event.facts.get("items", [])
        with_items += bool(items)
        assert event.items == list(dict.fromkeys(item["item"] for item in items))
        for item in items:
            assert 0 <= item["start"] <= item["end"] <= len(event.body)
            assert "item" in event.body[item["start"] : item["start"] + 200].lower()
    print(f"{with_items} of {len(files)} with items")
    assert with_items >= 0.97 * len(files)


def test_real_documents_of_other_kinds_are_a_text_or_a_refusal() -> None:
    folder: Path = shared_data("edgar", "documents")
    for path in sorted(p for p in folder.iterdir() if p.is_file()):
        for form in ("8-K", "10-Q"):
            try:
                text_of(form, Document(sequence=1, type=form, filename=path.name, content=path.read_bytes()))
            except ParseFailed as refused:
                print(f"{path.name}: {refused}")
