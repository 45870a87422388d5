"""101 to 110: requests that are not meant well, to the real server of a deployment in the middle of its life."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from structlog.testing import capture_logs
from yarl import URL

from alertd.base.clock import rfc3339
from tests.alerts.living import NOW, state
from tests.hostile.case import Case, hostile
from tests.net.lag import LoopLag
from tests.support.http import DEADLINE_S
from tests.web.conftest import TOKENS, Api, api  # noqa: F401
from tests.web.test_server import daemon as web_daemon  # noqa: F401
from tests.web.test_server import start  # noqa: F401
from tests.workers.test_slack_answers import Desk
from tests.workers.test_slack_answers import desk as slack  # noqa: F401

GUARDED = "/v1/alerts"


@pytest.fixture
def daemon(web_daemon: Any) -> Any:  # noqa: F811
    """The rest of the daemon, as `start` wants it."""
    return web_daemon


async def asked(api: Api, method: str, path: str | URL, **more: Any) -> tuple[int, str, dict[str, str]]:  # noqa: F811
    """Ask without a token of its own; gives status, body and header."""
    async with api.client.request(method, path, **more) as answer:
        return answer.status, await answer.text(), dict(answer.headers)


TOKENS_GIVEN = [
    ("none", {}),
    ("empty", {"Authorization": "Bearer "}),
    ("short", {"Authorization": f"Bearer {TOKENS['all'][:-1]}"}),
    ("longer", {"Authorization": f"Bearer {TOKENS['all']}x"}),
    ("another scheme", {"Authorization": f"Basic {TOKENS['all']}"}),
    ("in the query", {}),
    ("bytes that are no text", {"Authorization": "Bearer \udcff\udcfe"}),
    ("100 kB", {"Authorization": "Bearer " + "x" * 100_000}),
]


@pytest.mark.parametrize(
    ("name", "headers"),
    [pytest.param(*given, marks=hostile(101, f"token: {given[0]}"), id=given[0]) for given in TOKENS_GIVEN],
)
async def test_a_wrong_token_opens_nothing(case: Case, api: Api, name: str, headers: dict[str, str]) -> None:  # noqa: F811
    await api.life.put(state(title="CANARY"))
    path = f"{GUARDED}?token={TOKENS['all']}" if "query" in name else GUARDED
    with capture_logs() as lines:
        status, text, _ = await asked(api, "GET", path, headers=headers)
    assert status in ((400, 431) if name == "100 kB" else (401,))
    assert "CANARY" not in text
    assert TOKENS["all"] not in str(lines)
    told = [line for line in lines if line["event"] == "web_wrong_token"]
    assert len(told) == (name not in ("none", "in the query", "100 kB")), "one line, where a token was tried"
    case.says(f"{status} {text}")


@hostile(102, "foreign Origin")
async def test_a_page_of_another_site_reads_and_writes_nothing(case: Case, api: Api) -> None:  # noqa: F811
    await api.life.put(state())
    headers = {"Authorization": f"Bearer {TOKENS['all']}", "Origin": "https://evil.example"}
    with capture_logs() as lines:
        for method, path in (("GET", GUARDED), ("POST", "/v1/alerts/al_a/close"), ("OPTIONS", GUARDED)):
            status, _, answered = await asked(api, method, path, headers=headers)
            assert status == 403
            assert not [name for name in answered if name.lower().startswith("access-control")]
    assert [line["why"] for line in lines if line["event"] == "web_refused"] == ["foreign origin"] * 3
    for origin in ("null", "http://127.0.0.1.evil.example", "http://localhost:1"):
        assert (await asked(api, "GET", GUARDED, headers=headers | {"Origin": origin}))[0] == 403
    assert (await api.life.state()).alert.status == "open"
    case.says("403, without a word of CORS; nothing is changed")


@hostile(103, "foreign Host, a rebound name")
async def test_a_rebound_name_reaches_nothing(case: Case, api: Api) -> None:  # noqa: F811
    with capture_logs() as lines:
        for host in ("evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "localhost/x", "[", ""):
            headers = {"Authorization": f"Bearer {TOKENS['all']}", "Host": host}
            for path in (GUARDED, "/metrics", "/healthz"):
                status, text, _ = await asked(api, "GET", path, headers=headers)
                assert status in (400, 421), host
                assert "alertd_" not in text
    assert 3 <= len([line for line in lines if line["event"] == "web_refused"]) <= 10, "and no more in a minute"
    case.says("421, whatever the path")


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        pytest.param("announced", 413, marks=hostile(104, "body of 10 MB")),
        pytest.param("chunked", 413, marks=hostile(104, "body of 10 MB, in chunks")),
        pytest.param("gzip", 415, marks=hostile(104, "compressed body")),
    ],
)
async def test_a_large_body_is_not_taken(case: Case, api: Api, kind: str, status: int) -> None:  # noqa: F811
    await api.life.put(state())
    headers = {"Authorization": f"Bearer {TOKENS['all']}", "Content-Type": "application/json"}
    body: Any = BytesIO(b'{"note": "' + b"x" * 10_000_000 + b'"}')
    if kind == "gzip":
        headers["Content-Encoding"], body = "gzip", b"\x1f\x8b" * 100
    if kind == "chunked":
        body = pieces(body.getvalue())
    async with LoopLag() as lag:
        try:
            found = (await asked(api, "POST", "/v1/alerts/al_a/close", data=body, headers=headers))[0]
        except OSError:  # told and hung up on, while it was still sending
            found = status
    case.free(lag)
    assert found == status
    assert (await api.life.state()).alert.status == "open"
    case.says(f"{status}, not read to its end")


async def pieces(body: bytes) -> AsyncIterator[bytes]:
    """Send a body piece by piece."""
    for at in range(0, len(body), 16_384):
        yield body[at : at + 16_384]


@hostile(105, "slowloris, 50 connections")
async def test_connections_that_say_little_do_not_keep_others_out(case: Case, start: Any) -> None:  # noqa: F811
    port = await start(deadline_s=3.0)
    held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(50)]
    for _, writer in held:
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
    async with ClientSession() as client, client.get(f"http://127.0.0.1:{port}/healthz") as answer:
        assert answer.status == 200
    for reader, writer in held:
        assert await asyncio.wait_for(reader.read(), DEADLINE_S) == b""
        writer.close()
    case.says("others are served all the while; cut off at the deadline")


SILENCE = {"reason": "earnings call", "until": "2h", "portfolios": ["ai"]}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param({"portfolios": []}, "name what is held back", marks=hostile(106, "silence with no matchers")),
        pytest.param(
            {"until": rfc3339(NOW - 1)}, "be over before it begins", marks=hostile(106, "its end before now")
        ),
        pytest.param({"until": "9999-12-31T23:59:59Z"}, "at most", marks=hostile(106, "until the year 9999")),
        pytest.param({"until": "99999999999999999d"}, "at most", marks=hostile(106, "until the end of time")),
        pytest.param(
            {"until": "10000-01-01T00:00:00Z"}, "write a time with a zone", marks=hostile(106, "until the year 10000")
        ),
    ],
)
async def test_a_silence_that_cannot_be_meant_is_refused(case: Case, api: Api, change: Any, words: str) -> None:  # noqa: F811
    status, said = await api.ask("POST", "/v1/silences", SILENCE | change)
    assert (status, words in said["detail"]) == (400, True), said
    assert (await api.ask("GET", "/v1/silences"))[1] == {"silences": []}
    case.says(f"400 {said['detail'][:110]}")


@hostile(107, "replayed Slack request")
async def test_a_slack_request_that_is_sent_again_does_nothing_more(case: Case, slack: Desk) -> None:  # noqa: F811
    root = await slack.by_request()
    body, headers = slack.people.request(slack.people.payload(root, "snooze", "snooze:1h"))
    assert [await slack.people.deliver(slack.url, body, headers) for _ in range(5)] == [200] * 5
    await slack.people.whispered()
    assert len(slack.answers.given) == 1
    case.says("200 each time, done once")


@pytest.mark.parametrize("skew_s", [-301, -86_400, 302, 3_600, float("-inf")])
@hostile(108, "Slack signature of another time")
async def test_a_signature_of_another_time_is_refused(case: Case, slack: Desk, skew_s: float) -> None:  # noqa: F811
    root = await slack.by_request()
    at = 0.0 if skew_s == float("-inf") else time.time() + skew_s
    body, headers = slack.people.request(slack.people.payload(root, "acknowledge"), at=at)
    with capture_logs() as lines:
        assert await slack.people.deliver(slack.url, body, headers) == 401
    assert [line["event"] for line in lines].count("slack_signature_refused") == 1
    assert slack.answers.given == []
    case.says(f"{skew_s:+,.0f} s: 401" if at else "1970: 401")


ODD_STAMPS = ["", "soon", "-1", "１７６８", "1e9", "9" * 400, "nan", "1768203716.0", " 1768203716"]


@hostile(108, "Slack timestamps that are none")
async def test_timestamps_that_are_none_are_refused(case: Case, slack: Desk) -> None:  # noqa: F811
    root = await slack.by_request()
    body, headers = slack.people.request(slack.people.payload(root, "acknowledge"))
    for stamp in ODD_STAMPS:
        sent = headers | {"X-Slack-Request-Timestamp": stamp}
        assert await slack.people.deliver(slack.url, body, sent) == 401, stamp
    assert slack.answers.given == []
    case.says(f"{len(ODD_STAMPS)} of them, 401 each")


@hostile(109, "acknowledging an unknown alert, or one that is done")
async def test_an_answer_to_an_unknown_or_done_alert_changes_nothing(case: Case, api: Api) -> None:  # noqa: F811
    await api.life.put(state(status="closed"))
    for name in ("al_nobody", "ev_a", "al_" + "a" * 5_000, "al_%00", "al_'; DROP TABLE alerts"):
        status, _ = await api.ask("POST", f"/v1/alerts/{name}/acknowledge")
        assert status == 404
    before = (await api.life.state()).alert
    status, said = await api.ask("POST", "/v1/alerts/al_a/acknowledge")
    assert status in (200, 409)
    assert (await api.life.state()).alert == before
    case.says(f"404; of a closed one {status} {said.get('outcome') or said.get('error')}")


TRICKS = [
    "/v1/%2e%2e/%2e%2e/etc/passwd", "//v1/status", "/v1//status", "/%2e%2e%2fmetrics", "/v1/alerts/..%2f..%2fmetrics",
    "/v1/alerts/%00", "/v1/status%0d%0aX-Evil:%201", "/./v1/status", "/v1/alerts/al_a/../../status", "/V1/STATUS",
    "/v1/status;x=1", "/v1/%ff%fe", "/\\v1\\status",
]  # fmt: skip


@hostile(110, "path tricks: %2e%2e, //")
async def test_paths_that_play_tricks_lead_nowhere(case: Case, api: Api, tmp_path: Path) -> None:  # noqa: F811
    for trick in TRICKS:
        target = URL(api.url + trick, encoded=True)
        for headers, allowed in (({}, (400, 401)), ({"Authorization": f"Bearer {TOKENS['all']}"}, (400, 404))):
            status, text, answered = await asked(api, "GET", target, headers=headers, allow_redirects=False)
            assert status in allowed, (trick, status, text)
            assert "X-Evil" not in answered and "root:" not in text
    case.says(f"{len(TRICKS)} of them: 401 without a token, 404 with one")
