"""Companies in text: SEntFiN headlines, EDGAR's names, and our own set of ambiguous words, tags and round-ups.

SEntFiN: the rows of the alias list that are companies are declared; its other rows (sectors, markets, commodities)
are not, and neither are aliases that two companies have. Right is a company that is found and that an entity of the
headline means; wrong is one that is found and that none means, also where the annotators left out a name that is
there. Companies outside of the list do not count. EDGAR: each name that an entry of the polls has, once, in a title
without its CIK. sets/companies.yaml was written for this part and looked at while the rules were made: it shows
that they hold, no more.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

from alertd.base.yaml import load_yaml
from alertd.companies.finder import CompanyFinder
from alertd.companies.model import Company
from alertd.companies.names import registrant_id
from alertd.companies.ordinary import word_set
from alertd.companies.table import CompanyTable, load_registrants
from alertd.text.fold import Tokens
from bench.quality.measured import SETS, Goal, Measured, is_dev, ratio
from bench.report import Row

_ALIASES = "reference/indian-companies-aliases.csv"
_HEADLINES = "news/sentfin.jsonl"
_POLLS = "edgar/getcurrent"
_LEGAL = word_set("ltd limited inc corp corporation")
_BANKS = word_set("""
    UNITEDBNK DENABANK ALBK SBT ANDHRABANK UCOBANK VIJAYABANK GEPIL SKFINDIA DCMSHRIRAM MERCK IOB SBIN INDIANB
    MYSOREBANK PNB PGHH SIEMENS
    """)
"""Rows of the list that are companies although none of their aliases has a legal form. The others without one are
sectors, markets, commodities and currencies (`private banks`, `stocks`, `Rupee`), which are no companies."""
_NO_COMPANIES = frozenset({"STOCKEXCHNG", "PSU"})
"""Rows with one that are none: exchanges with their indices, and state-owned companies as a group."""
_TAIL = word_set("ltd limited co company corp corporation inc plc shares share stock stocks scrip")
"""Words at the end of an entity that leave the company what it is."""
_TITLE = re.compile(r"<title>([^<]*?) - ([^<]*) \((\d{10})\) \((Filer|Issuer|Subject|Filed by|Reporting)\)</title>")


@dataclass
class Score:
    """Counts of one half of a set."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    lines: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """The part of what was found that is right."""
        return ratio(self.right, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """The part of what is there that was found."""
        return ratio(self.right, self.right + self.missed)


def measure(shared: Path) -> Measured:
    """Measure what can be."""
    goals: list[Goal] = []
    tables: list[tuple[str, list[Row]]] = []
    missing: list[str] = []
    wrong: list[str] = []
    if (shared / _HEADLINES).exists() and (shared / _ALIASES).exists():
        halves = headlines(shared)
        both = Score(*(sum(getattr(half, key) for half in halves.values()) for key in ("right", "wrong", "missed")))
        goals += [
            Goal("SEntFiN, companies: precision", both.precision, 0.95, of=both.right + both.wrong),
            Goal("SEntFiN, companies: recall", both.recall, 0.90, of=both.right + both.missed),
        ]
        tables.append(("SEntFiN headlines, companies by the alias list", [_row(n, s) for n, s in halves.items()]))
        wrong += halves["dev"].lines
    else:
        missing.append(f"SEntFiN: {_HEADLINES} or {_ALIASES} is not there")
    if (shared / _POLLS).exists():
        score, outside = edgar(shared)
        goals.append(Goal("EDGAR names without CIK: right CIK", score.recall, 0.97, of=score.right + score.missed))
        row: Row = {
            "names of registrants": f"{score.right + score.missed:,}", "right": f"{score.right:,}",
            "missed": f"{score.missed:,}", "names of others": f"{outside:,}",
            "taken for a registrant": f"{score.wrong:,}",
        }  # fmt: skip
        tables.append(("EDGAR names without their CIK", [row]))
        wrong += score.lines
    else:
        missing.append(f"EDGAR names: {_POLLS} is not there")
    for name, score in own_set().items():
        goals.append(
            Goal(
                f"own set, {name}",
                ratio(score.right, score.right + score.missed),
                0.95,
                of=score.right + score.missed,
            )
        )
        wrong += score.lines
    return Measured(goals, tables, missing, wrong)


def _row(name: str, score: Score) -> Row:
    return {
        "part": name, "precision": f"{score.precision:.3f}", "recall": f"{score.recall:.3f}",
        "right": f"{score.right:,}", "wrong": f"{score.wrong:,}", "missed": f"{score.missed:,}",
    }  # fmt: skip


def find(finder: CompanyFinder, title: str, body: str = "", language: str = "en") -> Mapping[str, str]:
    """Give what is found: company -> the words."""
    found = finder.find(Tokens(title), Tokens(body), language=language)
    return {m.company: (title if m.field == "title" else body)[m.start : m.end] for m in found.mentions}


# --- SEntFiN ------------------------------------------------------------------------------------------------------


def _listed(shared: Path) -> tuple[dict[str, tuple[str, ...]], _Owners]:
    """Give the aliases of the list's companies, each of one alone: what two have is a check error. And all owners."""
    with (shared / _ALIASES).open(encoding="utf-8") as lines:
        rows = {row["Symbol"]: [a.strip() for a in row["Entity"].split(", ")] for row in csv.DictReader(lines)}
    kept = {
        symbol: aliases
        for symbol, aliases in rows.items()
        if symbol not in _NO_COMPANIES
        and (
            symbol in _BANKS or any(_LEGAL.intersection(Tokens(alias).words) for alias in aliases if alias != symbol)
        )
    }
    owners = _owners(kept)
    return {
        symbol: tuple(alias for alias in aliases if len(owners[_bare(alias)]) == 1)
        for symbol, aliases in kept.items()
    }, owners


