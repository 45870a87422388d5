"""Files of a watched directory: each is taken once, whole, and moved; none is lost, and none escapes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import pytest_asyncio

from alertd.sources.pdf import has_pdf
from alertd.store.memory import MemoryStore
from alertd.workers.files_poll import MOST
from tests.support.daemon import eventually
from tests.support.pdf import pdf
from tests.workers.dropping import Drop
from tests.workers.polling import CountingPool

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROOT = os.geteuid() == 0


@pytest_asyncio.fixture(loop_scope="module")
async def drop(tmp_path: Path, pool: CountingPool) -> Drop:
    return Drop(tmp_path / "drop", MemoryStore(), pool)


async def test_a_file_becomes_an_event_and_is_moved_to_done(drop: Drop) -> None:
    drop.put("notice.txt", "Vega leases Orion\n\nTo Lumen Labs.\nFor a year.\n")
    assert (await drop.look()).outcome == "new"
    (event,) = await drop.events()
    assert (event.title, event.body) == ("Vega leases Orion", "To Lumen Labs.\nFor a year.")
    assert drop.names() == []
    assert drop.names("done") == ["notice.txt"]
    assert (await drop.look()).outcome == "unchanged"


async def test_files_are_taken_oldest_first(drop: Drop) -> None:
    for name, age_s in (("b", 30), ("a", 20), ("c", 40)):
        drop.put(name, f"Title {name}", age_s=age_s)
    await drop.look()
    assert await drop.titles() == ["Title c", "Title b", "Title a"]


@pytest.mark.parametrize(
    ("name", "body", "titles"),
    [
        ("events.json", '{"title": "One"}', ["One"]),
        ("events.json", '[{"title": "One"}, {"title": "Two"}]', ["One", "Two"]),
        ("events.jsonl", '{"title": "One"}\n{"title": "Two"}\n', ["One", "Two"]),
        ("lines.json", '{"title": "One"}\n{"title": "Two"}\n', ["One", "Two"]),
        ("feed", "<rss version='2.0'><channel><item><title>One</title></item></channel></rss>", ["One"]),
        ("mail.eml", "From: a@example.com\nSubject: One\nMessage-ID: <1@example.com>\n\nText\n", ["One"]),
        ("page.html", "<html><title>One</title><body><p>Text</p></body></html>", ["One"]),
        ("README.md", "One\ntext", ["One"]),
    ],
)
async def test_what_a_file_holds_is_seen_by_itself(drop: Drop, name: str, body: str, titles: list[str]) -> None:
    drop.put(name, body)
    await drop.look()
    assert await drop.titles() == titles
    assert drop.names("done") == [name]


@pytest.mark.skipif(not has_pdf(), reason="needs the extra: pip install 'alertd[pdf]'")
async def test_a_pdf_file_is_one_event(drop: Drop) -> None:
    drop.put("release.pdf", pdf(["Vega leases Orion", "To Lumen Labs."], title="release.docx"))
    await drop.look()
    (event,) = await drop.events()
    assert (event.title, event.body) == ("Vega leases Orion", "To Lumen Labs.")


async def test_the_format_of_the_settings_counts_more_than_the_name(drop: Drop) -> None:
    drop.settings = {"format": "text"}
    drop.put("a.json", '{"title": "One"}')
    await drop.look()
    assert await drop.titles() == ['{"title": "One"}']


# --- whole, and once ----------------------------------------------------------------------------------


async def test_a_file_that_is_still_written_to_waits(drop: Drop) -> None:
    path = drop.put("slow.txt", "Half", age_s=0)
    await drop.look()
    path.write_text("Half a title, and the rest of it")
    drop.touch(path, 0)
    await drop.look()
    assert await drop.titles() == []
    await drop.look()
    assert await drop.titles() == ["Half a title, and the rest of it"]


async def test_a_file_that_was_renamed_into_place_is_taken_within_two_looks(drop: Drop) -> None:
    scratch = drop.put("big.txt.part", "A title", age_s=0)
    await drop.look()
    await drop.look()
    assert await drop.titles() == [], "its name says that it is not finished"
    scratch.rename(drop.path / "big.txt")
    await drop.look()
    await drop.look()
    assert await drop.titles() == ["A title"]


@pytest.mark.parametrize(
    "name", [".hidden", "x.tmp", "x.TMP", "x.part", "x.filepart", "x.crdownload", "x~", ".x.swp"]
)
async def test_files_of_programs_that_have_not_finished_are_left_alone(drop: Drop, name: str) -> None:
    drop.put(name)
    await drop.look()
    assert (await drop.titles(), drop.names()) == ([], [name])


async def test_an_empty_file_is_given_a_minute(drop: Drop) -> None:
    path = drop.put("empty.txt", "", age_s=0)
    await drop.look()
    await drop.look()
    assert drop.names() == ["empty.txt"]
    drop.touch(path, 120)
    await drop.look()
    await drop.look()
    assert drop.reason("empty.txt") == "the file is empty"


async def test_only_names_that_fit_the_pattern_are_taken(drop: Drop) -> None:
    drop.settings = {"pattern": ["*.txt", "news-?.dat"]}
    for name in ("a.txt", "b.csv", "news-1.dat", "news-10.dat"):
        drop.put(name, f"Title {name}")
    await drop.look()
    assert set(await drop.titles()) == {"Title a.txt", "Title news-1.dat"}
    assert drop.names() == ["b.csv", "news-10.dat"]


async def test_a_file_taken_and_not_yet_moved_is_no_second_event_after_a_crash(drop: Drop) -> None:
    drop.put("a.txt")
    await drop.look()
    (drop.path / "done/a.txt").rename(drop.path / "a.txt")
    await drop.restart()
    polled = await drop.look()
    assert polled.outcome == "nothing_new"
    assert await drop.titles() == ["A title"]
    assert drop.names("done") == ["a.txt"]
    assert await drop.reasons() == ["known before: the file a.txt holds nothing new"]


async def test_a_name_that_is_in_done_already_is_not_overwritten(drop: Drop) -> None:
    for text in ("First", "Second", "Third"):
        drop.put("news.txt", text)
        await drop.look()
    assert await drop.titles() == ["First", "Second", "Third"]
    names = drop.names("done")
    assert len(names) == 3
    assert all(name.startswith("news.") and name.endswith(".txt") for name in names)
    assert {(drop.path / "done" / name).read_text() for name in names} == {"First", "Second", "Third"}


async def test_files_that_wait_at_the_first_start_are_news_even_if_the_store_has_lost_its_memory(drop: Drop) -> None:
    drop.put("a.txt", "One")
    await drop.look()
    await drop.restart()
    drop.store = MemoryStore()
    drop.poller = drop._poller()
    drop.put("b.txt", "Two")
    await drop.look()
    (event,) = await drop.events()
    assert (event.title, event.baseline) == ("Two", False)


# --- refused ------------------------------------------------------------------------------------------


async def test_a_file_that_cannot_be_read_is_moved_to_failed_with_the_reason_told_and_in_the_journal(
    drop: Drop,
) -> None:
    drop.put("bad.json", '{"title": ')
    polled = await drop.look()
    assert polled.outcome == "nothing_new"
    assert drop.names("failed") == ["bad.json", "bad.json.reason.txt"]
    assert drop.reason("bad.json").startswith("not JSON: ")
    assert [reason.partition(" (")[0] for reason in await drop.reasons()] == [
        "rejected: not JSON: Expecting value: line 1 column 11"
    ]
    (line,) = await drop.journal("entry")
    assert line.ids == ["drop"]
    assert line.data["title"].startswith("bad.json of ")
    assert len(await drop.told("file_failed")) == 1
    assert drop.state.state == "fine"


async def test_the_same_bad_file_again_has_its_own_line_and_its_own_place(drop: Drop) -> None:
    for age_s in (100, 50):
        drop.put("bad.bin", b"\0\1\2", age_s=age_s)
        await drop.look()
    assert len(await drop.reasons()) == 2
    assert len(drop.names("failed")) == 4


async def test_a_bad_item_costs_itself_and_the_others_are_taken(drop: Drop) -> None:
    drop.put("items.jsonl", '{"title": "One"}\n{"titel": "Two"}\nno\n{"title": "Four"}\n')
    await drop.look()
    assert await drop.titles() == ["One", "Four"]
    note = (drop.path / "done/items.jsonl.reason.txt").read_text()
    assert "entry 2: title: an item needs a title" in note
    assert "entry 3: not JSON" in note
    lines = [record for _, record in await drop.store.read_journal("", 1000, 0) if record.kind == "entry"]
    assert [line.data["title"] for line in lines] == ["items.jsonl, entry 2", "items.jsonl, entry 3"]


async def test_a_file_that_is_too_large_is_refused_unread(drop: Drop) -> None:
    drop.settings = {"max_bytes": 1_024}
    drop.put("large.txt", "x" * 1_025)
    drop.put("fits.txt", "y" * 1_024)
    await drop.look()
    assert drop.reason("large.txt") == "it has 1,025 bytes, more than max_bytes: 1,024"
    assert drop.names("done") == ["fits.txt"]


async def test_links_pipes_and_what_else_is_no_file_are_refused_and_never_followed(
    drop: Drop, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("Secret")
    (drop.path / "link.txt").symlink_to(secret)
    (drop.path / "dangling").symlink_to(tmp_path / "nowhere")
    os.mkfifo(drop.path / "pipe")
    (drop.path / "folder").mkdir()
    await drop.look()
    assert await drop.titles() == []
    assert drop.reason("link.txt") == "it is a symbolic link, and nothing but regular files is read"
    assert drop.reason("pipe").startswith("it is a pipe")
    assert secret.read_text() == "Secret"
    assert (drop.path / "folder").is_dir()
    assert drop.names() == []


@pytest.mark.skipif(ROOT, reason="root may read everything")
async def test_a_file_that_may_not_be_read_is_refused(drop: Drop) -> None:
    drop.put("closed.txt").chmod(0)
    await drop.look()
    assert drop.reason("closed.txt") == "it cannot be read: Permission denied"


@pytest.mark.parametrize(
    "name", ["a b\tc.txt", "new\nline.txt", "-rf", "\u202efdp.txt", "x" * 251 + ".txt", "$(x).txt", "été.txt", "*"]
)
async def test_odd_names_are_taken_as_they_are(drop: Drop, name: str) -> None:
    drop.put(name, "One")
    await drop.look()
    drop.put(name, b"\0bad")
    await drop.look()
    assert await drop.titles() == ["One"]
    assert drop.names("done") == [name]
    assert len(drop.names("failed")) == 2
    assert "\n" not in (await drop.journal("entry"))[0].data["title"]


async def test_a_name_that_is_no_text_is_taken_too(drop: Drop) -> None:
    name = os.fsdecode(b"n\xff\xfe.txt")
    drop.put(name, "One")
    await drop.look()
    assert await drop.titles() == ["One"]
    assert drop.names("done") == [name]


# --- trouble with the directory -----------------------------------------------------------------------


async def test_a_directory_that_is_missing_is_a_failing_source_until_it_is_there(drop: Drop) -> None:
    drop.path.rmdir()
    for _ in range(4):
        assert (await drop.look()).outcome == "failed"
    assert drop.state.error == f"there is no directory {drop.path}"
    assert len(await drop.told("source_failing")) == 1
    drop.path.mkdir()
    drop.put("a.txt")
    assert (await drop.look()).outcome == "new"
    assert len(await drop.told("source_healed")) == 1


async def test_a_file_that_cannot_be_moved_is_read_once_and_the_others_are_taken(drop: Drop) -> None:
    elsewhere = drop.path.parent / "elsewhere"
    elsewhere.mkdir()
    (drop.path / "done").symlink_to(elsewhere)
    drop.put("a.txt", "One")
    parsed = drop.pool.parsed
    for _ in range(4):
        polled = await drop.look()
        assert polled.outcome == "failed"
    assert drop.state.error.startswith("a.txt is dealt with and cannot be moved to done/: ")
    assert drop.pool.parsed - parsed == 1
    assert list(elsewhere.iterdir()) == []
    drop.put("b.txt", "Two")
    await drop.look()
    assert await drop.titles() == ["One", "Two"]
    assert len(await drop.told("source_failing")) == 1
    assert await drop.told("source_healed") == []
    (drop.path / "done").unlink()
    assert (await drop.look()).outcome == "unchanged"
    assert drop.names("done") == ["a.txt", "b.txt"]
    assert len(await drop.told("source_healed")) == 1


async def test_where_no_reason_can_be_written_the_file_is_moved_all_the_same(drop: Drop) -> None:
    (drop.path / "failed/bad.json.reason.txt").mkdir(parents=True)
    drop.put("bad.json", "{")
    assert (await drop.look()).outcome == "nothing_new"
    assert drop.names("failed") == ["bad.json"]
    assert len(await drop.reasons()) == 1


async def test_a_directory_that_hangs_is_a_failed_look_and_holds_one_thread(drop: Drop) -> None:
    drop.hang()
    for _ in range(3):
        assert (await drop.look()).outcome == "failed"
    assert drop.state.error == "the directory still does not answer: does its mount hang?"
    drop.go_on()
    drop.put("a.txt")
    await eventually(drop.takes, "the directory is looked at again")
    assert await drop.titles() == ["A title"]


async def test_a_file_that_replaces_one_which_is_stuck_is_taken(drop: Drop) -> None:
    (drop.path / "done").symlink_to(drop.path.parent)
    drop.put("a.txt", "One")
    await drop.look()
    drop.put("a.txt", "Another")
    await drop.look()
    assert await drop.titles() == ["One", "Another"]


async def test_more_files_than_one_look_takes_follow_at_the_next(drop: Drop) -> None:
    for number in range(MOST + 3):
        drop.put(f"{number}.json", f'{{"title": "Item {number}"}}', age_s=1_000 - number)
    await drop.look()
    assert len(drop.names("done")) == MOST
    await drop.look()
    assert len(await drop.titles()) == MOST + 3
    assert drop.names() == []
