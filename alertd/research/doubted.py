"""Who doubts it, or sees it otherwise, in words of his own: read from who speaks, by which verb, and what he says.

    who doubts          some investors question whether it can pay · Holt, an analyst at Brenner, is not convinced
    who is against it   critics say the price leaves no room, whatever they say
    who speaks          “The sums do not add up,” said Holt of Brenner: if what he says is a doubt
    against himself     the company itself cautions, managers concede that
    nobody              doubts remain, it is far from clear, that remains to be seen

What is a doubt turns on the news: beside good news it is what takes away from it (`too`, `unproven`, `will not`),
beside bad news what makes it smaller (`overdone`, `will recover`). Where nobody can tell which it is, only who
disputes it doubts it: who worries may as well find it worse. Pure.
"""

from __future__ import annotations

import re

from alertd.companies.ordinary import word_set
from alertd.research.material import Sign


def _any(words: str) -> str:
    """Give a pattern for one of some words; `_` stands for a blank."""
    return "(?:" + "|".join(words.split()).replace("_", " ") + ")"


_EXPERTS = _any("""
    analysts? strategists? economists? brokers brokerages lawyers? attorneys experts? consultants? academics
    researchers? observers? watchers commentators? traders? professors? bankers? forecasters scholars specialists?
    veterans? insiders (?:fund|money|portfolio|asset)_managers? (?:hedge_)?funds
""")
_HOLDERS = _any("""
    (?:share|stock|bond|unit)?holders? investors? lenders? creditors? customers? clients? suppliers? rivals?
    competitors? tenants? employees dealers farmers residents lawmakers
""")
_SOME = _any("some others many several few both one not_everyone not_everybody not_all")
_CRITICS = _any("""
    critics? s[ck]eptics? doubters? bears? short[_-]sellers? detractors? opponents? naysayers? cynics? dissenters?
    pessimists?
""")
_HOPEFUL = _any("bulls? optimists? supporters? backers? defenders? advocates?")
_OFFICE = _any("""
    analyst strategist economist manager partner professor lecturer adviser advisor consultant fellow director head
    chief officer founder investor trader lawyer researcher engineer expert chairman chairwoman president banker
""")
_NAME = r"\b[A-Z][\w’'-]{1,24}(?:\s[A-Z]\.)?(?:\s(?:de|van|von|al))?\s[A-Z][\w’'-]{1,24}"
_FIRM = r"[A-Z][\w&.’'-]{0,24}(?:\s(?:(?:and|&|of|de)\s)?[A-Z][\w&.’'-]{0,24}){0,4}"
_PERSON = (
    rf"(?:{_NAME},\s(?:[^.;\"“”]{{0,48}}?\b{_OFFICE}\b|who\s[a-z]+s\b)[^.;\"“”]{{0,48}}"
    rf"|{_NAME}\s(?:of|at|from)\s{_FIRM})"
)
"""A person with what he is, or whose he is: `Maria Holt, an analyst at Brenner & Co`, `Tom Reyes of Alder`."""
_ITSELF = (
    r"(?:itself|themselves|its own (?:\w+ ){0,2}\w+|management|executives|(?:chief|finance|operating) \w+"
    r"|(?:the|its) (?:company|group|bank|firm|maker|prospectus|filing|board|chairman|chairwoman|ceo|cfo))"
)
_SAYS = _any("""
    say says said write writes wrote told tells? argue[sd]? note[sd]? add(?:s|ed) believe[sd]? thinks? thought
    reckon(?:s|ed)? points?_out pointed_(?:out|to) contend(?:s|ed)? counter(?:s|ed)? sees? saw call(?:s|ed)?
    describe[sd]? expect(?:s|ed)? estimate[sd]? observe[sd]? comment(?:s|ed) conclude[sd]? stress(?:es|ed)
    insist(?:s|ed)? maintain(?:s|ed)? according_to put(?:s)?_it
""")
_UNSURE = _any("""
    unconvinced s[ck]eptical wary doubtful dubious unimpressed unpersuaded divided split cautious unsure nervous
    uneasy not_(?:\\w+_)?(?:convinced|so_sure|persuaded|sure|certain|impressed)
    (?:far_from|less_than|hardly|yet_to_be)_(?:\\w+_)?(?:convinced|persuaded|sure|certain|impressed)
""")
_WORRIES = _any("doubts? questions? concerns? eyebrows (?:red_)?flags reservations? misgivings s[ck]epticism worries")
_DOUBTS = _any(f"""
    doubt(?:s|ed|ing)? question(?:s|ed|ing)?_(?:the|its|whether|how|if|why|what|that|his|her|their)
    caution(?:s|ed|ing)? wonder(?:s|ed|ing)? worr(?:y|ies|ied) fear(?:s|ed)? dispute[sd]? challenge[sd]?
    dismiss(?:es|ed)? disagree[sd]? balk(?:s|ed) downplay(?:s|ed)? play(?:s|ed)?_down push(?:es|ed)?_back
    takes?_issue took_issue warn(?:s|ed|ing)?_(?:against|that|of) casts?_(?:\\w+_)?doubt
    thr(?:ows?|ew)_(?:\\w+_)?doubt (?:pours?|poured)_cold_water sees?_(?:little|no|limited|scant)
    urge[sd]?_(?:caution|patience|restraint)
    (?:rais(?:e|es|ed|ing)|voice[sd]?|express(?:es|ed)?|ha(?:s|ve|d)|harbou?r(?:s|ed)?)_(?:\\w+_)?(?:\\w+_)?{_WORRIES}
    (?:is|are|was|were|remain(?:s|ed)?|sound(?:s|ed)?|stay(?:s|ed)?|seem(?:s|ed)?)_(?:\\w+_)?{_UNSURE}
""")
"""Verbs that are a doubt by themselves, whatever is doubted."""
_PLAYS_DOWN = _any("""
    dispute[sd]? challenge[sd]? dismiss(?:es|ed)? downplay(?:s|ed)? play(?:s|ed)?_down push(?:es|ed)?_back
    sees?_(?:little|no|limited|scant) urge[sd]?_(?:caution|patience|restraint) (?:pours?|poured)_cold_water
    doubt(?:s|ed)? question(?:s|ed)?_(?:the|its|whether|how|if) disagree[sd]? casts?_(?:\\w+_)?doubt
""")
"""Of these, the ones that make bad news smaller."""
_CONCEDES = _any("""
    concede[sd]? acknowledge[sd]? admit(?:s|ted)? grant(?:s|ed)_that caution(?:s|ed) warn(?:s|ed)?_(?:that|of|against)
    allow(?:s|ed)_that recogni[sz]e[sd]?_that
""")
_NOT = r"(?:not|no|never|nothing|nobody|none|neither|cannot|(?:can|wo|do|does|did|is|are|was|would|should|has)n['’]t)"
_LESS = re.compile(
    r"\b"
    + _any(f"""
    {_NOT} in_the_price for_perfection too_\\w+
    over(?:valued|priced|done|blown|stated|hyped|pay\\w*|paid|reach\\w*|promis\\w+) exaggerat\\w+ premature
    unrealistic optimistic ambitious expensive stretched pricey richly fragile speculative unsustainable
    circular risky? risks riskier uncertain\\w* unclear unproven untested shaky temporary short-lived one-off
    modest limited marginal priced_in at_best far_from a_long_way years_away easier_said
    (?:hard|difficult|tough)_to harder hype bubble mistake gamble disappoint\\w* falls?_short fell_short
    short_of los(?:e|es|ing|ses) fail\\w* worse worr(?:y|ies) concern\\w* problem\\w* unlikely doubt\\w* hardly
    barely scarcely rarely seldom little few without remains?_to_be only_(?:if|when|once|as_long) depends? less
    slow(?:s|er|ly)? delay\\w* dilut\\w+ undercut\\w* squeez\\w+ erod\\w+ burden\\w* burn(?:s|ing)? debts? if
    on_paper in_theory headline_figure costs?_more costly cannibali[sz]\\w* small thin(?:ner)? weak\\w*
    dear(?:er)? leaves?_the left_the
    """)
    + r"\b",
    re.IGNORECASE,
)
"""What takes away from good news."""
_NOT_SO_BAD = re.compile(
    r"\b"
    + _any(r"""
    over(?:done|blown|stated|react\w*|sold) exaggerat\w+ excessive temporary transitory short-lived one-off
    manageable contained limited modest small(?:er)? minor marginal immaterial negligible blip bump hiccup noise
    priced_in cushion\w* opportunity recover\w* rebound\w* bounce\w* catch_up made?_up short(?:er)?_than better less
    unlikely rarely seldom unjustified unwarranted too_(?:pessimistic|harsh|far|much|low|gloomy|severe) no_reason
    no_(?:lasting|long-term|material|real|big|major|great|change)
    not_(?:be_)?(?:\w+_)?(?:lasting|material|change|alter|affect|last|hurt|serious|fatal|repeat\w*)
    not_(?:as|so)_bad little_(?:effect|impact|lasting|to_do|harm|damage|difference|risk) long(?:er)?[_-](?:run|term)
    (?:can|could|able_to)_(?:\w+_)?(?:absorb|afford|cope|withstand|weather|pass_on) balance_sheet intact solid
    resilient healthy insured covered overturn\w* appeal reduced thrown_out clears?_the_(?:air|way)
    """)
    + r"\b",
    re.IGNORECASE,
)
"""What makes bad news smaller."""
_NO_DOUBT = re.compile(
    r"\b"
    + _any(rf"""
    no_doubts? without_(?:a_)?doubt {_NOT}_only no_longer nothing_(?:like|but)
    no_(?:surprise|wonder|small|better|less) {_NOT}_be_overstated {_NOT}_just never_been_\w+er
    no_(?:alternative|rivals?|competitors?) {_NOT}_uncommon (?:do|does|did)_not_comment
    not_(?:be_)?(?:named|identified|reached|authori[sz]ed) no_comment if_not
    """)
    + r"\b",
    re.IGNORECASE,
)
"""A negation that takes nothing away."""
_UNOWNED = re.compile(
    r"\b"
    + _any(rf"""
    {_WORRIES}_(?:\w+_)?(?:remain|persist|linger|abound|swirl)\w* {_WORRIES}_(?:over|about|as_to|whether)
    {_WORRIES}_(?:is|are|was|were|ha(?:s|ve)_been)_(?:\w+_)?(?:growing|rising|mounting|raised|voiced)
    (?:far_from|by_no_means|anything_but|less_than|not_at_all|hardly)_(?:clear|certain|sure|settled|assured|guaranteed)
    remains?_(?:to_be_seen|an_open_question|open_to_question|unproven|untested) an_open_question open_to_doubt
    the_jury_is_(?:still_)?out no_guarantees? hard_to_(?:see|imagine|justify|square|believe) on_paper in_theory
    not_(?:everyone|everybody|all)_\w+ assum(?:es|ing)_(?:that_)?(?:the|its?|all|full|demand|prices) at_odds_with
    easier_said_than_done
    """)
    + r"\b",
    re.IGNORECASE,
)
"""A doubt that is nobody's."""
_QUOTED = re.compile(r"[\"“][^\"“”]{8,}[\"”]")
_BETWEEN = r",?(?:\s[^.;:\"“”]{0,60}?)?\s"
_WHO = rf"(?:\b(?i:{_EXPERTS}|{_HOLDERS})\b|{_PERSON})"
_WHO_DOUBTS = re.compile(
    rf"(?:\b(?i:{_SOME})\b|{_WHO}){_BETWEEN}(?i:{_DOUBTS})\b"
    rf"|\b(?i:{_WORRIES})\s(?i:among|from|by)\s(?:\w+\s){{0,2}}(?i:{_EXPERTS}|{_HOLDERS})\b"
)
_WHO_PLAYS_DOWN = re.compile(
    rf"(?:\b(?i:{_SOME})\b|{_WHO}){_BETWEEN}(?i:{_PLAYS_DOWN})\b(?![^.;]*\b(?:be the last|enough|recover\w*|help)\b)"
)
_WHO_IS_AGAINST = re.compile(
    rf"\b(?i:{_CRITICS})\b(?!\smarket)[^.;]{{0,60}}?\b(?i:{_SAYS}|{_DOUBTS})\b|\b(?i:{_SAYS})\s(?:\w+\s)?(?i:{_CRITICS})\b"
)
_WHO_IS_FOR = re.compile(rf"\b(?i:{_HOPEFUL})\b[^.;]{{0,60}}?\b(?i:{_SAYS})\b")
_WHO_SAYS = re.compile(
    rf"{_WHO}{_BETWEEN}(?i:{_SAYS})\b"
    rf"|\b(?i:{_SAYS})[,\s]\s?(?:{_PERSON}|{_NAME}\W*$|(?:[\w’'&-]+\s){{0,4}}?(?i:{_EXPERTS}|{_HOLDERS})\b)"
)
_CONCEDED = re.compile(
    rf"\b(?i:{_ITSELF})\b[^.;]{{0,40}}?\s(?i:{_CONCEDES})\b|\b(?i:by its own (?:account|admission|reckoning))\b"
)
_WORD = re.compile(r"[a-z]+")
_SPEECH_WORDS = word_set("""
    say says said write writes wrote told tell tells argue argues argued note notes noted add adds added believe
    believes believed think thinks thought reckon reckons reckoned point points pointed contend contends contended
    counter counters countered see sees saw call calls called describe describes described expect expects expected
    estimate estimates estimated observe observes observed comment comments commented conclude concludes concluded
    stress stresses stressed insist insists insisted maintain maintains maintained according put puts
    doubt doubts doubted question questions fear fears worry worries
""")
_DOUBT_WORDS = word_set("""
    doubt doubts doubted doubting question questions questioned questioning caution cautions cautioned cautioning
    wonder wonders wondered wondering worry worries worried fear fears feared dispute disputes disputed challenge
    challenges challenged dismiss dismisses dismissed disagree disagrees disagreed balk balks balked downplay
    downplays downplayed play plays played push pushes pushed issue warn warns warned warning cold see sees urge
    urges urged concern concerns eyebrows flag flags reservations misgivings skepticism scepticism unconvinced
    skeptical sceptical wary doubtful dubious unimpressed unpersuaded divided split cautious unsure nervous uneasy
    convinced sure persuaded certain impressed concede concedes conceded acknowledge acknowledges acknowledged admit
    admits admitted grant grants granted allow allows allowed recognise recognises recognised recognize recognizes
    recognized admission account reckoning
""")
_SIDE_WORDS = word_set("""
    critic critics skeptic skeptics sceptic sceptics doubter doubters bear bears seller sellers detractor detractors
    opponent opponents naysayer naysayers cynic cynics dissenter dissenters pessimist pessimists bull bulls optimist
    optimists supporter supporters backer backers defender defenders advocate advocates
""")
_UNOWNED_WORDS = word_set("""
    doubt doubts question questions concern concerns reservations misgivings skepticism scepticism worries clear
    certain sure settled assured guaranteed remain remains open jury guarantee guarantees hard paper theory everyone
    everybody all assume assumes assuming odds easier
""")
"""Without one of these no pattern of theirs fits: most sentences have none."""


