"""`heartbeat:` in alertd.yaml; apart from the worker, so that settings load no HTTP library."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from alertd.base.config import ConfigModel, Duration
from alertd.base.secrets import Secret
from alertd.net.address import AddressPolicy
from alertd.notify.config import AllowPrivate, check_target


class HeartbeatConfig(ConfigModel):
    """An address outside the house that is asked as long as alertd does its work, and that raises an alarm when it is
    not asked any more.
    """

    allow_private: AllowPrivate = False
    """Admit addresses inside the house; loopback and private ranges are refused otherwise, link-local always."""
    url: Secret
    """What is asked. Kept secret: whoever knows it can say in our place that all is well."""
    every: Annotated[Duration, Field(ge=5, le=3600)] = 60.0
    """How often. The alarm outside should wait for three times as long."""
    timeout: Annotated[Duration, Field(ge=1, le=60)] = 10.0
    """For the whole request."""
    method: Literal["post", "get"] = "post"
    """`post` without a body, of which any 2xx is an answer; `get` must be answered with 200."""

    @field_validator("url")
    @classmethod
    def _safe_target(cls, value: Secret, info: ValidationInfo) -> Secret:
        return check_target(value, info.data.get("allow_private", False))

    @property
    def policy(self) -> AddressPolicy:
        """Which addresses may be connected to."""
        return AddressPolicy.of(self.allow_private)
