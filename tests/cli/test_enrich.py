"""`alertd enrich`: what events are about, from a pipe, with nothing else there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from alertd.cli.events import MAX_LINE
from alertd.enrich import enricher
from tests.cli.run import Done, alertd, on_terminal

LEASE = {"title": "SpaceX leases its Colossus 1 supercomputer to Anthropic for $3-4 billion a year"}
SHIPPED = "there are no rules here: event types and companies are those that alertd ships\n"
OWN = "{event_type: leap, title: Leap, when: {text: leaps}, tests: []}\n"


def enrich(*words: str | Path, cwd: Path, events: object = ()) -> Done:
    given = events if isinstance(events, bytes) else json.dumps(events).encode() + b"\n"
    return alertd("enrich", *words, cwd=cwd, stdin=given)


def types(line: dict[str, Any]) -> list[str]:
    return [found["type"] for found in line["event_types"]]


def test_a_title_alone_is_understood_without_rules_settings_or_a_daemon(tmp_path: Path) -> None:
    done = enrich(cwd=tmp_path, events=LEASE)
    (line,) = done.lines
    assert (done.code, done.err) == (0, SHIPPED)
    assert (line["language"], types(line)) == ("en", ["compute_lease"])
    (amount,) = line["amounts"]
    assert (amount["low"], amount["high"], amount["currency"], amount["per"]) == (3e9, 4e9, "USD", "year")
    assert line["id"].startswith("ev_")
    assert line["story"]["novelty"] == 1.0


def test_the_rules_here_say_which_event_types_there_are(tmp_path: Path) -> None:
    (tmp_path / "rules/event-types").mkdir(parents=True)
    (tmp_path / "rules/event-types/leap.yaml").write_text(OWN)
    done = enrich(cwd=tmp_path, events=LEASE | {"title": "SpaceX leaps ahead"})
    assert (done.code, done.err) == (0, "")
    assert types(done.lines[0]) == ["leap"]
    (tmp_path / "rules/event-types/leap.yaml").write_text("event_type: leap\n")
    assert enrich(cwd=tmp_path, events=LEASE).code == 1


def test_what_was_enriched_once_stays_the_same(tmp_path: Path) -> None:
    once = enrich(cwd=tmp_path, events=LEASE | {"body": "SpaceX can take the compute back. Anthropic pays monthly."})
    again = enrich(cwd=tmp_path, events=once.out.encode())
    assert again.out == once.out


def test_what_an_event_states_stays(tmp_path: Path) -> None:
    stated = LEASE | {"language": "de", "amounts": [{"low": 1, "high": 1}], "note": "kept"}
    (line,) = enrich(cwd=tmp_path, events=stated).lines
    assert (line["language"], len(line["amounts"]), line["note"]) == ("de", 1, "kept")
    assert types(line) == []


def test_headlines_need_not_be_json(tmp_path: Path) -> None:
    done = enrich("--raw", cwd=tmp_path, events="Siemens hebt Prognose für das Gesamtjahr an\n\n\xfcber\n".encode())
    assert [line["title"] for line in done.lines] == ["Siemens hebt Prognose für das Gesamtjahr an", "über"]
    assert done.lines[0]["language"] == "de"


def test_people_are_told_what_was_found_and_what_was_not_taken(tmp_path: Path) -> None:
    done = enrich("--explain", cwd=tmp_path, events=LEASE | {"id": "ev_1"})
    assert done.out.startswith(f"ev_1 “{LEASE['title']}”\n  language   en\n")
    assert "\n  reports    compute_lease · 0.90 · announced" in done.out
    assert "\n  money      $3-4bn a year" in done.out
    assert "title: “$3-4 billion a year” 60-79" in done.out
    german = enrich("--explain", cwd=tmp_path, events=LEASE | {"language": "de"})
    assert "\n  not taken  compute_lease: the language `de` is not understood\n" in german.out


def test_people_read_an_amount_with_its_bound_its_period_and_whether_it_is_of_before(tmp_path: Path) -> None:
    brought = {
        "title": "Lease signed",
        "amounts": [
            {"low": 2.5e9, "high": 2.5e9, "bound": "over"},
            {"low": 3, "high": 3, "per": "hour"},
            {"low": 2, "high": 2, "per": "share", "earlier": True},
        ],
    }
    done = enrich("--explain", cwd=tmp_path, events=brought)
    assert [line for line in done.out.splitlines() if "money" in line] == [
        "  money      over $2.5bn",
        "  money      $3 an hour",
        "  money      $2 per share · earlier",
    ]


def test_people_read_a_company_by_its_name_where_the_event_brings_the_id_alone(tmp_path: Path) -> None:
    brought = {
        "title": "Lease signed",
        "companies": [{"id": "cik-0001341439"}, {"id": "anthropic"}, {"id": "nobody"}],
    }
    done = enrich("--explain", cwd=tmp_path, events=brought)
    assert "\n  company    Oracle · cik-0001341439 · 1.00" in done.out
    assert "\n  company    Anthropic · anthropic · 1.00" in done.out
    assert "\n  company    nobody · 1.00" in done.out
    (line,) = enrich(cwd=tmp_path, events=brought).lines
    assert [company["name"] for company in line["companies"]] == ["", "", ""]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"title": 7}', "not an event: Expected `str`, got `int` - at `$.title`"),
        (b"{", "not an event: Input data was truncated"),
        (b'{"title": "\xff"}', "not an event: "),
        (b'{"title": "a\\ud800', "not an event: JSON is malformed"),
        (b'{"published_at": "yesterday"}', "not an event: `published_at` is no time with a zone: `yesterday`"),
        (b"x" * (MAX_LINE + 1), "the line is longer than 16 MiB"),
    ],
)
def test_a_line_that_is_no_event_is_named_and_costs_only_itself(tmp_path: Path, line: bytes, said: str) -> None:
    done = enrich(cwd=tmp_path, events=json.dumps(LEASE).encode() + b"\n" + line + b"\n" + json.dumps(LEASE).encode())
    assert done.code == 1
    assert len(done.lines) == 2
    assert f"stdin:2: {said}" in done.err


def test_half_a_character_is_replaced(tmp_path: Path) -> None:
    done = enrich(cwd=tmp_path, events=rb'{"title": "a\ud800b \\ud800 \ud83d\ude00\udc00", "body": "\uDfFf"}')
    (line,) = done.lines
    assert (line["title"], line["body"]) == ("a�b \\ud800 \U0001f600�", "�")
    assert done.code == 0


def test_an_endless_body_is_cut_with_a_note(tmp_path: Path) -> None:
    done = enrich(cwd=tmp_path, events=LEASE | {"body": "Vega Grid gains. " * 300_000, "title": "Long " * 200})
    (line,) = done.lines
    assert len(line["body"]) <= 256 << 10
    assert len(line["title"]) <= 500
    assert line["truncated"] is True
    assert "stdin:1: the body is cut to 256 KiB, from 4,980 KiB\n" in done.err
    assert "stdin:1: the title is cut to 500 characters, from 1,000\n" in done.err
    assert done.code == 0


@pytest.mark.parametrize(
    "event", [{}, {"title": ""}, {"body": "Only a body, SpaceX leases compute."}, {"title": "\x00"}]
)
def test_an_event_without_a_title_or_a_body_is_one(tmp_path: Path, event: dict[str, str]) -> None:
    done = enrich(cwd=tmp_path, events=event)
    assert (done.code, len(done.lines)) == (0, 1)


def test_a_step_that_fails_is_said_and_costs_only_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(draft: object) -> None:
        raise ValueError("no such luck")

    monkeypatch.setattr(enricher, "add_money", broken)
    done = enrich(cwd=tmp_path, events=LEASE)
    assert done.code == 1
    assert "stdin:1: the step money failed: ValueError: no such luck" in done.err
    assert (done.lines[0]["amounts"], types(done.lines[0])) == ([], ["compute_lease"])


def test_a_bar_shows_how_far_a_long_file_is(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").write_text((json.dumps(LEASE) + "\n") * 50)
    shown = on_terminal("enrich", "events.jsonl", cwd=tmp_path, stdout=tmp_path / "out")
    assert (shown.code, "enriching" in shown.out) == (0, True)
    assert len((tmp_path / "out").read_text().splitlines()) == 50


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"titel": "x"}, "no field is called `titel` (did you mean `title`?)"),
        (
            {"event_types": [{"type": "compute_leese"}]},
            "there is no event type `compute_leese` (did you mean `compute_lease`?)",
        ),
        ({"event_types": [{"type": "zzz"}]}, "there is no event type `zzz`"),
        ({"form": "8K"}, "form `8K` is written `8-K`"),
        ({"form": "8K/A"}, "form `8K/A` is written `8-K/A`"),
        (
            {"companies": [{"id": "NVDA", "relevanse": 1}]},
            "no field is called `companies.relevanse` (did you mean `relevance`?)",
        ),
        (
            {"event_types": [{"type": "compute_lease", "parties": [{"company": "NVDA", "rolle": "lessor"}]}]},
            "no field is called `event_types.parties.rolle` (did you mean `role`?)",
        ),
        ({"title": "x", "titel": "y"}, ""),
        ({"desk_note": "kept", "form": "8-K", "event_types": [{"type": "compute_lease"}]}, ""),
    ],
)  # fmt: skip
def test_a_slip_in_an_event_is_told_once_and_changes_nothing(
    tmp_path: Path, fields: dict[str, Any], said: str
) -> None:
    line = json.dumps(LEASE | fields if "titel" not in fields else fields).encode() + b"\n"
    done = enrich(cwd=tmp_path, events=line * 2)
    assert (done.code, len(done.lines)) == (0, 2)
    assert done.err == SHIPPED + (f"stdin:1: {said}\n" if said else "")
    for name in fields.keys() - {"event_types", "companies"}:
        assert done.lines[0][name] == fields[name]


def test_an_object_over_several_lines_is_one_event(tmp_path: Path) -> None:
    pretty = json.dumps(LEASE | {"facts": {"a": [1, {}]}}, indent=2).encode()
    short = json.dumps(LEASE).encode()
    done = enrich(cwd=tmp_path, events=b"\n".join((pretty, short, pretty, b"{", short)))
    assert [line["title"] for line in done.lines] == [LEASE["title"]] * 4
    assert done.lines[0]["facts"] == {"a": [1, {}]}
    cut_off = pretty.count(b"\n") * 2 + 4
    assert done.err == SHIPPED + f"stdin:{cut_off}: not an event: Input data was truncated\n"
    several = enrich(cwd=tmp_path, events=json.dumps([LEASE, LEASE], indent=2).encode())
    whole = "stdin:1: not an event: Expected `object`, got `array`; `jq -c '.[]'` makes a line of each\n"
    assert (several.code, several.err) == (1, SHIPPED + whole)


def test_headlines_without_raw_are_told_of_it_once(tmp_path: Path) -> None:
    done = enrich(cwd=tmp_path, events=b"Siemens raises guidance\nVega Grid leases Orion\n")
    wrong = "not an event: JSON is malformed: invalid character (byte 0)"
    expected = "; one JSON object a line is expected, and `--raw` takes headlines"
    assert done.err == SHIPPED + f"stdin:1: {wrong}{expected}\nstdin:2: {wrong}\n"
