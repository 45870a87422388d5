"""The full text of a filing: which of its documents are read, and the event that is made of them.

    index page -> the filing itself and its EX-99 exhibits     (`parse_documents`; the worker fetches them)
    header, documents -> text, items, facts, title             (`parse_filing`)

The event is the header's, with what the documents add: who filed, when and where stays as EDGAR's feed said it. Both
run in the parse worker.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from alertd.base.ids import mark
from alertd.errors import ParseFailed
from alertd.model import Candidate, Event, ParsedFeed, event_from_json, event_to_json
from alertd.rules.filing import base_form
from alertd.sources.events import SourceFacts
from alertd.sources.filing_body import MAX_EXHIBITS, FilingBody, filing_body
from alertd.sources.filing_index import read_index
from alertd.sources.filing_submission import Document, exhibits, primary_document
from alertd.sources.forms import FormFacts, has_facts, raw_address, read_form
from alertd.sources.guard import FREE, Guard
from alertd.sources.plain import cut_body, cut_title

DOCUMENTS: Final = "filing-index"
FILING: Final = "filing-text"
"""What a parse worker is asked for (`catalog.PARSERS`)."""
_OF_FIELDS = ("3", "4", "5", "144")


class FilingParts(msgspec.Struct, frozen=True):
    """What the event of a filing is made of, as it goes to the parse worker."""

    header: bytes
    """The event as EDGAR's feed made it, as JSON."""
    documents: tuple[Document, ...]
    """With their contents."""
    before: bytes = b""
    """Of an amended schedule: the one that it amends, if that was fetched."""
    left_out: bool = False
    """A document was too large to be fetched."""


def pack_parts(parts: FilingParts) -> bytes:
    """Write parts as the body of a parse job."""
    return msgspec.msgpack.encode(parts)


# --- which documents ----------------------------------------------------------------------------------


def wanted_documents(listed: Sequence[Document], form: str) -> list[Document]:
    """Give the filing itself and its EX-99 exhibits. Of a form whose fields are read, its XML and not its picture."""
    if has_facts(form):
        listed = [msgspec.structs.replace(d, url=raw_address(d.url)) for d in listed]
    primary = primary_document(listed, form)
    chosen = [primary] if primary is not None else []
    chosen += [d for d in exhibits(listed) if d is not primary][:MAX_EXHIBITS]
    return [document for document in chosen if document.url]


def parse_documents(
    body: bytes,
    content_type: str | None,
    base_url: str,
    source: SourceFacts,
    seen_at_ms: int,
    http_date: str | None,
    guard: Guard = FREE,
) -> ParsedFeed:
    """Give the documents that are to be fetched, in `says`; `source.reads` has the form.

    Raises ParseFailed for a page that is no index, and for one that names no document with an address of its own:
    whole submissions, in which those of before 2001 stand, are not fetched.
    """
    form = str(source.reads.get("form", ""))
    found = wanted_documents(read_index(body, base_url).documents, form)
    if not found:
        raise ParseFailed("the index of the filing lists no document that can be read as text")
    return ParsedFeed(format=DOCUMENTS, candidates=[], says={"documents": [msgspec.to_builtins(d) for d in found]})


def documents_of(index: ParsedFeed) -> list[Document]:
    """Give the documents that `parse_documents` found."""
    return msgspec.convert(index.says["documents"], list[Document])


# --- the event ----------------------------------------------------------------------------------------


def parse_filing(
    body: bytes,
    content_type: str | None,
    base_url: str,
    source: SourceFacts,
    seen_at_ms: int,
    http_date: str | None,
    guard: Guard = FREE,
) -> ParsedFeed:
    """Make the one candidate of a filing with its text; `body` is that of `pack_parts`.

    `says` has `previous`, the path of the filing that tells what a stake was, where no document says it, and
    `no_facts`, why the fields of a form could not be read: its text is there all the same. Raises ParseFailed if
    there is nothing that can be read.
    """
    parts = msgspec.msgpack.decode(body, type=FilingParts)
    header = event_from_json(parts.header)
    form = header.form or ""
    facts, no_facts = _facts(form, parts)
    text = _body(form, parts, facts)
    event = _event(header, parts, facts, text, http_date)
    says = {"no_facts": no_facts, "previous": _previous(event.facts)}
    return ParsedFeed(
        format=FILING,
        candidates=[text_candidate(event)],
        says={name: value for name, value in says.items() if value},
    )


