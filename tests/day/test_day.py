"""A day of two desks, from a Saturday evening over the night in which London puts its clocks back; and one of the next
weekend, when New York does.

The real daemon in several processes, five feeds, a Slack, a mail server, webhooks; only time is ours. Read the table
from top to bottom: on the left what happened (London time), on the right all that anybody got.
"""

# ruff: noqa: E501  the columns of the table
from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from alertd.base.clock import parse_rfc3339
from tests.day import desks
from tests.day.script import Day, read, store_of, written
from tests.day.world import Feeds, MovedClock, Post
from tests.support.behaviours import answer
from tests.support.daemon import Daemon
from tests.support.http import FaultServer
from tests.support.slack_api import SlackApi
from tests.support.smtp import FakeRelay

BEGIN = parse_rfc3339("2026-10-24T17:00:00+01:00")
TEXTS = {
    "Vega Grid leases its Orion supercomputer to Lumen Labs for $1.2 billion a year":
        "Vega Grid has agreed to lease its Orion supercomputer to Lumen Labs for $1.2 billion a year.",
    "Moody's cuts Brenner Bank rating to Ba1":
        "Moody's cut the rating of Brenner Bank to Ba1 from Baa3.",
    "Lumen Labs terminates supply contract for Atlas racks":
        "Lumen Labs said it terminated a supply contract for Atlas racks.",
    "Orbital Foundry's largest customer terminates contract":
        "Orbital Foundry said its largest customer terminated a supply contract.",
    "Lumen Labs, largest customer of Orbital Foundry, terminates supply contract for Atlas racks":
        "Orbital Foundry's largest customer, Lumen Labs, terminated the supply contract for Atlas racks.",
    "Kestrel Airways files for bankruptcy protection":
        "Kestrel Airways filed for bankruptcy protection on Saturday.",
    "Halden Steel defaults on bond payment":
        "Halden Steel has defaulted on a bond payment.",
    "Brenner Bank cuts full-year profit guidance":
        "Brenner Bank cut its full-year profit guidance by 20%.",
    "Vega Grid sues Lumen Labs over Orion lease":
        "Vega Grid has sued Lumen Labs over the Orion lease.",
    "Halden Steel files for insolvency":
        "Halden Steel filed for insolvency.",
}  # fmt: skip
"""What stands under some of the headlines."""
TABLE = """
Sat 18:05 | wire: Vega Grid leases its Orion supercomputer to Lumen Labs for $1.2 billion a year       | ai-desk     posts: HIGH · Vega Grid leases its Orion supercomputer to Lumen Labs for $1.2 billion a year · Vega Grid +6.0 %
          |                                                                                            | ai-desk     replies: NOTE · HIGH · Vega Grid leases its Orion supercomputer to Lumen Labs for $1.2 billion a year
Sat 18:20 | press: Lumen Labs to rent Orion supercomputer from Vega Grid for $1.2 billion a year       | ai-desk     edits: UPDATE · HIGH · also reported by press: 2 independent sources · Lumen Labs to rent Orion supercomputer from V…
          |                                                                                            | ai-desk     replies: UPDATE · HIGH · also reported by press: 2 independent sources · Lumen Labs to rent Orion supercomputer from V…
Sat 18:35 | paper: Vega Grid to lease Orion supercomputer to Lumen Labs                                |
Sat 18:50 | blog: Why the Orion lease between Vega Grid and Lumen Labs matters                         |
Sat 19:00 | bulletin: Moody's cuts Brenner Bank rating to Ba1                                          | oms         fired HIGH Moody's cuts Brenner Bank rating to Ba1
          |                                                                                            | credit-pm   fired HIGH Moody's cuts Brenner Bank rating to Ba1
Sat 19:10 | wire: Moody's downgrades Brenner Bank to Ba1 from Baa3                                     | oms         updated HIGH Moody's cuts Brenner Bank rating to Ba1 (also reported by wire: 2 independent sources)
          |                                                                                            | credit-pm   updated HIGH Moody's cuts Brenner Bank rating to Ba1 (also reported by wire: 2 independent sources)
Sat 19:20 | paper: Brenner Bank falls to junk as Moody's cuts rating to Ba1                            | oms         updated HIGH Moody's cuts Brenner Bank rating to Ba1 (also reported by paper)
Sat 19:30 | wire corrects: Vega Grid leases its Orion supercomputer to Lumen Labs for $1.2 billion a year -> Vega Grid leases its Orion supercomputer to Lumen Labs for $1.4 billion a year | ai-desk     edits: CORRECTED · UPDATE · HIGH · headline was “Vega Grid leases its Orion supercomputer to L… · Vega Grid leases i…
          |                                                                                            | ai-desk     replies: CORRECTED · UPDATE · HIGH · headline was “Vega Grid leases its Orion supercomputer to L… · Vega Grid leases i…
Sat 19:40 | blog: Ten recipes for pumpkin soup                                                         |
Sat 20:00 | jd silences: --company orbital --event-type outage --for 14h                               |
Sat 20:10 | blog: Orbital Foundry suffers outage at chip plant                                         |
Sat 20:25 | wire: Outage at Orbital Foundry chip plant halts output                                    |
Sat 21:00 | wire: Lumen Labs terminates supply contract for Atlas racks                                | ai-desk     posts: CRITICAL · Lumen Labs terminates supply contract for Atlas racks · Lumen Labs +3.0 % · AI infrastructure
          |                                                                                            | ai-desk     replies: NOTE · CRITICAL · Lumen Labs terminates supply contract for Atlas racks · Lumen Labs +3.0 %
          |                                                                                            | ai-mail     [AI infrastructure] Lumen Labs terminates supply contract for Atlas racks
Sat 21:20 | paper: Orbital Foundry's largest customer terminates contract                              | ai-desk     posts: CRITICAL · Orbital Foundry's largest customer terminates contract · Orbital Foundry +2.0 % · AI infrastructure
          |                                                                                            | ai-desk     replies: NOTE · CRITICAL · Orbital Foundry's largest customer terminates contract · Orbital Foundry +2.0 %
          |                                                                                            | ai-mail     [AI infrastructure] Orbital Foundry's largest customer terminates contract
Sat 21:40 | press: Lumen Labs, largest customer of Orbital Foundry, terminates supply contract for Atlas racks | ai-desk     edits: UPDATE · CRITICAL · also reported by press: 3 independent sources · Lumen Labs, largest customer of Orbital F…
          |                                                                                            | ai-desk     replies: UPDATE · CRITICAL · also reported by press: 3 independent sources · Lumen Labs, largest customer of Orbital F…
          |                                                                                            | ai-mail     [AI infrastructure] Lumen Labs terminates supply contract for Atlas racks
Sat 21:50 | paper: United win the derby in stoppage time                                               |
Sat 22:30 | bulletin: Fitch downgrades Halden Steel to BB from BBB                                     | oms         fired HIGH Fitch downgrades Halden Steel to BB from BBB
Sat 22:45 | press: Halden Steel downgraded to BB by Fitch                                              | oms         updated HIGH Fitch downgrades Halden Steel to BB from BBB (also reported by press: 2 independent sources)
Sat 23:10 | paper: Kestrel Airways files for bankruptcy protection                                     | oms         fired CRITICAL Kestrel Airways files for bankruptcy protection
          |                                                                                            | credit-pm   fired CRITICAL Kestrel Airways files for bankruptcy protection
Sat 23:15 | wire: Kestrel Airways files for bankruptcy after rescue talks fail                         | oms         updated CRITICAL Kestrel Airways files for bankruptcy protection (also reported by wire: 2 independent sources)
          |                                                                                            | credit-pm   updated CRITICAL Kestrel Airways files for bankruptcy protection (also reported by wire: 2 independent sources)
Sat 23:25 | - nobody has acknowledged it                                                               | credit-head fired in place of credit-pm CRITICAL Kestrel Airways files for bankruptcy protection
Sat 23:30 | mk acknowledges: Kestrel Airways files for bankruptcy protection                           | oms         acknowledged CRITICAL Kestrel Airways files for bankruptcy protection (acknowledged by mk)
          |                                                                                            | credit-pm   acknowledged CRITICAL Kestrel Airways files for bankruptcy protection (acknowledged by mk)
          |                                                                                            | credit-head acknowledged CRITICAL Kestrel Airways files for bankruptcy protection (acknowledged by mk)
Sat 23:40 | press: Passengers stranded as Kestrel Airways files for bankruptcy                         | oms         updated CRITICAL Kestrel Airways files for bankruptcy protection (also reported by press)
Sun 01:10 | bulletin: Halden Steel defaults on bond payment                                            | oms         fired CRITICAL Halden Steel defaults on bond payment
          |                                                                                            | credit-pm   fired CRITICAL Halden Steel defaults on bond payment
Sun 01:20 | bulletin withdraws: Halden Steel defaults on bond payment                                  | oms         updated CRITICAL Halden Steel defaults on bond payment (withdrawn by the source)
          |                                                                                            | credit-pm   updated CRITICAL Halden Steel defaults on bond payment (withdrawn by the source)
Sun 01:22 | mk acknowledges: Halden Steel defaults on bond payment                                     | oms         acknowledged CRITICAL Halden Steel defaults on bond payment (acknowledged by mk)
          |                                                                                            | credit-pm   acknowledged CRITICAL Halden Steel defaults on bond payment (acknowledged by mk)
Sun 01:30 | paper: Brenner Bank cuts full-year profit guidance                                         | oms         fired MEDIUM Brenner Bank cuts full-year profit guidance
Sun 01:30+1 | wire: Brenner Bank cuts its profit guidance for the full year by 20%                       | oms         updated MEDIUM Brenner Bank cuts full-year profit guidance (also reported by wire: 2 independent sources)
Sun 01:45+1 | blog: Clocks go back: how to use the extra hour                                            |
Sun 06:30 | - the night is over                                                                        | credit-pm   brief of 2: HIGH Fitch downgrades Halden Steel to BB from BBB; MEDIUM Brenner Bank cuts full-year profit guidance
Sun 06:50 | press: Brenner Bank lowers full-year profit guidance by a fifth                            | oms         updated MEDIUM Brenner Bank cuts full-year profit guidance (also reported by press)
Sun 09:00 | wire: Orbital Foundry data centre hit by outage                                            | ai-desk     posts: MEDIUM · Orbital Foundry data centre hit by outage · Orbital Foundry +2.0 % · AI infrastructure
          |                                                                                            | ai-desk     replies: NOTE · MEDIUM · Orbital Foundry data centre hit by outage · Orbital Foundry +2.0 % · AI infrastructure
Sun 09:10 | press: Orbital Foundry data centre back after outage                                       |
Sun 10:00 | press: Vega Grid sues Lumen Labs over Orion lease                                          | ai-desk     edits: UPDATE · CRITICAL · also reported: “Vega Grid sues Lumen Labs over Orion lease”… · Vega Grid sues Lumen Labs…
          |                                                                                            | ai-desk     replies: NOTE · CRITICAL · Vega Grid sues Lumen Labs over Orion lease · Vega Grid +6.0 % · AI infrastructure
          |                                                                                            | ai-desk     replies: UPDATE · CRITICAL · also reported: “Vega Grid sues Lumen Labs over Orion lease”… · Vega Grid sues Lumen Labs…
          |                                                                                            | ai-mail     [AI infrastructure] Vega Grid leases its Orion supercomputer to Lumen Labs for $1.2 billion a year
Sun 10:15 | wire: Vega Grid takes Lumen Labs to court over Orion supercomputer lease                   |
Sun 10:20 | jd acknowledges: Vega Grid sues Lumen Labs over Orion lease                                | ai-desk     edits: ACKNOWLEDGED · CRITICAL · Vega Grid sues Lumen Labs over Orion lease · Vega Grid +6.0 % · AI infrastructure
Sun 10:40 | paper: Lessors repossess jets as Kestrel Airways files for bankruptcy                      | oms         updated CRITICAL Kestrel Airways files for bankruptcy protection (also reported by paper)
Sun 10:50 | wire: Vega Grid opens a visitor centre                                                     |
Sun 11:00 | blog: Halden Steel and the night of the wrong headline                                     |
Sun 11:30 | - half past seven in New York, where the clocks go back a week later                       | ai-mail     AI infrastructure: digest of 2 alerts, 1 critical
Sun 12:00 | wire: Lumen Labs asks court to dismiss Vega Grid suit over Orion lease                     |
Sun 12:10 | paper: Chess: the endgame of the week                                                      |
Sun 12:20 | bulletin: Moody's places Kestrel Airways on review for downgrade                           | oms         fired HIGH Moody's places Kestrel Airways on review for downgrade
          |                                                                                            | credit-pm   fired HIGH Moody's places Kestrel Airways on review for downgrade
Fri 12:00 | - nothing came for three days: the stories are over                                        | oms         closed CRITICAL Halden Steel defaults on bond payment (its story is over)
          |                                                                                            | oms         closed CRITICAL Kestrel Airways files for bankruptcy protection (its story is over)
          |                                                                                            | oms         closed HIGH Fitch downgrades Halden Steel to BB from BBB (its story is over)
          |                                                                                            | oms         closed HIGH Moody's cuts Brenner Bank rating to Ba1 (its story is over)
          |                                                                                            | oms         closed HIGH Moody's places Kestrel Airways on review for downgrade (its story is over)
          |                                                                                            | oms         closed MEDIUM Brenner Bank cuts full-year profit guidance (its story is over)
          |                                                                                            | credit-pm   closed CRITICAL Halden Steel defaults on bond payment (its story is over)
          |                                                                                            | credit-pm   closed CRITICAL Kestrel Airways files for bankruptcy protection (its story is over)
          |                                                                                            | credit-pm   closed HIGH Fitch downgrades Halden Steel to BB from BBB (its story is over)
          |                                                                                            | credit-pm   closed HIGH Moody's cuts Brenner Bank rating to Ba1 (its story is over)
          |                                                                                            | credit-pm   closed HIGH Moody's places Kestrel Airways on review for downgrade (its story is over)
          |                                                                                            | credit-pm   closed MEDIUM Brenner Bank cuts full-year profit guidance (its story is over)
          |                                                                                            | credit-head closed CRITICAL Kestrel Airways files for bankruptcy protection (its story is over)
Sat 20:00 | wire: Orbital Foundry cloud service down in outage                                         | ai-desk     posts: MEDIUM · Orbital Foundry cloud service down in outage · Orbital Foundry +2.0 % · AI infrastructure
          |                                                                                            | ai-desk     replies: NOTE · MEDIUM · Orbital Foundry cloud service down in outage · Orbital Foundry +2.0 % · AI infrastructure
Sat 20:15 | press: Outage takes Orbital Foundry cloud service down                                     | ai-desk     edits: UPDATE · MEDIUM · also reported by press: 2 independent sources · Outage takes Orbital Foundry cloud service…
          |                                                                                            | ai-desk     replies: UPDATE · MEDIUM · also reported by press: 2 independent sources · Outage takes Orbital Foundry cloud service…
Sat 21:40 | paper: Halden Steel files for insolvency                                                   | oms         fired CRITICAL Halden Steel files for insolvency
          |                                                                                            | credit-pm   fired CRITICAL Halden Steel files for insolvency
Sat 21:50 | wire: Halden Steel files for insolvency after talks with lenders fail                      | oms         updated CRITICAL Halden Steel files for insolvency (also reported by wire: 2 independent sources)
          |                                                                                            | credit-pm   updated CRITICAL Halden Steel files for insolvency (also reported by wire: 2 independent sources)
Sat 21:55 | - nobody has acknowledged it                                                               | credit-head fired in place of credit-pm CRITICAL Halden Steel files for insolvency
Sat 22:00 | blog: Pumpkin prices fall after Halloween                                                  |
Sat 22:10 | press: Halden Steel insolvency: what creditors can expect                                  |
Sun 11:30 | - half past six in New York                                                                |
Sun 12:30 | - half past seven in New York, on the clock of the winter                                  | ai-mail     AI infrastructure: digest of 1 alert, 1 medium
"""


