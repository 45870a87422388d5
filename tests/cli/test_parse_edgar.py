"""`alertd parse --type edgar`: one line for each filing, merged over all pages given."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.run import Done, alertd
from tests.sources.edgar_pages import AGREEMENT, EXHIBITS, entry, page

MAINTENANCE = b"<!DOCTYPE html><html><head><title>SEC.gov | File Unavailable</title></head></html>"


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    insider = entry(7, "DOE JANE", form="4", cik=9_990_002, role="Reporting")
    issuer = entry(7, "Vega Grid Inc.", form="4", role="Issuer")
    (tmp_path / "0.xml").write_bytes(page(entry(items=(AGREEMENT, EXHIBITS)), insider))
    (tmp_path / "1.xml").write_bytes(page(issuer, entry(2, form="424B2", accepted="2026-01-12T12:41:56")))
    (tmp_path / "end.html").write_bytes(MAINTENANCE)
    return tmp_path


def parse(*words: str | Path, cwd: Path) -> Done:
    return alertd("parse", *words, cwd=cwd)


def test_each_accession_number_is_one_line_with_the_filers_of_all_pages(pages: Path) -> None:
    done = parse("--type", "edgar", "0.xml", "1.xml", cwd=pages)
    assert done.code == 0
    assert [line.split("\t") for line in done.out.splitlines()] == [
        ["0009990001-26-000001", "8-K", "1.01,9.01", "Vega Grid Inc. (0009990001, filer)",
         "2026-01-12T17:41:56.000Z"],
        ["0009990001-26-000007", "4", "-", "Vega Grid Inc. (0009990001, issuer); DOE JANE (0009990002, reporting)",
         "2026-01-12T17:41:56.000Z"],
        ["0009990001-26-000002", "424B2", "-", "Vega Grid Inc. (0009990001, filer)", "-"],
    ]  # fmt: skip
    assert done.err == "1.xml: 1 entries with an acceptance time that has no zone or is none\n"


def test_a_page_after_the_last_is_an_error_and_the_others_are_read(pages: Path) -> None:
    done = parse("--type", "edgar", "end.html", "0.xml", cwd=pages)
    assert (done.code, len(done.out.splitlines())) == (1, 2)
    assert done.err.startswith("end.html: EDGAR sent an HTML page titled “SEC.gov | File Unavailable”")


def test_a_broken_entry_is_named_and_is_no_fault(pages: Path) -> None:
    (pages / "broken.xml").write_bytes(page(entry(1), entry(2).replace("</title>", "</b>"), entry(3)))
    done = parse("--type", "edgar", "broken.xml", cwd=pages)
    assert (done.code, len(done.out.splitlines())) == (0, 2)
    assert done.err.startswith("broken.xml: entry 2 is no filing: it is not well-formed")


def test_events_are_printed_as_the_daemon_would_make_them(pages: Path) -> None:
    done = parse("--type", "edgar", "--json", "0.xml", "1.xml", cwd=pages)
    assert [event["accession"][-1] for event in done.lines] == ["1", "7", "2"]
    assert {(event["source"], event["kind"], event["trust"]) for event in done.lines} == {("edgar", "filing", "high")}
    assert len(done.lines[1]["filers"]) == 2


def test_the_settings_say_that_a_source_is_edgar(pages: Path) -> None:
    (pages / "rules").mkdir()
    (pages / "alertd.yaml").write_text(
        "contact: desk@example.com\n"
        "sources: [{id: sec, type: edgar, forms: [8-K], full_text: true, classification: internal}]\n"
    )
    done = parse("-c", "alertd.yaml", "--source", "sec", "--json", "0.xml", cwd=pages)
    assert [(event["source"], event["awaiting"]) for event in done.lines] == [("sec", "full_text")] * 2
    assert done.lines[0]["provenance"]["classification"] == "internal"


def test_raw_entries_are_one_for_each_filer(pages: Path) -> None:
    done = parse("--type", "edgar", "--raw", "0.xml", "1.xml", cwd=pages)
    assert [entry["name"] for entry in done.lines] == [
        "Vega Grid Inc.",
        "DOE JANE",
        "Vega Grid Inc.",
        "Vega Grid Inc.",
    ]
