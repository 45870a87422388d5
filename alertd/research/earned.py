"""Whether a company earned more or less than before, where its results are told, and whether it takes a charge: read
from the sentences that tell it, since the kind of event does not say so. Pure.

    profit falls 30%, swings to a loss, the loss widens           -1
    profit rises, swings to profit, the loss narrows              +1
    both, or less than feared, or it is compared with forecasts   nothing: careful people could disagree
    takes a charge of $300 million, a write-down                  -1, unless it is reversed, left out, or saves
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from alertd.model import Evidence, ReportedType
from alertd.research.effects import UNKNOWN, Effect
from alertd.research.hints import Quick
from alertd.research.study import Study
from alertd.research.whose import tells_of

_PROFIT = r"(?:profits?|earnings|(?:net|operating|pre-?tax) income|EPS|earnings per share|EBITDA?)"
_LOSS = r"(?:net |operating |quarterly |annual |pre-?tax )*loss(?:es)?"
_DOWN = (
    r"(?:f[ae]lls?|fell|fallen|drop(?:s|ped)?|declin(?:es?|ed)|slump(?:s|ed)?|plung(?:es?|ed)|tumbl(?:es?|ed)|s[iau]nks?"
    r"|slides?|slid|shr[iau]nks?|halv(?:es?|ed)|slip(?:s|ped)?|decreas(?:es?|ed)|plummet(?:s|ed)?|dip(?:s|ped)?|down)"
)
_UP = (
    r"(?:rises?|rose|risen|jump(?:s|ed)?|gr[eo]ws?|climb(?:s|ed)?|soar(?:s|ed)?|surg(?:es?|ed)|increas(?:es?|ed)"
    r"|doubl(?:es?|ed)|tripl(?:es?|ed)|gain(?:s|ed)|leap(?:s|ed|t)?|up)"
)
_NEAR = r"\s(?:\w[\w.,%$’'-]*\s){0,4}"
_LESS = re.compile(
    rf"\b{_PROFIT}{_NEAR}{_DOWN}\b|\b{_DOWN}\sin{_NEAR}{_PROFIT}\b"
    rf"|\b(?:sw[iu]ngs?|swung|slip(?:s|ped)?|f[ae]lls?|fell|slid(?:es)?)\s(?:in)?to\s(?:an?\s)?(?:\w+\s)?{_LOSS}\b"
    rf"|\b{_LOSS}\s(?:\w+\s){{0,2}}(?:widen|deepen|grow|balloon|swell|increas)\w*"
    rf"|\b(?:posts?|posted|reports?|reported|books?|booked|suffers?|suffered)\s(?:an?\s)?(?:\w+\s)?{_LOSS}\b",
    re.IGNORECASE,
)
_MORE = re.compile(
    rf"\b{_PROFIT}{_NEAR}{_UP}\b|\b{_UP}\sin{_NEAR}{_PROFIT}\b"
    rf"|\b(?:sw[iu]ngs?|swung|returns?|returned)\s(?:back\s)?to\s(?:an?\s)?(?:\w+\s)?{_PROFIT}\b"
    rf"|\b{_LOSS}\s(?:\w+\s){{0,2}}(?:narrow|shr[iau]nk|halv)\w*",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"\b(?:less|more|better|worse|smaller|larger) than\b|\bas (?:expected|feared)\b"
    r"|\b(?:not|no)\s(?:fall|drop|rise|grow)"
    r"|\b(?:beat|top|miss|exceed|surpass|lag)\w*\b|\b(?:may|might|could|would|expects?|expected|forecasts?|sees?|will)\b"
    r"|\b(?:estimates?|expectations?|consensus)\b",
    re.IGNORECASE,
)
_EARNS_LESS, _EARNS_MORE = Effect(-1, "earned less than before"), Effect(1, "earned more than before")

CHARGED = Effect(-1, "takes a charge")
_CHARGE = re.compile(
    r"\b(?:charges?|impairments?|write-?(?:downs?|offs?)|writ(?:es?|ing|ten)[- ](?:down|off)|wrote (?:down|off)"
    r"|provisions?|severance)\b",
    re.IGNORECASE,
)
_SAVES = Quick(re.compile(
    r"\b(?:sav(?:es?|ed|ing)\s(?:about |some |up to )?\W?\d|(?:cost|annual) savings|savings of)", re.IGNORECASE
))  # fmt: skip
_NO_CHARGE = re.compile(
    r"\b(?:revers|releas|recover)\w*|\b(?:without|excluding|before|except for|adjusted for|no|not|avoids?|avoided)\b"
    r"|\btax charge|\bcharged? with\b|\bin charge\b",
    re.IGNORECASE,
)


def is_charged(study: Study, spans: Sequence[Evidence]) -> bool:
    """Tell whether an amount, which stands at these places, is one by which a company earns less.

    Where the text also says what is saved by it, the charge is the price of that: no direction follows.
    """
    said = " ".join(study.around(spans))
    if _SAVES.search(study.read):
        return False
    return _CHARGE.search(said) is not None and _NO_CHARGE.search(said) is None


def earned(study: Study, found: ReportedType, company: str) -> Effect:
    """Say what results are for the company that reports them."""
    told = study.around(found.evidence) or [study.event.title]
    said = " ".join(one for one in told if tells_of(study, one, company))
    less, more = _LESS.search(said), _MORE.search(said)
    if (less is None) == (more is None) or _COMPARED.search(said):
        return UNKNOWN
    return _EARNS_LESS if less else _EARNS_MORE