def text_candidate(event: Event) -> Candidate:
    """Make the candidate that brings the text of an event that is known."""
    return Candidate(
        position=0,
        event_id=event.id,
        identity=event.id,
        strong="",
        weak="",
        content_hash=mark("text", event.title, event.body, msgspec.json.encode(event.facts, order="sorted").decode()),
        withdrawn=False,
        title=event.title,
        published_ms=None,
        event=msgspec.Raw(event_to_json(event)),
    )


def _facts(form: str, parts: FilingParts) -> tuple[FormFacts | None, str]:
    """Read the fields of a form, if it is one of those; else say why not."""
    primary = primary_document(parts.documents, form)
    if not has_facts(form) or primary is None or not primary.content:
        return None, ""
    try:
        return read_form(form, primary.content, parts.before), ""
    except ParseFailed as error:
        return None, str(error)


def _body(form: str, parts: FilingParts, facts: FormFacts | None) -> FilingBody:
    if facts is not None and base_form(form) in _OF_FIELDS:
        # A form of fields: its words are the footnotes. The figures without their names would be read as money.
        words = [facts.title, *facts.facts.get("footnotes", {}).values(), facts.facts.get("remarks", "")]
        text, truncated = cut_body("\n".join(filter(None, words)))
        return FilingBody(text=text, items=(), parts=(), truncated=truncated, unread=())
    try:
        return filing_body(form, parts.documents)
    except ParseFailed:
        if facts is None:
            raise
        return FilingBody(text=facts.title, items=(), parts=(), truncated=False, unread=())


def _event(
    header: Event, parts: FilingParts, facts: FormFacts | None, text: FilingBody, http_date: str | None
) -> Event:
    if not text.text and facts is None:
        raise ParseFailed("no text is left of the filing's documents: pictures, or tables for machines")
    found = list(dict.fromkeys(item.number for item in text.items))
    primary = primary_document(parts.documents, header.form or "") or parts.documents[0]
    return msgspec.structs.replace(
        header,
        title=cut_title(facts.title) if facts is not None else header.title,
        body=text.text,
        truncated=text.truncated or parts.left_out or any(d.truncated for d in parts.documents),
        awaiting=None,
        items=header.items or found,
        facts=facts.facts if facts is not None else _places(header.form or "", text),
        provenance=msgspec.structs.replace(
            header.provenance, fetched_sha256=hashlib.sha256(primary.content).hexdigest(), http_date=http_date
        ),
    )


def _places(form: str, text: FilingBody) -> dict[str, Any]:
    """Say where in the body its items and documents stand: code points, the end exclusive."""
    items = [{"item": i.number, "title": i.title, "start": i.start, "end": i.end} for i in text.items]
    documents = [{"type": p.type, "filename": p.filename, "start": p.start, "end": p.end} for p in text.parts]
    said: dict[str, Any] = {"form": form, "items": items, "documents": documents, "unread": list(text.unread)}
    return {name: value for name, value in said.items() if value}


def _previous(facts: dict[str, Any]) -> str:
    """Give the path of the filing that an amended schedule amends, if what the stake was is not known without it.

    Filings in XML, of which alone the name is stated, have one name for their main document: primary_doc.xml.
    """
    accession, subject = str(facts.get("previous_accession", "")), str(facts.get("subject_cik", ""))
    if "percent_before" in facts or not accession or not subject.isdecimal():
        return ""
    return f"/Archives/edgar/data/{int(subject)}/{accession.replace('-', '')}/primary_doc.xml"
