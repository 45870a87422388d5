"""`alertd companies`: what a name means, searching for one, and a fresh table from a real server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from alertd.companies.registrants import read_registrants, updated_file
from alertd.companies.sec_answer import FIELDS
from alertd.companies.table import load_registrants
from tests.cli.run import Done, alertd
from tests.support.http import FaultServer, answer, redirect

SPACE = """\
companies:
  - {id: spacex, name: SpaceX, aliases: [Space Exploration Technologies], sector: aerospace, private: true}
  - {id: starlink, name: Starlink, subsidiary_of: spacex}
  - {company: NVDA, aliases: [Team Green], sector: semiconductors}
relations:
  - {company: NVDA, is: supplier, of: spacex, strength: 0.7, since: 2024-05-01, source: "10-K 2024, page 12"}
"""
PATH = "/files/company_tickers_exchange.json"

Ask = Callable[..., Done]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    (tmp_path / "rules/companies").mkdir(parents=True)
    (tmp_path / "rules/companies/space.yaml").write_text(SPACE)
    (tmp_path / "alertd.yaml").write_text('{redis: "redis://127.0.0.1:1", sources: [], receivers: []}')
    return lambda *words: alertd("companies", *words, cwd=tmp_path)


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as made:
        yield made


# --- show ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["spacex", "SpaceX", "space exploration technologies"])
def test_a_declared_company_is_shown_with_its_relations_from_its_own_side(ask: Ask, text: str) -> None:
    done = ask("show", text)
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "SpaceX\n"
        "  id        spacex\n"
        "  aliases   Space Exploration Technologies\n"
        "  sector    aerospace\n"
        "  private   yes\n"
        "  relation  owner of Starlink\n"
        "  relation  customer of NVDA, strength 0.7, since 2024-05-01: 10-K 2024, page 12\n"
    )


def test_a_registrant_is_shown_with_what_the_desk_knows_of_it(ask: Ask) -> None:
    table = load_registrants().registrants
    assert ask("show", "Team Green").out == (
        "NVIDIA CORP\n"
        "  id        cik-0001045810\n"
        "  tickers   NVDA (Nasdaq)\n"
        "  aliases   Team Green\n"
        "  sector    semiconductors\n"
        f"  table     of {table.as_of}, {table.source}\n"
        "  relation  supplier of SpaceX, strength 0.7, since 2024-05-01: 10-K 2024, page 12\n"
    )


def test_a_company_is_shown_as_json_with_its_relations(ask: Ask) -> None:
    shown = ask("show", "NVDA", "--json").json
    assert (shown["id"], shown["cik"], shown["sector"]) == ("cik-0001045810", "0001045810", "semiconductors")
    assert [(r["company"], r["type"], r["of"]) for r in shown["relations"]] == [
        ("cik-0001045810", "supplier", "spacex")
    ]


def test_what_no_company_is_called_ends_with_one_and_a_hint(ask: Ask) -> None:
    done = ask("show", "nvda")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "alertd: no company is called nvda: did you mean `NVDA` (NVIDIA CORP)? tickers are written in upper case\n"
    )
    assert "did you mean `spacex`?" in ask("show", "spacx").err


def test_a_ticker_counts_at_its_exchange(ask: Ask) -> None:
    assert ask("show", "NVDA", "--exchange", "XNAS").code == 0
    done = ask("show", "NVDA", "--exchange", "XLON")
    assert (done.code, "NVDA (NVIDIA CORP) is traded at Nasdaq, not at XLON" in done.err) == (1, True)


def test_without_settings_and_rules_the_packaged_table_answers(tmp_path: Path) -> None:
    assert alertd("companies", "show", "NVDA", cwd=tmp_path).out.startswith("NVIDIA CORP\n")


def test_faults_in_the_declarations_are_told_with_their_places(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "rules/companies/more.yaml").write_text("companies: [{id: spacex, name: Other}]\nrelatoins: []\n")
    done = ask("show", "NVDA")
    assert done.code == 1
    assert "rules/companies/more.yaml:2:1: unknown key `relatoins` (did you mean `relations`?)" in done.err
    assert ask("show", "NVDA", "--rules", "nowhere").err.startswith("nowhere: there is no such rules directory")


# --- search -------------------------------------------------------------------------------------------------------


def test_search_finds_the_beginnings_of_tickers_and_words(ask: Ask) -> None:
    assert ask("search", "space").out.splitlines()[2].startswith("spacex ")
    assert "cik-0001045810" in ask("search", "nvid").out
    found = ask("search", "bank of am", "--json").json
    assert "cik-0000070858" in [company["id"] for company in found]


def test_search_shows_no_more_than_asked_for_and_says_that_there_are(ask: Ask) -> None:
    done = ask("search", "bank", "--limit", "3")
    assert len(done.out.splitlines()) == 2 + 3
    assert done.err == "there are more; --limit shows them\n"


def test_a_search_that_finds_nothing_ends_with_one(ask: Ask) -> None:
    done = ask("search", "zzzzzzzz")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("alertd: no company is found for zzzzzzzz: ")


# --- update -------------------------------------------------------------------------------------------------------


def listing(*, drop: float = 0.0, more: tuple[tuple[int, str, str, str], ...] = ()) -> bytes:
    """Write what the SEC's site answers: the packaged table, perhaps without its last part."""
    companies = [*load_registrants().registrants.companies.values()]
    kept = companies[: int(len(companies) * (1 - drop))]
    rows = [[int(c.cik or 0), c.name, x.ticker, x.exchange or None] for c in kept for x in c.listings]
    return json.dumps({"fields": FIELDS, "data": rows + [list(row) for row in more]}).encode()


