"""The measurement of the scan compares before it times, and says of each table what it takes."""

from __future__ import annotations

import pytest

from alertd.model import Event
from alertd.text.core import CORE
from alertd.text.dictionaries import Dictionaries
from alertd.text.scan import TermScanner
from bench.generate import make_events
from bench.scan import ASKED, equal, measure


def test_every_table_is_timed_for_all_that_is_asked() -> None:
    rows = measure([200], 1)
    tables = ["dictionaries", "core"] if CORE else ["dictionaries"]
    assert [(row["asked for"], row["table"]) for row in rows] == [
        (asked, table) for asked in ASKED for table in tables
    ]
    for row in rows:
        assert isinstance(row["mean us"], float)
        assert row["mean us"] > 0
        assert isinstance(row["bytes/term"], float)
        assert 50 < row["bytes/term"] < 5_000


def test_tables_that_differ_end_the_measurement() -> None:
    scanners = {"dictionaries": TermScanner(["bank"], Dictionaries()), "core": TermScanner((), Dictionaries())}
    events = [Event(id="ev_x", title="A bank"), *make_events(3)]
    with pytest.raises(SystemExit, match="ev_x: dictionaries and core differ"):
        equal(scanners, events)
