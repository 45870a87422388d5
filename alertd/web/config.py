"""The settings of the web room, `web:` in alertd.yaml; apart from the server, so that they load no HTTP library."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from alertd.base.config import ConfigModel, Duration, UserId
from alertd.base.secrets import Secret
from alertd.base.tokens import Digests, OneToken, Token, TokenSha256
from alertd.web.bind import parse_bind
from alertd.web.outside import Outside, ProxyNetwork, TlsConfig, networks
from alertd.web.public_config import MIN_LINKS_KEY, PublicConfig


def _checked_bind(value: str) -> str:
    parse_bind(value)
    return value


class _OfDesk(ConfigModel):
    """Whose a token is: apart, so that it comes first in the schema."""

    name: UserId
    """Who or what has it; stands in the audit log."""
    desk: UserId | None = None
    """The desk whose alerts it opens; without one those of no desk, and then `portfolios` are to be named."""
    portfolios: Annotated[list[UserId], Field(max_length=1000)] = Field(default_factory=list)
    """Only these of the desk's portfolios; none: all of them."""


class DeskToken(OneToken, _OfDesk):
    """Somebody who may see and answer one desk's alerts over HTTP."""

    token: Token | None = None
    """At least 16 characters, unlike any other token; or `token_sha256`."""
    scope: Literal["read", "write"] = "write"
    """`read`: it sees, and answers nothing."""

    @model_validator(mode="after")
    def _somebodys(self) -> Self:
        if self.desk is None and not self.portfolios:
            raise ValueError("name the `desk` that it is for, or single `portfolios`")
        return self


class ProxyUser(ConfigModel):
    """Somebody who signs in at the proxy in front."""

    user: Annotated[str, Field(min_length=1, max_length=200)]
    """As the proxy names them, in any case; stands in the audit log."""
    desk: UserId | None = None
    """The desk whose alerts they see; without one those of no desk."""
    all_desks: bool = False
    """They see all desks."""
    scope: Literal["read", "write"] = "write"
    """`read`: they see, and answer nothing."""

    @model_validator(mode="after")
    def _one_or_all(self) -> Self:
        if self.all_desks and self.desk is not None:
            raise ValueError("`all_desks: true` sees every desk: take `desk` out, or `all_desks`")
        return self


class WebConfig(ConfigModel):
    """Page, API, metrics and health."""

    bind: Annotated[str, AfterValidator(_checked_bind)] = "127.0.0.1:8321"
    """`host:port`; port 0 takes a free one. Beyond loopback only with a token, and `tls` or `trusted_proxies`."""
    token: Token | None = None
    """Bearer token of the API, at least 16 characters; without one alertd makes one in the state directory."""
    token_sha256: TokenSha256 | None = None
    """The SHA-256 of a token in hex that opens the same, so that the file opens nothing; commands on this machine use
    the token that alertd makes."""
    tokens: list[DeskToken] = Field(default_factory=list)
    """Bearer tokens that see and answer the alerts of one desk, and nothing else."""
    tls: TlsConfig | None = None
    """The certificate of both listeners, where no proxy in front speaks TLS."""
    trusted_proxies: Annotated[list[ProxyNetwork], Field(max_length=100)] = Field(default_factory=list)
    """Addresses or networks of the proxies in front that speak TLS; nobody else but this machine is let in then."""
    user_header: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,60}$")] | None = None
    """The header in which the trusted proxy says who signed in there, such as `X-Forwarded-User`; of what comes from
    outside it has to take it out."""
    users: list[ProxyUser] = Field(default_factory=list)
    """Who may use the page when the proxy names them."""
    allowed_hosts: list[str] = Field(default_factory=list)
    """Names under which browsers may ask, besides addresses and localhost."""
    public: PublicConfig | None = None
    """A second listener that the world may reach, for answers to alerts alone."""
    links_key: Secret | None = None
    """Signs the links in mail by which alerts are answered, at least 32 characters; without one alertd makes one."""
    links_expire: Annotated[Duration, Field(ge=3600, le=90 * 86400)] = 7 * 86400.0
    """How long such a link is good."""

    connections: Annotated[int, Field(ge=10, le=10_000)] = 100
    """Connections at once, besides those of the stream; who comes when there is no room waits for a second."""
    onlookers: Annotated[int, Field(ge=1, le=10_000)] = 1_000
    """Those who may follow the stream of alerts at once, open pages included."""

    @property
    def outside(self) -> Outside:
        """How others than this machine may connect."""
        return Outside(self.tls, networks(self.trusted_proxies))

    @field_validator("links_key")
    @classmethod
    def _hard_to_guess(cls, value: Secret | None) -> Secret | None:
        if value is not None and len(value.reveal()) < MIN_LINKS_KEY:
            raise ValueError(f"should have at least {MIN_LINKS_KEY} characters")
        return value

    @model_validator(mode="after")
    def _apart(self) -> Self:
        """See that a token tells who has it."""
        own = Digests.of([self.token], [self.token_sha256]).digests
        known = [*own, *(digest for one in self.tokens for digest in one.digests.digests)]
        if len(set(known)) < len(known):
            raise ValueError("two tokens are the same: each of web.token and web.tokens opens something else")
        users = [one.user.casefold() for one in self.users]
        if len(set(users)) < len(users):
            raise ValueError("one of web.users stands there twice")
        if (self.user_header is not None) != bool(self.users):
            raise ValueError(
                "web.user_header and web.users go together: who the proxy names, and who of these may come in"
            )
        if self.user_header is not None and not self.trusted_proxies:
            raise ValueError("web.user_header is believed of a trusted proxy alone: set web.trusted_proxies")
        names = [one.name for one in self.tokens]
        if len(set(names)) < len(names):
            raise ValueError("two of web.tokens have the same name: the audit log could not tell who it was")
        return self
