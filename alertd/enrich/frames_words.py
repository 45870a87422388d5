"""The words by which frames are matched: inflections, what may stand between a company and its verb, what parts."""

from __future__ import annotations

from functools import lru_cache

from alertd.rules.frames import LINKS
from alertd.text.inflect import forms


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_IRREGULAR_VERBS = """
    bear bore borne|become became|begin began begun|bid|break broke broken|bring brought|build built|buy bought
    catch caught|choose chose chosen|come came|cut|draw drew drawn|drive drove driven|fall fell fallen|feel felt
    fight fought|find found|get got gotten|give gave given|go goes going went gone|grow grew grown|hit|hold held
    keep kept|know knew known|lay laid|lead led|leave left|lend lent|let|lose lost|make made|mean meant|meet met
    overtake overtook|pay paid|put|quit|rebuild rebuilt|repay repaid|resell resold|rise rose risen|run ran
    say said|see saw seen|seek sought|sell sold|send sent|set|shed|show showed shown|shut|sink sank sunk
    speak spoke spoken|spend spent|spin spun|split|spread|stand stood|steal stole stolen|stick stuck
    strike struck|take took taken|teach taught|tell told|think thought|throw threw thrown
    undertake undertook undertaken|win won|withdraw withdrew withdrawn|write wrote written
    be is are was were been being am|have has had having|do does did done
"""
_IRREGULAR = {
    parts[0]: frozenset(parts[1:])
    for entry in _IRREGULAR_VERBS.replace("\n", "|").split("|")
    if (parts := entry.split())
}


@lru_cache(maxsize=5_000)
def all_forms(word: str) -> frozenset[str]:
    """Give a word of a frame in all its inflections; little words as they are."""
    if word in LINKS:
        return frozenset((word,))
    return frozenset(forms(word)) | _IRREGULAR.get(word, frozenset())


BE = _set("is are was were be been being get gets got getting")
"""What makes a passive of the participle behind it."""

BETWEEN = BE | _set("""
    has have had having will would shall may might could can cannot should must do does did not n't to it they
    he she we also now just finally recently reportedly soon formally officially jointly today yesterday
    tomorrow already still again once quietly successfully immediately initially currently now then allegedly
    agree agrees agreed agreeing plan plans planned planning intend intends intended expect expects expected aim
    aims aimed seek seeks sought want wants wanted hope hopes hoped look looks looking set due about ready
    poised move moves moved offer offers offered try tries tried trying threaten threatens threatened consider
    considers considered considering weigh weighs weighing weighed mull mulls mulling mulled explore explores
    exploring explored eye eyes eyeing begin begins began start starts started starting decide decides decided
    vow vows vowed prepare prepares preparing prepared near nears nearing closer close claim claims claimed
    propose proposes proposed say says said saying announce announces announced announcing confirm confirms
    confirmed deny denies denied disclose disclosed discloses reveal revealed reveals warn warns warned tell
    told state stated report reported in talks advanced discussions discussing discuss discusses on monday
    tuesday wednesday thursday friday saturday sunday this last week month morning afternoon late early earlier
    no longer intention interested insist insists insisted admit admits admitted promise promises promised pledge
    pledges pledged refuse refuses refused fail fails failed rush rushes forced unable able willing keen
""")
"""What may stand between a company and its verb: auxiliaries, adverbs, `agreed to`, `said on Monday it`."""

DEALS = _set("""
    agreement agreements deal deals contract contracts pact accord plan plans right rights option options bid
    offer move proposal order letter memorandum term terms talks license licence permission approval tender
    commitment intention decision effort attempt lawsuit suit arrangement partnership
""")
"""Nouns with which another verb goes on: a contract to supply, in talks to buy."""

GIVEN = _set("awarded given granted handed won receives received selected chosen picked tapped hired contracted")
"""Before a contract: who has it did not give it."""

UNITS = _set("""
    unit units arm division subsidiary subsidiaries affiliate affiliates business segment operation operations
    branch group parent holding holdings stake stakes shares share stock control majority assets asset all rest
    remainder part portion interest capital half outstanding common board management
""")
"""What belongs to a company and acts, or is had, as it does."""

OTHERS = _set("""
    rival rivals competitor competitors customer customers client clients supplier suppliers vendor vendors partner
    partners investor investors shareholder shareholders stockholder stockholders holder holders bondholder
    bondholders creditor creditors lender lenders landlord tenant owner owners founder founders founder ceo cfo coo
    chief chairman president executive director directors officer employee employees worker workers user users
    head boss analyst analysts lawyer lawyers union unions former ex son daughter wife husband backer backers
    co-founder spokesman spokeswoman spokesperson peer peers opponent critic critics regulator neighbour neighbor
""")
"""Who belongs to a company and is somebody else."""

PARTING = _set("""
    after as while because when since although though but if whether before following amid despite unless until
    whereas says say said
""")
"""Words at which another clause begins."""

TIES = _set("by to from with over against for at on under through into onto between via within without during upon")
"""Prepositions behind which no object of the verb stands any more."""

DETERMINERS = _set("""
    a an the its his her their our your this that these those some any all both each every another one two three
    four five six seven eight nine ten several many most more up unnamed undisclosed
""")

RELATIVES = _set("which who that")
HEADS = _set("""
    supercomputer supercomputers computer datacenter datacentre center centre centers centres data cluster clusters
    campus plant plants factory facility facilities site mine field platform system complex building tower warehouse
    fab refinery pipeline terminal project satellite satellites rocket vessel ship network portfolio business unit
    division arm brand drug treatment vaccine software machine machines reactor farm
""")
"""What a thing is beside its own name: the `Orion` supercomputer."""
SAYING = _set("say says said announce announces announced confirm confirms confirmed add adds added wrote writes")
MADE = _set("made built owned run led backed held won caused designed driven")
"""Participles beside those in -ed: what they have a `by` for is no agent of the frame."""

# --- of frames that suffice (frames_sure.py) ---

FOLLOWING = _set("""
    has have had having will would could may might can today yesterday tomorrow monday tuesday wednesday thursday
    friday saturday sunday again outright amid next last this despite per plus than once now first it he they which
    who that where when not alleging accusing claiming seeking citing saying valuing creating worth board ahead soon
""")
"""What may stand behind a company beside prepositions and marks, where the phrase that names it is over."""

WISHING = _set("""
    hope hopes hoped hoping want wants wanted wish wishes wished fail fails failed failing refuse refuses refused
    unable unwilling never
""")
"""Before a verb: it has not come to it."""

SHARES = _set("share shares stock stake stakes bond bonds notes debt chief")
"""What is had of a company and does nothing itself."""

PARTS = _set("""
    unit units arm division subsidiary subsidiaries business businesses segment operation operations branch affiliate
    field fields refinery
""")
"""A part of a company: it acts for the company, but is not the company that is bought."""

WHOLE = _set("all entire rest remainder remaining outstanding majority control whole")
"""Before `of`: what is had of the company is the company."""
