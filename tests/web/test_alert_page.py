"""One alert's page: what is known of it, as whoever looks may see it."""

from __future__ import annotations

import html
import re
from typing import Any, get_args

import pytest
from msgspec.structs import replace

from alertd.alerts.policy import ReceiverPolicy
from alertd.asking.portfolio_names import PortfolioName, PortfolioNames
from alertd.base.clock import rfc3339
from alertd.errors import Corrupt
from alertd.model import (
    AlertState,
    Amount,
    AnswerKind,
    CompanyMention,
    DealTerm,
    Duration,
    Event,
    Evidence,
    Note,
    NoteGround,
    NoteStatement,
    Party,
    Provenance,
    ReportedType,
    Rights,
    Sentiment,
    TouchedHolding,
)
from alertd.web.page.alert_page import DONE
from tests.alerts.living import EVENT, NOW, TITLE, held_weight, match, state
from tests.alerts.test_trail import decided, ended
from tests.web.conftest import Api, serving
from tests.web.test_page import csrf, get, post, signed_in

BODY = "Vega Grid leases Orion to Lumen Labs for $3 billion a year. A harm clause lets Vega Grid take it back."


def quote(text: str, field: str = "body") -> Evidence:
    start = (BODY if field == "body" else TITLE).index(text)
    return Evidence(field=field, start=start, end=start + len(text), quote=text)


def whole(**more: Any) -> AlertState:
    """Make an alert about which much is known."""
    nvda = TouchedHolding(company="nvda", label="NVDA", weight=0.08, path=["supplies Vega Grid"])
    found = match(
        evidence=[quote("leases"), quote("harm clause"), quote("supercomputer", "title")],
        holdings=[held_weight("vega", 0.02), nvda],
    )
    lease = ReportedType(type="compute_lease", parties=[Party(company="vega", role="lessor")])
    event: dict[str, Any] = {
        "body": BODY,
        "companies": [
            CompanyMention(id="vega", name="Vega Grid", ticker="VEGA", sentiment=0.4, how="alias Vega"),
            CompanyMention(id="lumen", name="Lumen Labs", sentiment=-0.2, role="lessee"),
        ],
        "event_types": [lease],
        "amounts": [
            Amount(low=3e9, high=3e9, per="year", role="revenue", of="vega", evidence=[quote("$3 billion a year")]),
            Amount(low=2e9, high=2e9, earlier=True, derived=True),
        ],
        "durations": [Duration(low=1, high=3, unit="month", of="notice"), Duration(until="2031"), Duration()],
        "terms": [DealTerm(type="reclaim_right", held_by="vega", evidence=[quote("A harm clause")])],
        "sentiment": Sentiment(score=0.1),
    }
    grounds = [NoteGround(kind="quote", evidence=quote("harm clause"))]
    note = Note(
        event="ev_a", event_revision=1, statements=[NoteStatement(section="risk", text="It ends.", grounds=grounds)]
    )
    return state(matches=[found], event=event, note=note, **more)


async def shown(api: Api, path: str = "/alerts/al_a", token: str = "all") -> str:
    status, text = await get(api, path, await signed_in(api, token))
    assert status == 200
    return text


def section(text: str, head: str) -> str:
    """Give the words of a part of the page; empty where it is not there."""
    found = re.search(rf"<section><h2>{re.escape(head)}.*?</section>", text.replace("\n", " "))
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", found[0])).split()) if found else ""


async def test_it_shows_who_money_and_terms_tone_exposure_and_the_note(api: Api) -> None:
    await api.life.put(whole())
    text = await shown(api)
    assert re.findall(r"<mark[^>]*>(.*?)</mark>", text) == ["supercomputer", "leases", "harm clause"]
    assert "Vega Grid (VEGA) lessor recognised by: alias Vega Lumen Labs lessee" in section(text, "Who")
    money = section(text, "Money, time and terms")
    for words in (
        "$3bn a year revenue of Vega Grid $3 billion a year",
        "$2bn derived · before",
        "1-3 months notice",
        "until 2031",
        "reclaim right held by Vega Grid A harm clause",
    ):
        assert words in money
    assert "Lumen Labs -0.20 · mildly negative the whole text +0.10 · neutral" in section(text, "Tone")
    assert "NVDA +8.0 % supplies Vega Grid" in section(text, "Exposure")
    assert "Risk It ends. harm clause" in section(text, "What it means")


async def test_what_is_not_known_has_no_part(api: Api) -> None:
    await api.life.put(state())
    text = await shown(api)
    assert re.findall(r"<h2>(.*?)</h2>", text) == ["What happened (EST)"]


async def test_the_journal_tells_the_story_what_was_sent_and_why(api: Api) -> None:
    await api.life.put(whole(told={}))
    event = Event(**EVENT, seen_at=rfc3339(NOW - 60_000), event_at=rfc3339(NOW - 61_000))
    second = replace(
        event, id="ev_b", source="second-wire", title="Orion let, says another", url="javascript:alert(1)"
    )
    lines = [
        decided(
            event, told={"desk": "dl_1", "mail": "quiet_until: until 07:30"}, story={"because": "both are parties"}
        ),
        ended("dl_1", "desk", attempts=2, detail="it took a while"),
        decided(second, revision=2, told={"desk": "cooldown"}),
    ]
    for number, line in enumerate(lines):
        await api.life.store.journal(line, once=str(number))
    text = await shown(api)
    story = section(text, "The story")
    assert story.index("Orion let, says another") < story.index(TITLE), "the newest first"
    assert "wire, trust medium · seen 02:59:00" in story and "because both are parties" in story
    assert "javascript:" not in text
    assert "desk sent attempt 2 · it took a while" in section(text, "Sent")
    why = section(text, "Why")
    assert "The first alert about this" in why and "desk is told" in why
    assert "mail held back during quiet hours (until 07:30)" in why
    assert "desk too soon after the last message about this" in why
    assert "alertd why" not in text, "the journal has all of it"


