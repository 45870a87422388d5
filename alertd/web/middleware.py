"""What every request passes before a handler sees it, outermost first:

deadline -> answers (errors as problems, headers, count) -> through (proxies) -> door (Host, Origin) -> token -> body
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Sequence

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from alertd import telemetry
from alertd.base.tokens import Digests
from alertd.errors import Temporary
from alertd.web import guards
from alertd.web.outside import Network, Refused, is_proxy, who_asks
from alertd.web.problems import SECURITY_HEADERS, failure

MAX_BODY = 64 * 1024
API = "/v1/"
PUSH = "/v1/push/"
"""Below it a path has a token, a size and a time of its own (`web/push.py`)."""
STREAM = "/v1/stream"
"""Open for hours (`web/stream.py`)."""
LOGIN = "/login/"
"""Below it a path is a link with which somebody signs in once (`web/page/sign_in.py`)."""
BY_PROXY = web.RequestKey("by_proxy", bool)
"""Of a request: it came through a trusted proxy, whose word counts."""
SLOW_S = 70.0
"""How long a request may take that is asked apart: a little longer than such an answer is waited for."""
_TIME = web.RequestKey("time", asyncio.Timeout)
READING = frozenset({"GET", "HEAD", "OPTIONS"})
_log = structlog.get_logger(__name__)


def logged(path: str) -> str:
    """Give a path as the log may have it: behind `/login/` stands what somebody can sign in with."""
    return LOGIN if path.startswith(LOGIN) else path


def deadline(seconds: float, push_s: float) -> Middleware:
    """Give a request `seconds` to be read and handled, a push `push_s`; and its answer `seconds` to be taken.

    The protocol's keep-alive timer covers the time before the headers are complete.
    """

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path == STREAM:
            return await handler(request)  # it has no end; who does not take it is let go there
        try:
            async with asyncio.timeout(push_s if request.path.startswith(PUSH) else seconds) as limit:
                request[_TIME] = limit
                response = await handler(request)
        except TimeoutError:
            response = failure(408, "request took too long")
            response.force_close()
        try:
            async with asyncio.timeout(seconds):
                await response.prepare(request)
                await response.write_eof()
        except TimeoutError:
            if request.transport is not None:
                request.transport.abort()
        except ConnectionError:
            pass  # the client left: nobody is there to be told
        return response

    return middleware


def more_time(request: web.Request) -> None:
    """Let a request take longer from here on, whose body is there: whoever asks waits for us, not we for them."""
    request[_TIME].reschedule(asyncio.get_running_loop().time() + SLOW_S)


@web.middleware
async def answers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every error into a short answer, put the security headers on, count."""
    try:
        response = await handler(request)
    except web.HTTPRedirection as error:
        response = web.Response(status=error.status, headers=error.headers)
        for cookie in error.cookies.values():
            response.headers.add("Set-Cookie", cookie.OutputString())
    except web.HTTPException as error:
        allow = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
        response = failure(error.status, error.reason.lower(), allow)
    except Temporary as error:
        _log.warning("web_unavailable", path=logged(request.path), error=str(error))
        response = failure(503, "temporarily unavailable", {"Retry-After": "5"})
    except Exception:  # noqa: BLE001 - the loop of the web: one bad request must not show its innards or end others
        _log.exception("web_failed", path=logged(request.path))
        response = failure(500, "internal error")
    if response.prepared:
        return response  # a stream, which said so at its beginning
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)  # a page brings a policy of its own
    resource = request.match_info.route.resource
    telemetry.HTTP_REQUESTS.labels(resource.canonical if resource else "unknown", str(response.status)).inc()
    return response


def through(proxies: Sequence[Network]) -> Middleware:
    """Let in what comes through a trusted proxy, or from this machine; where none is named, everybody.

    From here on `request.remote` is who asks, as the proxy says it.
    """

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        forwarded = request.headers.getall("X-Forwarded-For", [])
        protos = request.headers.getall("X-Forwarded-Proto", [])
        client = who_asks(request.remote or "", forwarded, protos, proxies)
        if isinstance(client, Refused):
            _log.warning("web_refused", remote=request.remote, why=client.text)
            return failure(403, client.text)
        asked = request if client == request.remote else request.clone(remote=client)
        asked[BY_PROXY] = bool(proxies) and is_proxy(request.remote or "", proxies)
        return await handler(asked)

    return middleware


def door(names: Collection[str]) -> Middleware:
    """Let in requests for our own names that come from our own page or from none.

    Who is refused is logged, ten times a minute for an address: a page that tries must not fill the log.
    """
    refusals = guards.Failures()

    def refuse(request: web.Request, status: int, why: str) -> web.Response:
        if not refusals.add(request.remote or "", time.monotonic()):
            _log.warning("web_refused", why=why, remote=request.remote, path=logged(request.path))
        return failure(status, why)

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        hosts = request.headers.getall(hdrs.HOST, [])
        if not guards.host_allowed(hosts, names):
            return refuse(request, 421, "unknown host")
        origin, site = request.headers.get(hdrs.ORIGIN), request.headers.get("Sec-Fetch-Site")
        if not guards.origin_allowed(origin, site, hosts[0], writes=request.method not in READING):
            return refuse(request, 403, "foreign origin")
        return await handler(request)

    return middleware


def knows_token(request: web.Request, token: Digests) -> bool:
    """Tell whether the request carries the right bearer token."""
    return token.fits(guards.token_given(request.headers.get(hdrs.AUTHORIZATION)))


def bearer(opens: Callable[[web.Request], bool | None], open_paths: Collection[str]) -> Middleware:
    """Ask for the token everywhere but on `open_paths`, unknown paths included.

    `opens` tells whether a request has the right one; None: it has, for a place that is not there.
    """
    failures = guards.Failures()

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        right = request.path in open_paths or opens(request)
        if right is None:
            return failure(404, "there is no such source")
        if right:
            return await handler(request)
        challenge = {"WWW-Authenticate": 'Bearer realm="alertd"'}
        if hdrs.AUTHORIZATION not in request.headers:
            return failure(401, "token required", challenge)
        wait = failures.add(request.remote or "", time.monotonic())
        if wait > 0:
            return failure(429, "too many wrong tokens", {"Retry-After": str(int(wait) + 1)})
        _log.warning("web_wrong_token", remote=request.remote, path=logged(request.path))
        mine = "the token is not that of this source" if request.path.startswith(PUSH) else "wrong token"
        return failure(401, mine, challenge)

    return middleware


@web.middleware
async def body(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Take JSON of at most 64 KiB with a write, or nothing; with a read nothing. Pushes and forms are read by their
    handlers."""
    if request.match_info.http_exception is not None:
        return await handler(request)  # no such path, or not by this method: that is the answer
    if request.method in READING:
        return failure(400, "no body expected") if request.can_read_body else await handler(request)
    if request.path.startswith(PUSH) or not request.path.startswith(API) or not request.body_exists:
        return await handler(request)
    if request.content_type != "application/json" or hdrs.CONTENT_ENCODING in request.headers:
        return failure(415, "only application/json is taken")
    if (request.content_length or 0) > MAX_BODY:
        return failure(413, "body too large")
    await request.read()  # kept by the request; past 64 KiB aiohttp raises 413 (client_max_size)
    return await handler(request)