def test_a_fresh_table_is_fetched_and_used(ask: Ask, server: FaultServer, tmp_path: Path) -> None:
    server.script(PATH, answer(listing(more=((9_999_998, "Brand New Corp", "BRNDN", "NYSE"),))))
    done = ask("update", "--from", server.url(PATH))
    assert done.code == 0, done.err
    total, written = done.out.splitlines()
    assert ": 1 new, 0 gone, 0 tickers moved" in total
    target = updated_file(tmp_path / "var")
    assert written == f"written to {target}"
    assert read_registrants(target.read_bytes(), "it").tickers["BRNDN"] == "cik-0009999998"
    assert ask("show", "BRNDN").out.startswith("Brand New Corp\n")
    assert [path.name for path in target.parent.iterdir()] == [target.name], "nothing is left beside it"
    assert server.requests[0].headers["user-agent"].startswith("alertd/")


def test_the_contact_of_the_settings_signs_the_request(ask: Ask, server: FaultServer, tmp_path: Path) -> None:
    (tmp_path / "alertd.yaml").write_text('{redis: "redis://127.0.0.1:1", contact: ops@example.com}')
    server.script(PATH, answer(listing()))
    assert ask("update", "--from", server.url(PATH), "--json").json["added"] == []
    assert server.requests[0].headers["user-agent"].endswith(" ops@example.com")


def test_the_secs_own_site_is_not_asked_without_a_contact(ask: Ask) -> None:
    done = ask("update")
    assert (done.code, "`contact` is missing" in done.err) == (1, True)


def test_a_redirect_is_followed(ask: Ask, server: FaultServer) -> None:
    server.script("/old", redirect(server.url(PATH)))
    server.script(PATH, answer(listing()))
    assert ask("update", "--from", server.url("/old")).code == 0


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (200, b"<html>Your request has been identified as automated</html>", "is not the SEC's list of companies"),
        (200, b'{"fields": ["cik"], "data": []}', "it has no field name, ticker, exchange"),
        (200, b"", "is not the SEC's list of companies"),
        (200, listing()[:-20], "is not the SEC's list of companies"),
        (503, b"later", "503"),
        (403, b"", "403"),
    ],
)
def test_an_answer_that_is_none_leaves_the_table_in_use(
    ask: Ask, server: FaultServer, tmp_path: Path, status: int, body: bytes, told: str
) -> None:
    server.script(PATH, answer(body, status=status))
    done = ask("update", "--from", server.url(PATH))
    assert (done.code, done.out) == (1, "")
    assert told in done.err
    assert not updated_file(tmp_path / "var").exists()


def test_a_table_that_lost_many_companies_is_refused_unless_it_is_wanted(
    ask: Ask, server: FaultServer, tmp_path: Path
) -> None:
    server.script(PATH, answer(listing(drop=0.3)))
    done = ask("update", "--from", server.url(PATH))
    assert done.code == 1
    assert "companies are missing in it (30%)" in done.err
    assert "--force takes this one" in done.err
    assert not updated_file(tmp_path / "var").exists()
    assert ask("update", "--from", server.url(PATH), "--force").code == 0
    assert updated_file(tmp_path / "var").exists()


def test_a_copy_is_taken_from_a_file(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "list.json").write_bytes(listing())
    assert ask("update", "--from", "list.json").code == 0
    done = ask("update", "--from", "nowhere.json")
    assert (done.code, done.err) == (1, "alertd: nowhere.json: cannot be read: No such file or directory\n")


def test_an_updated_table_that_is_damaged_is_told_and_the_packaged_one_answers(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "list.json").write_bytes(listing())
    ask("update", "--from", "list.json")
    target = updated_file(tmp_path / "var")
    target.write_bytes(target.read_bytes()[:5_000])
    done = ask("show", "NVDA")
    assert (done.code, done.out.startswith("NVIDIA CORP\n")) == (0, True)
    assert "the packaged table is used" in done.err
