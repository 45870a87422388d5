"""How models stand, as plain data: for `alertd status` and `/v1/status` alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from alertd.research.config import ModelConfig
from alertd.research.governor import Governor, Purse, Standing


def model_row(config: ModelConfig, one: Standing) -> dict[str, Any]:
    """Give one model's line."""
    return {
        "id": one.id,
        "model": f"{config.protocol}/{config.model}",
        "breaker": one.breaker,
        "calls_today": one.calls,
        "calls_left": one.left.calls,
        "tokens_today": one.tokens,
        "tokens_left": one.left.tokens,
        "cost_today": round(one.cost, 6),
        "currency": config.currency,
        "last_error": one.last_error,
    }


async def spent_today(models: Iterable[ModelConfig], purse: Purse, now: int) -> list[dict[str, Any]]:
    """Give the lines of what models were asked today, where the process that asks them is not there to say more.

    Raises StoreUnavailable.
    """
    rows = []
    for config in models:
        governor = Governor(config.id, config.budget, purse, config.currency)
        today = await governor.look(now)
        one = Standing(config.id, None, governor.left(now), today.calls, today.tokens, today.cost, "")
        rows.append(model_row(config, one))
    return rows
