"""A report as a mail that is sent now, as its receiver may see it: made and queued."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from alertd.alerts.policy import ReceiverPolicy
from alertd.asking.room import Room
from alertd.base.clock import rfc3339
from alertd.history.report.build import Asked, MailReader, build_mailing
from alertd.history.report.when import mail_id
from alertd.model import NewDelivery, Struct
from alertd.sources.polled import AnyConfig
from alertd.workers.coverage_facts import may_reach
from alertd.workers.reports import mail_of


class MailQueued(Struct, frozen=True, kw_only=True):
    """What came of it."""

    outcome: Literal["done", "already"]
    """`already`: the report about this time was queued for this receiver before."""
    delivery: str
    """What `alertd why` tells of."""
    receiver: str
    since: str
    until: str


def mail_reader(sources: Iterable[AnyConfig], policy: ReceiverPolicy) -> MailReader:
    """Say what a receiver of reports may see."""
    return MailReader(frozenset(one.id for one in sources if may_reach(policy, one)), policy.show_weights)


def report_mail(history: Path, sources: Iterable[AnyConfig], about: Asked, policy: ReceiverPolicy) -> NewDelivery:
    """Make a report for a receiver of mail. Raises HistoryUnavailable, HistoryRefused."""
    portfolio, until = about.subject.portfolio, rfc3339(about.until_ms)
    mailing = build_mailing(history, about, mail_reader(sources, policy), portfolio)
    delivery = mail_id(policy.id, f"{portfolio}/{rfc3339(about.since_ms)}", until)
    return mail_of(policy, about.subject, delivery, mailing, about.now_ms)


@dataclass(frozen=True, slots=True)
class ReportMailAsked:
    """Queue a report for a receiver of mail."""

    about: Asked
    policy: ReceiverPolicy

    async def answer(self, room: Room) -> MailQueued:
        """Answer it. Raises HistoryUnavailable, HistoryRefused, StoreUnavailable."""
        about = self.about
        message = report_mail(room.reach.history, room.reach.sources, about, self.policy)
        queued = await (await room.store()).enqueue([message], about.now_ms)
        return MailQueued(
            outcome="done" if queued else "already", delivery=message.id, receiver=self.policy.id,
            since=rfc3339(about.since_ms), until=rfc3339(about.until_ms),
        )  # fmt: skip
