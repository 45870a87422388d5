"""A part of an archive is an archive; it comes back once; nothing that a stranger packs harms."""

from __future__ import annotations

import io
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from alertd.errors import ArchiveRefused
from alertd.history.archive.archive import Archive
from alertd.history.archive.blobs import Blobs
from alertd.history.archive.export import Exported, export
from alertd.history.archive.importing import NotWhole, import_archive, imported
from alertd.history.archive.layout import Layout, about
from alertd.history.archive.narrowing import Narrowing
from alertd.history.archive.package import opened
from alertd.history.archive.prune import prune
from alertd.history.archive.reader import Reader
from alertd.history.archive.verify import verify
from alertd.history.archive.writer import Writer
from alertd.history.config import KeepConfig
from alertd.history.walls import DeskWall
from tests.history.archive.making import (
    DAY,
    HOUR,
    MONDAY,
    archive,
    event_record,
    fill,
    lines,
    numbers,
    record,
    rewritten,
    rows,
    told,
    with_writer,
)


def exported(path: Path, out: Path, **options: object) -> Exported:
    return export(path, out, now=MONDAY + 30 * DAY, **options)  # type: ignore[arg-type]


def days(path: Path) -> list[str]:
    return Reader(path).days()


def test_whole_days_keep_their_chain_and_their_id(tmp_path: Path) -> None:
    source = archive(tmp_path / "a", 3, 4, 5, 2)
    done = exported(source, tmp_path / "out", since_ms=MONDAY + DAY, until_ms=MONDAY + 3 * DAY)
    assert (done.days, done.lines, done.left_out, done.whole_days) == (2, 9, 0, True)
    assert lines(tmp_path / "out") == [line for line in lines(source) if line.place.day[-2:] in ("24", "25")]
    assert Archive.open(tmp_path / "out").id == Archive.open(source).id
    assert told(tmp_path / "out") == []
    exported(source, tmp_path / "all")
    assert lines(tmp_path / "all") == lines(source)
    assert told(tmp_path / "all") == []


def test_a_part_of_the_day_that_is_written_can_be_exported(tmp_path: Path) -> None:
    source = archive(tmp_path / "a", 3, 4)
    exported(source, tmp_path / "out", since_ms=MONDAY + DAY)
    assert days(tmp_path / "out") == ["2026-11-24"]
    assert told(tmp_path / "out") == []
    assert numbers(tmp_path / "out") == [1, 2, 3, 4]


def test_hours_and_kinds_get_a_chain_of_their_own(tmp_path: Path) -> None:
    source = archive(tmp_path / "a", 30, 30)
    done = exported(source, tmp_path / "out", since_ms=MONDAY + 10_000, until_ms=MONDAY + DAY + 5_000)
    assert (done.lines, done.left_out, done.whole_days) == (25, 35, False)
    found = lines(tmp_path / "out")
    assert [line.place.n for line in found] == [*range(1, 21), *range(1, 6)]
    assert found[0].journal_id == f"{MONDAY + 10_000}-0"
    assert told(tmp_path / "out") == []
    assert Archive.open(tmp_path / "out").id != Archive.open(source).id
    with pytest.raises(ArchiveRefused, match="nothing is exported"):
        exported(source, tmp_path / "none", narrowing=Narrowing(kinds=frozenset({"event"})))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "out"]


def test_a_text_that_may_not_be_handed_on_stays_here(tmp_path: Path) -> None:
    def work(writer: Writer) -> None:
        writer.append([(f"{MONDAY}-0", event_record(MONDAY, export=False)), (f"{MONDAY}-1", event_record(MONDAY))])
        writer.append([(f"{MONDAY}-2", record(1, kind="delivery", payload="{}", rights={"export": False}))])

    with_writer(tmp_path / "a", work)
    for narrowing, name in ((Narrowing(), "whole"), (Narrowing(kinds=frozenset({"event", "delivery"})), "kinds")):
        done = exported(tmp_path / "a", tmp_path / name, narrowing=narrowing)
        assert (done.lines, done.bare) == (3, 2)
        bare, free, delivery = (line.record for line in lines(tmp_path / name))
        assert bare is not None
        assert free is not None
        assert delivery is not None
        assert bare.data["event"]["body"] == ""
        assert free.data["event"]["body"] == "The body."
        assert "payload" not in delivery.data
        assert lines(tmp_path / name)[0].removed == "its source does not allow to hand on the text"
        assert told(tmp_path / name) == []


