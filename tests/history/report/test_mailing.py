"""A report as a mail: it goes out as it was written, whatever templates its receiver has."""

from __future__ import annotations

from typing import Any

from alertd.model import Mailing, Message
from alertd.net.client import HttpClient
from alertd.notify.email import EmailConfig, EmailNotifier
from alertd.notify.message import compose
from alertd.notify.outcome import Sent
from alertd.notify.protocol import Attempt, NotifierDeps
from alertd.notify.smtp import SmtpConfig
from tests.support.smtp import FakeRelay, Mail

NOW = 1_768_219_324_000
MAILING = Mailing(
    report="ai-week",
    portfolio="ai",
    subject="AI infrastructure: 7 days to 12 Jan",
    text="Tone 0.31\n",
    html="<!DOCTYPE html>\n<html><head><title>x</title></head><body><p>Tone <b>0.31</b></p></body></html>\n",
)


def message(mailing: Mailing = MAILING) -> Message:
    return Message(
        type="report",
        delivery="dl_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        receiver="pm",
        at="2026-01-12T12:00:00.000Z",
        mailing=mailing,
        portfolio_title="AI infrastructure",
        reason="report",
    )


async def sent(said: Message, attempt: Attempt, **config: Any) -> Mail:
    """Send a message to a relay, and give what arrived there."""
    with FakeRelay() as relay:
        smtp = SmtpConfig.model_validate(
            {"host": "localhost", "port": relay.port, "from": "alertd@desk.example", "tls": "none"}
        )
        made = EmailConfig.model_validate({"id": "pm", "to": ["pm@example.com"], **config})
        notifier = EmailNotifier(made, NotifierDeps(http=HttpClient("unused"), smtp=smtp, clock=lambda: NOW))
        outcome = await notifier.send(notifier.render(said), attempt)
        await notifier.close()
        assert isinstance(outcome, Sent) and not outcome.thread
        (mail,) = relay.mails
    return mail


def attempt(*, in_doubt: bool = False) -> Attempt:
    return Attempt(delivery_id="dl_aaaaaaaaaaaaaaaaaaaaaaaaaa", number=1, in_doubt=in_doubt, now=NOW)


async def test_it_arrives_in_two_forms_as_it_was_written() -> None:
    mail = await sent(message(), attempt())
    assert mail.message["Subject"] == MAILING.subject
    assert mail.part("plain").splitlines() == MAILING.text.splitlines()
    assert mail.part("html").split() == MAILING.html.split()
    assert mail.message["In-Reply-To"] is None and mail.message["Importance"] is None


async def test_templates_of_its_receiver_do_not_apply() -> None:
    mail = await sent(message(), attempt(), template="Only {{ alert.title }}")
    assert mail.part("plain").splitlines() == MAILING.text.splitlines()


async def test_one_that_may_be_a_repeat_says_so() -> None:
    mail = await sent(message(), attempt(in_doubt=True))
    assert "Possible repeat" in mail.part("plain") and "Possible repeat" in mail.part("html")


async def test_a_subject_can_break_no_header() -> None:
    bad = Mailing(report="r", portfolio="p", subject="A\r\nBcc: x@example.com", text="t", html="")
    mail = await sent(message(bad), attempt())
    assert mail.message["Subject"] == "A Bcc: x@example.com" and mail.message["Bcc"] is None


def test_a_channel_that_carries_no_mail_says_what_it_would_be_about() -> None:
    assert compose(message(), NOW).title == MAILING.subject
