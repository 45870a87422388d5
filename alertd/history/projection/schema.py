"""The tables of the projection, as they are in `history.db`.

    lines, ids                                      every line of the archive, and what it is about
    events, mentions, types, matches, touched,      one (event, revision) each: what the last line about it says
    decisions, merged_stories
    alerts, alert_rules, alert_companies            one alert each: its newest card (`alerts.rows.card`)
    deliveries, answers, told                       what was sent, what people said, who was told of which alert
    alert_text, event_text                          words -> alerts, words of headlines -> events (FTS5)

`seq` names a line in one number: days since 1970 x 10^9 + its number in the day. All times are ms since the epoch.
`events.shared`: everybody may be told of it, as its source's desk and rights are.
Nothing here depends on the order in which rows were written, so a projection made anew equals the one that grew.
"""

from __future__ import annotations

import datetime

from alertd.history.archive.line import Place
from alertd.history.archive.wire import MAX_NUMBER

VERSION = 1
"""Of the tables. An older file is made anew from the archive, a newer one refused."""
APPLICATION = 0x616C7264
"""`PRAGMA application_id`: `alrd`, so that another program's database is not taken for ours."""

DAY = MAX_NUMBER
"""Lines that a day can have."""
CARDS = 100_000
"""Alerts that a line can carry."""
_EPOCH = datetime.date(1970, 1, 1)

ALERT_TEXT = """CREATE VIRTUAL TABLE alert_text USING fts5(
        title, changes, quotes, companies, rules, tokenize = 'unicode61 remove_diacritics 2')"""

