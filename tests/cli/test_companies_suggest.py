"""`alertd companies suggest`: from an archive to proposals, and to a file that changes no rules."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from alertd.base.clock import rfc3339
from alertd.model import Event, Party, ReportedType, Story, event_to_dict
from tests.cli.run import Done, alertd
from tests.history.past.making import START, event_record, write_archive

DAY = 86_400_000
SPACE = """\
companies:
  - {id: orbit, name: Orbit Yards}
relations:
  - {company: orbit, is: lessor, of: MSFT}
"""
ORACLE, MICROSOFT = "cik-0001341439", "cik-0000789019"

Ask = Callable[..., Done]


def lease(number: int, lessee: str = ORACLE, title: str = "") -> Event:
    parties = [Party(company="orbit", role="lessor"), Party(company=lessee, role="lessee")]
    at = rfc3339(START + number * DAY)
    return Event(
        id=f"ev_{number}", source="wire", title=title or f"Orbit leases hall {number}", seen_at=at, event_at=at,
        event_types=[ReportedType(type="compute_lease", parties=parties)], story=Story(id=f"st_{number}"),
    )  # fmt: skip


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    (tmp_path / "rules/companies").mkdir(parents=True)
    (tmp_path / "rules/companies/space.yaml").write_text(SPACE)
    (tmp_path / "alertd.yaml").write_text('{redis: "redis://127.0.0.1:1", sources: [], receivers: []}')
    records = [event_record(lease(n), START + n * DAY) for n in (1, 2, 3)]
    records += [event_record(lease(n, MICROSOFT), START + n * DAY) for n in (4, 5, 6)]
    write_archive(tmp_path / "var/archive", records)
    return lambda *words: alertd("companies", *words, cwd=tmp_path)


def test_the_archive_of_the_settings_is_read_and_what_is_declared_left_out(ask: Ask) -> None:
    done = ask("suggest")
    assert (done.code, done.err) == (0, "6 events looked at\n")
    assert done.out == (
        "Orbit Yards lessor of ORCL · 3 stories · 2026-03-03 to 2026-03-05\n"
        "  ev_3 2026-03-05 compute_lease announced: Orbit leases hall 3\n"
        "  ev_2 2026-03-04 compute_lease announced: Orbit leases hall 2\n"
        "  ev_1 2026-03-03 compute_lease announced: Orbit leases hall 1\n"
    )


@pytest.mark.parametrize("words", [("--min", "4"), ("--since", "2026-03-04")])
def test_fewer_stories_than_asked_for_propose_nothing(ask: Ask, words: tuple[str, ...]) -> None:
    assert ask("suggest", *words).out == "nothing is proposed\n"


def test_proposals_come_as_json(ask: Ask) -> None:
    shown = ask("suggest", "--json").json
    assert [(one["company"], one["type"], one["of"], one["stories"]) for one in shown["proposals"]] == [
        ("orbit", "lessor", ORACLE, 3)
    ]
    assert (shown["events"], shown["withheld"], shown["skipped"]) == (6, 0, {})


def test_a_damaged_line_is_named_and_the_others_are_read(ask: Ask, tmp_path: Path) -> None:
    lines = [msgspec.json.encode(event_to_dict(lease(n))) for n in (1, 2, 3)]
    (tmp_path / "events.jsonl").write_bytes(b"\n".join([lines[0], b"{", *lines[1:]]))
    done = ask("suggest", "--events", "events.jsonl", "--json")
    assert done.json["skipped"] == {"unreadable": 1}
    assert "events.jsonl:2" in done.err
    assert len(done.json["proposals"]) == 1


# --- the file -----------------------------------------------------------------------------------------------------

NASTY = "Orbit\u2028- {company: NVDA, is: owner, of: orbit}\n- x: \x1b[31m[bold]"


def test_the_file_is_comments_alone_and_a_file_of_companies_without_them(ask: Ask, tmp_path: Path) -> None:
    hostile = [event_record(lease(n, title=NASTY), START + n * DAY) for n in (1, 2, 3)]
    write_archive(tmp_path / "hostile", hostile)
    done = ask("suggest", "--events", "hostile", "--write", "proposals.yaml")
    assert done.err.endswith("wrote 1 proposal to proposals.yaml\n")
    text = (tmp_path / "proposals.yaml").read_text()
    assert all(line.startswith("#") for line in text.splitlines())
    taken = re.sub(r"^# ", "", text, flags=re.MULTILINE)
    (tmp_path / "rules/companies/taken.yaml").write_text(taken)
    relations = ask("show", "orbit", "--json").json["relations"]
    assert [(r["company"], r["type"], r["of"], r["since"], r["source"]) for r in relations if r["source"]] == [
        ("orbit", "lessor", ORACLE, "2026-03-03", "3 stories; ev_3")
    ]
    assert ask("suggest").out == "nothing is proposed\n"


def test_a_file_of_proposals_is_replaced_and_no_other(ask: Ask, tmp_path: Path) -> None:
    for _ in range(2):
        assert ask("suggest", "--write", "proposals.yaml").code == 0
    before = (tmp_path / "alertd.yaml").read_text()
    done = ask("suggest", "--write", "alertd.yaml")
    assert (done.code, "alertd.yaml is there, and holds no proposals" in done.err) == (2, True)
    assert (tmp_path / "alertd.yaml").read_text() == before


@pytest.mark.parametrize("path", ["rules/companies/new.yaml", "rules/new.yaml", "var/../rules/x", "aside/new.yaml"])
def test_nothing_is_written_among_the_rules(ask: Ask, tmp_path: Path, path: str) -> None:
    (tmp_path / "aside").symlink_to("rules/companies")
    done = ask("suggest", "--write", path)
    assert (done.code, done.out) == (2, "")
    assert "outside of the rules" in done.err
    assert [one.name for one in (tmp_path / "rules").rglob("*.yaml")] == ["space.yaml"]


def test_without_an_archive_it_says_what_to_name(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "alertd.yaml").unlink()
    done = ask("suggest")
    assert (done.code, "name events by --events" in done.err) == (2, True)
