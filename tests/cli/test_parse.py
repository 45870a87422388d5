"""`alertd parse`: feed files become events; what is no feed costs only itself."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from alertd.cli.parse import MAX_FILE, source_id
from tests.cli.run import Done, alertd, on_terminal

RSS = """<?xml version="1.0"?>
<rss version="2.0"><channel><title>Wire</title><language>en</language>
<item><guid>1</guid><title>Vega Grid leases Orion</title><link>/news/1</link>
  <description>&lt;p&gt;For &lt;b&gt;$1bn&lt;/b&gt; a year&lt;/p&gt;</description></item>
<item><guid>2</guid><title>Lyra cuts guidance</title></item>
<item><guid>1</guid><title>Vega Grid leases Orion</title><link>/news/1</link>
  <description>&lt;p&gt;For &lt;b&gt;$1bn&lt;/b&gt; a year&lt;/p&gt;</description></item>
<item></item>
</channel></rss>"""


@pytest.fixture
def wire(tmp_path: Path) -> Path:
    (tmp_path / "Prime.Wire.xml").write_text(RSS)
    return tmp_path


def parse(*words: str | Path, cwd: Path, stdin: bytes = b"") -> Done:
    return alertd("parse", *words, cwd=cwd, stdin=stdin)


def test_each_entry_becomes_one_line_or_is_named_with_the_reason(wire: Path) -> None:
    done = parse("Prime.Wire.xml", cwd=wire)
    assert done.code == 0
    assert [event["title"] for event in done.lines] == ["Vega Grid leases Orion", "Lyra cuts guidance"]
    assert {event["source"] for event in done.lines} == {"prime-wire"}
    assert done.lines[0]["body"] == "For $1bn a year"
    assert done.err.splitlines() == [
        "Prime.Wire.xml: entry 4 is no event: no guid, link, title or text",
        "Prime.Wire.xml: entry 3 repeats entry 1",
    ]


def test_the_same_file_gives_the_same_ids_from_stdin_and_under_the_sources_id(wire: Path) -> None:
    named = parse("--source", "prwire", "Prime.Wire.xml", cwd=wire).lines
    piped = parse("--source", "prwire", "-", cwd=wire, stdin=RSS.encode()).lines
    assert [e["id"] for e in named] == [e["id"] for e in piped]
    assert parse(cwd=wire, stdin=RSS.encode()).lines[0]["source"] == "stdin"


def test_relative_links_need_to_know_what_they_are_relative_to(wire: Path) -> None:
    assert parse("Prime.Wire.xml", cwd=wire).lines[0]["url"] == ""
    done = parse("--base-url", "https://wire.example.com/rss", "Prime.Wire.xml", cwd=wire)
    assert done.lines[0]["url"] == "https://wire.example.com/news/1"


def test_the_settings_say_what_is_known_of_a_source(wire: Path) -> None:
    (wire / "rules").mkdir()
    (wire / "alertd.yaml").write_text(
        'sources: [{id: prwire, type: feed, url: "https://wire.example.com/rss", trust: high, kind: filing}]\n'
    )
    event = parse("-c", "alertd.yaml", "--source", "prwire", "Prime.Wire.xml", cwd=wire).lines[0]
    assert (event["source"], event["trust"], event["kind"]) == ("prwire", "high", "filing")
    assert event["url"] == "https://wire.example.com/news/1"
    done = parse("-c", "alertd.yaml", "--source", "other", "Prime.Wire.xml", cwd=wire)
    assert (done.code, done.err) == (2, "alertd: there is no source other; there are prwire\n")
    done = parse("-c", "alertd.yaml", "Prime.Wire.xml", cwd=wire)
    assert (done.code, done.err) == (2, "alertd: --config needs --source: the settings of which source?\n")
    done = parse("-c", "nowhere.yaml", "--source", "prwire", "Prime.Wire.xml", cwd=wire)
    assert done.code == 1
    assert done.err.startswith("nowhere.yaml: cannot be read: No such file or directory")


def test_raw_entries_are_what_the_source_wrote(wire: Path) -> None:
    done = parse("--raw", "Prime.Wire.xml", cwd=wire)
    assert done.code == 0
    assert done.lines[0]["guid"] == "1"
    assert done.lines[0]["link"] == "/news/1"
    assert "<b>$1bn</b>" in done.lines[0]["summary"]


def test_files_that_are_no_feed_are_named_and_the_others_are_read(wire: Path) -> None:
    (wire / "page.html").write_text("<!doctype html><html><head><title>Sign in</title></head></html>")
    (wire / "noise.xml").write_bytes(bytes(range(256)) * 20)
    (wire / "empty.xml").write_text("")
    (wire / "folder").mkdir()
    done = parse("nowhere.xml", "folder", "page.html", "noise.xml", "empty.xml", "Prime.Wire.xml", cwd=wire)
    assert done.code == 1
    assert len(done.lines) == 2
    complaints = dict(line.split(": ", 1) for line in done.err.splitlines() if "entry" not in line)
    assert complaints["nowhere.xml"] == "cannot be read: No such file or directory"
    assert complaints["folder"] == "cannot be read: Is a directory"
    assert complaints["page.html"].startswith("an HTML page instead of a feed")
    assert complaints["empty.xml"] == "the document is empty"
    assert complaints["noise.xml"]
    assert len(complaints) == 5


def test_an_empty_stdin_is_no_feed(tmp_path: Path) -> None:
    done = parse(cwd=tmp_path)
    assert (done.code, done.out, done.err) == (1, "", "stdin: the document is empty\n")


def test_a_packed_feed_is_unpacked(wire: Path) -> None:
    (wire / "wire.xml.gz").write_bytes(gzip.compress(RSS.encode()))
    assert parse("wire.xml.gz", cwd=wire).lines[0]["title"] == "Vega Grid leases Orion"


def test_a_file_too_large_to_be_a_feed_is_not_read_into_memory(tmp_path: Path) -> None:
    with (tmp_path / "large.xml").open("wb") as file:
        file.truncate(MAX_FILE + 1)
    done = parse("large.xml", cwd=tmp_path)
    assert (done.code, done.err) == (1, "large.xml: larger than 32 MiB\n")


def test_a_parser_that_fails_unexpectedly_costs_one_file(wire: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr("alertd.cli.parse.parse_feed", fail)
    done = parse("Prime.Wire.xml", "nowhere.xml", cwd=wire)
    assert done.code == 1
    assert done.err.splitlines() == [
        "Prime.Wire.xml: the parser failed: RecursionError: too deep",
        "nowhere.xml: cannot be read: No such file or directory",
    ]


def test_an_id_that_no_source_can_have_is_a_usage_error(wire: Path) -> None:
    done = parse("--source", "Prime Wire", "Prime.Wire.xml", cwd=wire)
    assert done.code == 2
    assert done.err == "alertd: a source id is made of a-z, 0-9 and -, at most 63 characters, not 'Prime Wire'\n"


@pytest.mark.parametrize(
    ("file", "expected"),
    [("Feed.Example.xml", "feed-example"), ("-", "stdin"), ("№.xml", "stdin"), ("a" * 80 + ".xml", "a" * 63)],
)
def test_a_file_name_becomes_a_source_id(file: str, expected: str) -> None:
    assert source_id(Path(file)) == expected


def test_the_reasons_of_hostile_entries_do_not_drive_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "x.xml").write_text("<\x1b[31mhtml>")
    done = parse("x.xml", "\x1b[2J.xml", cwd=tmp_path)
    assert done.code == 1
    assert "\x1b" not in done.err


def test_many_files_show_a_bar_on_a_terminal_while_the_results_go_elsewhere(wire: Path) -> None:
    for number in range(12):
        (wire / f"{number}.xml").write_text(RSS)
    names = [f"{number}.xml" for number in range(12)]
    shown = on_terminal("parse", *names, cwd=wire, stdout=wire / "out")
    assert shown.code == 0
    assert "parsing" in shown.out
    assert shown.out.count("entry 3 repeats entry 1") == 12
    assert len((wire / "out").read_text().splitlines()) == 24
    shown = on_terminal("parse", *names[:3], cwd=wire, stdout=wire / "out")
    assert "parsing" not in shown.out
    assert "parsing" not in on_terminal("parse", *names, cwd=wire).out
