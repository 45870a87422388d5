"""The drawing of how holdings are exposed."""

from __future__ import annotations

import re
from typing import Any

from alertd.model import TouchedHolding
from alertd.web.page.exposure import MOST, exposure

NAMES = {"spacex": "SpaceX"}


def holding(label: str, weight: float | None = 0.08, *path: str, **more: Any) -> TouchedHolding:
    return TouchedHolding(company=label.casefold(), label=label, weight=weight, path=list(path), **more)


def drawn(*holdings: TouchedHolding) -> list[tuple[int, str, str]]:
    """Give each row as it is drawn: how far in it stands, its label, how it comes there."""
    made = exposure(holdings, NAMES) or ""
    rows = re.findall(
        r'<circle cx="(\d+)".*?class="label">(.*?)</text>\s*<text[^>]*class="how">(.*?)</text>', made, re.S
    )
    return [(int(x), label, how) for x, label, how in rows]


def test_a_named_company_stands_on_top_and_below_it_who_is_one_step_away() -> None:
    spacex = holding("SpaceX", 0.02, named=True, role="lessor")
    assert drawn(holding("NVDA", 0.08, "supplies SpaceX"), spacex) == [
        (12, "SpaceX +2.0 %", "named, lessor"),
        (34, "NVDA +8.0 %", "supplies SpaceX"),
    ]


def test_ways_of_several_steps_go_over_the_companies_between() -> None:
    far = holding("VRT", 0.035, "supplies Crusoe", "leases to SpaceX")
    near = holding("CRWV", -0.01, "supplies Crusoe", "leases to SpaceX")
    assert drawn(far, near) == [
        (12, "SpaceX", "named"),
        (34, "Crusoe", "leases to SpaceX"),
        (56, "VRT +3.5 %", "supplies Crusoe"),
        (56, "CRWV -1.0 %", "supplies Crusoe"),
    ]
    text = exposure([far, near], NAMES) or ""
    assert [text.count(f'class="dot {look}"') for look in ("hollow", "plus", "minus")] == [2, 1, 1]
    assert text.count('class="edge"') == 3, "each but the first hangs on one"


def test_what_is_held_and_lies_on_the_way_to_others_stands_there_once_with_them_below() -> None:
    far, near = holding("VRT", 0.09, "supplies NVDA", "supplies SpaceX"), holding("NVDA", 0.08, "supplies SpaceX")
    for order in ((far, near), (near, far)):
        assert drawn(*order) == [
            (12, "SpaceX", "named"),
            (34, "NVDA +8.0 %", "supplies SpaceX"),
            (56, "VRT +9.0 %", "supplies NVDA"),
        ]


def test_more_is_held_by_a_larger_dot() -> None:
    text = exposure([holding(str(w), w, "supplies SpaceX") for w in (0.001, 0.05, 0.5)], NAMES) or ""
    sizes = [float(one) for one in re.findall(r'r="([\d.]+)"', text)][1:]
    assert sizes == sorted(sizes) and len(set(sizes)) == 3 and max(sizes) <= 9


def test_a_step_that_no_verb_begins_is_drawn_as_it_stands() -> None:
    assert drawn(holding("NVDA", None, "is near it")) == [(12, "is near it", "named"), (34, "NVDA", "is near it")]


def test_where_all_is_named_nothing_is_drawn() -> None:
    assert exposure([holding("NVDA", named=True)], NAMES) is None
    assert exposure([], NAMES) is None


def test_who_does_not_see_it_is_told_and_what_strangers_write_stays_text() -> None:
    text = exposure([holding("<b>X</b>", 0.1, "supplies <script>" + "W" * 200)], NAMES) or ""
    assert "<b>" not in text and "<script>" not in text
    assert "<title>How holdings are exposed: " in text
    assert max(map(len, re.findall(r'class="(?:label|how)">(.*?)</text>', text))) < 80


def test_of_very_many_some_are_drawn_and_the_rest_is_counted() -> None:
    text = exposure([holding(f"N{number}", 0.01, "supplies SpaceX") for number in range(60)], NAMES) or ""
    assert text.count("<circle") == MOST
    assert f"{61 - MOST} more are not drawn." in text
