"""What the settings of sources share: of all, of those that are polled, of those that are polled over HTTP."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Annotated, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from alertd.base.config import ConfigModel, Duration, UserId
from alertd.model import Rights, Trust
from alertd.net.address import AddressPolicy, unreachable
from alertd.sources.events import Classification, SourceFacts
from alertd.sources.rhythm import SilentAfter
from alertd.sources.rights import RightsConfig
from alertd.sources.timetable import Every, Timetable

Backlog = Literal["none", "24h", "all"]

_URL = re.compile(r"https?://[^\s/?#@\\]+(?:[/?#]\S*)?", re.IGNORECASE)


def is_url(url: str) -> bool:
    """Say whether it is an address over http or https with a host, and without a user name."""
    if not _URL.fullmatch(url):
        return False
    try:
        return bool(urlsplit(url).hostname)
    except ValueError:  # half a pair of brackets, as round an IPv6 address
        return False


def is_address(host: str) -> bool:
    """Say whether a host is an IP address and no name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def check_private(allowed: bool | list[str]) -> bool | list[str]:
    """Check a value of `allow_private`. Raises ValueError."""
    AddressPolicy.of(allowed)
    return allowed


class AnyConfig(ConfigModel):
    """An entry of `sources:`: the keys that all sources have."""

    address_key: ClassVar[str] = "url"
    """The key under which its address stands in the settings."""

    id: UserId
    """Name of the source: part of every event's id, so renaming it makes all its items new."""
    type: str
    desk: UserId | None = None
    """Whose it is: its items reach the portfolios of this desk alone."""
    classification: Classification = "public"
    """Who may see its items; carried along in every event."""
    silent_after: SilentAfter = "auto"
    """After how long without a new item the operator is told: `auto` (by its own rhythm), `off`, or such as 2h."""
    rights: RightsConfig | None = None
    """What its terms allow: who may be told, how much may be shown, kept, exported, read by a language model."""

    @property
    def address(self) -> str:
        """Where it is asked, for its state and for people: without secrets. Another one is another source."""
        raise NotImplementedError

    def facts(self) -> SourceFacts:
        """Give what its events say of it; classification and `terms()` among it."""
        raise NotImplementedError

    def terms(self) -> Rights | None:
        """Give the rights that its events carry."""
        return self.rights.rights() if self.rights is not None else None

    def forbidden(self) -> str:
        """Say why it will never be let through to its address; empty if nothing is known against it."""
        return ""


class StatedConfig(AnyConfig):
    """A source whose settings say what its items do not say themselves."""

    trust: Trust = "medium"
    """How far the source is to be believed."""
    kind: Literal["news", "filing"] = "news"
    """What its items are, where they do not say so."""
    language: Annotated[str, Field(pattern=r"^$|^[a-z]{2,3}$")] = ""
    """Language of items that state none: two letters, such as en."""

    def facts(self) -> SourceFacts:
        """Give what its events say of it."""
        return SourceFacts(
            id=self.id,
            kind=self.kind,
            trust=self.trust,
            language=self.language,
            classification=self.classification,
            rights=self.terms(),
        )


class PolledConfig(AnyConfig):
    """A source that is asked again and again."""

    every: Every = Timetable(60.0)
    """How often to ask: `60s`, or with burst hours `{default: 60s, "06:55-09:35 America/New_York": 5s}`."""
    backlog: Backlog = "none"
    """Which items that are there at the first poll count as new: none, those of the last 24 hours, all."""

    def backing_off(self, failures: int) -> int:
        """Say how many of so many failures in a row count for how long the next poll is put off."""
        return failures

    def shortest_interval(self) -> float:
        """Give the shortest time between two polls, in seconds, burst hours included."""
        return self.every.shortest()


class HttpConfig(PolledConfig):
    """A source that is asked over HTTP."""

    allow_private: Annotated[bool | list[str], AfterValidator(check_private)] = False
    """Whether the address may be private or loopback: true, or the networks that it may be in."""
    timeout: Annotated[Duration, Field(ge=1, le=300)] = 30.0
    """How long one request may take in all."""
    max_bytes: Annotated[int, Field(ge=1_024, le=32 << 20)] = 5 << 20
    """Bytes of the unpacked document; a larger one is refused."""

    def refused(self, url: str) -> str:
        """Say why no poll will be let through to an address; empty if one may. What a name leads to is seen then."""
        reason = unreachable(urlsplit(url).hostname or "", AddressPolicy.of(self.allow_private))
        return f"it will not be polled: {reason}" if reason else ""
