"""The parts of a mail -> one plain text: what was written, then the attachments that are text. Pure.

    alternatives     the plain one, unless it is empty; else the HTML one, made plain
    related          its first part; pictures are nothing
    signed           what was signed
    forwarded mails  their texts, under their subjects
    attachments      text, CSV, HTML, and PDF with the extra, each under its name; others are named only

Archives are never opened, links never followed. Footers of lists stay: nobody can tell them from text surely.
"""

from __future__ import annotations

from collections.abc import Iterator

from alertd.errors import ParseFailed
from alertd.sources.guard import Guard, OverTime
from alertd.sources.mail_parts import Part
from alertd.sources.pdf import looks_like_pdf, pdf_text
from alertd.sources.plain import MAX_BODY, MAX_MARKUP, plain_line, plain_text

MAX_ATTACHMENTS = 20
"""Attachments that are read, or named."""
_SHARE = 0.2
"""Of the time for the mail: what one text of it may take."""
_READ = {"text/plain": "plain", "text/csv": "plain", "text/tab-separated-values": "plain", "text/markdown": "plain",
         "text/html": "html", "application/xhtml+xml": "html", "application/pdf": "pdf"}  # fmt: skip
_ENDS = {"txt": "plain", "csv": "plain", "tsv": "plain", "md": "plain", "htm": "html", "html": "html", "pdf": "pdf"}
"""By the end of the name, where the type says nothing (`application/octet-stream`)."""
_SAYS_NOTHING = frozenset(
    {"application/octet-stream", "application/download", "application/x-download", "text/plain"}
)
_WRITTEN = frozenset({"text/plain", "text/html", "application/xhtml+xml"})
"""Other texts, such as calendars, are for programs."""
_SIGNATURES = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"})


class MailText:
    """Collects the text of one mail, up to the limit of an event's body and a little more."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._left = MAX_BODY + 1
        self._pieces: list[str] = []
        self._attached = 0

    def of(self, body: Part) -> str:
        """Give the text of a mail."""
        later: list[Part] = []
        self._write(body, later)
        for part in later:
            self._attachment(part)
        if (more := self._attached - MAX_ATTACHMENTS) > 0:
            self._add(f"[{more} more attachments, not read]")
        return "\n".join(self._pieces)

    def _write(self, body: Part, later: list[Part]) -> None:
        for part in _written(body, later):
            if self._left > 0:
                with self._guard.step(_SHARE):
                    text = _plain(part)
                self._add(text)

    def _add(self, text: str) -> None:
        if text and self._left > 0:
            self._pieces.append(text[: self._left])
            self._left -= len(text) + 1

    def _attachment(self, part: Part) -> None:
        self._attached += 1
        if self._attached > MAX_ATTACHMENTS or self._left <= 0:
            return
        if part.type == "message/rfc822":
            later: list[Part] = []
            self._add(f"[Attached mail: {plain_line(part.subject, literal=True)}]")
            for one in part.parts:
                self._write(one, later)
            for inner in later:
                self._attachment(inner)
            return
        try:
            text, fault = self._text(part)
        except (ParseFailed, OverTime) as error:
            text, fault = "", f", {error}"
        name = part.file_name or part.type
        self._add(f"[Attachment: {name}]\n{text}" if text else f"[Attachment, not read: {name}{fault}]")

    def _text(self, part: Part) -> tuple[str, str]:
        """Give the text of an attachment; without one, what to say about that."""
        kind = _READ.get(part.type, "")
        if part.type in _SAYS_NOTHING:
            kind = _ENDS.get(part.file_name.rpartition(".")[2].lower(), kind)
        if kind == "pdf" or (not kind and looks_like_pdf(part.raw)):
            return pdf_text(part.data(), self._guard)[1], ""
        if not kind:
            return "", f", {len(part.raw):,} bytes"
        with self._guard.step(_SHARE):
            return plain_text(part.text(MAX_MARKUP), literal=kind == "plain"), ", empty"


def _written(part: Part, later: list[Part]) -> Iterator[Part]:
    """Give the parts that are what was written; attachments go to `later`."""
    if part.type == "multipart/alternative":
        yield from _chosen(part, later)
    elif part.type in ("multipart/related", "multipart/signed"):
        yield from _written(part.parts[0], later)
        later += (one for one in part.parts[1:] if _is_file(one))
    elif part.type.startswith("multipart/"):
        for one in part.parts:
            yield from _written(one, later)
    elif part.type in _WRITTEN and not part.attached:
        yield part
    elif part.type not in _SIGNATURES:
        later.append(part)


def _is_file(part: Part) -> bool:
    """Say whether a part beside others is a file for people, and no picture in the text, no signature."""
    return part.attached and part.type not in _SIGNATURES and not part.type.startswith("image/")


def _chosen(part: Part, later: list[Part]) -> Iterator[Part]:
    """Choose among alternatives: the plain text unless it is blank, else what holds the HTML, else the first."""
    plain = [one for one in part.parts if one.type == "text/plain" and one.text(MAX_MARKUP).strip()]
    rich = [one for one in part.parts if one.type == "text/html" or one.parts]
    for one in (*plain, *rich, *part.parts)[:1]:
        yield from _written(one, later)
    # Mixed inside of alternatives, as some write it: attachments beside what was chosen.
    for one in rich if plain else ():
        later += (inner for inner in one.parts if _is_file(inner))


def _plain(part: Part) -> str:
    text = part.text(MAX_MARKUP)
    if part.type != "text/plain":
        return plain_text(text)
    return plain_text(unflowed(text, delsp=part.delsp) if part.flowed else text, literal=True)


def unflowed(text: str, *, delsp: bool) -> str:
    """Join the lines of a flowed text: a line that ends with a blank goes on in the next (RFC 3676 section 4)."""
    lines: list[str] = []
    held: list[str] = []
    depth = 0
    for written in text.splitlines():
        quotes = written[: len(written) - len(written.lstrip(">"))]
        line = written[len(quotes) :].removeprefix(" ")
        if held and len(quotes) != depth:
            lines.append("".join(held).rstrip())
            held = []
        if not held and quotes:
            held.append(f"{quotes} ")
        depth = len(quotes)
        flows = line.endswith(" ") and line != "-- "
        held.append(line[:-1] if flows and delsp else line)
        if not flows:
            lines.append("".join(held))
            held = []
    if held:
        lines.append("".join(held).rstrip())
    return "\n".join(lines)
