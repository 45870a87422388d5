"""What is counted of models, and how it stands on the page."""

from __future__ import annotations

from alertd import telemetry
from alertd.research.exchange import FAILURES
from alertd.research.governor import REFUSALS
from alertd.telemetry.research import ModelMeter
from tests.docs.pages import read


def test_a_meter_shows_requests_tokens_cost_budget_and_breaker() -> None:
    meter = ModelMeter("metered", "EUR")
    meter.asked("answered", 0.4, 900, 120, 0.0045)
    meter.asked("timeout", 20.0, 0, 0, 0.0)
    meter.spared("kept")
    meter.stands("open", 7, 5000)
    page = telemetry.metrics_text().decode()
    for line in (
        'alertd_model_requests_total{model="metered",outcome="answered"} 1.0',
        'alertd_model_requests_total{model="metered",outcome="kept"} 1.0',
        'alertd_model_tokens_total{direction="input",model="metered"} 900.0',
        'alertd_model_tokens_total{direction="output",model="metered"} 120.0',
        'alertd_model_cost_total{currency="EUR",model="metered"} 0.0045',
        'alertd_model_seconds_count{model="metered"} 2.0',
        'alertd_model_budget_left{model="metered",of="calls"} 7.0',
        'alertd_model_breaker{model="metered"} 2.0',
    ):
        assert line in page


def test_a_model_without_a_price_has_no_cost() -> None:
    ModelMeter("unpriced").asked("answered", 0.4, 900, 120, 0.0)
    assert 'alertd_model_cost_total{currency="",model="unpriced"}' not in telemetry.metrics_text().decode()


def test_every_outcome_is_documented() -> None:
    told = read("notes-model.md")
    assert {word for word in (*FAILURES, *REFUSALS, "answered", "kept") if f"`{word}`" not in told} == set()
