"""Words with which papers tell the same thing in words of their own: one stands for all of a line.

Everyday words of financial news, written from general knowledge and taken from no corpus; the first of a line stands
for the others. A word that means two things of which both are news ("post", "fall", "bank") stands nowhere: here it
would make one of two stories.
"""

from __future__ import annotations

from collections.abc import Sequence

SYNONYMS = """
    resign resigns resigned resignation quit quits quitting exit exits depart departs departed departure ousted ousts
    strike strikes walkout walkouts stoppage
    worker workers employee employees staff staffers workforce headcount
    cut cuts slash slashes slashed lower lowers lowered trim trims trimmed reduce reduces reduced shed sheds axe axes
    raise raises raised lift lifts lifted hike hikes hiked boost boosts boosted
    buy buys bought acquire acquires acquired acquisition purchase purchases takeover buyout sell sells sold
    buy divest divests divested divestiture offload offloads offloaded
    sue sues sued lawsuit suit suits
    fine fines fined penalty penalties
    deal deals pact agreement agreements
    probe probes probing investigation investigations investigate investigates investigating inquiry
    plant plants factory factories
    unit units arm division divisions subsidiary
    customer customers subscriber subscribers
    profit profits earnings
    leak leaks leaked leaking
    halt halts halted suspend suspends suspended pause pauses paused
    bankruptcy bankrupt insolvency insolvent
    injured injures injury injuries hurt
    hackers hacked hack hacker attackers breach cyberattack cyberattacks
    fire fires blaze
    ship ships vessel vessels
    car cars auto autos
    store stores shop shops
    ipo float flotation
    accept accepts accepted agree agrees agreed
    beat beats top tops topped exceed exceeds
    job jobs payroll payrolls
    economy economic economies
    growth grow grows grew grown expand expands expanded expansion
    shopper shoppers consumer consumers
    unemployment jobless joblessness unemployed
    inflation cpi
    layoff layoffs redundancy redundancies
    approve approves approved approval nod clearance cleared
    reject rejects rejected rejection rebuff rebuffs rebuffed spurn spurns spurned
    block blocks blocked veto vetoes vetoed prohibit prohibits prohibited ban bans banned
    recall recalls recalled
    merge merges merged merger tie
    carmaker carmakers automaker automakers
    drugmaker drugmakers pharma
    chip chips semiconductor semiconductors
    chipmaker chipmakers
    carrier carriers airline airlines
    retailer retailers chain
    aircraft jet jets plane planes airliner airliners
    drug drugs medicine medicines treatment treatments therapy therapies
    trial trials study
    outlook forecast forecasts guidance
    outage outages disruption blackout
    quake earthquake earthquakes
    explosion explosions blast blasts
    dispute disputes row feud
    settle settles settled settlement
    regulator regulators watchdog
    appoint appoints appointed
    successor succeed succeeds succeeded replace replaces replaced
    stake stakes holding shareholding
    spin spinoff demerge demerges demerger hive
    tariff tariffs levy levies duty duties
    output production
    oil crude
    dividend payout
    rebrand rename renames renamed
    verdict ruling ruled
    close closes closed shut shuts closure closures shutter shutters
    build builds construct constructs construction
    invest invests invested investment spend spends
    warn warns warned warning caution cautions
    delay delays delayed postpone postpones postponed
    scrap scraps scrapped cancel cancels cancelled canceled abandon abandons abandoned terminate terminated
    allege alleges alleged accuse accuses accused claim claims
    court tribunal
    borrow borrows loan loans
    lease leases leased rent rents rented
    supply supplies supplied deliver delivers delivered
"""
"""Words of which none is a name; the first of a line stands for the others."""

