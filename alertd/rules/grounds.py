"""Why a rule held, in a few words for the reader of its alert: `clear compute lease`, `low end $3bn ≥ $500m a year`.

Only what a condition compared: never the source's own words, which its rights may keep from a receiver.
"""

from __future__ import annotations

from alertd.model import Ground
from alertd.rules.limits import Limit, percent
from alertd.text.written import tone_label

MAX_CHARS = 80
"""Characters; what a source's rights let pass of typed facts is as long (`alerts/rights.py`)."""
_SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<"}
CLEAR, LIKELY = 0.85, 0.7
"""From which confidence on an event is called so; below it is uncertain."""
_STEPS = {1: "one step", 2: "two steps", 3: "three steps"}


def short(text: str) -> str:
    """Bound a ground: names and numbers may be a stranger's."""
    return text if len(text) <= MAX_CHARS else text[: MAX_CHARS - 1] + "…"


def sign_of(limit: Limit) -> str:
    """Give a comparison as people write it."""
    return _SIGNS[limit.op]


def met(limit: Limit) -> str:
    """Write the limit that a number met: `≥ 0.8`."""
    return f"{_SIGNS[limit.op]} {_signed(f'{limit.value:g}')}"


def how_clear(confidence: float) -> str:
    """Say in a word how sure it is what an event reports; nobody who is called at night weighs 0.93 against 0.88."""
    return "clear" if confidence >= CLEAR else "likely" if confidence >= LIKELY else "uncertain"


def type_ground(name: str, confidence: float) -> Ground:
    """Write `clear compute lease`, `likely acquisition`; the names of what is pushed are others'."""
    return Ground("type", short(f"{how_clear(confidence)} {name.replace('_', ' ')}"))


def tone_ground(who: str, score: float, limit: Limit) -> Ground:
    """Write `NVDA moderately negative, −0.42 ≤ −0.35`; without `who` it is the tone of the whole."""
    name = who[:40] if who else "tone"
    return Ground("tone", short(f"{name} {tone_label(score)}, {_signed(f'{score:+.2f}')} {met(limit)}"))


def weight_ground(who: str, weight: float, limit: Limit) -> Ground:
    """Write `NVDA +8.0 % ≥ 5 %`."""
    least = _signed(f"{limit.value * 100:g}")
    return Ground("weight", short(f"{who[:40]} {_signed(percent(weight))} {_SIGNS[limit.op]} {least} %"))


def exposed_ground(steps: int) -> Ground:
    """Write `exposed by one step`; of a company that is named itself, that."""
    return Ground("exposed", f"exposed by {_STEPS.get(steps, f'{steps} steps')}" if steps else "named")


def _signed(number: str) -> str:
    return number.replace("-", "−", 1)
