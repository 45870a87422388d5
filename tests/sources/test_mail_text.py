"""The text of a mail: what people wrote, whatever their programs made of it."""

from __future__ import annotations

import base64
import importlib.util

import pytest

from alertd.model import Event, ParsedFeed, event_from_json
from alertd.sources.events import SourceFacts
from alertd.sources.mail import about_mail, parse_mail
from alertd.sources.mail_text import unflowed

SEEN_MS = 1_748_870_000_000
HEAD = (
    "From: Alerts <alerts@sec.gov>\nSubject: Notice\nMessage-ID: <1@sec.gov>\nDate: Mon, 02 Jun 2025 09:05:00 -0400\n"
)


def parsed(raw: str | bytes, source: SourceFacts | None = None) -> ParsedFeed:
    if isinstance(raw, str):
        raw = raw.replace("\n", "\r\n").encode("utf-8", "surrogateescape")
    return parse_mail(raw, None, "", source or SourceFacts(id="m"), SEEN_MS, None)


def event(raw: str | bytes, source: SourceFacts | None = None) -> Event:
    page = parsed(raw, source)
    assert page.rejected == []
    (candidate,) = page.candidates
    made = event_from_json(bytes(candidate.event))
    assert (made.id, made.title) == (candidate.event_id, candidate.title)
    return made


def part(kind: str, text: str, *lines: str) -> str:
    return "\n".join((f"Content-Type: {kind}", *lines, "", text))


def several(subtype: str, *parts: str, boundary: str = "b") -> str:
    body = "".join(f"--{boundary}\n{one}\n" for one in parts)
    return part(f'multipart/{subtype}; boundary="{boundary}"', f"preamble\n{body}--{boundary}--\nepilogue")


def body(*parts: str) -> str:
    return event(HEAD + "\n".join(parts)).body


def test_the_fields_of_an_event() -> None:
    lines = "List-Id: Orders <orders.sec.gov>\nArchived-At: <https://www.sec.gov/orders/1>\nContent-Language: de-DE\n"
    made = event(HEAD + lines + "\nSee https://evil.example/ for more.")
    assert made.title == "Notice"
    assert made.authors == ["Alerts <alerts@sec.gov>"]
    assert made.categories == ["orders.sec.gov"]
    assert made.url == "https://www.sec.gov/orders/1"
    assert made.language == "de"
    assert made.published_at == made.event_at == "2025-06-02T13:05:00.000Z"
    assert made.published_raw == "Mon, 02 Jun 2025 09:05:00 -0400"
    assert made.body == "See https://evil.example/ for more."


def test_a_mail_without_a_date_was_published_when_our_server_took_it_in() -> None:
    facts = about_mail(SourceFacts(id="m"), uid=1, size=10, received_ms=SEEN_MS - 60_000, whole=True)
    made = event("From: a@sec.gov\nSubject: Notice\n\nText.", facts)
    assert made.published_at == "2025-06-02T13:12:20.000Z"
    assert event("From: a@sec.gov\nSubject: Notice\nDate: yesterday\n\nText.").published_at is None


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("=?utf-8?Q?Order_against_=22Vega=22?=", 'Order against "Vega"'),
        ("=?utf-8?B?QsO2cnM=?= =?utf-8?B?ZQ==?=", "Börse"),
        ("=?utf-8?B?QsM=?=\n =?utf-8?B?tnJzZQ==?=", "Börse"),  # one letter on two words
        ("=?iso-8859-1?Q?B=F6rse?= opens =?utf-8*en?q?late?=", "Börse opens late"),
        ("=?gb2312?B?yc+6o9akyK+9u9LXy/k=?=", "上海证券交易所"),
        ("=?iso-2022-jp?B?GyRCRWwwQhsoQg==?=", "東安"),
        ("=?no-such-set?Q?Caf=C3=A9?=", "Café"),
        ("=?utf-8?Q?broken", "=?utf-8?Q?broken"),
        ("=?utf-8?B?%%%?= x", "x"),
        ("  folded\n\tover two  lines ", "folded over two lines"),
        ("Börse in plain UTF-8", "Börse in plain UTF-8"),
        ("a\u202eb\x07c", "abc"),
        ("", "The first sentence stands for the subject."),
    ],
)
def test_subjects(subject: str, title: str) -> None:
    made = event(f"From: a@sec.gov\nSubject: {subject}\n\nThe first sentence stands for the subject. More.")
    assert made.title == title


def test_bytes_that_nobody_declared() -> None:
    assert event(b"From: a@sec.gov\r\nSubject: B\xf6rse\r\n\r\nB\xf6rse").title == "Börse"


@pytest.mark.parametrize(
    ("kind", "encoding", "data", "text"),
    [
        ("text/plain; charset=utf-8", "8bit", "Börse".encode(), "Börse"),
        ("text/plain; charset=iso-8859-1", "quoted-printable", b"B=F6rse =\r\nopens=0D=0Alate", "Börse opens\nlate"),
        ("text/plain; charset=\"windows-1252\"", "base64", base64.b64encode("€ 5bn".encode("cp1252")), "€ 5bn"),
        ("text/plain; charset=us-ascii", "7bit", "Börse".encode(), "Börse"),
        ("text/plain; charset=x-unknown", "8bit", "Börse".encode("cp1252"), "Börse"),
        ("text/plain", "", b"plain", "plain"),
        ("text", "quoted-printable", b"a=ZZb=", "a=ZZb"),
        ("text/plain; charset=utf-16", "base64", base64.b64encode("Vega".encode("utf-16")), "Vega"),
        ("text/plain", "base64", b"Vm Vn\r\nYQ=", "Vega"),
        ("text/html; charset=utf-8", "quoted-printable", b"<p>A &amp; B<br>=C3=B6<script>x</script>", "A & B\nö"),
        ("text/plain", "x-uuencode", b"begin 644 x", "begin 644 x"),
        ("text/plain", "base64", b"\x1f\x8b" + b"A", ""),
    ],
)  # fmt: skip
def test_encodings(kind: str, encoding: str, data: bytes, text: str) -> None:
    head = HEAD.replace("\n", "\r\n").encode()
    raw = head + f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode() + data
    assert event(raw).body == text


