"""Bearer tokens, kept and compared as SHA-256 digests.

A digest in the settings opens nothing to whoever reads the file. Plain SHA-256 is enough for what was drawn at
random, where there is nothing to guess (NIST SP 800-63B, 5.1.2.2, on look-up secrets of 112 bits or more), not for
passwords. `hmac.compare_digest` takes a time that does not depend on where two differ; digests are equally long.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from alertd.base.config import ConfigModel
from alertd.base.secrets import Secret

MIN_TOKEN = 16
"""Shortest token taken, in characters: long enough that guessing it over HTTP is hopeless."""

TokenSha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
"""The SHA-256 of a token in hex, as `printf %s TOKEN | sha256sum` prints it."""


def checked_token(token: Secret) -> Secret:
    """Refuse a token that is too short. Raises ValueError."""
    if len(token.reveal()) < MIN_TOKEN:
        raise ValueError(f"a token has at least {MIN_TOKEN} characters, as from: openssl rand -hex 32")
    return token


Token = Annotated[Secret, AfterValidator(checked_token)]
"""A bearer token that a user writes."""


@dataclass(frozen=True, slots=True)
class Digests:
    """Tokens that open the same, by their digests."""

    digests: tuple[bytes, ...] = ()

    @classmethod
    def of(cls, tokens: Iterable[Secret | None] = (), hexes: Iterable[str | None] = ()) -> Digests:
        """Make them of tokens and of digests in hex; None is left out. Raises ValueError for a token too short."""
        found = [hashlib.sha256(checked_token(one).reveal().encode()).digest() for one in tokens if one is not None]
        return cls((*found, *(bytes.fromhex(one) for one in hexes if one is not None)))

    def fits(self, given: str | None) -> bool:
        """Tell whether a token is one of these."""
        return self.fitting(given) is not None

    def fitting(self, given: str | None) -> bytes | None:
        """Give the digest that a token fits; None for one that is none of these. All are compared, whichever fits."""
        if given is None:
            return None
        digest = hashlib.sha256(given.encode("utf-8", "surrogateescape")).digest()
        found = [one for one in self.digests if hmac.compare_digest(digest, one)]
        return found[0] if found else None


class OneToken(ConfigModel):
    """What one token opens: it stands in the file, or its digest does."""

    token: Token | None = None
    """At least 16 characters; or `token_sha256`."""
    token_sha256: TokenSha256 | None = None
    """The SHA-256 of it in hex, so that the file opens nothing."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.token is None) == (self.token_sha256 is None):
            raise ValueError("write `token` or `token_sha256`, one of them")
        return self

    @property
    def digests(self) -> Digests:
        """What opens it."""
        return Digests.of([self.token], [self.token_sha256])
