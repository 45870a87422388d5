"""By which words a sentence shows that it names a risk, speaks against the event, or leaves something open.

Phrases, not single words: `keeps its forecast` tells that nothing has changed, `keeps an office` tells nothing.
A cue has words beside which it means something else, too: a bond that is issued is no debt that has to be found.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import NamedTuple

from alertd.research.hints import Hint


class Cue(NamedTuple):
    """What sentences of a kind have in common."""

    name: str
    kind: str
    """What such a sentence does, in a sentence of the note."""
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None
    """Words of a sentence in which the cue means something else."""


class Cues(tuple[Cue, ...]):
    """Several cues, of which the first that a sentence has counts."""

    @cached_property
    def hint(self) -> Hint:
        """What dismisses most sentences at once."""
        return Hint(cue.pattern.pattern for cue in self)

    def without(self, name: str) -> Cues:
        """Leave one out."""
        return Cues(cue for cue in self if cue.name != name)


_KINDS = {
    "condition": "It depends on something that is not settled yet.",
    "doubt": "It may not come as it is told.",
    "opposed": "Somebody is against it, or has not agreed.",
    "undecided": "Somebody is against it, or has not agreed.",
    "pressed": "Something is late, has stopped, or fails again.",
    "indebted": "Money is owed, or has to be found.",
    "owed": "Money is owed, or has to be found.",
    "costly": "It costs more, or brings less.",
    "liable": "There are claims, charges or fines.",
    "leaning": "Much hangs on one thing.",
    "denied": "The other side tells it otherwise.",
    "says_not": "The other side tells it otherwise.",
    "unproven": "Nothing is decided by it.",
    "softened": "Something softens it.",
    "unchanged": "What it might have changed is as it was.",
    "planned": "It was planned, or known before.",
    "elsewhere": "Others do otherwise, or it was otherwise before.",
    "contrast": "The text sets something against it.",
    "unsaid": "The text says that this is not known.",
}
_UNLESS = {
    "condition": r"events? of default|dependent on (?:the )?(?:performance|achievement)",
    "doubt": r"(?:may|might|can|must) not (?:\w+ )?(?:terminate|cancel|end|quit|leave|withdraw)|may or may not"
    r"|risk[- ](?:based|weighted|adjusted|free)"
    r"|risks? (?:profile|appetite|management|capital|reward)|take the risk|capital to risk"
    r"|risks? (?:is|are|was|were) (?:low|small|limited)|reduc\w+ [^.]{0,60}\brisks?",
    "opposed": r"(?:resolv|settl|end)(?:e[sd]?|ing)? [^.]{0,48}\b(?:disputes?|complaints?)"
    r"|unions? [^.]{0,60}\b(?:agree[sd]?|reache[sd]|accept(?:s|ed)?|ratif\w+)",
    "owed": r"denominations?|yield(?:s|ing)|coupon|non-?callable|callable|lead managers?|underwrit\w+|priced"
    r"|(?:bonds?|notes|debentures?|securities) (?:due|issues?|offerings?)|listed (?:on|in)|shelf registration"
    r"|rat(?:ed|ings?)|(?:down|up)grade[sd]?|charge-offs?|debt[- ](?:rating|securities|markets?)"
    r"|loan loss(?:es)?|(?:reduc|cut|lower)\w* [^.]{0,30}(?:debts?|borrowings?)|enough to meet|progress in repaying",
    "indebted": r"(?:reduc|cut|lower)\w* [^.]{0,30}(?:debts?|borrowings?)|convertible|loan loss(?:es)?",
    "costly": r"loan[- ]loss\w*",
    "denied": r"if it (?:meets|complies)|written notif\w+|procedural grounds",
    "leaning": r"(?:issued|outstanding) (?:\w+ )*(?:shares|stock)|callable|(?:voting|vote) (?:in favou?r|for)",
    "liable": r"events? of default|default (?:rate|option)",
    "unchanged": r"headquarter\w*|price targets?|very little or"
    r"|(?:stock|shares) (?:is|are|was|were) (?:\w+ )?unchanged",
}
_SHARE = r"(?:half|a third|one third|two thirds|a quarter|a fifth|\d+(?:\.\d+)? ?(?:%|per ?cent))"
_FORECAST = (
    r"(?:forecasts?|guidance|outlook|targets?|ratings?|dividends?|payout|timetable|schedules?|estimates?|orders?"
    r"|contracts?|leases?|rights?|expectations|recommendations?|view|plans?|stake|shares|advice|goals?)"
)
"""What somebody keeps where an event might have changed it."""
_TELL = (
    r"(?:say|said|name[d]?|know|give[n]?|disclose[d]?|state[d]?|comment|specify|specified|identify|identified"
    r"|explain(?:ed)?|put a figure|tell|told|reveal(?:ed)?|elaborate[d]?)"
)
"""What is not done where something is left open: no denial."""


def _cues(**patterns: str) -> Cues:
    return Cues(Cue(name, _KINDS[name], _words(text), _unless(name)) for name, text in patterns.items())


def _words(text: str) -> re.Pattern[str]:
    """Compile for words in small letters: without a flag for case each place is dismissed by its first letter."""
    return re.compile(rf"\b(?:{text})\b")


def _unless(name: str) -> re.Pattern[str] | None:
    return _words(_UNLESS[name]) if name in _UNLESS else None


RISKS = _cues(
    condition=r"subject to|depend(?:s|ing|ent)?|conditional"
    r"|must (?:\w+ )?(?:still|first|raise|double|find|agree|repay|prove)|has still to|ha(?:s|ve) yet to"
    r"|provided that|market conditions|consent|unless|needs? (?:the )?(?:approval|permission)|covenants?"
    r"|still (?:has to|needs?|awaits?|awaiting)|only (?:if|once|when)"
    r"|approvals? (?:has|have) not (?:yet )?been|not (?:yet )?(?:been )?(?:approved|granted|cleared)"
    r"|(?:ha(?:s|ve) (?:still |yet )?|still )to be (?:shown|proved|proven|tested)|remains? to be (?:shown|seen"
    r"|proved|proven)"
    r"|(?:approvals?|permits?|licen[cs]es?|clearance) (?:is|are|remains?) (?:still )?(?:outstanding|awaited|missing)"
    r"|(?:agreement|offer|deal|contract|lease) lapses",
    doubt=r"come to nothing|(?:at|in) an early stage|no (?:assurance|guarantee)|faults?|differences over"
    r"|warn(?:s|ed)? (?:that|of)|risks?"
    r"|(?:may|might|could) (?:fail|lose|be forced|fall|cost|face|cut|leave|order up to|end|walk away)"
    r"|(?:may|might|could) (?:lower|downgrade|be (?:lowered|downgraded)|cancel|refuse)|right to cancel"
    r"|can (?:cancel|terminate|walk away)"
    r"|ha(?:s|ve|d) never (?:\w+ )?(?:run|built|made|sold|operated|owned|managed)|little experience"
    r"|further (?:downgrades?|cuts?)|(?:without|search for|named) (?:a|no) (?:successor|replacement)"
    r"|review for (?:a )?(?:possible )?downgrade|negative (?:outlook|watch)|no experience|untested"
    r"|no (?:clear )?successor|successor (?:has|was|is) (?:not|yet)"
    r"|(?:may|might|could) not (?!say|be (?:\w+ )?(?:reached|contacted)|be all that)|uncertain\w*",
    opposed=r"oppos(?:e|es|ed|ition)|(?<=[\"“])thin|too (?:thin|low|cheap)|inadequate"
    r"|disput(?:e|es|ed|ing)|vote[sd]? against"
    r"|object(?:s|ed) (?:to|that)|objections?|protest(?:s|ed)?|complain(?:s|ed|t|ts)?|critici[sz]\w+|works council"
    r"|unions? [^.]{0,80}\b(?:strikes?|struck|oppos\w+|reject\w*|walk(?:s|ed)? out|fight|against)"
    r"|(?:oppos|reject)\w+ by (?:\w+ ){0,3}unions?|strikes? by (?:\w+ ){0,3}unions?",
    undecided=r"ha(?:s|ve) not (?:yet )?(?:said|joined|agreed|decided)|not (?:yet )?agreed",
    pressed=r"(?:\w+ )?(?:days|weeks|months|years) late|delay(?:s|ed)?|late delivery|stopped|halt(?:s|ed)?|shut"
    r"|(?:second|third|fourth|fifth) (?:\w+ )?(?:time|outage|delay|recall|attack|warning)|put off|grounded"
    r"|postpone[sd]?|quality problems|data (?:were|was|had been|have been) \w+|shortages?|customer had left"
    r"|lost (?:\w+ ){0,3}(?:customers?|contracts?|orders?|sales|suits?|licen[cs]es?|share|money|cases?|capital)",
    indebted=r"net debt|debts? of (?:about |some )?\W?\d+"
    r"|(?:has|had|have|carries) (?!no )(?:\w+ ){0,3}(?:debts?|borrowings?)"
    r"|debts? (?:is|are|was|were) (?:too )?high",
    owed=r"owe[sd]?|indebted\w*|debts?|loans? of|repa(?:y|ys|id|yments?)|borrow(?:s|ed|ings?)?|bond of"
    r"|spends? about|cash of (?:about )?\W?\d+|cash at the end|with a (?:bond|loan)|must pay|would pay"
    r"|raise funds|break fee"
    r"|(?:loans?|bonds?) .{0,40}\b(?:falls?|fell|comes?) due|lenders (?:can|may|could|must|would|have)"
    r"|(?:by|through) (?:an? )?(?:\w+ )?(?:loans?|bonds?)"
    r"|(?:bad|overdue|non-?performing|problem|office|property|real estate) loans",
    costly=r"cannot pass on|charges? of (?:about |some )?\W?\d+|dearer|costs? (?:almost|it|more|about|up)"
    r"|fell \d+|down from"
    r"|less each year|\d+% less|margins? (?:fell|falls|shrank|under)|slow(?:s|ed|er|ing)?"
    r"|held back|start-?up costs|weigh(?:s|ed|ing)? on|overdue"
    r"|(?:expected|forecast|likely|set) to (?:fall|shrink|contract|decline)|price war|(?:rivals?"
    r"|competitors?) (?:\w+ ){0,3}(?:discount\w*|undercut\w*)"
    r"|below (?:last|a) year|signs? of (?:strain|stress|weakness|trouble)|arrears|delinquen\w+"
    r"|weak(?:er|ness)?|loss(?:es)? (?:in|from|on|may|might|could|would)"
    r"|(?:expects?|sees?|makes?|books?|faces?|suffers?|widens?) (?:\w+ ){0,3}loss(?:es)?"
    r"|below the last close|dilutive|dilut(?:es|ion|ing)",
    liable=r"damages|charges? of (?!about|some|\W?\d)|fine[sd]|(?<!is )(?<!are )(?<!just )(?<!doing )fine"
    r"|lawsuits?|suits|class[- ]actions?|(?:\d+|two|three|four|five|several|some) (?:\w+ )?(?:accidents|crashes"
    r"|injuries|deaths)"
    r"|(?:reports?|number) of (?:\w+ )?(?:accidents|injuries|crashes)"
    r"|(?:accidents?|injur(?:y|ies)|crash(?:es)?) (?:that )?(?:may|might|could) be (?:related|linked)"
    r"|claims? (?:for|of|by|against)|penalt(?:y|ies)|(?:is|are|still) pending"
    r"|pending (?:suits?|lawsuits?|claims?|cases?|litigation|charges|appeals?)|investigations? (?:into|by)"
    r"|under investigation|investigat(?:ing|ors)|subpoena\w*"
    r"|default\w*|injunctions?",
    leaning=rf"{_SHARE} of (?:its|the|his|her|their|all|annual|group|total)\b[^.]*\b(?:sales|revenues?|profits?"
    r"|backlog|pipeline|price|shares|votes|costs?|capacity|needs|orders?|business|output|fleet)"
    rf"|or {_SHARE} of its|largest (?:customer|buyer|supplier)s?|only (?:customer|supplier|source|maker)"
    rf"|hedged (?:only|\d+)|stood for|{_SHARE} of the (?:votes|shares|pipeline|capacity|price)",
)  # fmt: skip
"""The first that fits is a sentence's kind, and the first kinds come first."""

