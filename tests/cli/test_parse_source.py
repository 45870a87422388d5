"""`alertd parse --source`: recorded documents are read as that source of the settings would, without its keys."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.run import ROOT, Done, alertd

EXAMPLES = ROOT / "deploy/examples/sources"
SHAPES = {
    "json-news-wire": ("news-wire", "Vega Grid To Lease Orion Supercomputer To Lumen Labs For $1.2B A Year"),
    "json-news-sentiment": ("news-sentiment", "Vega Grid leases its Orion supercomputer to Lumen Labs"),
    "json-filings": ("vendor-filings", "8-K NVIDIA CORP: Entry into a Material Definitive Agreement"),
    "json-dockets": ("court-dockets", "Vega Grid Inc. v. Lumen Labs Inc.: MOTION for Preliminary Injunction"),
    "json-halts": ("trading-halts", "Trading in NVIDIA Corporation (NVDA) halted: T1"),
}
SETTINGS = """
receivers: [{id: ops, type: webhook, url: "${HOOK_URL}", secret_file: nowhere}]
sources:
  - id: api
    type: json
    url: https://api.example.com/v1/news
    params: {token: "${NO_SUCH_VARIABLE}"}
    list: $.items
    trust: low
    fields: {id: $.id, title: $.title, url: $.url}
  - id: notices
    type: page
    url: https://exchange.example/notices
    list: li
    fields: {title: a, url: a}
  - id: broken
    type: json
    url: https://api.example.com/v1/news
    list: items
    fields: {id: $.id}
