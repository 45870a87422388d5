"""What counts how much when two reports are compared: set by hand, then fitted to labelled pairs in small steps."""

from __future__ import annotations

JOIN = 0.5
"""From this score on two reports are of the same thing."""
SURE = 1.0
COPY = 0.7
"""From this likeness of their texts on, one is a copy of the other."""
BELOW, FAR = 0.45, 0.3
"""The most where something is missing, and where something speaks against it."""
ENOUGH = 16
"""What shared words must weigh together at least: two names."""
ENOUGH_FIGURES = 6
"""The same within half a day where a figure is the same too: news of the economy names nobody."""
BESIDE = 0.6
"""What other figures count where not both are of the headline."""
ONE_NAME, TWO_NAMES, THREE_NAMES = 7, 14, 24
"""What shared names weigh beside which one word of what happened is enough: of a company that is known, within half a
day; within half a day; at all."""
HALF = 0.7
"""What half a name counts for a company that the other report knows."""
TOLD = 8
"""What shared words that are no names must weigh together at least: two that say what happened, one in a title."""
FORM = 4
"""So many words in the same places of two titles of one publisher are a form."""
SERIES = frozenset(
    {"part", "vol", "volume", "issue", "op", "episode", "ep", "no", "talk", "chapter", "round", "day", "week"}
)
"""Words behind which a number says which of a series it is."""
RELATED = {
    **dict.fromkeys(("litigation", "contract_dispute", "settlement"), "suit"),
    **dict.fromkeys(("results", "guidance", "guidance_raise", "guidance_cut"), "results"),
    **dict.fromkeys(("layoffs", "restructuring"), "restructuring"),
    **dict.fromkeys(("bankruptcy", "default", "going_concern"), "failure"),
    **dict.fromkeys(("ipo", "offering"), "offering"),
    **dict.fromkeys(
        ("acquisition", "tender_offer", "divestiture", "material_agreement", "supply_agreement", "compute_lease",
         "contract_award", "joint_venture"), "deal",
    ),
}  # fmt: skip
"""Event types that two reports of one thing may well disagree on."""
AMENDED = frozenset({"10-K", "10-Q", "S-1", "F-1"})
"""Forms of which a company has one at a time: an amendment is of that one. Others must have an item in common."""
TURNS = frozenset({
    "contract_dispute", "contract_termination", "litigation", "bankruptcy", "default", "restatement", "delisting",
    "trading_halt", "regulatory_action", "sanctions",
})  # fmt: skip
"""Event types that are a story of their own when a headline reports them, whatever is told of what came before."""
REPEATED = frozenset({
    "rating_change", "price_target", "insider_trade", "litigation", "contract_award", "material_agreement",
    "supply_agreement", "regulatory_action", "activist_stake",
})  # fmt: skip
"""Event types that a company may well see twice within days."""
BASE = 0.02
WEIGHTS = {
    "titles told": 0.28,
    "least told": 0.21,
    "deeds told": 0.18,
    "least deeds told": 0.12,
    "words of the shorter": 0.27,
    "words of both": 0.14,
    "text": 0.19,
    "what happened": 0.27,
    "figures": 0.43,
    "other figures": -0.37,
    "other periods": -0.34,
    "strangers on both sides": -0.75,
    "strangers": -0.16,
    "publisher": -0.18,
    "company": 0.22,
    "companies": 0.14,
    "event": 0.23,
    "one of many": -0.15,
    "parties": 0.2,
    "asset": 0.15,
    "other types": -0.28,
    "docket": 0.3,
    "company alone": -0.1,
    "other company": -0.2,
    "names": 0.14,
    "other deeds": -0.3,
    "foreign": -0.1,
    "days": -0.47,
}
"""What each of `Both.seen` moves the score by."""
DAY_MS = 86_400_000
