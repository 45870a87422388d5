"""The settings of a Slack receiver: an app with a bot token and a channel, or an incoming webhook for a start."""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from alertd.base.secrets import Secret
from alertd.notify.config import HttpReceiverConfig, check_target
from alertd.notify.template_language import Form
from alertd.notify.template_source import Source, Templates

API = "https://slack.com/api"


class SlackConfig(HttpReceiverConfig):
    """A Slack channel: by `token` and `channel`, or by `webhook_url` alone."""

    type: Literal["slack"] = "slack"
    token: Secret | None = None
    """The app's bot token, `xoxb-…`, with the scope `chat:write`. Threads, updates in place and buttons need it."""
    channel: Annotated[str, Field(pattern=r"^[CDGUW][A-Z0-9]{5,30}$")] | None = None
    """Where to post: the id at the foot of the channel's details, `C0123456789`. The app must be a member of it."""
    app_token: Secret | None = None
    """The app's own token, `xapp-…`, with `connections:write`: what people press comes over Socket Mode, for which
    nothing of the house needs to be reachable."""
    signing_secret: Secret | None = None
    """The app's signing secret: what people press comes as signed requests to `web.public`."""
    webhook_url: Secret | None = None
    """The address that Slack gave the app for one channel. Whoever knows it can post."""
    base_url: str = API
    """Where Slack's methods are, for a Slack of the government, a proxy or a test."""
    template: Source | None = None
    """Writes the middle of the message in place of the built-in one; as JSON, all of its blocks."""
    accepts: Literal["public", "internal"] = "public"
    """Whether items of internal sources may be sent here: Slack is outside the house."""

    pace_ms: ClassVar[int] = 1000

    def target(self) -> tuple[str, str]:
        """Give the setting that says where to post, and the URL."""
        return ("webhook_url", self.webhook_url.reveal()) if self.webhook_url else ("base_url", self.base_url)

    @field_validator("webhook_url")
    @classmethod
    def _safe_target(cls, value: Secret | None, info: ValidationInfo) -> Secret | None:
        return value if value is None else check_target(value, info.data.get("allow_private", False), warned=True)

    @field_validator("base_url")
    @classmethod
    def _safe_base(cls, value: str, info: ValidationInfo) -> str:
        return check_target(Secret(value), info.data.get("allow_private", False), warned=True).reveal().rstrip("/")

    @field_validator("token", "app_token")
    @classmethod
    def _right_token(cls, value: Secret | None, info: ValidationInfo) -> Secret | None:
        begins = "xoxb-" if info.field_name == "token" else "xapp-"
        if value is not None and not (value.reveal().startswith(begins) and value.reveal().isascii()):
            raise ValueError(f"this token begins with {begins}: Slack shows it on the app's pages")
        return value

    @field_validator("app_token")
    @classmethod
    def _has_sdk(cls, value: Secret | None) -> Secret | None:
        if value is not None and find_spec("slack_sdk") is None:
            raise ValueError("Socket Mode needs the package slack-sdk: install alertd[slack]")
        return value

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.token) == bool(self.webhook_url):
            both = "not both" if self.token else "a token is what makes threads, updates and buttons possible"
            raise ValueError(f"give `token` and `channel`, or `webhook_url` alone; {both}")
        if self.token and not self.channel:
            raise ValueError("`token` needs `channel`, such as C0123456789: the id at the foot of its details")
        if self.webhook_url and (self.channel or self.app_token or self.signing_secret):
            raise ValueError(
                "a `webhook_url` has its own channel and no buttons: drop the other keys, or use `token`"
            )
        if self.app_token and self.signing_secret:
            raise ValueError("give `app_token` or `signing_secret`: with both, each click would be answered twice")
        return self

    @property
    def templates(self) -> Templates:
        """Its template, which writes blocks if that is JSON, else text."""
        return {("template",): (self.template, self.form)} if self.template is not None else {}

    @property
    def form(self) -> Form:
        """What its template writes."""
        return "json" if self.template is not None and self.template.is_json else "slack"

    @property
    def interactive(self) -> bool:
        """Whether what people press can reach us."""
        return bool(self.app_token or self.signing_secret)

    @property
    def notes_apart(self) -> bool:
        """By token there is a thread for it; an incoming webhook knows none."""
        return self.channel is not None

    @property
    def edits(self) -> bool:
        """Whether a message that stands can be changed."""
        return self.token is not None

    @property
    def answered(self) -> bool:
        """Whether it is told of answers: without an edit each would be a message."""
        return self.edits

    @property
    def place(self) -> str:
        """Name what Slack counts messages for: the channel, whatever receivers or processes post to it."""
        if self.channel is not None:
            return f"slack/{self.channel}"
        return f"slack/{_known_by(self.webhook_url)}"

    @property
    def app(self) -> str:
        """Name what Slack counts edits for: the app in its workspace."""
        return f"slack-edit/{_known_by(self.token)}"


def _known_by(secret: Secret | None) -> str:
    """Give a name for a secret that tells nothing about it: these are too long to be guessed."""
    return hashlib.sha256((secret.reveal() if secret else "").encode()).hexdigest()[:16]
