"""The event of a filing with its text: its documents chosen from the index, and what they add to the header."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from alertd.errors import ParseFailed
from alertd.model import Event, ParsedFeed, event_from_json, event_to_json
from alertd.sources.events import SourceFacts
from alertd.sources.filing_event import FilingParts, documents_of, pack_parts, parse_documents, parse_filing
from alertd.sources.filing_submission import Document
from alertd.sources.plain import MAX_BODY
from tests.sources.edgar_pages import SEEN
from tests.sources.form_documents import ownership, person_13d, schedule_13d, trade
from tests.support.filings import EIGHT_K, RELEASE, filing, folder, index, index_path

DATE = "Mon, 12 Jan 2026 17:42:01 GMT"
SOURCE = SourceFacts(id="edgar", kind="filing", full_text=True)
HEADER = Event(
    id="ev_1",
    source="edgar",
    kind="filing",
    title="8-K Vega Grid Inc.: entry into a material definitive agreement",
    form="8-K",
    items=["1.01", "9.01"],
    accession="0009990001-26-000001",
    filers=[{"id": "cik-0009990001", "name": "Vega Grid Inc.", "role": "filer"}],
    awaiting="full_text",
)


def listed(page: bytes, form: str = "8-K") -> list[str]:
    facts = msgspec.structs.replace(SOURCE, reads={"form": form})
    found = documents_of(parse_documents(page, None, f"https://www.sec.gov{index_path()}", facts, SEEN, None))
    return [document.url.removeprefix(f"https://www.sec.gov{folder()}/") for document in found]


def parsed(*documents: Document, header: Event = HEADER, **more: Any) -> ParsedFeed:
    parts = FilingParts(header=event_to_json(header), documents=documents, **more)
    return parse_filing(
        pack_parts(parts), None, "https://www.sec.gov/", SOURCE, SEEN, "Mon, 12 Jan 2026 17:42:01 GMT"
    )


def event(*documents: Document, header: Event = HEADER, **more: Any) -> Event:
    (candidate,) = parsed(*documents, header=header, **more).candidates
    return event_from_json(bytes(candidate.event))


def document(kind: str, body: str | bytes, name: str = "a.htm", **more: Any) -> Document:
    content = body.encode() if isinstance(body, str) else body
    return Document(sequence=1, type=kind, filename=name, content=content, **more)


# --- which documents ----------------------------------------------------------------------------------


def test_the_filing_and_its_press_releases_are_wanted_and_nothing_else() -> None:
    found = [("8-K", "vega8k.htm"), ("EX-10.1", "lease.htm"), ("EX-99.1", "release.htm"), ("GRAPHIC", "logo.jpg"),
             ("EX-99.2", "slides.pdf"), ("EX-101.INS", "x.xml")]  # fmt: skip
    page = index(1, *((kind, name, 900) for kind, name in found))
    assert listed(page) == ["vega8k.htm", "release.htm"]


def test_of_a_form_of_fields_the_xml_is_wanted_and_not_the_page_that_shows_it() -> None:
    both = index(1, ("4", "xslF345X05/form4.xml", 0), ("4", "form4.xml", 900))
    assert listed(both, "4") == ["form4.xml"]
    assert listed(index(1, ("4", "xslF345X05/form4.xml", 0)), "4") == ["form4.xml"]


def test_no_more_than_eight_exhibits_are_wanted() -> None:
    many = [(f"EX-99.{n}", f"ex{n}.htm", 900) for n in range(1, 20)]
    assert len(listed(index(1, ("8-K", "vega8k.htm", 900), *many))) == 9


@pytest.mark.parametrize("page", [b"", b"<html>not found</html>", b"\x00" * 2_000, index(1)])
def test_a_page_that_lists_nothing_is_refused_in_words(page: bytes) -> None:
    with pytest.raises(ParseFailed, match=r"no document|no index|empty"):
        listed(page)


def test_a_filing_of_pictures_alone_is_refused_in_words() -> None:
    with pytest.raises(ParseFailed, match="lists no document that can be read"):
        listed(index(1, ("GRAPHIC", "a.jpg", 10), ("8-K", "b.pdf", 10)))


# --- what they add ------------------------------------------------------------------------------------


def test_the_text_is_added_and_everything_else_stays_as_the_header_has_it() -> None:
    found = event(document("8-K", EIGHT_K), document("EX-99.1", RELEASE, "r.htm"))
    assert "lease its Orion supercomputer to Lumen Labs for $1.2 billion a year" in found.body
    assert "the lease runs for seven years" in found.body
    assert "SIGNATURES" not in found.body
    assert (found.awaiting, found.truncated) == (None, False)
    same = ("id", "title", "form", "items", "accession", "filers", "source", "event_at")
    assert [getattr(found, name) for name in same] == [getattr(HEADER, name) for name in same]
    assert len(found.provenance.fetched_sha256) == 64
    assert found.provenance.http_date == DATE


def test_items_and_exhibits_are_found_in_the_body_by_their_places() -> None:
    found = event(document("8-K", EIGHT_K, "vega8k.htm"), document("EX-99.1", RELEASE, "r.htm"))
    first, second = found.facts["items"]
    assert (first["item"], second["item"]) == ("1.01", "9.01")
    assert found.body[first["start"] :].startswith("Item 1.01")
    assert found.body[first["start"] : first["end"]].endswith("reclaim the machine.")
    exhibit = found.facts["documents"][1]
    assert exhibit["type"] == "EX-99.1"
    assert found.body[exhibit["start"] : exhibit["end"]].startswith("Vega Grid leases Orion")


def test_items_of_the_text_are_taken_where_the_header_knew_none() -> None:
    assert event(document("8-K", EIGHT_K), header=msgspec.structs.replace(HEADER, items=[])).items == ["1.01", "9.01"]


def test_a_filing_too_long_is_cut_and_says_so() -> None:
    found = event(document("8-K", EIGHT_K.replace("</body>", "<p>Orion hums on.</p>" * 40_000)))
    assert found.truncated
    assert len(found.body.encode()) <= MAX_BODY
    assert event(document("8-K", EIGHT_K), left_out=True).truncated
    assert event(document("8-K", EIGHT_K, truncated=True)).truncated


def test_an_exhibit_of_tables_alone_keeps_their_rows() -> None:
    table = "<table><tr><td>Revenue</td><td>1,250</td></tr><tr><td>Costs</td><td>310</td></tr></table>"
    found = event(document("8-K", EIGHT_K), document("EX-99.1", f"<html><body>{table}</body></html>", "t.htm"))
    assert "Revenue | 1,250" in found.body


def test_a_filing_without_a_word_is_refused() -> None:
    for body in ("<html><body><img src='a.jpg'></body></html>", "\x00" * 1_000):
        with pytest.raises(ParseFailed, match="no text is left"):
            event(document("8-K", body))


# --- facts --------------------------------------------------------------------------------------------

FOUR = msgspec.structs.replace(HEADER, form="4", items=[], title="Form 4 Vega Grid Inc., reported by DOE JANE")


def test_a_form_of_fields_gives_facts_and_its_title_says_what_they_tell() -> None:
    found = event(document("4", ownership(trade()), "form4.xml"), header=FOUR)
    assert (found.facts["form"], found.facts["insider"]) == ("4", "DOE JANE")
    assert "sold 12,000 shares of" in found.title
    assert found.body.startswith(found.title)
    assert "0001" not in found.body, "figures without their names would be read as money"


def test_a_form_whose_fields_cannot_be_read_still_has_its_text() -> None:
    broken = parsed(document("4", "<html><body><p>Jane Doe sold shares.</p></body></html>"), header=FOUR)
    found = event_from_json(bytes(broken.candidates[0].event))
    assert found.title == FOUR.title
    assert "Jane Doe sold shares." in found.body
    assert "ownershipDocument" in broken.says["no_facts"] or "shows the form" in broken.says["no_facts"]


PREVIOUS = b"</submissionType><previousAccessionNumber>0009990001-26-000007</previousAccessionNumber>"
NOW = schedule_13d(person_13d("Irongate Partners LP", "7.5"), form="SCHEDULE 13D/A").replace(
    b"</submissionType>", PREVIOUS
)
BEFORE = schedule_13d(person_13d("Irongate Partners LP", "5.1"))
AMENDED = msgspec.structs.replace(HEADER, form="SCHEDULE 13D/A", items=[], title="SCHEDULE 13D/A Vega Grid Inc.")


def test_an_amended_schedule_asks_for_the_one_before_and_says_the_change() -> None:
    first = parsed(document("SCHEDULE 13D/A", NOW, "primary_doc.xml"), header=AMENDED)
    assert first.says["previous"] == "/Archives/edgar/data/1999100/000999000126000007/primary_doc.xml"
    second = parsed(document("SCHEDULE 13D/A", NOW, "primary_doc.xml"), header=AMENDED, before=BEFORE)
    assert second.says == {}
    found = event_from_json(bytes(second.candidates[0].event))
    assert (found.facts["percent"], found.facts["percent_before"], found.facts["change"]) == (7.5, 5.1, 2.4)
    assert "up from 5.1 %" in found.title


@pytest.mark.parametrize(
    "before", [b"<html>gone</html>", b"\x00", BEFORE.replace(b"0001999100", b"0001999101"), schedule_13d(" ")]
)
def test_a_schedule_before_that_is_none_or_of_another_company_says_nothing(before: bytes) -> None:
    found = event(document("SCHEDULE 13D/A", NOW, "primary_doc.xml"), header=AMENDED, before=before)
    assert "percent_before" not in found.facts


def test_the_files_of_a_made_up_filing_are_those_of_its_index() -> None:
    files = filing(1, ("8-K", "vega8k.htm", EIGHT_K))
    assert sorted(files) == sorted([f"{folder()}/vega8k.htm", index_path()])