_Owners = dict[tuple[str, ...], set[str]]


def _owners(listed: Mapping[str, Sequence[str]]) -> _Owners:
    """Give whose an alias is, its legal form left out."""
    owners: _Owners = {}
    for symbol, aliases in listed.items():
        for alias in aliases:
            owners.setdefault(_bare(alias), set()).add(_slug(symbol))
    return owners


def _bare(text: str) -> tuple[str, ...]:
    words = list(Tokens(text).words)
    while len(words) > 1 and words[-1] in _TAIL:
        words.pop()
    return tuple(words)


def _slug(symbol: str) -> str:
    return "in-" + re.sub(r"[^a-z0-9]+", "-", symbol.lower()).strip("-")


def _declared(listed: Mapping[str, tuple[str, ...]]) -> CompanyTable:
    companies = [
        Company(id=_slug(symbol), name=aliases[0], aliases=aliases[1:])
        for symbol, aliases in listed.items()
        if aliases
    ]
    return load_registrants().with_declared(companies)


def headlines(shared: Path) -> dict[str, Score]:
    """Find companies in each headline.

    An entity counts if its text, the legal form and words such as `shares` left out, is an alias of one company of
    the list; a company that an entity names which two have is neither right nor wrong.
    """
    listed, owners = _listed(shared)
    table = _declared(listed)
    finder = CompanyFinder(table)
    halves = {"dev": Score(), "held": Score()}
    with (shared / _HEADLINES).open(encoding="utf-8") as lines:
        for line in lines:
            item = json.loads(line)
            title = item["title"]
            half = halves["dev" if is_dev(title) else "held"]
            named = [(entity, owners.get(_bare(_restored(entity, title)), set())) for entity in item["entities"]]
            wanted = {next(iter(meant)): entity for entity, meant in named if len(meant) == 1}
            unclear = {company for _, meant in named if len(meant) > 1 for company in meant}
            found = {c: w for c, w in find(finder, title).items() if c in table.declared and c not in unclear}
            half.right += len(wanted.keys() & found.keys())
            for company in found.keys() - wanted.keys():
                half.wrong += 1
                half.lines.append(f"SEntFiN, wrong {company} ({found[company]}): {title} {list(item['entities'])}")
            for company in wanted.keys() - found.keys():
                half.missed += 1
                half.lines.append(f"SEntFiN, missed {company} ({wanted[company]}): {title}")
    return halves


def _restored(entity: str, title: str) -> str:
    """Undo a slip of the corpus, which has put `neutral` for `Hold` within names."""
    return entity if entity in title else entity.replace("neutral", "Hold")


# --- EDGAR --------------------------------------------------------------------------------------------------------


def _names(shared: Path) -> Iterator[tuple[str, str, str, str]]:
    for page in sorted((shared / _POLLS).rglob("*.xml")):
        for form, name, cik, role in _TITLE.findall(page.read_text("iso-8859-1")):
            yield unescape(form), unescape(name), cik, role


def edgar(shared: Path) -> tuple[Score, int]:
    """Resolve each filer's name without its CIK, in a title such as `8-K - NVIDIA CORP (Filer)`."""
    table = load_registrants()
    finder = CompanyFinder(table)
    score, outside, seen = Score(), 0, set()
    for form, name, cik, role in _names(shared):
        if (name, cik) in seen:
            continue
        seen.add((name, cik))
        company = registrant_id(cik)
        if table.get(company) is None:
            outside += 1
            others = find(finder, f"{form} - {name} ({role})")
            if others:
                score.wrong += 1
                score.lines.append(f"EDGAR, not in the table: {name} {cik} -> {others}")
            continue
        found = find(finder, f"{form} - {name} ({role})")
        if set(found) == {company}:
            score.right += 1
        else:
            score.missed += 1
            score.lines.append(f"EDGAR, missed {name} {cik}: {found}")
    return score, outside


# --- our own set --------------------------------------------------------------------------------------------------


def own_set() -> dict[str, Score]:
    """Measure sets/companies.yaml: texts with all companies that they name, by ticker or id."""
    file = SETS / "companies.yaml"
    finder = CompanyFinder(load_registrants())
    scores: dict[str, Score] = {}
    for case in load_yaml(file.read_text("utf-8"), str(file)).value:
        score = scores.setdefault(case["part"], Score())
        title, body = case.get("title", ""), case.get("body", "")
        wanted = {_id(finder, name) for name in case["companies"]}
        found = set(find(finder, title, body, case.get("language", "en")))
        if found == wanted:
            score.right += 1
        else:
            score.missed += 1
            extra, lacking = sorted(found - wanted), sorted(wanted - found)
            score.lines.append(f"own set, {title or body}: found besides {extra}, not found {lacking}")
    return scores


def _id(finder: CompanyFinder, name: str) -> str:
    known = finder.table.resolve(name)
    return known.id if known is not None else name
