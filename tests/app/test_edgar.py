"""EDGAR before the real daemon: a filing becomes an alert, also one filed while the daemon was away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alertd.base.clock import system_clock, to_datetime
from alertd.sources.sec_day import NEW_YORK, day_of
from tests.sources.edgar_pages import AGREEMENT, entry
from tests.support.daemon import eventually
from tests.support.desk import Desk, logged, says
from tests.support.edgar import EdgarSite
from tests.support.http import FaultServer


def filed_now(n: int, ago_s: float = 0.0, **more: Any) -> str:
    """Write a filing that is accepted now, by New York's clock."""
    ms = system_clock() - int(ago_s * 1000)
    accepted = to_datetime(ms).astimezone(NEW_YORK).isoformat(timespec="seconds")
    return entry(n, accepted=accepted, filed=day_of(ms).isoformat(), **more)


async def test_a_filing_becomes_an_alert_and_one_filed_meanwhile_too(tmp_path: Path) -> None:
    with FaultServer() as world:
        desk = Desk(tmp_path, world)
        desk.when = "{kind: filing}"
        desk.settings["contact"] = "Example Desk desk@example.com"
        async with EdgarSite() as site:
            site.publish(*(filed_now(n, 600 - n) for n in range(1, 6)))
            edgar = {"id": "edgar", "type": "edgar", "base_url": site.url, "allow_private": True,
                     "every": {"default": "1s"}, "forms": ["8-K"]}  # fmt: skip
            desk.sources.append(edgar)
            async with desk.daemon() as daemon:
                await eventually(says(daemon, "entries_taken", source="edgar", new=5), "the first page is read")
                site.publish(filed_now(10, items=(AGREEMENT,)))
                title = "8-K Vega Grid Inc.: entry into a material definitive agreement"
                await eventually(desk.fired(title), "the filing is told")
                (seen,) = logged(daemon, "filings_seen")
                assert seen["filings"] == 1
                assert 'alertd_filing_latency_seconds_count{source="edgar"} 1.0' in await daemon.metrics()
            edgar["forms"] = ["8-K", "10-K"]
            site.publish(filed_now(11, name="Lyra Corp"), filed_now(12, name="Orion Ltd.", form="10-K"))
            async with desk.daemon() as daemon:
                await eventually(desk.fired("8-K Lyra Corp"), "what was filed meanwhile is told")
                site.publish(filed_now(13, name="Atlas SE", form="10-K"))
                await eventually(desk.fired("10-K Atlas SE"), "the form that was added is told of from now on")
                assert not logged(daemon, "edgar_gap")
            told = {title, "8-K Lyra Corp", "10-K Atlas SE", "10-K Orion Ltd."}
            assert {title, "8-K Lyra Corp", "10-K Atlas SE"} <= set(desk.titles()) <= told
            assert desk.notices() == []
            assert {asked.agent.split(" ", 1)[1] for asked in site.asked} == {"Example Desk desk@example.com"}
