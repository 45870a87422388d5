"""The settings of the web room, `web:` in alertd.yaml; apart from the server, so that they load no HTTP library."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from alertd.base.config import ConfigModel, Duration, UserId
from alertd.base.secrets import Secret
from alertd.web.bind import parse_bind
from alertd.web.deps import MIN_TOKEN
from alertd.web.public_config import MIN_LINKS_KEY, PublicConfig


def _long_enough(value: Secret | None) -> Secret | None:
    if value is not None and len(value.reveal()) < MIN_TOKEN:
        raise ValueError(f"should have at least {MIN_TOKEN} characters")
    return value


def _checked_bind(value: str) -> str:
    parse_bind(value)
    return value


class DeskToken(ConfigModel):
    """Somebody who may see and answer one desk's alerts over HTTP."""

    name: UserId
    """Who or what has it; stands in the audit log."""
    desk: UserId
    """The desk whose alerts it opens."""
    token: Annotated[Secret, AfterValidator(_long_enough)]
    """At least 16 characters, unlike any other token."""


class WebConfig(ConfigModel):
    """Page, API, metrics and health."""

    bind: Annotated[str, AfterValidator(_checked_bind)] = "127.0.0.1:8321"
    """`host:port`; port 0 takes a free one. Beyond loopback only with a token."""
    token: Annotated[Secret | None, AfterValidator(_long_enough)] = None
    """Bearer token of the API, at least 16 characters; without one alertd makes one in the state directory."""
    tokens: list[DeskToken] = Field(default_factory=list)
    """Bearer tokens that see and answer the alerts of one desk, and nothing else."""
    allowed_hosts: list[str] = Field(default_factory=list)
    """Names under which browsers may ask, besides addresses and localhost."""
    public: PublicConfig | None = None
    """A second listener that the world may reach, for answers to alerts alone."""
    links_key: Secret | None = None
    """Signs the links in mail by which alerts are answered, at least 32 characters; without one alertd makes one."""
    links_expire: Annotated[Duration, Field(ge=3600, le=90 * 86400)] = 7 * 86400.0
    """How long such a link is good."""

    @field_validator("links_key")
    @classmethod
    def _hard_to_guess(cls, value: Secret | None) -> Secret | None:
        if value is not None and len(value.reveal()) < MIN_LINKS_KEY:
            raise ValueError(f"should have at least {MIN_LINKS_KEY} characters")
        return value

    @model_validator(mode="after")
    def _apart(self) -> Self:
        """See that a token tells who has it."""
        known = [self.token, *(one.token for one in self.tokens)]
        if len(set(known)) < len(known):
            raise ValueError("two tokens are the same: each of web.token and web.tokens opens something else")
        names = [one.name for one in self.tokens]
        if len(set(names)) < len(names):
            raise ValueError("two of web.tokens have the same name: the audit log could not tell who it was")
        return self
