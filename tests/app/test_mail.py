"""The daemon and a mailbox behind a real IMAP server: each mail is one event, whatever dies; forgers leave traces."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.test_daemon import messages, world, write_settings  # noqa: F401
from tests.support.daemon import Daemon, command, eventually
from tests.support.http import FaultServer
from tests.support.imap import KINDS, Kind, Mailbox, mail, open_mailbox, settings
from tests.support.imap_server import PASSWORD


@pytest.fixture(params=KINDS)
def box(request: pytest.FixtureRequest) -> Iterator[Mailbox]:
    kind: Kind = request.param
    with open_mailbox(kind) as opened:
        yield opened


async def test_each_mail_is_one_event_also_over_a_kill_and_a_forged_one_is_refused_with_a_trace(
    tmp_path: Path,
    world: FaultServer,  # noqa: F811
    box: Mailbox,
) -> None:
    source = settings(box, every="10m", password="${MAIL_PASSWORD}")
    write_settings(tmp_path, world, sources=[source])
    daemon = Daemon(tmp_path, {"MAIL_PASSWORD": PASSWORD})
    box.deliver(mail("Vega leases Orion"))
    async with daemon:
        await eventually(lambda: _fired(world, 1), "what was there is taken")
        await eventually(lambda: _listening(daemon), "the server is listened to")
        delivered = time.monotonic()
        box.deliver(mail("Lyra leases Atlas", signed="evil.example"))
        box.deliver(mail("Hydra leases a mine in Peru", text="A copper mine."))
        await eventually(lambda: _fired(world, 2), "the server tells of new mail, ten minutes before the poll")
        print(f"from mailbox to webhook in {time.monotonic() - delivered:.2f} s")
        daemon.kill()
        await daemon.wait()
    box.deliver(mail("Draco leases ships to Norway", text="Ten tankers for twelve years."))
    async with daemon:
        await eventually(lambda: _fired(world, 3), "what came meanwhile is taken")
        await eventually(daemon.quiet, "all is quiet")
        told = [m["data"]["alert"]["title"] for m in messages(world, "alert.fired")]
        assert sorted(told) == ["Draco leases ships to Norway", "Hydra leases a mine in Peru", "Vega leases Orion"]
        code, out, _ = await command("why", "regulators", folder=tmp_path)
        assert code == 0
        assert "forged sender: alerts@sec.gov is not signed by sec.gov: DKIM pass of evil.example (mail 2)" in out
        (notice,) = (m for m in messages(world, "notice") if m["data"]["notice"]["kind"] == "mail_forged")
        assert "alertd why regulators" in notice["data"]["notice"]["text"]
        code, out, _ = await command("check", folder=tmp_path)
        assert PASSWORD not in out
    log = daemon.log.read_text()
    assert "mail_refused" in log
    assert PASSWORD not in log


async def _fired(world: FaultServer, count: int) -> bool:  # noqa: F811
    return len(messages(world, "alert.fired")) >= count


async def _listening(daemon: Daemon) -> bool:
    return 'alertd_mail_idle{source="regulators"} 1.0' in await daemon.metrics()
