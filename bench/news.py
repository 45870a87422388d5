"""News items for measurements: of a seeded generator, or stories of Reuters-21578 where they lie beside us."""

from __future__ import annotations

import gzip
import html
import itertools
import re
from pathlib import Path
from random import Random

from alertd.companies.model import Company, Listing
from alertd.companies.registrants import Registrants
from alertd.model import Event
from bench.language import SEED, language

WORDS = 400
REUTERS = Path(__file__).parents[2] / "shared" / "data" / "news" / "reuters21578"
AT = "2026-03-02T14:30:00.000Z"

_TITLES = (
    "{a} agrees to lease {n} megawatts of compute to {b} for ${m} million a year",
    "{a} to buy {b} for ${m} million in cash and stock",
    "{a} cuts full-year guidance as demand weakens",
    "{a} sues {b} over supply agreement worth ${m} million",
    "{a} third-quarter profit rises {n} percent, beats estimates",
    "{a} names new chief financial officer",
    "{a} recalls {n},000 units after complaints",
    "Analysts raise price target on {a} to ${n}",
)
_SENTENCES = (
    "{a} said on Tuesday that revenue rose {n} percent to ${m} million in the quarter, helped by demand from {b}.",
    "The agreement runs for {t} years and is worth between ${m} million and ${m2} million a year, both said.",
    "Either party may terminate the contract on 90 days' notice if regulators object.",
    "Shares of {a} (NYSE: {x}) fell {n} percent in early trading, while {b} gained.",
    "People familiar with the matter said {b} had considered a rival offer before talks ended.",
    "Net income was ${m} million, or ${n}.{t} per share, compared with a loss of ${m2} million a year earlier.",
    "“We are pleased with the progress that our teams have made,” the chief executive of {a} said in a statement.",
    "The company did not comment on whether it would appeal the decision of the court.",
    "{a}, which supplies {b} and others, expects capital spending of about ${m} million next year.",
)


def companies(count: int) -> Registrants:
    """Give a table with so many companies: the packaged one, cut short, or with made-up names at its end."""
    from alertd.companies.table import load_registrants

    packaged = load_registrants().registrants
    chosen = dict(itertools.islice(packaged.companies.items(), count))
    random = Random(SEED + count)
    words = language().words
    endings = ("Inc", "Corp", "Holdings Ltd", "Group PLC", "Technologies Inc", "Energy LLC", "Bancorp")
    while len(chosen) < count:
        number = f"{9_000_000_000 + len(chosen)}"
        name = " ".join(word.capitalize() for word in random.sample(words, 2 if random.random() < 0.8 else 1))
        chosen[f"cik-{number}"] = Company(
            id=f"cik-{number}", name=f"{name} {random.choice(endings)}", cik=number,
            listings=(Listing(f"Q{len(chosen):X}", "NYSE"),),
        )  # fmt: skip
    return Registrants(chosen, packaged.as_of, "bench", f"bench-{count}")


def generated(count: int, table: Registrants, words: int = WORDS) -> list[Event]:
    """Write items that name one to six companies of the table; between what they say stands other text."""
    random = Random(SEED)
    known = list(table.companies.values())[:5_000]
    filler = list(language().words[:6_000])
    return [_item(random, number, known, filler, words) for number in range(count)]


class Wire:
    """Writes item after item, the same under the same number: what daemons are measured with."""

    def __init__(self, words: int) -> None:
        self._known = list(companies(10_000).companies.values())[:5_000]
        self._filler = list(language().words[:6_000])
        self._words = words

    def item(self, number: int) -> Event:
        """Write one; without words it is its headline."""
        return _item(Random(number), number, self._known, self._filler, self._words)

    def characters(self, items: int = 500) -> int:
        """Say how large an item is, headline and text, on the average of so many."""
        return sum(len(item.title) + len(item.body) for item in map(self.item, range(items))) // items


def _item(random: Random, number: int, known: list[Company], filler: list[str], words: int) -> Event:
    cast = random.sample(known, random.choice((1, 2, 2, 3, 4, 6)))

    def said(pattern: str) -> str:
        a, b = random.choice(cast), random.choice(cast)
        low = random.randint(2, 900)
        return pattern.format(
            a=_name(a), b=_name(b), x=a.listings[0].ticker if a.listings else "XXX", n=random.randint(2, 40), m=low,
            m2=low + random.randint(5, 300), t=random.randint(2, 15),
        )  # fmt: skip

    body: list[str] = []
    length = 0
    while length < words:
        plain = random.random() < 0.55
        made = " ".join(random.choices(filler, k=18)).capitalize() + "." if plain else said(random.choice(_SENTENCES))
        body.append(made)
        length += made.count(" ") + 1
    lines = (" ".join(body[i : i + 3]) for i in range(0, len(body), 3))
    title = said(random.choice(_TITLES))
    return Event(id=f"ev_{number}", source="wire", title=title, body="\n".join(lines), seen_at=AT, event_at=AT)


def _name(company: Company) -> str:
    """Write a name as the wires do: not shouted, without the state."""
    return " ".join(part.capitalize() if part.isupper() and len(part) > 3 else part for part in company.name.split())


_STORY = re.compile(r"<TITLE>(.*?)</TITLE>.*?<BODY>(.*?)</BODY>", re.DOTALL)


def reuters(count: int, least: int = 300, most: int = 500) -> list[Event]:
    """Give full stories of about 400 words; none where the collection is not there. For measuring alone."""
    found: list[Event] = []
    for file in sorted(REUTERS.glob("*.sgm.gz")):
        text = gzip.decompress(file.read_bytes()).decode("latin-1")
        for title, body in _STORY.findall(text):
            if least <= body.count(" ") <= most:
                plain = html.unescape(body).replace("\x03", "").strip()
                name = f"ev_r{len(found)}"
                found.append(Event(id=name, source="wire", title=html.unescape(title), body=plain, event_at=AT))
            if len(found) == count:
                return found
    return found