def test_a_portfolio_gets_what_concerns_it(tmp_path: Path) -> None:
    def work(writer: Writer) -> None:
        for n, name in enumerate(["mine", "theirs"]):
            card = {"id": f"al_{name}", "portfolio": name, "desk": None}
            matches = [{"portfolio": "theirs"}, {"portfolio": name}]
            event = event_record(MONDAY, alerts=[card], matches=matches)
            writer.append([(f"{MONDAY}-{n * 3}", event)])
            sent = record(n, kind="delivery", alert=f"al_{name}")
            sent.ids.append(f"al_{name}")
            writer.append([(f"{MONDAY}-{n * 3 + 1}", sent)])
        files = {"portfolios/theirs.yaml": Blobs(tmp_path / "a").put(b"what they hold")}
        writer.append([(f"{MONDAY}-9", record(9, kind="version", rules_version="v", files=files))])

    with_writer(tmp_path / "a", work)
    exported(tmp_path / "a", tmp_path / "out", narrowing=Narrowing(portfolios=frozenset({"mine"})))
    found = [line.record for line in lines(tmp_path / "out") if line.record]
    assert [one.kind for one in found] == ["event", "delivery", "version"]
    assert found[2].data == {"rules_version": "v"}, "the files are of all portfolios"
    assert list(Blobs(tmp_path / "out").names()) == []
    assert found[0].data["matches"] == [{"portfolio": "mine"}]
    assert "theirs" not in repr(found)


def test_a_desk_gets_nothing_of_another_not_even_by_hash(tmp_path: Path) -> None:
    blob = Blobs(tmp_path / "a").put(b"theirs")

    def work(writer: Writer) -> None:
        event = event_record(MONDAY, matches=[{"portfolio": "theirs"}], desks={"theirs": "macro"})
        writer.append([(f"{MONDAY}-0", event), (f"{MONDAY}-1", event_record(MONDAY, source_desk="macro"))])
        writer.append([(f"{MONDAY}-2", record(1, kind="version", rules_version="v", files={"theirs.yaml": blob}))])

    with_writer(tmp_path / "a", work)
    done = exported(tmp_path / "a", tmp_path / "out", narrowing=Narrowing(wall=DeskWall("ai")))
    assert (done.lines, done.left_out) == (2, 1)
    assert "theirs" not in repr(lines(tmp_path / "out"))
    assert list(Blobs(tmp_path / "out").names()) == []
    chains = {line.c for frame in Reader(tmp_path / "a").frames("2026-11-23") for line in frame.lines}
    assert not chains & {line.c for frame in Reader(tmp_path / "out").frames("2026-11-23") for line in frame.lines}
    assert told(tmp_path / "out") == []


def test_files_that_lines_name_go_with_them(tmp_path: Path) -> None:
    named, other = Blobs(tmp_path / "a").put(b"rules"), Blobs(tmp_path / "a").put(b"others")
    version = record(1, kind="version", files={"a.yaml": named})
    with_writer(tmp_path / "a", lambda writer: writer.append([(f"{MONDAY}-0", version)]))
    exported(tmp_path / "a", tmp_path / "out.tar")
    import_archive(tmp_path / "out.tar", archive(tmp_path / "b", 1), MONDAY)
    (there,) = imported(tmp_path / "b")
    assert Blobs(there).get(named) == b"rules"
    assert Blobs(there).get(other) is None


