"""The words that say how sure it is that something happened, by what they make of it."""

from __future__ import annotations


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


Phrases = dict[str, tuple[tuple[str, ...], ...]]
"""By their first word."""


def _phrases(text: str) -> Phrases:
    made: Phrases = {}
    for phrase in text.replace("\n", "|").split("|"):
        if words := tuple(phrase.split()):
            made[words[0]] = (*made.get(words[0], ()), words)
    return made


# --- long ago, or told as a story -------------------------------------------------------------------------------

BACKWARD = _phrases("""
    anniversary|look back|looks back|looking back|history of|on this day|in retrospect|retrospective|throwback
    revisited|remembered|the story of|the rise and fall|years on|decades on|memoir|a decade ago|decades ago
    years ago|year ago|years earlier|last decade|long ago
""")
"""In the clause: it is told, not reported."""
AGAINST = _set("from than versus vs with against")
"""Before `a year ago`, or before a figure of then: today's is held against it, and is no look back."""
FIGURES = _set("""
    a an one the million billion trillion thousand crore lakh m bn mn k cents cent pence dollars euros pounds yen yuan
    rupees percent per share rs
""")
"""Between these two."""
SPANS = _set("years decades year decade")
EARLIER = _set("previously once formerly historically")
HAD = _set("had has have was were which who it they")
"""Before these: what is told happened before."""
FORMER = _set("former ex old earlier past previous historic long-ago")
"""Right before a noun."""

# --- what only might be -----------------------------------------------------------------------------------------

ASKING = _set("will would can could should shall is are was were does do did has have may might")
"""Begin a question."""
ADVISING = _phrases("""
    how to|what if|why you should|should you|what to know|what you need to know|what to do|tips for|a guide to
    guide to|beginner's guide|here's why|explainer|opinion|myths about|pros and cons|everything you need to know
""")
COUNTED = _set("reasons ways tips things questions signs steps lessons rules mistakes examples")
"""Behind a number at the beginning: five reasons to sue."""
CONDITIONS = _set("if unless whether suppose supposing assuming")
ADVICE = _set("should ought must-buy")
ANY = _set("any hypothetical theoretical imaginary fictional")
MODAL = _set("could may might can")
POSSIBLE = _set("possible potential likely prospective rumoured rumored speculated mooted")
PONDERING = _set("""
    consider considers considered considering weigh weighs weighed weighing mull mulls mulled mulling explore
    explores explored exploring eye eyes eyed eyeing ponder ponders pondering contemplate contemplates
    contemplating contemplated hope hopes hoping hoped want wants wanted interested tempted
    evaluate evaluates evaluating study studies studying floats floated
""")
THREATENING = _set("threaten threatens threatened threatening")
"""Right before the event."""
PROSPECT = _set("candidate candidates speculation talk hopes prospect prospects favourite favorite buzz possibility")
"""Right behind a noun: a takeover candidate."""
GOSSIP = _set(
    "rumour rumours rumor rumors rumoured rumored speculation chatter gossip speculate speculates speculated"
)

# --- denied, or not so ------------------------------------------------------------------------------------------

