"""F27 to F31: receivers that take a message and do not say so, that fail for an hour, that are full or gone."""

from __future__ import annotations

import signal
import time
from collections import Counter
from functools import partial

from tests.faults.calm import Calm
from tests.faults.case import Case, fault
from tests.faults.clocks import HOUR_MS, Ticking
from tests.faults.receivers import (
    BROKEN,
    OVER_THEN_RESET,
    OVER_THEN_SILENT,
    accepted,
    any_time,
    first_orders,
    mails_of,
    repeats,
    with_receivers,
)
from tests.faults.sink import Sink
from tests.faults.world import World, world
from tests.support.daemon import command, eventually
from tests.support.desk import item, rss
from tests.support.http import answer
from tests.support.slack_api import CHANNEL, TOKEN, Limited, SlackApi
from tests.support.smtp import FakeRelay, certificate

STORM_S = 30.0
"""An hour of the storm's clock."""


@fault("F27", "webhook-200-then-rst-or-silent")
async def test_a_message_that_was_taken_without_a_word_comes_once_more_under_its_id(case: Case) -> None:
    with Ticking(case.folder / "clock", rate=10) as clock:
        async with world(case, sources=1, env=clock.env) as w:
            any_time(w, clock)
            bad = [OVER_THEN_RESET, OVER_THEN_SILENT] * 2  # five in a row would open the breaker
            case.chance.shuffle(bad)
            w.sink.script(*bad, accepts=True, once=True)
            await w.publish(12)
            verdict = await w.settled(bound=len(bad))
            times = repeats(receipt.id for receipt in accepted(w.sink))
            assert verdict.repeats == len(bad)
            assert set(times.values()) == {1}, "each event comes again once at most"


@fault("F28", "webhook-500-storm-1h", slow=True)
async def test_a_storm_of_errors_for_an_hour_loses_nothing_keeps_the_order_and_harms_no_other(case: Case) -> None:
    with Ticking(case.folder / "clock", rate=HOUR_MS / 1000 / STORM_S) as clock:
        async with world(case, sources=1, env=clock.env, start=False) as w:
            other = Sink(w.server, "/other")
            any_time(w, clock, other)
            revised = {"id": "revised", "type": "feed", "every": "1s", "backlog": "all", "allow_private": True}
            revised["url"] = w.server.script("/revised", answer(rss(item("Orion lease", text="text 0"))))
            w.settings["sources"].append(revised)
            with_receivers(w, [w.webhook("other", other)])
            w.sink.always(BROKEN)
            await w.daemon.start()
            began = time.monotonic()
            delays: list[float] = []
            while time.monotonic() - began < STORM_S:
                calm = Calm()
                (token,) = await w.publish(1)
                text = f"text {len(delays)}"
                w.server.script("/revised", answer(rss(item("Orion lease", text=text))))
                await eventually(partial(_took, other, token), "the other receiver has it")
                delays.append(calm())
            asked = len(w.sink.receipts)
            (failing,) = w.notices.notices("receiver_failing", "sink")
            w.sink.always(None)
            while not set(w.feeds.published) <= w.sink.tokens or not await w.quiet():
                clock.jump(3 * HOUR_MS)
                await eventually(partial(_more, w, len(w.sink.tokens)), "messages go out")
            p99 = sorted(delays)[int(len(delays) * 0.99)]
            await w.settled(
                note=f"{asked} requests in the hour; others: p99 {p99:.2f} s from the page; {failing['text']}"
            )
            orders = first_orders(accepted(w.sink))
            assert max(map(len, orders.values())) > 3, "one alert had many revisions"
            assert all(order == sorted(order) for order in orders.values())
            assert len(w.notices.notices("receiver_healed", "sink")) == 1
            assert asked <= 5 + 4 + 3600 / 30, "one message probes every 30 s"
            assert p99 <= 2


async def _took(sink: Sink, token: str) -> bool:
    return token in sink.tokens


async def _more(w: World, before: int) -> bool:
    return len(w.sink.tokens) > before or await w.quiet()


