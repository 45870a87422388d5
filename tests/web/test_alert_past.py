"""The page of an alert that Redis has forgotten: from the history, for whoever might see it then."""

from __future__ import annotations

from pathlib import Path

from alertd.history.projection.projector import Projector
from tests.history.projection.past import Archive, card, event
from tests.web.conftest import serving
from tests.web.test_page import get, signed_in

HOSTILE = "Vega <script>alert(1)</script> leases Orion"
LIMITED = {"classification": "public", "rights": {"receivers": ["pm"]}}


def grown(folder: Path) -> None:
    made = Archive()
    made.add(event("ev_a", card("al_ours", desk="ai", title=HOSTILE, url="javascript:alert(1)", useful=2)))
    made.add(event("ev_b", card("al_theirs", desk="energy", title="Orion for others")))
    made.add(event("ev_c", card("al_few", desk="ai", title="Orion for few"), provenance=LIMITED))
    made.add(event("ev_d", card("al_plain", desk="ai", url="https://wire.example.com/1")))
    projector = Projector(folder / "history.db")
    projector.advance(made)
    projector.close()


async def test_what_the_history_has_of_it_is_shown(tmp_path: Path) -> None:
    grown(tmp_path)
    async with serving(folder=tmp_path) as api:
        cookie = await signed_in(api, "all")
        status, page = await get(api, "/alerts/al_ours", cookie)
        assert status == 200
        assert "Redis keeps it no more" in page
        assert "Vega &lt;script&gt;" in page
        assert "javascript:" not in page
        for words in ("AI infrastructure", "2 call it useful", "alertd why al_ours", "desk (revision"):
            assert words in page, words
        _, page = await get(api, "/alerts/al_plain", cookie)
        assert 'href="https://wire.example.com/1"' in page
        assert (await get(api, "/alerts/al_nobody", cookie))[0] == 404


async def test_a_desk_sees_its_own_and_of_these_what_everybody_might(tmp_path: Path) -> None:
    grown(tmp_path)
    async with serving(folder=tmp_path) as api:
        cookie = await signed_in(api, "ai")
        assert [(await get(api, f"/alerts/al_{name}", cookie))[0] for name in ("ours", "theirs", "few")] == [
            200,
            404,
            404,
        ]


async def test_without_a_history_it_is_not_there(tmp_path: Path) -> None:
    async with serving(folder=tmp_path) as api:
        cookie = await signed_in(api, "all")
        assert (await get(api, "/alerts/al_ours", cookie))[0] == 404
