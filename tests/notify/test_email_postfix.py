"""Mail through Debian's Postfix: threads, digests, partial refusals, greylisting, over STARTTLS with a login."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from alertd.model import Message
from alertd.net.client import HttpClient
from alertd.notify.email import EmailConfig, EmailNotifier
from alertd.notify.outcome import Later, Sent
from alertd.notify.progress import Progress, read_progress
from alertd.notify.protocol import NotifierDeps
from alertd.notify.smtp import SmtpConfig
from tests.notify.cases import NOW, alert, attempt, message
from tests.notify.digests import brief
from tests.support.postfix import Postfix

PM, ANA, NOBODY = "pm@example.com", "ana@example.com", "nobody@example.com"


@pytest.fixture(scope="module")
def relay() -> Iterator[Postfix]:
    with Postfix(["pm", "ana", "thread", "digest", "grey"], login=("alertd", "planted")) as running:
        yield running


def notifier(relay: Postfix, to: list[str], **changes: Any) -> EmailNotifier:
    settings = {"host": "localhost", "port": relay.port, "from": "alertd@desk.example", "ca_file": relay.ca_file}
    login = {"username": "alertd", "password": "planted"} | changes
    config = EmailConfig.model_validate({"id": "pm-mail", "to": to})
    smtp = SmtpConfig.model_validate(settings | login)
    return EmailNotifier(config, NotifierDeps(http=HttpClient("unused"), smtp=smtp, clock=lambda: NOW))


def revision(number: int, **changes: Any) -> Message:
    made = message(
        type="alert.updated", told_before=True, delivery="dl_" + str(number) * 26, alert=alert(revision=number)
    )
    return msgspec.structs.replace(made, **changes)


async def test_a_batch_goes_over_one_connection_and_makes_one_thread(relay: Postfix) -> None:
    to = notifier(relay, ["thread@example.com"])
    before = relay.log().count("connect from")
    first = await to.send(to.render(message()), attempt())
    assert isinstance(first, Sent) and first.thread
    for number in (2, 3):
        said = revision(number, news=["new: reclaim_right"], loud=number == 3)
        assert isinstance(await to.send(to.render(said), attempt(thread=first.thread)), Sent)
    await to.close()
    mails = {str(mail["X-Alertd-Delivery"]): mail for mail in relay.wait_for("thread", 3)}
    root, (top, *replies) = f"<{alert().id}@desk.example>", [mails[key] for key in sorted(mails, reverse=True)]
    assert top["Message-ID"] == first.thread and top["References"] == root
    for reply in replies:
        assert reply["Subject"] == top["Subject"]
        assert reply["In-Reply-To"] == first.thread and reply["References"] == f"{root} {first.thread}"
    log = relay.log()
    assert log.count("connect from") - before <= 2, log  # `connect from` and the `disconnect from` of one connection


async def test_a_brief_arrives_whole(relay: Postfix) -> None:
    to = notifier(relay, ["digest@example.com"])
    assert isinstance(await to.send(to.render(brief()), attempt()), Sent)
    await to.close()
    (mail,) = relay.wait_for("digest", 1)
    assert mail["Subject"] == "AI infrastructure: brief of 7 alerts, 2 high"
    assert mail["List-Id"] == "<pm-mail.alertd.desk.example>"
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "HIGH      Vega Grid leases its Orion" in text and "Expired while they waited:" in text


async def test_a_refused_recipient_costs_nobody_else(relay: Postfix) -> None:
    to = notifier(relay, [PM, NOBODY])
    outcome = await to.send(to.render(message()), attempt())
    await to.close()
    assert isinstance(outcome, Sent)
    assert outcome.detail.startswith(f"accepted for 1 of 2 recipients; refused: {NOBODY}: 550 5.1.1")
    assert len(relay.wait_for("pm", 1)) == 1


async def test_a_greylisted_recipient_gets_it_later_and_the_other_not_twice(relay: Postfix) -> None:
    relay.greylist("grey")
    to = notifier(relay, [ANA, "grey@example.com"])
    payload = to.render(message())
    first = await to.send(payload, attempt())
    assert isinstance(first, Later) and first.partly and "450 4.2.0" in first.error
    assert read_progress(first.progress) == Progress(served=(ANA,))
    relay.wait_for("ana", 1)
    assert relay.mails("grey") == []
    assert isinstance(await to.send(payload, attempt(2, progress=first.progress)), Sent)
    await to.close()
    relay.wait_for("grey", 1)
    assert len(relay.mails("ana")) == 1


async def test_a_wrong_password_sends_nothing(relay: Postfix) -> None:
    to = notifier(relay, [PM], password="planted-but-wrong")
    outcome = await to.send(to.render(message()), attempt())
    assert isinstance(outcome, Later) and "535" in outcome.error and "planted" not in outcome.error
