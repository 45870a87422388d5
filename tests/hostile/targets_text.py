"""Targets that are no documents of sources: rules and settings, dates, addresses, headers, requests, tables."""

from __future__ import annotations

import contextlib
import email
import email.policy
import tempfile
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from urllib.parse import urlencode

from alertd.base.secrets import Secret
from alertd.base.yaml import load_yaml
from alertd.companies.delimited import BadFile, read_sheet
from alertd.errors import ConfigError, FetchTemporary
from alertd.net.address import PUBLIC, AddressPolicy, refusal
from alertd.net.imap_answer import Answer, fetched, found_uids, literal_size
from alertd.net.inflate import PIECE, BodyDamaged, UnknownEncoding, make_decoder
from alertd.net.redirects import BadUrl, next_hop, read_url
from alertd.net.retry_after import LONGEST_S, parse_http_date, parse_max_age, parse_retry_after
from alertd.notify.email_form import Mail, build
from alertd.notify.message import compose
from alertd.notify.plain import one_line
from alertd.notify.slack_actions import pressed_in_form, signed
from alertd.notify.templates import MAX_OUTPUT, BadTemplate, Template, TemplateFailed, fill
from alertd.rules.loader import load_portfolio
from alertd.settings import load_settings
from alertd.sources.dates import parse_date
from alertd.sources.json_times import read_time
from alertd.sources.stated_dates import stated_date
from tests.companies.make import holdings_file
from tests.notify.cases import DELIVERY, NOW, message
from tests.notify.test_hostile_text import told
from tests.support.http import compress

FEED = read_url("https://news.example/feeds/top.xml")
SECRET = Secret("planted-signing-secret")
RULES = b"""portfolio: ai
title: AI
timezone: Europe/London
receivers: [desk]
holdings:
  - {ticker: NVDA, weight: 8.0%}
rules:
  - id: lease
    title: A lease
    severity: high
    when: {all: [{text: [lease, '="GPU"']}, {amount: ">= 1B USD per year"}, {not: {regex: 'a(b|c)*'}}]}
    tests: [{given: {title: A lease}, expect: no match}]
"""
SETTINGS = b"""contact: a@b.example
web: {bind: "127.0.0.1:0", token: "${TOKEN}"}
sources:
  - {id: wire, type: feed, url: "https://x.example/${NAME}", every: {default: 60s, "06:55-09:35 Asia/Tokyo": 5s}}
receivers: [{id: desk, type: console, quiet: {hours: "22:00-06:30", timezone: UTC}}]
"""


def placed(error: ConfigError) -> None:
    """Insist that each fault is a sentence with a place."""
    assert error.faults
    for fault in error.faults:
        assert fault.message and len(fault.message.splitlines()) == 1, repr(fault.message)
        assert fault.line >= 0 and fault.column >= 0
        str(fault).encode()


def yaml(body: bytes) -> None:
    """Load YAML: a document, or faults with places."""
    try:
        load_yaml(body, "f.yaml")
    except ConfigError as error:
        placed(error)


def rules(body: bytes) -> None:
    """Load a portfolio: rules, or faults with places."""
    try:
        load_portfolio(body, "f.yaml")
    except ConfigError as error:
        placed(error)


def settings(body: bytes) -> None:
    """Load settings with variables: settings, or faults with places; the variables' values in none of them."""
    environment = {"NAME": "news", "TOKEN": "CANARY-0123456789", "EVIL": "${TOKEN}\n- x"}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "alertd.yaml")
        path.write_bytes(body)
        try:
            found = load_settings(path, environment).warnings
        except ConfigError as error:
            placed(error)
            found = error.faults
    assert "CANARY" not in "".join(map(str, found))


def dates(body: bytes) -> None:
    """Read a date in every way that sources do: a moment between the years 1 and 9999, or none."""
    text = body.decode("utf-8", "replace")
    for stamp in (parse_date(text), stated_date(text), read_time(text), read_time(text, ("auto",), "Asia/Kolkata")):
        assert stamp is None or -62_200_000_000_000 < stamp.ms < 253_500_000_000_000


def http_headers(body: bytes) -> None:
    """Read the headers that say when to come back: seconds within a day, or nothing."""
    text = body.decode("latin-1")
    parse_http_date(text)
    for seconds in (parse_retry_after(text, NOW, text), parse_max_age({"cache-control": text, "age": text}, NOW)):
        assert seconds is None or 0 <= seconds <= LONGEST_S
    parse_max_age({"expires": text, "date": text}, NOW)


