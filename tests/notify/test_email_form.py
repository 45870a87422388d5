"""What a mail consists of: its subject, its thread, its two bodies."""

from __future__ import annotations

import email
import email.policy
import re
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import msgspec
import pytest

from alertd.base.html import Html, element, style_sheet
from alertd.model import Coverage, Message
from alertd.net.client import HttpClient
from alertd.notify.email import EmailConfig, EmailNotifier
from alertd.notify.email_form import Mail, build
from alertd.notify.email_html import COLOURS
from alertd.notify.email_text import WIDTH, wrapped
from alertd.notify.protocol import NotifierDeps
from alertd.notify.smtp import SmtpConfig
from tests.notify.cases import DELIVERY, NOW, alert, correction, event, match, message, note, notice
from tests.notify.digests import brief, digest, item


def mail_of(said: Message, **changes: Any) -> EmailMessage:
    """Render a message, and read the mail as a client does."""
    smtp = SmtpConfig.model_validate({"host": "mail.example.com", "from": "alertd@desk.example"})
    config = EmailConfig.model_validate({"id": "pm-mail", "to": ["pm@example.com"]})
    to = EmailNotifier(config, NotifierDeps(http=HttpClient("unused"), smtp=smtp, clock=lambda: NOW))
    frozen = msgspec.json.decode(to.render(said), type=Mail)
    raw = build(frozen, "alertd@desk.example", ["pm@example.com"], [], **changes)
    return email.message_from_bytes(raw, policy=email.policy.default)


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


