"""docs/cli.md: the examples are run, line by line, and print what stands there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
import re2

from alertd.base.clock import system_clock
from alertd.cli.main import COMMANDS
from alertd.model import (
    Decision,
    Event,
    Evidence,
    JournalRecord,
    Match,
    SourceState,
    Spell,
    Standing,
    Told,
    event_to_dict,
)
from tests.cli.conftest import Desk
from tests.cli.keeping import keep
from tests.cli.living import alert
from tests.cli.run import ROOT, in_shell

PAGE = (ROOT / "docs" / "cli.md").read_text("utf-8")
EDGAR = re.search(r"^\$ cat page\.xml\n(.*?)^\$", PAGE, re.MULTILINE | re.DOTALL)
WIRE = re.search(r"^\$ cat wire\.xml\n(.*?)^\$", PAGE, re.MULTILINE | re.DOTALL)
EVENT, ALERT, SENT = "ev_al2uz66dio2dh4zypow4z2r2fh", "al_nkys5lnbv7tuwkoxfcckp67gye", "dl_gt25gvqpkkbqxb46qkp5dj2hiv"

ASKING = {
    "ack", "alerts", "archive", "backup", "dead", "doctor", "report", "restore", "route", "silence", "sources",
    "status", "tail", "verify", "why",
}  # fmt: skip


HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Step:
    line: str
    printed: str

    def __str__(self) -> str:
        return self.line


def steps(*, asking: bool) -> list[Step]:
    """Give what is typed, and printed then, in the sections of commands that ask a daemon, or in the others."""
    found: list[Step] = []
    for title, section in re.findall(r"^#+ ([^\n]+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL):
        if (title in ASKING) is not asking:
            continue
        for block in re.findall(r"^```console\n(.*?)^```$", section, re.MULTILINE | re.DOTALL):
            for typed in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                line, _, printed = typed.partition("\n")
                found.append(Step(line, printed))
    assert found
    return found


def fits(shown: str, printed: str) -> bool:
    # RE2: with many gaps a text that does not fit would keep `re` busy for minutes.
    pattern = "(?s)" + "(?:.*)".join(map(re2.escape, shown.replace("…\n", "…").split("…")))
    return re2.fullmatch(pattern, printed) is not None


def of_any_age(text: str) -> str:
    """Leave out how long ago something was, and with it how wide columns are: commands may take minutes here."""
    return re.sub(" +", " ", re.sub(r"\b\d+ (?:s|min|h) ago\b", "some time ago", text))


def as_shown(step: Step, printed: str) -> None:
    fine = fits(step.printed, printed) or fits(of_any_age(step.printed), of_any_age(printed))
    assert fine, f"{step.line}\n{printed}"


def test_every_command_has_its_section() -> None:
    assert set(re.findall(r"^## (.+)$", PAGE, re.MULTILINE)) == set(COMMANDS)


def test_the_examples_with_files_print_what_stands_there(tmp_path: Path) -> None:
    assert WIRE
    assert EDGAR
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk/wire.xml").write_text(WIRE[1])
    (tmp_path / "desk/page.xml").write_text(EDGAR[1])
    folder = tmp_path
    for step in steps(asking=False):
        if step.line.startswith("cd "):
            folder = folder / step.line.removeprefix("cd ")
        else:
            as_shown(step, in_shell(step.line, folder))


@pytest.fixture
def asked(desk: Desk) -> Desk:
    """A desk where what the examples ask for has happened."""
    desk.settings(
        sources=[{"id": "prwire", "type": "feed", "url": "https://wire.example.com/rss"}],
        receivers=[{"id": "desk", "type": "slack", "webhook_url": "https://hooks.slack.com/services/T0/B0/x"}],
    )
    event = Event(
        id=EVENT, source="prwire", title="Vega Grid leases Orion", url="https://wire.example.com/1",
        published_at="2026-01-12T07:41:56.000Z", seen_at="2026-01-12T07:42:03.000Z",
    )  # fmt: skip
    found = Evidence(field="title", start=10, end=16, quote=event.title)
    match = Match(
        rule="lease", rule_hash="h", portfolio="ai", event=EVENT, event_revision=1, severity="high", evidence=[found],
        company="vega-grid",
    )  # fmt: skip
    decision = Decision(
        portfolio="ai", alert=ALERT, alert_revision=1, reason="first", detail="first report", receivers={"desk": SENT}
    )
    data = {"event": event_to_dict(event), "matches": [msgspec.to_builtins(match)]}
    about = {"delivery": SENT, "receiver": "desk", "alert": ALERT, "attempts": 1, "detail": "HTTP 200"}
    desk.journal(
        JournalRecord(
            kind="event", at="2026-01-12T07:42:03.020Z", ids=[EVENT, ALERT, SENT], reason="matched",
            data=data | {"decisions": [msgspec.to_builtins(decision)]},
        ),
        JournalRecord(
            kind="delivery", at="2026-01-12T07:42:04.250Z", ids=[SENT, ALERT, "desk"], reason="sent", data=about
        ),
        JournalRecord(kind="source", at="2026-01-12T07:43:00.000Z", ids=["prwire"], reason="failed: HTTP 503"),
    )  # fmt: skip
    in_trouble(desk)
    desk.running()
    desk.bury("a")
    told = {"desk": Told(revision=1, at_ms=system_clock(), severity="high")}
    alert(desk, ALERT, title=event.title, matches=[match], told=told)
    return desk


def in_trouble(desk: Desk) -> None:
    """Write down how the source is just now: what is shown of it is how long ago it was."""
    now = system_clock()
    state = SourceState(
        source="prwire", state="failing", failures=3, error="HTTP 503", polls=7, events=5, duplicates=2,
        last_success_ms=now - 180_000, last_poll_ms=now - 1_000, last_new_ms=now - 600_000, entries=20,
        spells=[
            Spell(since_ms=now - 30 * HOUR_MS, until_ms=now - 22 * HOUR_MS, became="missed"),
            Spell(since_ms=now - 3 * HOUR_MS, until_ms=now - 141 * 60_000, why="timed out"),
        ],
    )  # fmt: skip
    desk.do(lambda store: store.save_source_state(state))
    standing = Standing(source="prwire", state="failing", since_ms=now - 125_000)
    desk.do(lambda store: store.save_standing(standing))


def test_the_examples_that_ask_a_daemon_print_what_stands_there(asked: Desk) -> None:
    for step in steps(asking=True):
        keep(asked)  # as the daemon does all the time
        in_trouble(asked)
        as_shown(step, in_shell(step.line, asked.folder))
