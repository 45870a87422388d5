"""The report on a positions file, for a person to check: what was made of it, what has changed, why it is refused."""

from __future__ import annotations

from typing import Literal

import msgspec

from alertd.companies.holdings import HoldingsFile
from alertd.companies.model import Holdings
from alertd.model import Struct

FORMAT = 1
"""Of what is remembered."""
_EVEN = 1e-9
"""Weights that differ by less are the same."""


class Unmapped(Struct, frozen=True):
    """A row whose company is not known, or whose numbers cannot be read."""

    line: int
    written: str
    why: str
    weight: float | None = None


class Moved(Struct, frozen=True):
    """A holding whose weight has changed."""

    company: str
    label: str
    before: float
    after: float


class Difference(Struct, frozen=True, kw_only=True):
    """What has changed since the file that was accepted last."""

    as_of: str
    """Of the earlier file."""
    rows: int
    """Of the earlier file."""
    opened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    """Companies by their labels."""
    moved: tuple[Moved, ...] = ()
    """The largest moves first."""
    ids_new: int = 0
    ids_gone: int = 0
    ids_changed: tuple[str, ...] = ()
    """Identifiers that now mean another company."""


class LoadReport(Struct, frozen=True, kw_only=True):
    """What was made of a file."""

    file: str
    as_of: str
    rows: int = 0
    securities: int = 0
    options: int = 0
    shorts: int = 0
    """Positions with a negative weight."""
    ignored: int = 0
    """Cash, currencies, totals, and what `types` leaves out."""
    duplicates: int = 0
    companies: int = 0
    unweighted: int = 0
    """Companies that are held with a weight that is not known."""
    gross: float = 0.0
    net: float = 0.0
    unmapped: int = 0
    unmapped_share: float = 0.0
    """Of gross; where there are no weights, of the rows."""
    unmapped_rows: tuple[Unmapped, ...] = ()
    """The largest of them."""
    doubts: tuple[str, ...] = ()
    """Rows whose identifiers mean different companies."""
    warnings: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    """Columns of the file that nobody reads."""
    difference: Difference | None = None
    """From the file that was accepted last, if there was one."""
    refused: str = ""
    """Why the file is not in force; empty if it is."""


class Trouble(Struct, frozen=True, kw_only=True, order=True):
    """What somebody must see to: a file that is not in force, or positions that nobody renews."""

    portfolio: str
    state: Literal["refused", "stale"]
    text: str
    """What has happened, in words."""
    file: str
    """Its name."""


class Accepted(Struct, frozen=True, kw_only=True):
    """What is remembered of the file that is in force."""

    v: int = FORMAT
    sha256: str
    """Of the bytes."""
    report: LoadReport
    holdings: Holdings
    ids: dict[str, str] = msgspec.field(default_factory=dict)
    """Identifier -> company id."""
    newline: bool = True
    """The file ended as lines do."""


class Tally(Struct, frozen=True, kw_only=True):
    """A file added up: holdings with their report."""

    holdings: Holdings
    report: LoadReport
    ids: dict[str, str]


# --- compared with what was accepted last ---------------------------------------------------------------------


def compare(tally: Tally, previous: Accepted | None, *, same_file: bool = False) -> LoadReport:
    """Give the report with the difference to what was accepted last; of the same file, that to the one before."""
    if previous is None:
        return tally.report
    before, now = previous.holdings, tally.holdings
    if same_file and (before.as_of, before.positions) == (now.as_of, now.positions):
        return msgspec.structs.replace(tally.report, difference=previous.report.difference)
    old, new = before.positions, now.positions
    moved = [
        Moved(company, new[company].label, old[company].weight, new[company].weight)
        for company in new.keys() & old.keys()
        if abs(new[company].weight - old[company].weight) > _EVEN
    ]
    difference = Difference(
        as_of=previous.report.as_of,
        rows=previous.report.rows,
        opened=tuple(sorted(new[company].label for company in new.keys() - old.keys())),
        closed=tuple(sorted(old[company].label for company in old.keys() - new.keys())),
        moved=tuple(sorted(moved, key=lambda m: (-abs(m.after - m.before), m.company))),
        ids_new=len(tally.ids.keys() - previous.ids.keys()),
        ids_gone=len(previous.ids.keys() - tally.ids.keys()),
        ids_changed=tuple(
            sorted(key for key in tally.ids.keys() & previous.ids.keys() if tally.ids[key] != previous.ids[key])
        ),
    )
    return msgspec.structs.replace(tally.report, difference=difference)


def refusal(
    report: LoadReport,
    config: HoldingsFile,
    *,
    newline: bool = True,
    latest: str = "",
    previous: Accepted | None = None,
    known: bool = False,
) -> str:
    """Say why a file must not take the place of the one in force; empty if it may.

    `latest` is the last date (ISO 8601) that positions can be of: one day past today would outlast every later file.
    `known` says that these very bytes are in force, perhaps because a person took them knowingly: then they stay,
    unless less of them is understood than before.
    """
    accepted = previous.report.unmapped_share if known and previous is not None else 0.0
    if report.unmapped_share > max(config.max_unmapped, accepted) + _EVEN:
        most = _share(config.max_unmapped)
        return f"{_share(report.unmapped_share)} of it has no known company, more than {most}"
    if known:
        return ""
    if not report.companies:
        return "it holds no company"
    if latest and report.as_of > latest:
        return f"it is dated {report.as_of}, which is still to come"
    if previous is None:
        return ""
    before = previous.report
    if report.as_of < before.as_of:
        return f"it is of {report.as_of}, older than the one in force of {before.as_of}"
    if report.rows < before.rows * (1 - config.max_drop) - _EVEN:
        fall = _share(1 - report.rows / before.rows)
        return f"it has {report.rows} rows, {fall} fewer than the {before.rows} of {before.as_of}"
    if report.unweighted == report.companies and before.unweighted < before.companies:
        return "it has no weights, unlike the one in force"
    if previous.newline and not newline:
        return "its last line has no end, unlike that of the one in force: it is half written"
    return ""


def _share(value: float) -> str:
    return f"{value * 100:.3g} %"
