"""How the terms of a deal are written: for each kind the words that lead to it, and the patterns that make it one.

Patterns run over one lowered sentence, found by such a word; every gap in them is bounded.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from alertd.enrich.money_words import word_set

_MAY = (
    r"(?:may|can|could|might|would\sbe\sable\sto|entitle(?:s|d)?|entitling|able\sto|allow(?:s|ed|ing)?|lets?|letting"
    r"|permit(?:s|ted|ting)?|rights?|options?|freedom|free\sto|ability|power|enabl(?:es|ed|ing)|discretion)"
)
_DEAL = (
    r"(?:lease|contract|agreement|deal|pact|accord|merger|transaction|arrangement|partnership|licen[cs]e|order|tenancy"
    r"|commitment|subscription|concession|charter|offtake|supply|purchase|takeover|offer|joint\sventure)"
)
DEALS = re.compile(
    r"\b(?:lease|leases|contract|agreement|deal|pact|merger|merge|transaction|acqui\w+|takeover|purchase|sale|buyout|buy"
    r"|closing|close|clos(?:e|es|ing)|investment|settlement|offer|bid|offering|tender|divest\w+|spin-?off|joint\sventure"
    r"|partnership|licen[cs]e|financing|supply|rent)\b"
)
_ASSETS = re.compile(
    r"\b(?:lease|contract|agreement|clause|comput\w+|capacity|assets?|licen[cs]e|premises|equipment|machines?|sites?|land"
    r"|propert(?:y|ies)|aircraft|vessels?|ships?|chips?|clusters?|data\scent(?:er|re)s?|supercomputer|servers?|plants?"
    r"|buildings?|facilit(?:y|ies)|mine|rigs?|satellites?|terminal|hardware|gpus?|it)\b"
)
_IDLE = re.compile(
    r"\s(?:(?:its|their|his|her|the|a|some|lost|early|all)\s)?(?:[\w-]+\s){0,2}?(?:crown|lead|leadership|title|top|spot"
    r"|throne|record|share|ground|levels?|highs?|loss(?:es)?|mantle|initiative|momentum|control|position|narrative|market"
    r"|senate|house|[$£€]\d)"
)
_IDLE_EXTENSION = re.compile(
    r"\s(?:(?:its|their|the|those|a|these|recent|early)\s)?(?:[\w-]+\s){0,1}?(?:gains?|rally|loss(?:es)?|lead|streak|run|slide"
    r"|decline|deadline|hours|reach|footprint|range|life(?:span)?|battery|condolences|credit|offer)\b"
)
_STAFF = re.compile(
    r"\s(?:\w+\s){0,3}?(?:employees?|workers?|staff|jobs|positions|executives?|service\sto"
    r"|employment)\b"
)
_DESCRIBED = re.compile(r"\s(?:described|set\sforth|contained|stated|specified|of\sthe\s(?:plan|indenture))\b")
_PAY_AFTER = re.compile(r"\s(?:severance|retention|payments?|benefits?)\b")
_CLOSES = re.compile(r"\b(?:clause|lease|contract|agreement|terms?|provision|right)\b")
_DRESSED = re.compile(r"^(?:exclusive\s*[:–—-]|exclusive\son\b)")


class Cue(NamedTuple):
    """One way in which a kind of term is written."""

    type: str
    pattern: re.Pattern[str]
    words: frozenset[str]
    """Of which one is in every text that the pattern matches."""
    without: re.Pattern[str] | None = None
    """What must not follow."""
    needs: re.Pattern[str] | None = None
    """What the sentence must have."""
    deal: bool = False
    """It counts only in an item whose sentence or title is about a deal."""
    subject: bool = True
    """Who is named before it holds it; else only who is named behind it, or nobody."""


def _p(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


ENDS = _p(rf"\b{_MAY}\b[^.;]{{0,60}}?\b(?:terminate|rescind|cancel|exit|end|walk\saway)\b")
"""That somebody may end something: who may, where a change of control is the reason."""
CUES: tuple[Cue, ...] = (
    Cue(
        "termination_right",
        _p(rf"\b{_MAY}\b[^.;]{{0,60}}?\b(?:terminate|rescind)\b"),
        word_set("terminate rescind"), without=_STAFF,
    ),
    Cue(
        "termination_right",
        _p(
            rf"\b{_MAY}\b[^.;]{{0,50}}?\b(?:cancel|end|exit|quit|withdraw\sfrom|back\sout\sof|pull\sout\sof|opt\sout\sof"
            rf"|walk\saway\sfrom|get\sout\sof|leave)\s(?:the|its|their|this|that|a)\s(?:[\w-]+\s){{0,3}}?{_DEAL}\b"
        ),
        word_set("cancel end exit quit withdraw out walk leave"),
    ),
    Cue(
        "termination_right",
        _p(
            r"\b(?:(?:early[\s-])?termination\s(?:rights?|options?|clauses?|provisions?)|rights?\sof\s(?:early\s)?(?:termination"
            r"|cancellation|rescission)|break\s(?:clauses?|options?|rights?)|cancellation\s(?:rights?|options?|clauses?)"
            r"|(?:right|option|free|entitled)\sto\swalk\saway|walk-?away\srights?|opt-?out\s(?:clauses?|rights?|options?))\b"
        ),
        word_set("termination cancellation rescission break walk walkaway opt optout"),
    ),
    Cue(
        "termination_right",
        _p(
            r"\b(?:terminable|cancell?able)(?=\s(?:at|by|on|upon|with|without|for)\b)|\b(?:may|can|could)\s(?:also\s|only\s)?be\s"
            r"(?:terminated|cancell?ed)\b"
        ),
        word_set("terminable cancelable cancellable terminated canceled cancelled"), needs=DEALS,
        subject=False,
    ),
    Cue(
        "reclaim_right",
        _p(
            rf"\b{_MAY}\b[^.;]{{0,50}}?\b(?:reclaim|take\sback|repossess|recapture|retake|claw\sback|resume\spossession\sof"
            r"|take\s(?:[\w'’-]+\s){1,5}back)\b"
        ),
        word_set("reclaim back repossess recapture retake possession"), without=_IDLE, needs=_ASSETS,
    ),
    Cue(
        "reclaim_right",
        _p(
            r"\b(?:rights?\sof\s(?:reclaim|reversion|recapture|repossession|re-?entry)|reclaim\s(?:rights?|clauses?)"
            r"|step-in\srights?|claw-?back\s(?:rights?|clauses?|provisions?)|recapture\s(?:rights?|clauses?)"
            r"|reversion(?:ary)?\s(?:rights?|clauses?)|repossession\srights?)\b"
        ),
        word_set("reclaim reversion reversionary recapture repossession entry reentry step claw clawback"),
    ),
    Cue(
        "reclaim_right",
        _p(
            r"\b(?:intends|wants|moves|moved|plans|planned|threatens|threatened|seeks|sought|decided|demands|demanded)\sto\s"
            r"(?:reclaim|take\sback|repossess|recapture|retake)\b"
        ),
        word_set("reclaim back repossess recapture retake"), without=_IDLE, needs=_CLOSES,
    ),
    Cue(
        "exclusivity",
        _p(
            r"\bexclusive\s(?:[\w-]+\s(?:and\s)?){0,4}?(?:rights?|licen[cs]es?|distribut\w+|supply|supplier|partner\w*"
            r"|provider|agreements?|deals?|contracts?|negotiat\w+|talks|access|options?|use|periods?|basis|marketing"
            r"|territory|dealer\w*|reseller|manufactur\w+|collaboration|arrangement|pact|agent|broker|lease|sponsor\w*"
            r"|vendor|customer|carrier|buyer|purchaser|retailer|operator|licensee|cloud|broadcaster)\b"
        ),
        word_set("exclusive"),
    ),
    Cue(
        "exclusivity",
        _p(
            r"\b(?:exclusivity|sole\s(?:and\sexclusive\s)?(?:supplier|distributor|provider|licensee|source|vendor)"
            r"|exclusively\s(?:licen|suppl|distribut|market|sell|sold|provid|manufactur|negotiat|deal|use|to\s|for\s|with\s)"
            r"|(?:licensed|supplied|distributed|sold|available|provided|used|marketed)\sexclusively)"
        ),
        word_set("exclusivity sole exclusively"),
    ),
    Cue(
        "take_or_pay",
        _p(
            r"\b(?:take|ship|use)[\s-]or[\s-]pay\b|\bminimum[\s-](?:\w+\s)?(?:purchase|volume|offtake|take|spend(?:ing)?"
            r"|throughput)\s(?:commitments?|obligations?|requirements?|guarantees?)\b|\bpays?\s(?:[\w-]+\s){0,4}?whether\sor\snot"
            r"\b|\bpay\s(?:[\w-]+\s){0,6}?even\sif\s(?:it|they)\s(?:does|do)\snot\s(?:use|take|need)"
        ),
        word_set("pay pays minimum"), subject=False,
    ),
    Cue(
        "change_of_control",
        _p(
            r"\bchange[\s-](?:of|in)[\s-]control\b|\bcontrol\sof\s(?:[\w-]+\s){1,4}?changes\b"
            r"|\bcomes?\sunder\s(?:new|different)\s(?:control|ownership)\b"
        ),
        word_set("control ownership"), without=_PAY_AFTER, subject=False,
    ),
    Cue(
        "option_to_extend",
        _p(
            r"\b(?:options?|rights?|entitled|ability|elect)\s(?:to|for|of)\s(?:[\w-]+\s){0,4}?(?:extend|renew|prolong|extensions?"
            r"|renewals?)\b|\b(?:renewal|extension)\s(?:options?|rights?|terms?\sof)\b|\boptions?\sto\sextend\b"
        ),
        word_set("extend renew prolong extension extensions renewal renewals"), without=_IDLE_EXTENSION,
    ),
    Cue(
        "option_to_extend",
        _p(
            r"\b(?:can|may|could)\s(?:also\s|then\s)?(?:be\s(?:extended|renewed|prolonged)|extend|renew|prolong)\b"
            r"|\b(?:extend[ai]ble|renewable)\s(?:for|by|at|annually|up\sto|twice|once|every)\b"
        ),
        word_set("extend extended extendable extendible renew renewed renewable prolong prolonged"),
        without=_IDLE_EXTENSION,
        needs=re.compile(r"\b(?:lease|contract|agreement|term|deal|licen[cs]e|loan|partnership|arrangement|pact|charter)\b"),
    ),
    Cue(
        "penalty",
        _p(
            r"\b(?:reverse\s)?(?:break(?:-?up)?|termination|cancellation|walk-?away|early[\s-]exit|exit|prepayment"
            r"|early\srepayment)\s(?:fees?|penalt(?:y|ies))\b|\bliquidated\sdamages\b|\bpenalty\s(?:clauses?|payments?"
            r"|provisions?)\b|\b(?:contractual|late[\s-]delivery|performance)\spenalt(?:y|ies)\b|\bpenalt(?:y|ies)\s(?:[^.;]{0,30}\s)?"
            r"(?:for|if)\s(?:\w+\s){0,3}?(?:late|delays?|delayed|miss(?:ing|es)?|fails?|failing|breach\w*|early|terminat\w+"
            r"|cancel\w*|walks?|pulls?|backs?)\b"
        ),
        word_set("fee fees liquidated penalty penalties"), subject=False,
    ),
    Cue(
        "contingency",
        _p(
            r"\bsubject\sto\s(?:[\w'’-]+,?\s){0,8}?(?:approvals?|clearances?|consents?|conditions?|financing|closing|completion"
            r"|diligence|ratification|review|vote|authori[sz]ations?|satisfaction|signing|sign-off|funding|documentation"
            r"|certification|definitive\sagreements?|final\sagreement)\b"
        ),
        word_set("subject"), without=_DESCRIBED, subject=False,
    ),
    Cue(
        "contingency",
        _p(
            r"\b(?:contingent|conditional|conditioned|hinges|hinge)\s(?:up)?on\b|\bpending\s(?:[\w'’-]+\s){0,4}?(?:approvals?"
            r"|clearance|consent|financing|review|completion|closing)\b|\b(?:needs?|requires?|awaits?|awaiting"
            r"|must\s(?:still\s)?(?:get|win|obtain|receive|secure))\s(?:the\s|an?\s)?(?:[\w'’-]+\s){0,4}?(?:approvals?|consent"
            r"|clearance|sign-off|go-ahead|green\slight)\b|\b(?:closing\sconditions|conditions?\sprecedent|financing\s"
            r"(?:condition|contingency|out))\b|\bonly\sif\s(?:[\w'’-]+\s){1,5}?(?:approves?|approved|agrees?|consents?)\b"
        ),
        word_set("""
            contingent contingency conditional conditioned condition conditions hinges hinge pending approval
            approvals approve approves approved consent consents clearance sign go green financing agree
            agrees closing
        """),
        deal=True, subject=False,
    ),
)  # fmt: skip

_NO = re.compile(
    r"\b(?:no|not|without|never|neither|nor|cannot|lacks?|lacking|waive[sd]?|waiving|non|dropped|removed|scrapped|gave\sup"
    r"|given\sup|free\sof|nothing|denied|denies|unable|lost)\b|n['’]t\b"
)
_INSIDE = re.compile(r"\b(?:not|never|no\slonger|neither|will|shall)\b|n['’]t\b")
_CLAUSE = re.compile(r"[,;:()–—]|\b(?:but|and|although|though|while|however|if|unless)\b")
_SUBJECT_TO_TERMS = re.compile(r"subject\sto\s(?:[\w-]+\s){0,4}?terms\b|subject\sto\schange")


def denied(low: str, sentence: int, start: int, end: int, cue: Cue) -> bool:
    """Whether a negation takes the term back: `no termination right`, `may not terminate`, `non-exclusive`."""
    before = low[max(sentence, start - 48) : start]
    breaks = [found.end() for found in _CLAUSE.finditer(before)]
    clause = before[breaks[-1] :] if breaks else before
    near = " ".join(clause.split()[-6:])
    if _NO.search(near) or before.endswith(("non-", "non", "un")):
        return True
    said = low[start:end]
    if cue.type != "take_or_pay" and _INSIDE.search(said):
        return True
    return bool(_SUBJECT_TO_TERMS.match(said)) or bool(_DRESSED.match(low[sentence:end]))
