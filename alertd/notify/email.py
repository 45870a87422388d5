"""Email through the house's relay: one mail to all recipients of a receiver, each of them accounted for."""

from __future__ import annotations

import asyncio
import re
from typing import Annotated, ClassVar, Literal

import msgspec
from pydantic import Field

from alertd.base.clock import Clock, machine_ms
from alertd.errors import ConfigError
from alertd.model import Mailing, Message
from alertd.notify.clocks import clock_time, moment, zone, zone_label
from alertd.notify.config import ReceiverConfig, lease_for
from alertd.notify.email_form import Mail, build, message_id
from alertd.notify.email_subject import REPLY, SUBJECT_MAX, in_short, is_reply, is_urgent, subject_of
from alertd.notify.message import compose, delayed
from alertd.notify.outcome import (
    LATER,
    NO_ANSWER,
    NOT_SENT,
    Dead,
    Later,
    Outcome,
    Sent,
    settle,
    smtp_meaning,
    went_out,
)
from alertd.notify.own_template import NOTHING, SKIPPED, OwnTemplate, Written
from alertd.notify.plain import one_line
from alertd.notify.progress import Progress, read_progress
from alertd.notify.protocol import Attempt, NotifierDeps
from alertd.notify.smtp import (
    Connection,
    Mailbox,
    SmtpConfig,
    SmtpFailure,
    SmtpPool,
    converse,
    hang_up,
    split_mailbox,
    tls_context,
)
from alertd.notify.template_language import Form
from alertd.notify.template_source import Mails, Templates

_MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,300}>")


class EmailConfig(ReceiverConfig):
    """People who get mail, through the relay under `smtp`."""

    type: Literal["email"] = "email"
    to: Annotated[list[Mailbox], Field(min_length=1, max_length=50)]
    cc: Annotated[list[Mailbox], Field(default_factory=list, max_length=50)]
    sender: Annotated[Mailbox | None, Field(alias="from")] = None
    """Another address than that of `smtp`."""

    links: bool = True
    """Whether its mails carry links by which an alert is answered, where `web.public` is set."""

    template: Mails | None = None
    """Writes parts of the mail in place of the built-in ones: its text, or `{subject: …, text: …, html: …}`."""

    concurrency: ClassVar[int] = 2
    answers_wait: ClassVar[bool] = True

    @property
    def templates(self) -> Templates:
        """Its templates: of the subject, the text and the HTML."""
        forms: dict[str, Form] = {"subject": "text", "text": "text", "html": "html"}
        own = {name: getattr(self.template, name) for name in forms} if self.template is not None else {}
        return {("template", name): (source, forms[name]) for name, source in own.items() if source is not None}

    @property
    def reader(self) -> str:
        """Who answers by a link: the one recipient, or one of several."""
        readers = list(dict.fromkeys(split_mailbox(one)[1] for one in (*self.to, *self.cc)))
        return readers[0] if len(readers) == 1 else f"one of {self.id}"


