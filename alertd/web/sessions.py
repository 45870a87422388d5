"""Who is signed in: a cookie that names a token's holder, signed, good for a while. Pure.

The cookie holds no token. It says whose it is and until when, and which token they had: where that is taken out of
the settings, whoever signed in with it is out too. A form carries a mark made of the cookie, so that no page of
others can post in its place; the cookie itself goes along with no request that another site begins (SameSite=Strict).
Where a proxy says who it is there is no cookie of ours: the mark is then made of the name and the day.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TypeVar

import msgspec
from itsdangerous import BadData, URLSafeSerializer

from alertd.base.secrets import Secret
from alertd.model import Struct

COOKIE = "alertd_session"
"""With the listener's port behind it: a browser has one jar for all ports of a host (RFC 6265, 8.5), and two daemons
on one machine would sign each other out."""
SECURE_COOKIE = f"__Host-{COOKIE}"
"""Over TLS: such a name no other host can set (RFC 6265bis, 4.1.3.2). With the port too."""
MAX_COOKIE = 600
SESSION_S = 12 * 3600
DAY_MS = 24 * 3600 * 1000
CODE_S = 600
"""How long a link is good with which somebody signs in once."""
T = TypeVar("T")


class Session(Struct, frozen=True, kw_only=True):
    """Who is signed in."""

    name: str
    """Of the holder of the token, perhaps with who they say they are behind it."""
    mark: str
    """Which token it was, as `Sessions.mark_of` makes it."""
    until_s: int
    csrf: str
    """What a form has to repeat."""
    nonce: str
    """Tells it from others of the same holder: by this one it is ended."""


class Code(Struct, frozen=True, kw_only=True):
    """What stands in a link with which somebody signs in once."""

    name: str
    mark: str
    until_s: int
    nonce: str
    """By which it is known that it was used: the text of a link can be written in several ways (base64 has spare
    bits), all of them signed."""

    @property
    def made_s(self) -> int:
        """When it was made."""
        return self.until_s - CODE_S


@dataclass(frozen=True, slots=True)
class Sessions:
    """Makes cookies and reads them."""

    key: Secret

    def cookie(self, name: str, digest: bytes, now: int, nonce: str) -> str:
        """Make the cookie of somebody who has shown a token of this digest; `now` in ms."""
        return self._signer("session").dumps([name, self.mark_of(digest), now // 1000 + SESSION_S, nonce])

    def read(self, cookie: str, now: int) -> Session | None:
        """Read a cookie; None for one that is not ours, or too old."""
        found = self._read("session", cookie, tuple[str, str, int, str])
        if found is None or now >= found[2] * 1000:
            return None
        name, mark, until_s, nonce = found
        return Session(name=name, mark=mark, until_s=until_s, csrf=self._csrf(cookie), nonce=nonce)

    def mark_of(self, digest: bytes) -> str:
        """Name a token without giving anything of it away."""
        return hmac.new(self.key.reveal().encode(), b"token" + digest, hashlib.sha256).hexdigest()[:16]

    def marks_of_user(self, name: str, now: int) -> tuple[str, str]:
        """Make what the forms of somebody repeat whom a proxy names: today's mark, and yesterday's (UTC).

        A page that was opened before midnight has the latter.
        """
        today = now // DAY_MS
        return self._mark_of_day(name, today), self._mark_of_day(name, today - 1)

    def code(self, name: str, digest: bytes, now: int, nonce: str) -> str:
        """Make what stands in a link with which somebody signs in once."""
        return self._signer("code").dumps([name, self.mark_of(digest), now // 1000 + CODE_S, nonce])

    def read_code(self, code: str, now: int) -> Code | None:
        """Read such a link; None for one that is not ours, or too old."""
        found = self._read("code", code, tuple[str, str, int, str])
        if found is None or now >= found[2] * 1000:
            return None
        return Code(name=found[0], mark=found[1], until_s=found[2], nonce=found[3])

    def _csrf(self, cookie: str) -> str:
        return hmac.new(self.key.reveal().encode(), b"form" + cookie.encode(), hashlib.sha256).hexdigest()[:32]

    def _mark_of_day(self, name: str, day: int) -> str:
        told = f"user {day} {name}".encode()
        return hmac.new(self.key.reveal().encode(), told, hashlib.sha256).hexdigest()[:32]

    def _read(self, what: str, text: str, kind: type[T]) -> T | None:
        if len(text) > MAX_COOKIE or not text.isascii():
            return None
        try:
            return msgspec.convert(self._signer(what).loads(text), kind)
        except (BadData, msgspec.ValidationError, ValueError):
            return None

    def _signer(self, what: str) -> URLSafeSerializer:
        how = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
        return URLSafeSerializer(self.key.reveal(), salt=f"alertd.{what}.1", signer_kwargs=how)