ANSWERS = _cues(
    denied=r"(?<!to )(?<!or )(?<!been )(?<!was )(?<!were )(?<!previously )(?<!earlier )reject(?:s|ed)"
    r"|den(?:y|ies|ied)(?! (?:[\w’']+ ){0,5}(?:petitions?|requests?|motions?|applications?|access|entry))"
    r"(?! on procedural)|disput(?:es|ed) (?:the|that|this|any|all|its|their|his)|no disagreement|no wrongdoing"
    r"|(?<!if it )complies|not (?:because of|due to|the result of) (?:a |any )?disagreement"
    r"|sa(?:id|ys) (?:that )?it (?:will|would) (?:appeal|fight|contest|challenge)|cooperat(?:es|ing|ed) (?:with"
    r"|fully)"
    r"|met (?:the|its|all|every) (?:\w+ )?(?:specifications?|standards?|requirements?)|no such (?:clause|right|term)"
    r"|(?:announced|filed|lodged) an appeal"
    r"|(?<!if it )(?<!unless it )meets the (?:\w+ )?(?:specifications?|standards?|requirements?|rules|conditions)"
    r"|(?:will|intends? to|plans? to) (?:\w+ly )?(?:appeal|fight|contest|defend)"
    r"|not (?:negotiating|in talks)|no basis|baseless|without (?:basis|foundation|merit)"
    r"|(?:ha(?:s|ve) no|lacks?) merit|defend\w* (?:itself|against)",
    says_not=r"sa(?:id|ys) (?:that )?(?:it|there|(?:its|they|the|this|these) (?:own )?(?:\w+ )?)\s?(?:\w+ ){0,2}"
    rf"(?:not|no)(?! (?:yet )?(?:{_TELL}|seen|received|reviewed|details?|reasons?|figures?))",
    softened=r"(?:is|are|was|were|be) (?:\w+ )?insured|insurance (?:covers?|pays?|will|would|should)"
    r"|(?:covered|paid|met) by (?:\w+ )?(?:insurance|insurers?)|insurers? (?:will|would|should|pays?)"
    r"|(?:will|can) (?:continue to )?(?:meet|honou?r|fulfil) (?:all |its |their "
    r"|the ){0,2}(?:\w+ )?(?:obligations|commitments)"
    r"|(?:stocks?|inventor(?:y|ies)|supplies) for (?:\w+ ){1,3}(?:days|weeks|months)"
    r"|case[- ]by[- ]case|often (?:end|come) (?:in|to|with) (?:nothing|no)|collateral instead"
    r"|(?:instead|in place) of (?:a |the )?guarantee|talks (?:go on|continue|are (?:continuing|going on))"
    r"|(?:obligations|commitments|contracts|orders) (?:will|would) be (?:met|honou?red|fulfilled)|well capitali[sz]ed"
    r"|no (?:\w+ )?data (?:was|were)|not (?:been )?(?:entered|breached|compromised|accessed|stolen)"
    r"|(?:rarely|seldom|often|usually) (?:\w+ )?(?:ends?|leads?|comes?) (?:in|to|with|without)"
    r"|(?:payout|dividends?) (?:is|will|should|would) (?:\w+ )?(?:to )?(?:grow|rise|resume|increase)"
    r"|(?:own|its|their) (?:\w+ )?systems (?:are|were|was|is) not|has insurance|insured against"
    r"|from stock|restored|ha(?:s|ve|d) (?:already )?set aside|set aside for it|other work|hedged|no new trial"
    r"|fixed prices|only (?:a (?:small |tiny )?(?:part|fraction|share|third|quarter|fifth|tenth|few)|half)"
    r"|not (?:\w+ )?affected|replacements? (?:is|are|was|were|has|have|found|parts|supply|power|capacity)"
    r"|(?<!its )(?<!his )(?<!her )(?<!their )resum(?:es?|ed|ing|ption)",
)  # fmt: skip
"""What answers the event: that is not told as a risk, unless it is one in the first place."""