def addresses(body: bytes) -> None:
    """Judge an address: what Python calls no global unicast address is never public, in whatever spelling."""
    text = body.decode("utf-8", "replace")
    public = refusal(text, PUBLIC) is None
    inside = refusal(text, AddressPolicy(private=True)) is None
    assert inside or not public
    with contextlib.suppress(ValueError):
        found = ip_address(text)
        found = (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
        assert not public or (found.is_global and not found.is_multicast)
        return
    assert not public and not inside


def redirects(body: bytes) -> None:
    """Follow a Location: an address of the web without credentials, or a refusal."""
    try:
        to = next_hop(FEED, 302, body.decode("utf-8", "surrogateescape"), ports=frozenset(), downgrade=False)
    except FetchTemporary as error:
        str(error).encode()
        return
    assert to.scheme == "https" and to.port == 443 and not to.raw_user and not to.raw_password
    with contextlib.suppress(BadUrl):
        assert read_url(str(to)) == to


def bodies(body: bytes) -> None:
    """Decode a body: pieces of a bounded size, or damage."""
    for encoding in ("gzip", "deflate", body[:20].decode("latin-1")):
        with contextlib.suppress(BodyDamaged, UnknownEncoding):
            decoder = make_decoder(encoding)
            assert all(len(piece) <= PIECE for piece in decoder.feed(body))
            decoder.finish()


def imap(body: bytes) -> None:
    """Read an answer of a mail server."""
    with contextlib.suppress(ValueError):
        answer = Answer(body)
        fetched(answer), found_uids(answer)
    literal_size(body)


def clicks(body: bytes) -> None:
    """Read a request of Slack's: a click of ours, nothing, or a ValueError."""
    for form in (body, urlencode({"payload": body}).encode()):
        with contextlib.suppress(ValueError):
            found = pressed_in_form(form)
            assert found is None or one_line(found.who) == found.who


def signatures(body: bytes) -> None:
    """Check a signature that nobody made."""
    stamp, _, signature = body.decode("utf-8", "surrogateescape").partition("\n")
    for now_s in (0.0, NOW / 1000):
        assert signed([SECRET], stamp, signature, body, now_s) is None


def mails(body: bytes) -> None:
    """Write a mail of which a stranger chose every word: one header of each name, no line too long for a relay."""
    text = body.decode("utf-8", "replace")
    said = told({"title": text, "body": text, "url": text, "source": text, "published_at": text}, text)
    mail = Mail(
        at_ms=NOW, delivery=DELIVERY, thread="al_a", date_ms=NOW, subject=one_line(text, 150), urgent=True,
        list_name="pm-mail", lines=compose(said, NOW), small=[text],
    )  # fmt: skip
    raw = build(mail, "Desk <alertd@desk.example>", ["pm@example.com"], [], doubt=True)
    found = email.message_from_bytes(raw, policy=email.policy.default)
    assert len(found.get_all("Subject", [])) == 1 and "Bcc" not in found
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def tables(body: bytes) -> None:
    """Read a positions file: rows with no more cells than its header, or a refusal."""
    try:
        sheet = read_sheet(body, holdings_file())
    except BadFile as error:
        assert len(str(error).splitlines()) == 1
        return
    assert not [cells for _, cells in sheet.rows if any(cells[len(sheet.header) :])]


def templates(body: bytes) -> None:
    """Write a message with a template that somebody else wrote: text of a bounded size, or a fault."""
    for form in ("text", "json", "html"):
        with contextlib.suppress(BadTemplate, TemplateFailed):
            written = fill(Template(body.decode("utf-8", "replace"), form), message(), NOW)
            assert len(written) <= MAX_OUTPUT


CLICK = b'{"type": "block_actions", "user": {"id": "U1"}, "channel": {"id": "C1"}, "actions": [{"value": "x"}]}'
TEMPLATE = b"{% for m in alert.matches %}{{ m.rule|upper }}{% endfor %}{{ event.title|cut(10) }} {{ 2 * 3 }}"
TEXTS: list[tuple[str, list[bytes], Callable[[bytes], None]]] = [
    ("yaml", [RULES, SETTINGS, b"a: |\n  x\nb: >-\n  y\nc: [1, 'x', \"y\"]\n"], yaml),
    ("rules", [RULES], rules),
    ("settings", [SETTINGS], settings),
    ("dates", [b"Tue, 03 Jun 2025 09:05:00 ET", b"2025-06-03T10:00:00+02:00", b"June 3, 2025", b"1748944800"], dates),
    ("http-headers", [b"120", b"Sun, 06 Nov 1994 08:49:37 GMT", b"max-age=300, s-maxage=1"], http_headers),
    ("addresses", [b"127.0.0.1", b"::ffff:10.0.0.5", b"64:ff9b::7f00:1", b"8.8.8.8", b"fe80::1%eth0"], addresses),
    ("redirects", [b"https://other.example/x?y=1#z", b"//cdn.example:443/a%2fb", b"../n?q=\xc3\xbc"], redirects),
    ("bodies", [compress(b"<rss/>" * 50, "gzip"), compress(b"<rss/>" * 50, "deflate")], bodies),
    ("imap", [b"* 1 FETCH (UID 7 RFC822.SIZE 44 BODY[] {5}\r\nhello)\r\n", b"* SEARCH 1 2 3\r\n"], imap),
    ("slack-clicks", [CLICK], clicks),
    ("slack-signatures", [b"1768221724\nv0=" + b"a" * 64], signatures),
    ("mails", [b"Deal\r\nBcc: all@example.com", "Zoë 日本 =?utf-8?q?x?=".encode()], mails),
    ("tables", [b"ticker,weight\nNVDA,8%\n", b"ticker;name;weight\nA;\"B;C\";1,5%\n"], tables),
    ("templates", [TEMPLATE], templates),
]  # fmt: skip
