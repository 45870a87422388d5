"""Words in alerts that changed last: found in a part of them first, and the same as if all were looked through."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from alertd.base.clock import rfc3339
from alertd.history.projection import newest
from alertd.history.projection.projector import Projector
from alertd.history.projection.query import AlertFilter
from alertd.history.projection.read import History
from tests.history.projection.past import NOW, Archive, card, event

ALERTS = 120


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive in which some old alerts changed lately, several of them at the same moment."""
    made, chance = Archive(), Random(7)
    for number in range(ALERTS):
        late = chance.random() < 0.1
        at = rfc3339(NOW + (ALERTS + chance.randrange(3) if late else number) * 1000)
        title = "Vega leases Orion" if number % 3 else "Rates rise"
        desk = "ai" if number % 2 else "energy"
        made.add(event(f"ev_{number}", card(f"al_{number:03}", title=title, updated_at=at, desk=desk)))
    file = tmp_path_factory.mktemp("newest") / "history.db"
    projector = Projector(file)
    projector.advance(made)
    projector.close()
    return file


def pages(path: Path, desk: str | None, wanted: AlertFilter, limit: int, text: str) -> list[str]:
    found: list[str] = []
    before: tuple[int, str] | None = None
    with History(path, desk) as history:
        while rows := history.page(wanted, limit, before, text):
            found += [row["id"] for _, row in rows]
            before = rows[-1][0], rows[-1][1]["id"]
    return found


@pytest.mark.parametrize("text", ["orion", "le*", "rates", "vega -rates", "nowhere"])
@pytest.mark.parametrize("desk", [None, "ai"])
@pytest.mark.parametrize("limit", [1, 7, 50])
@pytest.mark.parametrize("many", [0, 3, 500])
def test_the_order_is_that_of_all_of_them(
    path: Path, monkeypatch: pytest.MonkeyPatch, text: str, desk: str | None, limit: int, many: int
) -> None:
    for wanted in (
        AlertFilter(),
        AlertFilter(severity="high"),
        AlertFilter(source="wire"),
        AlertFilter(source="other"),
    ):
        whole = pages(path, desk, wanted, ALERTS, text)
        with monkeypatch.context() as patch:
            patch.setattr(newest, "NEWEST", 20)
            patch.setattr(newest, "MANY", many)
            assert pages(path, desk, wanted, limit, text) == whole
    assert bool(pages(path, desk, AlertFilter(), limit, text)) == (text != "nowhere")
