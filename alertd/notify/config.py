"""What the settings of all receivers share."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from alertd.base.config import ConfigModel, Duration, Timezone, UserId
from alertd.base.secrets import Secret
from alertd.model import Severity
from alertd.net.address import AddressPolicy, is_inside, unreachable
from alertd.notify.config_timing import (
    CooldownConfig,
    Digest,
    EscalateConfig,
    QuietConfig,
    StormConfig,
    StormOrOff,
    When,
)
from alertd.notify.template_source import Templates


def _known_networks(value: bool | list[str]) -> bool | list[str]:
    AddressPolicy.of(value)
    return value


AllowPrivate = Annotated[bool | list[str], AfterValidator(_known_networks)]
"""`true`, `false` or a list of networks such as `10.0.0.0/8`."""


def lease_for(attempt_s: float) -> int:
    """Give the lease in ms for an attempt that may take so long. The loop gives up at four fifths of it, later than
    the notifier itself, and the rest keeps an attempt from overlapping with its own repeat.
    """
    return int((attempt_s * 1.25 + 15) * 1000)


_QUARTER = r"([01]\d|2[0-3]):(00|15|30|45)"


def _check_quarter(text: str) -> str:
    if not re.fullmatch(_QUARTER, text):
        raise ValueError('write a quarter of an hour on a clock of 24 hours, in quotes: "07:00", "07:15"')
    return text


class CoverageConfig(ConfigModel):
    """When to say what was seen."""

    at: Annotated[str, AfterValidator(_check_quarter)]
    """Time of day, a quarter of an hour: `"07:00"`."""
    timezone: Timezone | None = None
    """Whose clock it is; without one that of the portfolios that tell the receiver, if they all have the same, else
    UTC."""


def _read_coverage(value: Any) -> Any:
    if isinstance(value, bool | int | float | list):
        raise ValueError('write a time of day in quotes, "07:00", or {at: "07:00", timezone: America/New_York}')
    return {"at": value} if isinstance(value, str) else value


_AT = {"type": "string", "pattern": f"^{_QUARTER}$"}
_COVERAGE_SCHEMA = {
    "anyOf": [
        _AT,
        {
            "type": "object",
            "properties": {"at": _AT, "timezone": {"type": "string"}},
            "required": ["at"],
            "additionalProperties": False,
        },
        {"type": "null"},
    ]
}


class ReceiverConfig(ConfigModel):
    """A place that alerts go to."""

    type: str
    id: UserId
    desk: UserId | None = None
    """Whose it is: portfolios of this desk may name only receivers of their own desk."""
    min_severity: Severity = "info"
    """Alerts below it are not sent here."""
    updates: Literal["material", "none", "all"] = "material"
    """Which later revisions of an alert are sent."""
    expire: Duration = 24 * 3600.0
    """How long a message is tried, the last time shortly before the end. What was never tried by then expires."""
    accepts: Literal["public", "internal"] = "internal"
    """Whether items of internal sources may be sent here."""
    coverage: Annotated[CoverageConfig | None, BeforeValidator(_read_coverage), WithJsonSchema(_COVERAGE_SCHEMA)] = (
        None
    )
    """When to send a daily line about what was seen: `"07:00"`, or `{at: "07:00", timezone: America/New_York}`."""
    portfolios: list[UserId] = Field(default_factory=list)
    """The only portfolios whose alerts are sent here; none named: all that name it."""
    event_types: Annotated[list[str], Field(max_length=500)] = Field(default_factory=list)
    """The only event types of which one must be reported; none named: any, and none at all."""
    only: When = None
    """A condition that an alert must fulfil to be sent here: as in rules, and `severity`, `portfolio`, `rule`, `tag`,
    `owner`."""
    cooldown: CooldownConfig | None = None
    """After a message nothing more about the same for a while: `{by: story, for: 4h}`."""
    quiet: QuietConfig | None = None
    """When alerts wait: `{hours: "22:00-06:30", calendars: [XNYS]}`."""
    digest: Digest = None
    """Alerts wait for one message at these times: `{at: "07:30", days: weekdays}`."""
    storm: StormOrOff = None
    """When alerts fold: `{at_most: 20, per: 1m, every: 1m}`, as they do without a word where people read
    (Slack, mail); or `off`."""
    group: Annotated[Duration, Field(ge=1, le=3600)] | None = None
    """How long an alert waits at most for others to go out with it; a critical one does not."""
    escalate: EscalateConfig | None = None
    """Whom to tell when nobody has answered in time: `{after: 15m, to: [pm-mail]}`."""
    show_weights: Literal["exact", "band", "none"] = "exact"
    """How the weights of holdings are shown here."""
    note: Literal["off", "facts", "model"] = "facts"
    """What is told of what an event means for the portfolio: nothing, what follows from facts, or what a language
    model makes of them (`models`)."""

    leaves: ClassVar[bool] = False
    """Machines of others read it: text that must not be exported is left out."""
    mode: ClassVar[Literal["every", "latest"]] = "latest"
    """`latest`: an unsent older message about the same alert is skipped. `every`: all, in order."""
    pace_ms: ClassVar[int] = 0
    """The least time between two attempts."""
    pace_key: ClassVar[str] = ""
    """What the pace is kept for; empty: the receiver."""
    concurrency: ClassVar[int] = 1
    """Attempts under way at once in one process: the bound on repeats after a crash."""
    answers_wait: ClassVar[bool] = False
    """A message about an answer disturbs: it waits for the end of quiet hours, and for the next digest."""

    @property
    def notes_apart(self) -> bool:
        """Whether a note follows its alert as a message of its own, in the alert's thread."""
        return False

    @property
    def templates(self) -> Templates:
        """Its own templates, by their place in its settings, and what each writes."""
        return {}

    @property
    def storms(self) -> StormConfig | None:
        """When alerts fold; None: never. People are spared a flood, a machine wants each alert."""
        if self.storm == "off":
            return None
        return self.storm or (StormConfig() if self.mode == "latest" else None)

    @property
    def answered(self) -> bool:
        """Whether it is told when an alert that it knows is acknowledged or closed."""
        return True


