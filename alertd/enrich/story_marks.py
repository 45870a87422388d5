"""By what a report is recognised besides its words: names, publisher, credited wire, sketch, corrections. Pure."""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection, Sequence
from urllib.parse import parse_qsl, urlsplit

from alertd.base.ids import mark
from alertd.model import Event
from alertd.text.fold import split_words

SKETCH = 24
"""Hashes of a sketch: the likeness of two texts is measured to within about 0.1."""
SHINGLE = 3
FEW_SHINGLES = 6
"""A text of fewer shingles has no sketch: its words say more."""

_CREDITS = {
    "reuters": ("(reuters)", "reuters)", "thomson reuters", "by reuters"),
    "ap": ("(ap)", "associated press"),
    "afp": ("(afp)", "agence france"),
    "bloomberg": ("(bloomberg)", "bloomberg news"),
    "dowjones": ("(dow jones)", "dow jones newswires"),
    "prnewswire": ("prnewswire", "pr newswire"),
    "businesswire": ("business wire)", "businesswire", "(business wire"),
    "globenewswire": ("globe newswire", "globenewswire"),
    "accesswire": ("accesswire", "access newswire"),
    "newsfilecorp": ("newsfile corp",),
    "dpa": ("(dpa)",),
    "xinhua": ("(xinhua)",),
    "pti": ("(pti)",),
    "kyodo": ("(kyodo)",),
    "rns": ("regulatory news service",),
}  # fmt: skip
"""Agency or wire -> how a text says that it is theirs, in small letters."""
_HEAD, _TAIL = 400, 250
_SITES = {"apnews": "ap", "dj": "dowjones", "bnnbloomberg": "bloomberg"}
_SECOND = frozenset({"co", "com", "org", "net", "gov", "ac", "edu"})
_TRACKING = frozenset({
    "src", "source", "ref", "rss", "cmp", "cid", "mod", "feed", "ns_mchannel", "ftag", "ncid", "partner", "output",
    "guccounter", "soc_src", "xtor", "taid", "fbclid", "gclid", "yptr", "smid", "xid", "siteid",
})  # fmt: skip

_CORRECTION = re.compile(
    r"^\s*[\[(*]?(?:(correct(?:ion|ed|ing)|refile|clarification|erratum|corrig(?:é|e|endum))"
    r"(?: \([a-z ]{1,30}\)|\s+and\s+replac(?:ing|ement))?|update\s?\d{0,2}|wrapup\s?\d{0,2}|breaking(?: news)?|"
    r"exclusive|urgent|flash|just in|alert)[\])*]?\s*(?:[-–—:]+\s*|\s+)",
    re.IGNORECASE,
)
_DASH = re.compile(r"[\s)/](?:--|[-–—])\s?(?=[\w\"“(])")
_DATELINE = 160
_COLON = re.compile(r":\s|\s[•|–—-]\s")
_DATE = re.compile(r"\b(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z.]{0,7} \d")
_DOCKET = re.compile(r"\b\d{1,2}:\d{2}-(?:cv|cr|mc|md|bk|ap|mj)-\d{3,6}\b")
_COURTS = ("-cv-", "-cr-", "-md-", "-bk-", "-ap-")
_DOCKETS = 3_000
"""Code points of a body in which docket numbers are looked for."""
TELLING = 9
"""What the words of a title must weigh together to be known by it."""
_MAX_TITLE = 500


def correction_of(title: str) -> tuple[bool, str]:
    """Tell whether a title says that it corrects another, and give it without such a flag."""
    found = _CORRECTION.match(title[:_MAX_TITLE])
    if not found or found.end() >= len(title):
        return False, title
    return found.group(1) is not None, title[found.end() :]


def without_dateline(text: str) -> str:
    """Cut `NEW YORK, Jan 5 (Reuters) - ` from the beginning of a text: place, date and wire are not what happened."""
    dash = _DASH.search(text, 0, _DATELINE)
    head = text[: dash.start()] if dash else ""
    return text[dash.end() :] if dash and (")" in head or "/" in head or _DATE.search(head)) else text


def names_of(event: Event) -> list[str]:
    """Give marks of what surely names the thing: accession number, address, the docket numbers of suits."""
    names = [f"acc:{mark(event.accession)}"] if event.accession else []
    address = _address(event.url)
    if address:
        names.append(f"url:{mark(address)}")
    text = f"{event.title[:_MAX_TITLE]} {event.body[:_DOCKETS]}".lower()
    dockets = _DOCKET.findall(text) if any(court in text for court in _COURTS) else []
    return names + [f"doc:{number}" for number in dict.fromkeys(dockets)][:2]


def _address(url: str) -> str:
    """Give an address as far as it names an item, without scheme, fragment and tracking; "" for a front page."""
    if not url:
        return ""
    try:
        parts = urlsplit(url[:2_000])
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    path = parts.path.rstrip("/")
    query = [
        (name, value)
        for name, value in parse_qsl(parts.query, max_num_fields=30)
        if name.lower() not in _TRACKING and not name.lower().startswith("utm_")
    ] if parts.query.count("&") < 30 else []  # fmt: skip
    if not host or (len(path) < 2 and not query):
        return ""
    return f"{host}{path}?{sorted(query)}" if query else f"{host}{path}"


def publisher_of(event: Event) -> str:
    """Name who published an event: the site without its subdomains and ending, else the source."""
    if event.kind == "filing":
        return "sec"
    if not event.url:
        return event.source
    try:
        host = urlsplit(event.url[:2_000]).hostname or ""
    except ValueError:
        host = ""
    labels = host.split(".")
    if len(labels) < 2 or labels[-1].isdigit():
        return event.source
    place = -3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND else -2
    return _SITES.get(labels[place], labels[place])


def credit_of(event: Event) -> str:
    """Name the agency or wire whose text an event says it carries; "" for the publisher's own."""
    tail = event.body[-_TAIL:] if len(event.body) > _HEAD else ""
    ends = f"{event.title[-80:]} {event.body[:_HEAD]}\n{tail}".lower()
    authors = " ".join(event.authors[:3])[:200].lower()
    for credit, signs in _CREDITS.items():
        for sign in signs:
            if sign in ends:
                return credit
        if authors and credit in authors:
            return credit
    return ""


def series_of(title: str) -> int:
    """Give how many folded words of a title stand before a colon or bullet, the first with two or more; else 0."""
    for found in _COLON.finditer(title, 0, 120):
        words = len(split_words(title[: found.start()]))
        if words > 1:
            return words
    return 0


def sketch(words: Sequence[str]) -> list[int]:
    """Give the smallest hashes of a text's shingles, in order; empty for a text of a few words."""
    shingles = set(map(" ".join, zip(*(words[i:] for i in range(SHINGLE)), strict=False)))
    if len(shingles) < FEW_SHINGLES:
        return []
    return sorted(set(map(zlib.crc32, map(str.encode, shingles))))[:SKETCH]


def likeness(one: Collection[int], other: Collection[int]) -> float:
    """Estimate which share of all their shingles two texts have in common; 0 if either has no sketch."""
    both = {*one} & {*other}
    if not both:
        return 0.0
    union = sorted({*one, *other})[: min(SKETCH, max(len(one), len(other)))]
    return len(both.intersection(union)) / len(union)


def title_mark(title: dict[str, int], skeleton: Sequence[str]) -> str:
    """Give the mark of a title that says enough to be found by; "" for `Press release` and the like."""
    told = [weight for weight in title.values() if weight > 1]
    return mark(*skeleton) if len(told) > 1 and sum(told) >= TELLING else ""
