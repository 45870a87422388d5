"""The set that notes are measured on (`sets/notes/*.yaml`): events, portfolios, relations, and what is wanted.

Each file holds events of one kind; `world.yaml` declares companies, and what no note may say at all. An event has:

    id, types            its name; the event types that an analyst would say it reports
    title, body, …       the event; `kind`, `form`, `items`, `language`, `revision_reason`, `story` if they matter
    earlier              events between the same parties that came before: `at`, `type`, `title`
    holdings             company -> weight in percent, negative for a short
    relations            what is declared: `NVDA supplier of spacex for chips`, with `since DATE` and `until DATE`
    required             statements that a careful analyst wants
    forbidden            statements that he would not accept, and why
    horizon              bounds in months within which the stated horizon must lie; `none`: none may be stated
    confidence           the values that the note's may have; left out: any
    thin, hostile        the text says next to nothing; it wants something of its reader

Patterns are regular expressions, searched without regard to case, with runs of blanks as one and quotes made
straight. Those of `required` are looked for in a statement and in what it rests on, those of `forbidden` in the
statement alone, unless `grounds` is set. Every third event that is not hostile is held out: it is only measured on,
never shown. In `voices.yaml` none is: it was written while rules were mended on it.

What stands in `blind_*.yaml` is a set of its own, written by somebody who had not read what makes notes, before a
note of it was made. It is only measured on. Who mends a rule because of one of its events has used it up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec import Struct

from alertd.base.ids import event_id
from alertd.base.yaml import load_yaml
from alertd.companies.model import Company, Holding, Holdings, Relation
from alertd.companies.table import CompanyTable
from alertd.model import Event, NoteSection, Story
from alertd.research.material import Earlier
from bench.quality.measured import SETS

NOTES = SETS / "notes"
WORLD = "world.yaml"
BLIND = "blind_*.yaml"
LOOKED_AT = ("voices",)
"""Files that were written while rules were mended on them: none of their events is held out."""
AT = "2026-03-02T14:30:00.000Z"
"""When all events of the set are published, a Monday."""
SOURCE = "declared in the set"
"""What the set's relations carry as their source."""

GroundKind = Literal["quote", "relation", "event", "number"]
Impact = Literal["good", "bad"]
_RELATION = re.compile(
    r"(\S+) (\w+) of (\S+?)(?: for (\w+))?(?: since (\d{4}-\d\d-\d\d))?(?: until (\d{4}-\d\d-\d\d))?"
)