class Read(HTMLParser):
    """Collects what a reader sees, the addresses behind it, and everything that would be fetched."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.open: list[str] = []
        self._hidden = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.open.append(tag)
        if tag == "meta":
            self.open.pop()
        self._hidden = self._hidden or (len(self.open) if tag in ("style", "title") else 0)
        if tag == "a":
            self.links.append(given.get("href") or "")
        if tag in ("img", "script", "link", "iframe", "object") or "src" in given or "background" in given:
            self.fetched.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1] == tag, f"</{tag}> ends {self.open}"
        if self._hidden == len(self.open):
            self._hidden = 0
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words += data.split()

    @property
    def text(self) -> str:
        return " ".join(self.words)


# --- subject and thread -------------------------------------------------------------------------------------


def test_a_brief_is_named_by_its_portfolio_and_its_number() -> None:
    mail = mail_of(brief())
    assert mail["Subject"] == "AI infrastructure: brief of 7 alerts, 2 high"
    assert mail["List-Id"] == "<pm-mail.alertd.desk.example>"
    assert mail["References"] is None and mail["In-Reply-To"] is None and mail["Importance"] is None


def test_a_brief_of_several_portfolios_says_how_many() -> None:
    mail = mail_of(brief(digest(kind="storm", items=[item(), item(portfolio="power")])))
    assert mail["Subject"] == "2 portfolios: storm of 7 alerts, 2 high"


def test_an_escalation_stands_beside_the_thread_and_says_so_first() -> None:
    mail = mail_of(message(escalated_from="pm-phone"))
    assert mail["Subject"].startswith("ESCALATED [AI infrastructure] Vega Grid leases")
    assert mail["References"] == f"<{alert().id}@desk.example>"
    assert mail["Importance"] == "high"
    assert part(mail, "plain").startswith("ESCALATED · HIGH")


def test_an_update_replies_to_the_first_mail_below_the_root() -> None:
    first = "<dl_ffffffffffffffffffffffffff@desk.example>"
    mail = mail_of(
        message(type="alert.updated", told_before=True, loud=False, news=["also reported by b"]), first=first
    )
    assert mail["In-Reply-To"] == first
    assert mail["References"] == f"<{alert().id}@desk.example> {first}"


@pytest.mark.parametrize(("loud", "importance"), [(True, "high"), (False, None)])
def test_only_what_is_loud_about_a_critical_alert_is_important(loud: bool, importance: str | None) -> None:
    critical = message(type="alert.updated", loud=loud, alert=alert(severity="critical"))
    assert mail_of(critical)["Importance"] == importance


def test_an_answer_to_a_critical_alert_is_not_important() -> None:
    assert mail_of(message(type="alert.acknowledged", alert=alert(severity="critical")))["Importance"] is None


@pytest.mark.parametrize(
    "title",
    [
        "Deal\r\nBcc: all@example.com",
        "=?utf-8?q?Bcc=3A_all?= =?utf-8?b?QUJD?=",
        "a\u202egnp.exe\u2066 b",
        "\x00\x1b[2J\x7f",
        "t" * 5000,
        "é" * 5000,
        "\U0001f469\u200d\U0001f680" * 500,
        "\ud800",
        " \t ",
    ],
)
def test_whatever_a_title_holds_the_subject_stays_one_header(title: str) -> None:
    said = message(event=event(title=title), alert=alert(title=title), portfolio_title=title)
    smtp = SmtpConfig.model_validate({"host": "mail.example.com", "from": "alertd@desk.example"})
    config = EmailConfig.model_validate({"id": "pm-mail", "to": ["pm@example.com"]})
    to = EmailNotifier(config, NotifierDeps(http=HttpClient("unused"), smtp=smtp, clock=lambda: NOW))
    raw = build(msgspec.json.decode(to.render(said), type=Mail), "alertd@desk.example", ["pm@example.com"], [])
    head = raw.partition(b"\r\n\r\n")[0]
    names = [line.partition(b":")[0] for line in head.split(b"\r\n") if line[:1] not in b" \t"]
    assert names.count(b"Subject") == 1 and b"Bcc" not in names and len(names) == len(set(names))
    assert head.isascii() and b"\n" not in head.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert not raw.replace(b"\r\n", b"").count(b"\n")


def test_a_digest_and_its_rules_are_as_harmless_as_a_title() -> None:
    nasty = "Deal\r\nBcc: all@example.com <script>alert(1)</script> =?utf-8?q?x?= \u202e"
    mail = mail_of(brief(digest(items=[item(title=nasty, portfolio_title=nasty, source=nasty, news=[nasty])])))
    assert mail["Bcc"] is None
    assert "<script" not in part(mail, "html") and "\u202e" not in part(mail, "plain")


# --- bodies -------------------------------------------------------------------------------------------------


MESSAGES = {
    "alert": message(),
    "correction": correction(),
    "notice": notice(),
    "brief": brief(),
    "note in the alert": message(alert=alert(note=note())),
    "note": message(type="note", alert=alert(note=note(by="openai/small-1")), told_before=True),
    "acknowledged": message(type="alert.acknowledged", alert=alert(acknowledged_by="jd")),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_both_parts_say_the_same(name: str) -> None:
    mail = mail_of(MESSAGES[name])
    text, page = " ".join(part(mail, "plain").split()), Read(part(mail, "html"))
    for word in page.words:
        if word not in ("·",) and not word.startswith("http"):
            assert word.strip(":") in text, word
    for link in page.links:
        assert link in text
    assert page.fetched == [] and page.open == []


@pytest.mark.parametrize("name", MESSAGES)
def test_the_text_has_78_columns_but_for_addresses(name: str) -> None:
    for line in part(mail_of(MESSAGES[name]), "plain").splitlines():
        assert len(line) <= WIDTH or "https://" in line, line


def test_a_long_row_goes_on_below_its_beginning() -> None:
    many = [match(rule=f"rule-{n}", title="Compute lease of half a billion a year or more") for n in range(3)]
    lines = part(mail_of(message(alert=alert(matches=many))), "plain").splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("Why you   "))
    assert lines[at + 1].startswith("          ") and not lines[at + 1].startswith("           ")


def test_wrapping_keeps_every_word_and_takes_linear_time() -> None:
    assert wrapped("aa bb cc", width=5) == ["aa bb", "cc"]
    assert wrapped("x" * 100, 4) == [" " * 4 + "x" * 100]
    text = "word " * 100_000
    assert " ".join(wrapped(text.strip())) == text.strip()


def test_the_preheader_is_the_push_line() -> None:
    page = part(mail_of(message()), "html")
    first = re.search(r"<body[^>]*><div[^>]*>([^<]*)</div>", page)
    assert first is not None and first[1].startswith("HIGH · Vega Grid leases its Orion supercomputer")


def test_an_alert_of_a_brief_is_a_link_and_an_expired_one_stands_at_the_foot() -> None:
    page = Read(part(mail_of(brief()), "html"))
    assert page.links[0] == "https://news.example.com/orion?a=1&b=2"
    assert page.text.index("Lumen Labs hires a treasurer") < page.text.index("4 alerts more")
    assert page.text.index("4 alerts more") < page.text.index("Expired while they waited")
    assert page.text.endswith("example-wire · first seen 02:14")


def test_white_words_on_a_badge_can_be_read() -> None:
    def light(channel: int) -> float:
        part = channel / 255
        return part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4

    for colour in COLOURS.values():
        red, green, blue = (light(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
        assert 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 5, colour


# --- markup -------------------------------------------------------------------------------------------------


def test_text_cannot_become_markup() -> None:
    made = element("p", "<b>&", element("i", '"x"'), title='">')
    assert made == '<p title="&quot;&gt;">&lt;b&gt;&amp;\n<i>"x"</i></p>'
    assert (
        element("p", str(made) + "")
        == f"<p>{made.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')}</p>"
    )
    assert element("p", Html(made)) == f"<p>{made}</p>"
    assert element("meta", charset="utf-8") == '<meta charset="utf-8">'
    assert element("a", "x", class_="", href="y") == '<a href="y">x</a>'


def test_no_name_can_be_smuggled_in() -> None:
    with pytest.raises(ValueError, match="lower-case"):
        element("p", **{"x onload": "y"})
    with pytest.raises(ValueError, match="must not hold <"):
        style_sheet("</style>")


def test_a_delivery_names_the_mail() -> None:
    assert mail_of(message())["Message-ID"] == f"<{DELIVERY}@desk.example>"


def test_an_update_that_only_adds_is_a_short_reply() -> None:
    update = message(type="alert.updated", told_before=True, loud=False, news=["also reported by second-wire"])
    text = part(mail_of(update), "plain")
    assert "New       also reported by second-wire" in text and "Source    example-wire" in text
    assert "Why you" not in text and "stands in the first mail of this thread" in text
    loud = part(mail_of(msgspec.structs.replace(update, loud=True)), "plain")
    assert "Why you" in loud and "first mail of this thread" not in loud


def test_what_was_taken_back_is_struck_through() -> None:
    taken_back = message(type="alert.updated", event=event(withdrawn=True, revision=2))
    assert "text-decoration:line-through" in part(mail_of(taken_back), "html")
    assert "line-through" not in part(mail_of(message()), "html")


def test_a_coverage_line_is_a_heading_with_its_parts_below() -> None:
    seen = Coverage(
        since="2026-01-11T12:00:00.000Z",
        until="2026-01-12T12:42:00.000Z",
        sources=2,
        fine=2,
        items=9,
        names=1,
        alerts=0,
    )
    mail = mail_of(message(type="digest", alert=None, event=None, coverage=seen))
    page = part(mail, "html")
    assert ">Coverage since yesterday 07:00: 2 of 2 sources fine</h1>" in page
    assert ">9 items, 1 on your names, 0 alerts</div>" in page
    assert str(mail["Subject"]).endswith("2 of 2 sources fine · 9 items, 1 on your names, 0 alerts")
