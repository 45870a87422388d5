"""The roles of docs/scaling.md over machines: the unit that is shipped starts each, and together they work."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from alertd.app.state import ROLES
from tests.support.daemon import Daemon, command, eventually
from tests.support.desk import Desk, item, rss
from tests.support.http import FaultServer, answer
from tests.support.redis import RedisServer, bundled_binary

ROOT = Path(__file__).parents[2]
UNIT = (ROOT / "deploy/alertd@.service").read_text()


def instance(desk: Desk, role: str) -> Daemon:
    """Give the daemon that `systemctl start alertd@ROLE` starts: the words and the environment of the unit."""
    unit = UNIT.replace("%i", role).replace("%S", str(desk.folder / "state"))
    (words,) = re.findall(r"^ExecStart=/opt/alertd/bin/alertd run --config /etc/alertd/alertd.yaml (.*)$", unit, re.M)
    (state_dir,) = re.findall(r"^Environment=ALERTD_STATE_DIR=(.*)$", unit, re.M)
    daemon = Daemon(desk.folder, {"ALERTD_STATE_DIR": state_dir}, tuple(words.split()))
    daemon.state_dir, daemon.log = Path(state_dir), desk.folder / f"{role}.log"
    daemon.state_dir.parent.mkdir(exist_ok=True)
    return daemon


async def test_the_units_of_all_roles_do_the_work_of_one_daemon(tmp_path: Path) -> None:
    with FaultServer() as world, RedisServer(bundled_binary(), {"appendfsync": "always"}) as redis:
        desk = Desk(tmp_path, world)
        desk.feed("wire", answer(rss(item("Vega leases Orion"))))
        desk.settings["redis"] = redis.url
        desk.write()
        code, out, err = await command("check", folder=tmp_path)
        assert code == 0, out + err
        daemons = {role: instance(desk, role) for role in ROLES}
        try:
            await asyncio.gather(*(daemon.start(wait=False) for daemon in daemons.values()))
            for role, daemon in daemons.items():
                await eventually(daemon.ready, f"{role} works", 300)
            await eventually(desk.fired("Vega leases Orion"), "the alert arrives")
            for role, daemon in daemons.items():
                assert daemon.state()["roles"] == [role]
        finally:
            await asyncio.gather(*(daemon.__aexit__() for daemon in daemons.values()))
    assert desk.titles() == ["Vega leases Orion"]
    assert all(daemon.returncode == 0 for daemon in daemons.values())


def test_the_unit_of_a_role_is_that_of_the_whole_but_for_its_role() -> None:
    """What one machine is protected by protects many."""
    whole = _directives((ROOT / "deploy/alertd.service").read_text())
    assert _directives(UNIT.replace(" --only %i", "").replace("alertd-%i", "alertd")) == whole


def _directives(unit: str) -> list[str]:
    return [line for line in unit.splitlines() if line and line[0] not in "#[" and not line.startswith("Description")]


def test_the_page_names_every_role_and_the_unit() -> None:
    page = (ROOT / "docs/scaling.md").read_text()
    assert "deploy/alertd@.service" in page
    for role in ROLES:
        assert f"`{role}`" in page
