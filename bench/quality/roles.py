"""Parties, roles, things and status: measured on sentences of our own (`sets/roles.yaml`).

Given the type: the sentence is read with its companies and the words of its type marked, so that what is measured is
frames and status alone. Found: the sentence goes the whole way, with the companies declared and the shipped rules,
so that a type or a company that is not found counts against it as well.

A role is right if the company has exactly this role in this type (a party without a role, if the sentence does not
tell it); a role that is given to a company which has none is counted as wrong, too. Status is right if it is the one
written down; `none` means that the type is dropped, or never reported. Sentences 3, 6, 9… are held out.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from msgspec.structs import replace

from alertd.base.yaml import load_yaml
from alertd.companies.mentions import Mention
from alertd.enrich.draft import Draft, Field
from alertd.enrich.enricher import Enricher
from alertd.enrich.roles import Roles, frames_of
from alertd.enrich.status import Statuses
from alertd.model import Event, Party, ReportedType
from alertd.rules.loader import load_rules
from alertd.rules.match import Matcher
from alertd.text.fold import Tokens
from bench.quality.measured import SETS, Goal, Measured, ratio
from bench.report import Row

RULES = Path(__file__).parents[2] / "rules"
TITLE = "News in brief"
"""Of a sentence that stands in the body."""
AT = "2026-03-02T14:30:00.000Z"


class Case(NamedTuple):
    """One sentence with what it reports."""

    number: int
    text: str
    type: str
    at: str
    status: str
    roles: dict[str, str]
    asset: str | None
    field: Field

    @property
    def held_out(self) -> bool:
        """Whether it is only measured on."""
        return self.number % 3 == 2

    @property
    def event(self) -> Event:
        """The event that says it."""
        if self.field == "title":
            return Event(id=f"ev_{self.number}", title=self.text, event_at=AT, language="en")
        return Event(id=f"ev_{self.number}", title=TITLE, body=self.text, event_at=AT, language="en")


class _Score(NamedTuple):
    """What came out for one sentence."""

    case: Case
    right: int
    """Companies with the right role."""
    wrong: int
    """Companies with a wrong one, with one too many, or without theirs."""
    status: str
    asset: str | None
    said: str

    @property
    def status_right(self) -> bool:
        return self.status == self.case.status


def cases() -> tuple[list[Case], dict[str, list[str]]]:
    """Read the set: its sentences, and its companies with their names."""
    document: Any = load_yaml((SETS / "roles.yaml").read_bytes(), "roles.yaml").value
    made = [
        Case(
            number=number,
            text=entry["text"],
            type=entry["type"],
            at=entry["at"],
            status=entry["status"],
            roles=entry.get("roles", {}),
            asset=entry.get("asset"),
            field="body" if entry.get("body") else "title",
        )
        for number, entry in enumerate(document["sentences"])
    ]
    return made, document["companies"]


def measure(shared: Path) -> Measured:
    """Measure frames and status."""
    all_cases, names = cases()
    given, found = [*_given(all_cases, names)], [*_found(all_cases, names)]
    wrong = [line for score in given if not score.case.held_out for line in _complaints(score)]
    tables = [("given the type", _table(given)), ("by type", _by_type(given)), ("status", _by_status(given))]
    tables.append(("the whole way", _table(found)))
    there = [score for score in found if score.case.status == "none" or score.status != "none"]
    tables.append(("the whole way, where the type is found", _table(there)))
    tables.append(("the whole way, by type", _by_type(found)))
    held = [score for score in given if score.case.held_out]
    goals = [
        _goal("role right, given the type", given, _roles, 0.85),
        _goal("role right, given the type, held out", held, _roles, 0.85),
        _goal("status right, given the type", given, _status, 0.9),
        _goal("status right, given the type, held out", held, _status, 0.9),
    ]
    return Measured(goals, tables, (), tuple(wrong))


def _given(all_cases: Sequence[Case], names: dict[str, list[str]]) -> Iterator[_Score]:
    types = {rule.id: rule for rule in load_rules(RULES).book.event_types}
    frames = frames_of(types)
    statuses, roles = Statuses(types, frames), Roles(types, frames)
    for case in all_cases:
        draft = _draft(case, names)
        statuses(draft)
        roles(draft)
        found = next((r for r in draft.types if r.type == case.type), None)
        yield _score(case, found, "; ".join(reason for _, reason in draft.refused))


def _found(all_cases: Sequence[Case], names: dict[str, list[str]]) -> Iterator[_Score]:
    """Let the sentences go the whole way: companies found by their names, types by the shipped rules."""
    with TemporaryDirectory() as folder:
        rules = Path(folder) / "rules"
        shutil.copytree(RULES, rules)
        known = load_rules(rules).table
        invented = {company: written for company, written in names.items() if known.resolve(written[0]) is None}
        lines = [f"  - {{id: {c}, name: {n[0]}, aliases: {n[1:]}, private: true}}\n" for c, n in invented.items()]
        (rules / "companies" / "set.yaml").write_text("companies:\n" + "".join(lines), "utf-8")
        loaded = load_rules(rules)
    resolved = {company: loaded.table.resolve(written[0]) for company, written in names.items()}
    ids = {found.id: company for company, found in resolved.items() if found is not None}
    matcher = Matcher(loaded.book, understanding=Enricher.of(loaded.book.event_types, loaded.table))
    for case in all_cases:
        event = matcher.read(case.event).event
        found = next((r for r in event.event_types if r.type == case.type), None)
        if found is not None:
            parties = [Party(company=ids.get(p.company, p.company), role=p.role) for p in found.parties]
            found = replace(found, parties=parties)
        yield _score(case, found, "" if found is not None else "not found")


def _draft(case: Case, names: dict[str, list[str]]) -> Draft:
    """Make the draft of a sentence: its companies by their written names, its type by the words that show it."""
    event = case.event
    draft = Draft(event, {"title": Tokens(event.title), "body": Tokens(event.body)})
    draft.mentions = tuple(sorted(_mentions(case, names), key=lambda m: m.start))
    start = case.text.index(case.at)
    evidence = draft.evidence(case.field, start, start + len(case.at))
    draft.reported = [ReportedType(type=case.type, evidence=[evidence])]
    return draft


def _mentions(case: Case, names: dict[str, list[str]]) -> Iterator[Mention]:
    """Find the companies by their names as written, in any case, the longest first."""
    text, taken = case.text.lower(), set[int]()
    listed = [(name.lower(), company) for company, written in names.items() for name in written]
    for name, company in sorted(listed, key=lambda item: -len(item[0])):
        start = text.find(name)
        while start >= 0:
            end = start + len(name)
            if taken.isdisjoint(range(start, end)) and not text[end : end + 1].isalpha():
                taken.update(range(start, end))
                yield Mention(company=company, field=case.field, start=start, end=end, way="name")
            start = text.find(name, end)


def _score(case: Case, found: ReportedType | None, refused: str) -> _Score:
    status = found.status if found is not None else "none"
    said = {party.company: party.role for party in found.parties} if found is not None else {}
    right = sum(said.get(company) == role for company, role in case.roles.items())
    wrong = sum(said.get(company) != role for company, role in case.roles.items())
    wrong += sum(company not in case.roles and bool(role) for company, role in said.items())
    if case.status == "none":
        right = wrong = 0
    text = f"{status} {said} {found.asset if found else ''} {refused}"
    return _Score(case, right, wrong, status, found.asset if found is not None else None, text)


# --- figures ----------------------------------------------------------------------------------------------------


def _roles(scores: Sequence[_Score]) -> tuple[int, int]:
    right = sum(score.right for score in scores)
    return right, right + sum(score.wrong for score in scores)


def _status(scores: Sequence[_Score]) -> tuple[int, int]:
    return sum(score.status_right for score in scores), len(scores)


def _assets(scores: Sequence[_Score]) -> tuple[int, int]:
    asked = [score for score in scores if score.case.asset is not None]
    return sum(score.asset == score.case.asset for score in asked), len(asked)


_Figure = Callable[[Sequence[_Score]], tuple[int, int]]


def _goal(what: str, scores: Sequence[_Score], figure: _Figure, goal: float) -> Goal:
    part, whole = figure(scores)
    return Goal(what, ratio(part, whole), goal, of=whole)


def _shown(scores: Sequence[_Score], figure: _Figure) -> str:
    part, whole = figure(scores)
    return f"{ratio(part, whole):.3f} ({part}/{whole})" if whole else ""


def _table(scores: Sequence[_Score]) -> list[Row]:
    parts = {
        "tuned on": [score for score in scores if not score.case.held_out],
        "held out": [score for score in scores if score.case.held_out],
        "all": list(scores),
    }
    return [_row("part", name, part) for name, part in parts.items()]


def _by_type(scores: Sequence[_Score]) -> list[Row]:
    names = dict.fromkeys(score.case.type for score in scores)
    return [_row("type", name, [score for score in scores if score.case.type == name]) for name in names]


def _row(key: str, name: str, part: Sequence[_Score]) -> Row:
    figures: dict[str, _Figure] = {"roles": _roles, "status": _status, "things": _assets}
    return {key: name, "sentences": len(part), **{what: _shown(part, figure) for what, figure in figures.items()}}


def _by_status(scores: Sequence[_Score]) -> list[Row]:
    kinds = ("announced", "reported", "rumoured", "denied", "none")
    return [
        {
            "written down": kind,
            **{said: sum(s.case.status == kind and s.status == said for s in scores) for said in kinds},
        }
        for kind in kinds
    ]


def _complaints(score: _Score) -> Iterator[str]:
    case = score.case
    if not score.status_right or score.wrong or (case.asset is not None and case.asset != score.asset):
        wanted = f"{case.status} {case.roles} {case.asset}"
        yield f"{case.number} {case.text}\n    wanted {wanted}\n    got    {score.said}"
