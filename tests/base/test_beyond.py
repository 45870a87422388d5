"""What a newer version wrote beyond what is known stays where its place is still there."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from alertd.base.beyond import Beyond, Rests, beyond, kept


class Part(msgspec.Struct, frozen=True):
    n: int = 0


class Whole(msgspec.Struct, frozen=True):
    id: str = ""
    part: Part | None = None
    by_name: dict[str, Part] = {}
    row: list[Part] = []
    free: dict[str, int] = {}


RAW = msgspec.json.encode(
    {
        "id": "a", "colour": "red", "part": {"n": 1, "deep": 2.5}, "free": {"x": 1},
        "by_name": {"b": {"n": 2, "b": None}, "c": {"n": 3, "c": []}},
        "row": [{"n": 4, "first": 1}, {"n": 4, "second": 2}, {"n": 5, "third": 3}],
    }
)  # fmt: skip
KNOWN = msgspec.json.decode(RAW, type=Whole)


def found() -> Beyond:
    rest = beyond(RAW, KNOWN)
    assert rest is not None
    return rest


def test_a_record_of_this_version_holds_nothing_more() -> None:
    assert beyond(msgspec.json.encode(KNOWN), KNOWN) is None


def test_nor_does_one_of_an_older_version() -> None:
    raw = b'{"id":"a"}'
    assert beyond(raw, msgspec.json.decode(raw, type=Whole)) is None


def test_what_is_written_back_unchanged_is_what_stood_there() -> None:
    assert kept(found(), KNOWN) == msgspec.json.decode(RAW)


def test_what_is_known_is_written_as_it_is_now() -> None:
    written = kept(found(), replace(KNOWN, id="b", part=Part(7), free={}))
    assert (written["id"], written["colour"]) == ("b", "red")
    assert written["part"] == {"n": 7, "deep": 2.5}
    assert written["free"] == {}


def test_what_was_taken_out_does_not_come_back() -> None:
    written = kept(found(), replace(KNOWN, part=None, by_name={"c": Part(9), "d": Part(1)}, row=[]))
    assert written["part"] is None
    assert written["by_name"] == {"c": {"n": 9, "c": []}, "d": {"n": 1}}
    assert written["row"] == []


def test_items_of_a_list_are_found_again_by_what_is_known_of_them() -> None:
    written = kept(found(), replace(KNOWN, row=[Part(4), Part(5), Part(6)]))
    assert written["row"] == [{"n": 4, "first": 1}, {"n": 5, "third": 3}, {"n": 6}]


def test_without_a_rest_the_record_is_written_as_it_is() -> None:
    assert kept(None, KNOWN) is KNOWN


def test_a_rest_belongs_to_the_version_that_was_read() -> None:
    rests = Rests()
    rests.note("alert:a", 3, found())
    assert rests.of("alert:a", 3) is not None
    assert rests.of("alert:a", 4) is None
    rests.note("alert:a", 4, None)
    assert rests.of("alert:a", 3) is None


def test_only_so_many_rests_are_kept() -> None:
    rests = Rests()
    for n in range(Rests.LIMIT + 1):
        rests.note(str(n), 0, found())
    assert rests.of("0", 0) is None
    assert rests.of(str(Rests.LIMIT), 0) is not None
