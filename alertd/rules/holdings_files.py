"""From what stands under `holdings:` to what a portfolio holds: the files are read here, all else is in `companies/`.

    positions file + security master -> report -> in force, or refused: then the set that was accepted last stays

What was accepted last is remembered in one JSON file for each portfolio. Reading never writes it: that is for the
one who takes the rules into force as a whole (`holdings_memory.save_memory`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

import msgspec

from alertd.base.config import format_duration
from alertd.base.yaml import Document
from alertd.base.yaml import Path as Where
from alertd.companies.delimited import BadFile, fold, read_sheet
from alertd.companies.holdings import HoldingsFile, InlineHolding
from alertd.companies.model import Company, Holding, Holdings
from alertd.companies.positions import read_positions
from alertd.companies.report import Accepted, LoadReport, Tally, Trouble, compare, refusal
from alertd.companies.securities import NO_MASTER, Master, read_master
from alertd.companies.table import CompanyTable
from alertd.companies.tally import add_up, make_holdings, tally_up
from alertd.errors import Fault
from alertd.rules.holdings_memory import load_memory, memory_file, read_whole


class Names(Protocol):
    """Knows which company is meant by what is written."""

    def resolve(self, text: str, exchange: str = "") -> Company | None:
        """Give the company; None if nobody or more than one is called so."""

    def suggest(self, text: str, exchange: str = "") -> str:
        """Write the hint for a text that names no company."""


@dataclass(frozen=True)
class Held:
    """What a portfolio holds, and what is to be said about that."""

    holdings: Holdings | None
    """None only where a fault is an error."""
    faults: list[Fault] = field(default_factory=list)
    """Errors and warnings."""
    trouble: list[Fault] = field(default_factory=list)
    """Those of the faults that the operator must be told: the file is refused, or the positions are stale."""
    told: tuple[Trouble, ...] = ()
    """The same as the operator is told it."""
    report: LoadReport | None = None
    """Of a file that could be read; also of one that is refused."""
    accepted: Accepted | None = None
    """To be remembered once all rules are in force; None if nothing new was accepted."""
    refused: Accepted | None = None
    """What was refused; remembering it takes it knowingly."""
    read: frozenset[Path] = frozenset()
    """The files that were read, or looked for; of a refused one also the memory: what stands there may be changed."""
    stale_at_ms: int | None = None
    """When the positions in force count as stale."""


def hold(
    doc: Document,
    path: Where,
    entry: list[InlineHolding] | HoldingsFile,
    *,
    portfolio: str,
    timezone: str,
    table: CompanyTable,
    memory: Path | None,
    now_ms: int,
) -> Held:
    """Give what a portfolio holds. Relative files lie beside the portfolio's own."""
    if isinstance(entry, HoldingsFile):
        return _Loading(doc, path, entry, portfolio, ZoneInfo(entry.timezone or timezone), table, now_ms).load(memory)
    holdings, faults = hold_inline(doc, path, entry, table)
    return Held(holdings, faults)


def hold_inline(
    doc: Document, path: Where, entries: Iterable[InlineHolding], table: Names
) -> tuple[Holdings | None, list[Fault]]:
    """Give what is held by the entries written at a path; None with faults if one names no known company."""
    faults: list[Fault] = []
    found: list[tuple[InlineHolding, Company]] = []
    seen: dict[tuple[str, str], int] = {}
    for i, entry in enumerate(entries):
        key = next(name for name in ("ticker", "cik", "company") if getattr(entry, name) is not None)
        at = (*path, i, key)
        first = seen.setdefault((entry.written.upper(), entry.exchange or ""), i)
        if first != i:
            line = doc.mark((*path, first))[0]
            faults.append(
                doc.fault(at, f"`{entry.written[:60]}` is held twice", f"first in line {line}; add them up")
            )
        company = table.resolve(entry.written, entry.exchange or "")
        if company is not None:
            found.append((entry, company))
            continue
        where = f" at {entry.exchange}" if entry.exchange else ""
        hint = table.suggest(entry.written, entry.exchange or "") or "declare it in a file under rules/companies/"
        faults.append(doc.fault(at, f"there is no company `{entry.written[:60]}`{where}", hint))
    return (None, faults) if faults else (add_up(found), [])


