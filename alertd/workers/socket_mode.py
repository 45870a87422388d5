"""Socket Mode: Slack sends what people press over a WebSocket that we open: nothing of ours need be reachable.

    apps.connections.open (app token) -> wss://… -> envelope -> acknowledged at once -> SlackAnswers

One connection for each app token, whatever the number of receivers, in each process with the role `web`: Slack shares
the clicks out among the connections of an app, of which it allows ten. Slack closes a connection every few hours and
says so before; `slack_sdk` opens the next one, and pings.
Sources: docs.slack.dev, "Using Socket Mode" and "apps.connections.open"; the extra `slack` brings slack_sdk.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol, cast
from urllib.parse import urlsplit

import aiohttp
import structlog

from alertd import telemetry
from alertd.base.clock import Clock
from alertd.base.secrets import Secret
from alertd.errors import Temporary
from alertd.net.address import AddressPolicy
from alertd.net.exchange import PostFailed, PostOptions
from alertd.notify.config import ReceiverConfig
from alertd.notify.outcome import GONE
from alertd.notify.plain import one_line
from alertd.notify.protocol import Poster
from alertd.notify.slack_actions import Pressed, pressed
from alertd.notify.slack_api import ERRORS
from alertd.notify.slack_config import API, SlackConfig
from alertd.workers.notices import Notices
from alertd.workers.slack_answers import App

if TYPE_CHECKING:
    from slack_sdk.socket_mode.aiohttp import SocketModeClient
    from slack_sdk.socket_mode.request import SocketModeRequest

log = structlog.get_logger(__name__)

WAITS_S = (1.0, 5.0, 15.0, 60.0, 300.0)
"""After the first, second, … failure in a row to open a connection; the last one repeats."""
REFUSED_S = 900.0
"""After Slack did not take the token: only a person can mend that."""
PING_S = 5.0
_GOODBYE_S = 2.0
"""How long a stop waits for Slack's goodbye."""
_MAX_ENVELOPE = 1 << 20
"""Slack sends the whole message along with a click."""
_DAY_MS = 86_400_000


class SocketHttp(Poster, Protocol):
    """What this needs of the guarded HTTP client."""

    def sockets(self, policy: AddressPolicy) -> AbstractContextManager[aiohttp.ClientSession]:
        """Give a session for WebSockets."""
        ...


class NotOpenedError(Temporary):
    """Slack gave no address for a socket."""


