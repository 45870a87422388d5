"""From what stands under `holdings:` to what a portfolio holds: the files are read here, all else is in `companies/`.

    positions file + security master -> report -> in force, or refused: then the set that was accepted last stays

What was accepted last is remembered in one JSON file for each portfolio. Reading never writes it: that is for the
one who takes the rules into force as a whole (`save_memory`).
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from alertd.base.config import format_duration
from alertd.base.yaml import Document
from alertd.base.yaml import Path as Where
from alertd.companies.delimited import MAX_BYTES, BadFile, fold, read_sheet
from alertd.companies.holdings import HoldingsFile, InlineHolding
from alertd.companies.model import Company, Holdings
from alertd.companies.positions import read_positions
from alertd.companies.report import FORMAT, Accepted, LoadReport, Tally, compare, refusal
from alertd.companies.securities import NO_MASTER, Master, read_master
from alertd.companies.table import CompanyTable
from alertd.companies.tally import add_up, make_holdings, tally_up
from alertd.errors import Fault

_TRIES = 3
"""How often a file that changes while it is read is read again."""


@dataclass(frozen=True)
class Held:
    """What a portfolio holds, and what is to be said about that."""

    holdings: Holdings | None
    """None only where a fault is an error."""
    faults: list[Fault] = field(default_factory=list)
    """Errors and warnings."""
    report: LoadReport | None = None
    """Of a file that could be read; also of one that is refused."""
    accepted: Accepted | None = None
    """To be remembered once all rules are in force; None if nothing new was accepted."""
    read: frozenset[Path] = frozenset()
    """The files that were read, or looked for."""
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
    doc: Document, path: Where, entries: Iterable[InlineHolding], table: CompanyTable
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
        read = {self._beside(self.config.file)}
        master = self.config.master
        if master is not None:
            read.add(self._beside(master.file))
        try:
            data, tally, newline = self._read()
        except BadFile as error:
            return self._stays(previous, error, None, warnings, read)
        report = compare(tally, previous)
        latest = (self._today() + timedelta(days=1)).isoformat()
        refused = refusal(report, self.config, newline=newline, latest=latest, previous=previous)
        if refused:
            report = msgspec.structs.replace(report, refused=refused)
            hint = "`alertd holdings` lists the rows" if report.unmapped else "`alertd holdings` shows what it holds"
            return self._stays(previous, BadFile(refused, hint), report, warnings, read)
        warnings += report.warnings
        if report.unmapped:
            rows = "1 row has" if report.unmapped == 1 else f"{report.unmapped} rows have"
            share = f"{report.unmapped_share * 100:.2g} %"
            such = report.unmapped_rows[0].written
            warnings.append(f"{rows} no known company ({share}), such as {such}; `alertd holdings` lists them")
        sha256 = hashlib.sha256(data).hexdigest()
        accepted: Accepted | None = Accepted(
            sha256=sha256, report=report, holdings=tally.holdings, ids=tally.ids, newline=newline
        )
        if previous is not None and previous.sha256 == sha256 and previous.holdings == tally.holdings:
            accepted = None  # nothing new
        return self._held(tally.holdings, warnings, report, accepted, read)

    def _stays(
        self,
        previous: Accepted | None,
        error: BadFile,
        report: LoadReport | None,
        warnings: list[str],
        read: set[Path],
    ) -> Held:
        """Keep what was accepted last; without that, the fault is an error."""
        where = self._where(error.key)
        message = f"{self.config.file.name}: {error}"
        if previous is None:
            fault = self.doc.fault(where, message, error.hint)
            return Held(None, [fault, *self._warn(warnings)], report, None, frozenset(read))
        stays = f"refused, the positions of {previous.report.as_of} stay in force: {message}"
        held = self._held(self._today_ids(previous.holdings), warnings, report, None, read)
        fault = self.doc.fault(where, stays, error.hint, severity="warning")
        return replace(held, faults=[fault, *held.faults])

    def _held(
        self,
        holdings: Holdings,
        warnings: list[str],
        report: LoadReport | None,
        accepted: Accepted | None,
        read: set[Path],
    ) -> Held:
        stale_at = self._stale_at(holdings.as_of)
        faults = self._warn(warnings)
        if stale_at is not None and self.now_ms >= stale_at:
            after = format_duration(self.config.stale_after)
            message = f"the positions are of {holdings.as_of}, stale for longer than {after}"
            faults.append(
                self.doc.fault(self._where("file"), message, "is the file still written?", severity="warning")
            )
        return Held(holdings, faults, report, accepted, frozenset(read), stale_at)

    def _read(self) -> tuple[bytes, Tally, bool]:
        master = self._master()
        path = self._beside(self.config.file)
        data, modified_ms = read_whole(path)
        sheet = read_sheet(data, self.config)
        modified = datetime.fromtimestamp(modified_ms / 1000, self.zone).date().isoformat()
        positions = read_positions(sheet, self.config, modified)
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
            raise BadFile(f"{config.file.name}: {error}", error.hint, key=f"security_master.{error.key}") from error

    # --- small helpers

    def _beside(self, file: Path) -> Path:
        return (Path(self.doc.file).parent / file.expanduser()).absolute()

    def _where(self, key: str) -> Where:
        steps = key.split(".")
        while steps and self.doc.node((*self.path, *steps)) is None:
            steps.pop()
        return (*self.path, *steps) if steps else (*self.path, "file")

    def _warn(self, warnings: list[str]) -> list[Fault]:
        where = self._where("file")
        return [self.doc.fault(where, f"{self.config.file.name}: {text}", severity="warning") for text in warnings]

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
        held = [
            msgspec.structs.replace(h, company=self.table.canonical(h.company)) for h in holdings.positions.values()
        ]
        return make_holdings(held, holdings.as_of)


# --- files ----------------------------------------------------------------------------------------------------


def read_whole(path: Path) -> tuple[bytes, int]:
    """Read a file, and when it was last written (ms). Raises BadFile, also if it changes under the hand."""
    try:
        for _ in range(_TRIES):
            if not stat.S_ISREG(path.stat().st_mode):
                raise BadFile("is no file")
            with path.open("rb") as file:
                before = os.fstat(file.fileno())
                data = file.read(MAX_BYTES + 1)
                after = os.fstat(file.fileno())
            if (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size):
                return data, after.st_mtime_ns // 1_000_000
    except FileNotFoundError as error:
        raise BadFile(f"there is no file {path}") from error
    except OSError as error:
        raise BadFile(f"cannot be read: {error.strerror or error}") from error
    raise BadFile("is being written", "let the writer make it under another name and rename it when it is whole")


def load_memory(directory: Path, portfolio: str) -> tuple[Accepted | None, str]:
    """Give what was accepted last of a portfolio's file, and what is wrong with the memory of it."""
    path = directory / f"{portfolio}.json"
    try:
        accepted = msgspec.json.decode(path.read_bytes(), type=Accepted)
        if accepted.v == FORMAT:
            return accepted, ""
        text: str | None = f"it is of version {accepted.v}"
    except FileNotFoundError:
        return None, ""
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        text = error.strerror if isinstance(error, OSError) else str(error)
    return None, f"what was accepted last cannot be read ({path}: {text}), so this file is taken as the first"


def save_memory(directory: Path, portfolio: str, accepted: Accepted) -> None:
    """Remember what is in force now; whole, or not at all. Raises OSError."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = directory / f"{portfolio}.json"
    temporary = directory / f".{portfolio}.{os.getpid()}.tmp"
    try:
        with temporary.open("wb") as file:
            file.write(msgspec.json.encode(accepted))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def forget(directory: Path, portfolio: str) -> None:
    """Forget what was accepted last, so that the next file is taken as the first. Raises OSError."""
    (directory / f"{portfolio}.json").unlink(missing_ok=True)
