"""Email, against a real SMTP server with TLS, a login and scripted refusals."""

from __future__ import annotations

import asyncio
import gc
import ssl
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from alertd.model import Message
from alertd.net.client import HttpClient
from alertd.notify.email import EmailConfig, EmailNotifier
from alertd.notify.email_subject import is_reply, subject_of
from alertd.notify.message import compose
from alertd.notify.outcome import Dead, Later, Outcome, Sent
from alertd.notify.progress import Progress, read_progress
from alertd.notify.protocol import Attempt, NotifierDeps
from alertd.notify.smtp import SmtpConfig
from tests.notify.cases import DELIVERY, NOW, alert, attempt, correction, event, message
from tests.support.http import refused_port
from tests.support.smtp import FakeRelay, certificate

PM, ANA = "pm@example.com", "ana@example.com"


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    """A server context for `localhost`, and the file with the authority to trust."""
    return certificate(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def relay(tls: tuple[ssl.SSLContext, Path]) -> Iterator[FakeRelay]:
    with FakeRelay(tls=tls[0], login=("alertd", "planted")) as server:
        yield server


def smtp(relay_port: int, ca: Path | None, **changes: Any) -> SmtpConfig:
    settings = {"host": "localhost", "port": relay_port, "from": "alertd@desk.example", "timeout": "5s"}
    login = {"username": "alertd", "password": "planted"} if changes.get("tls") != "none" else {}
    return SmtpConfig.model_validate({**settings, "ca_file": ca, **login, **changes})


def notifier(relay: SmtpConfig, **changes: Any) -> EmailNotifier:
    config = EmailConfig.model_validate({"id": "pm-mail", "to": [PM, ANA], **changes})
    return EmailNotifier(config, NotifierDeps(http=HttpClient("unused"), smtp=relay, clock=lambda: NOW))


async def deliver(to: EmailNotifier, said: Message | None = None, with_: Attempt | None = None) -> Outcome:
    """Render and send once, and let go of the relay."""
    outcome = await to.send(to.render(said or message()), with_ or attempt())
    await to.close()
    return outcome


# --- what arrives -------------------------------------------------------------------------------------------


async def test_a_mail_arrives_in_two_forms_over_tls(relay: FakeRelay, tls: tuple[ssl.SSLContext, Path]) -> None:
    outcome = await deliver(notifier(smtp(relay.port, tls[1])))
    (mail,) = relay.mails
    assert isinstance(outcome, Sent)
    assert (outcome.detail, outcome.thread) == ("accepted for 2 of 2 recipients", f"<{DELIVERY}@desk.example>")
    assert outcome.wire == mail.raw, "what the archive keeps is what the relay got"
    assert mail.encrypted and relay.logins == [("alertd", "planted")]
    assert (mail.sender, mail.recipients) == ("alertd@desk.example", [PM, ANA])
    assert mail.message.get_content_type() == "multipart/alternative"
    assert mail.part("plain").startswith("HIGH · Vega Grid leases its Orion supercomputer")
    assert "Why you   big-compute-lease" in mail.part("plain")
    assert '<a href="https://news.example.com/orion?a=1&amp;b=2"' in mail.part("html")


async def test_its_headers_thread_and_keep_robots_quiet(relay: FakeRelay, tls: tuple[ssl.SSLContext, Path]) -> None:
    await deliver(notifier(smtp(relay.port, tls[1]), cc=["Risk <risk@example.com>"]))
    headers = relay.mails[0].message
    root = f"<{alert().id}@desk.example>"
    assert headers["Message-ID"] == f"<{DELIVERY}@desk.example>"
    assert headers["In-Reply-To"] == headers["References"] == root
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["X-Auto-Response-Suppress"] == "All"
    assert headers["List-Id"] == "<pm-mail.alertd.desk.example>"
    assert headers["Date"] == "Mon, 12 Jan 2026 12:42:03 +0000"
    assert headers["To"] == f"{PM}, {ANA}"
    assert headers["Cc"] == "Risk <risk@example.com>"
    assert headers["Importance"] is None
    assert headers["X-Alertd-Possible-Repeat"] is None


async def test_a_correction_has_the_same_subject_and_root(relay: FakeRelay, tls: tuple[ssl.SSLContext, Path]) -> None:
    to = notifier(smtp(relay.port, tls[1]))
    before = correction()
    assert before.alert is not None
    corrected = msgspec.structs.replace(before.alert, title="Now for $5bn", first_title=alert().title, severity="low")
    await deliver(to)
    await deliver(to, msgspec.structs.replace(before, delivery="dl_bbbbbbbbbbbbbbbbbbbbbbbbbb", alert=corrected))
    first, second = (mail.message for mail in relay.mails)
    assert first["Subject"] == second["Subject"]
    assert first["References"] == second["References"]
    assert first["Message-ID"] != second["Message-ID"]
    assert relay.mails[1].part("plain").startswith("CORRECTED · UPDATE · LOW")


def test_an_escalation_is_called_by_the_headline_that_it_shows() -> None:
    now = msgspec.structs.replace(alert(), title="Now for $5bn", first_title="For $4bn")
    escalated = message(type="alert.updated", alert=now, event=event(title="Now for $5bn"), escalated_from="pm")
    subject = subject_of(escalated, compose(escalated, NOW))
    assert subject.startswith("ESCALATED [")
    assert subject.endswith("] Now for $5bn")


async def test_a_critical_alert_is_marked_important(relay: FakeRelay, tls: tuple[ssl.SSLContext, Path]) -> None:
    await deliver(notifier(smtp(relay.port, tls[1])), message(alert=alert(severity="critical")))
    assert relay.mails[0].message["Importance"] == "high"


async def test_a_receiver_may_have_its_own_sender(relay: FakeRelay, tls: tuple[ssl.SSLContext, Path]) -> None:
    await deliver(notifier(smtp(relay.port, tls[1]), **{"from": "AI desk <ai@fund.example>"}))
    (mail,) = relay.mails
    assert mail.sender == "ai@fund.example"
    assert mail.message["From"] == "AI desk <ai@fund.example>"
    assert mail.message["Message-ID"].endswith("@fund.example>")


async def test_a_title_cannot_become_a_header_or_markup(relay: FakeRelay, tls: tuple[ssl.SSLContext, Path]) -> None:
    title = "Deal\r\nBcc: all@example.com\r\n\r\n<script>alert(1)</script>"
    await deliver(notifier(smtp(relay.port, tls[1])), message(event=event(title=title), alert=alert(title=title)))
    (mail,) = relay.mails
    assert mail.message["Bcc"] is None and mail.recipients == [PM, ANA]
    assert mail.message["Subject"] == "[AI infrastructure] Deal Bcc: all@example.com <script>alert(1)</script>"
    assert "<script>" not in mail.part("html") and "&lt;script&gt;" in mail.part("html")


# --- repeats ------------------------------------------------------------------------------------------------


async def test_a_retry_is_the_same_mail_to_the_byte(relay: FakeRelay, tls: tuple[ssl.SSLContext, Path]) -> None:
    relay.replies["DATA"] = ["451 4.3.0 try later"]
    to = notifier(smtp(relay.port, tls[1]))
    payload = to.render(message())
    first = await to.send(payload, attempt())
    assert isinstance(first, Later) and first.progress == "" and "451 4.3.0 try later" in first.error
    assert isinstance(await to.send(payload, attempt(2, progress=first.progress)), Sent)
    assert isinstance(await to.send(payload, attempt(3)), Sent)
    await to.close()
    assert relay.mails[0].raw == relay.mails[1].raw


async def test_a_connection_lost_before_the_250_is_a_possible_repeat(
    relay: FakeRelay, tls: tuple[ssl.SSLContext, Path]
) -> None:
    relay.drops = 1
    to = notifier(smtp(relay.port, tls[1]))
    payload = to.render(message())
    first = await to.send(payload, attempt())
    assert isinstance(first, Later) and read_progress(first.progress) == Progress(doubt=True)
    assert isinstance(await to.send(payload, attempt(2, progress=first.progress)), Sent)
    await to.close()
    one, two = relay.mails
    assert one.message["Message-ID"] == two.message["Message-ID"]
    assert one.message["X-Alertd-Possible-Repeat"] is None
    assert two.message["X-Alertd-Possible-Repeat"] == "yes"
    assert two.part("plain").startswith("Possible repeat: an earlier attempt")
    assert "Possible repeat" in two.part("html")


async def test_a_mail_that_waited_says_how_long(relay: FakeRelay, tls: tuple[ssl.SSLContext, Path]) -> None:
    await deliver(notifier(smtp(relay.port, tls[1])), with_=attempt(4, now=NOW + 7_200_000))
    assert relay.mails[0].part("plain").startswith("Delayed 2 h:")


# --- recipients ---------------------------------------------------------------------------------------------


async def test_a_recipient_that_is_deferred_gets_it_later_and_the_other_not_twice(
    relay: FakeRelay, tls: tuple[ssl.SSLContext, Path]
) -> None:
    relay.refuse(ANA, "450 4.2.1 greylisted")
    to = notifier(smtp(relay.port, tls[1]))
    payload = to.render(message())
    first = await to.send(payload, attempt())
    assert isinstance(first, Later) and first.partly
    assert first.error == f"1 of 2 recipients deferred: {ANA}: 450 4.2.1 greylisted"
    assert read_progress(first.progress) == Progress(served=(PM,))
    second = await to.send(payload, attempt(2, progress=first.progress))
    assert isinstance(second, Sent)
    assert (second.detail, second.thread) == ("accepted for 2 of 2 recipients", f"<{DELIVERY}@desk.example>")
    await to.close()
    assert [mail.recipients for mail in relay.mails] == [[PM], [ANA]]


async def test_a_recipient_refused_for_good_is_named_and_costs_nobody_else(
    relay: FakeRelay, tls: tuple[ssl.SSLContext, Path]
) -> None:
    relay.refuse(ANA, "550 5.1.1 no such user")
    outcome = await deliver(notifier(smtp(relay.port, tls[1])))
    assert isinstance(outcome, Sent)
    assert outcome.detail == f"accepted for 1 of 2 recipients; refused: {ANA}: 550 5.1.1 no such user"
    assert relay.mails[0].recipients == [PM]


async def test_if_all_are_refused_for_good_it_is_a_dead_letter(
    relay: FakeRelay, tls: tuple[ssl.SSLContext, Path]
) -> None:
    relay.refuse(PM, "550 no")
    relay.refuse(ANA, "551 moved")
    outcome = await deliver(notifier(smtp(relay.port, tls[1])))
    assert outcome == Dead(f"all 2 recipients refused: {PM}: 550 no; {ANA}: 551 moved")
    assert relay.mails == []


async def test_refusals_add_up_over_attempts(relay: FakeRelay, tls: tuple[ssl.SSLContext, Path]) -> None:
    relay.refuse(PM, "550 no")
    relay.refuse(ANA, "450 later", "554 never")
    to = notifier(smtp(relay.port, tls[1]))
    payload = to.render(message())
    first = await to.send(payload, attempt())
    assert isinstance(first, Later)
    second = await to.send(payload, attempt(2, progress=first.progress))
    await to.close()
    assert second == Dead(f"all 2 recipients refused: {PM}: 550 no; {ANA}: 554 never")


async def test_nobody_is_left_to_send_to(tls: tuple[ssl.SSLContext, Path]) -> None:
    done = Progress(served=(PM, ANA)).encode()
    to = notifier(smtp(refused_port(), tls[1]))
    assert await deliver(to, with_=attempt(2, progress=done)) == Sent("accepted for 2 of 2 recipients")


async def test_content_refused_for_good_is_a_dead_letter(relay: FakeRelay, tls: tuple[ssl.SSLContext, Path]) -> None:
    relay.replies["DATA"] = ["554 5.7.1 looks like spam"]
    assert await deliver(notifier(smtp(relay.port, tls[1]))) == Dead("SMTP data: 554 5.7.1 looks like spam")


async def test_a_relay_that_shuts_down_is_left_alone_for_a_while(
    relay: FakeRelay, tls: tuple[ssl.SSLContext, Path]
) -> None:
    for command in ("MAIL", "RCPT", "DATA"):
        relay.replies[command] = ["421 4.3.2 shutting down"]
        outcome = await deliver(notifier(smtp(relay.port, tls[1])))
        assert isinstance(outcome, Later) and outcome.pause_s > 0 and outcome.counts, command
        assert not read_progress(outcome.progress).doubt


# --- the relay ----------------------------------------------------------------------------------------------


async def test_without_starttls_nothing_is_sent(tls: tuple[ssl.SSLContext, Path]) -> None:
    with FakeRelay() as stripped:
        outcome = await deliver(notifier(smtp(stripped.port, tls[1])))
        assert isinstance(outcome, Later) and "STARTTLS" in outcome.error
        assert stripped.mails == [] and stripped.logins == []


async def test_a_certificate_nobody_vouches_for_is_refused(relay: FakeRelay) -> None:
    outcome = await deliver(notifier(smtp(relay.port, None)))
    assert isinstance(outcome, Later) and "certificate" in outcome.error.lower()
    assert relay.mails == [] and relay.logins == []


async def test_a_certificate_for_another_name_is_refused(relay: FakeRelay, tls: tuple[ssl.SSLContext, Path]) -> None:
    outcome = await deliver(notifier(smtp(relay.port, tls[1], host="127.0.0.1")))
    assert isinstance(outcome, Later) and "127.0.0.1" in outcome.error


async def test_implicit_tls_works_too(tls: tuple[ssl.SSLContext, Path]) -> None:
    with FakeRelay(tls=tls[0], implicit=True) as relay:
        config = smtp(relay.port, tls[1], tls="implicit", username=None, password=None)
        assert isinstance(await deliver(notifier(config)), Sent)


async def test_a_relay_on_the_same_machine_needs_no_tls() -> None:
    with FakeRelay() as relay:
        assert isinstance(await deliver(notifier(smtp(relay.port, None, tls="none"))), Sent)
        assert not relay.mails[0].encrypted


async def test_a_wrong_password_is_tried_again_later(relay: FakeRelay, tls: tuple[ssl.SSLContext, Path]) -> None:
    outcome = await deliver(notifier(smtp(relay.port, tls[1], password="planted-but-wrong")))
    assert isinstance(outcome, Later) and "535" in outcome.error
    assert "planted" not in outcome.error


async def test_a_relay_that_is_down_leaves_no_doubt(tls: tuple[ssl.SSLContext, Path]) -> None:
    outcome = await deliver(notifier(smtp(refused_port(), tls[1])))
    assert isinstance(outcome, Later) and outcome.progress == "" and outcome.counts


async def test_a_batch_uses_one_connection(relay: FakeRelay, tls: tuple[ssl.SSLContext, Path]) -> None:
    to = notifier(smtp(relay.port, tls[1]))
    payload = to.render(message())
    for number in range(3):
        assert isinstance(await to.send(payload, attempt(number + 1)), Sent)
    await to.close()
    assert relay.connections == 1
    assert len(relay.mails) == 3


async def test_a_kept_connection_that_died_is_replaced(relay: FakeRelay, tls: tuple[ssl.SSLContext, Path]) -> None:
    to = notifier(smtp(relay.port, tls[1]))
    payload = to.render(message())
    await to.send(payload, attempt())
    relay.hang_up()
    assert isinstance(await to.send(payload, attempt(2)), Sent)
    await to.close()
    assert relay.connections == 2


def test_a_relay_that_does_not_end_its_tls_leaves_no_socket_behind(
    relay: FakeRelay, tls: tuple[ssl.SSLContext, Path]
) -> None:
    relay.mute_after_quit = threading.Event()
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always", ResourceWarning)
        outcome = asyncio.run(deliver(notifier(smtp(relay.port, tls[1]))))
        gc.collect()
    relay.mute_after_quit.set()
    assert isinstance(outcome, Sent)
    assert not [str(one.message) for one in seen]


async def test_a_reply_that_makes_no_sense_leaves_a_doubt(relay: FakeRelay, tls: tuple[ssl.SSLContext, Path]) -> None:
    relay.replies["DATA"] = ["299 what"]
    outcome = await deliver(notifier(smtp(relay.port, tls[1])))
    assert isinstance(outcome, Later) and read_progress(outcome.progress).doubt


def test_who_read_of_an_alert_only_in_a_digest_gets_an_addition_in_full() -> None:
    adds = message(type="alert.updated", news=["also reported by b"], loud=False, told_before=True)
    assert is_reply(adds, compose(adds, NOW))
    listed = msgspec.structs.replace(adds, told_before=False)
    lines = compose(listed, NOW)
    assert not is_reply(listed, lines)
    assert "also reported by b" in lines.headline
