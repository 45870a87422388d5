"""`POST /v1/push/ID`: events from whoever has the token of that source.

    202 some or all are in the stream   422 none is, each for its reason
    400 no JSON                         413 too large, or too many         415 another content type
    401 token                           404 no such source (told only to who has a token of one)
    503 Redis is nearly full, or away; or too much is being pushed at once (`web/push_room.py`)

202 and 422 say of each item what became of it (`alertd.sources.push.Receipt`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import msgspec
from aiohttp import hdrs, web

from alertd.base.tokens import Digests
from alertd.errors import ParseFailed, Temporary
from alertd.sources.push import LINES, MAX_BYTES, TOO_MANY
from alertd.web import guards
from alertd.web.deps import PushDoor
from alertd.web.middleware import PUSH, knows_token
from alertd.web.problems import failure
from alertd.web.push_room import AGAIN_S, NoRoomError, Part, PushRoom

DEADLINE_S: Final = 60.0
"""For a push: five megabytes over a slow line, read and stored."""
TOO_LARGE: Final = f"a body has at most {MAX_BYTES:,} bytes"
TYPES: Final = ("application/json", *LINES)


def opens(token: Digests, door: PushDoor | None) -> Callable[[web.Request], bool | None]:
    """Make what tells whether a request may go on: with the web token, or under PUSH with that of its source.

    None: its token is right, and there is no such source.
    """

    def check(request: web.Request) -> bool | None:
        if door is None or not request.path.startswith(PUSH):
            return knows_token(request, token)
        given = guards.token_given(request.headers.get(hdrs.AUTHORIZATION))
        return given is not None and door.opens(request.path.removeprefix(PUSH), given)

    return check


def handler(door: PushDoor, room: PushRoom) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Make the handler of the route. `room` bounds what lies in memory."""

    async def push(request: web.Request) -> web.Response:
        charset = (request.charset or "utf-8").lower()
        if request.content_type not in TYPES or hdrs.CONTENT_ENCODING in request.headers or charset != "utf-8":
            return _refused(415, "send application/json, or application/x-ndjson, in UTF-8 and not compressed")
        if (request.content_length or 0) > MAX_BYTES:
            return _refused(413, TOO_LARGE)
        try:
            with room.part(request.match_info["source"]) as part:
                part.expect(request.content_length or 0)
                return await taken(request, part)
        except NoRoomError as error:
            return _refused(error.status, str(error), {"Retry-After": str(AGAIN_S)})

    async def taken(request: web.Request, part: Part) -> web.Response:
        body = await _read(request, part)
        if body is None:
            return _refused(413, TOO_LARGE)
        try:
            receipt = await door.take(part.source, body, request.content_type)
        except ParseFailed as error:
            return failure(413 if str(error) == TOO_MANY else 400, str(error))
        except Temporary as error:
            if error.retry_after is None:
                raise  # answered with 503
            return failure(503, "no room at present", {"Retry-After": str(int(error.retry_after))})
        status = 422 if receipt.rejected and not receipt.taken else 202
        return web.Response(body=msgspec.json.encode(receipt), status=status, content_type="application/json")

    return push


def _refused(status: int, text: str, headers: Mapping[str, str] | None = None) -> web.Response:
    """Say no to a body that is not read: the connection cannot serve again."""
    response = failure(status, text, headers)
    response.force_close()
    return response


async def _read(request: web.Request, part: Part) -> bytes | None:
    """Read the body; None if it is larger than it may be, whatever it said of its length. Raises NoRoomError."""
    body = bytearray()
    async for chunk in request.content.iter_any():
        part.add(len(chunk))
        body += chunk
        if len(body) > MAX_BYTES:
            return None
    return bytes(body)
