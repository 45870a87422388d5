"""What an amount of money is in what happened: revenue, a deal's value, a fine… Read from the words around it.

The noun phrase that an amount stands in says it first (`a $5m fine`, `$3bn in revenue`), then the nearest word
before it (`revenue rose to $3bn`, `fined $5m`), then what it is for (`$5m to settle`). Words, not grammar: where none
of them is near there is no role.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from alertd.enrich.money_words import word_set

_NOUNS = {
    "revenue": "revenue revenues sales turnover bookings receipts topline billings premiums royalties",
    "profit": "profit profits earnings income ebitda ebit eps epads pbt pat surplus ebitdar net cashflow ffo",
    "loss": "loss losses deficit shortfall",
    "cost": "cost costs expense expenses fee fees rent rents bill commission salary pay compensation bonus price",
    "charge": """charge charges impairment impairments writedown writedowns writeoff writeoffs provision provisions
        write-down write-downs write-off write-offs goodwill markdown hit impact headwind headwinds blow""",
    "deal_value": """deal deals contract contracts order orders agreement transaction acquisition takeover merger
        buyout purchase bid offer sale disposal divestiture pact tie-up lbo tender consideration stake leaseback""",
    "valuation": "valuation valuations capitalization capitalisation",
    "investment": """investment investments invest invests invested investing capex spend spends spent spending pour
        pours poured pouring project plant factory campus build""",
    "funding": """funding financing round raise raises raised raising ipo listing placement flotation proceeds grant
        investors subscription float crowdfunding fundraising fundraise seed""",
    "debt": """debt debts bond bonds note notes loan loans borrowing borrowings facility debenture debentures mortgage
        ncds ncd borrow borrowed borrows liabilities overdraft revolver sukuk convertible convertibles""",
    "dividend": "dividend dividends payout payouts distribution distributions dps",
    "buyback": "buyback buybacks buy-back buy-backs repurchase repurchases repurchased repurchasing",
    "penalty": """fine fines fined fining penalty penalties damages disgorgement forfeit forfeited forfeiture sanction
        restitution verdict verdicts judgment judgement""",
    "settlement": "settle settles settled settling settlement settlements resolve resolves",
    "price_target": "pt tp",
    "guidance": "forecast forecasts guidance outlook projection projections target targets",
}
ROLES: dict[str, str] = {word: role for role, words in _NOUNS.items() for word in words.split()}
_PAIRS: dict[tuple[str, str], str] = {
    ("price", "target"): "price_target", ("target", "price"): "price_target", ("price", "objective"): "price_target",
    ("market", "cap"): "valuation", ("market", "value"): "valuation",
    ("market", "capitalisation"): "valuation", ("market", "capitalization"): "valuation",
    ("enterprise", "value"): "valuation", ("equity", "value"): "valuation",
    ("rental", "income"): "revenue", ("interest", "income"): "revenue", ("cash", "flow"): "profit",
    ("capital", "expenditure"): "investment", ("capital", "expenditures"): "investment",
    ("capital", "spending"): "investment", ("break", "fee"): "penalty", ("breakup", "fee"): "penalty",
    ("break-up", "fee"): "penalty", ("termination", "fee"): "penalty", ("cancellation", "fee"): "penalty",
    ("write", "down"): "charge", ("write", "off"): "charge", ("writes", "down"): "charge",
    ("writes", "off"): "charge",
    ("wrote", "down"): "charge", ("wrote", "off"): "charge", ("written", "down"): "charge",
    ("written", "off"): "charge", ("writing", "down"): "charge", ("writing", "off"): "charge",
    ("rights", "issue"): "funding", ("share", "sale"): "funding", ("stock", "sale"): "funding",
    ("share", "offering"): "funding", ("stock", "offering"): "funding", ("public", "offering"): "funding",
    ("bond", "sale"): "debt", ("credit", "line"): "debt", ("credit", "facility"): "debt", ("share",
    "price"): "per_share",
    ("offer", "price"): "per_share", ("issue", "price"): "per_share", ("exercise", "price"): "per_share",
    ("strike", "price"): "per_share", ("ipo", "price"): "per_share", ("order", "book"): "revenue",
    ("order", "backlog"): "revenue", ("order", "intake"): "revenue", ("net", "debt"): "debt",
    ("principal", "amount"): "debt", ("net", "loss"): "loss",
    ("net", "worth"): "", ("net", "assets"): "", ("net", "sales"): "revenue", ("net", "revenue"): "revenue",
    ("net", "interest"): "revenue", ("net", "cash"): "", ("net", "asset"): "", ("purchase", "price"): "deal_value",
    ("pre-tax", "charge"): "charge", ("tax", "bill"): "cost", ("sales", "price"): "", ("selling", "price"): "",
    ("average", "price"): "", ("deal", "value"): "deal_value", ("tender", "offer"): "deal_value",
    ("stock", "buyback"): "buyback", ("share", "buyback"): "buyback", ("share", "repurchase"): "buyback",
    ("loss", "provision"): "charge", ("loss", "provisions"): "charge", ("price", "range"): "per_share",
}  # fmt: skip
_VALUED = word_set("valued values value valuing valuations worth")
_DEALS = frozenset(_NOUNS["deal_value"].split()) | {
    "lease",
    "package",
    "award",
    "awards",
    "sponsorship",
    "partnership",
}
_WEAK_SHARE = word_set("share shares stock stocks unit units")
BUYING = word_set("""
    buy buys buying bought acquire acquires acquiring acquired purchase purchases purchased purchasing sell sells
    selling
    sold takeover merge offload offloads divest divests divested snap snapped snaps takes acquisition sale purchase
    offloaded
