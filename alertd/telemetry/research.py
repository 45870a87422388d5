"""The metrics of models that are asked for research notes; a meter is handed to the one who asks."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

from alertd.telemetry.metrics import REGISTRY, SLOW

MODEL_REQUESTS = Counter(
    "alertd_model_requests_total",
    "Questions to models, by what came of them.",
    ("model", "outcome"),
    registry=REGISTRY,
)
MODEL_TOKENS = Counter(
    "alertd_model_tokens_total", "Tokens that models read and wrote.", ("model", "direction"), registry=REGISTRY
)
MODEL_COST = Counter(
    "alertd_model_cost_total", "What models cost, by the prices of the settings.", ("model", "currency"),
    registry=REGISTRY,
)  # fmt: skip
MODEL_SECONDS = Histogram(
    "alertd_model_seconds", "From a question to its answer, or failure.", ("model",), registry=REGISTRY, buckets=SLOW
)
MODEL_BUDGET_LEFT = Gauge(
    "alertd_model_budget_left", "What is left of a model's budget of the day.", ("model", "of"), registry=REGISTRY,
    multiprocess_mode="livemin",
)  # fmt: skip
MODEL_BREAKER = Gauge(
    "alertd_model_breaker", "0 while a model is asked, 1 while it is tried again, 2 while it is left alone.",
    ("model",), registry=REGISTRY, multiprocess_mode="livemax",
)  # fmt: skip
NOTES = Counter(
    "alertd_notes_total", "Notes that a model was to write, by who did and what came of it.", ("by", "outcome"),
    registry=REGISTRY,
)  # fmt: skip
NOTE_STATEMENTS = Counter(
    "alertd_note_statements_total", "Statements of models: kept, or why they were dropped.", ("outcome",),
    registry=REGISTRY,
)  # fmt: skip
BREAKER: Final = {"closed": 0, "half_open": 1, "open": 2}


class ModelMeter:
    """Counts what one model is asked, and what that costs."""

    def __init__(self, model: str, currency: str = "") -> None:
        self._model = model
        self._currency = currency

    def asked(self, outcome: str, seconds: float, input_tokens: int, output_tokens: int, cost: float) -> None:
        """Note a request that was sent, and what came of it."""
        MODEL_REQUESTS.labels(self._model, outcome).inc()
        MODEL_SECONDS.labels(self._model).observe(seconds)
        MODEL_TOKENS.labels(self._model, "input").inc(input_tokens)
        MODEL_TOKENS.labels(self._model, "output").inc(output_tokens)
        if self._currency:
            MODEL_COST.labels(self._model, self._currency).inc(cost)

    def spared(self, outcome: str) -> None:
        """Note a request that was not sent."""
        MODEL_REQUESTS.labels(self._model, outcome).inc()

    def stands(self, breaker: str, calls_left: int, tokens_left: int) -> None:
        """Show how the model stands."""
        MODEL_BREAKER.labels(self._model).set(BREAKER[breaker])
        MODEL_BUDGET_LEFT.labels(self._model, "calls").set(calls_left)
        MODEL_BUDGET_LEFT.labels(self._model, "tokens").set(tokens_left)