AGAINST = Cues((*ANSWERS, *_cues(
    unproven=r"prejudge|examining|alleg(?:es|ed|ation\w*)|may come to nothing|(?:at|in) an early stage|no decision"
    r"|nothing has been (?:decided|agreed)",
    unchanged=rf"unchanged|intact"
    rf"|(?:keeps?|kept|leaves|left|maintain(?:s|ed)?|repeat(?:s|ed)|confirm(?:s|ed)|reaffirm\w*|reiterat\w*)"
    rf" (?:its|their|his|her|the|all) (?:\w+ ){{0,3}}{_FORECAST}"
    rf"|{_FORECAST} (?:[^.]{{0,40}} )?(?:is|are|was|were|remains?)"
    r" (?:kept|confirmed|maintained|valid|in (?:place|force))"
    r"|in line with (?:the |its |their )?(?:plans?|forecasts?|guidance|expectations|estimates)"
    r"|(?:is|are|remains?|back to) normal|remains? (?:the same|as it was|in (?:place|force|effect)|on track)"
    r"|still (?:holds?|advise|expects?|owns?)|have held|no (?:effect|change|impact) (?:on|to|in)"
    r"|no order (?:had|has|was|is) (?:been )?\w+|(?:do|does|did|will|would) not (?:change|affect|alter)",
    planned=r"trading plan|10b5-1|as (?:planned|expected)|had been planned"
    r"|had (?:said|warned|expected|risen|announced)"
    r"|priced? in|already (?:\w+ )?(?:announced|disclosed|expected|flagged|known|planned|reported|said|told|warned)"
    r"|(?:known|expected|flagged|planned) since",
    elsewhere=r"(?:below|above) the (?:last|offer|value)|sold shares|other brokers|raised their own|had left",
    contrast=r"but|however|although|though|despite|(?<=, )yet",
)))  # fmt: skip