def test_what_was_removed_stays_removed_in_an_export(tmp_path: Path) -> None:
    source = archive(tmp_path / "a", 3, 3, 3)
    list(prune(source, KeepConfig(), MONDAY + 401 * DAY))
    exported(source, tmp_path / "out.tar")
    target = archive(tmp_path / "b", 1)
    import_archive(tmp_path / "out.tar", target, MONDAY)
    (there,) = imported(target)
    assert days(there) == ["2026-11-24", "2026-11-25"]
    assert told(there) == []


def test_an_export_comes_back_once_however_often_it_is_imported(tmp_path: Path) -> None:
    source, target = archive(tmp_path / "a", 3, 4, 5), archive(tmp_path / "b", 1)
    exported(source, tmp_path / "one.tar", until_ms=MONDAY + 2 * DAY)
    exported(source, tmp_path / "two.tar", since_ms=MONDAY + DAY)
    first = import_archive(tmp_path / "one.tar", target, MONDAY)
    assert (first.added, first.lines, first.id) == (2, 7, Archive.open(source).id)
    second = import_archive(tmp_path / "two.tar", target, MONDAY)
    assert (second.added, second.grown, second.same, second.lines) == (1, 0, 1, 5)
    (there,) = imported(target)
    assert lines(there) == lines(source)
    assert told(there) == []
    assert told(target) == []


def test_a_day_that_has_grown_since_takes_the_place_of_its_beginning(tmp_path: Path) -> None:
    source, target = archive(tmp_path / "a", 3, 4), archive(tmp_path / "b", 1)
    exported(source, tmp_path / "one.tar")
    import_archive(tmp_path / "one.tar", target, MONDAY)
    with_writer(source, lambda writer: writer.append(rows(3, MONDAY + DAY + HOUR, first=5)))
    exported(source, tmp_path / "two.tar")
    done = import_archive(tmp_path / "two.tar", target, MONDAY)
    assert (done.added, done.grown, done.same, done.lines) == (0, 1, 1, 3)
    assert lines(imported(target)[0]) == lines(source)
    again = import_archive(tmp_path / "one.tar", target, MONDAY)
    assert (again.grown, again.same) == (0, 2)
    assert lines(imported(target)[0]) == lines(source)
    assert told(imported(target)[0]) == []


def test_an_archive_directory_can_be_imported_as_it_is(tmp_path: Path) -> None:
    source, target = archive(tmp_path / "a", 3, 4), archive(tmp_path / "b", 1)
    import_archive(source, target, MONDAY)
    assert lines(imported(target)[0]) == lines(source)
    with pytest.raises(ArchiveRefused, match="is this archive itself"):
        import_archive(target, target, MONDAY)


def test_other_lines_under_the_same_id_are_refused(tmp_path: Path) -> None:
    source, target = archive(tmp_path / "a", 3), archive(tmp_path / "b", 1)
    other = tmp_path / "c"
    other.mkdir()
    shutil.copy(source / "archive.json", other)
    with_writer(other, lambda writer: fill(writer, [5, 5]))
    import_archive(other, target, MONDAY)
    fake = tmp_path / "d"
    fake.mkdir()
    shutil.copy(source / "archive.json", fake)
    with_writer(fake, lambda writer: writer.append(rows(9, MONDAY, first=100)))
    with pytest.raises(ArchiveRefused, match="2026-11-23 is there already, with other lines"):
        import_archive(fake, target, MONDAY)


def test_what_is_not_whole_is_not_taken(tmp_path: Path) -> None:
    source, target = archive(tmp_path / "a", 20, 4), archive(tmp_path / "b", 1)
    rewritten(source, "2026-11-23", lambda ls: [ls[0].replace(b"said", b"done"), *ls[1:]])
    with pytest.raises(
        NotWhole, match=r"is not whole, so nothing of it is taken: 2026-11-23:1: the line was altered"
    ):
        import_archive(source, target, MONDAY)
    assert imported(target) == []