"""
ANSWER = json.dumps({"items": [{"id": 1, "title": "Vega leases Orion", "url": "/n/1"}, {"id": 2}]})


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    (tmp_path / "alertd.yaml").write_text(SETTINGS)
    (tmp_path / "answer.json").write_text(ANSWER)
    return tmp_path


def parse(*words: str | Path, cwd: Path) -> Done:
    return alertd("parse", *words, cwd=cwd)


@pytest.mark.parametrize("name", SHAPES)
def test_the_examples_read_their_recorded_answers(name: str, tmp_path: Path) -> None:
    source, title = SHAPES[name]
    done = parse("--config", EXAMPLES / f"{name}.yaml", "--source", source, EXAMPLES / f"{name}.json", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert done.lines[0]["title"] == title
    assert len(done.lines) == 2
    assert {event["source"] for event in done.lines} == {source}


def test_every_json_example_has_a_recorded_answer_and_a_test() -> None:
    assert {path.stem for path in EXAMPLES.glob("json-*.yaml")} == SHAPES.keys()
    assert {path.stem for path in EXAMPLES.glob("json-*.json")} == SHAPES.keys()


def test_what_the_vendors_say_of_companies_filings_and_halts_arrives(tmp_path: Path) -> None:
    def events(name: str) -> list[dict[str, object]]:
        files = (EXAMPLES / f"{name}.yaml", "--source", SHAPES[name][0], EXAMPLES / f"{name}.json")
        return parse("--config", *files, cwd=tmp_path).lines

    assert events("json-news-wire")[0]["categories"] == ["$NVDA", "T US Equity", "Contracts", "Tech", "compute lease"]
    filing = events("json-filings")[0]
    assert (filing["kind"], filing["form"], filing["items"]) == ("filing", "8-K", ["1.01", "9.01"])
    assert filing["filers"] == [{"name": "NVIDIA CORP", "cik": "0001045810", "role": "filer"}]
    halt, resumed = events("json-halts")
    assert (halt["published_at"], halt["categories"]) == ("2026-01-12T14:58:03.000Z", ["NASDAQ:NVDA", "T1"])
    assert resumed["title"] == "Trading in GameStop Corp. (GME) resumed at 09:51:12"


def test_the_usual_settings_file_is_taken_and_neither_keys_nor_the_rest_of_it_are_needed(desk: Path) -> None:
    done = parse("--source", "api", "answer.json", cwd=desk)
    assert done.code == 0
    (event,) = done.lines
    assert (event["trust"], event["url"]) == ("low", "https://api.example.com/n/1")
    assert done.err == "answer.json: entry 2 is no event: the row has no title: `$.title` gives nothing\n"


def test_raw_shows_what_the_paths_give(desk: Path) -> None:
    first, second = parse("--source", "api", "--raw", "answer.json", cwd=desk).lines
    assert (first["guid"], first["title"], first["link"]) == ("1", "Vega leases Orion", "/n/1")
    assert (second["guid"], second.get("title", "")) == ("2", "")


def test_a_document_of_another_type_is_read_as_that_type(desk: Path) -> None:
    (desk / "page.html").write_text("<ul><li><a href='/n/7'>Trading halt: Vega Grid</a></li></ul>")
    (event,) = parse("--source", "notices", "page.html", cwd=desk).lines
    assert (event["title"], event["url"]) == ("Trading halt: Vega Grid", "https://exchange.example/n/7")
    done = parse("--source", "notices", "--raw", "page.html", cwd=desk)
    assert done.code == 1
    assert "leave --raw out" in done.err


def test_an_error_of_the_vendor_is_told_in_its_words(desk: Path) -> None:
    (desk / "quota.json").write_text('{"Information": "The limit is 25 requests per day."}')
    done = parse("--source", "api", "quota.json", "answer.json", cwd=desk)
    assert done.code == 1
    assert len(done.lines) == 1
    assert "quota.json: the answer has no list `$.items`: `information` says “The limit is 25" in done.err


def test_a_changed_layout_is_told(desk: Path) -> None:
    rows = [{"id": n, "headline": "x"} for n in (1, 2, 3)] + [{"id": 4, "title": "x"}]
    (desk / "odd.json").write_text(json.dumps({"items": rows}))
    done = parse("--source", "api", "odd.json", cwd=desk)
    assert "odd.json: 3 of 4 rows have no title: `$.title` gives nothing. Of such a row, it has the keys" in done.err


@pytest.mark.parametrize("rows", [1, 4])
def test_times_that_cannot_be_read_are_told_as_the_daemon_would(desk: Path, rows: int) -> None:
    (desk / "alertd.yaml").write_text(SETTINGS.replace("url: $.url}", "url: $.url, published: $.at}"))
    (desk / "odd.json").write_text(
        json.dumps({"items": [{"id": n, "title": "x", "at": "soon"} for n in range(rows)]})
    )
    done = parse("--source", "api", "odd.json", cwd=desk)
    assert (done.code, len(done.lines)) == (0, rows)
    assert (
        f"odd.json: {rows} of {rows} rows have a published that no form of `times` reads, such as “soon”" in done.err
    )


def test_a_date_that_no_row_of_a_page_has_is_told(desk: Path) -> None:
    (desk / "alertd.yaml").write_text(SETTINGS.replace("url: a}", "url: a, date: time}"))
    (desk / "page.html").write_text("".join(f"<li><a href='/n/{n}'>Halt {n}</a></li>" for n in range(3)))
    done = parse("--source", "notices", "page.html", cwd=desk)
    assert (done.code, len(done.lines)) == (0, 3)
    assert done.err == "page.html: no row has a date by the settings: has the layout changed?\n"


@pytest.mark.parametrize("token", ['token: "${NO_SUCH_VARIABLE}"', "token_file: nowhere"])
def test_what_is_pushed_is_read_an_item_a_line_too(desk: Path, token: str) -> None:
    (desk / "alertd.yaml").write_text(f"sources: [{{id: inbox, type: push, {token}}}]\n")
    lines = '{"id": 1, "title": "One"}\n{"id": 2, "title": "Two"}\n'
    (desk / "p.jsonl").write_text(lines)
    (desk / "p.json").write_text(lines)
    (desk / "list.json").write_text('[{"id": 3, "title": "Three"}]')
    done = parse("--source", "inbox", "p.jsonl", "p.json", "list.json", cwd=desk)
    assert (done.code, done.err) == (0, "")
    assert [event["title"] for event in done.lines] == ["One", "Two", "One", "Two", "Three"]


def test_a_fault_of_the_source_itself_is_told_at_its_place(desk: Path) -> None:
    done = parse("--config", "alertd.yaml", "--source", "broken", "answer.json", cwd=desk)
    assert done.code == 1
    assert done.err.startswith("alertd.yaml:19:11: ")
    assert "`items` is no JSON path at character 1" in done.err


def test_a_source_that_the_usual_file_does_not_have_is_known_by_its_id_alone(desk: Path) -> None:
    (desk / "wire.xml").write_text("<rss version='2.0'><channel><item><title>x</title></item></channel></rss>")
    (event,) = parse("--source", "wire", "wire.xml", cwd=desk).lines
    assert (event["source"], event["trust"]) == ("wire", "medium")
    done = parse("--config", "alertd.yaml", "--source", "wire", "wire.xml", cwd=desk)
    assert (done.code, done.err) == (2, "alertd: there is no source wire; there are api, notices, broken\n")
