"""Who does not have to pay after all: whoever a verdict, a fine or the like was against, where a sentence lifts it.

overturns a $120 million verdict against Halden     Halden gains
asks a court to overturn it, partly overturned      nobody yet: standing.py
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from alertd.model import Amount
from alertd.research.names import places_of
from alertd.research.standing import is_lifted
from alertd.research.study import Study

_AGAINST = re.compile(r"\b(?:against|(?:fines?|penalt(?:y|ies))(?:\s[$€£]?[\w.,]+){0,4}\s(?:on|for|of))\s(?:the\s)?$")
"""What stands before whom it was against."""


def freed_of(study: Study, company: str) -> Amount | None:
    """Give the amount that a company does not have to pay after all, by a sentence that names it behind what"
    " was lifted."""
    called = study.called.get(company, ())
    lifted = (
        one
        for one in study.event.amounts
        if one.role == "penalty" and not one.earlier and is_lifted(study, one.evidence[:1])
    )
    return next((one for one in lifted if any(_frees(said, called) for said in study.around(one.evidence[:1]))), None)


def _frees(said: str, called: Sequence[str]) -> bool:
    return any(_AGAINST.search(said, 0, at.start) for at in places_of(called, said))
