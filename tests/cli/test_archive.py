"""`alertd archive`: what the archive holds, whether it is whole, what goes, and copies of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from alertd.base.clock import rfc3339, system_clock
from alertd.cli.main import USAGE
from alertd.history.archive.blobs import Blobs
from alertd.history.archive.layout import Layout
from alertd.history.archive.writer import Writer
from tests.cli.run import Done, alertd, small_desk
from tests.history.archive.making import (
    DAY,
    MONDAY,
    archive,
    event_record,
    fill,
    lines,
    record,
    rewritten,
    with_writer,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A desk with an archive of two sealed days and one under way."""
    small_desk(tmp_path)
    archive(tmp_path / "var/archive", 30, 20, 10)
    return tmp_path


def ask(folder: Path, *words: str) -> Done:
    return alertd("archive", *words, cwd=folder)


def test_status_says_what_there_is(folder: Path) -> None:
    done = ask(folder, "status")
    assert done.code == 0
    assert "2026-11-23 to 2026-11-25: 2 sealed days, under way 2026-11-25" in done.out
    assert "lines      60, " in done.out
    assert "nobody writes it now" in done.out
    found = ask(folder, "status", "--json").json
    assert (found["sealed_days"], found["lines"], found["kinds"]) == (2, 60, {"notice": 50})
    assert found["written"] is False
    assert len(found["head"]) == 22
    writer = Writer(folder / "var/archive")
    assert ask(folder, "status", "--json").json["written"] is True
    writer.close()


def test_gaps_and_holds_are_told(folder: Path) -> None:
    gap = replace(record(1), reason="archive_gap", data={"from": "1-0", "to": "9-0"})
    with_writer(folder / "var/archive", lambda writer: writer.append([(f"{MONDAY + 3 * DAY}-0", gap)]))
    assert ask(folder, "hold", "add", "case-7", "--since", "2026-11-01", "--reason", "letter").code == 0
    done = ask(folder, "status")
    assert "gap        2026-11-26:1: nothing from 1-0 to 9-0" in done.out
    assert "hold       case-7: 2026-11-01 to no end" in done.out


def test_verify_names_the_line_and_ends_with_1(folder: Path) -> None:
    fine = f"fine: {folder}/var/archive: 3 days, 60 lines, 0 blobs; the day under way has no proof of its end\n"
    assert ask(folder, "verify").out == fine
    rewritten(folder / "var/archive", "2026-11-23", lambda ls: [*ls[:4], ls[4].replace(b"said", b"done"), *ls[5:]])
    done = ask(folder, "verify")
    assert (done.code, done.out) == (
        1, "2026-11-23:5: the line was altered, or one before it was taken out\n1 fault found\n",
    )  # fmt: skip
    found = ask(folder, "verify", "--json")
    assert found.code == 1
    assert [(one["day"], one["line"], one["kind"]) for one in found.json["faults"]] == [("2026-11-23", 5, "altered")]


def test_verify_holds_on_to_a_head_that_was_noted(folder: Path) -> None:
    head = ask(folder, "status", "--json").json["head"]
    assert ask(folder, "verify", "--head", head).code == 0
    done = ask(folder, "verify", "--head", "AAAAAAAAAAAAAAAAAAAAAA")
    assert done.code == 1
    assert "is not among its chains" in done.out


def test_without_an_archive_each_says_so(tmp_path: Path) -> None:
    small_desk(tmp_path)
    for words in (["status"], ["verify"], ["prune"], ["hold", "list"], ["export", "x.tar"], ["rules"]):
        done = ask(tmp_path, *words)
        if words != ["hold", "list"]:
            assert done.code == 1
            assert "is no archive: there is no archive.json in it" in done.err
        assert "Traceback" not in done.err


def test_prune_removes_what_is_over_unless_a_daemon_does(tmp_path: Path) -> None:
    small_desk(tmp_path)
    old = system_clock() // DAY * DAY - 100 * DAY
    path = tmp_path / "var/archive"

    def work(writer: Writer) -> None:
        writer.append([(f"{old}-0", record(1, old, kind="entry")), (f"{old}-1", record(2, old))])
        writer.append([(f"{old + DAY}-0", record(3, old + DAY))])
        writer.seal(rfc3339(old)[:10])

    with_writer(path, work)
    dry = ask(tmp_path, "prune", "--dry-run")
    assert (dry.code, dry.out) == (0, f"{rfc3339(old)[:10]}  1 line would go\n")
    writer = Writer(path)
    refused = ask(tmp_path, "prune")
    writer.close()
    assert refused.code == 1
    assert "a daemon writes this archive, and does it by itself once a day" in refused.err
    assert ask(tmp_path, "prune").out == f"{rfc3339(old)[:10]}  1 line gone\n"
    assert [line.record is None for line in lines(path)] == [True, False, False]
    assert ask(tmp_path, "prune").out == "nothing is over\n"
    assert ask(tmp_path, "verify").code == 0