DENYING = _set("deny denies denied denying denial")
DISMISSING = _set("""
    dismiss dismisses dismissed dismissing reject rejects rejected rejecting refute refutes refuted rebut rebuts
    rebutted rubbishes quash quashes
""")
TOLD = _set("""
    report reports rumour rumours rumor rumors speculation claim claims talk allegation allegations suggestion
    suggestions idea notion story
""")
"""What is dismissed if the event is denied."""
ASKED_FOR = _set("""
    motion motions bid request requests appeal appeals petition application access permission approval entry bail
    injunction wrongdoing liability
""")
"""What a court or regulator denies; and what is denied beside the event."""
DENIALS = _phrases("""
    rules out|ruled out|rule out|ruling out|no plans to|no plan to|no plans for|no intention of|no intention to
    not in talks|not in discussions|not in negotiations|not planning|no talks
""")
UNTRUE = _phrases("not true|untrue|is false|are false|was false|baseless|unfounded|no truth|categorically|fake")
NOT = _set("not never cannot neither nor nobody none")
NO = _set("no without")
NOT_NO = _set("later doubt matter less sooner")
"""Behind `no`: nothing is negated."""
NOT_NOT = _set("only just merely least surprisingly surprising")
GIVING_UP = _set("""
    avoid avoids avoided avoiding avert averts averted averting fail fails failed failing decline declines declined
    refuse refuses refused unable scrap scraps scrapped scrapping abandon abandons abandoned abandoning drop drops
    dropped dropping cancel cancels cancelled canceled shelve shelves shelved ditch ditches ditched ditching axes axed
    withdraw withdraws withdrew withdrawn block blocks blocked blocking prevent prevents prevented preclude
""")
GIVEN_UP = _phrases("""
    yet to|no one has|call off|calling off|opts against|opted against|decides against|decided against
    advises against|warns against|walks away from|walk away from|walked away from|pulls out of|pulled out of
    backs out of|backed out of|calls off|called off|stops short of|steps back from|ends talks|gives up on
    turns down
""")

STOPPING = _set("""
    halt halts halted suspend suspends suspended stop stops stopped stopping end ends ended ending resolve
    resolves resolved settle settles settled cease ceases ceased
""")
"""Right before the event: it is over."""
COLLAPSED = _phrases("""
    collapse|collapses|collapsed|falls through|fell through|falls apart|fell apart|lapses|lapsed|called off|is off
    are off|was blocked|is blocked|blocked by|scrapped|abandoned|was cancelled|is cancelled|was canceled|is canceled
    cancelled|canceled|was terminated|terminated|was dropped|is dropped|was withdrawn|is withdrawn|withdrawn|shelved
    breaks down|broke down|unravels|did not materialise|did not materialize|never materialised|never materialized
""")
"""Behind the event, as its verb."""
MAY_COME = _set("follow come happen occur emerge arise proceed materialise materialize result go take")
"""Behind `may`: then what it stands behind is only possible."""

# --- told by others ---------------------------------------------------------------------------------------------

TALKING = _phrases("""
    in talks|in advanced talks|in late stage talks|in discussions|in negotiations|held talks|holds talks
    talks about|nears deal|near deal|nearing deal|nears a deal|near a deal|close to|nearing|in exclusive talks
    talks to|talks with|in early talks|talks over|closing in on|said to have|said to be|is said to|are said to
    reportedly|unconfirmed|reported to be|reported to have|understood to|believed to|thought to
""")
"""In the clause, before the event or close behind it."""
SOURCES = _phrases("""
    people familiar|person familiar|people with knowledge|person with knowledge|people with direct knowledge
    people briefed|person briefed|source familiar|sources familiar|source close|sources close|people close
    sources said|sources say|source said|source says|sources told|source told|according to sources
    according to a source|according to people|according to a report|according to reports|according to media
    asking not to be|asked not to be|declined to be named|declined to be identified|condition of anonymity
    citing people|citing sources|citing unnamed|citing unidentified|people with the matter|people said|sources tell
    report says|report said|media report|reports say
""")
"""Anywhere in the sentence, or in those beside the headline."""
SOURCE_WORDS = ("source", "people", "person", "report", "named", "identified", "anonymity", "citing")
"""One of these stands in each of them."""
OFFICIAL = _phrases("""
    today announced|said in a statement|announced today|in a press release|in a regulatory filing|announced on
    in a stock exchange filing|in an exchange filing|said in a filing
""")
SAID = _set("""
    say says said saying announce announces announced confirm confirms confirmed told tells add adds added state
    states stated promise promises promised pledge pledges pledged insist insists insisted
""")
PARTING = _set("after while because when since although though but before following amid despite until whereas")
"""Words at which another clause begins."""
MONTH_BEFORE = _set("in of since until by from on late early mid last next through")
MONTH_BEHIND = _set("""
    sales results revenue revenues output production data deliveries orders traffic exports imports retail same-store
    comparable figures inflation payrolls report
""")
"""Behind `May` it is the month, at the beginning of a headline, too."""
