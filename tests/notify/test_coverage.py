"""The daily line: what it says, and its form for each receiver."""

from __future__ import annotations

import io
import json
from email import message_from_bytes, policy
from typing import Any

import msgspec

from alertd.base.clock import parse_rfc3339
from alertd.base.secrets import Secret
from alertd.model import Blind, Coverage, Message
from alertd.net.client import HttpClient
from alertd.notify.console import ConsoleConfig, ConsoleNotifier
from alertd.notify.email import EmailConfig, EmailNotifier
from alertd.notify.email_form import Mail, build
from alertd.notify.lines import TITLE_MAX
from alertd.notify.message import HEADLINE_MAX, compose
from alertd.notify.payload import payload
from alertd.notify.protocol import NotifierDeps
from alertd.notify.slack import SlackConfig, SlackNotifier
from alertd.notify.smtp import SmtpConfig
from tests.notify.cases import DELIVERY, attempt

UNTIL = parse_rfc3339("2026-01-12T12:00:00Z")  # 07:00 in New York
FILLED = Blind(
    source="edgar", since="2026-01-11T15:02:00.000Z", until="2026-01-11T15:41:00.000Z", became="filled, 1 late"
)
LINE = (
    "Coverage since yesterday 07:00: 41 of 42 sources fine · 1,204 items, 37 on your names, 3 alerts · "
    "edgar blind 10:02 to 10:41, filled, 1 late · prwire silent"
)


def line(**changes: Any) -> Message:
    coverage = Coverage(
        since="2026-01-11T12:00:00.000Z", until="2026-01-12T12:00:00.000Z", sources=42, fine=41, items=1204, names=37,
        alerts=3, not_fine={"prwire": "silent"}, blind=[FILLED],
    )  # fmt: skip
    return Message(
        type="digest", delivery=DELIVERY, receiver="pm", at="2026-01-12T12:00:01.000Z", timezone="America/New_York",
        coverage=msgspec.structs.replace(coverage, **changes), reason="coverage", dispatched_by="alertd 0.1.0",
    )  # fmt: skip


def said(now: int = UNTIL, **changes: Any) -> str:
    return compose(line(**changes), now).title


def test_the_line_says_what_was_seen_and_what_was_not() -> None:
    lines = compose(line(), UNTIL)
    assert lines.title == LINE
    assert lines.headline.startswith(
        "Coverage · 41 of 42 sources fine · 1,204 items, 37 on your names, 3 alerts · edgar"
    )
    assert len(lines.headline) <= HEADLINE_MAX
    assert (lines.status, lines.rows, lines.severity) == ("alertd · coverage", [], None)


def test_one_of_a_thing_is_one_and_a_day_on_which_all_is_well_is_short() -> None:
    well: dict[str, Any] = {"sources": 1, "fine": 1, "items": 1, "names": 0, "alerts": 1, "not_fine": {}, "blind": []}
    assert said(**well) == "Coverage since yesterday 07:00: 1 of 1 source fine · 1 item, 0 on your names, 1 alert"


def test_a_source_that_is_not_seen_now_says_since_when_and_is_not_named_twice() -> None:
    now_blind = Blind(source="prwire", since="2026-01-12T10:30:00.000Z")
    text = said(blind=[now_blind], not_fine={"prwire": "failing", "wire": "late"}, fine=40)
    assert text.endswith(" · prwire blind since 05:30 · wire late")


def test_a_time_before_the_day_has_its_date() -> None:
    long = Blind(
        source="prwire", since="2026-01-10T10:30:00.000Z", until="2026-01-11T13:00:00.000Z", became="covered"
    )
    assert "prwire blind 10 Jan 05:30 to 08:00, covered" in said(blind=[long])


def test_what_is_not_named_is_counted() -> None:
    text = said(fine=30, not_fine={"prwire": "silent"}, more_blind=7)
    assert text.endswith("filled, 1 late · 7 more blind spells · prwire silent · 11 more not fine")


def test_a_line_that_comes_late_says_so_first() -> None:
    lines = compose(line(), UNTIL + 3 * 3_600_000)
    assert lines.headline.startswith("LATE · Coverage")
    assert lines.rows[0].text == "3 h late: the day ended 07:00 EST, and alertd did not run or could not send then"
    assert compose(line(), UNTIL + 60_000).rows == []


def test_many_long_names_stay_within_a_line() -> None:
    long = [
        Blind(source="s" * 63, since="2026-01-12T10:30:00.000Z", until="2026-01-12T10:31:00.000Z", became="x" * 60)
    ]
    lines = compose(line(blind=long * 5, not_fine={"t" * 63: "gone"}), UNTIL)
    assert len(lines.title) <= TITLE_MAX


def test_webhooks_get_a_digest_with_the_figures() -> None:
    body = json.loads(payload(line()))
    assert (body["type"], set(body["data"])) == ("digest", {"coverage", "delivery"})
    assert (body["data"]["coverage"]["items"], body["data"]["coverage"]["fine"]) == (1204, 41)
    assert body["data"]["coverage"]["blind"][0]["became"] == "filled, 1 late"


async def test_slack_shows_the_line() -> None:
    async with HttpClient("alertd-test") as http:
        config = SlackConfig(id="pm", webhook_url=Secret("https://hooks.slack.com/services/x"))
        frozen = json.loads(SlackNotifier(config, NotifierDeps(http=http, clock=lambda: UNTIL)).render(line()))
    texts = [block["text"]["text"] for block in frozen["blocks"] if "text" in block]
    assert texts == ["alertd · coverage", f"*{LINE}*"]


async def test_a_mail_has_the_line_as_its_subject_and_text() -> None:
    async with HttpClient("alertd-test") as http:
        smtp = SmtpConfig.model_validate({"host": "mail.example.com", "from": "alertd@example.com"})
        config = EmailConfig.model_validate({"id": "pm", "to": ["pm@example.com"]})
        notifier = EmailNotifier(config, NotifierDeps(http=http, smtp=smtp, clock=lambda: UNTIL))
        frozen = msgspec.json.decode(notifier.render(line()), type=Mail)
    data = build(frozen, "alertd@example.com", ["pm@example.com"], [])
    mail = message_from_bytes(data, policy=policy.default)
    assert str(mail["subject"]).startswith("[alertd] Coverage since yesterday 07:00: 41 of 42 sources fine")
    body = mail.get_body(("plain",))
    assert body is not None
    assert LINE in " ".join(body.get_content().split())


async def test_the_console_writes_json_for_machines_and_the_line_for_people() -> None:
    async with HttpClient("alertd-test") as http:
        for form, shown in (("json", '"type":"digest"'), ("rich", LINE)):
            stream = io.StringIO()
            config = ConsoleConfig.model_validate({"id": "pm", "format": form})
            notifier = ConsoleNotifier(config, NotifierDeps(http=http, clock=lambda: UNTIL, stream=stream))
            await notifier.send(notifier.render(line()), attempt(now=UNTIL))
            assert shown in stream.getvalue()
