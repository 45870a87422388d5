"""Polls of a mailbox, over real IMAP servers: each mail is one event, and none is lost or touched."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest

from alertd import telemetry
from alertd.base.failpoints import Failpoint, arm
from alertd.errors import ParseKilled
from alertd.model import ParsedFeed
from alertd.sources.parsepool import ParseJob
from tests.support.imap import KINDS, Kind, Mailbox, mail, open_mailbox
from tests.support.imap_server import PASSWORD, ImapServer
from tests.workers.mailing import Post
from tests.workers.polling import CountingPool

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(params=KINDS)
def box(request: pytest.FixtureRequest) -> Iterator[Mailbox]:
    kind: Kind = request.param
    with open_mailbox(kind) as opened:
        yield opened


@pytest.fixture
def post(box: Mailbox, pool: CountingPool) -> Post:
    return Post(box, pool)


async def test_each_mail_is_one_event_however_often_the_folder_is_read(post: Post) -> None:
    post.box.deliver(mail("Trading suspension"))
    post.box.deliver(mail("Order issued", sender="alerts@exchange.example", signed="exchange.example"))
    assert (await post.poll()).outcome == "new"
    (first, second) = await post.events()
    assert (first.title, second.title) == ("Trading suspension", "Order issued")
    assert first.body == "The Commission has suspended trading in Vega Grid."
    assert first.authors == ["Alerts <alerts@sec.gov>"]
    assert first.published_at == "2025-06-02T13:05:00.000Z"
    assert (await post.poll()).outcome == "unchanged"
    post.box.deliver(mail("Trading resumes"))
    assert (await post.poll()).outcome == "new"
    assert await post.titles() == ["Trading resumes"]
    assert post.watched == ["regulators"] * 3


async def test_nothing_in_the_mailbox_is_changed_unless_mails_are_to_be_marked_as_read(post: Post) -> None:
    post.box.deliver(mail("First"))
    await post.poll()
    assert post.box.seen() == [False]
    post.box.deliver(mail("Second"))
    post.box.deliver(mail("Forged", signed=""))
    await post.poll(mark_seen=True)
    assert post.box.seen() == [False, True, False]
    assert post.state.state == "fine"


async def test_a_forged_sender_is_refused_with_a_trace(post: Post) -> None:
    forged = telemetry.MAIL_REFUSED.labels(source="regulators", why="forged")
    before = forged._value.get()
    post.box.deliver(mail("Pay at once", signed="evil.example"))
    post.box.deliver(mail("Again", signed="", number="another"))
    post.box.deliver(mail("Genuine"))
    await post.poll()
    assert await post.titles() == ["Genuine"]
    first, second = await post.journal("entry")
    assert first.ids == ["regulators"]
    assert "forged sender: alerts@sec.gov is not signed by sec.gov: DKIM pass of evil.example" in first.reason
    assert first.data["title"] == "Pay at once"
    assert "forged sender: alerts@sec.gov is not signed by sec.gov: DKIM none" in second.reason
    assert forged._value.get() == before + 2
    (notice,) = await post.journal("notice")
    assert notice.reason == "mail_forged"
    assert "Pay at once" not in str(notice), "what a forger writes is not carried on"
    post.box.deliver(mail("Once more", signed="", number="third"))
    await post.poll()
    assert len(await post.journal("entry")) == 3
    assert len(await post.journal("notice")) == 1, "the operator is told once a day"


async def test_who_is_not_on_the_list_is_refused_without_a_word_to_the_operator(post: Post) -> None:
    post.box.deliver(mail("Win a prize", sender="x@lottery.example", signed="lottery.example"))
    await post.poll()
    assert await post.titles() == []
    (reason,) = await post.reasons()
    assert "sender not listed: x@lottery.example is not in `from`" in reason
    assert await post.journal("notice") == []


async def test_the_first_poll_passes_over_what_is_there_unless_backlog_says_otherwise(post: Post) -> None:
    post.box.deliver(mail("Old"))
    post.more["backlog"] = "none"
    parsed = post.pool.parsed
    assert (await post.poll()).outcome == "nothing_new"
    assert post.pool.parsed == parsed, "what is passed over is not even fetched"
    post.box.deliver(mail("New"))
    await post.poll()
    assert await post.titles() == ["New"]


async def test_a_backlog_of_a_day_is_that_and_no_more(post: Post) -> None:
    now = format_datetime(datetime.now(UTC))
    post.box.deliver(mail("Of last week", date=now), age_s=7 * 86_400)
    post.box.deliver(mail("Of today", date=now), age_s=3_600)
    await post.poll(backlog="24h")
    assert await post.titles() == ["Of today"]
    assert post.state.cursor["uid"] == 2
    post.box.deliver(mail("New"))
    await post.poll(backlog="24h")
    assert await post.titles() == ["New"]


async def test_a_crash_before_the_end_costs_a_second_look_and_no_mail(post: Post) -> None:
    post.box.deliver(mail("First"))
    post.box.deliver(mail("Second"))
    arm("poll.ingested:1:raise")
    try:
        with pytest.raises(Failpoint):
            await post.poll()
    finally:
        arm("")
    await post.restart()
    assert (await post.poll()).outcome == "nothing_new"
    assert await post.titles() == ["First", "Second"]
    assert (await post.poll()).outcome == "unchanged"


async def test_a_renumbered_folder_is_looked_at_again_and_nothing_comes_twice(post: Post) -> None:
    for title in ("First", "Second"):
        post.box.deliver(mail(title))
    await post.poll()
    assert await post.titles() == ["First", "Second"]
    post.box.renumber()
    post.box.deliver(mail("Third"))
    await post.poll()
    assert await post.titles() == ["Third"]
    assert post.state.cursor["uid"] >= 52


async def test_a_renumbered_folder_of_many_mails_is_read_in_turns_and_without_its_old_ones(post: Post) -> None:
    post.box.deliver(mail("Known"))
    await post.poll()
    assert await post.titles() == ["Known"]
    for number in range(103):
        post.box.deliver(mail(f"Old {number}"), age_s=10 * 86_400)
        post.box.deliver(mail(f"New {number}"))
    post.box.renumber()
    found = []
    while (await post.poll()).outcome == "new":
        found += await post.titles()
    assert sorted(found) == sorted(f"New {number}" for number in range(103))


async def test_mails_that_are_deleted_by_others_are_no_trouble(post: Post) -> None:
    post.box.deliver(mail("First"))
    await post.poll()
    post.box.expunge()
    assert (await post.poll()).outcome == "unchanged"
    post.box.deliver(mail("Second"))
    await post.poll()
    assert await post.titles() == ["First", "Second"]


async def test_another_folder_is_read_by_its_name_in_any_alphabet(post: Post) -> None:
    post.more["folder"] = "Behörden & Börsen"
    post.box.deliver(mail("To the inbox"))
    post.box.deliver(mail("To the folder"), folder="Beh&APY-rden &- B&APY-rsen")
    await post.poll()
    assert await post.titles() == ["To the folder"]


async def test_the_same_mail_twice_is_one_event_and_another_text_a_correction(post: Post) -> None:
    post.box.deliver(mail("Notice", number="n1"))
    post.box.deliver(mail("Notice", number="n1"))
    await post.poll()
    assert await post.titles() == ["Notice"]
    post.box.deliver(mail("Notice", number="n1", text="Corrected: trading in Lyra Labs."))
    await post.poll()
    (event,) = await post.events()
    assert (event.revision, event.revision_reason) == (2, "correction")


async def test_mails_of_one_wording_are_as_many_events(post: Post) -> None:
    for number in range(7):
        post.box.deliver(mail("Trading halt", number=f"h{number}"))
        if number == 0:
            await post.poll()
    await post.poll()
    assert await post.titles() == ["Trading halt"] * 7
    assert await post.journal("notice") == []


async def test_many_mails_are_read_in_turns(post: Post) -> None:
    for number in range(130):
        post.box.deliver(mail(f"Mail {number}"))
    await post.poll()
    assert len(await post.events()) == 100
    assert post.hurried == ["regulators"]
    await post.poll()
    assert len(await post.events()) == 30
    assert (await post.poll()).outcome == "unchanged"


class FragilePool(CountingPool):
    """A parse pool whose workers die over some mails."""

    async def parse(self, job: ParseJob) -> ParsedFeed:
        if b"deadly" in job.body:
            raise ParseKilled("it took longer than 10 s")
        return await super().parse(job)


async def test_a_mail_that_kills_parse_workers_is_left_out_and_those_behind_it_are_reached(box: Mailbox) -> None:
    async with FragilePool(1) as pool:
        post = Post(box, pool)
        for title in ("First", "deadly", "Last"):
            box.deliver(mail(title))
        assert (await post.poll()).outcome == "new"
        assert await post.titles() == ["First"]
        assert post.hurried == ["regulators"]
        assert (await post.poll()).outcome == "new"
        assert await post.titles() == ["Last"]
        (reason,) = await post.reasons()
        assert "unreadable: two parse workers died over it (it took longer than 10 s) (mail 2)" in reason
        box.deliver(mail("deadly again"))
        assert (await post.poll()).outcome == "failed"
        assert (await post.poll()).outcome == "nothing_new"
        assert (await post.poll()).outcome == "unchanged"


async def test_a_mail_that_the_server_does_not_hand_over_is_left_out_at_the_second_poll(pool: CountingPool) -> None:
    with open_mailbox("python") as box:
        assert isinstance(box, ImapServer)
        post = Post(box, pool)
        for title in ("First", "Damaged", "Last"):
            box.deliver(mail(title))
        box.damaged = 2
        await post.poll()
        assert (await post.poll()).outcome == "new"
        assert await post.titles() == ["First", "Last"]
        (reason,) = await post.reasons()
        assert "unreadable: the server does not send a mail: NO [SERVERBUG] damaged (mail 2)" in reason


async def test_a_large_mail_is_cut_and_says_so(post: Post) -> None:
    post.box.deliver(mail("Large", text="Vega Grid. " * 20_000))
    await post.poll(max_bytes=20_000)
    (event,) = await post.events()
    assert event.truncated
    assert 15_000 < len(event.body) < 20_000


async def test_a_wrong_password_is_a_failed_poll_that_does_not_repeat_it(post: Post) -> None:
    polled = await post.poll(password="wrong and secret")
    assert polled.outcome == "failed"
    assert "does not log in" in polled.state.error
    assert "wrong and secret" not in polled.state.error
    assert PASSWORD not in polled.state.error
    post.box.deliver(mail("First"))
    await post.poll()
    assert post.state.state == "fine"


async def test_a_folder_that_is_not_there_is_a_failed_poll(post: Post) -> None:
    polled = await post.poll(folder="Nowhere")
    assert polled.outcome == "failed"
    assert "does not open the folder" in polled.state.error


async def test_a_server_that_is_away_is_a_failed_poll_and_nothing_is_lost(post: Post) -> None:
    post.box.deliver(mail("First"))
    await post.poll()
    post.box.stop()
    assert (await post.poll()).state.error == "localhost: refuses connections"
    post.box.start()
    post.box.deliver(mail("Second"))
    await post.poll()
    assert await post.titles() == ["First", "Second"]


async def test_starttls_protects_the_password_or_nothing_is_sent(post: Post) -> None:
    post.box.deliver(mail("First"))
    polled = await post.poll(tls="starttls", port=post.box.plain_port)
    if polled.outcome == "failed":
        assert "does not offer STARTTLS" in polled.state.error
    else:
        assert await post.titles() == ["First"]


async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(post: Post) -> None:
    polled = await post.poll(ca_file=None)
    assert "certificate" in polled.state.error


async def test_certificates_that_are_not_there_are_told_and_taken_once_they_are(post: Post, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    polled = await post.poll(ca_file=str(file))
    assert polled.state.error == "not asked: ca_file cannot be read (No such file or directory)"
    file.write_text("nothing of the kind")
    assert "ca_file cannot be read" in (await post.poll(ca_file=str(file))).state.error
    file.write_bytes(post.box.ca_file.read_bytes())
    assert (await post.poll(ca_file=str(file))).state.state == "fine"


async def test_an_address_inside_the_house_needs_to_be_admitted(post: Post) -> None:
    polled = await post.poll(allow_private=False)
    assert polled.outcome == "failed"
    assert "loopback address" in polled.state.error
    assert (await post.poll(host="127.0.0.1", allow_private=False)).outcome == "gone"