""")
_TRADING = BUYING - word_set("bought acquired acquisition sale purchase purchased takeover")
"""Of these, the ones that are verbs of a clause whatever stands before them."""
_SETTLES = word_set("settle settles settled settling")
_GOODS = word_set("""
    aircraft jets planes airliners airplanes aeroplanes helicopters ships vessels tankers trains buses trucks vehicles
    cars engines chips gpus processors servers equipment turbines missiles weapons drones tanks satellites
""")
"""What is ordered: what it is worth is no valuation."""
_ORDERING = word_set("order orders ordered ordering") | BUYING
_STRUCK = word_set("hit impact headwind headwinds blow")
"""A charge as nouns only: `a hit of $5m`, `a $5m hit from tariffs`, and not `sales hit $5m`."""
_STRUCK_BEHIND = word_set("from to on over due because as if in for after by , . ; : ) (") | {""}
_COURTS = word_set("court courts jury jurors judge tribunal regulator regulators arbitrator arbitrators verdict")
_RULED = word_set("verdict verdicts judgment judgement")
_TOLD = word_set("ordered order orders told liable forced")
_PAYING = word_set("pay pays paying")
LETTING = word_set("lease leases leased leasing rent rents rented renting hire hires hired let lets")
_FOR_EACH_SHARE = frozenset(("profit", "loss", "dividend", "price_target", "revenue"))
_TRADES = BUYING | LETTING
_STOP = word_set("""
    from after for to by on with as and but while that which who than compared when if because since at before into
    under over through during amid against via is was were are will would has had said says or plus including
    excluding
