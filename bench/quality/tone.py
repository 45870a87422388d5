"""How well tone is told: SEntFiN by entity, Financial PhraseBank as a whole, and headlines of our own.

Of both corpora only the held-out half is measured. SEntFiN's other half was learned from; nothing was from
PhraseBank. Lexicons are measured beside, if they happen to be installed (tone_lexicons.py).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from alertd.companies.mentions import Mention
from alertd.enrich.draft import Draft, Field
from alertd.enrich.tone import add_tone
from alertd.model import CompanyMention, Event
from alertd.text.fold import Tokens
from alertd.text.written import NEUTRAL
from bench.quality.measured import SETS, Goal, Measured, f1, is_dev, macro_f1, ratio
from bench.quality.tone_lexicons import Text, lexicon_rows
from bench.report import Row

LABELS = ("negative", "neutral", "positive")
SIGNS = {"-": "negative", "0": "neutral", "+": "positive"}
EDGES = (0.0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9)
"""Where the bins of the tables of calibration begin."""
FEWEST = 50
"""Cases of a bin; a smaller one joins the one before."""
Bins = list[tuple[float, list["Said"]]]


@dataclass(frozen=True, slots=True)
class Said:
    """One case: what is true and what came out."""

    true: str
    score: float
    confidence: float = 0.0

    @property
    def label(self) -> str:
        """The class of the score."""
        return "neutral" if abs(self.score) < NEUTRAL else "positive" if self.score > 0 else "negative"

    @property
    def right(self) -> bool:
        """Whether that is the true class."""
        return self.label == self.true

    @property
    def signed(self) -> bool:
        """Whether the truth has the sign of the score."""
        return self.true == ("positive" if self.score > 0 else "negative")


def measure(shared: Path) -> Measured:
    """Measure what is there; docs/sentiment.md explains the tables."""
    corpora = {"sentfin.jsonl": _sentfin, "phrasebank-50agree.jsonl": _phrasebank}
    there = {name: part for name, part in corpora.items() if (shared / "news" / name).exists()}
    parts = [part(_lines(shared / "news" / name)) for name, part in there.items()]
    parts.append(_own())
    missing = [f"news/{name} is not there" for name in corpora if name not in there]
    missing += dict.fromkeys(line for part in parts for line in part.missing)
    return Measured(
        goals=[goal for part in parts for goal in part.goals],
        tables=[table for part in parts for table in part.tables],
        missing=missing,
        wrong=parts[-1].wrong,
    )


def tone_of(text: str, names: Mapping[str, int], field: Field = "title") -> Event:
    """Give an event of a text in which names stand at places, with its tone."""
    title, body = (text, "") if field == "title" else ("", text)
    event = Event(language="en", title=title, body=body, companies=[CompanyMention(id=name) for name in names])
    mentions = [
        Mention(company=name, field=field, start=at, end=at + len(name), way="name") for name, at in names.items()
    ]
    draft = Draft(event, {"title": Tokens(title), "body": Tokens(body)}, tuple(mentions))
    add_tone(draft)
    return draft.event


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


# --- SEntFiN ----------------------------------------------------------------------------------------------


def _sentfin(lines: Sequence[dict[str, Any]]) -> Measured:
    held = [line for line in lines if not is_dev(line["title"])]
    single = [line for line in held if len(set(line["entities"].values())) == 1]
    mixed = [line for line in held if len(set(line["entities"].values())) > 1]
    known, alone = list(_entities(held)), list(_entities(held, alone=True))
    wholes = [Said(next(iter(line["entities"].values())), *_whole(line["title"])) for line in single]
    goals = [
        _goal("SEntFiN, by company: macro-F1", known, 0.75),
        _goal("SEntFiN, by company, the others not known: macro-F1", alone, 0.75),
        *_calibrated("SEntFiN, by company", known),
        *_calibrated("SEntFiN, whole headlines", wholes, confident=True),
        Goal("SEntFiN, whole headlines: mean gap of confidence and accuracy", _gap(wholes), 0.05, True, len(wholes)),
    ]
    rows = [
        _row("by company", known),
        _row("by company, the others not known", alone),
        _row("  of headlines in which all have one sentiment", list(_entities(single))),
        _row("  of headlines in which they differ", list(_entities(mixed))),
        _row("whole headlines with one sentiment", wholes),
    ]
    labelled = [(line["title"], set(line["entities"].values())) for line in lines]
    texts = [Text(title, next(iter(said))) for title, said in labelled if len(said) == 1]
    compared, missing = lexicon_rows(texts, LABELS)
    return Measured(
        goals,
        [
            ("SEntFiN, held-out half", rows),
            ("SEntFiN by company: |score| and the share that truly has its sign", _bins(known, by_score=True)),
            ("SEntFiN headlines: confidence and the share that is right", _bins(wholes, by_score=False)),
            ("SEntFiN headlines with one sentiment: installed lexicons", compared),
        ],
        missing,
    )


def _entities(lines: Sequence[dict[str, Any]], *, alone: bool = False) -> Iterator[Said]:
    for line in lines:
        places = {name: line["title"].find(name) for name in line["entities"]}
        places = {name: at for name, at in places.items() if at >= 0}
        for group in [{name: at} for name, at in places.items()] if alone else [places]:
            for company in tone_of(line["title"], group).companies:
                yield Said(line["entities"][company.id], company.sentiment or 0.0)


def _whole(text: str, field: Field = "title") -> tuple[float, float]:
    found = tone_of(text, {}, field).sentiment
    return (found.score, found.confidence) if found is not None else (0.0, 0.0)


# --- Financial PhraseBank ---------------------------------------------------------------------------------


def _phrasebank(lines: Sequence[dict[str, Any]]) -> Measured:
    held = [line for line in lines if not is_dev(line["text"])]
    titles = [Said(line["label"], *_whole(line["text"])) for line in held]
    bodies = [Said(line["label"], *_whole(line["text"], "body")) for line in held]
    compared, missing = lexicon_rows([Text(line["text"], line["label"]) for line in lines], LABELS)
    return Measured(
        [
            _goal("PhraseBank, nothing learned from it: macro-F1", titles, 0.68),
            *_calibrated("PhraseBank", titles, confident=True),
        ],
        [
            ("Financial PhraseBank, held-out half", [_row("as title", titles), _row("as body", bodies)]),
            ("PhraseBank: |score| and the share that truly has its sign", _bins(titles, by_score=True)),
            ("PhraseBank: confidence and the share that is right", _bins(titles, by_score=False)),
            ("PhraseBank: installed lexicons", compared),
        ],
        missing,
    )


# --- headlines of our own ---------------------------------------------------------------------------------


def _own() -> Measured:
    cases = yaml.safe_load((SETS / "tone.yaml").read_text("utf-8"))
    kinds: dict[str, list[tuple[Said, bool]]] = {}
    wrong: list[str] = []
    for case in cases:
        of: dict[str, str] = case.get("of", {})
        event = tone_of(case["text"], {name: case["text"].index(name) for name in of})
        assert event.sentiment is not None
        said = {name: (SIGNS[of[name]], score) for name, score in ((c.id, c.sentiment) for c in event.companies)}
        if "all" in case:
            said["the whole"] = (SIGNS[case["all"]], event.sentiment.score)
        for name, (true, score) in said.items():
            one = Said(true, score or 0.0)
            kinds.setdefault(case["kind"], []).append((one, name == "the whole"))
            if not one.right:
                wrong.append(f"{case['text']} | {name}: {one.score:+.2f}, should be {true}")
    every = [pair for pairs in kinds.values() for pair in pairs]
    wholes, companies = [one for one, whole in every if whole], [one for one, whole in every if not whole]
    rows = [_kind_row(kind, pairs) for kind, pairs in kinds.items()]
    goals = [
        Goal("own headlines, as a whole: right", _share(wholes), 0.9, of=len(wholes)),
        Goal("own headlines, by company: right", _share(companies), 0.8, of=len(companies)),
    ]
    return Measured(goals, [("headlines of our own", rows)], (), wrong)


def _kind_row(kind: str, pairs: Sequence[tuple[Said, bool]]) -> Row:
    return {"kind": kind, "cases": len(pairs), "right": _share([one for one, _ in pairs])}


# --- tables -----------------------------------------------------------------------------------------------


def _share(said: Sequence[Said]) -> float:
    return ratio(sum(one.right for one in said), len(said))


def _goal(what: str, said: Sequence[Said], goal: float) -> Goal:
    return Goal(what, macro_f1([(one.true, one.label) for one in said], LABELS), goal, of=len(said))


def _row(what: str, said: Sequence[Said]) -> Row:
    row: Row = {"": what, "cases": len(said)}
    for label in LABELS:
        hits = sum(one.right for one in said if one.true == label)
        precision = ratio(hits, sum(one.label == label for one in said))
        row[f"F1 {label}"] = round(f1(precision, ratio(hits, sum(one.true == label for one in said))), 3)
    row["macro-F1"] = round(macro_f1([(one.true, one.label) for one in said], LABELS), 3)
    row["right"] = round(_share(said), 3)
    return row


def _binned(said: Sequence[Said], key: Callable[[Said], float]) -> Bins:
    """Sort cases into bins by a figure in [0, 1]."""
    bins: Bins = []
    for low, high in zip(EDGES, (*EDGES[1:], 1.01), strict=True):
        part = [one for one in said if low <= key(one) < high]
        if len(part) >= FEWEST or not bins:
            bins.append((low, part))
        else:
            bins[-1][1].extend(part)
    return [(low, part) for low, part in bins if part]


def _bins(said: Sequence[Said], *, by_score: bool) -> list[Row]:
    binned = _binned(said, _size if by_score else _confidence)
    return [
        {
            "from": f"{low:.2f}",
            "cases": len(part),
            "mean": sum((_size if by_score else _confidence)(one) for one in part) / len(part),
            "share": ratio(sum(one.signed if by_score else one.right for one in part), len(part)),
        }
        for low, part in binned
    ]


def _size(one: Said) -> float:
    return abs(one.score)


def _confidence(one: Said) -> float:
    return one.confidence


def _calibrated(what: str, said: Sequence[Said], *, confident: bool = False) -> list[Goal]:
    """Count the steps from bin to bin at which accuracy falls by more than chance; there should be none."""
    goals = [Goal(f"{what}: falls of accuracy with |score|", _falls(_bins(said, by_score=True)), 0, True, len(said))]
    if confident:
        falls = _falls(_bins(said, by_score=False))
        goals.append(Goal(f"{what}: falls of accuracy with confidence", falls, 0, True, len(said)))
    return goals


def _falls(rows: Sequence[Row]) -> int:
    """Count the falls of more than two standard errors."""
    return sum(
        _drop(before, after) > 2 * (_variance(before) + _variance(after)) ** 0.5 for before, after in pairwise(rows)
    )


def _drop(before: Row, after: Row) -> float:
    return float(before["share"]) - float(after["share"])


def _variance(row: Row) -> float:
    share = float(row["share"])
    return share * (1 - share) / float(row["cases"])


def _gap(said: Sequence[Said]) -> float:
    rows = _bins(said, by_score=False)
    return sum(float(row["cases"]) * abs(float(row["mean"]) - float(row["share"])) for row in rows) / len(said)
