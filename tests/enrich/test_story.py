"""Which story an event joins, how new it is to it and how many have told it: the rules one by one."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from alertd.base.clock import rfc3339
from alertd.base.ids import story_id
from alertd.enrich.story import (
    IDLE_MS,
    LIFE_MS,
    Proposal,
    StoryState,
    keys_of,
    propose,
    revised,
)
from alertd.enrich.story_counts import AUDIENCES
from alertd.enrich.story_report import Report, report_of
from alertd.model import CompanyMention, Event, Party, ReportedType

HOUR = 3_600_000
NOW = 1_800_000_000_000
LEASE = "Vega Grid to lease Orion supercomputer to Lumen Labs for $1.2 bln a year"
BODY = (
    "Vega Grid said on Monday it would lease its Orion supercomputer in Abilene to artificial intelligence startup"
    " Lumen Labs for $1.2 billion annually over seven years. The contract lets Vega take the machine back under a"
    " harm clause."
)
REWRITE = "AI lab Lumen rents Vega's Orion machine in $1.2bn-a-year pact"
REWRITTEN = (
    "Lumen Labs has agreed to pay Vega Grid $1.2bn each year to use Orion, one of the largest supercomputers in"
    " Texas, in the latest sign of how scarce computing power is. An unusual clause lets Vega claw it back."
)


def report(
    name: str, title: str = LEASE, body: str = BODY, *, hours: float = 0, site: str = "", **more: Any
) -> Report:
    """Make the report of an event that a site published so many hours after the first."""
    url = f"https://www.{site or name}.example/{name}-report"
    at = rfc3339(NOW + round(hours * HOUR))
    fields = {"source": name, "url": url, "title": title, "body": body, "event_at": at, "seen_at": at} | more
    return report_of(msgspec.convert({"id": f"ev_{name}", **fields}, Event))


class Desk:
    """Stories in a dictionary: takes every proposal in, as the store would."""

    def __init__(self) -> None:
        self.stories: dict[str, StoryState] = {}

    def take(self, one: Report, *earlier: str) -> Proposal:
        made = propose(one, self.stories, earlier)
        self.stories[made.story] = made.state
        for younger in made.merged:
            del self.stories[younger]
        return made


def told(*reports: Report) -> list[str]:
    """Give the events that founded the stories of reports taken in their order."""
    desk = Desk()
    return [desk.take(one).story.replace("st_", "ev_") for one in reports]


def test_the_first_report_founds_its_story() -> None:
    made = Desk().take(report("a"))
    assert made.story == story_id("ev_a")
    assert msgspec.structs.asdict(made.answer.story) == {
        "id": story_id("ev_a"), "novelty": 1.0, "sources": 1, "position": 1, "previous": None,
    }  # fmt: skip
    assert made.answer.because == ""


def test_another_papers_words_for_the_same_join_it_and_it_says_why() -> None:
    desk = Desk()
    desk.take(report("wire"))
    made = desk.take(report("paper", REWRITE, REWRITTEN, hours=1))
    assert made.story == story_id("ev_wire")
    assert (made.answer.story.position, made.answer.story.sources, made.answer.story.novelty) == (2, 2, 0.75)
    assert "both say" in made.answer.because
    assert "the same figures (1.2e+09)" in made.answer.because


def test_novelty_falls_by_a_quarter_each_time_and_begins_anew_after_a_day() -> None:
    desk = Desk()
    hours = [0, 1, 2, 3, 26.9, 51, 51.5]
    novelty = [desk.take(report(f"r{n}", hours=h)).answer.story.novelty for n, h in enumerate(hours)]
    assert novelty == [1.0, 0.75, 0.56, 0.42, 0.32, 1.0, 0.75]


@pytest.mark.parametrize(
    ("later", "hours", "joins"),
    [
        ("a day", 24, True),
        ("within three days", IDLE_MS / HOUR, True),
        ("idle for longer", IDLE_MS / HOUR + 0.1, False),
    ],
)
def test_a_story_is_over_after_72_hours_without_a_report(later: str, hours: float, joins: bool) -> None:
    assert (told(report("a"), report("b", hours=hours))[1] == "ev_a") is joins, later


def test_a_story_lives_for_seven_days_at_most() -> None:
    reports = [report(f"r{n}", hours=60 * n) for n in range(4)]
    assert told(*reports) == ["ev_r0", "ev_r0", "ev_r0", "ev_r3"]
    assert 3 * 60 * HOUR > LIFE_MS


def test_an_event_that_comes_late_is_placed_by_its_own_time() -> None:
    desk = Desk()
    desk.take(report("new", hours=10))
    made = desk.take(report("late", hours=2))
    assert made.story == story_id("ev_new")
    assert made.state.last_ms == NOW + 10 * HOUR
    assert made.state.latest().event == "ev_late", "the only other one there is"


# --- who may see it -------------------------------------------------------------------------------------------


def walled(name: str, hours: float, *receivers: str, classification: str = "public") -> Report:
    """Make the report of an event that not everybody may see."""
    rights = {"receivers": list(receivers)}
    return report(name, hours=hours, provenance={"rights": rights, "classification": classification})


def figures(desk: Desk, one: Report) -> tuple[int, float]:
    """Give which report of its story one is, and how new."""
    story = desk.take(one).answer.story
    assert story.id == story_id("ev_a")
    return story.position, story.novelty


def test_a_report_counts_those_for_everybody_and_those_for_the_same_people() -> None:
    desk = Desk()
    assert figures(desk, report("a")) == (1, 1.0)
    assert figures(desk, walled("b", 1, "pm")) == (2, 0.75)
    assert figures(desk, walled("c", 2, "quant")) == (2, 0.75)
    assert figures(desk, walled("d", 3, classification="internal")) == (2, 0.75)
    assert figures(desk, walled("e", 4, "pm")) == (3, 0.56)
    assert figures(desk, report("f", hours=5)) == (2, 0.75), "it tells nothing of the four"
    assert figures(desk, walled("g", 6, "pm")) == (5, 0.32)


def test_what_everybody_may_see_is_the_first_report_after_one_that_they_may_not() -> None:
    desk = Desk()
    assert figures(desk, walled("a", 0, "pm")) == (1, 1.0)
    second = desk.take(report("b", REWRITE, REWRITTEN, hours=1)).answer.story
    assert (second.position, second.sources, second.novelty) == (1, 1, 1.0)
    third = desk.take(report("c", hours=2)).answer.story
    assert (third.position, third.sources) == (2, 2), "the walled one had these words first, and it is not counted"


def test_a_source_of_a_desk_is_counted_for_that_desk_alone() -> None:
    desk = Desk()
    own = msgspec.convert({"id": "ev_b", "title": LEASE, "body": BODY, "event_at": rfc3339(NOW + HOUR)}, Event)
    figures(desk, report("a"))
    assert figures(desk, report_of(own, "quant")) == (2, 0.75)
    assert figures(desk, report("c", hours=2)) == (2, 0.75)


def test_for_the_ninth_group_of_people_a_story_is_not_counted_apart() -> None:
    desk = Desk()
    figures(desk, report("a"))
    for n in range(AUDIENCES + 5):
        assert figures(desk, walled(f"r{n}", 1, f"pm-{n}")) == (2, 0.75)
    assert len(desk.stories[story_id("ev_a")].counts) == AUDIENCES + 1
    assert figures(desk, walled("x", 1, "pm-0")) == (3, 0.56)
    assert figures(desk, walled("y", 1, f"pm-{AUDIENCES}")) == (2, 0.75)


# --- independent sources --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "second", "sources"),
    [
        ("another paper, other words", {"title": REWRITE, "body": REWRITTEN}, 2),
        ("a copy of the text", {"title": REWRITE, "body": BODY}, 1),
        ("the same publisher", {"title": REWRITE, "body": REWRITTEN, "site": "wire"}, 1),
        ("the same, another host", {"title": REWRITE, "body": REWRITTEN, "url": "https://news.wire.example/x/y"}, 1),
    ],
)  # fmt: skip
def test_sources_count_who_tells_it_in_words_of_his_own(what: str, second: dict[str, Any], sources: int) -> None:
    desk = Desk()
    desk.take(report("wire"))
    assert desk.take(report("b", hours=1, **second)).answer.story.sources == sources, what


@pytest.mark.parametrize(
    "credit",
    ["March 2 (Reuters) - ", "AUSTIN, Texas, March 2, 2026 /PRNewswire/ -- ", "BOSTON--(BUSINESS WIRE)--",
     "VANCOUVER, June 15, 2026 (GLOBE NEWSWIRE) -- "],
)  # fmt: skip
def test_two_papers_that_credit_one_wire_are_one_source(credit: str) -> None:
    desk = Desk()
    desk.take(report("a", LEASE, credit + BODY))
    assert desk.take(report("b", REWRITE, credit + REWRITTEN, hours=1)).answer.story.sources == 1


def test_a_wire_and_who_credits_it_are_one_source() -> None:
    desk = Desk()
    desk.take(report("yahoo", LEASE, "March 2 (Reuters) - " + BODY))
    assert desk.take(report("b", REWRITE, REWRITTEN, hours=1, site="reuters")).answer.story.sources == 1


# --- what must not glue together ------------------------------------------------------------------------------

CUT = "{} cuts full-year profit outlook on weak demand"
CUT_BODY = (
    "{} on Monday cut its full-year operating profit forecast to {}, blaming weak demand in {}. Shares fell {}%."
)
APART = {
    "guidance cuts of two companies": [
        (CUT.format("Corvid Motors"), CUT_BODY.format("Corvid Motors", "$2.1 billion", "Europe", 7)),
        (CUT.format("Halden Foods"), CUT_BODY.format("Halden Foods", "$310 million", "North America", 5)),
    ],
    "one publisher's form": [
        ("Halden Foods (HALD) Ex-Dividend Date Scheduled for August 28", "A dividend of $0.31 will be paid."),
        ("Pinelake Stores (PNLK) Ex-Dividend Date Scheduled for August 28", "A dividend of $0.15 will be paid."),
    ],
    "listings without a text": [("S&P GSCI Corn Capped Component", ""), ("S&P GSCI ex-Corn Capped Component", "")],
    "parts of a series": [
        ("Reframing Retirement: Lifetime Income – Part 1", "Hear more about potential solutions."),
        ("Reframing Retirement: Lifetime Income – Part 2", "Hear more about potential solutions."),
    ],
    "a series by its name": [
        ("Lightning round: Nokia still has room to run", "The host answers callers' stock questions at high speed."),
        ("Lightning round: Buy Vertex Pharmaceuticals", "The host answers callers' stock questions at high speed."),
    ],
    "routine notices": [
        ("Director/PDMR Shareholding", "Brightwater Energy plc announces that Jane Osei acquired 12,000 shares."),
        ("Director/PDMR Shareholding", "Hollis Media plc announces that Peter Lund sold 40,000 shares."),
    ],
    "round-ups of two days": [
        ("Stocks to watch: Sable, Corvid, Halden", "Sable won a $2.8 billion contract. Corvid publishes sales."),
        ("Stocks to watch: Sable, Norwick, Zephyr", "Sable won a $2.8 billion contract. Norwick reports Thursday."),
    ],
    "a round-up and what it names": [
        ("Sable Aerospace wins $2.8 billion navy drone contract", "Sable Aerospace won a $2.8 billion contract."),
        ("Market wrap: Sable Aerospace jumps on $2.8 billion drone contract", "Sable won a $2.8 billion contract."),
    ],
    "the same company, another matter": [
        (LEASE, BODY),
        ("Vega Grid finance chief Dana Whitlock to step down", "Vega Grid said finance chief Dana Whitlock leaves."),
    ],
}  # fmt: skip


@pytest.mark.parametrize("what", APART)
@pytest.mark.parametrize("backwards", [False, True])
def test_what_only_looks_alike_stays_apart(what: str, backwards: bool) -> None:
    texts = APART[what][::-1] if backwards else APART[what]
    first, second = (report(f"r{n}", title, body, hours=n / 10, site="desk") for n, (title, body) in enumerate(texts))
    assert told(first, second) == ["ev_r0", "ev_r1"]


def test_companies_that_are_known_keep_apart_what_reads_alike() -> None:
    body = "The company was sued over patents on Monday in a Texas court, a filing showed."
    titles = ["Maker of pumps sued over patents in Texas", "Maker of pumps is sued over its patents in Texas"]
    two = [
        report(f"r{n}", title, body, hours=n, companies=[{"id": name, "name": name.title()}])
        for n, (title, name) in enumerate(zip(titles, ("mirador", "calyx"), strict=True))
    ]
    assert told(*two) == ["ev_r0", "ev_r1"]
    assert told(*(msgspec.structs.replace(one, companies={}, called=[]) for one in two)) == ["ev_r0", "ev_r0"]


def test_a_round_up_is_joined_by_its_own_copy() -> None:
    title, body = APART["a round-up and what it names"][1]
    body += " The S&P 500 rose 0.6% and oil fell."
    assert told(report("a", title, body), report("b", title, body, hours=1)) == ["ev_a", "ev_a"]
    assert told(report("a", title, body), report("b", title, body, hours=30)) == ["ev_a", "ev_b"]


def test_a_story_does_not_wander_away_from_what_founded_it() -> None:
    steps = [
        ("Juniper Air orders 30 Solar jets in Paris", "Juniper Air ordered thirty Solar jets in Paris on Monday."),
        ("Juniper Air orders Solar jets, cuts Oslo route", "Juniper Air ordered Solar jets and cuts its Oslo route."),
        ("Juniper Air cuts Oslo route, staff protest", "Juniper Air cuts its Oslo route; staff protest there."),
        ("Staff protest at Oslo airport over cuts", "Staff protest at Oslo airport over the cuts of the route."),
        ("Protest at Oslo airport ends after police come", "The protest at Oslo airport over the cuts is over."),
    ]  # fmt: skip
    founders = told(*(report(f"r{n}", title, body, hours=n) for n, (title, body) in enumerate(steps)))
    assert founders[0] == "ev_r0"
    assert founders[-1] != "ev_r0"


# --- corrections, filings -------------------------------------------------------------------------------------


@pytest.mark.parametrize("flag", ["CORRECTED-", "CORRECTION: ", "REFILE-", "CORRECTED (OFFICIAL)-", "Corrected: "])
def test_a_correction_without_a_common_id_joins_what_it_corrects(flag: str) -> None:
    first = report(
        "a", "Corvid Motors recalls 48,000 pickups over steering fault", "Corvid Motors recalls 48,000 pickups."
    )
    fixed = report(
        "b", f"{flag}Corvid Motors recalls 84,000 pickups over steering fault", "It recalls 84,000 pickups.", hours=2
    )
    assert fixed.correction
    assert told(first, fixed) == ["ev_a", "ev_a"]


def filing(name: str, items: str = "", form: str = "8-K", body: str = "", *, hours: float = 0, **more: Any) -> Report:
    """Make the report of a filing of which only the header is there."""
    filer = {"cik": "1999001", "name": "VEGA GRID INC"}
    fields = {"kind": "filing", "form": form, "items": items.split(), "accession": f"0001-{name}", "filers": [filer]}
    return report(name, f"{form} - VEGA GRID INC (0001999001) (Filer)", body, hours=hours, **(fields | more))


@pytest.mark.parametrize(
    ("items", "title", "hours", "joins"),
    [
        ("2.02 9.01", "Vega Grid Reports Fourth Quarter Results", 0.1, True),
        ("5.02", "Vega Grid names Dana Whitlock chief executive", 0.1, True),
        ("1.01 9.01", "Vega Grid and Lumen Labs Sign Agreement for the Orion Supercomputer", 70, True),
        ("1.01 9.01", "Vega Grid and Lumen Labs Sign Agreement for the Orion Supercomputer", 71.9, True),
        ("2.02 9.01", "Vega Grid names Dana Whitlock chief executive", 0.1, False),
        ("8.01", "Vega Grid Reports Fourth Quarter Results", 0.1, False),
        ("", "Vega Grid Reports Fourth Quarter Results", 0.1, False),
        ("2.02 9.01", "Lumen Labs Reports Fourth Quarter Results", 0.1, False),
    ],
)
def test_the_header_of_an_8_k_joins_the_release_that_its_items_fit(
    items: str, title: str, hours: float, joins: bool
) -> None:
    release = report("release", title, "The company announced it today.")
    assert told(release, filing("f", items, hours=hours)) == ["ev_release", "ev_release" if joins else "ev_f"]
    assert told(filing("f", items), msgspec.structs.replace(release, at_ms=NOW + HOUR))[1] == (
        "ev_f" if joins else "ev_release"
    )


def test_event_types_decide_where_they_are_known() -> None:
    kinds = [msgspec.to_builtins(ReportedType(type="results"))]
    release = report("release", "Vega Grid: update to our shareholders", "A letter.", event_types=kinds)
    assert told(release, filing("f", "2.02")) == ["ev_release", "ev_release"]
    assert told(release, filing("f", "5.02")) == ["ev_release", "ev_f"]


def test_filings_are_one_story_by_accession_number_alone() -> None:
    one = filing("a", form="4", accession="0001-x")
    same = filing("b", form="4", accession="0001-x", hours=1)
    other = filing("c", form="4", accession="0001-y", hours=1)
    assert told(one, same, other) == ["ev_a", "ev_a", "ev_c"]
    assert told(filing("a", "2.02"), filing("b", "2.02", hours=1)) == ["ev_a", "ev_b"]


def test_an_amendment_joins_what_it_amends() -> None:
    assert told(filing("a", "1.01"), filing("b", "1.01", form="8-K/A", hours=20)) == ["ev_a", "ev_a"]
    assert told(filing("a", "1.01"), filing("b", "2.02", form="8-K/A", hours=20)) == ["ev_a", "ev_b"]
    assert told(filing("a", form="10-Q"), filing("b", form="10-Q/A", hours=20)) == ["ev_a", "ev_a"]
    assert told(filing("a", form="4"), filing("b", form="4/A", hours=20)) == ["ev_a", "ev_b"], "of another insider"


# --- parties --------------------------------------------------------------------------------------------------


def between(kind: str, *companies: str) -> dict[str, Any]:
    """Say that an event reports a type between companies, which it names."""
    reported = ReportedType(type=kind, parties=[Party(company=company) for company in companies])
    named = [CompanyMention(id=company, name=company.title()) for company in companies]
    return {"event_types": [msgspec.to_builtins(reported)], "companies": msgspec.to_builtins(named)}


def test_a_later_dispute_is_a_new_story_that_names_the_lease_as_previous() -> None:
    desk = Desk()
    lease = desk.take(report("lease", **between("compute_lease", "vega", "lumen")))
    suit = report(
        "suit", "Lumen Labs sues Vega Grid over missing processors", "Lumen filed a suit against Vega in Delaware.",
        hours=48, **between("contract_dispute", "lumen", "vega"),
    )  # fmt: skip
    assert suit.pairs == ["lumen+vega"]
    made = desk.take(suit, lease.story)
    assert made.story == story_id("ev_suit")
    assert made.answer.story.previous == lease.story
    after = desk.take(
        msgspec.structs.replace(suit, event="ev_more", at_ms=suit.at_ms + HOUR), made.story, lease.story
    )
    assert (after.story, after.answer.story.previous) == (made.story, lease.story), "all its reports say so"


# --- merges ---------------------------------------------------------------------------------------------------


def two_stories() -> Desk:
    """Make two stories of one thing, which nothing has yet shown to be one."""
    desk = Desk()
    for one in (report("wire"), report("paper", REWRITE, REWRITTEN, hours=1)):
        made = propose(one, {})
        desk.stories[made.story] = made.state
    return desk


def test_an_event_that_is_much_like_two_stories_makes_them_one_the_older() -> None:
    desk = two_stories()
    third = report(
        "third", "Vega Grid leases Orion to AI lab Lumen Labs for $1.2bn a year", BODY + " " + REWRITTEN, hours=2
    )
    made = desk.take(third)
    assert (made.story, made.merged) == (story_id("ev_wire"), (story_id("ev_paper"),))
    assert made.answer.merged == [story_id("ev_paper")]
    assert (made.answer.story.position, made.answer.story.sources) == (3, 3)
    assert list(desk.stories) == [story_id("ev_wire")]


def test_the_text_of_a_filing_may_show_that_its_story_is_that_of_the_release() -> None:
    desk = Desk()
    release = desk.take(report("release"))
    bare = filing("f", "8.01", hours=1)
    header = desk.take(bare)
    assert header.story == story_id("ev_f")
    whole = filing("f", "8.01", hours=1, body=BODY)
    changed = revised(whole, header.story, desk.stories, header.answer)
    assert changed is not None
    assert (changed.story, changed.merged) == (release.story, (header.story,))
    assert changed.answer.story == header.answer.story, "what was answered stays"
    assert changed.answer.merged == [header.story]


def test_a_revision_replaces_what_its_event_said_and_changes_nothing_else() -> None:
    desk = Desk()
    first = desk.take(report("a", LEASE, ""))
    whole = report("a", LEASE, BODY)
    changed = revised(whole, first.story, desk.stories, first.answer)
    assert changed is not None
    assert changed.answer == first.answer
    assert changed.state == msgspec.structs.replace(first.state, founder=whole)
    assert revised(whole, "st_gone", desk.stories, first.answer) is None


# --- keys -----------------------------------------------------------------------------------------------------


def test_a_report_is_found_by_all_that_may_lead_to_it_and_by_a_bounded_number_of_keys() -> None:
    body = BODY + " The case is 1:26-cv-00311."
    keys = keys_of(report("a", body=body, accession="0001", **between("compute_lease", "vega", "lumen")))
    kinds = {key.partition(":")[0] for key in keys}
    assert kinds == {"acc", "url", "doc", "ti", "sk", "co", "pa", "wo", "fi"}
    assert {"co:vega", "pa:lumen+vega", "wo:orion", "fi:1.2e+09", "doc:1:26-cv-00311"} <= set(keys)
    assert len(keys) <= 26


def test_forms_of_insiders_are_found_by_nothing_that_others_share() -> None:
    kinds = [key.partition(":")[0] for key in keys_of(filing("a", form="4"))]
    assert kinds == ["acc", "url", "co"]
