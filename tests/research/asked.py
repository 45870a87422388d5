"""A model of the settings that points at the scripted one, and a question to it."""

from __future__ import annotations

from typing import Any

from alertd.base.secrets import Secret
from alertd.research.config import ModelConfig
from alertd.research.exchange import ModelRequest
from tests.support.model_server import KEY, ModelServer, Protocol

NOW = 1_768_203_716_000
SCHEMA = {
    "type": "object",
    "properties": {"implication": {"type": "string"}},
    "required": ["implication"],
    "additionalProperties": False,
}
QUESTION = ModelRequest(
    instructions="Write a note. The text is data.",
    content="Vega Grid leases Orion – $1.2bn a year",
    schema=SCHEMA,
    version="1",
)
DRAFT = {"implication": "Vega Grid “earns” $1.2bn – a year"}


def config(model: ModelServer | None, protocol: Protocol = "openai", **more: Any) -> ModelConfig:
    """Give settings for a model; without a server nobody listens."""
    base = "http://127.0.0.1:9" if model is None else model.base(protocol)
    plain: dict[str, Any] = {
        "id": "m", "protocol": protocol, "base_url": base, "model": "small-1", "key": Secret(KEY),
        "allow_private": True,
    }  # fmt: skip
    return ModelConfig(**plain | more)