def test_an_export_overwrites_nothing(tmp_path: Path) -> None:
    source = archive(tmp_path / "a", 3)
    (tmp_path / "out.tar").write_text("mine")
    with pytest.raises(ArchiveRefused, match="is there already"):
        exported(source, tmp_path / "out.tar")
    assert (tmp_path / "out.tar").read_text() == "mine"


def _member(name: str, **fields: object) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    for key, value in fields.items():
        setattr(member, key, value)
    return member


HOSTILE: dict[str, tuple[Callable[[], list[tarfile.TarInfo]], str]] = {
    "a path that leads out": (lambda: [_member("../evil.json")], r"\.\./evil\.json: an archive has no such file"),
    "an absolute path": (lambda: [_member("/etc/passwd")], "an archive has no such file"),
    "a file of another sort": (lambda: [_member("2026/run.sh")], "an archive has no such file"),
    "control characters": (lambda: [_member("a\x1b[2Jb")], r"a\\x1b\[2Jb: an archive has no such file"),
    "a symlink": (
        lambda: [_member("manifest.jsonl", type=tarfile.SYMTYPE, linkname="/etc/passwd")], "only plain files",
    ),
    "a hard link": (
        lambda: [_member("manifest.jsonl", type=tarfile.LNKTYPE, linkname="archive.json")], "only plain files",
    ),
    "a device": (lambda: [_member("manifest.jsonl", type=tarfile.CHRTYPE)], "only plain files"),
    "a file twice": (lambda: [_member("manifest.jsonl"), _member("manifest.jsonl")], "it is there twice"),
    "more than there is room for": (
        lambda: [_member("manifest.jsonl", size=1 << 60)], "no room for it on the disk|no tar of one",
    ),
    "nothing of an archive": (list, "is no archive"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_package_is_refused(tmp_path: Path, name: str) -> None:
    target = archive(tmp_path / "b", 1)
    members, expected = HOSTILE[name]
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for member in members():
            tar.addfile(member)
    (tmp_path / "evil.tar").write_bytes(buffer.getvalue())
    with pytest.raises(ArchiveRefused, match=expected):
        import_archive(tmp_path / "evil.tar", target, MONDAY)
    assert imported(target) == []
    assert not (tmp_path / "evil.json").exists()
    assert [p.name for p in (target / "imported").iterdir()] == []


def test_where_there_is_no_archive_yet_an_import_makes_it(tmp_path: Path) -> None:
    source = archive(tmp_path / "a", 3)
    exported(source, tmp_path / "out.tar")
    done = import_archive(tmp_path / "out.tar", tmp_path / "var/archive", MONDAY)
    assert lines(done.path) == lines(source)
    assert about(tmp_path / "var/archive").id != done.id
    assert list(verify(tmp_path / "var/archive")) == []
    with pytest.raises(ArchiveRefused, match="is not there"):
        import_archive(tmp_path / "no.tar", tmp_path / "other", MONDAY)
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("size", [0, 100, 700, 2000])
def test_a_package_that_was_cut_off_is_refused(tmp_path: Path, size: int) -> None:
    source, target = archive(tmp_path / "a", 300, 4), archive(tmp_path / "b", 1)
    exported(source, tmp_path / "out.tar")
    (tmp_path / "cut.tar").write_bytes((tmp_path / "out.tar").read_bytes()[:size])
    with pytest.raises(ArchiveRefused):
        import_archive(tmp_path / "cut.tar", target, MONDAY)


def test_a_package_is_gone_again_when_it_was_read(tmp_path: Path) -> None:
    source = archive(tmp_path / "a", 3)
    exported(source, tmp_path / "out.tar")
    with opened(tmp_path / "out.tar") as folder:
        assert lines(folder) == lines(source)
        assert Layout(folder).sealed_days() == ["2026-11-23"]
    assert not folder.exists()
