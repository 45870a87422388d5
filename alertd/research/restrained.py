"""Whether a control of exports holds a company back, or sets it free: the kind of event is the same for both.

adds a licence requirement for Vega Grid's chips     -1
allows Vega Grid to sell, lifts the ban, only plans it   nothing
"""

from __future__ import annotations

import re

from alertd.model import ReportedType
from alertd.research.effects import UNKNOWN, Effect
from alertd.research.study import Study
from alertd.research.whose import tells_of

_HELD_BACK = re.compile(
    r"\b(?:curb|restrict|ban|block|limit|bar|prohibit|stop|prevent|forbid)(?:s|red|ned|ted|ed|ped|den)?\b"
    r"|\bforbad\w*\b"
    r"|\b(?:adds?|added|imposes?|imposed|introduces?|requires?|required|needs?|tells?"
    r"|told)\b[^.;]{0,60}\blicen[cs]es?\b"
    r"|\blicen[cs]e requirements?\b|\b(?:curbs|restrictions?|bans?) on\b",
    re.IGNORECASE,
)
_SET_FREE = re.compile(
    r"\b(?:allow|permit|eas|lift|loosen|relax|grant|waiv|exempt|resum|approv|clear|remov|suspend|delay|drop|win"
    r"|won|receiv|gets?"
    r"|may sell|can sell)\w*\b",
    re.IGNORECASE,
)
_NOT_YET = re.compile(
    r"\b(?:may|might|could|would|consider\w*|weigh\w*|mull\w*|propos\w*|plans?|planned|planning|urges?|wants?"
    r"|calls? for"
    r"|seeks?|asks?)\b",
    re.IGNORECASE,
)
_LIMITED = Effect(-1, "is limited in what it may sell abroad")


def restrained(study: Study, found: ReportedType, company: str) -> Effect:
    """Say what a control of exports is for the company whose goods it is about."""
    said = [one for one in study.around(found.evidence) or [study.event.title] if tells_of(study, one, company)]
    if any(_SET_FREE.search(one) for one in said):
        return UNKNOWN
    return _LIMITED if any(_HELD_BACK.search(one) and not _NOT_YET.search(one) for one in said) else UNKNOWN
