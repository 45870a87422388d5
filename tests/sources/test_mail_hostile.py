"""Mails that are built to do harm: refused with a reason, or read as far as it goes; never slow, never a crash."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alertd.model import event_from_json
from alertd.sources.events import SourceFacts
from alertd.sources.guard import Guard
from alertd.sources.mail import LARGEST, about_mail, parse_mail
from alertd.sources.mail_sender import kind_of
from alertd.sources.parsepool import ParseJob, ParsePool
from tests.sources.test_mail_text import HEAD, event, parsed, part, several

MEGABYTE = 1 << 20
POLICY = {"policy": {"senders": ["*@sec.gov"], "server": "mx.example.com", "dkim": "required", "signed_by": []}}


def nested(depth: int) -> str:
    text = part("text/plain", "inside")
    for level in range(depth):
        text = several("mixed", text, boundary=f"b{level}")
    return HEAD + text


BOMBS = {
    "parts in parts": nested(500).encode(),
    "mails in mails": (
        HEAD + "Content-Type: message/rfc822\n\n" + "Content-Type: message/rfc822\n\n" * 100_000
    ).encode(),
    "many parts": (HEAD + "Content-Type: multipart/mixed; boundary=b\n\n" + "--b\n\nx\n" * 10_000).encode(),
    "many empty parts": (HEAD + "Content-Type: multipart/mixed; boundary=b\n\n" + "--b\n" * 1_000_000).encode(),
    "a header of 10 MB": ("X-Long: " + "x" * 10 * MEGABYTE + "\n" + HEAD).encode(),
    "a million fields": ("X: y\n" * 1_000_000 + HEAD).encode(),
    "a part with a header of 10 MB": (
        HEAD + several("mixed", "X-Long: " + "x" * 10 * MEGABYTE + "\n\ntext")
    ).encode(),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_with_a_reason(name: str) -> None:
    (rejected,) = parsed(BOMBS[name]).rejected
    assert kind_of(rejected.reason) == "bomb", rejected.reason
    assert len(rejected.reason) < 200


def test_nine_levels_are_read() -> None:
    assert event(nested(9)).body == "inside"


def test_a_mail_that_is_too_large_is_refused_by_its_size_alone() -> None:
    facts = about_mail(SourceFacts(id="m"), uid=7, size=LARGEST + 1, received_ms=None, whole=False)
    (rejected,) = parsed(HEAD + "\n", facts).rejected
    assert kind_of(rejected.reason) == "too_large"
    assert rejected.reason.endswith("(mail 7)")
    assert rejected.title == "Notice"
    forged = about_mail(SourceFacts(id="m", reads=POLICY), uid=7, size=LARGEST + 1, received_ms=None, whole=False)
    (rejected,) = parsed(HEAD + "\n", forged).rejected
    assert kind_of(rejected.reason) == "forged"


@pytest.mark.parametrize(
    "raw", [b"", b"\r\n", b"\0" * 1_000, b"\r\n\r\ntext", b"no field\r\n\r\ntext", b"\xff" * 5_000]
)
def test_what_is_no_mail_is_refused(raw: bytes) -> None:
    (rejected,) = parsed(raw).rejected
    assert kind_of(rejected.reason) == "unreadable"


LONG = {
    "one line": "x" * 4 * MEGABYTE,
    "blank lines": "\n" * 2 * MEGABYTE,
    "blanks": " " * 4 * MEGABYTE,
    "dashes": "--b " * MEGABYTE,
    "quotes": '"\\' * MEGABYTE,
    "encoded words": "=?utf-8?Q?" * 400_000,
    "tags": "<" * MEGABYTE,
    "entities": "&" * MEGABYTE,
    "folds": "x\n " * MEGABYTE,
    "angles": ">" * MEGABYTE + "\n" + "> " * MEGABYTE,
}
KINDS = ["text/plain", "text/plain; format=flowed", "text/html", "multipart/mixed; boundary=b", "message/rfc822",
         "multipart/alternative; boundary=\" \""]  # fmt: skip


@pytest.mark.parametrize("name", LONG)
@pytest.mark.parametrize("kind", KINDS)
def test_long_bodies_are_read_in_the_time_of_their_length(name: str, kind: str) -> None:
    page = parsed((HEAD + part(kind, LONG[name])).encode())  # quadratic, this would take hours
    assert len(page.candidates) + len(page.rejected) == 1


async def test_a_worker_survives_them() -> None:
    async with ParsePool(1) as pool:
        for kind in KINDS:
            body = (HEAD + part(kind, LONG["tags"])).encode()
            facts = SourceFacts(id="m")
            job = ParseJob(type="mail", body=body, content_type=None, base_url="", source=facts, seen_at_ms=1)
            page = await pool.parse(job)
            assert len(page.candidates) + len(page.rejected) == 1
        assert pool.killed == 0


@pytest.mark.parametrize("name", LONG)
@pytest.mark.parametrize("field", ["From", "Subject", "Authentication-Results", "Content-Type", "Message-ID", "Date"])
def test_long_fields_are_cut_and_cost_no_time(name: str, field: str) -> None:
    value = LONG[name].replace("\n", " ")[:200_000]
    raw = f"{field}: {value}\r\nSubject: s\r\nContent-Disposition: {value[:50_000]}\r\n\r\ntext"
    page = parsed(
        raw.encode(), SourceFacts(id="m", reads=POLICY if field in ("From", "Authentication-Results") else {})
    )
    assert len(page.candidates) + len(page.rejected) == 1


def test_message_ids_of_any_length_and_letters_name_a_mail() -> None:
    for message_id in ("x" * 200_000, "\x00\u202e", "<a b c>", "<<<"):
        assert event(f"From: a@sec.gov\nMessage-ID: {message_id}\nSubject: s\n\ntext").id


class Spent(Guard):
    """A guard whose time is over."""

    def spent(self, left: float = 0.0) -> bool:
        return True


def test_text_that_cannot_be_encoded_does_not_survive() -> None:
    raw = HEAD.encode() + b"Content-Type: text/plain; charset=utf-8\r\n\r\n\xed\xa0\x80 \xef\xbf\xbe \x1b[31m red"
    page = parse_mail(raw, None, "", SourceFacts(id="m"), 1, None, Spent())
    event_from_json(bytes(page.candidates[0].event)).body.encode("utf-8")


PIECES = [
    "--b\r\n", "--b--\r\n", "\r\n", "Content-Type: multipart/mixed; boundary=b\r\n", "From: a@sec.gov\r\n",
    "Content-Type: message/rfc822\r\n", "Content-Transfer-Encoding: base64\r\n", " =?utf-8?B?4?=", "text", ";",
    "Content-Type: text/html; charset=\"", "Content-Disposition: attachment; filename*1*=x''%", "<p>", "\0", "é",
    "Subject:",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=60), st.binary(max_size=40))
def test_any_order_of_the_pieces_of_mails_is_an_event_or_a_reason(pieces: list[str], noise: bytes) -> None:
    page = parse_mail("".join(pieces).encode() + noise, None, "", SourceFacts(id="m"), 1, None)
    assert len(page.candidates) + len(page.rejected) == 1
    for candidate in page.candidates:
        bytes(candidate.event).decode("utf-8")


def test_bytes_at_random_are_an_event_or_a_reason() -> None:
    chance = random.Random(5)
    whole = (HEAD + several("mixed", part("text/plain", "a"), part("text/html; name=x", "<p>b"))).encode()
    for _ in range(500):
        raw = bytearray(whole)
        for _ in range(chance.randrange(1, 12)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        page = parsed(bytes(raw))
        assert len(page.candidates) + len(page.rejected) == 1
