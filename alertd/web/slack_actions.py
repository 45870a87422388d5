"""`POST /slack/actions`: buttons that people press in Slack, signed by Slack.

    200 taken, and done behind the answer    401 not signed by an app of ours within five minutes
    400 no form of Slack's                   503 too much to do

Source: docs.slack.dev, "Handling user interaction" (an answer within three seconds), "Verifying requests from Slack".
"""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

import structlog
from aiohttp import web

from alertd import telemetry
from alertd.notify.slack_actions import Pressed, pressed_in_form
from alertd.web.problems import failure

PATH = "/slack/actions"
A = TypeVar("A")

_log = structlog.get_logger(__name__)


class SlackDoor(Protocol[A]):
    """Who may send, and what takes it (`workers.slack_answers.SlackAnswers`)."""

    def opens(self, timestamp: str, signature: str, body: bytes) -> A | None:
        """Tell which app signed a request; None: none of ours."""
        ...

    def take(self, app: A, click: Pressed) -> bool:
        """Begin to work on a click; False: there is too much to do."""
        ...


class SlackActions(Generic[A]):
    """The route."""

    def __init__(self, door: SlackDoor[A]) -> None:
        self._door = door

    def routes(self) -> list[web.RouteDef]:
        """Give it for the public listener."""
        return [web.post(PATH, self._post)]

    async def _post(self, request: web.Request) -> web.Response:
        body = await request.read()  # bounded by the listener, which answers 413
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        app = self._door.opens(timestamp, request.headers.get("X-Slack-Signature", ""), body)
        if app is None:
            telemetry.SLACK_CLICKS.labels(outcome="unsigned").inc()
            _log.warning("slack_signature_refused", remote=request.remote)
            return failure(401, "not signed by an app of ours")
        try:
            click = pressed_in_form(body)
        except ValueError:
            return failure(400, "no form of Slack's")
        if click is not None and not self._door.take(app, click):
            return failure(503, "too much to do", {"Retry-After": "5"})
        return web.Response()