UNSAID = _cues(
    unsaid=rf"(?:did|does|has|have|had|would|could|do) not (?:yet )?{_TELL}|not (?:been )?(?:disclosed|stated|known"
    r"|named|given)|undisclosed (?:\w+ )?(?:sum|amount|price|terms|fee|figure|value)"
    r"|without (?:naming|giving|saying)|(?:gave|named|give|set|sets) no"
    rf"|declined to (?:\w+ )?(?:{_TELL}|discuss|provide|confirm|be named)"
    r"|could not (?:\w+ )?be (?:\w+ )?(?:reached|contacted)|ha(?:s|ve|d) not (?:yet )?(?:seen|received|reviewed)"
    r"|(?:is|are|remains?|was|were) (?:still )?undecided|remains? open|(?:is|are) still being (?:examined"
    r"|reviewed|assessed)"
    r"|too (?:early|soon) to (?:say|tell|judge|know)"
    r"|(?:cannot|could not) (?:yet |now )?be (?:estimated|quantified|determined|predicted)"
    r"|(?:unable|not (?:yet )?able|not (?:yet )?possible) to (?:estimate|quantify|predict|say|determine)"
    r"|(?:how much|how many|how far|whether|to what extent|what part) [^.]{0,80}\b(?:is|are) (?:still |now )?being"
    r" (?:examined|reviewed|assessed|studied|checked)"
    r"|no (?:reason|deadline|date|details?|figure)s? (?:was|were|is|are)|unclear|no court or",
)  # fmt: skip
