"""How firmly the text says what an effect rests on, and the words that carry that into a sentence of a note.

announced                        gets the rent
reported                         gets the rent, if the report is right
announced, and planned           buys its own shares, if it comes as planned
rumoured, in talks, an opinion   nothing: exposure.py
a fine that is                   imposed: has to pay; sought, or only possible: may have to pay;
                                 under appeal: is told to pay, and the text speaks of an appeal; lifted for
                                 certain: does not have to pay after all; else: nothing
denied                           nothing: effects.py
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from alertd.model import Evidence, ReportedType
from alertd.research.effects import HAS_TO_PAY, UNKNOWN, Effect
from alertd.research.hints import Quick
from alertd.research.study import Study
from alertd.research.texts import READ

_BEFORE = 24
"""Characters before the words that show an event in which it may be called a plan."""
_PLANNED = re.compile(
    r"\b(?:plan(?:s|ned|ning)? (?:to|for|a|an)|intend(?:s|ed|ing)? to|intention to|propos(?:es|ed|ing|al)"
    r"|aim(?:s|ed|ing)? to|seek(?:s|ing)? to|scheduled to)\b",
    re.IGNORECASE,
)
_APPEALED = re.compile(
    r"\bappeal(?:s|ed|ing)?\b|\bchallenge (?:to|of|against)\b"
    r"|\b(?:will|to|would|plans to) (?:contest|challenge|fight)\b"
    r"|\b(?:contests|challenges) the\b",
    re.IGNORECASE,
)
_SPEAKS_OF_APPEAL = Quick(_APPEALED)
_COURTS = re.compile(r"\bappeals? (?:court|panel|judges?)|\bcourt of appeals?|\bappellate\b", re.IGNORECASE)
_APPEAL_LOST = re.compile(
    r"\b(?:dismiss|reject|los|fail|den[iy]|drop|withdr|without)\w*\b[^.]{0,60}\bappeal"
    r"|\bappeal\w*\b[^.]{0,60}\b(?:dismissed|rejected|lost|fail\w*|denied|dropped)\b"
    r"|\buph(?:eld|olds?)\b|\bturn(?:s|ed) down\b[^.]{0,60}\bappeal",
    re.IGNORECASE,
)
_LIFTED = re.compile(
    r"\b(?:overturn|annul|quash|dismiss|revers|scrapp?|waiv|cancel)\w*\b|\b(?:thr[oe]ws?|thrown) out\b"
    r"|\bsets? aside\b|\bwins? (?:an? |its |the )?appeal\b|\bcleared\b",
    re.IGNORECASE,
)
_SUMS = r"(?:verdict|fines?|penalt(?:y|ies)|judge?ment|awards?|damages)"
_TAKEN_OFF = re.compile(
    rf"\b(?:overturn|annul|quash|revers|vacat|waiv)(?:s|es|ed|led|ing)?\b[^.;]{{0,60}}\b{_SUMS}\b"
    rf"|\b(?:throws?|threw|sets?)\b[^.;]{{0,60}}\b{_SUMS}\b[^.;]{{0,40}}\b(?:out|aside)\b|\b(?:throws?"
    rf"|threw) out\b[^.;]{{0,60}}\b{_SUMS}\b"
    rf"|\bsets? aside\b[^.;]{{0,60}}\b{_SUMS}\b"
    rf"|\b{_SUMS}\b[^.;]{{0,60}}\b(?:overturned|annulled|quashed|reversed|vacated|waived|thrown out|set aside)\b",
    re.IGNORECASE,
)
_NOT_YET = re.compile(
    r"\b(?:may|might|could|would|asks?|asked|seek|seeks|sought|wants?|urges?|urged|refus\w+|declin\w+|reject\w+"
    r"|hopes?|not|fails?"
    r"|failed|to (?:overturn|annul|quash|reverse|vacate|throw|set)|partly|in part|part of)\b",
    re.IGNORECASE,
)
_IMPOSED = re.compile(
    r"\b(?:fines|fined|orders?|ordered|must pay|has to pay|to pay|pays|paid|imposes?|imposed|levie[sd]|awards?"
    r"|awarded|verdict|judge?ment|liable|hits?|slaps|slapped|penali[sz]e[sd]|handed|told to)\b",
    re.IGNORECASE,
)
_POSSIBLE = re.compile(
    r"\b(?:may|might|could|would)\b"  # in small letters: May is a month
    r"|(?i:\b(?:fac(?:es?|ed|ing)|risk(?:s|ed|ing)?|threat\w*|propos(?:es?|ed|ing)|seek(?:s|ing)?|sought"
    r"|demand(?:s|ed|ing)?"
    r"|sue[sd]?|claim(?:s|ed|ing)?|ask(?:s|ed|ing)?|want(?:s|ed)?|considers?|considering|weigh(?:s|ing)?|recommend\w*"
    r"|up to|as much as|calls? for|possible|potential|looms?|looming|braces? for|poised to|expected to|to be fined"
    r"|set to (?:be )?fined?)\b)"
)
_MAY_PAY = Effect(-1, "may have to pay")
FREED = Effect(1, "does not have to pay after all")
_APPEALS = Effect(-1, "is told to pay, and the text speaks of an appeal")


def conditional(effect: Effect, study: Study, found: ReportedType) -> Effect:
    """Give an effect of an event type with what it hangs on, if the text does not say that it is so."""
    if effect.sign is None:
        return effect
    if effect.why == HAS_TO_PAY.why:
        effect = payment(study, found.evidence)
    return _hedged(effect, study, found)


def payment(study: Study, spans: Sequence[Evidence]) -> Effect:
    """Say whether a fine or the like, which stands at these places, has to be paid."""
    said = " ".join(study.around(spans))
    lost = _APPEAL_LOST.search(said) is not None
    if is_lifted(study, spans):
        return FREED
    if _LIFTED.search(said) and not lost:
        return UNKNOWN
    if _POSSIBLE.search(said) or not (lost or _IMPOSED.search(said)):
        return _MAY_PAY
    if _SPEAKS_OF_APPEAL.search(study.read) is None:
        return HAS_TO_PAY
    whole = _COURTS.sub("", study.read)
    return _APPEALS if _APPEALED.search(whole) and not _APPEAL_LOST.search(whole) else HAS_TO_PAY


def is_lifted(study: Study, spans: Sequence[Evidence]) -> bool:
    """Whether a sentence at one of these places says that a verdict, a fine or the like is taken off somebody."""
    return any(_TAKEN_OFF.search(one) and not _NOT_YET.search(one) for one in study.around(spans))


def owed(study: Study, found: ReportedType, spans: Sequence[Evidence]) -> Effect:
    """Say what an amount that a company is to pay is for it, with what that hangs on."""
    return _hedged(payment(study, spans), study, found)


def _hedged(effect: Effect, study: Study, found: ReportedType) -> Effect:
    condition = _condition(study, found)
    if effect.sign is None or effect is _MAY_PAY or not condition:
        return effect
    return effect._replace(why=f"{effect.why}, {condition}")


def _condition(study: Study, found: ReportedType) -> str:
    if found.status == "reported":
        return "if the report is right"
    return "if it comes as planned" if any(_is_planned(study, one) for one in found.evidence) else ""


def _is_planned(study: Study, one: Evidence) -> bool:
    """Whether the words of an event, or those right before them in their sentence, call it a plan."""
    text = study.text(one.field).said[:READ]
    before = re.split(r"[.!?;:]\s", text[max(one.start - _BEFORE, 0) : one.start])[-1]
    return _PLANNED.search(before + text[one.start : one.end]) is not None
