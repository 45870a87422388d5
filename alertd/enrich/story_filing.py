"""A filing beside the news that tells the same: which items of an 8-K fit which event types and words. Pure.

A company publishes a release and files an 8-K about it, on the same day or up to four business days later. At first
only the header of the filing is known: filer, form and items. Then the items decide, and only if they say enough.
"""

from __future__ import annotations

from alertd.enrich.story_report import Report
from alertd.enrich.story_words import counted_as

_DAY_MS = 86_400_000
_BEFORE_MS, _AFTER_MS = 2 * _DAY_MS, 6 * _DAY_MS
"""How long a filing may come before the news and after it: four business days, with a week-end."""

_TYPES: dict[str, frozenset[str]] = {
    "1.01": frozenset({
        "material_agreement", "compute_lease", "contract_award", "supply_agreement", "acquisition", "joint_venture",
        "divestiture", "settlement", "offering", "tender_offer", "spinoff",
    }),
    "1.02": frozenset({"contract_termination"}),
    "1.03": frozenset({"bankruptcy"}),
    "1.05": frozenset({"cyber_incident"}),
    "2.01": frozenset({"acquisition", "divestiture", "spinoff", "tender_offer"}),
    "2.02": frozenset({"results", "guidance", "guidance_raise", "guidance_cut", "dividend_change", "buyback"}),
    "2.03": frozenset({"material_agreement", "offering"}),
    "2.04": frozenset({"default"}),
    "2.05": frozenset({"layoffs", "restructuring"}),
    "2.06": frozenset({"impairment"}),
    "3.01": frozenset({"delisting"}),
    "3.02": frozenset({"offering"}),
    "4.01": frozenset({"auditor_change"}),
    "4.02": frozenset({"restatement"}),
    "5.01": frozenset({"acquisition"}),
    "5.02": frozenset({"executive_change"}),
    "13D": frozenset({"activist_stake", "proxy_fight", "acquisition"}),
    "S-1": frozenset({"ipo", "offering"}),
    "TO": frozenset({"tender_offer", "acquisition", "buyback"}),
}  # fmt: skip
"""Item of an 8-K -> the event types that it may report."""
_WORDS = {
    "1.01": "agreement agree lease sign contract deal acquire acquisition merger partnership supply buy purchase"
    " venture settle",
    "1.02": "terminate termination end cancel scrap walk",
    "1.03": "bankruptcy chapter insolvency",
    "1.05": "cyber cyberattack breach hack ransomware incident",
    "2.01": "complete close acquisition acquire merger divestiture sale sell",
    "2.02": "result quarter quarterly earnings revenue profit loss sales fiscal outlook guidance preliminary",
    "2.03": "loan credit notes debt facility borrow financing",
    "2.04": "default acceleration",
    "2.05": "layoff cut restructure restructuring job workforce worker fire sack redundancy close",
    "2.06": "impairment charge write writedown",
    "3.01": "delist delisting listing transfer nasdaq nyse",
    "3.02": "offering placement private sale issue convertible",
    "4.01": "auditor accountant",
    "4.02": "restate restatement reliance error",
    "5.01": "control acquire",
    "5.02": "appoint name ceo cfo chief director resign retire step president officer board depart successor join",
    "5.03": "bylaws articles",
    "13D": "stake activist disclose holding shareholder push own",
    "S-1": "ipo list public offering float file",
    "TO": "tender offer bid acquire buyback",
    "5.07": "vote shareholder stockholder meeting annual elect",
}
"""Item -> words of the news that may go with it."""
_STEMS = {item: frozenset(counted_as(word) for word in words.split()) for item, words in _WORDS.items()}
_FORMS = {
    "8-K": (),
    "6-K": ("6-K",),
    "SCHEDULE 13D": ("13D",),
    "SC 13D": ("13D",),
    "10-Q": ("2.02",),
    "10-K": ("2.02",),
    "S-1": ("S-1",),
    "F-1": ("S-1",),
    "SC TO-T": ("TO",),
    "SC TO-I": ("TO",),
    "25-NSE": ("3.01",),
}
"""Forms that the news tells of -> what stands for the items of those that have none."""


def tells_news(filing: Report) -> bool:
    """Whether the news may tell what a filing of this form does."""
    return filing.form.removesuffix("/A") in _FORMS


def filing_and_news(filing: Report, news: Report) -> tuple[float, tuple[str, ...]] | None:
    """Score a current report beside a piece of news; None: compare their words, the filing's are there.

    Without a common company, too far apart in time, or with items that fit nothing, they have nothing in common.
    """
    stated = _FORMS.get(filing.form.removesuffix("/A"))
    if stated is None:
        return 0.0, ()
    if not -_BEFORE_MS <= filing.at_ms - news.at_ms <= _AFTER_MS:
        return 0.0, ()
    filer = _filer_in(filing, news)
    if not filer:
        return 0.0, ()
    same_day = abs(filing.at_ms - news.at_ms) < _DAY_MS // 2
    fits = _fitting([*filing.items, *stated], news, 1 if same_day else 2)
    if fits:
        said = f"the filer {filer} and item {fits}"
        return (0.72 if filing.header else 0.6), (said,)
    if filing.header or not filing.lead:
        return 0.0, ()
    return None


def _filer_in(filing: Report, news: Report) -> str:
    """Name the filer if the news is about it: as a company that is known, else by the words of its name."""
    known = [company for company in filing.companies if company in news.main()]
    if known:
        return known[0]
    words = news.words()
    named = filing.filer and filing.filer[0] in news.title and all(_said(word, words) for word in filing.filer)
    return " ".join(filing.filer) if named else ""


def _said(name: str, words: dict[str, int]) -> bool:
    return name in words or counted_as(name) in words


def _fitting(items: list[str], news: Report, words: int) -> str:
    """Give the item that fits the news: one of its event types, a word of its title, so many `words` of its lead."""
    for item in items:
        stems = _STEMS.get(item, frozenset())
        if item in _TYPES and news.types:
            if _TYPES[item] & set(news.types):
                return item
        elif stems & news.title.keys() or (not news.types and len(stems & news.lead.keys()) >= words):
            return item
    return ""