@fault("F29", "slack-429-retry-after-30-x-100", slow=True)
async def test_nothing_goes_to_slack_while_it_asks_for_silence(case: Case) -> None:
    with Ticking(case.folder / "clock", rate=45) as clock:
        async with SlackApi(clock=lambda: clock() / 1000) as slack, world(case, env=clock.env, start=False) as w:
            any_time(w, clock)
            channel = {
                "id": "desk", "type": "slack", "token": TOKEN, "channel": CHANNEL, "base_url": slack.base_url,
                "allow_private": True, "storm": "off",
            }  # fmt: skip
            with_receivers(w, [channel])
            slack.script("chat.postMessage", *[fault for _ in range(100) for fault in (Limited(30), None)])
            await w.daemon.start()
            await w.publish(100)
            await slack.until(lambda: len(slack.messages) >= 100, 300)
            told = Counter(
                token for message in slack.messages for token in w.feeds.published if token in message.said
            )
            await w.settled(note=f"{slack.answers.count('ratelimited')} × 429, each followed by 30 s of silence")
            assert set(told) == set(w.feeds.published)
            assert set(told.values()) == {1}
            assert slack.answers.count("ratelimited") == 100
            assert not w.notices.notices("receiver_failing"), "to be asked to wait is no failure"
        assert slack.violations == []


@fault("F30", "slack-404-410-invalid-payload", slow=True)
async def test_slack_that_is_gone_is_left_alone_and_what_it_refuses_is_a_dead_letter_at_once(case: Case) -> None:
    answers = {"gone-404": (404, b"no_service"), "gone-410": (410, b"channel_is_archived")}
    dead = {"bad-payload": (400, b"invalid_payload"), "refused": (422, b"no")}
    with Ticking(case.folder / "clock") as clock:
        async with world(case, sources=1, env=clock.env, start=False) as w:
            any_time(w, clock)
            urls = {
                name: w.server.script(f"/{name}", answer(body, status=status))
                for name, (status, body) in (answers | dead).items()
            }
            with_receivers(
                w,
                [
                    {"id": name, "type": "slack", "webhook_url": url, "allow_private": True}
                    for name, url in urls.items()
                ],
            )
            await w.daemon.start()
            began = time.monotonic()
            await w.publish(1)
            for kind, names in (("receiver_gone", answers), ("dead_letter", dead)):
                for name in names:
                    await eventually(partial(_told, w, kind, name), f"{kind} of {name} is told")
            told_s = time.monotonic() - began
            clock.jump(HOUR_MS * 0.8)
            await w.publish(1)
            await w.some_delivered(2)
            for name, times in (("refused", 2), ("bad-payload", 4)):
                await eventually(partial(_asked, w, f"/{name}", times), f"{name} is asked {times} times")
            asked = {name: len(w.server.to(f"/{name}")) for name in urls}
            assert (asked["gone-404"], asked["gone-410"]) == (1, 1), "nothing goes to who is gone, for an hour"
            assert asked["refused"] == 2, "each message once"
            assert asked["bad-payload"] == 4, "and once as plain text, where the layout may be at fault"
            assert told_s < 60
            for name in answers:
                w.server.script(f"/{name}", answer(b"ok"))
            clock.jump(2 * HOUR_MS)
            for name in answers:
                await eventually(partial(_asked, w, f"/{name}", 3), "what waited and what came since goes out")
            await w.settled(
                allowed=["dead letters"],
                note=f"told within {told_s:.1f} s; of the gone nothing was lost, 4 dead letters of the refused",
            )


async def _asked(w: World, path: str, times: int) -> bool:
    return len(w.server.to(path)) >= times


async def _told(w: World, kind: str, subject: str) -> bool:
    return bool(w.notices.notices(kind, subject))


def _mail(relay: FakeRelay, **more: object) -> dict[str, object]:
    return {"host": "localhost", "port": relay.port, "from": "alertd@example.com", **more}


PM = {"id": "pm", "type": "email", "to": ["pm@example.com"], "storm": "off"}


