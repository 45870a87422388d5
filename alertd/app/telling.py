"""What the operator is told of settings, rules and positions, with what of it is one desk's alone. Pure but for
`desk_of`, which looks into a file that is broken.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from alertd.app.link import Snapshot, Tell
from alertd.companies.report import Trouble
from alertd.errors import Fault
from alertd.rules.book import RuleBook

_DESK = re.compile(rb"(?:^|[{,])[ \t]*[\"']?desk[\"']?[ \t]*:[ \t]*[\"']?([a-z0-9][a-z0-9-]{0,62})", re.MULTILINE)
_LOOK = 262_144
"""Bytes of a file in which its desk is looked for."""
MAX_NAMED = 3
"""Places that a notice names to those who may not read what is wrong there."""


def has_desks(snapshot: Snapshot) -> bool:
    """Tell whether anything belongs to a desk, so that not everybody may read everything."""
    named = (*snapshot.settings.sources, *snapshot.settings.receivers)
    return any(one.desk is not None for one in named) or any(p.desk is not None for p in snapshot.book.portfolios)


def desk_of(file: str) -> str | None:
    """Say which desk a file says that it belongs to, be the rest of it broken. None: none, or it cannot be read."""
    try:
        with Path(file).open("rb") as opened:
            found = _DESK.search(opened.read(_LOOK))
    except OSError:
        return None
    return found[1].decode() if found else None


def refused(faults: Sequence[Fault], config: Path, snapshot: Snapshot, at: str) -> Tell:
    """Tell of a reload that was refused. Where there are desks, a fault may name what is not for all to read."""
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults, first"
    head = "A reload was refused, the old rules stay in force"
    text = f"{head}: {count}: {faults[0]}"
    if not has_desks(snapshot):
        return Tell("reload_refused", "configuration", text, at)
    desks = {desk_of(fault.file) for fault in faults}
    whose = desks.pop() if len(desks) == 1 else None
    shared = [fault for fault in faults if _is_shared(fault.file, config)]
    named = ", ".join(str(Fault(f.file, f.line, f.column, "")).rstrip(": ") for f in shared[:MAX_NAMED])
    counted = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    others = f"{head}: {counted}{f', at {named}' if named else ''}; `alertd check` says what is wrong"
    # A desk that no receiver has: in full it is told to nobody, for it may be about several desks.
    return Tell("reload_refused", "configuration", text, at, desk=whose or "several", others=others)


def _is_shared(file: str, config: Path) -> bool:
    """Tell whether a file may be named to all: the settings, or YAML that says of no desk that it is its own."""
    return file == str(config) or (file.endswith((".yaml", ".yml")) and desk_of(file) is None)


def positions(one: Trouble, book: RuleBook, episode: str) -> Tell:
    """Tell of positions that were refused or are stale."""
    text = f"Portfolio {one.portfolio}: {one.text}. File: {one.file}"
    desk = desk_of_portfolio(one.portfolio, book)
    others = f"Desk {desk}: positions need a look; the log says more." if desk is not None else ""
    return Tell("positions", one.portfolio, text, episode, desk=desk, others=others)


def positions_healed(portfolio: str, book: RuleBook, at: str) -> Tell:
    """Tell that the positions of a portfolio are in order again."""
    found = book.portfolio(portfolio)
    of = f", those of {found.holdings.as_of}" if found is not None and found.holdings.as_of else ""
    text = f"Portfolio {portfolio}: the positions are in order again{of}"
    desk = desk_of_portfolio(portfolio, book)
    others = f"Desk {desk}: positions are in order again." if desk is not None else ""
    return Tell("positions_healed", portfolio, text, at, desk=desk, others=others)


def desk_of_portfolio(portfolio: str, book: RuleBook) -> str | None:
    """Say which desk a portfolio belongs to; one that is not in the book may be any desk's."""
    found = book.portfolio(portfolio)
    if found is not None:
        return found.desk
    return "unknown" if any(p.desk is not None for p in book.portfolios) else None
