"""Ids never change: they are in webhooks, mail threads and archives."""

from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.base.ids import alert_id, delivery_id, event_id, make_id, mark, salt_ids, story_id


def plainly(*parts: str) -> str:
    """Compute the letters of an id as docs and DESIGN say it, without any haste."""
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass")
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return base64.b32encode(digest.digest()).decode().lower()


@given(st.lists(st.text(), max_size=4))
def test_an_id_is_the_start_of_the_digest_of_its_parts_behind_their_lengths(parts: list[str]) -> None:
    assert make_id("ev", *parts) == "ev_" + plainly(*parts)[:26]
    assert mark(*parts) == plainly(*parts)[:16]


def test_an_id_of_today_is_an_id_of_tomorrow() -> None:
    event = event_id("prwire", "guid:ew-1")
    assert event == "ev_" + plainly("prwire", "guid:ew-1")[:26]
    alert = alert_id("ai", story_id(event))
    assert delivery_id("desk", alert, 2) == "dl_" + plainly("desk", alert, "2")[:26]
    assert story_id(event)[3:] == event[3:]


def test_parts_that_run_together_to_the_same_text_make_different_ids() -> None:
    assert make_id("al", "ab", "c") != make_id("al", "a", "bc")


def test_ids_of_a_process_with_a_salt_are_none_of_those_without(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = alert_id("ai", "company:nvda")
    monkeypatch.setattr("alertd.base.ids._salt", [])
    salt_ids("replay-1")
    assert alert_id("ai", "company:nvda") not in (plain, "")
    assert mark("title", "x") == plainly("title", "x")[:16]
