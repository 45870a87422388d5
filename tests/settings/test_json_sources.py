"""`type: json` in alertd.yaml: every fault at its place, in words; parameters are secrets only where they look so."""

from __future__ import annotations

import pytest

from alertd.app.snapshot import secrets_of
from alertd.settings import redacted
from tests.settings.conftest import Desk

HEAD = 'sources:\n  - id: api\n    type: json\n    url: "https://api.example.com/news"\n'
GOOD = HEAD + "    list: $.items\n    fields: {id: $.id, title: $.title}\n"


@pytest.mark.parametrize(
    ("rest", "place", "says"),
    [
        ("    list: items\n    fields: {id: $.id}\n", "5:11", "`items` is no JSON path at character 1"),
        (
            "    fields:\n      id: $.id\n      title: [$.a, '$.b[']\n",
            "7:20",
            "`$.b[` is no JSON path at character 5",
        ),
        ("    fields:\n      id: $.id\n      title: '{$.a'\n", "7:14", "does not close it with }"),
        ("    fields: {id: $.id, titel: $.t}\n", "5:24", "unknown key `titel` (did you mean `title`?)"),
        ("    fields: {published: $.at}\n", "5:13", "`fields` needs at least one of id, url, title and body"),
        ("    fields: {id: $.id}\n    state: [$.a, status]\n", "6:12", "`state` names 'status', which is none of"),
        ("    fields: {title: $.t}\n    state: [$.a]\n", "6:12", "so `fields` needs an `id`"),
        ("    fields: {id: $.id}\n    required: [title]\n", "6:15", "`required` names 'title', which is none of"),
        (
            "    fields: {id: ref}\n",
            "5:18",
            "'ref' has no path in it, so all rows would be one item: did you mean `$.ref`?",
        ),
        ("    fields: {id: [$.id, '{ref}']}\n", "5:18", "did you mean `$.ref`?"),
        ("    fields: {id: 'item of {today}'}\n", "5:18", "write paths in it, such as {$.id}"),
        (
            "    fields: {id: $.id}\n    params: {from: '{sinse}'}\n",
            "6:20",
            "`from`: the word in braces is no placeholder: did you mean {since}?",
        ),
        ("    fields: {id: $.id}\n    times: [iso]\n", "6:13", "a form of times is"),
        ("    fields: {id: $.id}\n    timezone: New York\n", "6:15", "no such time zone"),
        ("    fields: {id: $.id}\n    paging: {page: p, link: true}\n", "6:13", "here by link and page"),
        ("    fields: {id: $.id}\n    paging: {cursor: c}\n", "6:13", "`at` the path of the token"),
        ("    fields: {id: $.id}\n    since: {format: '%H'}\n", "6:21", "names no"),
        ("    fields: {id: $.id}\n    headers: {Host: x}\n", "6:14", "set by alertd itself"),
    ],
)
def test_a_fault_is_told_at_its_place(desk: Desk, rest: str, place: str, says: str) -> None:
    (fault,) = desk.faults(HEAD + rest)
    assert says in fault
    assert fault.startswith(f"{place}:")


def test_a_key_is_hidden_and_a_plain_parameter_is_not(desk: Desk) -> None:
    text = GOOD + '    params: {topic: earnings, n: 100, q: "${KEY}"}\n'
    loaded = desk.load(text, {"KEY": "k3y-of-the-vendor"})
    assert loaded.warnings == []
    (source,) = redacted(loaded.settings)["sources"]
    assert source["params"]["q"] == "${KEY}"
    assert list(secrets_of(loaded.settings.sources[0])) == ["k3y-of-the-vendor"]


def test_a_key_that_is_written_in_the_file_is_a_warning(desk: Desk) -> None:
    loaded = desk.load(GOOD + "    params: {topic: earnings, api_token: abc}\n")
    assert ["`api_token` is a secret written in the file" in str(fault) for fault in loaded.warnings] == [True]