class SocketMode:
    """Keeps a connection for each app."""

    def __init__(
        self,
        http: SocketHttp,
        take: Callable[[App, Pressed], bool],
        notices: Notices,
        clock: Clock,
        waits_s: Sequence[float] = WAITS_S,
    ) -> None:
        self._http = http
        self._take = take
        self._notices = notices
        self._clock = clock
        self._waits_s = waits_s
        self._apps: dict[tuple[Secret, str], asyncio.Task[None]] = {}

    async def serve(self, receivers: Sequence[ReceiverConfig]) -> None:
        """Open connections for the apps of these receivers, and close those of others."""
        wanted: dict[tuple[Secret, str], SlackConfig] = {}
        for one in receivers:
            if isinstance(one, SlackConfig) and one.app_token is not None:
                wanted.setdefault((one.app_token, one.base_url), one)
        for key in self._apps.keys() - wanted.keys():
            await _end(self._apps.pop(key))
        for key, config in wanted.items():
            if key not in self._apps or self._apps[key].done():
                work = self._keep(config, key[0])
                task = asyncio.create_task(work, name=f"slack_socket:{config.id}")
                task.add_done_callback(_ended)
                self._apps[key] = task

    async def aclose(self) -> None:
        """Close all."""
        tasks, self._apps = list(self._apps.values()), {}
        await asyncio.gather(*map(_end, tasks))

    async def _keep(self, config: SlackConfig, token: Secret) -> None:
        """Connect, and stay until cancelled."""
        with self._http.sockets(config.policy) as session:
            client = await self._client(config, token, session)
            try:
                await client.connect()  # type: ignore[no-untyped-call]  # slack_sdk has no types there
                await asyncio.Event().wait()
            finally:
                with contextlib.suppress(aiohttp.ClientError, OSError):  # TimeoutError is an OSError
                    async with asyncio.timeout(_GOODBYE_S):
                        await client.close()  # type: ignore[no-untyped-call]

    async def _client(self, config: SlackConfig, token: Secret, session: aiohttp.ClientSession) -> SocketModeClient:
        from slack_sdk.socket_mode.aiohttp import SocketModeClient
        from slack_sdk.socket_mode.response import SocketModeResponse

        failures = 0

        async def address() -> str:
            nonlocal failures
            try:
                url = await self._open(config, token)
            except NotOpenedError as error:
                failures += 1
                refused = error.retry_after is not None
                wait_s = error.retry_after or self._waits_s[min(failures, len(self._waits_s)) - 1]
                telemetry.SLACK_SOCKETS.labels(outcome="refused" if refused else "failed").inc()
                log.warning("slack_socket_not_opened", receiver=config.id, error=str(error), again_s=wait_s)
                if refused:
                    await self._tell(config, str(error))
                await asyncio.sleep(wait_s)
                raise
            failures = 0
            telemetry.SLACK_SOCKETS.labels(outcome="ok").inc()
            log.info("slack_socket_opened", receiver=config.id)
            return url

        async def envelope(_: Any, request: SocketModeRequest) -> None:
            click = _read(request)
            if click is None or self._take(App(token), click):
                # Not acknowledged, Slack shows whoever pressed that it did not work.
                await client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))

        client = SocketModeClient(app_token=token.reveal(), logger=_logger(config.id), ping_interval=PING_S)
        await client.aiohttp_client_session.close()
        client.aiohttp_client_session = cast(aiohttp.ClientSession, _Session(session, client, config.timeout))
        client.proxy = None  # like all our connections: a proxy would hide where they lead
        client.issue_new_wss_url = address  # type: ignore[method-assign]  # by the one guarded HTTP client
        client.socket_mode_request_listeners.append(envelope)
        return client

    async def _open(self, config: SlackConfig, token: Secret) -> str:
        """Ask for the address of a socket. Raises NotOpenedError; with `retry_after` where the token is not taken."""
        headers = {
            "Authorization": f"Bearer {token.reveal()}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        options = PostOptions(timeout_s=config.timeout, allow=config.policy, max_excerpt=16_384)
        try:
            got = await self._http.post(
                f"{config.base_url}/apps.connections.open", b"", headers, options, self._clock()
            )
        except PostFailed as error:
            raise NotOpenedError(str(error)) from error
        try:
            said = json.loads(got.body_excerpt)
            word, url = str(said.get("error", "")), str(said.get("url", ""))
        except (ValueError, AttributeError, RecursionError) as error:
            raise NotOpenedError(f"apps.connections.open: HTTP {got.status}") from error
        if word or not url:
            failed = NotOpenedError(f"apps.connections.open: {one_line(word, 60) or got.status}")
            failed.retry_after = REFUSED_S if ERRORS.get(word) is GONE else None
            raise failed
        if not _is_slacks(url, config):
            raise NotOpenedError("apps.connections.open: the address is not one of Slack's")
        return url

    async def _tell(self, config: SlackConfig, error: str) -> None:
        text = (
            f"Slack does not take the app_token of receiver {config.id} ({error}): buttons do nothing until it is "
            "corrected; messages are not affected"
        )
        episode = str(self._clock() // _DAY_MS)
        await self._notices.tell("slack_socket_refused", config.id, text, episode)


def _read(request: SocketModeRequest) -> Pressed | None:
    """Read an envelope; None if nothing of ours was pressed."""
    if request.type != "interactive":
        return None
    try:
        return pressed(request.payload)
    except ValueError:
        return None


def _is_slacks(url: str, config: SlackConfig) -> bool:
    """Tell whether a socket leads to Slack, or to where its methods are."""
    parts = urlsplit(url)
    base = urlsplit(config.base_url)
    if config.base_url != API:
        return parts.hostname == base.hostname and parts.scheme == ("wss" if base.scheme == "https" else "ws")
    return parts.scheme == "wss" and (parts.hostname or "").endswith((".slack.com", ".slack-gov.com"))


class _Session:
    """The process's session, as slack_sdk uses one: it does not close it, and asks for an address for each attempt.

    slack_sdk would try one address for ever, which is good for some seconds.
    """

    closed = False

    def __init__(self, session: aiohttp.ClientSession, client: SocketModeClient, timeout_s: float) -> None:
        self._session = session
        self._client = client
        self._timeout_s = timeout_s

    async def ws_connect(self, url: str, **options: Any) -> aiohttp.ClientWebSocketResponse:
        """Connect."""
        try:
            async with asyncio.timeout(self._timeout_s):
                made: aiohttp.ClientWebSocketResponse = await self._session.ws_connect(
                    url, max_msg_size=_MAX_ENVELOPE, **options
                )
                return made
        finally:
            self._client.wss_uri = None

    async def close(self) -> None:
        """Leave it open."""


class _Lines(logging.Handler):
    """Makes lines of ours of what slack_sdk complains about: its own text may hold the ticket of a socket."""

    def __init__(self, receiver: str) -> None:
        super().__init__(logging.WARNING)
        self._receiver = receiver

    def emit(self, record: logging.LogRecord) -> None:
        kind = record.exc_info[0] if record.exc_info else None
        if kind is None or not issubclass(kind, NotOpenedError):
            name = kind.__name__ if kind else record.funcName
            log.warning("slack_socket_trouble", receiver=self._receiver, error=name)


def _logger(receiver: str) -> logging.Logger:
    made = logging.Logger(f"slack_socket.{receiver}", logging.WARNING)
    made.addHandler(_Lines(receiver))
    made.propagate = False
    return made


def _ended(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error("slack_socket_died", socket=task.get_name(), exc_info=error)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])
