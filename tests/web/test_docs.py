"""docs/api.md and docs/page.md: what is asked with curl there is answered so."""

from __future__ import annotations

import asyncio
import re
import shutil
from pathlib import Path

import msgspec
import pytest

from alertd.alerts.rows import AlertRow, card
from tests.alerts.living import held_weight, match, state
from tests.docs.pages import ROOT
from tests.support.http import DEADLINE_S
from tests.web.conftest import TOKENS, Api

PAGE = (ROOT / "docs" / "api.md").read_text("utf-8")
SIGNING_IN = (ROOT / "docs" / "page.md").read_text("utf-8").partition("## Signing in\n")[2].partition("\n## ")[0]
ALERT = "al_nkys5lnbv7tuwkoxfcckp67gye"


def asked() -> list[tuple[str, str]]:
    """Give what is typed, and printed then, in the sections about alerts and silences."""
    return typed_in(PAGE.partition("## Alerts\n")[2].partition("## The token")[0])


def typed_in(part: str) -> list[tuple[str, str]]:
    """Give what is typed, and printed then, in a part of a page."""
    consoles = re.findall(r"^```console\n(.*?)^```$", part, re.MULTILINE | re.DOTALL)
    typed = [one for text in consoles for one in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]]
    assert typed
    return [(line, printed) for line, _, printed in (one.partition("\n") for one in typed)]


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl here")
async def test_the_examples_with_curl_print_what_stands_there(whole: Api, tmp_path: Path) -> None:
    await whole.life.put(state(ALERT))
    for line, printed in [*asked(), *typed_in(SIGNING_IN)]:
        done = await asyncio.create_subprocess_exec(
            "sh",
            "-c",
            line,
            stdout=asyncio.subprocess.PIPE,
            cwd=tmp_path,
            env={"PATH": "/usr/bin:/bin", "TOKEN": TOKENS["all"], "URL": whole.url},
        )
        out, _ = await asyncio.wait_for(done.communicate(), DEADLINE_S)
        pattern = re.escape(printed.strip()).replace("…", ".*")
        assert re.fullmatch(pattern, out.decode().strip(), re.DOTALL), (line, out)


def test_what_an_alert_in_the_stream_has_is_listed() -> None:
    part = PAGE.partition("An alert in the stream is")[2].partition("\n\n")[0]
    fields = card(state(matches=[match(holdings=[held_weight("vega", 0.1)])]))
    inside = [name for listed in ("holdings", "matches") for name in fields[listed][0]]
    rows = {one.name for one in msgspec.structs.fields(AlertRow)}
    assert [name for name in [*(fields.keys() - rows), *inside] if f"`{name}`" not in part] == []
    assert rows - fields.keys() == {"told", "waits_for"}