PHRASES = """
    strike = walk out, walks out, walked out, walk off, walked off, work stoppage, down tools, downed tools
    layoff = lay off, lays off, laid off, laying off, job cuts, cutting jobs
    resign = step down, steps down, stepped down, stepping down, step aside, steps aside, stands down, stand down
    reject = turn down, turns down, turned down, decline to, declines to, declined to, vote down, voted down
    recall = call back, calls back, called back
    ipo = initial public offering, go public, goes public, going public, stock market listing, stock market debut
    ceo = chief executive officer, chief executive
    cfo = chief financial officer, finance chief, finance director
    coo = chief operating officer
    bankruptcy = chapter 11, creditor protection, creditors protection
    ai = artificial intelligence
    datacenter = data center, data centers, data centre, data centres
    hackers = cyber attack, cyber incident, cyber attackers, data breach, security breach
    gdp = gross domestic product
    inflation = consumer price, consumer prices, consumer price index
    ev = electric car, electric cars, electric vehicle, electric vehicles
    breakup = break up, breaks up, split up, splits up
    stake = minority stake, majority stake
    probe = look into, looks into, looking into
    scrap = call off, calls off, called off, walk away, walks away, walked away, pull out, pulls out, pulled out
    close = shut down, shuts down, shutting down, close down, closes down
    lease = rent out, rents out, rented out
    spin = spin off, spins off, spun off, hive off, carve out
    warn = profit warning
    fed = federal reserve, fomc
    ecb = european central bank
    boe = bank of england
    boj = bank of japan
    fda = food and drug administration
    doj = justice department, department of justice
    ftc = federal trade commission
    sec = securities and exchange commission
    faa = federal aviation administration
    epa = environmental protection agency
    nhtsa = national highway traffic safety administration
    cma = competition and markets authority
    opec = organization of the petroleum exporting countries
    imf = international monetary fund
    pentagon = defense department, department of defense, defence department
    eu = european union, european commission, e u
    us = united states, u s, u s a
    britain = united kingdom, u k, uk, british, britons
    germany = german, germans
    france = french
    italy = italian, italians
    spain = spanish
    netherlands = dutch
    switzerland = swiss
    sweden = swedish, swedes
    norway = norwegian
    denmark = danish
    ireland = irish
    poland = polish
    china = chinese
    japan = japanese
    korea = korean, south korean, south korea
    taiwan = taiwanese
    india = indian
    russia = russian
    ukraine = ukrainian
    israel = israeli
    saudi = saudi arabia, saudi arabian
    canada = canadian
    mexico = mexican
    brazil = brazilian
    australia = australian
    europe = european
    africa = african
    asia = asian
"""
"""Several words, or the word for a country's people -> the one word that they are counted as."""

CANONICAL = {word: line.split()[0] for line in SYNONYMS.strip().splitlines() for word in line.split()}
_PHRASES = {
    tuple(phrase.split()): head.strip()
    for head, phrases in (line.split("=") for line in PHRASES.strip().splitlines())
    for phrase in phrases.split(",")
}
_LENGTHS: dict[str, list[int]] = {}
for _phrase in sorted(_PHRASES, key=len, reverse=True):
    _LENGTHS.setdefault(_phrase[0], []).append(len(_phrase))
BODIES = frozenset(
    ("fed", "ecb", "boe", "boj", "fda", "doj", "ftc", "faa", "epa", "nhtsa", "cma", "opec", "imf", "pentagon")
)
"""Authorities: names, however a text writes them."""


def joined(words: Sequence[str]) -> list[str]:
    """Give folded words with one in the place of each phrase: `laid off` is `layoff`, `german` is `germany`."""
    if _LENGTHS.keys().isdisjoint(words):
        return list(words)
    found: list[str] = []
    skip = 0
    for at, word in enumerate(words):
        if skip:
            skip -= 1
            continue
        head = word
        if word in _LENGTHS:
            for length in _LENGTHS[word]:
                known = _PHRASES.get(tuple(words[at : at + length]))
                if known is not None:
                    head, skip = known, length - 1
                    break
        found.append(head)
    return found
