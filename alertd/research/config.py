"""`models:` in alertd.yaml: which models may be asked for research notes, where, and for how much."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from alertd.base.config import ConfigModel, Duration, UserId
from alertd.base.secrets import Secret
from alertd.base.yaml import Document
from alertd.errors import Fault
from alertd.net.address import AddressPolicy, is_inside, refusal

ProtocolName = Literal["openai", "anthropic"]
_ENDS: dict[str, tuple[str, ...]] = {
    "openai": ("/chat/completions", "/completions", "/responses"),
    "anthropic": ("/v1/messages", "/messages", "/v1"),
}
"""What alertd adds itself, and people copy with the rest."""


def _known_networks(value: bool | list[str]) -> bool | list[str]:
    AddressPolicy.of(value)
    return value


def _sendable(key: Secret) -> Secret:
    text = key.reveal()
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError("a key is printable ASCII without blanks")
    return key


class PriceConfig(ConfigModel):
    """What a model costs, as its vendor's price list says: for the figure of cost, nothing else."""

    input_per_million: Annotated[float, Field(ge=0, le=1e6)]
    """For a million tokens that it reads."""
    output_per_million: Annotated[float, Field(ge=0, le=1e6)]
    """For a million tokens that it writes."""
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "USD"

    def cost(self, input_tokens: int, output_tokens: int) -> float:
        """Give what so many tokens cost, in the currency."""
        return (input_tokens * self.input_per_million + output_tokens * self.output_per_million) / 1e6


class BudgetConfig(ConfigModel):
    """How much a model is asked in a day of UTC; beyond it notes are written without it."""

    calls_per_day: Annotated[int, Field(ge=0, le=1_000_000)] = 1000
    """Requests, those that failed too."""
    tokens_per_day: Annotated[int, Field(ge=0, le=10_000_000_000)] = 5_000_000
    """Tokens read and written together."""
    per_portfolio_per_day: Annotated[int, Field(ge=0, le=1_000_000)] = 200
    """Requests for one portfolio: a noisy one leaves some to the others."""


class ModelConfig(ConfigModel):
    """A model that may be asked."""

    id: UserId
    protocol: ProtocolName
    """`openai` (chat completions, which most local servers speak) or `anthropic` (messages)."""
    allow_private: Annotated[bool | list[str], AfterValidator(_known_networks)] = False
    """Admit addresses inside the house; loopback and private ranges are refused otherwise, link-local always."""
    base_url: str
    """Where it is asked, without what the protocol adds: `https://api.openai.com/v1`, `https://api.anthropic.com`."""
    model: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[!-~]+$")]
    """Its name, as its server knows it."""
    key: Annotated[Secret, AfterValidator(_sendable)] | None = None
    """The key for it; local servers often want none."""
    timeout: Annotated[Duration, Field(ge=1, le=300)] = 20.0
    """For the whole answer, repeats in another form included."""
    max_tokens: Annotated[int, Field(ge=64, le=64_000)] = 2000
    """How much it may write; of a model that reasons, what it thinks too."""
    temperature: Annotated[float, Field(ge=0, le=2)] | None = 0.0
    """How freely it writes; null: not said. A model that takes none is asked without."""
    price: PriceConfig | None = None
    """What it costs: `{input_per_million: 3, output_per_million: 15, currency: USD}`."""
    budget: BudgetConfig = BudgetConfig()
    """How much it is asked in a day."""

    @field_validator("base_url")
    @classmethod
    def _safe_base(cls, value: str, info: ValidationInfo) -> str:
        value = value.rstrip("/")
        parts = _split(value)
        if parts is None or parts.query or parts.fragment:
            raise ValueError("base_url must be a complete https:// URL without a query")
        if parts.username is not None or parts.password is not None:
            raise ValueError("base_url must not carry a user name or password; use `key`")
        allowed = info.data.get("allow_private", False)
        if parts.scheme == "http" and not (allowed and _may_be_inside(parts.hostname or "", allowed)):
            raise ValueError(
                "plain http:// is refused; use https://, or allow_private for an address inside the house"
            )
        for end in _ENDS.get(info.data.get("protocol", ""), ()):
            if value.endswith(end):
                raise ValueError(f"base_url ends before {end}, which alertd adds")
        return value

    @property
    def currency(self) -> str:
        """In which it is paid; empty where no price is known."""
        return self.price.currency if self.price is not None else ""

    @property
    def policy(self) -> AddressPolicy:
        """Which addresses may be connected to."""
        return AddressPolicy.of(self.allow_private)

    @property
    def host(self) -> str:
        """What errors and log lines call it: its host, with a port that is not the usual one."""
        return urlsplit(self.base_url).netloc

    @property
    def outside(self) -> bool:
        """Whether what it is asked leaves the house, for all that can be known: only an address of its own range,
        or `localhost`, stays inside for certain."""
        return not _is_inside(urlsplit(self.base_url).hostname or "")


def model_faults(doc: Document) -> Iterator[Fault]:
    """Say what only shows beside the other models: two of one id."""
    first: dict[str, Any] = {}
    for at, item in doc.items(("models",)):
        name = doc.raw((*at, "id")) or item.get("id")
        if isinstance(name, str) and name in first:
            message = f"two models have the id `{doc.shown((*at, 'id'))}` (first in line {doc.mark(first[name])[0]})"
            yield doc.fault((*at, "id"), message, "notes, budgets and metrics name a model by it")
        elif isinstance(name, str):
            first[name] = (*at, "id")


def _split(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("https", "http") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return None
    return parts if good and text.isascii() and text.isprintable() and " " not in text else None


def _is_inside(host: str) -> bool:
    """Whether it is a loopback or private address, or the name of this machine."""
    return host.endswith(".localhost") or is_inside(host)


def _may_be_inside(host: str, allowed: bool | list[str]) -> bool:
    """Whether plain http may go there: of an address it can be seen, of a name only when it is connected to."""
    try:
        address = ip_address(host)
    except ValueError:
        return True
    return _is_inside(host) and refusal(address, AddressPolicy.of(allowed)) is None
