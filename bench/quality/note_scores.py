"""One note against what the set wants of it: what is there, what is missing, what should not be there. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from alertd.companies.table import CompanyTable
from alertd.model import Event, Note, NoteSection, NoteStatement
from bench.quality.note_grounds import occurs
from bench.quality.note_set import Forbidden, NoteCase, Required, company_of

_STRAIGHT = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "\u00a0": " "})
_NEAR = 0.05
"""How far an end of a horizon may lie outside its bounds, as a share."""


class Scored(NamedTuple):
    """What came out for one event."""

    case: NoteCase
    note: Note
    event: Event
    """As it was understood."""
    held_out: bool
    ungrounded: Sequence[tuple[NoteStatement, list[str]]]
    """Statements with what is wrong with their grounds."""
    missing: Sequence[Required]
    forbidden: Sequence[tuple[NoteStatement, str]]
    """Statements that should not be there, with why; one statement may be wrong in several ways."""
    horizon: str
    """What is wrong with the horizon; empty: nothing."""
    confidence: str
    """What is wrong with the confidence."""

    @property
    def types_found(self) -> bool:
        """Whether the event types that an analyst names are found: what is not found can be in no note."""
        return set(self.case.types) <= {one.type for one in self.event.event_types}


def sections(wanted: NoteSection | list[NoteSection]) -> list[NoteSection]:
    """Give one or many as many."""
    return wanted if isinstance(wanted, list) else [wanted]


def plain(text: str) -> str:
    """Make a text ready for a pattern: quotes and dashes straight, runs of blanks as one."""
    return " ".join(text.translate(_STRAIGHT).split())


def missing(case: NoteCase, note: Note, table: CompanyTable, called: Mapping[str, Iterable[str]]) -> list[Required]:
    """Give the required statements that no statement is."""
    return [wanted for wanted in case.required if not any(_is(one, wanted, table, called) for one in note.statements)]


def unwanted(
    rules: Iterable[Forbidden], note: Note, table: CompanyTable, called: Mapping[str, Iterable[str]]
) -> list[tuple[NoteStatement, str]]:
    """Give the statements that a rule forbids, each with why."""
    return [(one, rule.why) for one in note.statements for rule in rules if _forbids(rule, one, table, called)]


def weights_told(case: NoteCase, note: Note) -> list[tuple[NoteStatement, str]]:
    """Give the statements that tell what share of the portfolio something is, unless the event says that figure."""
    text = f"{case.title} {case.body}"
    told = [f"{abs(percent):g}" for percent in case.holdings.values()]
    pattern = re.compile(rf"(?<![\d.,])(?:{'|'.join(map(re.escape, told))})\s?(?:%|per\s?cent)")
    return [
        (one, "a weight")
        for one in note.statements
        if (found := pattern.search(plain(one.text))) is not None and found[0] not in text
    ]


def horizon_fault(case: NoteCase, note: Note) -> str:
    """Say what is wrong with the horizon that a note states; empty: nothing."""
    ends = [end for end in (note.horizon_low, note.horizon_high) if end is not None]
    if case.horizon is None:
        return ""
    if isinstance(case.horizon, str):
        return f"horizon of {_months(ends)} where none is stated" if ends else ""
    low, high = case.horizon
    if not ends:
        return f"no horizon, wanted within {_months(case.horizon)}"
    if min(ends) < low * (1 - _NEAR) or max(ends) > high * (1 + _NEAR) or sorted(ends) != ends:
        return f"horizon of {_months(ends)}, wanted within {_months(case.horizon)}"
    return ""


def confidence_fault(case: NoteCase, note: Note) -> str:
    """Say what is wrong with how sure a note is; empty: nothing."""
    if not case.confidence or note.confidence in case.confidence:
        return ""
    return f"confidence {note.confidence}, wanted {' or '.join(case.confidence)}"


def _is(one: NoteStatement, wanted: Required, table: CompanyTable, called: Mapping[str, Iterable[str]]) -> bool:
    if one.section not in sections(wanted.section):
        return False
    if wanted.ground is not None and all(ground.kind != wanted.ground for ground in one.grounds):
        return False
    if not _fits(one, wanted, table, called):
        return False
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in wanted.any_of for text in _texts(one))


def _forbids(rule: Forbidden, one: NoteStatement, table: CompanyTable, called: Mapping[str, Iterable[str]]) -> bool:
    if rule.section and one.section not in sections(rule.section):
        return False
    if not _fits(one, rule, table, called):
        return False
    shown = [one.text, *(ground.said for ground in one.grounds)] if rule.grounds else [one.text]
    texts = [plain(text) for text in shown]
    return not rule.pattern or any(re.search(rule.pattern, text, re.IGNORECASE) for text in texts)


def _fits(
    one: NoteStatement, asked: Required | Forbidden, table: CompanyTable, called: Mapping[str, Iterable[str]]
) -> bool:
    """Whether a statement is about the company that is asked for, and is so good or bad for who holds it."""
    if asked.impact is not None and (one.holding is None or one.holding.impact != asked.impact):
        return False
    if not asked.company:
        return True
    company = company_of(asked.company, table).id
    if one.holding is not None:
        return one.holding.company == company
    return any(occurs(name, one.text) for name in called.get(company, ()))


def _texts(one: NoteStatement) -> list[str]:
    return [plain(text) for text in _said(one)]


def _said(one: NoteStatement) -> Iterator[str]:
    yield one.text
    for ground in one.grounds:
        yield ground.said
        if ground.evidence is not None:
            yield ground.evidence.quote


def _months(ends: Iterable[float]) -> str:
    return " to ".join(f"{end:g}" for end in ends) + " months"
