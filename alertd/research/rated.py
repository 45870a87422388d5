"""Whether an agency rates a debtor higher or lower, where the kind of event says only that it is a credit rating.

Moody's lowers the rating of Vega Grid              -1
Fitch raises its rating by two notches              +1
may lower it, cuts the outlook, both                nothing
"""

from __future__ import annotations

import re

from alertd.model import ReportedType
from alertd.research.effects import UNKNOWN, Effect
from alertd.research.study import Study
from alertd.research.whose import tells_of

_THING = r"(?:ratings?|notch(?:es)?|junk|speculative grade|investment grade)"
_LOWER = re.compile(
    rf"\b(?:lower(?:s|ed)?|cuts?|downgrad(?:es?|ed)|slash(?:es|ed)?|strips?|stripped|reduc(?:es?"
    rf"|ed))\b[^.;]{{0,80}}\b{_THING}\b"
    r"|\bdowngrad(?:es?|ed)\b|\b(?:to|into) junk\b",
    re.IGNORECASE,
)
_HIGHER = re.compile(
    rf"\b(?:raises?|raised|lift(?:s|ed)?|upgrad(?:es?|ed)|boost(?:s|ed)?)\b[^.;]{{0,80}}\b{_THING}\b"
    rf"|\bupgrad(?:es?|ed)\b"
    r"|\b(?:to|into) investment grade\b",
    re.IGNORECASE,
)
_NOT_YET = re.compile(
    r"\b(?:may|might|could|would|will|affirm\w*|confirm\w*|keep\w*|review|watch|outlook|not|warns?|warned"
    r"|threat\w*|if)\b",
    re.IGNORECASE,
)
_RATED_LOWER, _RATED_HIGHER = Effect(-1, "is rated lower"), Effect(1, "is rated higher")


def rated(study: Study, found: ReportedType, company: str) -> Effect:
    """Say what the rating of a credit is for the company that it is of."""
    said = [one for one in study.around(found.evidence) or [study.event.title] if tells_of(study, one, company)]
    plain = " ".join(one for one in said if not _NOT_YET.search(one))
    lower, higher = _LOWER.search(plain), _HIGHER.search(plain)
    if (lower is None) == (higher is None):
        return UNKNOWN
    return _RATED_LOWER if lower else _RATED_HIGHER
