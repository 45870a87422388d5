"""Pages of EDGAR: what is on them is read, what is broken costs only itself, what is no page is named."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alertd.errors import ParseFailed
from alertd.sources.edgar_entry import Item
from alertd.sources.edgar_page import MAX_ENTRIES, Page, read_page
from alertd.sources.guard import Guard
from tests.sources.edgar_pages import ACCEPTED, AGREEMENT, COMPANY, EXHIBITS, RESULTS, SEEN, entry, page


def test_an_entry_says_form_filer_items_clocks_and_where_the_filing_is() -> None:
    (read,) = read_page(page(entry(items=(RESULTS, EXHIBITS)))).entries
    assert (read.accession, read.form, read.name) == ("0009990001-26-000001", "8-K", "Vega Grid Inc.")
    assert (read.cik, read.role) == ("0009990001", "filer")
    assert read.items == (Item(*RESULTS), Item(*EXHIBITS))
    assert (read.filed, read.size, read.accepted_ms) == ("2026-01-12", "24 KB", SEEN - 4_000)
    assert read.url.endswith("/data/9990001/000999000126000001/0009990001-26-000001-index.htm")


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("Müller & Söhne AG", "Subject"),
        ("Fund Ltd. (Under Special Management)", "Filed by"),
        ("LYRA CORP /NEW/", "Issuer"),
        ("Bank - Trust Co", "Reporting"),
    ],
)
def test_names_keep_what_looks_like_a_part_of_the_title(name: str, role: str) -> None:
    (read,) = read_page(page(entry(name=name, form="SCHEDULE 13D/A", role=role))).entries
    assert (read.form, read.name, read.role) == ("SCHEDULE 13D/A", name, role.lower())


def test_the_summary_may_begin_with_a_film_number_and_name_items_with_entities() -> None:
    item = ("4.01", "Changes in Registrant&#39;s Certifying Accountant")
    (read,) = read_page(page(entry(items=(item,), film=True))).entries
    assert (read.filed, read.size) == ("2026-01-12", "24 KB")
    assert read.items == (Item("4.01", "Changes in Registrant's Certifying Accountant"),)


@pytest.mark.parametrize("guid", ["", "urn:something:else"])
def test_without_a_number_in_its_id_an_entry_is_known_by_its_summary_or_its_link(guid: str) -> None:
    assert read_page(page(entry(guid=guid))).entries[0].accession == "0009990001-26-000001"
    body = page(entry(guid=guid)).replace(b"AccNo:", b"Number:")
    assert read_page(body).entries[0].accession == "0009990001-26-000001"


@pytest.mark.parametrize(
    "time",
    ["2026-01-12T12:41:56", "2026-01-12", "yesterday", "", "9999-01-12T12:41:56-05:00", "2026-01-12T12:41:56 EST"],
)
def test_an_acceptance_time_without_a_zone_is_none(time: str) -> None:
    read = read_page(page(entry(1, accepted=time), entry(2)))
    assert [one.accepted_ms for one in read.entries] == [None, SEEN - 4_000]
    assert read.notes == ["1 entries with an acceptance time that has no zone or is none"]


def test_summer_and_winter_come_with_their_own_offsets() -> None:
    times = ("2026-07-01T06:00:00-04:00", "2026-01-05T06:00:00-05:00", "2026-07-01T10:00:00Z")
    summer, winter, utc = (read_page(page(entry(accepted=time))).entries[0].accepted_ms for time in times)
    assert (summer, winter) == (1_782_900_000_000, 1_767_610_800_000)
    assert summer == utc


def test_a_companys_own_feed_is_read_with_its_misspelt_number() -> None:
    read = read_page(COMPANY.encode())
    (one,) = read.entries
    assert read.kind == "company"
    assert (one.accession, one.form, one.name, one.cik) == (
        "0009990001-26-000001", "8-K", "VEGA GRID INC.", "0009990001",
    )  # fmt: skip
    assert (one.filed, one.size, one.accepted_ms, one.role) == ("2026-01-12", "1 MB", SEEN - 4_000, "")
    assert [item.code for item in one.items] == ["2.02", "9.01"]
    assert one.url.endswith("0009990001-26-000001-index.htm")


def test_a_companys_own_feed_with_a_broken_entry_still_says_whose_it_is() -> None:
    body = COMPANY.replace("  </feed>", "<entry><title>x</entry></feed>").encode()
    read = read_page(body)
    assert (read.kind, [one.name for one in read.entries]) == ("company", ["VEGA GRID INC."])
    assert [rejected.position for rejected in read.rejected] == [1]


def test_a_page_without_filings_is_a_page() -> None:
    assert read_page(page()).entries == []


def test_a_broken_entry_costs_only_itself() -> None:
    broken = entry(2).replace("</title>", "</titel>")
    read = read_page(page(entry(1), broken, entry(3)))
    assert [one.accession[-1] for one in read.entries] == ["1", "3"]
    assert [(r.position, r.reason) for r in read.rejected] == [
        (1, "it is not well-formed: Opening and ending tag mismatch: title line 2 and titel")
    ]
    assert read.notes[-1] == "read entry by entry"


def test_an_entry_that_is_not_closed_does_not_swallow_its_neighbour() -> None:
    read = read_page(page(entry(1), entry(2).replace("</entry>", ""), entry(3)))
    assert [one.accession[-1] for one in read.entries] == ["1", "3"]
    assert [r.position for r in read.rejected] == [1]


@pytest.mark.parametrize("fault", ["AT&T Grid", "Vega\x00 Grid", "Vega\x1b Grid", "Vega &bogus; Grid"])
def test_what_can_be_mended_is_read(fault: str) -> None:
    read = read_page(page(entry(1), entry(2).replace("Vega Grid", fault)))
    assert [one.accession[-1] for one in read.entries] == ["1", "2"]
    assert read.notes
    assert read.notes[0].startswith("not well-formed: ")


@pytest.mark.parametrize(
    ("break_", "reason"),
    [
        (("accession-number=0009990001-26-000001", ""), "it names no accession number"),
        (('term="8-K"', 'term="?"'), "it names no form"),
    ],
)
def test_an_entry_that_is_no_filing_is_rejected_with_the_reason(break_: tuple[str, str], reason: str) -> None:
    wrong = entry(1).replace(*break_)
    if "accession" in reason:
        wrong = wrong.replace("0009990001-26-000001", "nothing")
    read = read_page(page(wrong, entry(2)))
    assert [(r.position, r.reason) for r in read.rejected] == [(0, reason)]
    assert read.rejected[0].title == "8-K - Vega Grid Inc. (0009990001) (Filer)"
    assert len(read.entries) == 1


MAINTENANCE = b"<!DOCTYPE html>\n<html><head><title>SEC.gov | File Unavailable</title></head><body>soon</body></html>"
RATE = b"<html><head><title>SEC.gov | Request Rate Threshold Exceeded</title></head></html>"
AGENT = b"<!DOCTYPE html><html><body><h1>Your Request Originates from an Undeclared Automated Tool</h1></body></html>"
DENIED = b'<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>'
RSS = b'<rss version="2.0"><channel><item><title>x</title></item></channel></rss>'
OTHER = b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id></entry><entry><id>2</id></entry></feed>'
BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><feed>&b;</feed>'


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "the document is empty"),
        (b" \n\0", "the document is empty"),
        (MAINTENANCE, "titled “SEC.gov | File Unavailable” instead of a feed: it is down for maintenance"),
        (RATE, "more requests came from here than it allows"),
        (AGENT, "a User-Agent with a contact address"),
        (b"<html>\n<body>Log in</body></html>", "EDGAR sent an HTML page instead of a feed"),
        (DENIED, "an error instead of a feed: AccessDenied: Access Denied"),
        (RSS, "XML with the root element <rss>"),
        (OTHER, "a feed, but none of its 2 entries can be read as a filing of EDGAR: it names no accession number"),
        (BOMB, "a document type of its own"),
        (b'{"filings": []}', "no feed but JSON"),
        (b"Bad gateway", "no feed but plain text, starting with “Bad gateway”"),
        (page(entry(1), entry(2))[:-400], "the page is cut off"),
        (page(entry(1), entry(2))[: -len("</feed>\n")], "the page is cut off"),
        (page()[:-20], "the page is cut off"),
    ],
)
def test_what_is_no_page_is_named_in_one_sentence(body: bytes, words: str) -> None:
    with pytest.raises(ParseFailed) as failed:
        read_page(body)
    assert words in str(failed.value)
    assert "\n" not in str(failed.value)


def test_entities_and_files_are_never_read_whatever_the_encoding() -> None:
    evil = '<!DOCTYPE feed [<!ENTITY x SYSTEM "file:///etc/passwd">]><feed><entry><title>&x;</title></entry></feed>'
    for encoding in ("utf-8", "utf-16", "utf-32"):
        with pytest.raises(ParseFailed, match="document type"):
            read_page(evil.encode(encoding))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "cp1252"])
def test_the_encoding_is_taken_from_the_bytes_before_the_declaration(encoding: str) -> None:
    text = page(entry(name="Söhne Énergie S.à r.l.")).decode("iso-8859-1")
    assert read_page(text.encode(encoding)).entries[0].name == "Söhne Énergie S.à r.l."


def test_a_flood_of_entries_is_cut_and_counted() -> None:
    read = read_page(page(*([entry(1)] * 3), *(["<entry/>"] * (MAX_ENTRIES + 500))))
    assert len(read.entries) == 3
    assert len(read.rejected) == MAX_ENTRIES - 3 + 1
    assert read.rejected[-1].reason == "503 entries after the first 1,000 of a page are not read"


def test_deep_nesting_costs_only_its_entry() -> None:
    deep = entry(2).replace("<updated>", "<a>" * 100_000 + "<updated>")
    assert [one.accession[-1] for one in read_page(page(entry(1), deep, entry(3))).entries] == ["1", "3"]


def test_long_fields_are_cut() -> None:
    long = entry(1, "Vega " * 100_000, items=tuple((f"{n}.01", "x" * 5_000) for n in range(1, 90)))
    (read,) = read_page(page(long)).entries
    assert len(read.name) <= 1_000
    assert len(read.items) <= 50
    assert all(len(item.name) <= 200 for item in read.items)


def test_an_entry_that_killed_a_worker_is_left_out_and_the_others_are_announced() -> None:
    class Careful(Guard):
        careful = True
        skip = frozenset([1])

        def __init__(self) -> None:
            self.begun: list[int] = []

        def starting(self, position: int) -> None:
            self.begun.append(position)

    guard = Careful()
    read = read_page(page(entry(1), entry(2), entry(3)), None, guard)
    assert [one.accession[-1] for one in read.entries] == ["1", "3"]
    assert [r.reason for r in read.rejected] == ["the parser was killed over it"]
    assert guard.begun == [0, 2]


GOOD = page(entry(1, items=(AGREEMENT,)), entry(2, "Lyra Fund LP", role="Filed by"), entry(3, accepted=ACCEPTED))


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    accounted(body)


@given(st.integers(0, len(GOOD)), st.binary(max_size=40), st.integers(0, 60))
@settings(max_examples=400, deadline=None)
def test_any_damage_is_read_or_refused(at: int, put: bytes, instead: int) -> None:
    accounted(GOOD[:at] + put + GOOD[at + instead :])


@given(st.text(max_size=120), st.text(max_size=60), st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_any_text_in_any_field_is_plain_afterwards(name: str, what: str, time: str) -> None:
    body = page().decode().replace("</feed>", entry(1, name, items=(("1.01", what),)) + "</feed>")
    read = accounted(body.replace(ACCEPTED, "x").encode("utf-8", "replace"))
    assert read is not None
    for one in read.entries:
        texts = (one.name, one.form, one.role, one.filed, one.size, *(item.name for item in one.items))
        assert not set("".join(texts)) & set("\x00\x1b\u200b\u202e\n\r")


def accounted(body: bytes) -> Page | None:
    """Read a page: its entries and rejected ones leave no gap, and a refusal is one line."""
    try:
        read = read_page(body)
    except ParseFailed as failed:
        assert str(failed)
        assert "\n" not in str(failed)
        return None
    places = sorted([one.position for one in read.entries] + [one.position for one in read.rejected])
    assert places == list(range(len(places)))
    assert all(one.reason for one in read.rejected)
    return read
