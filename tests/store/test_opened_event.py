"""An event is read from the stream alike, whether this version has written it or another."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from alertd.errors import Corrupt
from alertd.model import Amount, CompanyMention, Event, Provenance, event_from_dict, event_to_json
from alertd.store.records import opened_event

EVENT = Event(
    id="ev_a", title="A “lease”", body="of\n5 megawatts", companies=[CompanyMention(id="vega", name="Vega")],
    amounts=[Amount(low=5e8, high=1.5e9)], facts={"percent": 5.1, "more": [1, None]}, filers=[{"cik": "1"}],
    extra={},
)  # fmt: skip
DECIDED = {"i": b"ev_a", "s": b"wire", "r": b"2", "w": b"correction", "b": b"1"}


def opened(raw: bytes) -> tuple[Event, Any]:
    return opened_event({"e": raw, **DECIDED})


def as_decided(event: Event) -> Event:
    return msgspec.structs.replace(
        event, source="wire", revision=2, revision_reason="correction", baseline=True, id="ev_a"
    )


def test_what_this_version_writes_holds_nothing_beyond() -> None:
    assert opened(event_to_json(EVENT)) == (as_decided(EVENT), None)


@pytest.mark.parametrize(
    "more",
    [
        {"newer": 1},
        {"extra": {}},
        {"extra": {"x": 1}},
        {"extra": 1},
        {"provenance": {"http_date": "", "newer": 1}},
        {},
    ],
)
@pytest.mark.parametrize("spaced", [False, True])
def test_what_others_write_is_read_with_all_that_is_in_it(more: dict[str, Any], spaced: bool) -> None:
    written = msgspec.json.decode(event_to_json(EVENT)) | more
    raw = msgspec.json.encode(written)
    event, rest = opened(msgspec.json.format(raw, indent=1) if spaced else raw)
    assert event == as_decided(event_from_dict(written))
    assert event.extra == {name: value for name, value in more.items() if name != "provenance"}
    assert event.provenance == (Provenance(http_date="") if "provenance" in more else EVENT.provenance)
    assert (rest is not None) is ("provenance" in more)


def test_a_field_that_is_said_twice_or_left_out_is_read_as_before() -> None:
    assert opened(b'{"title":"a","title":"b"}')[0] == as_decided(Event(title="b"))
    assert opened(b"{}")[0] == as_decided(Event())


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"title":1}', b'{"title":"\xff"}', b'{"v":"x","extra":{}}'])
def test_what_does_not_decode_is_corrupt(raw: bytes) -> None:
    with pytest.raises(Corrupt, match="does not decode"):
        opened(raw)
