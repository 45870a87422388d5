"""A rules directory for measurements: files of portfolios, 50 rules each, as a desk would write them."""

from __future__ import annotations

import math
from pathlib import Path
from random import Random

from alertd.companies.registrants import Registrants
from alertd.companies.table import load_registrants
from bench.generate import RuleMaker
from bench.language import SEED, zipf

PER_FILE = 50
HELD = 24
_FORMS = ("8-K", "10-Q", "10-K", "S-1")


def write_rules(directory: Path, count: int) -> list[Path]:
    """Write so many rules; gives the files."""
    random = Random(SEED + count)
    maker = RuleMaker(random, count)
    registrants = load_registrants().registrants
    folder = directory / "portfolios"
    folder.mkdir(parents=True)
    files = []
    for number in range(math.ceil(count / PER_FILE)):
        files.append(folder / f"book-{number:05d}.yaml")
        files[-1].write_text(portfolio_text(random, maker, registrants, number))
    return files


def portfolio_text(random: Random, maker: RuleMaker, registrants: Registrants, number: int) -> str:
    """Write one file."""
    tickers = list(registrants.tickers)[:5_000]
    held = dict.fromkeys(random.choices(tickers, cum_weights=zipf(len(tickers), 0.75), k=HELD))
    holdings = "".join(f'  - {{ticker: "{ticker}", weight: {100 / len(held):.2f}%}}\n' for ticker in held)
    rules = "".join(_rule(random, maker, i) for i in range(PER_FILE))
    return (
        f"portfolio: book-{number:05d}\ntitle: Book {number}\ntimezone: America/New_York\nreceivers: [desk]\n"
        f"holdings:\n{holdings}rules:\n{rules}"
    )


def _rule(random: Random, maker: RuleMaker, number: int) -> str:
    """Write a rule; the first of a file asks for words and companies alone."""
    terms = [f'"{term}"' for term in maker.some_terms()]
    parts = [f"text: [{', '.join(terms)}]", "mentions: holdings"]
    if number and random.random() < 0.2:
        parts.append(f"form: {random.choice(_FORMS)}")
    if number and random.random() < 0.15:
        parts.append(f'sentiment: "<= -0.{random.choice((3, 4, 5))}"')
    when = "".join(f"        - {part}\n" for part in parts)
    return f"  - id: rule-{number}\n    title: Rule {number}\n    severity: medium\n    when:\n      all:\n{when}"
