"""The ways by which people answer alerts from outside: buttons in Slack and links in mail, where they are set up."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from alertd.alerts.policy import ReceiverPolicy
from alertd.base.clock import Clock
from alertd.net.client import HttpClient
from alertd.notify.email import EmailConfig
from alertd.notify.links import Links
from alertd.settings import Settings
from alertd.store.redis import RedisStore
from alertd.web.answer_pages import AnswerPages, Reader
from alertd.web.public import PublicServer
from alertd.web.slack_actions import SlackActions
from alertd.workers.answers import Answers
from alertd.workers.notices import Notices
from alertd.workers.slack_answers import SlackAnswers
from alertd.workers.socket_mode import SocketMode


class People:
    """The public listener, and the sockets to Slack: opened in `start`, closed in `stop`."""

    def __init__(
        self,
        store: RedisStore,
        http: HttpClient,
        answers: Answers,
        notices: Notices,
        clock: Clock,
        links: Links | None,
    ) -> None:
        self._answers = answers
        self._clock = clock
        self._links = links
        self._slack = SlackAnswers(answers, store, http, clock)
        self._sockets = SocketMode(http, self._slack.take, notices, clock)
        self._readers: Mapping[str, Reader] = {}
        self._public: PublicServer | None = None

    async def start(self, settings: Settings, policies: Mapping[str, ReceiverPolicy]) -> None:
        """Listen and connect. Raises Permanent where the address cannot be listened on."""
        public = settings.web.public
        if public is not None:
            self._public = PublicServer(public.bind, public.url, self._routes(), outside=settings.web.outside)
            await self._public.start()
        await self.replace(settings, policies)

    async def replace(self, settings: Settings, policies: Mapping[str, ReceiverPolicy]) -> None:
        """Take the receivers, at the start and from a reload. The listener stays as it is."""
        self._readers = readers(settings)
        self._slack.serve(settings.receivers, policies)
        await self._sockets.serve(settings.receivers)

    async def stop(self) -> None:
        """Take nothing more, and end what is under way."""
        await self._sockets.aclose()
        if self._public is not None:
            await self._public.stop()
        await self._slack.aclose()

    def _routes(self) -> list[web.RouteDef]:
        routes = SlackActions(self._slack).routes()
        if self._links is not None:
            routes += AnswerPages(self._links, lambda: self._readers, self._answers, self._clock).routes()
        return routes


def readers(settings: Settings) -> dict[str, Reader]:
    """Give, by receiver, who answers by the links in its mails."""
    mail = [one for one in settings.receivers if isinstance(one, EmailConfig) and one.links]
    return {one.id: Reader(who=one.reader, desk=one.desk) for one in mail}