@fault("F31", "smtp-drop-before-250-421-greylist", slow=True)
async def test_mail_comes_twice_at_most_and_under_one_message_id(case: Case) -> None:
    context, ca_file = certificate(case.folder)
    with Ticking(case.folder / "clock", rate=10) as clock, FakeRelay(tls=context) as relay:
        async with world(case, sources=1, env=clock.env, start=False) as w:
            any_time(w, clock)
            with_receivers(w, [PM], smtp=_mail(relay, ca_file=str(ca_file)))
            relay.drops = 2
            relay.replies["DATA"] += ["421 4.3.2 going down", "451 4.3.0 try again"]
            relay.refuse("pm@example.com", "450 4.2.0 greylisted", "451 4.7.1 come back in five minutes")
            await w.daemon.start()
            await w.publish(8)
            await eventually(lambda: _mailed(w, relay), "all is mailed", 180)
            mails = mails_of(relay)
            again = repeats(id for id, _, _ in mails)
            ids = {token: {id for id, other, _ in mails if other == token} for _, token, _ in mails}
            assert set(map(len, ids.values())) == {1}, "a repeat has its Message-ID"
            assert sum(again.values()) <= 2 and set(again.values()) <= {1}
            marked = [
                mail for id, _, mail in mails if id in again and "possible repeat" in mail.part("plain").lower()
            ]
            assert len(marked) == sum(again.values()), "and says that it may be one"
            assert all(mail.encrypted for _, _, mail in mails)
            await w.settled(note=f"{sum(again.values())} mails twice, each under its Message-ID")


async def _mailed(w: World, relay: FakeRelay) -> bool:
    return {token for _, token, _ in mails_of(relay)} >= set(w.feeds.published) and await w.quiet()


@fault("F31", "smtp-starttls-stripped-auth-refused", slow=True)
async def test_nothing_goes_to_a_relay_without_tls_or_login_and_all_of_it_when_it_is_mended(case: Case) -> None:
    context, ca_file = certificate(case.folder)
    login = {"username": "alertd", "password": "planted-right", "ca_file": str(ca_file)}
    with (
        Ticking(case.folder / "clock", rate=10) as clock,
        FakeRelay() as stripped,
        FakeRelay(tls=context, login=("alertd", "planted-right")) as relay,
    ):
        async with world(case, sources=1, env=clock.env, start=False) as w:
            any_time(w, clock)
            with_receivers(w, [PM], smtp=_mail(stripped, **login))
            await w.daemon.start()
            await w.publish(2)
            await eventually(partial(_told, w, "receiver_failing", "pm"), "the operator is told elsewhere")
            (notice,) = w.notices.notices("receiver_failing", "pm")
            assert "STARTTLS" in notice["text"]
            assert (stripped.logins, stripped.mails) == ([], []), "neither the password nor a mail goes in the clear"
            with_receivers(w, [PM], smtp=_mail(relay, **login | {"password": "planted-wrong"}))
            w.daemon.signal(signal.SIGHUP)
            await eventually(lambda: _refused(relay), "the wrong password is refused")
            assert relay.mails == []
            with_receivers(w, [PM], smtp=_mail(relay, **login))
            w.daemon.signal(signal.SIGHUP)
            await eventually(lambda: _mailed(w, relay), "all is mailed", 180)
            await w.settled(note="not a byte of mail or password without TLS; all came when the relay was mended")
            log = w.daemon.log.read_text()
            assert "planted-right" not in log and "planted-wrong" not in log


async def _refused(relay: FakeRelay) -> bool:
    return ("alertd", "planted-wrong") in relay.logins


@fault("F31", "smtp-plaintext-auth", slow=True)
async def test_a_password_without_tls_is_refused_before_it_is_ever_sent(case: Case) -> None:
    async with world(case, sources=1, start=False) as w:
        smtp = {"host": "localhost", "tls": "none", "username": "a", "password": "p", "from": "alertd@example.com"}
        with_receivers(w, [PM], smtp=smtp)
        code, out, _ = await command("check", folder=w.daemon.folder)
        assert code == 1
        assert "a password is never sent without TLS" in " ".join(out.split())
    case.row(note="refused by `alertd check`, and so at the start and at a reload")
