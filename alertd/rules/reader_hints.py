"""What the reader of conditions says to somebody who wrote something else than a condition."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Protocol

from alertd.base import suggest

LIBRARY = "`alertd init --library` writes those that alertd ships"
DEFINE_TYPE = f"define it in a file under rules/event-types/; {LIBRARY}"
DEFINE_KIND = "event types tell kinds apart by `kinds`, in their files under rules/event-types/"
"""What helps where an event type is named that there is not."""
STATEFUL_HINT = "it is the whole `when`, or stands directly in the `all` of it"
STRATUM_HINT = "event types are found first, before other types, roles, tone, novelty and weights are known"
_MEANT: Mapping[str, str] = {
    "and": "all", "or": "any", "none": "not",
    "body": "text", "keyword": "text", "keywords": "text", "word": "text", "words": "text", "phrase": "text",
    "ticker": "mentions", "tickers": "mentions", "company": "mentions", "companies": "mentions",
    "mention": "mentions", "headline": "title", "types": "event_type", "items": "item",
    "tone": "sentiment", "holdings": "mentions",
}  # fmt: skip
"""What other languages call our conditions: by its letters alone `and` would be nearer to `any`."""


class HasOptions(Protocol):
    """An operator, as far as hints go."""

    @property
    def options(self) -> Mapping[str, Any]:
        """Keys that may stand beside it."""


def unknown_key(
    key: str, names: list[str], options: Collection[str], operators: Mapping[str, HasOptions]
) -> tuple[str, str]:
    """Say what is wrong with a key that is no operator here, and what to do."""
    owners = [name for name, operator in operators.items() if key in operator.options]
    if owners:
        return f"`{key}` is no condition by itself", f"it stands beside `{'` or `'.join(owners)}`"
    meant = _MEANT.get(key.casefold().replace("-", "_"))
    hint = f"did you mean `{meant}`?" if meant else suggest.hint(key, [*options, *operators])
    if options and not hint:
        hint = f"beside `{names[0]}` may stand `{'`, `'.join(options)}`"
    return f"unknown {'key' if names else 'condition'} `{key[:60]}`", hint


def shape_hint(value: Any) -> str:
    """Say how a condition looks where something else stands."""
    if isinstance(value, list):
        return "put `all:` or `any:` before the list"
    word = isinstance(value, (str, int, float)) and not isinstance(value, bool)
    return "for a word in title or body write `text: …`" if word else "such as `text: lease`"