def is_doubt(said: str, sign: Sign | None) -> bool:
    """Whether a sentence is a doubt of what is told; `sign`: whether that is good news, bad, or nobody can tell."""
    words = frozenset(_WORD.findall(said.lower()))
    doubts = not words.isdisjoint(_DOUBT_WORDS)
    if sign != -1 and not words.isdisjoint(_UNOWNED_WORDS) and _UNOWNED.search(said):
        return True
    if sign == 1:
        return (doubts and (_WHO_DOUBTS.search(said) or _CONCEDED.search(said)) is not None) or (
            not words.isdisjoint(_SPEECH_WORDS) and (_speaks(said, words, _WHO_IS_AGAINST) or _says(said, _LESS))
        )
    if doubts and _WHO_PLAYS_DOWN.search(said):
        return True
    if sign is None or words.isdisjoint(_SPEECH_WORDS):
        return False
    return _speaks(said, words, _WHO_IS_FOR) or _says(said, _NOT_SO_BAD)


def _speaks(said: str, words: frozenset[str], who: re.Pattern[str]) -> bool:
    """Whether somebody speaks who is for or against it by his name."""
    return not words.isdisjoint(_SIDE_WORDS) and who.search(said) is not None


def _says(said: str, what: re.Pattern[str]) -> bool:
    """Whether somebody from outside says something of a kind."""
    return what.search(_NO_DOUBT.sub("", _content(said))) is not None and _WHO_SAYS.search(said) is not None


def _content(said: str) -> str:
    """Give what somebody says in a sentence: what stands in quotation marks, else all of it."""
    return " ".join(_QUOTED.findall(said)) or said
