"""Event types: on SENTiVENT's sentences by a mapping of its subtypes to ours, and on sets of our own.

SENTiVENT labels whatever event a sentence mentions, also past, planned, denied and hoped-for ones; so a type counts
there whatever its status. A sentence is given as the title of an item: it has no other text. A type that we find is
right if the sentence carries one of the labels that it answers to. A label counts as found if one of the types that
answer to it is found. Labels that no type of ours answers to are left out, and so are types without a label.

Of each half there are two readings. The one that the goals are about counts what a rule may ask for. The other adds
what was recognised and then dropped, because it was told of years ago or only asked: the labels know no time, so this
is what the conditions of the types find.

In our own sets a type counts as found if it is announced or reported: rules see others only where they name them.
"""

from __future__ import annotations

import functools
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import yaml

from alertd.enrich.enricher import Enricher
from alertd.model import Event
from alertd.rules.loader import load_rules
from alertd.rules.match import Matcher
from bench.quality.measured import SETS, Goal, Measured, f1, is_dev, ratio
from bench.report import Row

RULES = Path(__file__).parents[2] / "rules"
CORPUS = "news/sentivent-events.jsonl"
WRITTEN = "2017-12-01T00:00:00.000Z"
"""About when the corpus was written: what "in 2016" is to a reader depends on it."""
SURE = {"compute_lease", "contract_dispute", "contract_termination"}
"""The types that our set `types.yaml` is about."""


class Label(NamedTuple):
    """What answers to labels of SENTiVENT."""

    labels: tuple[str, ...]
    types: tuple[str, ...]
    """Finding one of them finds the label."""
    why: str
    also: tuple[str, ...] = ()
    """Labels beside which one of these types is right, too, though nothing need be found for them."""
    counts: bool = True
    """Whether both mean the same thing, so that it counts in the totals; else it is only shown."""


_DEALS = ("Merger/Acquisition.None", "Investment.None")
_RATINGS = ("BuyOutperform", "Hold", "SellUnderperform", "Maintain", "Credit/Debt", "None")
_FIGURES = ("Increase", "Decrease", "Stable")
_RESULTS = ("Revenue", "Profit/Loss")
_STATE = ("FinancialReport.Beat", "FinancialReport.Miss")
"""Given to whatever speaks well or ill of a company's state, or of a survey: debt, cash, passengers, hopes. Of
14 that were missed in the half `dev`, drawn by lot, three told of results and one of an outlook. So they make results
right, and need not be found; WIDER counts them."""

MAPPING: tuple[Label, ...] = (
    Label(
        ("Merger/Acquisition.None",),
        ("acquisition", "divestiture", "tender_offer"),
        "one label for both sides of a purchase; an agreement to sell a business may carry Deal instead",
        ("Deal.None", "Investment.None"),
    ),
    Label(
        ("Dividend.Payment", "Dividend.YieldRaise", "Dividend.YieldReduction"),
        ("dividend_change",),
        "paid, raised or cut; a yield that is only told is no event of ours",
        ("Dividend.None", "Dividend.YieldStable"),
    ),
    Label(("Rating.PriceTarget",), ("price_target",), "the same"),
    Label(
        ("Rating.Upgrade", "Rating.Downgrade"),
        ("rating_change",),
        "ours is a change; an opinion that is only told is none",
        tuple(f"Rating.{name}" for name in _RATINGS),
    ),
    Label(
        tuple(f"{figure}.{way}_{figure}" for figure in _RESULTS for way in ("Increase", "Decrease")),
        ("results", "guidance", "guidance_raise", "guidance_cut"),
        "revenue and profit that rose or fell, or are to: what is foreseen has the same label there and types of its "
        "own here; comparable stores' sales are results here, volume there",
        (
            *_STATE,
            *(
                f"{figure}.{way}"
                for figure in (*_RESULTS, "SalesVolume", "FinancialReport")
                for way in ("None", *(f"{way}_{figure}" for way in _FIGURES))
            ),
        ),
    ),
    Label(
        ("Legal.Proceeding", "Legal.Appeal", "Legal.Conviction/Settlement"),
        ("litigation", "settlement", "regulatory_action", "contract_dispute"),
        "suits and probes, and how they end, whoever brings them; a regulator's word on a merger is labelled as one",
        ("Legal.None", "Merger/Acquisition.None"),
    ),
    Label(
        ("Employment.Start", "Employment.End"),
        ("executive_change", "layoffs"),
        "who comes and who goes, one or many",
        ("Employment.None", "Employment.Compensation"),
    ),
    Label(
        ("Deal.None",),
        ("material_agreement", "supply_agreement", "contract_award", "joint_venture", "compute_lease"),
        "not the same: it also holds promises, tax incentives, pacts with unions, and what is only said of a deal",
        _DEALS,
        counts=False,
    ),
)
"""Left out: subtypes that we have no type for (CSR/Brand, Expense, Facility, Investment, Macroeconomics, SalesVolume,
SecurityValue, launches), and those that hold several things of which ours are few: Financing (loans and funding
rounds beside offerings), Product/Service.Cancellation/Recall (discontinued products) and Trial (of any product)."""

