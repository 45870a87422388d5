"""`POST /v1/portfolios/PORTFOLIO/report/mail`: a report that is sent now; {"receiver": "pm", "since": "7d"}."""

from __future__ import annotations

from typing import Any

from alertd.asking.house import House
from alertd.asking.report import SINCE
from alertd.asking.report_mail import MailQueued, ReportMailAsked
from alertd.model import Struct
from alertd.web.eyes import NO_RECEIVER, Eyes
from alertd.web.operations import Asked, Nothing, Operation
from alertd.web.portfolios import NAMED, NOT_THERE, about
from alertd.web.problems import Refusal


class Mail(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of a request to send a report."""

    receiver: str
    """Of type email, and of the portfolio's desk."""
    since: str = SINCE
    """So long ago (7d), a date, or a time with a zone."""
    until: str = ""
    """The same; without it now."""


class ReportMailRoutes:
    """Sends reports."""

    def __init__(self, house: House) -> None:
        self._house = house

    def operations(self) -> list[Operation[Any, Any]]:
        """Give it."""
        return [
            Operation(
                name="mailReport", method="POST", path="/v1/portfolios/{portfolio}/report/mail", makes=True,
                summary="Send a report to a receiver of mail now, as it may see it",
                does=self._mail, query=Nothing, body=Mail, answer=MailQueued, slow=True,
                fails={404: f"{NOT_THERE}; or {NO_RECEIVER}", 409: "The receiver gets no such mail."},
                parameters=NAMED,
            ),
        ]  # fmt: skip

    async def _mail(self, asked: Asked[Nothing, Mail]) -> object:
        eyes, wanted = Eyes(asked.caller, self._house), asked.body
        portfolio = await eyes.portfolio(asked.path["portfolio"])
        config, policy = eyes.receiver(wanted.receiver)
        if config.type != "email":
            raise Refusal(409, f"receiver {config.id} is of type {config.type}, and only mail can carry a report")
        if portfolio.desk is not None and policy.desk != portfolio.desk:
            raise Refusal(
                409, f"reports about {portfolio.id} go only to receivers of its desk, and {config.id} is none"
            )
        of = about(portfolio, wanted.since, wanted.until, self._house.clock())
        return await self._house.apart.ask(ReportMailAsked(of, policy))