TABLES: tuple[str, ...] = (
    "CREATE TABLE meta(k TEXT PRIMARY KEY, v TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE lines(
        seq INTEGER PRIMARY KEY,
        day TEXT AS (date((seq / 1000000000) * 86400, 'unixepoch')),
        n INTEGER AS (seq % 1000000000),
        at_ms INTEGER NOT NULL, kind TEXT NOT NULL, reason TEXT NOT NULL)""",
    "CREATE TABLE ids(id TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY(id, seq)) WITHOUT ROWID",
    """CREATE TABLE events(
        seq INTEGER PRIMARY KEY, event TEXT NOT NULL, revision INTEGER NOT NULL,
        seen_ms INTEGER, visible_ms INTEGER, event_ms INTEGER, decided_ms INTEGER, precision TEXT,
        source TEXT NOT NULL, source_desk TEXT, kind TEXT, form TEXT, language TEXT, trust TEXT,
        title TEXT NOT NULL, url TEXT, story TEXT, novelty REAL, sources INTEGER, sentiment REAL, confidence REAL,
        baseline INTEGER NOT NULL, late INTEGER NOT NULL, withdrawn INTEGER NOT NULL, shared INTEGER NOT NULL,
        UNIQUE(event, revision))""",
    """CREATE TABLE mentions(
        event TEXT NOT NULL, revision INTEGER NOT NULL, company TEXT NOT NULL, name TEXT, relevance REAL,
        sentiment REAL, role TEXT, PRIMARY KEY(event, revision, company)) WITHOUT ROWID""",
    """CREATE TABLE types(
        event TEXT NOT NULL, revision INTEGER NOT NULL, type TEXT NOT NULL, confidence REAL, status TEXT,
        PRIMARY KEY(event, revision, type, status)) WITHOUT ROWID""",
    """CREATE TABLE matches(
        event TEXT NOT NULL, revision INTEGER NOT NULL, portfolio TEXT NOT NULL, desk TEXT, rule TEXT NOT NULL,
        rule_hash TEXT, severity TEXT NOT NULL, company TEXT, experimental INTEGER NOT NULL, seq INTEGER NOT NULL,
        PRIMARY KEY(event, revision, portfolio, rule)) WITHOUT ROWID""",
    """CREATE TABLE touched(
        event TEXT NOT NULL, revision INTEGER NOT NULL, portfolio TEXT NOT NULL, company TEXT NOT NULL, label TEXT,
        weight REAL, named INTEGER NOT NULL, path TEXT NOT NULL, desk TEXT,
        PRIMARY KEY(event, revision, portfolio, company)) WITHOUT ROWID""",
    """CREATE TABLE decisions(
        event TEXT NOT NULL, revision INTEGER NOT NULL, portfolio TEXT NOT NULL, desk TEXT, alert TEXT NOT NULL,
        alert_revision INTEGER NOT NULL, reason TEXT NOT NULL, detail TEXT, seq INTEGER NOT NULL,
        PRIMARY KEY(event, revision, portfolio, alert, reason)) WITHOUT ROWID""",
    """CREATE TABLE merged_stories(
        seq INTEGER NOT NULL, story TEXT NOT NULL, into_story TEXT NOT NULL,
        PRIMARY KEY(story, into_story, seq)) WITHOUT ROWID""",
    """CREATE TABLE cards(
        alert TEXT NOT NULL, first_ms INTEGER NOT NULL, revision INTEGER NOT NULL, voices INTEGER NOT NULL,
        seq INTEGER NOT NULL, PRIMARY KEY(alert, first_ms, revision, voices, seq)) WITHOUT ROWID""",
    """CREATE TABLE alerts(
        number INTEGER PRIMARY KEY, alert TEXT NOT NULL UNIQUE, portfolio TEXT NOT NULL, desk TEXT, subject TEXT,
        story TEXT, severity TEXT NOT NULL, rank INTEGER NOT NULL, status TEXT NOT NULL, title TEXT NOT NULL,
        first_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL, revision INTEGER NOT NULL, sources INTEGER,
        acknowledged_by TEXT, acknowledged_ms INTEGER, snoozed_ms INTEGER, merged_into TEXT,
        useful INTEGER NOT NULL, noise INTEGER NOT NULL, card TEXT NOT NULL, seq INTEGER NOT NULL)""",
    """CREATE TABLE alert_rules(
        alert TEXT NOT NULL, rule TEXT NOT NULL, PRIMARY KEY(alert, rule)) WITHOUT ROWID""",
    """CREATE TABLE alert_companies(
        alert TEXT NOT NULL, company TEXT NOT NULL, PRIMARY KEY(company, alert)) WITHOUT ROWID""",
    """CREATE TABLE deliveries(
        seq INTEGER PRIMARY KEY, delivery TEXT NOT NULL UNIQUE, receiver TEXT NOT NULL, alert TEXT,
        alert_revision INTEGER, type TEXT, queued_ms INTEGER, ended_ms INTEGER, state TEXT NOT NULL,
        attempts INTEGER NOT NULL, detail TEXT)""",
    """CREATE TABLE answers(
        seq INTEGER PRIMARY KEY, alert TEXT NOT NULL, portfolio TEXT, desk TEXT, kind TEXT NOT NULL, who TEXT,
        via TEXT, at_ms INTEGER NOT NULL, note TEXT)""",
    """CREATE TABLE told(
        alert TEXT NOT NULL, receiver TEXT NOT NULL, delivery TEXT NOT NULL, revision INTEGER NOT NULL,
        seq INTEGER NOT NULL, PRIMARY KEY(alert, receiver, delivery, seq)) WITHOUT ROWID""",
    "CREATE INDEX events_time ON events(event_ms)",
    "CREATE INDEX mentions_company ON mentions(company, event)",
    "CREATE INDEX touched_portfolio ON touched(portfolio, event)",
    "CREATE INDEX matches_portfolio ON matches(portfolio, event)",
    "CREATE INDEX decisions_portfolio ON decisions(portfolio, event)",
    "CREATE INDEX decisions_alert ON decisions(alert)",
    "CREATE INDEX alerts_updated ON alerts(updated_ms)",
    "CREATE INDEX alerts_portfolio ON alerts(portfolio, first_ms)",
    "CREATE INDEX alerts_merged ON alerts(merged_into) WHERE merged_into IS NOT NULL",
    "CREATE INDEX alert_rules_rule ON alert_rules(rule)",
    "CREATE INDEX alert_companies_alert ON alert_companies(alert)",
    "CREATE INDEX deliveries_alert ON deliveries(alert)",
    "CREATE INDEX told_receiver ON told(receiver, alert)",
    "CREATE INDEX answers_alert ON answers(alert)",
    ALERT_TEXT,
    """CREATE VIRTUAL TABLE event_text USING fts5(
        title, content = 'events', content_rowid = 'seq', tokenize = 'unicode61 remove_diacritics 2')""",
)
"""In the order in which they are made."""

DATA = (
    "lines", "ids", "events", "mentions", "types", "matches", "touched", "decisions", "merged_stories", "cards",
    "alerts", "alert_rules", "alert_companies", "deliveries", "answers", "told",
)  # fmt: skip
"""Tables with what the archive says; `meta` and the two for words are apart."""

COLUMNS: dict[str, int] = {
    "ids": 2, "mentions": 7, "types": 5, "matches": 10, "touched": 9, "decisions": 9, "merged_stories": 3,
    "cards": 5, "alerts": 22, "alert_rules": 2, "alert_companies": 2, "deliveries": 11, "answers": 9, "told": 5,
    "events": 25,
}  # fmt: skip
"""How many values a row has, in the order of the table."""


def insert(table: str) -> str:
    """Give the statement that writes a row; one that is there already is replaced."""
    if table == "lines":  # day and n are computed
        return "INSERT OR REPLACE INTO lines(seq, at_ms, kind, reason) VALUES (?, ?, ?, ?)"
    if table == "alert_text":
        return "INSERT INTO alert_text(rowid, title, changes, quotes, companies, rules) VALUES (?, ?, ?, ?, ?, ?)"
    if table == "event_text":
        return "INSERT INTO event_text(rowid, title) VALUES (?, ?)"
    return f"INSERT OR REPLACE INTO {table} VALUES ({', '.join('?' * COLUMNS[table])})"


def seq_of(place: Place) -> int:
    """Name a line in one number. Raises ValueError for a day that is none, or a number beyond `DAY`."""
    if not 0 < place.n < DAY:
        raise ValueError(f"not a line of a day: {place.n}")
    return (datetime.date.fromisoformat(place.day) - _EPOCH).days * DAY + place.n


def place_of(seq: int) -> Place:
    """Give the place that `seq_of` named."""
    return Place((_EPOCH + datetime.timedelta(days=seq // DAY)).isoformat(), seq % DAY)
