"""129 to 136: receivers that answer what no receiver should, and requests that come in by their doors."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio

from alertd.base.clock import system_clock
from alertd.notify.outcome import Dead, Later, Outcome, Sent
from tests.hostile.case import Case, hostile
from tests.net.lag import LoopLag
from tests.notify.cases import attempt, message
from tests.notify.test_email import deliver, smtp
from tests.notify.test_email import notifier as mailer
from tests.notify.test_slack import notifier as slack
from tests.notify.test_webhook import notifier as webhook
from tests.support.behaviours import Behaviour, answer, endless, gzip_bomb, hang, raw, redirect
from tests.support.http import DEADLINE_S, FaultServer
from tests.web.test_push import INBOX, WEB, Inbox, serving
from tests.workers.polling import CountingPool

pytestmark = pytest.mark.asyncio(loop_scope="module")

OK = b"HTTP/1.1 200 OK\r\n"
HTML = b"<!DOCTYPE html><title>Sign in</title>" + b"x" * 10_000_000
ANSWERS: list[tuple[int, str, Callable[[], Behaviour], type]] = [
    (129, "webhook that answers without end", endless, Sent),
    (129, "webhook that answers with 10 MB", lambda: answer(HTML), Sent),
    (129, "webhook that answers with a gzip bomb", gzip_bomb, Sent),
    (130, "webhook that redirects to the metadata service", lambda: redirect("http://169.254.169.254/", 307), Later),
    (130, "webhook that redirects inside", lambda: redirect("http://127.0.0.1:1/", 308), Later),
    (131, "webhook whose header never ends", lambda: raw(OK + b"X: y\r\n" * 100_000), Later),
    (131, "webhook that answers no HTTP", lambda: raw(b"SSH-2.0-OpenSSH_9.2\r\n"), Later),
    (131, "webhook that answers 200 and hangs", lambda: hang(OK + b"Content-Length: 1000000\r\n\r\n"), Sent),
    (131, "webhook that asks to wait a thousand years",
     lambda: answer(status=503, headers={"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}), Later),
]  # fmt: skip
SLACKS: list[tuple[int, str, Callable[[], Behaviour], type]] = [
    (132, "Slack that answers 200 with a login page of 10 MB", lambda: answer(HTML), Later),
    (132, "Slack that answers half a character", lambda: answer(b"\xff\xfe\xed\xa0\x80", status=400), Dead),
]


def params(rows: list[tuple[int, str, Callable[[], Behaviour], type]]) -> list[Any]:
    return [pytest.param(make, kind, marks=hostile(n, name), id=f"{n} {name}") for n, name, make, kind in rows]


def told(outcome: Outcome) -> str:
    """Give what an outcome says, one line of it."""
    text = str(getattr(outcome, "error", "") or getattr(outcome, "detail", ""))
    assert len(text.splitlines()) <= 1 and text.isprintable() and len(text) < 1_000, repr(text)
    return f"{type(outcome).__name__.lower()}: {text}"[:90]


@pytest.mark.parametrize(("behaviour", "kind"), params(ANSWERS))
async def test_what_a_webhook_answers_is_read_within_bounds(
    case: Case, http: Any, server: FaultServer, behaviour: Callable[[], Behaviour], kind: type
) -> None:
    server.script("/hook", behaviour())
    to = webhook(http, server.url("/hook"), timeout="2s")
    async with LoopLag() as lag:
        outcome = await to.send(to.render(message()), attempt(now=system_clock()))
    case.free(lag)
    assert isinstance(outcome, kind), outcome
    assert len(server.requests) == 1, "sent once, followed nowhere"
    if isinstance(outcome, Later):
        assert (outcome.after_s or 0) <= 86_400
    case.says(told(outcome))


@pytest.mark.parametrize(("behaviour", "kind"), params(SLACKS))
async def test_what_slack_answers_is_believed_only_if_it_says_ok(
    case: Case, http: Any, server: FaultServer, behaviour: Callable[[], Behaviour], kind: type
) -> None:
    server.script("/services/T0/B0/x", behaviour())
    to = slack(http, server.url("/services/T0/B0/x"))
    outcome = await to.send(to.render(message()), attempt())
    assert not isinstance(outcome, Sent) and isinstance(outcome, Later | Dead), outcome
    case.says(told(outcome))


@asynccontextmanager
async def talking(*pieces: bytes, endless_: bool = False) -> AsyncIterator[int]:
    """Serve a relay that says these pieces, one for each thing that it is sent; gives its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await reader.read(65_536)
            while endless_:
                writer.write(b"250-more\r\n" * 1_000)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


