"""What around a word says that a company is meant: words that follow companies, precede them, or rule them out."""

from __future__ import annotations

from alertd.companies.ordinary import word_set
from alertd.text.inflect import forms

_ACTS = """
    abandon acquire add affirm agree aim announce appoint approve ask authorise authorize award back bag begin bet
    block boost build buy cancel clinch close
    complete confirm consider cut declare decline deliver deny develop disclose dismiss divest drop earn elect end
    enter exceed expand expect explore file finalise finalize fire fix forecast generate get give grant guide halt
    hike hire hit hold hope improve increase invest introduce issue join keep lay launch lead lease license lift
    list lose lower maintain make merge miss move name negotiate offer offload open order outline overhaul own
    partner pause pay plan pledge poach post prepare produce promote propose pull purchase raise reaffirm recall
    receive recommend redeem reduce refinance refuse regain reinstate reiterate reject release relaunch reopen
    replace report repurchase restate resume reveal roll sack say scrap seek select sell set settle shed shelve
    ship shut sign slash spend spin start stop strike sue suspend swing take target tap team tell terminate top trim
    unveil update upgrade urge use warn widen win withdraw
"""
_PAST = """
    bought sold said won lost made paid built told took got gave led kept held met hit cut beat beats shed spent
    sought struck swung drew priced saw sees has had will would could may might is was plans set
"""
_MOVES = """
    advance climb crash decline dip drop ease edge extend fall gain inch jump lag plummet plunge pop rally rebound
    recover retreat rise rocket sag shed sink skid skyrocket slide slip slump snap soar spike sputter stumble surge
    tank tick traded tumble underperform outperform fell rose sank slid sprang fallen risen
"""
_NOUNS = """
    ceo cfo coo cto cio chairman chairwoman chief boss founder cofounder executive executives president management
    board directors director spokesman spokeswoman spokesperson shares share stock stocks adr adrs shareholder
    shareholders stockholders investors investor stake earnings profit profits revenue revenues sales results
    quarterly q1 q2 q3 q4 fy dividend buyback guidance outlook forecast margins margin ebitda pat net ipo bonds debt
    takeover buyout merger acquisition subsidiary unit division headquarters employees workers staff plant plants
    factory factories stores customers lawsuit suit analyst analysts valuation capex backlog deliveries bid
"""
_SURE = """
    ceo cfo coo cto chairman spokesman spokeswoman spokesperson shares share stock adr adrs shareholder shareholders
    stockholders executives earnings dividend buyback q1 q2 q3 q4 ebitda pat guidance
"""
_BEFORE = """
    shares stock stake holder ceo cfo chairman chief boss parent owner subsidiary unit rival rivals competitor
    supplier customer maker makers giant retailer automaker carmaker chipmaker drugmaker planemaker lender insurer
    bank airline brewer miner major conglomerate company firm group startup operator developer brand peer peers
    bluechip behemoth
"""
_ACTED_ON = """
    buy sell hold own acquire prefer like recommend upgrade downgrade sue join back accumulate short add exit book
    avoid target fine probe versus vs against between accuse affirm reaffirm reiterate rate penalise penalize
    sanction subpoena overweight underweight
"""
_RATINGS = """
    aaa aa a bbb bb b ccc cc c aa1 aa2 aa3 a1 a2 a3 baa1 baa2 baa3 ba1 ba2 ba3 b1 b2 b3 caa1 caa2 caa3 junk
    overweight underweight outperform underperform neutral
"""


def _all_forms(words: str) -> frozenset[str]:
    return frozenset(form for word in words.split() for form in forms(word))