class _Strict(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what the files hold: a key that is misspelt is an error."""


class Required(_Strict, frozen=True, kw_only=True):
    """A statement that must be there."""

    section: NoteSection | list[NoteSection]
    """One of these."""
    any_of: list[str]
    ground: GroundKind | None = None
    """One of its grounds must be of this kind."""
    company: str = ""
    """Whom it is about: an id or a ticker."""
    impact: Impact | None = None
    """What it must be for who holds the company so."""


class Forbidden(_Strict, frozen=True, kw_only=True):
    """A statement that must not be there."""

    section: NoteSection | list[NoteSection] = []
    """One of these; none named: any."""
    pattern: str = ""
    """Empty: whatever it says."""
    company: str = ""
    impact: Impact | None = None
    grounds: bool = False
    """The pattern is looked for in what the reader is shown of the grounds, too."""
    why: str


class Before(_Strict, frozen=True, kw_only=True):
    """An earlier event between the same parties."""

    at: str
    type: str
    title: str = ""


class Standing(_Strict, frozen=True, kw_only=True):
    """Where the event stands in its story."""

    novelty: float = 1.0
    sources: int = 1
    position: int = 1


class NoteCase(_Strict, frozen=True, kw_only=True):
    """One event with its portfolio, and what its note should and should not say."""

    id: str
    types: list[str]
    title: str
    body: str
    kind: Literal["news", "filing"] = "news"
    form: str | None = None
    items: list[str] = []
    language: str = "en"
    revision_reason: Literal["correction"] | None = None
    story: Standing = Standing()
    earlier: list[Before] = []
    holdings: dict[str, float]
    relations: list[str]
    horizon: tuple[float, float] | Literal["none"] | None = None
    confidence: list[Literal["low", "medium", "high"]] = []
    required: list[Required]
    forbidden: list[Forbidden]
    thin: bool = False
    hostile: bool = False


class NoteSet(NamedTuple):
    """The whole set."""

    cases: Sequence[NoteCase]
    files: Mapping[str, str]
    """Case -> the file it stands in, without `.yaml`."""
    companies: Sequence[Company]
    forbidden: Sequence[Forbidden]
    """What no note may say."""
    held_out: frozenset[str]
    """The cases that are only measured on."""


def read_notes(folder: Path = NOTES, *, blind: bool = False) -> NoteSet:
    """Read the set without the events that were written blind, or these alone: of them all are held out.

    Raises msgspec.ValidationError for what cannot be in it, ConfigError for broken YAML.
    """
    world = _document(folder / WORLD)
    cases: list[NoteCase] = []
    files: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.name == WORLD or path.match(BLIND) != blind:
            continue
        for entry in _document(path)["cases"]:
            case = msgspec.convert(entry, NoteCase)
            cases.append(case)
            files[case.id] = path.stem
    companies = [
        Company(id=slug, name=fields["name"], aliases=tuple(fields.get("aliases", ())), private=True)
        for slug, fields in world["companies"].items()
    ]
    drawn = [case for case in cases if files[case.id] not in LOOKED_AT][2::3]
    measured_only = cases if blind else [case for case in drawn if not case.hostile]
    held_out = frozenset(case.id for case in measured_only)
    return NoteSet(cases, files, companies, msgspec.convert(world["forbidden"], list[Forbidden]), held_out)


def _document(path: Path) -> Any:
    return load_yaml(path.read_bytes(), path.name).value


def event_of(case: NoteCase) -> Event:
    """Make the event of a case as its source would give it: the lines of a paragraph are one."""
    paragraphs = (" ".join(part.split()) for part in case.body.split("\n\n"))
    made = event_id("notes", case.id)
    return Event(
        id=made,
        source="wire",
        kind=case.kind,
        form=case.form,
        items=case.items,
        language=case.language,
        revision=1 if case.revision_reason is None else 2,
        revision_reason=case.revision_reason,
        title=case.title,
        body="\n\n".join(part for part in paragraphs if part),
        published_at=AT,
        seen_at=AT,
        event_at=AT,
        story=Story(id="st_" + made[3:], **msgspec.structs.asdict(case.story)),
    )


def holdings_of(case: NoteCase, table: CompanyTable) -> Holdings:
    """Give the portfolio of a case."""
    positions = {}
    for name, percent in case.holdings.items():
        company = company_of(name, table)
        positions[company.id] = Holding(company=company.id, weight=percent / 100, label=company.label)
    return Holdings(positions=positions, as_of=AT[:10])


def relations_of(case: NoteCase, table: CompanyTable) -> list[Relation]:
    """Give the relations of a case as they would be declared. Raises ValueError for one that is not written so."""
    made = []
    for written in case.relations:
        found = _RELATION.fullmatch(written)
        if found is None:
            raise ValueError(f"{case.id}: `{written}` is not written like `NVDA supplier of spacex since 2024-06-01`")
        company, type_, of, what, since, until = found.groups()
        fields = {
            "company": company_of(company, table).id, "type": type_, "of": company_of(of, table).id,
            "what": [what] if what else [], "since": since, "until": until, "source": SOURCE,
        }  # fmt: skip
        made.append(msgspec.convert(fields, Relation))
    return made


def earlier_of(case: NoteCase) -> tuple[Earlier, ...]:
    """Give what the parties of a case did before."""
    return tuple(
        Earlier(event=event_id("notes", f"{case.id} {number}"), at=one.at, type=one.type, title=one.title)
        for number, one in enumerate(case.earlier)
    )


def company_of(name: str, table: CompanyTable) -> Company:
    """Find a company by id or ticker. Raises ValueError if nobody or more than one is called so."""
    found = table.resolve(name)
    if found is None:
        raise ValueError(f"`{name}` is no company: {table.suggest(name)}")
    return found