@pytest.fixture
def world() -> Iterator[FaultServer]:
    with FaultServer() as server:
        for name in (*desks.WEBHOOKS, "ops"):
            server.script(f"/{name}", answer(status=204))
        yield server


@pytest.fixture
async def day(tmp_path: Path, world: FaultServer) -> AsyncIterator[Day]:
    clock = MovedClock(tmp_path / "clock", BEGIN)
    feeds = Feeds(world, clock)
    async with SlackApi() as slack:
        with FakeRelay() as relay:
            desks.write(tmp_path, feeds, slack, relay)
            async with Daemon(tmp_path, clock.env) as daemon, store_of(daemon) as store:
                yield Day(daemon, clock, feeds, Post(world, slack, relay, desks.WEBHOOKS), TEXTS, store)


async def test_the_day(day: Day) -> None:
    expected = read(TABLE)
    played = await day.play(expected)
    assert written(played) == written(expected), f"\n{written(played)}\n"
    known = await day.known()
    assert len(known) == len(day.events) + 2 == 42, "forty events, one of them corrected and one withdrawn"
    answers = dict(zip(known, await day.why([event for event, _ in known.values()]), strict=True))
    for title, (code, said) in answers.items():
        assert code == 0, f"{title}: {said}"
        assert REASON.search(said), f"{title}: {said}"


REASON = re.compile(r"^    (\S+: (first|update|duplicate|silenced|merged)|\d+ rules? of)", re.MULTILINE)
"""A decision with its reason, or that no rule held, with those that came nearest."""
