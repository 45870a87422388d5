"""Who may see what in a report that is mailed: what sources' rights, walls and `show_weights` leave of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from alertd.app.receivers import receiver_policies
from alertd.app.reports import wanted_reports
from alertd.asking.report_mail import mail_reader
from alertd.errors import HistoryUnavailable
from alertd.history.projection.database import open_to_write
from alertd.history.report.build import Asked, DeskReader, MailReader, Operator, build_mailing, build_report
from alertd.settings import Settings
from tests.history.analytics.tables import HOUR, NVDA, SINCE, SUBJECT, UNTIL, Tables

ASKED = Asked(SUBJECT, SINCE, UNTIL, UNTIL)
FEED = {"type": "feed", "url": "https://wire.example.com/rss"}
SETTINGS: dict[str, Any] = {
    "smtp": {"host": "mail.example.com", "from": "a@example.com"},
    "sources": [
        {"id": "wire", **FEED},
        {"id": "paid", **FEED, "rights": {"receivers": ["cio"]}},
        {"id": "notes", **FEED, "desk": "ai"},
    ],
    "receivers": [
        {"id": "pm", "type": "email", "to": ["pm@example.com"], "show_weights": "band"},
        {"id": "cio", "type": "email", "to": ["cio@example.com"]},
        {"id": "ai", "type": "email", "to": ["ai@example.com"], "desk": "ai"},
    ],
    "reports": [{"id": "w", "portfolio": "ai", "to": ["pm", "cio"], "on": "fri", "at": "18:00"}],
}


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """A history with a report that everybody, and one that only some may be told of."""
    path = tmp_path / "history.db"
    db = open_to_write(path)
    past = Tables(db)
    past.event("free", UNTIL - HOUR, (NVDA, 0.5), source="wire")
    past.event("secret", UNTIL - HOUR, (NVDA, 0.5), source="paid", shared=0)
    db.close()
    return path


def titles(history: Path, reader: Operator | DeskReader | MailReader) -> set[str]:
    return {one.title for one in build_report(history, ASKED, reader).stories} - {""}


def test_a_mail_names_what_its_receiver_may_be_told_of(history: Path) -> None:
    assert titles(history, MailReader(frozenset({"wire"}))) == {"free happens"}
    assert titles(history, MailReader(frozenset({"wire", "paid"}))) == {"free happens", "secret happens"}
    assert titles(history, DeskReader()) == {"free happens"}
    assert titles(history, Operator()) == {"free happens", "secret happens"}


def test_what_may_not_be_named_still_counts(history: Path) -> None:
    mailing = build_mailing(history, ASKED, MailReader(frozenset()), "w")
    assert "secret" not in mailing.text + mailing.html + mailing.subject
    assert "its headline is not for this reader" in mailing.text


def test_readers_are_as_the_settings_say() -> None:
    settings = Settings.model_validate(SETTINGS)
    policies = receiver_policies(settings)
    sources = {name: mail_reader(settings.sources, policy).sources for name, policy in policies.items()}
    assert sources == {"pm": {"wire"}, "cio": {"wire", "paid"}, "ai": {"wire", "notes"}}
    assert mail_reader(settings.sources, policies["pm"]).show_weights == "band"


def test_each_receiver_of_a_report_has_its_own_by_the_portfolios_clock() -> None:
    settings = Settings.model_validate(SETTINGS)
    policies = receiver_policies(settings)
    wanted = wanted_reports(settings, policies, {"ai": SUBJECT})
    assert [(one.policy.id, one.days, one.at, one.zone.key) for one in wanted] == [
        ("pm", (4,), "18:00", "America/New_York"),
        ("cio", (4,), "18:00", "America/New_York"),
    ]
    assert wanted_reports(settings, policies, {}) == []


def test_walls_stand_whoever_reads(history: Path) -> None:
    db = open_to_write(history)
    Tables(db, seq=1000).event("walled", UNTIL - HOUR, (NVDA, 0.5), source="other", desk="credit")
    db.close()
    own = Asked(replace(SUBJECT, desk="credit"), SINCE, UNTIL, UNTIL)
    assert "walled happens" not in titles(history, Operator())
    assert "walled happens" in {one.title for one in build_report(history, own, DeskReader()).stories}


def test_a_history_that_is_not_there_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(HistoryUnavailable, match="no history yet"):
        build_report(tmp_path / "history.db", ASKED, Operator())
