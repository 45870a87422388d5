"""The pages behind the links in mail: GET says what will be done and shows a button, POST does it.

Mail scanners follow every link, and some browsers load pages ahead: so nothing is done by looking. The link itself is
the proof of who asks (`notify/links.py`); the form repeats it, so that no page of others can post in its place. What
is wrong with a link is said without a word about any alert.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog
from aiohttp import web

from alertd import telemetry
from alertd.base.clock import Clock
from alertd.base.html import Html, document, element, joined, style_sheet
from alertd.errors import Temporary
from alertd.model import Answer
from alertd.notify.links import SNOOZE_MS, Asked, LinkExpiredError, LinkInvalidError, LinkKind, Links
from alertd.notify.plain import one_line
from alertd.web.forms import read_form

MAX_FORM, MAX_FIELDS = 4096, 10
_CSS = """
body{margin:0;background:#eef0f3;color:#1d2125;font:16px/24px -apple-system,'Segoe UI',Roboto,Arial,sans-serif}
main{max-width:560px;margin:0 auto;padding:24px 20px;background:#fff}
h1{font-size:21px;line-height:28px;margin:0 0 12px}p{margin:0 0 12px;overflow-wrap:anywhere}
.alert{margin:0 0 14px;border-left:4px solid #0b57a4;padding:2px 0 2px 12px}
.small{color:#4a5563;font-size:14px;line-height:20px}
button{font:inherit;font-weight:600;padding:12px 20px;min-height:48px}
button{border:0;border-radius:5px;background:#0b57a4;color:#fff}
@media (prefers-color-scheme:dark){body,main{background:#1f2428;color:#e8eaed}.small{color:#aab2bd}}
"""
_SHEET = style_sheet(_CSS)
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(_CSS.encode()).digest()).decode()}'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Robots-Tag": "noindex, nofollow",
    # With no-referrer a browser would post with `Origin: null`, which is refused as another site's.
    "Referrer-Policy": "same-origin",
}
_ASKS: dict[LinkKind, tuple[str, str, str]] = {
    "acknowledge": ("Acknowledge this alert?", "Acknowledge", "It is not passed on to anybody else then."),
    "snooze": ("Snooze this alert for 4 hours?", "Snooze 4 h", "Until then only a rise in severity is told."),
    "useful": ("Was this alert useful?", "Mark as useful", "It counts for the precision of its rules."),
    "noise": ("Was this alert noise?", "Mark as noise", "It counts against the precision of its rules."),
}

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who answers by the links of a receiver."""

    who: str
    desk: str | None


class SeenAlert(Protocol):
    """An alert as somebody who is about to answer sees it."""

    @property
    def title(self) -> str:
        """Its headline."""
        ...

    @property
    def status(self) -> str:
        """`open`, `acknowledged` or `closed`."""
        ...

    @property
    def severity(self) -> str:
        """How loud it is."""
        ...

    @property
    def portfolio_title(self) -> str:
        """Whose it is."""
        ...

    @property
    def acknowledged_by(self) -> str | None:
        """Who did."""
        ...


class TakenAnswer(Protocol):
    """What came of an answer."""

    @property
    def outcome(self) -> str:
        """`done`, `already`, `refused` or `unknown`."""
        ...

    @property
    def text(self) -> str:
        """In words for a person."""
        ...

    @property
    def title(self) -> str:
        """The alert's headline."""
        ...


class AnswerDoor(Protocol):
    """What takes answers (`workers.answers.Answers`)."""

    async def seen(self, alert: str, desk: str | None, *, receiver: str = "") -> SeenAlert | None:
        """Give an alert as a receiver sees it; None: it is not there, or another desk's. Raises Temporary."""
        ...

    async def give(self, given: Answer) -> TakenAnswer:
        """Take an answer. Raises Temporary."""
        ...


class AnswerPages:
    """Serves the pages. `readers` gives, by receiver, who answers by its links; one without has no good ones."""

    def __init__(
        self, links: Links, readers: Callable[[], Mapping[str, Reader]], door: AnswerDoor, clock: Clock
    ) -> None:
        self._links = links
        self._readers = readers
        self._door = door
        self._clock = clock

    def routes(self) -> Sequence[web.RouteDef]:
        """Give what the public listener is to serve."""
        return [web.get("/a/{token}", self._ask), web.post("/a/{token}", self._do)]

    async def _ask(self, request: web.Request) -> web.Response:
        """Say what will be done. Changes nothing."""
        token = request.match_info["token"]
        asked = self._read(token)
        if isinstance(asked, web.Response):
            return asked
        what, reader = asked
        try:
            alert = await self._door.seen(what.alert, reader.desk, receiver=what.receiver)
        except Temporary:
            return _unavailable()
        if alert is None:
            return _gone()
        return _answer(200, question(token, what.kind, alert, reader.who))

    async def _do(self, request: web.Request) -> web.Response:
        """Do it."""
        token = request.match_info["token"]
        asked = self._read(token)
        if isinstance(asked, web.Response):
            return asked
        posted = await read_form(request, MAX_FORM, MAX_FIELDS) or {}
        if posted.get("token", "") != token:
            return _refused(400, "Nothing was done", "Open the link in the mail, and press the button on its page.")
        what, reader = asked
        now = self._clock()
        answer = Answer(
            kind=what.kind,
            alert=what.alert,
            who=reader.who,
            via="mail",
            at_ms=now,
            until_ms=now + SNOOZE_MS if what.kind == "snooze" else 0,
            desk=reader.desk,
            receiver=what.receiver,
        )
        try:
            given = await self._door.give(answer)
        except Temporary:
            return _unavailable()
        if given.outcome == "unknown":
            return _gone()
        status = 409 if given.outcome == "refused" else 200
        heading = "Not done" if given.outcome == "refused" else "Done" if given.outcome == "done" else "Done before"
        said = one_line(given.text, 300)
        title = one_line(given.title, 300)
        about = [element("p", title, class_="alert")] if title else []
        return _answer(status, _page(heading, element("p", said), *about))

    def _read(self, token: str) -> tuple[Asked, Reader] | web.Response:
        """Read a link, and who answers by it; else the page that says no."""
        try:
            asked = self._links.read(token, self._clock())
        except LinkExpiredError:
            telemetry.LINKS_REFUSED.labels(reason="expired").inc()
            return _refused(410, "This link is too old", "Links in mail are good for a while only, and this one was.")
        except LinkInvalidError:
            telemetry.LINKS_REFUSED.labels(reason="invalid").inc()
            _log.info("answer_link_refused", reason="invalid")
            return _invalid()
        reader = self._readers().get(asked.receiver)
        if reader is None:
            telemetry.LINKS_REFUSED.labels(reason="receiver").inc()
            _log.info("answer_link_refused", reason="receiver", receiver=asked.receiver)
            return _invalid()
        return asked, reader


def _about(alert: SeenAlert) -> Html:
    said = [alert.severity.upper(), one_line(alert.portfolio_title, 80)]
    if alert.acknowledged_by:
        said.append(f"acknowledged by {one_line(alert.acknowledged_by, 80)}")
    elif alert.status != "open":
        said.append(alert.status)
    return element(
        "div",
        element("p", one_line(alert.title, 500)),
        element("p", " · ".join(filter(None, said)), class_="small"),
        class_="alert",
    )


def _form(token: str, kind: LinkKind, who: str) -> Html:
    _, button, means = _ASKS[kind]
    return joined(
        element("p", f"{means} It is recorded as an answer of {who}.", class_="small"),
        element(
            "form",
            element("input", type="hidden", name="token", value=token),
            element("button", button, type="submit"),
            method="post",
        ),
    )


def question(token: str, kind: LinkKind, alert: SeenAlert, who: str) -> str:
    """Write the page that says what will be done, with the button that does it."""
    return _page(_ASKS[kind][0], _about(alert), _form(token, kind, who))


def _page(heading: str, *parts: Html) -> str:
    head = joined(
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="robots", content="noindex, nofollow"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", heading),
        _SHEET,
    )
    return document(head, element("body", element("main", element("h1", heading), *parts)))


def _answer(status: int, page: str) -> web.Response:
    return web.Response(text=page, status=status, content_type="text/html", charset="utf-8", headers=_HEADERS)


def _refused(status: int, heading: str, text: str) -> web.Response:
    return _answer(status, _page(heading, element("p", text)))


def _invalid() -> web.Response:
    return _refused(404, "This link is not valid", "It was changed on its way, or it is not good any more.")


def _gone() -> web.Response:
    return _refused(404, "There is nothing to answer", "What this link is about is not there any more.")


def _unavailable() -> web.Response:
    page = _refused(503, "Not now", "The answer could not be taken. Nothing was done: try again in a moment.")
    page.headers["Retry-After"] = "10"
    return page
