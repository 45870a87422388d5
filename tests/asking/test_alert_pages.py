"""Lists of alerts page by page, over a real history and a store that knows more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from alertd.alerts.looking import as_a_desk_sees
from alertd.alerts.policy import ReceiverPolicy
from alertd.asking import alert_pages
from alertd.asking.alert_pages import AlertPages, Page, PageAsked, Sees
from alertd.asking.past import Past
from alertd.base.clock import rfc3339
from alertd.errors import HistoryUnavailable
from alertd.history.projection.query import AlertFilter
from alertd.model import AlertState
from alertd.store.memory import MemoryStore
from tests.alerts.living import MINUTE, NOW, state
from tests.alerts.test_looking import SECRET, SLACK, mixed
from tests.asking.scene import past_of, reach_of
from tests.history.projection.past import Archive, card, event
from tests.workers.life import Life

DAY = 86_400_000
LIMITED = {"classification": "public", "rights": {"receivers": ["pm"]}}


@pytest.fixture
def life() -> Life:
    return Life(MemoryStore(), ReceiverPolicy("desk"))


def then(n: int) -> str:
    """Give a time long before the end of the history."""
    return rfc3339(NOW - DAY + n * MINUTE)


def archive(*names: str, **more: Any) -> Archive:
    made = Archive()
    for n, name in enumerate(names):
        made.add(event(f"ev_{name}", card(f"al_{name}", updated_at=then(n), first_at=then(n), **more)))
    return made


def at(one: AlertState, when: str) -> AlertState:
    """Give an alert as if it had changed then."""
    return replace(one, alert=replace(one.alert, first_at=when, updated_at=when))


def everything(one: AlertState) -> AlertState | None:
    return one


async def page(life: Life, past: Past | None, sees: Sees = everything, **asked: Any) -> Page:
    fields: dict[str, Any] = {"limit": 10} | asked
    wanted = fields.pop("wanted", {})
    lists = AlertPages(life.store, past, sees, whole=sees is everything)
    return await lists.page(PageAsked(AlertFilter(now_ms=NOW, **wanted), **fields))


def ids(found: Page) -> list[str]:
    return [one["id"] for one in found.rows]


async def test_pages_go_on_where_the_one_before_ended_while_new_alerts_come(life: Life, tmp_path: Path) -> None:
    past = past_of(tmp_path, archive("a", "b", "c", "d", "e"))
    first = await page(life, past, limit=2)
    await life.put(at(state("al_new"), rfc3339(NOW + MINUTE)))
    second = await page(life, past, limit=2, before=first.next)
    third = await page(life, past, limit=2, before=second.next)
    assert [ids(one) for one in (first, second, third)] == [["al_e", "al_d"], ["al_c", "al_b"], ["al_a"]]
    assert [one.more for one in (first, second, third)] == [True, True, False]
    assert third.next is None
    assert ids(await page(life, past, limit=2)) == ["al_new", "al_e"]


async def test_alerts_of_the_same_moment_stand_on_one_page_each(life: Life, tmp_path: Path) -> None:
    made = Archive()
    for name in "abc":
        made.add(event(f"ev_{name}", card(f"al_{name}", updated_at=then(0))))
    past = past_of(tmp_path, made)
    first = await page(life, past, limit=1)
    second = await page(life, past, limit=1, before=first.next)
    third = await page(life, past, limit=1, before=second.next)
    assert [ids(one) for one in (first, second, third)] == [["al_c"], ["al_b"], ["al_a"]]


async def test_an_alert_is_as_the_store_knows_it_and_one_that_does_not_fit_any_more_is_left_out(
    life: Life, tmp_path: Path
) -> None:
    past = past_of(tmp_path, archive("a", "b"))
    await life.put(state("al_a", status="closed"))
    assert [one["status"] for one in (await page(life, past)).rows if one["id"] == "al_a"] == ["closed"]
    assert ids(await page(life, past, wanted={"status": "open"})) == ["al_b"]


async def test_what_rights_keep_from_a_desk_is_neither_listed_nor_found(life: Life, tmp_path: Path) -> None:
    made = Archive()
    made.add(event("ev_s", card("al_a", desk="ai", title=SECRET, updated_at=then(0)), provenance=LIMITED))
    made.add(event("ev_g", card("al_gone", desk="ai", title=SECRET, updated_at=then(1)), provenance=LIMITED))
    made.add(event("ev_o", card("al_old", desk="ai", title="Canary of old", updated_at=then(2))))
    past = past_of(tmp_path, made)
    there = mixed()
    await life.put(replace(there, alert=replace(there.alert, updated_at=then(0))))

    def ai(one: AlertState) -> AlertState | None:
        return as_a_desk_sees(one, "ai", [SLACK])

    assert ids(await page(life, past)) == ["al_old", "al_gone", "al_a"]
    assert ids(await page(life, past, text="canary")) == ["al_old", "al_gone", "al_a"]
    listed = await page(life, past, ai, wanted={"desks": ("ai",)})
    assert ids(listed) == ["al_old", "al_a"]
    assert SECRET not in str(listed.rows)
    assert ids(await page(life, past, ai, text="canary", wanted={"desks": ("ai",)})) == ["al_old"]
    assert ids(await page(life, past, ai, wanted={"desks": ("ai",), "rule": "secret"})) == []


async def test_a_page_of_which_most_is_kept_back_goes_on_behind_what_was_looked_at(
    life: Life, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alert_pages, "PAGES", 2)
    names = [f"{n:02}" for n in range(12)]
    past = past_of(tmp_path, archive(*names))
    for name in names[2:]:
        await life.put(at(state(f"al_{name}"), then(int(name))))
        life.clock.pass_by(1)
    life.clock.pass_by(-len(names))

    def few(one: AlertState) -> AlertState | None:
        return None

    seen: list[str] = []
    before, pages = None, 0
    while pages == 0 or before is not None:
        found = await page(life, past, few, limit=2, before=before)
        seen += ids(found)
        before, pages = found.next, pages + 1
    assert (seen, pages > 1) == (["al_01", "al_00"], True)


async def test_a_history_that_is_far_behind_is_not_asked(
    life: Life, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alert_pages, "MOST_FRESH", 1)
    past = past_of(tmp_path, archive("a"))
    for name in ("al_x", "al_y"):
        await life.put(state(name))
    assert ids(await page(life, past)) == ["al_y", "al_x"]


async def test_without_a_history_alerts_are_listed_and_words_are_not_searched(life: Life, tmp_path: Path) -> None:
    for n, name in enumerate(("al_a", "al_b", "al_c")):
        await life.put(at(state(name), then(n)))
    for past in (None, Past(reach_of(tmp_path))):
        first = await page(life, past, limit=2)
        assert (ids(first), ids(await page(life, past, limit=2, before=first.next))) == (["al_c", "al_b"], ["al_a"])
        with pytest.raises(HistoryUnavailable):
            await page(life, past, text="vega")


async def test_what_is_found_says_where(life: Life, tmp_path: Path) -> None:
    past = past_of(tmp_path, archive("a", title="Vega leases Orion"))
    (one,) = (await page(life, past, text="orion")).rows
    ((start, end),) = one["hits"][:1]
    assert one["snippet"][start:end] == "Orion"
    assert ids(await page(life, past, text="zeus")) == []


async def fitting(life: Life, past: Past | None, sees: Sees = everything, **asked: Any) -> Page:
    return await page(life, past, sees, text="canary", sort="relevance", **asked)


def canaries(*titles: str, **more: Any) -> Archive:
    made = Archive()
    for n, title in enumerate(titles):
        made.add(event(f"ev_{n}", card(f"al_{n}", title=title, updated_at=then(n), **more)))
    return made


async def test_by_relevance_what_fits_best_is_first_on_a_page_that_says_whether_there_is_more(
    life: Life, tmp_path: Path
) -> None:
    titles = ("Canary canary canary", "A long word on what a canary is", "Nothing", "Canary canary bird")
    past = past_of(tmp_path, canaries(*titles))
    found = await fitting(life, past)
    assert (ids(found), found.next, found.more) == (["al_0", "al_3", "al_1"], None, False)
    few = await fitting(life, past, limit=2)
    assert (ids(few), few.next, few.more) == (["al_0", "al_3"], None, True)
    assert ids(await page(life, past, text="canary")) == ["al_3", "al_1", "al_0"], "by time as before"
    await life.put(state("al_0", status="closed"))
    assert ids(await fitting(life, past, wanted={"status": "open"})) == ["al_3", "al_1"]
    with pytest.raises(HistoryUnavailable):
        await fitting(life, None)


async def test_what_is_kept_from_somebody_makes_room_for_what_fits_less(life: Life, tmp_path: Path) -> None:
    made = canaries("A long word on what a canary is", desk="ai")
    for name in ("s", "t", "u"):
        title = "Canary canary canary"
        secret = event(f"ev_{name}", card(f"al_{name}", desk="ai", title=title), provenance=LIMITED)
        made.add(secret)
    past = past_of(tmp_path, made)
    found = await fitting(life, past, lambda _: None, limit=1, wanted={"desks": ("ai",)})
    assert (ids(found), found.more) == (["al_0"], False)
    assert len(ids(await fitting(life, past))) == 4
