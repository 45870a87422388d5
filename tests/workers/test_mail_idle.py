"""A mail server that says by itself that mail has come (IDLE)."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from alertd.sources.mail import MailConfig
from alertd.sources.polled import PolledConfig
from alertd.workers import mail_idle
from alertd.workers.mail_idle import MailIdle
from tests.support.imap import KINDS, Kind, Mailbox, mail, open_mailbox, settings
from tests.support.imap_server import ImapServer
from tests.workers.make import until


class Listener:
    """What the timetable is told."""

    def __init__(self) -> None:
        self.woken: list[float] = []
        self.others: list[PolledConfig] = []
        """Sources that are not polled here, or not any more."""
        self.idle = MailIdle(
            lambda source: self.woken.append(time.monotonic()), lambda source: source not in self.others
        )


@pytest.fixture(params=KINDS)
def box(request: pytest.FixtureRequest) -> Iterator[Mailbox]:
    kind: Kind = request.param
    with open_mailbox(kind) as opened:
        yield opened


@pytest_asyncio.fixture
async def listener() -> AsyncIterator[Listener]:
    listening = Listener()
    yield listening
    await listening.idle.stop()


def source(box: Mailbox, **more: object) -> MailConfig:
    return MailConfig.model_validate(settings(box, **more))


async def test_mail_that_comes_wakes_the_timetable_at_once(box: Mailbox, listener: Listener) -> None:
    listener.idle.watch(source(box))
    await until(lambda: len(listener.woken) == 1, "it is asked for what came before somebody listened")
    for count in (2, 3):
        delivered = time.monotonic()
        box.deliver(mail(f"Mail {count}"))
        await until(lambda count=count: len(listener.woken) >= count, "the server tells")  # type: ignore[misc]
        print(f"told after {1000 * (listener.woken[-1] - delivered):.0f} ms")


async def test_a_connection_that_breaks_is_opened_again(
    box: Mailbox, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_idle, "FIRST_PAUSE_S", 0.05)
    listener.idle.watch(source(box))
    await until(lambda: len(listener.woken) == 1, "it listens")
    box.stop()
    box.start()
    await until(lambda: len(listener.woken) == 2, "it listens again, and asks for what came meanwhile")
    box.deliver(mail("After the break"))
    await until(lambda: len(listener.woken) >= 3, "the server tells")


async def test_listening_is_renewed_before_anybody_forgets_it(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert mail_idle.RENEW_S < 29 * 60
    monkeypatch.setattr(mail_idle, "RENEW_S", 0.02)
    with open_mailbox("python") as box:
        assert isinstance(box, ImapServer)
        listener.idle.watch(source(box))
        await until(lambda: box.commands.count("IDLE") >= 4, "it is renewed")
        assert box.connections == 1
        assert len(listener.woken) == 1, "to renew is no news"
        box.deliver(mail("First"))
        await until(lambda: len(listener.woken) >= 2, "the server tells")


async def test_a_source_that_is_not_ours_any_more_is_let_go(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_idle, "RENEW_S", 0.05)
    with open_mailbox("python") as box:
        assert isinstance(box, ImapServer)
        listener.idle.watch(source(box))
        await until(lambda: box.idlers == 1, "it listens")
        listener.others = [source(box)]
        await until(lambda: box.idlers == 0, "it has hung up")


async def test_a_server_without_idle_is_left_in_peace(listener: Listener) -> None:
    with open_mailbox("python") as box:
        assert isinstance(box, ImapServer)
        box.capabilities = "IMAP4rev1 AUTH=PLAIN"
        listener.idle.watch(source(box))
        await until(lambda: "LOGOUT" in box.commands, "it has found out")
        assert box.connections == 1
        listener.idle.watch(source(box))
        listener.idle.watch(source(box))
        listener.idle.watch(source(box, id="another"))
        await until(lambda: box.commands.count("LOGOUT") == 2, "it has found out about another source")
        assert box.connections == 2
        assert listener.woken == []


async def test_a_refused_login_is_not_tried_again_until_a_poll_has_succeeded(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_idle, "FIRST_PAUSE_S", 0.01)
    with open_mailbox("python") as box:
        assert isinstance(box, ImapServer)
        listener.idle.watch(source(box, password="wrong"))
        await until(lambda: "LOGOUT" in box.commands, "it was refused")
        listener.idle.watch(source(box))
        await until(lambda: box.idlers == 1, "with the right password it listens")
        assert box.commands.count("AUTHENTICATE") == 2