@dataclass(frozen=True)
class _Loading:
    """One positions file on its way into force."""

    doc: Document
    path: Where
    config: HoldingsFile
    portfolio: str
    zone: ZoneInfo
    table: CompanyTable
    now_ms: int

    def load(self, memory: Path | None) -> Held:
        previous, trouble = load_memory(memory, self.portfolio) if memory is not None else (None, "")
        warnings = [trouble] if trouble else []
        try:
            data, tally, newline = self._read()
        except BadFile as error:
            return self._stays(Held(None, read=self._files(memory)), previous, error, warnings)
        sha256 = hashlib.sha256(data).hexdigest()
        known = previous is not None and previous.sha256 == sha256
        report = compare(tally, previous, same_file=known)
        latest = (self._today() + timedelta(days=1)).isoformat()
        refused = refusal(report, self.config, newline=newline, latest=latest, previous=previous, known=known)
        found = Accepted(sha256=sha256, report=report, holdings=tally.holdings, ids=tally.ids, newline=newline)
        if refused:
            report = msgspec.structs.replace(report, refused=refused)
            hint = "`alertd holdings` lists the rows" if report.unmapped else "`alertd holdings` shows what it holds"
            held = Held(None, report=report, refused=found, read=self._files(memory))
            return self._stays(held, previous, BadFile(refused, hint), warnings)
        warnings += report.warnings
        if report.unmapped:
            warnings.append(_unmapped(report))
        new = not known or previous is None or previous.holdings != tally.holdings
        held = Held(tally.holdings, report=report, accepted=found if new else None, read=self._files())
        return self._in_force(held, self._warn(warnings))

    def _stays(self, held: Held, previous: Accepted | None, error: BadFile, warnings: list[str]) -> Held:
        """Keep what was accepted last; without that, the fault is an error."""
        where = self._where(error.key)
        message = f"{_name(self.config.file)}: {error}"
        if previous is None:
            return replace(held, faults=[self.doc.fault(where, message, error.hint), *self._warn(warnings)])
        of = previous.report.as_of
        stays = f"refused, the positions of {of} stay in force: {message}"
        fault = self.doc.fault(where, stays, error.hint, severity="warning")
        why = f"{error} ({error.hint})" if error.hint else str(error)
        told = self._trouble("refused", f"the new positions were refused, those of {of} stay in force: {why}")
        held = replace(held, holdings=self._today_ids(previous.holdings), trouble=[fault], told=(told,))
        return self._in_force(held, [fault, *self._warn(warnings)])

    def _in_force(self, held: Held, faults: list[Fault]) -> Held:
        """Give what is in force, with a word if it is stale."""
        as_of = held.holdings.as_of if held.holdings is not None else None
        stale_at = self._stale_at(as_of)
        held = replace(held, faults=faults, stale_at_ms=stale_at)
        if stale_at is None or self.now_ms < stale_at:
            return held
        message = f"the positions are of {as_of}, stale for longer than {format_duration(self.config.stale_after)}"
        hint = "is the file still written?"
        stale = self.doc.fault(self._where("file"), message, hint, severity="warning")
        told = self._trouble("stale", f"{message} ({hint})")
        return replace(held, faults=[*faults, stale], trouble=[*held.trouble, stale], told=(*held.told, told))

    def _read(self) -> tuple[bytes, Tally, bool]:
        master = self._master()
        path = self._beside(self.config.file)
        data, modified_ms = read_whole(path)
        sheet = read_sheet(data, self.config)
        modified = datetime.fromtimestamp(modified_ms / 1000, self.zone)
        positions = read_positions(sheet, self.config, modified)
        if positions.at is not None and positions.at.tzinfo is None:
            positions = replace(positions, at=positions.at.replace(tzinfo=self.zone))
        tally = tally_up(positions, self.config, self.table, master, str(self.config.file))
        return data, tally, sheet.newline

    def _master(self) -> Master:
        config = self.config.master
        if config is None:
            return NO_MASTER
        try:
            sheet = read_sheet(read_whole(self._beside(config.file))[0], config)
            options = frozenset(map(fold, self.config.types.option))
            return read_master(sheet, config.map, options, self.table)
        except BadFile as error:
            raise BadFile(f"{_name(config.file)}: {error}", error.hint, key=f"security_master.{error.key}") from error

    # --- small helpers

    def _trouble(self, state: Literal["refused", "stale"], text: str) -> Trouble:
        return Trouble(portfolio=self.portfolio, state=state, text=text, file=_name(self.config.file))

    def _beside(self, file: Path) -> Path:
        return _beside(self.doc, file)

    def _files(self, memory: Path | None = None) -> frozenset[Path]:
        return read_of(self.doc, self.config, self.portfolio, memory)

    def _where(self, key: str) -> Where:
        steps = key.split(".")
        while steps and self.doc.node((*self.path, *steps)) is None:
            steps.pop()
        return (*self.path, *steps) if steps else (*self.path, "file")

    def _warn(self, warnings: list[str]) -> list[Fault]:
        where = self._where("file")
        return [self.doc.fault(where, f"{_name(self.config.file)}: {text}", severity="warning") for text in warnings]

    def _today(self) -> date:
        return datetime.fromtimestamp(self.now_ms / 1000, self.zone).date()

    def _stale_at(self, as_of: str | None) -> int | None:
        if as_of is None:
            return None
        try:
            end = datetime.combine(date.fromisoformat(as_of) + timedelta(days=1), time(), self.zone)
        except (ValueError, OverflowError):
            return None
        return int(end.timestamp() * 1000 + self.config.stale_after * 1000)

    def _today_ids(self, holdings: Holdings) -> Holdings:
        """Give holdings that were remembered under the ids that their companies have today."""
        if all(self.table.canonical(company) == company for company in holdings.positions):
            return holdings
        held: dict[str, Holding] = {}
        for old in holdings.positions.values():
            company = self.table.canonical(old.company)
            weight, unweighted = old.weight, old.unweighted
            if (other := held.get(company)) is not None:  # two have become one
                weight, unweighted = weight + other.weight, unweighted or other.unweighted
            held[company] = msgspec.structs.replace(old, company=company, weight=weight, unweighted=unweighted)
        return make_holdings(held.values(), holdings.as_of, holdings.at)


def _name(file: Path) -> str:
    """Name a file in few words; `.` and `..` have no name but themselves."""
    return file.name or str(file)


def _beside(doc: Document, file: Path) -> Path:
    return (Path(doc.file).parent / file.expanduser()).absolute()


def read_of(doc: Document, config: HoldingsFile, portfolio: str, memory: Path | None) -> frozenset[Path]:
    """Give the files from which the positions of a portfolio come, and the one that remembers them."""
    files = {_beside(doc, config.file)}
    if config.master is not None:
        files.add(_beside(doc, config.master.file))
    if memory is not None:
        files.add(memory_file(memory, portfolio).absolute())
    return frozenset(files)


def _unmapped(report: LoadReport) -> str:
    rows = "1 row has" if report.unmapped == 1 else f"{report.unmapped} rows have"
    share = f"{report.unmapped_share * 100:.2g} %"
    such = report.unmapped_rows[0].written
    return f"{rows} no known company ({share}), such as {such}; `alertd holdings` lists them"
