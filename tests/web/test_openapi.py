"""The document of the API: valid, and true: schemathesis asks all that it says, and more."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.alerts.living import state
from tests.web.conftest import TOKENS, Api

DEADLINE_S = 900


async def document(api: Api) -> dict[str, Any]:
    status, found = await api.ask("GET", "/v1/openapi.json")
    assert status == 200
    assert isinstance(found, dict)
    return found


async def test_each_operation_says_what_it_takes_gives_and_refuses(whole: Api) -> None:
    found = await document(whole)
    operations = [one for path in found["paths"].values() for one in path.values()]
    assert len({one["operationId"] for one in operations}) == len(operations)
    for one in operations:
        assert one["summary"]
        assert {"400", "401", "503"} <= one["responses"].keys()
        for status, answer in one["responses"].items():
            made = "text/html" if one["operationId"] == "getReportPage" else "application/json"
            assert list(answer["content"]) == [made if status.startswith("2") else "application/problem+json"]
    listed = found["paths"]["/v1/alerts"]["get"]["parameters"]
    assert {one["name"]: one["schema"].get("maximum") for one in listed}["limit"] == 500


async def test_what_is_answered_fits_what_is_described(whole: Api) -> None:
    await whole.life.put(state())
    found = await document(whole)
    for path, method, asked, body in (
        ("/v1/alerts", "get", "/v1/alerts", None),
        ("/v1/alerts/{alert}", "get", "/v1/alerts/al_a", None),
        ("/v1/alerts/{alert}", "get", "/v1/alerts/al_nobody", None),
        ("/v1/alerts/{alert}/{kind}", "post", "/v1/alerts/al_a/acknowledge", {"who": "jd"}),
        ("/v1/silences", "post", "/v1/silences", {"reason": "call", "until": "2h", "portfolios": ["p"]}),
        ("/v1/silences", "get", "/v1/silences", None),
    ):
        status, said = await whole.ask(method.upper(), asked, body)
        (content,) = found["paths"][path][method]["responses"][str(status)]["content"].values()
        Draft202012Validator({**content["schema"], "components": found["components"]}).validate(said)


@pytest.mark.parametrize("token", ["all", "ai", "reader"])
async def test_schemathesis_finds_nothing(
    whole: Api, token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It tries a wrong token on each operation; the eleventh would be told to wait.
    monkeypatch.setattr("alertd.web.guards.Failures.add", lambda *_: 0.0)
    for n in range(3):
        await whole.life.put(state(f"al_{n}"))
    done = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "schemathesis.cli", "run", f"{whole.url}/v1/openapi.json",
        "--header", f"Authorization: Bearer {TOKENS[token]}", "--max-examples", "25", "--no-color",
        "--request-timeout", "65",  # what is answered apart may take a minute: the first answer makes the finder
        # What a value may be beyond its type (a time, an id of ours) no schema says.
        "--exclude-checks", "positive_data_acceptance", "--generation-database", "none",
        cwd=tmp_path, env=os.environ | {"NO_COLOR": "1"}, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    out, _ = await asyncio.wait_for(done.communicate(), DEADLINE_S)
    assert done.returncode == 0, out.decode()