WIDER: tuple[Label, ...] = tuple(
    line._replace(labels=(*_STATE, *line.labels)) if "results" in line.types else line for line in MAPPING
)
"""The mapping that counts what is said well or ill of a company's state as results that are to be found."""

SUPPOSED = re.compile(
    r"\b(?:if|unless|would|could|may|might|should|can|will|likely|plans?|planned|hopes?|hoped|believes?|thinks?|"
    r"expects?|expected|forecasts?|estimates?|projected|potential|next year|years? ago|since|previously|"
    r"over the (?:past|last)|in (?:19|20)\d\d|history|historically)\b",
    re.IGNORECASE,
)
"""Words that go with what is hoped, thought, foreseen or long past. The corpus in its full form says of each label
whether it is certain; the file that we have does not, so the reading without these is a guess at it."""


def measure(shared: Path) -> Measured:
    """Measure SENTiVENT's halves, and our own sets."""
    finder = Finder()
    goals: list[Goal] = []
    tables: list[tuple[str, Sequence[Row]]] = []
    missing: list[str] = []
    wrong: list[str] = []
    if (shared / CORPUS).exists():
        _corpus(finder, shared / CORPUS, goals, tables)
    else:
        missing.append(f"SENTiVENT: there is no {shared / CORPUS}")
    for path in sorted(SETS.glob("types*.yaml")):
        _own(finder, path, goals, tables, wrong)
    return Measured(goals, tables, missing, wrong)


class Finder:
    """Reads an event in full, as the daemon does, by the shipped rules."""

    def __init__(self) -> None:
        loaded = load_rules(RULES)
        self._matcher = Matcher(loaded.book, understanding=Enricher.of(loaded.book.event_types, loaded.table))

    def statuses(self, **fields: Any) -> dict[str, str]:
        """Give the types that an event reports, each with its status."""
        return self.seen(**fields)[0]

    def seen(self, **fields: Any) -> tuple[dict[str, str], set[str]]:
        """Give the types that an event reports, with their statuses, and what was dropped again (not types alone)."""
        event = msgspec.convert({"id": "ev_measured", "language": "en", **fields}, Event)
        read = self._matcher.read(event)
        return {found.type: found.status for found in read.event.event_types}, {what for what, _ in read.refused}


class Counted(NamedTuple):
    """How often types were right, and labels found."""

    said: int
    right: int
    there: int
    found: int
    strictly: int
    """Of those right, how many beside a label that counts itself, and not one that makes them right as well."""

    @property
    def precision(self) -> float:
        """Of what was said, what was right."""
        return ratio(self.right, self.said)

    @property
    def recall(self) -> float:
        """Of what was there, what was found."""
        return ratio(self.found, self.there)

    def plus(self, other: Counted) -> Counted:
        """Add two counts."""
        return Counted(*(one + two for one, two in zip(self, other, strict=True)))


NOTHING = Counted(0, 0, 0, 0, 0)


def count(found: Iterable[str], labels: Iterable[str], mapping: Sequence[Label] = MAPPING) -> dict[int, Counted]:
    """Count one sentence for each line of the mapping, by its number."""
    said, there = set(found), set(labels)
    counts = {}
    for number, line in enumerate(mapping):
        mine = said & set(line.types)
        labelled = not there.isdisjoint(line.labels)
        right = len(mine) if labelled or not there.isdisjoint(line.also) else 0
        counts[number] = Counted(len(mine), right, int(labelled), int(labelled and bool(mine)), right * labelled)
    return counts


DROPPED = "the same, with what was recognised and dropped as past or asked"
STATE = "the same, with what is said of a company's state (WIDER)"
PLAIN = "the same, in sentences without a word of hope, doubt or long ago"


