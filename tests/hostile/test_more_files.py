"""137 to 147: files of the house that somebody has damaged or written with intent, and what filters are fed."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
import zstandard

from alertd.history.archive.frames import MAX_TEXT
from alertd.history.archive.layout import Layout
from alertd.history.archive.reader import Reader
from alertd.notify.templates import MAX_OUTPUT, BadTemplate, Template, TemplateFailed, fill
from tests.cli.run import Done, alertd, on_terminal, small_desk
from tests.history.archive.making import archive, numbers, told
from tests.hostile.case import Case, hostile
from tests.hostile.test_rules import PLACED
from tests.notify.cases import NOW, event, message

PROMPT_S = 20.0
WAITED_S = 60.0
ESCAPES = "\x1b]0;owned\x07\x1b[2J\x1b[31mred\x9b31m\u202eevil"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    return small_desk(tmp_path)


# --- the archive --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param("bit", marks=hostile(137, "archive: one bit is flipped")),
        pytest.param("cut", marks=hostile(137, "archive: a day is cut off")),
        pytest.param("zeros", marks=hostile(137, "archive: a hole of zeros, as a disk leaves it")),
        pytest.param("noise", marks=hostile(137, "archive: a day of noise")),
    ],
)
def test_a_damaged_day_is_told_and_the_others_are_read(case: Case, tmp_path: Path, damage: str) -> None:
    archive(tmp_path, 20, 20, 20)
    file = Layout(tmp_path).sealed("2026-11-24")
    content = bytearray(file.read_bytes())
    half = len(content) // 2
    if damage == "bit":
        content[half] ^= 0x10
    elif damage == "cut":
        del content[half:]
    elif damage == "zeros":
        content[half:] = bytes(len(content) - half)
    else:
        content[:] = os.urandom(len(content))
    file.write_bytes(content)
    findings = told(tmp_path)
    assert findings and all(finding.startswith("2026-11-24") for finding in findings)
    assert [line.splitlines() for line in findings] == [[line] for line in findings]
    assert len([line for day in ("2026-11-23", "2026-11-25") for frame in Reader(tmp_path).frames(day)
                for line in frame.lines]) == 40  # fmt: skip
    case.says(f"told: {findings[0]}", "the other days are read")


@hostile(138, "archive: a frame that unpacks to 200 MB")
def test_a_frame_does_not_explode(case: Case, tmp_path: Path) -> None:
    archive(tmp_path, 5, 5)
    file = Layout(tmp_path).sealed("2026-11-23")
    file.write_bytes(file.read_bytes() + zstandard.compress(bytes(200_000_000)))
    findings = told(tmp_path)
    assert any(f"at most {MAX_TEXT >> 20} MiB" in finding for finding in findings), findings
    case.says(f"told: {findings[0]}")


@hostile(139, "archive: lines that are no records")
def test_lines_that_are_no_records_are_told(case: Case, tmp_path: Path) -> None:
    archive(tmp_path, 5, sealed=False)
    file = Layout(tmp_path).open("2026-11-23")
    lines = [b"{}\n", b"[" * 5_000 + b"\n", b'{"n": 1e999}\n', b"\xff\xfe\n", b'{"n":6,"id":"\\ud800","at":9e99}\n']
    file.write_bytes(file.read_bytes() + zstandard.compress(b"".join(lines)))
    findings = told(tmp_path)
    assert findings and numbers(tmp_path)[:5] == [1, 2, 3, 4, 5]
    case.says(f"told: {findings[0]}", "what stood before is read")


# --- templates ----------------------------------------------------------------------------------------

TEMPLATES = [
    (140, "template that never ends", "{% for a in range(10**9) %}x{% endfor %}"),
    (140, "loops in loops in loops", "{% for a in 'x'*999 %}" * 6 + "x" + "{% endfor %}" * 6),
    (140, "a text that doubles 60 times", "{% set a = 'xx' %}" + "{% set a = a ~ a %}" * 60 + "{{ a }}"),
    (140, "a number of a million figures", "{{ 9 ** 9 ** 9 }}"),
    (141, "template that reaches for Python", "{{ ''.__class__.__mro__[1].__subclasses__() }}"),
    (141, "template that reaches for a file", "{% include '/etc/passwd' %}"),
    (141, "template that calls what it should not", "{{ alert.title.__init__.__globals__['os'].system('id') }}"),
    (141, "template that formats its way out", "{{ '{0.__class__}'.format(alert) }}"),
    (142, "template nested 5,000 deep", "{{ " + "(" * 5_000 + "1" + ")" * 5_000 + " }}"),
    (142, "template cut off", "{% for x in alert.matches %}{{ x.rule"),
]


@pytest.mark.parametrize(
    "source", [pytest.param(source, marks=hostile(n, name), id=name) for n, name, source in TEMPLATES]
)
def test_a_template_neither_runs_on_nor_out(case: Case, source: str) -> None:
    began = time.process_time()
    try:
        written = fill(Template(source, "text"), message(), NOW)
    except (BadTemplate, TemplateFailed) as fault:
        case.says(f"refused: {str(fault).splitlines()[0]}"[:140])
    else:
        assert len(written) <= MAX_OUTPUT and "class" not in written and "root:" not in written
        case.says(f"{len(written)} characters")
    assert time.process_time() - began < PROMPT_S


@hostile(142, "title that is a template")
def test_a_title_is_never_a_template(case: Case) -> None:
    told_ = message(event=event(title="{{ 7*7 }}{% include '/etc/passwd' %}"))
    written = fill(Template("{{ event.title }}", "text"), told_, NOW)
    assert written == "{{ 7*7 }}{% include '/etc/passwd' %}"
    case.says("text, as it is")


# --- positions ----------------------------------------------------------------------------------------

HEAD = "ticker,weight\n"
POSITIONS: list[tuple[int, str, bytes]] = [
    (143, "positions: NUL characters", b"ticker,weight\nNV\0DA,8%\n"),
    (143, "positions: a workbook", b"PK\x03\x04" + b"\0" * 500),
    (143, "positions: half written", b"ticker,weight\nNVDA,8%\nAMZ"),
    (143, "positions: a quote that never ends", b'ticker,weight\n"NVDA,8%\n' + b"x,1%\n" * 50_000),
    (144, "positions: weights NaN, 1e999, -inf", b"ticker,weight\nNVDA,NaN%\nAMZN,1e999%\nAAPL,-inf%\n"),
    (144, "positions: a weight of 400 figures", b"ticker,weight\nNVDA," + b"9" * 400 + b"%\n"),
    (144, "positions: formulas", b"ticker,weight\n=HYPERLINK(\"http://evil.example\"),8%\n"),
    (144, "positions: names of 1 MB", b"ticker,weight\n" + b"N" * 1_000_000 + b",8%\n"),
]  # fmt: skip


def with_positions(desk: Path, file: str = "positions.csv") -> Done:
    """Check a portfolio whose positions stand in a file."""
    portfolio = desk / "rules/portfolios/example.yaml"
    portfolio.write_text(
        "portfolio: example\ntitle: E\ntimezone: UTC\nreceivers: [desk]\n"
        f"holdings: {{file: {file}}}\nrules:\n  - {{id: r, title: R, severity: low, when: {{mentions: holdings}}}}\n"
    )
    began = time.monotonic()
    done = alertd("check", cwd=desk)
    assert time.monotonic() - began < WAITED_S
    return done


@pytest.mark.parametrize("body", [pytest.param(b, marks=hostile(n, name), id=name) for n, name, b in POSITIONS])
def test_positions_that_cannot_be_trusted_are_a_fault(case: Case, desk: Path, body: bytes) -> None:
    (desk / "rules/portfolios/positions.csv").write_bytes(body)
    done = with_positions(desk)
    (line, *_) = [line for line in done.out.splitlines() if "positions.csv" in line or "example.yaml:5" in line]
    assert "Traceback" not in done.err and len(line) < 600
    assert done.code == 1, done.out
    case.says(line.removeprefix("rules/portfolios/")[:150])


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("pipe", marks=hostile(145, "positions: a pipe that nobody writes to")),
        pytest.param("device", marks=hostile(145, "positions: /dev/zero")),
        pytest.param("folder", marks=hostile(145, "positions: a directory")),
    ],
)
def test_positions_that_are_no_file_are_not_waited_for(case: Case, desk: Path, kind: str) -> None:
    path = desk / "rules/portfolios/positions.csv"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    done = with_positions(desk, "/dev/zero" if kind == "device" else "positions.csv")
    assert done.code == 1
    (line, *_) = [line for line in done.out.splitlines() if PLACED.match(line)]
    case.says(line.removeprefix("rules/portfolios/")[:150])


# --- filters and the terminal -------------------------------------------------------------------------

LINES: list[tuple[str, bytes]] = [
    ("half a character", b'{"title": "a\\ud800b"}'),
    ("nested deep", b"[" * 50_000),
    ("numbers beyond", b'{"title": "T", "amounts": [{"low": 1e999, "high": -1e999, "currency": "USD"}]}'),
    ("bytes", b"\xff\xfe\x00"),
    ("wrong types", b'{"title": 7, "companies": {"a": 1}}'),
    ("an integer of 5,000 figures", b'{"title": "T", "revision": ' + b"9" * 5_000 + b"}"),
]


@hostile(146, "events of a pipe that are none")
@pytest.mark.parametrize("command", ["enrich", "match"])
def test_filters_name_a_bad_line_and_go_on(case: Case, desk: Path, command: str) -> None:
    good = [b'{"title": "Vega Grid cuts full-year guidance"}', b'{"title": "Another cuts guidance"}']
    stdin = b"\n".join([good[0], *(line for _, line in LINES), good[1]])
    done = alertd(command, "--rules", "rules", cwd=desk, stdin=stdin)
    assert done.code in (0, 1) and "Traceback" not in done.err
    told_ = [json.dumps(line) for line in done.lines]
    assert "Vega Grid cuts" in told_[0] and "Another" in told_[-1]
    assert len(done.err.splitlines()) <= len(LINES) + 2
    case.says(f"{command}: {len(told_)} of {len(LINES) + 2} lines come out, what is no event is named by its line")


@hostile(147, "escapes for the terminal in a title")
def test_a_title_does_not_steer_the_terminal(case: Case, desk: Path) -> None:
    feed = desk / "feed.xml"
    items: Any = f"<item><guid>1</guid><title>Deal: Vega cuts guidance {ESCAPES}</title></item>"
    feed.write_bytes(f"<rss version='2.0'><channel>{items}</channel></rss>".encode())
    events = desk / "events.jsonl"
    events.write_text(json.dumps({"title": f"Deal: Vega cuts guidance {ESCAPES}"}, ensure_ascii=False))
    for words in (("parse", "feed.xml"), ("enrich", "events.jsonl"), ("match", "--rules", "rules", "events.jsonl")):
        shown = on_terminal(*words, cwd=desk)
        for sign in ("\x1b]0;", "\x1b[2J", "\x9b", "\u202e", "\x07"):
            assert sign not in shown.out, (words, sign)
        assert "Deal" in shown.out, shown.out
    case.says("shown as text by parse, enrich and match")
