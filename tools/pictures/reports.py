"""A month of a small portfolio, as the tests make it, as a page and as a mail."""

from __future__ import annotations

from alertd.history.report.html import report_page
from alertd.history.report.mail import mailing_of
from tests.history.report.sample import sample


def page() -> str:
    """Give the page of `alertd report --html`."""
    return report_page(sample())


def mail() -> str:
    """Give the HTML of the mail."""
    return mailing_of(sample(), "ai-month").html
