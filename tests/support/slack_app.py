"""People who press buttons in a fake Slack: by Socket Mode, or by signed requests.

    people = SlackPeople(slack)                   before `async with slack`
    await people.connected()                      alertd has opened a socket
    await people.press(root, "acknowledge")       raises if it is not acknowledged within 3 s
    await people.post(url, root, "acknowledge")   the same as a signed request; gives the status
    people.whispers                               what only who pressed was told

Sources: docs.slack.dev, "Using Socket Mode" (hello, envelopes, disconnect), "Verifying requests from Slack",
"Handling user interaction" (three seconds; `response_url`).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientSession, WSMsgType, web

from tests.support.slack_api import Posted, SlackApi

APP_TOKEN = "xapp-planted-app-token"
SECRET = "planted-signing-secret"
WITHIN_S = 3.0


class NotAcknowledgedError(AssertionError):
    """Slack shows whoever pressed that it did not work."""


class SlackPeople:
    """Presses buttons."""

    def __init__(self, slack: SlackApi) -> None:
        self.slack = slack
        self.whispers: list[str] = []
        """Texts that came to a `response_url`."""
        self.opened = 0
        """How often a socket was asked for."""
        self.refuse: list[str] = []
        """Words with which the next askings are refused."""
        self.deaf = 0
        """How many of the next sockets are refused though an address was given."""
        self.sockets: list[web.WebSocketResponse] = []
        """Those that are open."""
        self.linked = 0
        """How many sockets were opened so far."""
        self.acknowledged: set[str] = set()
        self._number = 0
        slack.routes.post("/api/apps.connections.open")(self._open)
        slack.routes.get("/link")(self._link)
        slack.routes.post("/response/{number}")(self._respond)

    async def connected(self, number: int = 1) -> None:
        """Wait until so many sockets are open."""
        await self.slack.until(lambda: len(self.sockets) == number)

    async def whispered(self, number: int = 1) -> str:
        """Wait for so many whispers, and give the last."""
        await self.slack.until(lambda: len(self.whispers) >= number)
        return self.whispers[-1]

    async def press(self, message: Posted, action: str, choice: str = "", **changes: Any) -> None:
        """Press a button or choose from a menu, over one of the sockets."""
        await self.send(self.payload(message, action, choice, **changes))

    async def send(self, payload: dict[str, Any], kind: str = "interactive") -> None:
        """Send an envelope and wait for its acknowledgement."""
        self._number += 1
        envelope = f"envelope-{self._number}"
        said = {"type": kind, "envelope_id": envelope, "accepts_response_payload": True, "payload": payload}
        await self.sockets[-1].send_json(said)
        try:
            await self.slack.until(lambda: envelope in self.acknowledged, WITHIN_S)
        except TimeoutError:
            raise NotAcknowledgedError(f"no acknowledgement within {WITHIN_S:g} s") from None

    async def post(self, url: str, message: Posted, action: str, choice: str = "", **changes: Any) -> int:
        """Send a signed request to alertd; gives the status."""
        body, headers = self.request(self.payload(message, action, choice, **changes))
        return await self.deliver(url, body, headers)

    async def deliver(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        """Post a request; it must be answered within 3 s."""
        async with (
            asyncio.timeout(WITHIN_S),
            ClientSession() as http,
            http.post(url, data=body, headers=headers) as answer,
        ):
            return answer.status

    def request(self, payload: Any, *, secret: str = SECRET, at: float | None = None) -> tuple[bytes, dict[str, str]]:
        """Give body and headers of a signed request."""
        body = urlencode({"payload": json.dumps(payload)}).encode()
        stamp = str(int(time.time() if at is None else at))
        signature = "v0=" + hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        return body, {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature,
        }

    def payload(self, message: Posted, action: str, choice: str = "", **changes: Any) -> dict[str, Any]:
        """Give what Slack sends of a click on an element that the message has."""
        block, element = message.element(action)
        self._number += 1
        done: dict[str, Any] = {
            "action_id": action, "block_id": block, "type": element["type"],
            "action_ts": f"{time.time():.6f}", "text": element.get("text"),
        }  # fmt: skip
        if element["type"] == "button":
            done["value"] = element.get("value", "")
        else:
            values = [option["value"] for option in element["options"]]
            assert choice in values, f"{choice} is not among {values}"
            done["selected_option"] = {"value": choice, "text": {"type": "plain_text", "text": choice}}
        return {
            "type": "block_actions", "api_app_id": "A1", "token": "deprecated", "trigger_id": "1.2.3",
            "team": {"id": "T1", "domain": "desk"}, "user": {"id": "U0123", "username": "ana", "name": "ana"},
            "container": {"type": "message", "message_ts": message.ts, "channel_id": message.channel},
            "channel": {"id": message.channel, "name": "desk"},
            "message": {"ts": message.ts, "text": message.text, "blocks": message.blocks},
            "response_url": f"http://127.0.0.1:{self.slack.port}/response/{self._number}", "actions": [done],
        } | changes  # fmt: skip

    async def disconnect(self) -> None:
        """Do what Slack does every few hours: announce the end of a connection."""
        await self.sockets[0].send_json({"type": "disconnect", "reason": "refresh_requested"})

    async def drop(self) -> None:
        """Close all sockets without a word."""
        for socket in list(self.sockets):
            await socket.close()

    async def _open(self, request: web.Request) -> web.Response:
        self.opened += 1
        await self.slack.changed()
        if request.headers.get("Authorization") != f"Bearer {APP_TOKEN}":
            return web.json_response({"ok": False, "error": "invalid_auth"})
        if self.refuse:
            return web.json_response({"ok": False, "error": self.refuse.pop(0)})
        address = f"ws://127.0.0.1:{self.slack.port}/link?ticket=planted-ticket-{self.opened}"
        return web.json_response({"ok": True, "url": address})

    async def _link(self, request: web.Request) -> web.StreamResponse:
        if self.deaf:
            self.deaf -= 1
            return web.Response(status=404)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": len(self.sockets) + 1})
        self.sockets.append(socket)
        self.linked += 1
        await self.slack.changed()
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self.acknowledged.add(json.loads(message.data)["envelope_id"])
                    await self.slack.changed()
        finally:
            self.sockets.remove(socket)
            await self.slack.changed()
        return socket

    async def _respond(self, request: web.Request) -> web.Response:
        said = await request.json()
        assert said["response_type"] == "ephemeral" and said["replace_original"] is False
        self.whispers.append(said["text"])
        await self.slack.changed()
        return web.Response(text="ok")
