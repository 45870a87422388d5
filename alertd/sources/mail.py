"""The `mail` source: a folder of a mailbox; its settings, and the parser of one mail.

    bytes -> header -> who sent it (mail_sender) -> parts (mail_parts) -> text (mail_text) -> Candidate

Everything here is pure. A parse worker runs the parser; what it is told about a mail beside its bytes, and whose mail
is taken, stands in `SourceFacts.reads`. Without that (`alertd parse`) nobody is asked who sent it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote

import msgspec
from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from alertd.base.clock import rfc3339
from alertd.base.config import Duration
from alertd.base.ids import event_id, mark
from alertd.base.secrets import Secret
from alertd.model import Candidate, Event, ParsedFeed, Rejected, event_to_json
from alertd.net.address import AddressPolicy, refusal
from alertd.sources.dates import Stamp, parse_date
from alertd.sources.events import Seen, SourceFacts, event_at, is_late, is_taken_back
from alertd.sources.guard import FREE, Guard, OverTime
from alertd.sources.identity import identity_mark
from alertd.sources.links import absolute
from alertd.sources.mail_headers import Header
from alertd.sources.mail_parts import Mail, read_head, read_mail
from alertd.sources.mail_sender import (
    Dkim,
    Policy,
    Refused,
    Sender,
    ascii_domain,
    check_sender,
    read_pattern,
    sender_of,
)
from alertd.sources.mail_text import MailText
from alertd.sources.plain import cut_body, cut_title, first_sentence, plain_line, scrub
from alertd.sources.polled import PolledConfig, StatedConfig, check_private, is_address

LARGEST = 64 << 20
"""Bytes of a mail; of a larger one only the header is read, to say whose it was."""
_SHARE = 0.3
_PORTS = {"implicit": 993, "starttls": 143, "none": 143}


def _check_domain(text: str) -> str:
    domain = ascii_domain(text)
    if "." not in domain:
        raise ValueError("write a domain, such as mail.example.com")
    return domain


def _check_folder(text: str) -> str:
    if not text or not text.isprintable():
        raise ValueError("the folder's name holds a line break or another control character")
    return text


class MailConfig(PolledConfig, StatedConfig):
    """A folder of a mailbox, over IMAP: an entry of `sources:` with `type: mail`."""

    type: Literal["mail"]
    host: Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,253}$")]
    """The IMAP server."""
    port: Annotated[int, Field(ge=1, le=65_535)] | None = None
    """993, or 143 for starttls."""
    tls: Literal["implicit", "starttls", "none"] = "implicit"
    """`none` only for a server on this machine: a password is never sent without TLS."""
    ca_file: Path | None = None
    """Certificates to trust besides the system's, for a server of the house."""
    username: Annotated[str, Field(min_length=1, max_length=320)]
    password: Secret
    folder: Annotated[str, AfterValidator(_check_folder), Field(max_length=255)] = "INBOX"
    """As the server names it, with its separator: INBOX/Regulators."""
    senders: Annotated[
        list[Annotated[str, AfterValidator(read_pattern)]], Field(alias="from", min_length=1, max_length=500)
    ]
    """Whose mail becomes events: alerts@exchange.example, *@sec.gov, *@*.sec.gov."""
    authenticated_by: Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,253}$")] | None = None
    """The name by which your mail server signs its Authentication-Results; needed unless dkim is off."""
    dkim: Annotated[Dkim, Field(validate_default=True)] = "required"
    """Whether a mail must be signed by its sender's domain; `if_present` takes it without a signature too."""
    signed_by: Annotated[list[Annotated[str, AfterValidator(_check_domain)]], Field(max_length=50)] = Field(
        default_factory=list
    )
    """Domains that sign for the senders besides their own, as mailing services do."""
    idle: bool = True
    """Let the server say at once that mail has come (IMAP IDLE); `every` stays as the safety net."""
    mark_seen: bool = False
    """Mark mails that became events as read. Nothing else is ever changed in the mailbox, and nothing deleted."""
    allow_private: Annotated[bool | list[str], AfterValidator(check_private)] = False
    """Whether the server's address may be private or loopback: true, or the networks that it may be in."""
    timeout: Annotated[Duration, Field(ge=1, le=300)] = 30.0
    """For each step of the conversation."""
    max_bytes: Annotated[int, Field(ge=16_384, le=32 << 20)] = 5 << 20
    """Bytes of a mail that are read; what is behind them is cut off."""

    @field_validator("tls")
    @classmethod
    def _safe(cls, tls: str, info: ValidationInfo) -> str:
        if tls == "none" and not _is_here(info.data.get("host", "localhost")):
            raise ValueError("a password is never sent without TLS: set tls to implicit or starttls")
        return tls

    @field_validator("dkim")
    @classmethod
    def _vouched(cls, dkim: str, info: ValidationInfo) -> str:
        if dkim != "off" and info.data.get("authenticated_by", "") is None:
            raise ValueError(
                "say in authenticated_by by which name your mail server tells of DKIM (the first word of its "
                "Authentication-Results), or set dkim to off, which lets anybody pretend to be one of the senders"
            )
        return dkim

    @property
    def server_port(self) -> int:
        """The port, by the kind of TLS if it is not given."""
        return self.port or _PORTS[self.tls]

    @property
    def address(self) -> str:
        """The mailbox and its folder (RFC 5092)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        user = quote(self.username, safe="")
        return f"imap{'s' * (self.tls == 'implicit')}://{user}@{host}:{self.server_port}/{quote(self.folder)}"

    def forbidden(self) -> str:
        """Say why no connection will be let through; empty if one may."""
        literal = "127.0.0.1" if self.host == "localhost" else self.host
        reason = refusal(literal, AddressPolicy.of(self.allow_private)) if is_address(literal) else ""
        return f"it will not be asked: {reason}" if reason else ""

    def facts(self) -> SourceFacts:
        """Give what its events say of it, and whose mail is taken."""
        policy = Policy(self.senders, self.authenticated_by or "", self.dkim, self.signed_by)
        reads = {"policy": {"senders": list(policy.senders), "server": policy.server, "dkim": policy.dkim,
                            "signed_by": list(policy.signed_by)}}  # fmt: skip
        return msgspec.structs.replace(super().facts(), reads=reads)


def _is_here(host: str) -> bool:
    return host == "localhost" or (is_address(host) and ip_address(host).is_loopback)


def about_mail(facts: SourceFacts, *, uid: int, size: int, received_ms: int | None, whole: bool) -> SourceFacts:
    """Add what the server says of one mail: its UID, its size in bytes, when it came, whether all of it was read."""
    mail = {"uid": uid, "size": size, "received_ms": received_ms, "whole": whole}
    return msgspec.structs.replace(facts, reads={**facts.reads, "mail": mail})


def parse_mail(
    body: bytes,
    content_type: str | None,
    base_url: str,
    source: SourceFacts,
    seen_at_ms: int,
    http_date: str | None,
    guard: Guard = FREE,
) -> ParsedFeed:
    """Make the candidate of one mail, or the reason why it is none (`mail_sender.kind_of` tells which kind).

    Raises nothing of its own: a mail that cannot be read is `rejected` too, so that those behind it are reached.
    """
    about: Mapping[str, Any] = source.reads.get("mail") or {}
    seen = Seen(source, base_url, seen_at_ms, hashlib.sha256(body).hexdigest(), None)
    title = ""
    try:
        header = read_head(body)
        title = _subject(header)
        policy = source.reads.get("policy")
        sender = check_sender(header, Policy(**policy)) if policy is not None else _anybody(header)
        if about.get("size", 0) > LARGEST:
            raise Refused("too_large", f"{about['size']:,} bytes, more than {LARGEST:,}")
        with guard.step(_SHARE):
            mail = read_mail(body)
        text = MailText(guard).of(mail.body)
    except Refused as error:
        return _rejected(str(error), title, about)
    except OverTime:
        return _rejected("unreadable: reading it takes too long", title, about)
    made = _candidate(mail, sender, cut_body(scrub(text)), seen, about)
    return ParsedFeed(format="mail", candidates=[made])


def rejected_mail(reason: str, uid: int) -> ParsedFeed:
    """Give what stands for a mail that no parser survives."""
    return _rejected(f"unreadable: {reason}", "", {"uid": uid})


def _rejected(reason: str, title: str, about: Mapping[str, Any]) -> ParsedFeed:
    # With its number, each mail has a line of its own in the journal, and the same one after a crash.
    number = f" (mail {about['uid']})" if "uid" in about else ""
    rejected = Rejected(position=0, reason=f"{reason}{number}", title=cut_title(title, 200))
    return ParsedFeed(format="mail", candidates=[], rejected=[rejected])


def _anybody(header: Header) -> Sender:
    try:
        return sender_of(header)
    except Refused:
        return Sender("", "")


def _subject(header: Header) -> str:
    return cut_title(plain_line(header.line("subject"), literal=True))


def _candidate(mail: Mail, sender: Sender, text: tuple[str, bool], seen: Seen, about: Mapping[str, Any]) -> Candidate:
    body, cut = text
    header = mail.header
    title = _subject(header) or first_sentence(body) or f"Mail from {sender.address or 'nobody'}"
    key = _key(header, title, body)
    published = parse_date(header.first("date")) or _received(about)
    event = Event(
        id=event_id(seen.source.id, key),
        source=seen.source.id,
        kind=seen.source.kind,
        url=absolute(header.first("archived-at").strip(" <>"), ""),
        language=_language(header) or seen.source.language,
        trust=seen.source.trust,
        title=title,
        body=body,
        truncated=cut or not about.get("whole", True),
        published_at=rfc3339(published.ms) if published else None,
        published_precision=published.precision if published else None,
        published_raw=cut_title(plain_line(header.first("date"), literal=True), 120),
        seen_at=rfc3339(seen.at_ms),
        event_at=rfc3339(event_at(published, seen.at_ms)),
        late=is_late(published, seen.at_ms),
        withdrawn=is_taken_back(title),
        authors=[_author(sender)] if sender.address else [],
        categories=_list(header),
        provenance=seen.provenance(),
    )
    name = identity_mark(key)
    return Candidate(
        position=0,
        event_id=event.id,
        identity=name,
        # Two mails of one wording are two: nothing but its Message-ID tells one from another.
        strong="",
        weak="",
        content_hash=mark("hash", title, body),
        withdrawn=event.withdrawn,
        title=title,
        published_ms=published.ms if published else None,
        event=msgspec.Raw(event_to_json(event)),
        names=[(name, event.id)],
    )


def _key(header: Header, title: str, body: str) -> str:
    """Name a mail by its Message-ID, else by what stands in it."""
    if message_id := scrub(header.first("message-id")).strip(" <>"):
        return f"mail:{message_id}"
    return f"mail-text:{mark('mail', header.first('from'), header.first('date'), title, body)}"


def _received(about: Mapping[str, Any]) -> Stamp | None:
    """Give when our server took it in, for a mail that states no date."""
    received_ms = about.get("received_ms")
    return Stamp(received_ms, "second") if received_ms is not None else None


def _language(header: Header) -> str:
    said = header.first("content-language").split(",")[0].split("-")[0].strip().lower()
    return said if said.isascii() and said.isalpha() and 2 <= len(said) <= 3 else ""


def _author(sender: Sender) -> str:
    return f"{sender.name} <{sender.address}>" if sender.name else sender.address


def _list(header: Header) -> list[str]:
    """Give the name of the mailing list (RFC 2919)."""
    name = header.first("list-id").rpartition("<")[2].partition(">")[0]
    return [cut_title(plain_line(name, literal=True), 200)] if name else []
