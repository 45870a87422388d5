"""Who sent a mail, and whether that is true. Pure.

    one From with one address -> on the list? -> what our own server says of its DKIM signature -> aligned?

A display name counts for nothing (`"alerts@sec.gov" <x@evil.example>` is from evil.example), and an address is
compared in ASCII, so that a domain of look-alike letters is another domain (`xn--…`) and is shown as one.
Whether a signature is good is said by the server that took the mail in, in `Authentication-Results` (RFC 8601);
anybody may write that field, so the topmost one of our server's name is the only one that counts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from alertd.sources.mail_headers import Header, decode_words
from alertd.sources.plain import cut_title, plain_line

Dkim = Literal["required", "if_present", "off"]
Why = Literal["forged", "not_listed", "bomb", "too_large", "unreadable"]

MAX_ADDRESS = 320
_MAX_FROM = 4_096
_SHOWN = 100

_QUOTED = r'"(?:[^"\\]|\\.)*+"'
_MAILBOX = re.compile(rf"\s*+((?:{_QUOTED}|[^\"<>,;])*+)<\s*([^<>\s\"]+)\s*>\s*|\s*([^<>\s\",;:]+)\s*")
_LOCAL = re.compile(r"[^\s@\"(),:;<>\[\\\]\x00-\x1f\x7f]{1,64}")
_DOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*+")
_METHOD = re.compile(r"\s*dkim(?:\s*/\s*\d+)?\s*=\s*([a-z]+)", re.IGNORECASE)
_PROPERTY = re.compile(rf"header\s*\.\s*([di])\s*=\s*({_QUOTED}|[^\s;]+)", re.IGNORECASE)
_WORDS: dict[Why, str] = {
    "forged": "forged sender",
    "not_listed": "sender not listed",
    "bomb": "mail bomb",
    "too_large": "too large",
    "unreadable": "unreadable",
}
_KINDS = {words: why for why, words in _WORDS.items()}


class Refused(Exception):
    """A mail is not taken: which kind of reason, and what it is in words."""

    def __init__(self, why: Why, text: str) -> None:
        super().__init__(f"{_WORDS[why]}: {text}")
        self.why: Why = why


def kind_of(reason: str) -> Why:
    """Give the kind of a reason that a Refused was told with."""
    return _KINDS.get(reason.partition(":")[0], "unreadable")


@dataclass(frozen=True, slots=True)
class Policy:
    """Whose mail is taken."""

    senders: Sequence[str]
    """Patterns as `read_pattern` gives them."""
    server: str = ""
    """Whose `Authentication-Results` counts (RFC 8601: the authserv-id)."""
    dkim: Dkim = "required"
    signed_by: Sequence[str] = ()
    """Domains whose signature counts for every sender of the list, besides the sender's own."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom a mail says it is from."""

    name: str
    address: str
    """In ASCII, the domain in lower case."""


def read_pattern(text: str) -> str:
    """Read `alerts@exchange.example`, `*@sec.gov` or `*@*.sec.gov`, in ASCII and lower case. Raises ValueError."""
    local, at, domain = text.strip().rpartition("@")
    host = ascii_domain(domain.removeprefix("*."))
    if not at or not host or "." not in host or not (local == "*" or _LOCAL.fullmatch(local)) or "*" in local[1:]:
        raise ValueError("write an address, *@example.com for all of a domain, or *@*.example.com for its subdomains")
    return f"{local.lower()}@{'*.' if domain.startswith('*.') else ''}{host}"


def ascii_domain(domain: str) -> str:
    """Give a domain in lower case, in punycode where it has other letters; empty if it is no domain."""
    if not domain.isascii():
        try:
            domain = domain[:253].encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    domain = domain.lower().rstrip(".")
    return domain if _DOMAIN.fullmatch(domain) else ""


def sender_of(header: Header) -> Sender:
    """Give the sender. Raises Refused unless there is one From field with one address."""
    fields = header.all("from")
    if len(fields) != 1:
        raise Refused("forged", "several From fields" if fields else "no From field")
    text = fields[0]
    pieces = _pieces(text[:_MAX_FROM])  # a semicolon ends a group, of which a sender is none
    found = _MAILBOX.fullmatch(pieces[0]) if len(pieces) == 1 and len(text) <= _MAX_FROM else None
    if found is None:
        raise Refused("forged", f"From is not one address: {_shown(text)}")
    local, _, domain = (found[2] or found[3]).rpartition("@")
    host = ascii_domain(domain)
    if not host or not _LOCAL.fullmatch(local) or len(local) + len(host) >= MAX_ADDRESS:
        raise Refused("forged", f"From is no address: {_shown(text)}")
    name = plain_line(decode_words((found[1] or "").replace('"', "")), literal=True)
    return Sender("" if "@" in name else cut_title(name, _SHOWN), f"{local}@{host}")


