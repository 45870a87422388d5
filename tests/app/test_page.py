"""The page of a real daemon: `alertd page` opens it, and an alert is there the moment it is decided."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path

from aiohttp import ClientSession, CookieJar

from tests.app.test_daemon import feed, world, write_settings  # noqa: F401  a fixture
from tests.support.daemon import command, eventually
from tests.support.http import DEADLINE_S, FaultServer, answer


async def test_the_link_of_alertd_page_signs_in_and_an_alert_comes_by_itself(
    tmp_path: Path,
    world: FaultServer,  # noqa: F811
) -> None:
    async with write_settings(tmp_path, world):
        code, out, err = await command("page", "--as", "jd", "--json", folder=tmp_path)
        assert code == 0, err
        link = json.loads(out)["url"]
        base = link.partition("/login/")[0]
        async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser:
            async with browser.get(link) as page:
                assert "Sign in as jd" in await page.text()
            async with browser.post(link) as page:
                assert (page.status, page.url.path) == (200, "/alerts")
            async with browser.get(f"{base}/v1/stream") as stream, asyncio.timeout(DEADLINE_S):
                world.script("/feed", answer(feed("Vega rents a lease of Atlas")))
                while not (line := await stream.content.readline()).startswith(b"data: {"):
                    continue
            card = json.loads(line.removeprefix(b"data: "))
            async with browser.get(f"{base}/alerts/{card['id']}") as page:
                text = await page.text()
                assert "Vega rents a lease of Atlas" in text
                mark = text.partition('name="csrf" value="')[2][:32]
            async with browser.post(f"{base}/alerts/{card['id']}/acknowledge", data={"csrf": mark}) as page:
                assert "Acknowledged by jd" in await page.text(), "what is answered is theirs"
        assert (await command("page", folder=tmp_path))[1].startswith(base)
    code, _, err = await command("page", "--as", "x" * 41, folder=tmp_path)
    assert (code, "1 to 40 characters" in err) == (2, True)
    code, _, err = await command("page", folder=tmp_path)
    assert (code, "no alertd with a page runs" in err) == (1, True)
    code, _, err = await command("page", "--config", "nowhere.yaml", folder=tmp_path)
    assert (code, "Traceback" in err, "nowhere.yaml" in err) == (1, False, True)


async def test_who_is_signed_in_finds_the_page_where_it_was_after_its_process_has_died(
    tmp_path: Path,
    world: FaultServer,  # noqa: F811
) -> None:
    async with write_settings(tmp_path, world) as daemon:
        base = f"http://{daemon.state()['web']}"
        token = (daemon.state_dir / "web.token").read_text().strip()
        async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser:
            async with browser.post(f"{base}/login", data={"token": token}) as page:
                assert page.url.path == "/alerts"
            before = daemon.state()["processes"]["io"]
            os.kill(before["pid"], signal.SIGKILL)

            async def lives_again() -> bool:
                return daemon.starts()["io"] == before["starts"] + 1 and await daemon.ready()

            await eventually(lives_again, "it has been started again")
            async with browser.get(f"{base}/alerts") as page:
                assert (page.status, page.url.path) == (200, "/alerts")