ACTS = _all_forms(_ACTS) | frozenset(_PAST.split())
"""What companies do. Said of a thing too, but seldom right after it."""
SAID = ACTS - frozenset(_ACTS.split()) | frozenset(_PAST.split())
"""As it is said of one company: `Target cuts`, but `target post` is no such thing."""
MOVES = _all_forms(_MOVES)
"""What shares do, and gaps, targets and all else that has a number."""
NOUNS = frozenset(_NOUNS.split())
"""What companies have."""
SURE_NOUNS = frozenset(_SURE.split())
"""What hardly anything else has."""
BEFORE = frozenset(_BEFORE.split())
"""What stands before a company's name, `of` between them or not."""
ACTED_ON = _all_forms(_ACTED_ON)
"""What is done to companies."""
RATINGS = frozenset(_RATINGS.split())
"""What agencies and analysts give a company: `Ford at BBB-`, `Shell to neutral`."""
SUFFERED = word_set("fined sued subpoenaed downgraded upgraded penalised penalized")
"""What is done to hardly anything but companies and people."""
SUFFERED_SO = word_set("accused charged cleared investigated ordered probed sanctioned urged barred banned")
"""What is done to them, with one of these words after it: a banned match is no company."""
SO = word_set("by of over to from with for")
BACKING = word_set("backed owned controlled led")
"""After a company's name and a hyphen."""
TIES = word_set(
    "supplier suppliers rival rivals partner partners contractor contractors subsidiary affiliate unit arm"
)
"""After a company's name and before another name: Apple supplier Foxconn."""
PREPOSITIONS = word_set("at by from with than like via through into under")
TITLES = word_set(
    """
    mr mrs ms miss dr sir prof professor judge justice senator sen rep lord dame king queen prince saint st
    """
)
"""Before people's names."""
ORGANISATIONS = word_set("""
    bank securities foundation university college museum institute hospital school church park street avenue stadium
    arena mutual amc airport county valley center centre club league cup prize award awards
    """)
"""After a name these make another name: HDFC Securities is not HDFC."""
THINGS = word_set("""
    river rivers riverbank rainforest rainforests forest forests basin jungle wetland wetlands mountain mountains
    valley canyon desert glacier lake lagoon estuary waterway waterways tributary tributaries deforestation biome
    tribe tribes orchard orchards grower growers harvest crop crops pie cider juice variant variants tree trees
    """)
"""After a word these say that a place, a fruit or a germ is meant: the Amazon river, an apple orchard."""
HEALTH = word_set("""
    therapeutics pharmaceuticals pharmaceutical pharma biosciences bioscience biopharma biotech biotherapeutics
    biologics oncology genetics genomics medicines vaccines bio
    """)
"""In the names of those who make medicines."""
MEDICINE = word_set("""
    fda ema clinical therapy therapies drug drugs trial trials patients patient vaccine vaccines gene oncology tumor
    tumour cancer dosing placebo dose disease biologics treatment
    """)
"""What is said of medicines: two of these words make an item one about them."""
GENERIC = word_set("""
    credit senior principal financial charter trust security securities asset consumer commercial investors home
    life health net data core real public white black blue green red big best fair open high low long short free
    full grand merger purchase underwriting note notes agreement common preferred stock class series board chief
    executive annual african american asian atlantic australian british canadian chinese dutch eastern european
    french german greek indian international irish italian japanese korean mexican norwegian pacific russian
    scottish spanish swedish swiss turkish western northern southern central national federal continental imperial
    universal united allied first second third general global grand great new old royal standard modern premier
    prime public select superior supreme true ultra north south east west bank banco energy capital digital advanced
    applied integrated consolidated associated community citizens
    """)
"""First words of many names: alone they name nobody."""
LONGER = word_set("reserve central federal first")
"""At the beginning of a sentence, too, these make `Bank of India` another bank."""
NOT_AFTER: dict[str, frozenset[str]] = {
    "target": word_set("price prices profit sales revenue growth inflation rate easy soft earnings year"),
    "visa": word_set("work student tourist travel entry golden transit business h1b 1b"),
    "apple": word_set("big adams"),
    "gap": word_set("gender pay wage trade funding wealth output price tech skills"),
    "block": word_set("trading road voting sun"),
    "match": word_set("football cricket test tennis boxing soccer"),
    "square": word_set("times trafalgar tiananmen red union madison town pershing"),
    "shell": word_set("tortoise egg bomb"),
    "morgan": word_set("jp p"),
}
"""Words before an ordinary word that make it one thing: a price target is no shop."""