def check_sender(header: Header, policy: Policy) -> Sender:
    """Give the sender of a mail that may be taken. Raises Refused."""
    sender = sender_of(header)
    if not any(_fits(sender.address, pattern) for pattern in policy.senders):
        raise Refused("not_listed", f"{_shown(sender.address)} is not in `from`")
    if policy.dkim != "off":
        _check_signature(header, sender, policy)
    return sender


def _fits(address: str, pattern: str) -> bool:
    local, _, domain = address.lower().rpartition("@")
    want_local, _, want = pattern.rpartition("@")
    same = domain.endswith(want[1:]) if want.startswith("*.") else domain == want
    return same and want_local in ("*", local)


def _check_signature(header: Header, sender: Sender, policy: Policy) -> None:
    domain = sender.address.rpartition("@")[2]
    said = _results(header, policy.server)
    if said is None and policy.dkim == "required":
        raise Refused(
            "forged", f"{_shown(sender.address)}: {policy.server} says nothing of who signed it{_others(header)}"
        )
    results = said or []
    if any(result == "pass" and _aligned(by, domain, policy.signed_by) for result, by in results):
        return
    if policy.dkim == "if_present" and all(result == "none" for result, _ in results):
        return
    told = ", ".join(f"{result} of {by}" if by else result for result, by in results[:3]) or "none"
    raise Refused("forged", f"{_shown(sender.address)} is not signed by {domain}: DKIM {told}")


def _aligned(signer: str, domain: str, trusted: Sequence[str]) -> bool:
    """Say whether a signature speaks for a domain: it is the domain's, or of one above or below (RFC 7489, 3.1.1)."""
    if signer in trusted:
        return True
    if "." not in signer or "." not in domain:
        return False
    return signer == domain or domain.endswith(f".{signer}") or signer.endswith(f".{domain}")


def _results(header: Header, server: str) -> list[tuple[str, str]] | None:
    """Give what our server says of DKIM: (result, signing domain); None if it says nothing about the mail at all."""
    for text in header.all("authentication-results"):
        first, *parts = _pieces(text)
        name = first.split()[0].strip('"').lower() if first.split() else ""
        if name == server.lower():
            return [_result(found[1].lower(), part) for part in parts if (found := _METHOD.match(part))]
    return None


def _others(header: Header) -> str:
    """Name whose results stand topmost instead: `authenticated_by` may be misspelt. Anybody may have written them."""
    named = next(iter(header.all("authentication-results")), "")
    words = _pieces(named)[0].split()
    return (
        f"; the topmost Authentication-Results is of {_shown(words[0])}, not of `authenticated_by`" if words else ""
    )


def _result(result: str, part: str) -> tuple[str, str]:
    named = {found[1].lower(): found[2].strip('"') for found in _PROPERTY.finditer(part)}
    signer = named.get("d") or named.get("i", "").rpartition("@")[2]
    return result, ascii_domain(signer)


_TOKEN = re.compile(r"\\.|[\"();]|[^\\\"();]+|\\", re.DOTALL)


def _pieces(text: str) -> list[str]:
    """Split at the semicolons that stand in no quotes, without comments.

    Those stand in parentheses, may be nested and mean nothing (RFC 5322 3.2.2).
    """
    pieces: list[list[str]] = [[]]
    depth, quoted = 0, False
    for word in _TOKEN.findall(text):
        if word == '"' and not depth:
            quoted = not quoted
        elif word in "()" and not quoted:
            depth = depth + 1 if word == "(" else max(depth - 1, 0)
            continue
        if word == ";" and not quoted and not depth:
            pieces.append([])
        elif not depth:
            pieces[-1].append(word)
    return ["".join(piece) for piece in pieces]


def _shown(text: str) -> str:
    """Show what a stranger wrote: one line, nothing invisible, and letters of other alphabets as what they are."""
    line = cut_title(" ".join(text.split()), _SHOWN)
    return line if line.isascii() and line.isprintable() else ascii(line).strip("'")
