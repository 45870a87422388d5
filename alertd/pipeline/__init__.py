"""From an event to decisions: the steps stand in one visible list in `steps.py`. Knows neither store nor net."""

from alertd.pipeline.steps import Pipeline
from alertd.pipeline.work import AlertStore, PoisonEvent, Processed

__all__ = ["AlertStore", "Pipeline", "PoisonEvent", "Processed"]