class EmailNotifier:
    """Sends mail."""

    def __init__(self, config: EmailConfig, deps: NotifierDeps) -> None:
        if deps.smtp is None:
            raise ConfigError.at("settings", f"receiver {config.id} is of type email: the settings need smtp")
        self._config = config
        self._clock: Clock = deps.clock
        self._sender = config.sender or deps.smtp.sender
        self._recipients = list(dict.fromkeys(split_mailbox(one)[1] for one in (*config.to, *config.cc)))
        self._templates = {
            key[-1]: OwnTemplate(config.id, source, form, deps.template_failed)
            for key, (source, form) in config.templates.items()
        }
        self._links = deps.links if config.links else None
        self._timeout_s = deps.smtp.timeout * 3
        self._pool = _pool(deps.smtp)
        self.mode = config.mode
        self.lease_ms = lease_for(self._timeout_s)
        self.pace_ms, self.pace_key = config.pace_ms, config.pace_key
        self.concurrency = config.concurrency

    def render(self, message: Message) -> bytes:
        """Lay the message out; the result is frozen, all but what each attempt says about itself."""
        now = self._clock()
        if message.mailing is not None:
            return msgspec.json.encode(self._mailing(message, message.mailing, now))
        alert = message.alert
        lines = compose(message, now)
        reply = is_reply(message, lines)
        sent_at = moment(message.at)
        mail = Mail(
            at_ms=now,
            delivery=message.delivery,
            thread=alert.id if alert else "",
            # What is replayed was news long ago: dated so, it would lie far down in the inbox.
            date_ms=machine_ms(now) if message.replay else now if sent_at is None else sent_at,
            subject=subject_of(message, lines),
            urgent=is_urgent(message),
            list_name=self._config.id,
            lines=in_short(lines) if reply else lines,
            small=[REPLY] if reply else [],
        )
        return self._own(self._answerable(mail, message, now), message, now)

    def _mailing(self, message: Message, mailing: Mailing, now: int) -> Mail:
        """Take a report as it was written; templates and answers are for alerts."""
        sent_at = moment(message.at)
        return Mail(
            at_ms=now,
            delivery=message.delivery,
            thread="",
            date_ms=now if sent_at is None else sent_at,
            subject=one_line(mailing.subject, SUBJECT_MAX),
            urgent=False,
            list_name=self._config.id,
            lines=compose(message, now),
            text=mailing.text,
            html=mailing.html,
        )

    def _own(self, mail: Mail, message: Message, now: int) -> bytes:
        """Put what the receiver's templates write in place of what is built in."""
        own = {name: template.write(message, now) for name, template in self._templates.items()}
        text, html = own.get("text", Written()), own.get("html", Written())
        if (text.nothing and (html.nothing or "html" not in own)) or (html.nothing and "text" not in own):
            return SKIPPED
        faults = list(dict.fromkeys(written.fault for written in own.values() if written.fault))
        if faults:  # half of a mail by a template and half without one would say two things
            return msgspec.json.encode(msgspec.structs.replace(mail, small=[*mail.small, *faults]))
        subject = one_line(own["subject"].text or "", 200) if "subject" in own else ""
        mail = msgspec.structs.replace(
            mail, subject=subject or mail.subject, text=text.text or "", html=html.text or ""
        )
        return msgspec.json.encode(mail)

    def _answerable(self, mail: Mail, message: Message, now: int) -> Mail:
        """Add the links by which it is answered, where there is anybody to take the answers."""
        links, alert = self._links, message.alert
        if links is None or message.type == "test" or (alert is None and message.digest is None):
            return mail
        waits = [item.alert for item in message.digest.items if item.status == "open"] if message.digest else []
        until, tz = links.until(now), zone(message.timezone)
        good = f"until {clock_time(until, tz, now, 'minute')} {zone_label(until, tz)}"
        return msgspec.structs.replace(
            mail,
            buttons=links.buttons(alert, self._config.id, now) if alert else [],
            item_links={one: links.link("acknowledge", one, self._config.id, now) for one in waits},
            small=[*mail.small, f"Whoever has this mail can answer with its links {good}, as {self._config.reader}."],
        )

    async def send(self, payload: bytes, attempt: Attempt) -> Outcome:
        """Send to those recipients that are neither served nor refused for good."""
        if payload == SKIPPED:
            return Sent(NOTHING)
        progress = read_progress(attempt.progress, attempt.in_doubt)
        left = [one for one in self._recipients if one not in progress.served and one not in progress.refused]
        if not left:
            return _finished(progress, len(self._recipients))
        try:
            mail = msgspec.json.decode(payload, type=Mail)
            data = self._bytes(mail, progress, attempt)
        except (msgspec.MsgspecError, ValueError) as error:
            return Dead(f"the stored message cannot be written as mail: {error}")
        client: Connection | None = None
        try:
            async with asyncio.timeout(self._timeout_s):
                client = await self._pool.take()
                refused = await converse(client, split_mailbox(self._sender)[1], left, data)
        except SmtpFailure as error:
            outcome = _failed(error, progress)
        except TimeoutError:
            outcome = settle(NO_ANSWER if client else NOT_SENT, "the mail relay did not finish in time", progress)
        else:
            self._pool.give_back(client)
            client = None
            outcome = went_out(_account(left, refused, progress, len(self._recipients)), data)
            if isinstance(outcome, Sent) and mail.thread and not attempt.thread:
                outcome = msgspec.structs.replace(outcome, thread=message_id(mail, self._sender))
        finally:
            if client is not None:
                await hang_up(client)
        return outcome

    async def close(self) -> None:
        """Say goodbye to the relay."""
        await self._pool.close()

    def _bytes(self, mail: Mail, progress: Progress, attempt: Attempt) -> bytes:
        late = delayed(mail.at_ms, attempt.now)
        first = attempt.thread if _MESSAGE_ID.fullmatch(attempt.thread) else ""
        to, cc = self._config.to, self._config.cc
        return build(mail, self._sender, to, cc, doubt=progress.doubt, late=late, first=first)


def _pool(smtp: SmtpConfig) -> SmtpPool:
    try:
        return SmtpPool(smtp, tls_context(smtp))
    except OSError as error:
        raise ConfigError.at("settings", f"smtp.ca_file cannot be used: {error}") from error


def _failed(error: SmtpFailure, progress: Progress) -> Outcome:
    """A failure of the whole conversation, not of one recipient."""
    if error.code:
        return settle(smtp_meaning(error.stage, error.code), f"SMTP {error.stage}: {_said(error)}", progress)
    meaning = NO_ANSWER if error.stage == "data" else NOT_SENT
    return settle(meaning, f"SMTP {error.stage}: {_said(error)}", progress)


def _said(error: SmtpFailure) -> str:
    return one_line(str(error), 300)


def _account(left: list[str], refused: dict[str, tuple[int, str]], progress: Progress, total: int) -> Outcome:
    """Account for each recipient after a conversation that ended well."""
    final, deferred = dict(progress.refused), []
    for recipient, (code, text) in refused.items():
        said = f"{code} {one_line(text, 120)}"
        if smtp_meaning("rcpt", code).action == "dead":
            final[recipient] = said
        else:
            deferred.append(f"{recipient}: {said}")
    served = (*progress.served, *(one for one in left if one not in refused))
    known = msgspec.structs.replace(progress, served=served, refused=final)
    if not deferred:
        return _finished(known, total)
    # A doubt was about those who are now served; the others have certainly not got it.
    doubt = progress.doubt and not any(one not in refused for one in left)
    known = msgspec.structs.replace(known, doubt=doubt)
    outcome = settle(LATER, f"{len(deferred)} of {total} recipients deferred: {'; '.join(deferred)[:500]}", known)
    assert isinstance(outcome, Later)
    return msgspec.structs.replace(outcome, partly=bool(served))


def _finished(progress: Progress, total: int) -> Outcome:
    refused = "; ".join(f"{who}: {said}" for who, said in progress.refused.items())[:500]
    if not progress.served:
        return Dead(f"all {total} recipients refused: {refused}")
    detail = f"accepted for {len(progress.served)} of {total} recipients"
    return Sent(f"{detail}; refused: {refused}" if refused else detail)