async def test_where_the_journal_begins_later_it_says_where_the_rest_is(api: Api) -> None:
    await api.life.put(whole())
    await api.life.store.journal(decided(Event(**EVENT), revision=4))
    text = await shown(api)
    assert "What came before is in the archive: alertd why." in section(text, "Why")


async def test_a_line_that_cannot_be_read_costs_the_trail_and_not_the_page(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def corrupt(*_: object) -> None:
        raise Corrupt("journal record 1-0 does not decode")

    await api.life.put(whole())
    monkeypatch.setattr(type(api.life.store), "trace", corrupt)
    text = await shown(api)
    assert section(text, "Who") and not section(text, "Why")


async def test_a_desk_sees_of_the_text_what_the_rights_of_its_source_allow(api: Api) -> None:
    rights = Provenance(rights=Rights(show="snippet", snippet=20))
    event = Event(**EVENT, body=BODY, provenance=rights)
    await api.life.put(whole(desk="ai"))
    await api.life.store.journal(decided(event))
    kept = await api.life.state()
    assert kept.event is not None
    await api.life.put(replace(kept, event=replace(kept.event, body=BODY[:17], provenance=rights, truncated=True)))
    for token in ("ai", "all"):
        text = section(await shown(api, token=token), "The text")
        assert "Vega Grid leases" in text and "harm clause" not in text and "$3 billion" not in text, token


async def test_an_excerpt_is_shown_whole_where_the_journal_has_the_text_and_only_to_whom_it_is_for(api: Api) -> None:
    api.life.policies["pm"] = ReceiverPolicy("pm", desk="ai")
    kept = whole(desk="ai")
    assert kept.event is not None
    await api.life.put(replace(kept, event=replace(kept.event, body=BODY[:17], truncated=True)))
    await api.life.store.journal(decided(Event(**EVENT, body=BODY), source_desk="energy"))
    assert "take it back" in section(await shown(api), "The text")
    assert "take it back" not in section(await shown(api, token="ai"), "The text"), "the source is another desk's"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({}, "Open · for 1 min, nobody has taken it"),
        (
            {"status": "acknowledged", "acknowledged_by": "jd", "acknowledged_at": rfc3339(NOW)},
            "Acknowledged by jd · 03:00 EST",
        ),
        ({"snoozed_until": rfc3339(NOW + 3_600_000)}, "nobody has taken it · snoozed until 04:00 EST"),
        ({"snoozed_until": rfc3339(NOW - 1)}, "Open · for 1 min, nobody has taken it<"),
        ({"status": "closed", "feedback": {"jd": "noise", "ab": "noise"}}, "Closed · 2 call it noise"),
        ({"status": "closed", "merged_into": "al_b"}, 'carried on by <a href="/alerts/al_b">another alert</a>'),
    ],
)
async def test_it_says_how_it_stands(api: Api, more: dict[str, Any], says: str) -> None:
    await api.life.put(state(**more))
    text = re.sub(r">\s+", ">", await shown(api)).replace("\n", " ")
    assert says in " ".join(re.sub(r"\s+", " ", text).split())


async def test_the_answers_stand_on_top_and_at_the_foot_of_a_long_page(api: Api) -> None:
    await api.life.put(whole())
    text = await shown(api)
    places = [found.start() for found in re.finditer('action="/alerts/al_a/acknowledge"', text)]
    assert len(places) == 2 and places[0] < text.index('class="rows"') < text.index("What happened") < places[1]
    assert len(re.findall(r'role="group" aria-label="([^"]*)"', text)) == 2
    cookie = await signed_in(api)
    _, text = await get(api, "/alerts/al_a", cookie)
    status, to = await post(api, "/alerts/al_a/acknowledge", cookie, csrf=csrf(text))
    assert status == 303
    _, text = await get(api, to, cookie)
    assert text.index("You have taken it.") < text.index('id="live"'), "it is not renewed with the rest"
    assert set(DONE) == set(get_args(AnswerKind)), "and after each other answer something is said, too"


# --- the list -----------------------------------------------------------------------------------------------------


async def test_the_list_names_what_is_held_of_each_and_how_near_it_is(api: Api) -> None:
    await api.life.put(whole())
    assert "VEGA +2.0 % · one step: NVDA +8.0 %" in await shown(api, "/alerts")


async def test_a_portfolio_is_chosen_from_those_whose_alerts_one_may_see() -> None:
    names = PortfolioNames([PortfolioName("en", "Energy", "energy"), PortfolioName("ai", "AI <b>", "ai")])
    async with serving(portfolios=names) as api:
        await api.life.put(state())

        async def offered(token: str, query: str = "") -> list[str]:
            text = await shown(api, f"/alerts{query}", token)
            (choice,) = re.findall(r'<select name="portfolio">(.*?)</select>', text.replace("\n", ""))
            return re.findall(r"<option [^>]*>([^<]*)</option>", choice)

        assert await offered("all") == ["any", "AI &lt;b&gt;", "Energy"]
        assert await offered("ai") == ["any", "AI &lt;b&gt;"]
        assert await offered("ai", "?portfolio=gone") == ["any", "AI &lt;b&gt;", "gone"], "alerts outlive portfolios"
        names.serve([PortfolioName("new", "", "ai")])
        assert await offered("ai") == ["any", "new"]


async def test_a_bookmark_with_another_time_shows_it(api: Api) -> None:
    text = await shown(api, "/alerts?since=36h")
    assert re.search(r'<option value="36h" selected="selected">', text)