def test_what_is_not_as_it_was_sealed_is_not_pruned(tmp_path: Path) -> None:
    small_desk(tmp_path)
    path = tmp_path / "var/archive"
    old = system_clock() // DAY * DAY - 500 * DAY

    def work(writer: Writer) -> None:
        writer.append([(f"{old}-0", record(1, old)), (f"{old}-1", record(2, old))])
        writer.seal(rfc3339(old)[:10])

    with_writer(path, work)
    rewritten(path, rfc3339(old)[:10], lambda ls: ls[:1])
    done = ask(tmp_path, "prune")
    assert done.code == 1
    assert "it is not as it was sealed, so nothing is removed" in done.err


def test_holds_are_placed_listed_and_lifted(folder: Path) -> None:
    assert ask(folder, "hold", "list").out == "no holds\n"
    placed = ask(folder, "hold", "add", "case-7", "--since", "2026-11-01", "--until", "2026-12-01")
    assert placed.out == "held: case-7, 2026-11-01T00:00:00.000Z to 2026-12-01T00:00:00.000Z\n"
    assert ask(folder, "hold", "add", "case-7", "--since", "1d").code == 1
    assert [one["name"] for one in ask(folder, "hold", "list", "--json").json] == ["case-7"]
    assert ask(folder, "hold", "remove", "case-7").out == "lifted: case-7\n"
    assert ask(folder, "hold", "remove", "case-7").code == 1
    for words in (["Case 7", "--since", "1d"], ["x", "--since", "soon"], ["x", "--since", "1d", "--until", "2d"]):
        assert ask(folder, "hold", "add", *words).code == USAGE


def test_a_part_is_exported_checked_and_imported(folder: Path) -> None:
    done = ask(folder, "export", "part.tar", "--since", "2026-11-24", "--until", "2026-11-25")
    assert done.code == 0
    assert "1 day, 20 lines" in done.out
    assert ask(folder, "verify", "part.tar").out == "fine: part.tar: 1 day, 20 lines, 0 blobs\n"
    (checked,) = ask(folder, "verify", "part.tar", "--json").json["checked"]
    assert checked == {"archive": "part.tar", "days": 1, "open_days": 0, "lines": 20, "blobs": 0}
    first = ask(folder, "import", "part.tar")
    assert first.code == 0
    assert "1 new day, 20 new lines" in first.out
    assert "0 new days, 1 day known already, 0 new lines" in ask(folder, "import", "part.tar").out
    assert ask(folder, "export", "part.tar").code == 1
    (copy,) = ask(folder, "status", "--json").json["imported"]
    assert (copy["days"], copy["lines"], copy["oldest"], copy["newest"]) == (1, 20, "2026-11-24", "2026-11-24")
    assert f"alertd backtest --events {copy['path']}\n" in first.out
    assert f"imported   {copy['path']}, 2026-11-24 to 2026-11-24: 1 day, 20 lines, " in ask(folder, "status").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--kind", "evnt"], "did you mean `event`?"),
        (["--portfolio", "../x"], "is no id of a portfolio"),
        (["--portfolio", "nosuch"], "there is no portfolio nosuch"),
        (["--since", "1d", "--until", "2d"], "the time is empty"),
        (["--since", "yesterday"], "--since takes a time such as 2h"),
    ],
)
def test_what_cannot_be_exported_is_said(folder: Path, words: list[str], said: str) -> None:
    done = ask(folder, "export", "part.tar", *words)
    assert done.code == USAGE
    assert said in done.err
    assert not (folder / "part.tar").exists()


