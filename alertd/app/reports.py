"""Which reports go to whom, when, and what each receiver may see in them."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from alertd.alerts.policy import ReceiverPolicy
from alertd.asking.report_mail import mail_reader
from alertd.history.analytics.subject import Subject
from alertd.settings import Settings
from alertd.workers.reports import WantedReport


def wanted_reports(
    settings: Settings, policies: Mapping[str, ReceiverPolicy], subjects: Mapping[str, Subject]
) -> list[WantedReport]:
    """Give the reports that are wanted; `subjects` are their portfolios."""
    return [
        WantedReport(
            id=report.id,
            subject=subjects[report.portfolio],
            policy=policies[receiver],
            reader=mail_reader(settings.sources, policies[receiver]),
            days=report.days,
            at=report.at,
            zone=ZoneInfo(report.timezone or subjects[report.portfolio].timezone),
            since_s=report.since,
        )
        for report in settings.reports
        if report.portfolio in subjects
        for receiver in dict.fromkeys(report.to)
    ]
