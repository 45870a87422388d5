"""What `alertd demo` says to click is there to be clicked, and shows what it says."""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from alertd.demo.tour import DISPUTE, RULE, tour
from tests.browser.world import PATIENCE_MS, browser, listed, live, opened
from tests.cli.run import command, plain_environment
from tests.support.daemon import STARTED_S, eventually


def test_it_is_three_to_five_lines_that_fit_a_terminal() -> None:
    told = tour("http://127.0.0.1:40000/login/x", "http://127.0.0.1:40000")
    assert 3 <= len(told) <= 5
    assert max(map(len, told)) <= 130, "an address may be longer, a sentence not"


@asynccontextmanager
async def demo(folder: Path) -> AsyncIterator[list[str]]:
    """Run it until it has said where to look; gives what it said."""
    running = await asyncio.create_subprocess_exec(
        *command("demo"), cwd=folder, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        env=plain_environment() | {"TMPDIR": str(folder)},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a run in the background ignores it
    )  # fmt: skip
    assert running.stderr is not None
    said: list[str] = []
    try:
        async with asyncio.timeout(STARTED_S):
            while "Ctrl-C stops" not in "".join(said):
                line = await running.stderr.readline()
                assert line, "".join(said)
                said.append(line.decode())
        yield said
    finally:
        if running.returncode is None:
            running.send_signal(signal.SIGINT)
        await running.communicate()


async def test_a_newcomer_walks_where_the_demo_says(tmp_path: Path) -> None:
    async with demo(tmp_path) as said, browser() as found, await found.new_context() as context:
        context.set_default_timeout(PATIENCE_MS)
        told = "".join(said)
        link = re.search(r"^Open the desk's page: (http://\S+)$", told, re.MULTILINE)
        rule = re.search(rf"^  3\. .*: (http://\S+{RULE})$", told, re.MULTILINE)
        clicked = re.search(r"^  1\. Click “(.+)”, critical as a lease came before", told, re.MULTILINE)
        assert link and rule and clicked, told
        assert clicked[1] == DISPUTE
        way = rule[1]
        page = await context.new_page()
        await page.goto(link[1])
        await page.get_by_role("button", name="Sign in as").click()
        await listed(page, clicked[1])
        assert "critical" in await page.locator("li.alert", has_text=clicked[1]).inner_text()
        await page.get_by_role("link", name=clicked[1]).click()
        assert await page.locator(".text mark").count() > 0, "what the rules held for is marked"
        for head in ("Exposure", "Sent"):
            assert head in told and await page.get_by_role("heading", name=head).count() == 1, head
        assert "supplies SpaceX" in (await page.locator("svg.tree").text_content() or "")
        other = await opened(context, page.url)
        for one in (page, other):
            await live(one)
        await page.get_by_role("button", name="Acknowledge").first.click()
        for one in (page, other):
            await one.get_by_text("Acknowledged by").first.wait_for()

        async def tried() -> bool:
            await page.goto(way)
            headline = "SpaceX leases a supercomputer to Anthropic for $2 billion a year"
            await page.get_by_label("Headline").fill(headline)
            await page.get_by_role("button", name="Explain").click()
            await page.wait_for_url("**/try")
            return bool(await page.get_by_text("The rule holds for this text.").count())

        await eventually(tried, "the text is tried: the first time it may take longer than a page waits")