class HttpReceiverConfig(ReceiverConfig):
    """A receiver that is reached by HTTP POST."""

    allow_private: AllowPrivate = False
    """Admit addresses inside the house; loopback and private ranges are refused otherwise, link-local always."""
    timeout: Annotated[Duration, Field(ge=1, le=120)] = 15.0
    """For the whole request."""

    @property
    def policy(self) -> AddressPolicy:
        """Which addresses may be connected to."""
        return AddressPolicy.of(self.allow_private)

    @property
    def lease_ms(self) -> int:
        """How long an attempt may take before another may begin."""
        return lease_for(self.timeout)

    def target(self) -> tuple[str, str]:
        """Give the setting that says where to post, and the URL itself, which is a secret."""
        raise NotImplementedError

    def forbidden(self) -> tuple[str, str]:
        """Name the setting, and say why no attempt will be let through; empty if one may. As of a source, a name is
        looked at when it is connected to.
        """
        name, url = self.target()
        why = unreachable(urlsplit(url).hostname or "", self.policy)
        return name, f"nothing will be sent to it: {why}" if why else ""


def check_target(url: Secret, allow_private: object, *, warned: bool = False) -> Secret:
    """Check a secret address to post to; the error never shows it. Raises ValueError.

    Plain http is for addresses inside the house only: what is sent is confidential, and so is the address itself.
    One that is plainly inside and not allowed passes where there is a warning of it (`warned`; `forbidden`), as of a
    source: nothing is let through to it, and one receiver must not stop all.
    """
    text = url.reveal()
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
        parts = urlsplit("")
    if lacks := _lacks(text, parts.scheme, host):
        raise ValueError(f"the address must be a complete https:// URL; {lacks}")
    if parts.username or parts.password:
        raise ValueError("the address must not carry a user name or password; use headers")
    if parts.scheme == "http" and not allow_private and not (warned and is_inside(host or "")):
        raise ValueError("plain http:// is refused; use https://, or allow_private for an address inside the house")
    return url


def _lacks(text: str, scheme: str, host: str | None) -> str:
    """Say what keeps a text from being an address to post to, without a word of it; empty if nothing does."""
    if not text.isascii() or not text.isprintable():
        return "this one has a character that no URL has"
    if "://" not in text:
        return "this one has no https:// in front"
    if not text.lower().startswith(("https://", "http://")):
        return "this one begins otherwise"
    return "" if host and scheme else "this one has no host that can be read"
