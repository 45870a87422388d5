"""The tests that stand inside rules, and how they are read.

given: {title: …}                                       one event
given: [{title: …, at: 0d}, {title: …, at: 120d}]       a timeline
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, Literal, get_args

import msgspec
from pydantic import AfterValidator, Field

from alertd.base import suggest
from alertd.base.config import ConfigModel, parse_duration
from alertd.base.yaml import Document, Path
from alertd.companies.holdings import InlineHolding
from alertd.companies.model import Holding, Holdings
from alertd.errors import Fault
from alertd.model import Event, Severity
from alertd.rules.filing import read_form
from alertd.rules.given import Problem, fact_problems, problems
from alertd.rules.known import Known
from alertd.rules.loaded import Given, RuleTest

MAX_TESTS = 1_000
MAX_GIVEN = 1_000

_EXPECT = re.compile(r"(?P<word>match|no match)|(?P<how>at_least|at_most|exactly) (?P<count>[0-9]{1,6})")
EXPECT_PATTERN = "^(match|no match|(at_least|at_most|exactly) [0-9]{1,6})$"


def _check_expect(text: str) -> str:
    if not _EXPECT.fullmatch(text):
        raise ValueError("write match, no match, at_least 2, at_most 2 or exactly 2")
    return text


class TestEntry(ConfigModel):
    """One test: events, and for how many of them the rule should hold."""

    __test__ = False

    name: Annotated[str, Field(max_length=200)] = ""
    """What it shows."""
    given: Any
    """The fields of an event, or a list of events, each with `at: 3d` from the start."""
    expect: Annotated[str, AfterValidator(_check_expect), Field(json_schema_extra={"pattern": EXPECT_PATTERN})]
    """match, no match, at_least N, at_most N, exactly N."""
    holdings: Annotated[list[InlineHolding], Field(max_length=10_000)] | None = None
    """Held instead of what the portfolio holds."""
    company: Annotated[str, Field(max_length=200)] | None = None
    """The company that the rule must be bound to."""
    severity: Severity | None = None
    """The severity that the match must have; what `severity: auto` comes to is tested so."""
    status: Literal["announced", "reported", "rumoured", "denied"] | None = None
    """Of an event type: with which status it must be found."""
    kind: Annotated[str, Field(max_length=63)] | None = None
    """Of an event type: of which of its kinds it must be."""


class TestReader:
    """Reads the tests of one document and collects the faults."""

    __test__ = False

    def __init__(self, doc: Document, known: Known) -> None:
        self.doc = doc
        self.known = known
        self.faults: list[Fault] = []

    def tests(self, path: Path, entries: list[TestEntry]) -> tuple[RuleTest, ...]:
        """Read the tests at a path, whose entries have been checked."""
        if len(entries) > MAX_TESTS:
            self.faults.append(self.doc.fault(path, f"{len(entries)} tests, more than {MAX_TESTS}"))
            return ()
        return tuple(self._test((*path, i), entry) for i, entry in enumerate(entries))

    def _test(self, path: Path, entry: TestEntry) -> RuleTest:
        at_least, at_most = _expected(entry.expect)
        held = [self._holding((*path, "holdings", i), h) for i, h in enumerate(entry.holdings or ())]
        return RuleTest(
            name=entry.name,
            place=self.doc.place(path),
            given=self._given((*path, "given"), entry.given),
            at_least=at_least,
            at_most=at_most,
            expect=entry.expect,
            holdings=Holdings(positions={h.company: h for h in held}) if entry.holdings is not None else None,
            company=self._company((*path, "company"), entry.company) if entry.company is not None else None,
            severity=entry.severity,
            status=entry.status,
            kind=entry.kind,
        )

    def _holding(self, path: Path, written: InlineHolding) -> Holding:
        key = "ticker" if written.ticker else "cik" if written.cik else "company"
        company = self._company((*path, key), written.written)
        weight = written.weight
        return Holding(company=company, weight=weight or 0.0, label=written.written, unweighted=weight is None)

    def _company(self, path: Path, text: str) -> str:
        found = self.known.company(text)
        if found is None:
            self._fault(path, f"no company is called `{text[:60]}`", self.known.company_hint(text))
        return found or text

    def _fault(self, path: Path, message: str, hint: str = "", *, key: bool = False) -> None:
        self.faults.append(self.doc.fault(path, message, hint, key=key))

    # --- events -----------------------------------------------------------------------------------------------

    def _given(self, path: Path, value: Any) -> tuple[Given, ...]:
        if not isinstance(value, list):
            given = self._event(path, value)
            return (given,) if given is not None else ()
        if not 0 < len(value) <= MAX_GIVEN:
            self._fault(path, f"`given` takes 1 to {MAX_GIVEN} events, not {len(value)}")
            return ()
        made = [self._event((*path, i), item) for i, item in enumerate(value)]
        return tuple(given for given in made if given is not None)

    def _event(self, path: Path, value: Any) -> Given | None:
        if not isinstance(value, dict):
            self._fault(path, "an event is a mapping of its fields", "such as {title: …}")
            return None
        fields = dict(value)
        at_ms = self._offset((*path, "at"), fields.pop("at", None))
        before = len(self.faults)
        self._unknown_keys(path, fields, Event)
        if len(self.faults) > before:
            return None
        fields = {key: self._texts((*path, key), item) for key, item in fields.items()}
        for problem in (*problems(fields), *fact_problems(fields), *_form_problems(fields)):
            self._fault((*path, *problem.path), f"in the event: {problem.message}", problem.hint)
        if len(self.faults) > before:
            return None
        self._resolve(path, fields)
        try:
            event = msgspec.convert(fields, Event)
        except msgspec.ValidationError as error:
            message, _, where = str(error).partition(" - at `$")
            at = (*path, *_steps(where.rstrip("`")))
            if message.startswith("Invalid enum value"):
                self._fault(at, f"in the event: `{at[-1]}` cannot be `{self.doc.shown(at)}`")
            else:
                self._fault(at, f"in the event: `{_holder(at)}`: {message[:1].lower()}{message[1:]}")
            return None
        return Given(event, at_ms)

    def _offset(self, path: Path, text: Any) -> int:
        try:
            return round(parse_duration(text) * 1000) if text is not None else 0
        except ValueError as error:
            self._fault(path, f"`at`: {error}")
            return 0

    def _unknown_keys(self, path: Path, value: Any, kind: type | None) -> None:
        """Name every key that no event has, also in its companies, amounts and so on."""
        if kind is None:
            return
        if isinstance(value, list):
            for i, item in enumerate(value):
                self._unknown_keys((*path, i), item, kind)
        elif isinstance(value, dict):
            known = _fields_of(kind)
            for key, inner in value.items():
                if key in known:
                    self._unknown_keys((*path, key), inner, known[key])
                else:
                    what = "events have" if kind is Event else f"an entry of `{_holder(path)}` has"
                    self._fault((*path, key), f"{what} no field `{key[:60]}`", suggest.hint(key, known), key=True)

    def _texts(self, path: Path, value: Any) -> Any:
        """Take what is no text for one where the file has an unquoted number: a form `4`, an item `1.01`."""
        if path[-1] in ("form", "id", "accession", "title", "body") and not isinstance(value, (str, list, dict)):
            return self.doc.raw(path) if value is not None else None
        if path[-1] == "items" and isinstance(value, float):
            return self.doc.raw(path)
        if path[-1] == "items" and isinstance(value, list):
            return [item if isinstance(item, str) else self.doc.raw((*path, i)) for i, item in enumerate(value)]
        return value

    def _resolve(self, path: Path, fields: dict[str, Any]) -> None:
        """Put ids where companies are written by ticker or name."""
        self._put(path, fields, "parties")
        for key, inner in (("companies", "id"), ("amounts", "of"), ("terms", "held_by")):
            for i, item in enumerate(_mappings(fields.get(key))):
                self._put((*path, key, i), item, inner)
        for i, item in enumerate(_mappings(fields.get("event_types"))):
            for j, party in enumerate(_mappings(item.get("parties"))):
                self._put((*path, "event_types", i, "parties", j), party, "company")

    def _put(self, path: Path, holder: dict[str, Any], key: str) -> None:
        value = holder.get(key)
        if isinstance(value, list):
            holder[key] = [
                self._company((*path, key, i), v) if isinstance(v, str) else v for i, v in enumerate(value)
            ]
        elif value is not None and not isinstance(value, dict):
            text = value if isinstance(value, str) else self.doc.raw((*path, key)) or str(value)
            holder[key] = self._company((*path, key), text)


@cache
def _fields_of(kind: type) -> dict[str, type | None]:
    """Give the fields of a record, with the record or list of records that stands in each."""
    fields: dict[str, type | None] = {}
    for field in msgspec.structs.fields(kind):
        inner = [t for t in _inner(field.type) if isinstance(t, type) and issubclass(t, msgspec.Struct)]
        fields[field.encode_name] = inner[0] if inner else None
    fields.pop("extra", None)
    return fields


def _inner(kind: Any) -> Iterator[Any]:
    yield kind
    for part in get_args(kind):
        yield from _inner(part)


def _form_problems(fields: dict[str, Any]) -> Iterator[Problem]:
    """Name a form that is written as no filing would state it: the condition on it would never hold."""
    form = fields.get("form")
    if isinstance(form, str) and form:
        try:
            read_form(form)
        except ValueError as error:
            yield Problem(("form",), f"form `{form[:40]}` {error}")


def _holder(path: Path) -> str:
    return next((step for step in reversed(path) if isinstance(step, str)), "given")


def _mappings(value: Any) -> list[dict[str, Any]]:
    return [item if isinstance(item, dict) else {} for item in value] if isinstance(value, list) else []


def _expected(text: str) -> tuple[int, int | None]:
    found = _EXPECT.fullmatch(text)
    assert found is not None
    if found["word"]:
        return (1, None) if found["word"] == "match" else (0, 0)
    count = int(found["count"])
    return {"at_least": (count, None), "at_most": (0, count), "exactly": (count, count)}[found["how"]]


def _steps(where: str) -> Path:
    """Read msgspec's `.companies[0].relevance` as a path."""
    found = re.findall(r"\.([A-Za-z_]+)|\[([0-9]+)\]", where)
    return tuple(name or int(number) for name, number in found)