def test_an_import_that_is_not_whole_is_refused_with_what_is_wrong(folder: Path) -> None:
    other = folder / "other"
    with_writer(other, lambda writer: fill(writer, [20, 5]))
    rewritten(other, "2026-11-23", lambda ls: [ls[0].replace(b"said", b"done"), *ls[1:9], *ls[10:]])
    done = ask(folder, "import", "other")
    assert done.code == 1
    assert "is not whole, so nothing of it is taken: 2026-11-23:1" in done.err
    assert "2026-11-23:10: line 10 is missing" in done.err


def test_a_desk_exports_its_own(folder: Path) -> None:
    path = folder / "var/archive"
    theirs = event_record(MONDAY, source_desk="macro", body="hush")
    mine = event_record(MONDAY, source_desk="ai")
    with_writer(
        path, lambda writer: writer.append([(f"{MONDAY + 4 * DAY}-0", theirs), (f"{MONDAY + 4 * DAY}-1", mine)])
    )
    done = ask(folder, "export", "out", "--desk", "ai", "--kind", "event")
    assert done.code == 0
    (seen,) = (line.record for line in lines(folder / "out"))
    assert seen is not None
    assert (seen.data["source_desk"], seen.data["event"]["body"]) == ("ai", "The body.")


def test_of_a_time_without_a_line_nothing_is_exported(folder: Path) -> None:
    done = ask(folder, "export", "part.tar", "--since", "2020-01-01", "--until", "2020-02-01")
    assert done.code == 1
    assert "nothing is exported" in done.err
    assert not (folder / "part.tar").exists()


def test_a_portfolio_that_only_the_archive_knows_is_exported_and_one_of_nobody_is_not(folder: Path) -> None:
    gone = event_record(MONDAY + 3 * DAY, matches=[{"portfolio": "closed"}])
    with_writer(folder / "var/archive", lambda writer: writer.append([(f"{MONDAY + 3 * DAY}-1", gone)]))
    assert ask(folder, "export", "closed.tar", "--portfolio", "closed").code == 0
    done = ask(folder, "export", "part.tar", "--portfolio", "exampel")
    assert (done.code, "did you mean example?" in done.err) == (USAGE, True)
    assert not (folder / "part.tar").exists()


def test_the_rules_of_a_version_are_written(folder: Path) -> None:
    path = folder / "var/archive"
    blobs = Blobs(path)
    rules, holdings = blobs.put(b"portfolio: ai\n"), blobs.put(b"ticker,weight\n")
    version = record(
        1, kind="version", rules_version="4f2a91" + "0" * 58, alertd="1", files={"portfolios/ai.yaml": rules},
        holdings={"/srv/oms/positions.csv": holdings},
    )  # fmt: skip
    later = record(
        2, kind="version", rules_version="5" * 64, files={"../evil.yaml": rules, "/etc/x": rules, "a.yaml": "changed"}
    )
    with_writer(
        path, lambda writer: writer.append([(f"{MONDAY + 4 * DAY}-{i}", r) for i, r in enumerate((version, later))])
    )
    listed = ask(folder, "rules", "--json").json
    assert [(one["rules_version"][:6], one["files"], one["holdings"]) for one in listed] == [
        ("4f2a91", 1, 1), ("555555", 3, 0),
    ]  # fmt: skip
    done = ask(folder, "rules", "4f2a91", "then")
    assert done.code == 0
    assert (folder / "then/rules/portfolios/ai.yaml").read_bytes() == b"portfolio: ai\n"
    assert (folder / "then/holdings/positions.csv").read_bytes() == b"ticker,weight\n"
    assert ask(folder, "rules", "4f2a91", "then").code == 1
    assert ask(folder, "rules", "ffff", "other").code == 1
    hostile = ask(folder, "rules", "latest", "hostile")
    assert hostile.code == 1
    assert "../evil.yaml: its name is none of a file in a directory" in hostile.err
    assert "a.yaml: it was not kept (changed when it came into force)" in hostile.err
    assert not (folder / "evil.yaml").exists()


def test_a_damaged_file_that_was_set_aside_is_named(folder: Path) -> None:
    at = Layout(folder / "var/archive")
    content = bytearray(at.open("2026-11-25").read_bytes())
    content[len(content) // 2] ^= 0xFF
    at.open("2026-11-25").write_bytes(content)
    with_writer(at.root, lambda writer: writer.seal("2026-11-25"))
    assert "damaged    2026-11-25.damaged-1.zst" in ask(folder, "status").out
    assert ask(folder, "verify").code == 1