def test_compressed_text_is_not_unpacked() -> None:
    import gzip

    packed = base64.b64encode(gzip.compress(b"x" * 1_000)).decode()
    assert body(part("text/plain", packed, "Content-Transfer-Encoding: base64")) == ""


def test_plain_text_is_preferred_unless_it_is_empty() -> None:
    html = part("text/html", "<p>Of the <b>HTML</b></p>")
    assert body(several("alternative", part("text/plain", "Plain"), html)) == "Plain"
    assert body(several("alternative", part("text/plain", " \n"), html)) == "Of the HTML"
    assert body(several("alternative", html)) == "Of the HTML"
    related = several("related", html, part("image/png; name=x.png", "abc"), boundary="r")
    assert body(several("alternative", related)) == "Of the HTML"
    calendar = part("text/calendar", "BEGIN:VCALENDAR")
    assert body(several("alternative", calendar, html)) == "Of the HTML"


def test_attachments_that_are_text_follow_and_others_are_named() -> None:
    text = body(
        several(
            "mixed",
            part("text/plain", "See attached."),
            part("text/csv; name=halts.csv", "VEGA,halted"),
            part("application/octet-stream", "Rm9v", "Content-Transfer-Encoding: base64",
                 "Content-Disposition: attachment; filename*0*=utf-8''B%C3%B6rse; filename*1=.txt"),
            part("text/html", "<li>one", "Content-Disposition: attachment; filename=\"a;b.html\""),
            part("application/zip; name=\"=?utf-8?Q?gr=C3=B6=C3=9Fe.zip?=\"", "PK"),
            part("image/png", "abc"),
            part("text/plain", "A footer of the list."),
        )
    )  # fmt: skip
    assert text.splitlines() == [
        "See attached.", "A footer of the list.", "[Attachment: halts.csv]", "VEGA,halted", "[Attachment: Börse.txt]",
        "Foo", "[Attachment: a;b.html]", "one", "[Attachment, not read: größe.zip, 2 bytes]",
        "[Attachment, not read: image/png, 3 bytes]",
    ]  # fmt: skip


def test_a_pdf_file_is_read_if_it_can_be() -> None:
    text = body(several("mixed", part("text/plain", "Hello"), part("application/pdf; name=x.pdf", "%PDF-1.4 broken")))
    assert text.startswith("Hello\n[Attachment, not read: x.pdf, ")
    if importlib.util.find_spec("pypdf") is None:
        assert "alertd[pdf]" in text


def test_an_attached_mail_is_read_under_its_subject() -> None:
    inner = "From: x@y.example\nSubject: =?utf-8?Q?Inner?=\n" + several(
        "mixed", part("text/plain", "Inside"), boundary="i"
    )
    text = body(several("mixed", part("text/plain", "Outside"), part("message/rfc822", inner)))
    assert text == "Outside\n[Attached mail: Inner]\nInside"
    digest = several("digest", "\nSubject: One\n\nFirst", "\nSubject: Two\n\nSecond")
    assert body(digest) == "[Attached mail: One]\nFirst\n[Attached mail: Two]\nSecond"


def test_what_was_signed_is_the_text() -> None:
    signature = part("application/pkcs7-signature; name=smime.p7s", "abc")
    assert body(several("signed", part("text/plain", "Signed text"), signature)) == "Signed text"
    assert (
        body(several("mixed", several("signed", part("text/plain", "Signed"), signature, boundary="s"))) == "Signed"
    )


def test_flowed_text_is_joined() -> None:
    flowed = "One sentence \nover two \nlines.\n> quoted \n> too\nNot quoted.\n-- \nSigned \nhere"
    assert unflowed(flowed, delsp=False).splitlines() == [
        "One sentence over two lines.", "> quoted too", "Not quoted.", "-- ", "Signed here",
    ]  # fmt: skip
    assert unflowed("日本 \n語", delsp=True) == "日本語"
    assert body(part("text/plain; format=flowed", "One \nline")) == "One line"


def test_boundaries_that_are_missing_or_cut_off_cost_no_text() -> None:
    assert body(part("multipart/mixed", "No boundary at all")) == "No boundary at all"
    assert body(part("multipart/mixed; boundary=x", "Nowhere seen")) == "Nowhere seen"
    cut = several("mixed", part("text/plain", "First"), part("text/plain", "Second is cut"))
    assert body(cut.partition("is cut")[0]) == "First\nSecond"
    assert body(part("multipart/mixed; boundary=b", "--b\nText without a header\n--bb\nmore\n--b--")) == (
        "Text without a header\n--bb\nmore"
    )


def test_mails_are_named_by_their_message_id() -> None:
    one = event(HEAD + "\nText")
    assert event(HEAD.replace("Notice", "Another") + "\nElse").id == one.id
    assert event(HEAD.replace("<1@", "<2@") + "\nText").id != one.id
    anonymous = HEAD.replace("Message-ID: <1@sec.gov>\n", "")
    assert event(anonymous + "\nText").id == event("Received: x\n" + anonymous + "\nText").id
    assert event(anonymous + "\nText").id != event(anonymous + "\nElse").id


def test_a_notice_that_takes_something_back_says_so() -> None:
    assert event(HEAD.replace("Notice", "WITHDRAWN: Notice") + "\nText").withdrawn