RELAYS: list[tuple[str, tuple[bytes, ...], bool]] = [
    ("relay that is a web server", (b"HTTP/1.1 400 Bad Request\r\n\r\n",), False),
    ("relay that greets without end", (b"220-x\r\n" * 50_000,), False),
    ("relay whose answer to EHLO never ends", (b"220 hi\r\n",), True),
    ("relay that answers no text", (b"220 \xff\xfe\r\n", b"250 \xed\xa0\r\n", b"500 \xff\r\n"), False),
    ("relay that answers a number that is none", (b"220 hi\r\n", b"9999999999 what\r\n"), False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("pieces", "goes_on"),
    [pytest.param(pieces, on, marks=hostile(133, name), id=name) for name, pieces, on in RELAYS],
)
async def test_a_relay_that_speaks_no_smtp_costs_one_attempt(
    case: Case, pieces: tuple[bytes, ...], goes_on: bool
) -> None:
    async with talking(*pieces, endless_=goes_on) as port:
        relay = smtp(port, None, tls="none", timeout="2s", host="127.0.0.1")
        async with LoopLag() as lag:
            outcome = await deliver(mailer(relay))
        case.free(lag)
    assert isinstance(outcome, Later | Dead), outcome
    case.says(told(outcome))


# --- by the doors -------------------------------------------------------------------------------------


@pytest_asyncio.fixture(loop_scope="module")
async def inbox(redis_url: str, namespace: str, pool: CountingPool) -> AsyncIterator[Inbox]:
    async with serving(redis_url, namespace, pool) as made:
        yield made


@hostile(134, "gzip bomb as a request, with and without a token")
async def test_a_push_does_not_explode(case: Case, inbox: Inbox) -> None:
    body = gzip.compress(b'{"events": [{"title": "' + b"x" * 100_000_000 + b'"}]}')
    said = []
    for token in (INBOX, "INBOX-wrong-wrong-wrong"):
        async with LoopLag() as lag:
            said.append(await inbox.push(body, token=token, **{"Content-Encoding": "gzip"}))
        case.free(lag)
    assert [status for status, _ in said] == [415, 401]
    assert await inbox.events() == []
    case.says(f"415 {said[0][1]['detail']}", "401 without a token; nothing is unpacked")


PUSHES = [
    ("no JSON", b"\xff{"),
    ("a list of lists", b"[[[[]]]]"),
    ("nested 100,000 deep", b"[" * 100_000),
    ("title of 5 MB", b'{"title": "' + b"x" * 5_000_000 + b'"}'),
    ("title that is an object", b'{"title": {"a": 1}}'),
    ("id of half a character", b'{"id": "\\ud800", "title": "T"}'),
    ("date of the year 10000", b'{"title": "T", "published_at": "10000-01-01T00:00:00Z"}'),
]


@pytest.mark.parametrize(
    "body", [pytest.param(body, marks=hostile(135, f"push: {name}"), id=name) for name, body in PUSHES]
)
async def test_a_bad_push_is_refused_or_made_whole(case: Case, inbox: Inbox, body: bytes) -> None:
    async with LoopLag() as lag:
        status, said = await inbox.push(body)
    case.free(lag)
    assert status in (200, 202, 207, 400, 413, 422), said
    for event in await inbox.events():
        event.title.encode()
        assert len(event.title) <= 500
    faults = [one.get("error", "") for one in said.get("refused", [])]
    case.says(f"{status} {said.get('error') or '; '.join(faults) or 'taken'}"[:160])
    good, _ = await inbox.push({"title": "Good"}, token=INBOX)
    assert good == 202


SMUGGLED = [
    "Content-Length: 5\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    "Content-Length: 5\r\nContent-Length: 50",
    "Transfer-Encoding: \x0bchunked",
    "Content-Length: +5",
    "Content-Length: 0x5",
]


@hostile(136, "requests smuggled in requests")
async def test_no_request_hides_in_another(case: Case, inbox: Inbox) -> None:
    port = inbox.client._base_url.port  # type: ignore[union-attr]
    inner = f"GET /v1/status HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {WEB}\r\n\r\n"
    for headers in SMUGGLED:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"POST /v1/push/inbox HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n\r\n"
        writer.write(f"{head}0\r\n\r\n{inner}".encode("latin-1"))
        said = await asyncio.wait_for(reader.read(), DEADLINE_S)
        writer.close()
        assert said.count(b"HTTP/1.1 ") + said.count(b"HTTP/1.0 ") <= 1, (headers, said)
        assert b"HTTP/1.1 200" not in said
    case.says(f"{len(SMUGGLED)} kinds: one answer each, never that of the inner request")
