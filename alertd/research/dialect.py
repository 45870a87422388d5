"""How a server wants to be asked: servers of one protocol differ in what they take, and say so with 400. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

_FORMAT: Final = ("response_format", "json_schema", "json_object", "schema", "grammar", "structured output")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What goes into a request besides the question."""

    form: Literal["schema", "object", "none"] = "schema"
    """OpenAI: what `response_format` asks for. Old and local servers may know only JSON as such, or nothing."""
    cap: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    """OpenAI: how the most that it may write is called; models that reason take the second alone, local servers
    often the first."""
    temperature: bool = True
    """Whether a temperature is named; models that reason refuse any."""


def easier(dialect: Dialect, said: str, protocol: str) -> Dialect | None:
    """Give what to try after a 400 that says `said`; None: there is nothing left to leave out.

    Each step takes something away for good, so there are four at most. What the answer names goes first; one that
    names nothing is taken to be about the format, the newest part of the protocol.
    """
    said = said.lower()
    if dialect.temperature and "temperature" in said:
        return replace(dialect, temperature=False)
    if protocol != "openai":
        return None
    if dialect.cap == "max_tokens" and "max_completion_tokens" in said:
        return replace(dialect, cap="max_completion_tokens")
    if dialect.form == "none" or ("context_length" in said and not any(word in said for word in _FORMAT)):
        return None
    return replace(dialect, form="object" if dialect.form == "schema" else "none")
