"""Which rights of a text are there to be used: one that a court refuses, or that nobody has, is none.

the tenant may end the lease at six months' notice          a right
it rejected the claim that Selby may end the agreement      none
"""

from __future__ import annotations

import re

from alertd.model import DealTerm
from alertd.research.study import Study

RIGHTS = ("reclaim_right", "termination_right")
_USES = r"(?:terminat|cancel|end|leave|quit|reclaim|walk away|withdraw|back out|get out|exit|rescind)\w*"
_REFUSED = re.compile(
    rf"\b(?:may|can|could|must|did|does|do) not (?:\w+ )?(?:have )?(?:{_USES}|the right|a right|any right)"
    rf"|\bcannot (?:\w+ )?{_USES}|\b(?:no|without) (?:such )?(?:right|valid reason|basis|grounds?) to\b"
    r"|\bnot (?:entitled|allowed|free|permitted) to\b|\b(?:wrongly|improperly|invalidly|unlawfully) \w+"
    r"|\b(?:reject|refus|dismiss|den[iy]|threw out|throw)\w*\b[^.;]{0,80}\b(?:claims?|arguments?|contention"
    r"|attempts?|bid|right"
    rf"|request|that (?:it|they|he|she)|{_USES})\b",
    re.IGNORECASE,
)


def standing_rights(study: Study) -> list[DealTerm]:
    """Give the terms by which a deal can be ended or taken back, without those that the text says are none."""
    return [one for one in study.event.terms if one.type in RIGHTS and not is_refused(study, one)]


def is_refused(study: Study, term: DealTerm) -> bool:
    """Whether the sentence of a right says that nobody has it."""
    return term.type in RIGHTS and any(_REFUSED.search(said) for said in study.around(term.evidence[:1]))
