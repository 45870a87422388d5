"""Whatever is edited, broken and repaired in a rules directory: loading again gives what loading anew gives."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from alertd.errors import ConfigError, Fault
from alertd.model import CompanyMention, ReportedType
from alertd.rules.book import apply_change
from alertd.rules.holdings_memory import save_memory
from alertd.rules.loaded import KnownSettings, Loaded
from alertd.rules.loader import RuleLoader
from alertd.rules.match import Matcher
from tests.rules.make import news
from tests.rules.positions import ms, rows

BASE = """\
portfolio: base
title: The base
receivers: [desk]
{more}
rules:
  - {{id: words, title: Words, severity: high, when: {{all: [{{text: {{list: words}}}}, {{mentions: holdings}}]}}}}
  - {{id: deal, title: A deal, severity: low, when: {{use: deal}}}}
  - {{id: names, title: Names, severity: low, when: {{mentions: {{list: names}}}}}}
  - {{id: type, title: A type, severity: low, when: {{event_type: {type}}}}}
  - {{id: role, title: A role, severity: low, when: {{all: [{{role: lessor}}, {{mentions: NVDA}}]}}}}
"""
HELD = "holdings: [{ticker: NVDA, weight: 8%}, {company: Orbital, weight: 2%}]"
FILED = "holdings: {file: ../positions.csv, as_of: date}"
OWN = (
    "{{portfolio: own, title: Own, receivers: [{to}], {more} "
    "rules: [{{id: one, title: A rule, severity: low, when: {when}}}]}}"
)
COMPANY = "companies: [{{id: {id}, name: {name}, sector: {sector}{more}}}]\n"
LEASE = "event_type: lease\ntitle: A lease\nroles: [{role}]\nwhen: {when}\n"
FIVE = ("NVDA 1%", "AMZN 2%", "GOOGL 3%", "JNJ 4%", "BAC 5%")

VARIANTS: dict[str, list[str]] = {
    "portfolios/base.yaml": [
        BASE.format(more=HELD, type="lease"),
        BASE.format(more=FILED, type="lease"),
        BASE.format(more=f"enabled: false\n{FILED}", type="lease"),
        BASE.format(more="desk: ai", type="lease"),
        BASE.format(more=f"formerly: own\nowner: jd\n{HELD}", type="lease"),
        BASE.format(more=HELD, type="unknown"),
        "portfolio: base\n",
        "portfolio: base: no\n",
    ],
    "portfolios/child.yaml": [
        "{portfolio: child, extends: base, rules: [{id: words, severity: critical}, {id: type, enabled: false}]}",
        "{portfolio: child, extends: base, title: A child, timezone: Europe/London}",
        "{portfolio: child, extends: own}",
        "{portfolio: child, extends: grandchild}",
        "{portfolio: child, extends: base, desk: ai, formerly: former}",
    ],
    "portfolios/deep/grandchild.yaml": [
        "{portfolio: grandchild, extends: child, holdings: {file: ../../positions.csv, as_of: date}}",
        "{portfolio: grandchild, extends: child, rules: [{id: words, title: Other words}]}",
    ],
    "portfolios/own.yaml": [
        OWN.format(to="desk", more="", when="{use: deal}"),
        OWN.format(to="desk", more="", when="{mentions: {sector: space}}"),
        OWN.format(to="gone", more="", when="{source: wire}"),
        OWN.format(to="desk", more="formerly: base,", when="{exposed: [Orbital]}"),
        OWN.format(to="desk", more="desk: ai,", when="{use: other}"),
        OWN.format(to="desk", more="", when="{text: [lease, lease]}").replace("own", "base", 1),
        "{portfolio: own, extends: child}",
    ],
    "lists/words.yaml": ["{list: words, terms: [lease]}", "{list: words, terms: [rent]}", "{list: words",
                         "list: words\n", "{list: words, desk: ai, terms: [lease]}", "{list: words, forms: [8-K]}"],
    "lists/names.yaml": ["{list: names, companies: [Orbital]}", "{list: names, companies: [NVDA, Orbital]}",
                         "{list: names, companies: [Nobody]}"],
    "lists/routine-forms.yaml": ["{list: routine-forms, forms: [8-K]}"],
    "fragments/deals.yaml": [
        "fragments: {deal: {mentions: [Orbital]}, other: {text: rent}}",
        "fragments: {deal: {all: [{use: other}, {text: {list: words}}]}, other: {mentions: {sector: space}}}",
        "fragments: {deal: {use: other}, other: {use: deal}}",
        "fragments: {deal: {text: lease}}\n",
        "fragments:\n  deal: [\n",
        "desk: ai\nfragments: {deal: {text: lease}}\n",
    ],
    "event-types/lease.yaml": [
        LEASE.format(role="lessor", when="{text: lease}"),
        LEASE.format(role="lessee", when="{all: [{use: other}, {text: {list: words}}]}"),
        LEASE.format(role="lessor", when="{mentions: [Orbital]}"),
        "event_type: lease\nroles: [",
        "event_type: lease\n",
    ],
    "companies/orbital.yaml": [
        COMPANY.format(id="orbital", name="Orbital", sector="space", more=""),
        COMPANY.format(id="orbital-inc", name="Orbital", sector="space", more=""),
        COMPANY.format(id="orbital", name="Orbital", sector="earth", more=", aliases: [Orbital Inc]"),
        COMPANY.format(id="orbital", name="Orbital Ltd", sector="space", more=", aliases: [Orbital]"),
        "desk: ai\n" + COMPANY.format(id="orbital", name="Orbital", sector="space", more=""),
        COMPANY.format(id="orbital", name="Orbital", sector="space", more="")
        + "relations: [{company: NVDA, is: supplier, of: orbital}]\n",
        "companies: [",
    ],
    "positions.csv": [rows(*FIVE), rows(*FIVE, date="2026-11-28"), rows(*FIVE[:4], "WMT 5%"), rows(FIVE[0]),
                      "ticker,weight,date\n", "no"],
}  # fmt: skip
SETTINGS = [
    KnownSettings(receivers={"desk": None, "gone": "ai"}, sources={"wire": None, "own-wire": "ai"}),
    KnownSettings(receivers={"desk": None}, sources={}),
    KnownSettings(),
]

Edit = dict[str, str | None]
"""File -> what it says from now on; None: it is gone."""
FIRST: Edit = {name: variants[0] for name, variants in VARIANTS.items()}


@dataclass(frozen=True)
class Step:
    """Files that change, and how they are loaded after that."""

    edit: Edit
    repair: bool
    """All others say again what they said first."""
    named: bool
    """The loader is told which files changed."""
    restart: bool
    """A new process loads them, with the cache of the one before."""
    known: KnownSettings
    days: int
    """That pass before it."""


@st.composite
def _histories(draw: st.DrawFn) -> list[Step]:
    """Some few files that change again and again, because what one breaks is often what another asks for."""
    names = draw(st.lists(st.sampled_from(sorted(VARIANTS)), min_size=1, max_size=3, unique=True))
    edit = st.fixed_dictionaries({}, optional={name: st.sampled_from([*VARIANTS[name], None]) for name in names})
    step = st.builds(
        Step,
        edit=edit,
        repair=st.integers(0, 3).map(lambda number: number == 0),
        named=st.booleans(),
        restart=st.integers(0, 5).map(lambda number: number == 0),
        known=st.sampled_from([SETTINGS[0]] * 6 + SETTINGS),
        days=st.sampled_from([0, 0, 0, 1, 4]),
    )
    return draw(st.lists(step, min_size=1, max_size=8))


EVENTS = [
    news("Orbital to lease a telescope"),
    news("A rent", source="wire"),
    news("lease", companies=[CompanyMention(id="cik-0001045810", relevance=1.0)]),
    news("lease", companies=[CompanyMention(id="orbital", relevance=1.0)]),
    news("rent", companies=[CompanyMention(id="orbital-inc", relevance=1.0, role="lessor")]),
    news("x", event_types=[ReportedType(type="lease", confidence=0.9)]),
    news("lease", kind="filing", form="8-K"),
]


@dataclass
class Desk:
    """A rules directory, the process that has it in force, and a matcher that has taken every change."""

    folder: Path
    now: int = ms("2026-11-28T09:00")
    ticks: int = 0
    known: KnownSettings = SETTINGS[0]
    loader: RuleLoader = field(init=False)
    in_force: Loaded | None = None
    matcher: Matcher | None = None

    def __post_init__(self) -> None:
        self.rules.mkdir()
        self.edit(FIRST)
        self.restart()

    @property
    def rules(self) -> Path:
        return self.folder / "rules"

    def edit(self, edit: Edit) -> set[Path]:
        for name, content in edit.items():
            path = self.rules / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                path.unlink(missing_ok=True)
                continue
            path.write_text(content)
            self.ticks += 1  # a clock of a file system is too coarse for a test
            os.utime(path, ns=(self.ticks, self.ticks))
        return {self.rules / name for name in edit}

    def restart(self) -> None:
        """Let a new process load everything."""
        self.loader = self._new(self.folder / "cache")
        found = _loaded(self.loader.load)
        assert _said(found) == _said(self._fresh())
        if isinstance(found, Loaded):
            self._take(found)
            self.matcher = Matcher(found.book)
        elif self.in_force is not None:
            self.loader = self._new(None)  # the one before goes on
            self.in_force = self.matcher = None

    def step(self, step: Step) -> None:
        self.known, self.now = step.known, self.now + step.days * 86_400_000
        paths = self.edit({**(FIRST if step.repair else {}), **step.edit})
        if step.restart:
            self.restart()
            return
        before = self.in_force
        change = None

        def reload() -> Loaded:
            nonlocal change
            loaded, change = self.loader.reload(paths if step.named else None, known=self.known)
            return loaded

        found, anew = _loaded(reload), self._fresh()
        assert _said(found) == _said(anew)
        if not isinstance(found, Loaded):
            return
        assert isinstance(anew, Loaded)
        if change is None:
            self.matcher = Matcher(found.book)
        else:
            assert before is not None
            assert self.matcher is not None
            assert apply_change(before.book, change) == found.book
            self.matcher.apply(change)
            assert self.matcher.book == found.book
        self._take(found)
        assert anew.book.labels.items() <= found.book.labels.items()  # those of what is gone stay
        other = Matcher(anew.book)
        for event in EVENTS:
            assert self.matcher.match(event) == other.match(event)

    def _take(self, found: Loaded) -> None:
        """Put in force, and remember positions as one does then."""
        for portfolio, accepted in found.accepted.items():
            save_memory(self.folder / "memory", portfolio, accepted)
        self.in_force = found

    def _fresh(self) -> Loaded | list[Fault]:
        return _loaded(lambda: self._new(None).load())

    def _new(self, cache: Path | None) -> RuleLoader:
        return RuleLoader(
            self.rules, known=self.known, cache=cache, memory=self.folder / "memory", clock=lambda: self.now
        )


def _loaded(load: Callable[[], Loaded]) -> Loaded | list[Fault]:
    try:
        return load()
    except ConfigError as error:
        return list(error.faults)


def _said(found: Loaded | list[Fault]) -> Any:
    """Give what has to be the same; beside faults, what is only a warning is said when they are mended."""
    if not isinstance(found, Loaded):
        return [fault for fault in found if fault.severity == "error"]
    book = replace(found.book, labels={})
    return book, found.warnings, found.trouble, dict(found.places), found.defined, found.watched, found.files


@settings(max_examples=40)
@given(_histories())
def test_loading_again_is_loading_anew(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        for step in steps:
            desk.step(step)