def _corpus(finder: Finder, path: Path, goals: list[Goal], tables: list[tuple[str, Sequence[Row]]]) -> None:
    halves: dict[str, dict[int, Counted]] = {"dev": {}, "held": {}}
    readings = {half: dict.fromkeys((DROPPED, STATE, PLAIN), NOTHING) for half in halves}
    for sentence in _sentences(path):
        half = "dev" if is_dev(sentence["text"]) else "held"
        sums, read, labels = halves[half], readings[half], sentence["subtypes"]
        statuses, dropped = finder.seen(title=sentence["text"], event_at=WRITTEN)
        for number, one in count(statuses, labels).items():
            sums[number] = sums.get(number, NOTHING).plus(one)
        read[DROPPED] = read[DROPPED].plus(_counting(count({*statuses, *dropped}, labels)))
        read[STATE] = read[STATE].plus(_counting(count(statuses, labels, WIDER)))
        if not SUPPOSED.search(sentence["text"]):
            read[PLAIN] = read[PLAIN].plus(_counting(count(statuses, labels)))
    for half, counts in halves.items():
        total = _counting(counts)
        goals.append(Goal(f"SENTiVENT, precision ({half})", total.precision, 0.80, of=total.said))
        goals.append(Goal(f"SENTiVENT, recall ({half})", total.recall, 0.55, of=total.there))
        wider = readings[half][STATE]
        goals.append(Goal(f"SENTiVENT, recall, with a company's state ({half})", wider.recall, 0.55, of=wider.there))
        rows = [_row(", ".join(MAPPING[n].types), one, MAPPING[n].counts) for n, one in sorted(counts.items())]
        rows.append(_row("all that count", total, True))
        rows += [_row(reading, one, False) for reading, one in readings[half].items()]
        rows.append(_row("all", _total(counts.values()), False))
        tables.append((f"SENTiVENT, {half}", rows))


def _counting(counts: Mapping[int, Counted]) -> Counted:
    return _total(one for number, one in counts.items() if MAPPING[number].counts)


def _total(counts: Iterable[Counted]) -> Counted:
    return functools.reduce(Counted.plus, counts, NOTHING)


def _row(types: str, one: Counted, counted: bool) -> Row:
    return {
        "types": types, "counts": "yes" if counted else "no", "found": one.said, "precision": f"{one.precision:.2f}",
        "strictly": f"{ratio(one.strictly, one.said):.2f}", "labelled": one.there, "recall": f"{one.recall:.2f}",
    }  # fmt: skip


def _sentences(path: Path) -> Iterator[Mapping[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _own(
    finder: Finder, path: Path, goals: list[Goal], tables: list[tuple[str, Sequence[Row]]], wrong: list[str]
) -> None:
    entries = yaml.safe_load(path.read_text("utf-8"))
    asked = SURE if path.stem == "types" else {kind for entry in entries for kind in entry["types"]}
    hits: Counter[str] = Counter()
    said: Counter[str] = Counter()
    there: Counter[str] = Counter()
    for entry in entries:
        field = entry.get("field", "title")
        filing = {"kind": "filing", "form": entry["form"], "items": entry.get("items", [])} if "form" in entry else {}
        statuses = finder.statuses(**{field: entry["text"]}, **filing)
        found = {kind for kind, status in statuses.items() if status in ("announced", "reported")} & asked
        wanted = set(entry["types"]) & asked
        hits.update(found & wanted)
        said.update(found)
        there.update(wanted)
        wrong += [f"{path.stem}: {kind} found wrongly: {entry['text']}" for kind in sorted(found - wanted)]
        wrong += [f"{path.stem}: {kind} not found: {entry['text']}" for kind in sorted(wanted - found)]
    rows: list[Row] = []
    for kind in sorted(asked):
        precision, recall = ratio(hits[kind], said[kind]), ratio(hits[kind], there[kind])
        if path.stem == "types":
            goals.append(Goal(f"own set, precision of {kind}", precision, 0.9, of=said[kind]))
        rows.append({
            "type": kind, "found": said[kind], "precision": f"{precision:.2f}", "labelled": there[kind],
            "recall": f"{recall:.2f}", "f1": f"{f1(precision, recall):.2f}",
        })  # fmt: skip
    if path.stem != "types":
        goals.append(
            Goal(f"own set {path.stem}, precision", ratio(hits.total(), said.total()), 0.85, of=said.total())
        )
        goals.append(Goal(f"own set {path.stem}, recall", ratio(hits.total(), there.total()), 0.55, of=there.total()))
    tables.append((f"our own sentences ({path.stem}.yaml, {len(entries)})", rows))