""")
_BEHIND_WORD = re.compile(r"[\s-]?([^\W\d_][^\W_]*(?:[-'’][^\W_]+)*|\d+(?:[.,]\d+)*%?(?:-[^\W_]+)*|[,;:.()–—])")
_FOR_WHAT = re.compile(
    r"(?:\s[^\W\d_][\w'’-]*){0,6}?\s(?:to\s(?:(settle|resolve|end)|(?:acquire|buy|purchase)\b()|(build|expand|develop|fund))"
    r"|in\s(?:a\s|an\s|the\s)?(?:\w+\s)?(settlement)|(for\s(?:violating|breaching|failing|breaches|violations))"
    r"|(in\s(?:fines|penalties|damages|(?:[\w&-]+\s){0,4}(?:case|lawsuit|suit|trial))))\b",
    re.I,
)
_FOR_ROLES = ("settlement", "deal_value", "investment", "settlement", "penalty", "penalty")
_RAISING = word_set("raise raises raised raising")
_NOT_BEHIND = word_set("net price raised spent build target investors fined settled")
"""Of these no compound is made with an amount before it."""
_NEAR_BEHIND, _NEAR_BEFORE = 5, 14
_METRICS = frozenset(("revenue", "profit", "loss", "investment", "cost", "dividend"))
_OWN_CLAUSE = frozenset((";", "(", ":"))


class Seen(NamedTuple):
    """The role of an amount and where the word stands that says it."""

    role: str | None
    word: str = ""


def behind(text: str, end: int, limit: int) -> list[str]:
    """Give the first words of a text from a place on, lowered, up to a limit; punctuation is a word."""
    found: list[str] = []
    while len(found) < _NEAR_BEHIND and (word := _BEHIND_WORD.match(text, end, limit)):
        found.append(word[1].lower())
        end = word.end()
    return found


def role_of(before: Sequence[str], text: str, end: int, limit: int, *, per: str | None, scaled: bool) -> Seen:
    """Say what an amount is, by the words before it and the text from its end up to a limit."""
    phrase = behind(text, end, limit)
    seen = _in_phrase(phrase, scaled=scaled)
    if seen is None or (phrase[0] == "in" and seen.role in ("funding", "deal_value")):
        seen = _before(before, scaled=scaled, per=per) or seen
    if seen is None or seen.role in ("deal_value", "cost", "funding"):
        told = _FOR_WHAT.match(text, end, limit)
        if told is not None and told.lastindex is not None:
            return Seen(_FOR_ROLES[told.lastindex - 1], "for")
    if per == "share" and seen is not None and seen.role not in _FOR_EACH_SHARE:
        return Seen("per_share", seen.word)
    return seen or Seen(None)


def _in_phrase(words: Sequence[str], *, scaled: bool) -> Seen | None:
    """Look for the noun that the amount stands before: `$6.2bn all-cash deal`, `$3bn in annual revenue`."""
    found: Seen | None = None
    for i, word in enumerate(words):
        if word in _STOP or (not word[0].isalnum() and word != ","):
            break
        if word == ",":
            if i:
                break
            continue
        after = words[i + 1] if i + 1 < len(words) else ""
        pair = _PAIRS.get((word, after))
        if pair is not None:
            return Seen(pair or None, word)
        if word in ("target", "targets") and not scaled:
            return Seen("price_target", word)
        if word in _STRUCK and after not in _STRUCK_BEHIND:
            continue
        role = "deal_value" if word == "lease" else ROLES.get(word)
        if role is None or word in _NOT_BEHIND:
            continue
        found = Seen(role, word)
        if role not in ("deal_value", "investment", "funding", "cost"):
            break
        if after not in ROLES:
            break
    return found


def _before(words: Sequence[str], *, scaled: bool, per: str | None) -> Seen | None:
    """Look for the nearest word before the amount that says what it is."""
    weak: Seen | None = None
    last = len(words) - 1
    if "for" in words[-4:] and _settles(words):
        return Seen("settlement", "settles")
    for i in range(last, max(last - _NEAR_BEFORE, -1), -1):
        word = words[i]
        if word in _OWN_CLAUSE:
            break
        pair = _PAIRS.get((words[i - 1], word)) if i else None
        if pair is not None:
            return Seen(pair or None, word)
        if word in _VALUED:
            return _valued(words, i) if scaled else Seen(None)
        if word in _TRADES and _paid_for(words, i):
            let = word in LETTING and per in ("year", "month", "quarter")
            return Seen("revenue" if let else "deal_value", word)
        if (role := ROLES.get(word)) is not None:
            if seen := _settled(words, i, role, scaled=scaled):
                return seen
        elif word in _WEAK_SHARE and not scaled and weak is None:
            weak = Seen("per_share", word)
    return weak


def _valued(words: Sequence[str], i: int) -> Seen:
    """Say what is worth the amount: `a contract valued at`, `values the company at`, `shares worth`."""
    word, after = words[i], words[i + 1] if i + 1 < len(words) else ""
    of = word == "value" and after in ("of", "at")
    if word in ("valuing", "values", "value") and not of:
        return Seen("valuation", word)
    for before in reversed(words[max(i - 5, 0) : i]):
        if before in _DEALS:
            return Seen("deal_value", word)
        if before in _GOODS:
            return Seen(None if _ORDERING.isdisjoint(words[:i]) else "deal_value", word)
        if before in BUYING or before in ("shares", "products", "goods", "stock", "bonds", "assets"):
            return Seen(None)
    return Seen("valuation" if len(words) - i < 6 and not of else None, word)


def _settled(words: Sequence[str], i: int, role: str, *, scaled: bool) -> Seen | None:
    """Weigh a word that says a role, by what stands beside it and how far off it is."""
    word = words[i]
    if role == "guidance":
        for other in reversed(words[max(i - 4, 0) : i]):
            if ROLES.get(other) in _METRICS and other != "price":
                return Seen(ROLES[other], other)
        price = word in ("target", "targets") and not scaled
        return Seen("price_target" if price else "guidance", word)
    if word in _PAYING and "to" not in words[i + 1 :] and _is_made_to(words, i):
        return Seen("penalty", word)
    if _says_nothing(words, i, role):
        return None
    if word == "price":
        return Seen("deal_value", word) if scaled else Seen("per_share", word) if "share" in words else None
    return Seen(role, word)


def _says_nothing(words: Sequence[str], i: int, role: str) -> bool:
    """Whether a word that says a role elsewhere says none here: it is too far off, or means something else."""
    word, away = words[i], len(words) - 1 - i
    if word in _STRUCK and words[i + 1 : i + 2] != ["of"]:
        return True
    if word in _RULED and away > 5:  # after the verdict, the shares
        return True
    if word == "net" and away > 4:
        return True
    if role == "deal_value" and away > 6:
        return True
    if role in ("cost", "deal_value") and words[-1] in ("from", "by") and away > 2:
        return True
    if word == "settled" and words[i + 1 : i + 2] == ["at"]:  # of a price, at the end of a day
        return True
    if word == "build" and words[-1] != "for":
        return True
    if word in ("plant", "campus", "factory") and words[-1] == "for":  # leases a campus to X for
        return True
    return word in _RAISING and (away > 5 or words[i + 1 : i + 2] in (["to"], ["by"]))


def _is_made_to(words: Sequence[str], i: int) -> bool:
    """Whether who pays does not choose to: `ordered to pay`, `a jury says that X must pay`."""
    near = words[max(i - 4, 0) : i]
    if near[-1:] == ["to"] and not _TOLD.isdisjoint(near):
        return True
    return near[-1:] == ["must"] and not _COURTS.isdisjoint(words[:i])


def _settles(words: Sequence[str]) -> bool:
    """Whether the nearest verb before `for` is to settle: `settles a dispute over the sale of a stake for`."""
    for word in reversed(words[-_NEAR_BEFORE:]):
        if word in _SETTLES:
            return True
        if word in _OWN_CLAUSE or word in _TRADING:
            return False
    return False


def _paid_for(words: Sequence[str], i: int) -> bool:
    """Whether the amount is what something is bought, sold or let for: `acquire Tidewater for up to $6.2bn`."""
    rest = words[i + 1 :]
    if "for" in rest[-5:]:
        return True
    return words[i] not in LETTING and (len(rest) == 0 or (rest[-1] == "at" and len(rest) < 8))
