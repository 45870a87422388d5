"""What the pages ask beside alerts, as far as it belongs to one process: what is in force and kept, what runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec

from alertd.app.link import Boot, Reload
from alertd.app.reach import reach_from
from alertd.app.state import read_run_states
from alertd.asking.in_force import InForce
from alertd.asking.past import Past
from alertd.asking.reach import Reach
from alertd.web.portfolio_names import PortfolioName, PortfolioNames

Status = Callable[[], Awaitable[dict[str, Any]]]


class Shown:
    """Begun with the process; a reload replaces what is in force."""

    def __init__(self, reach: Reach, version: str, portfolios: Sequence[PortfolioName], status: Status) -> None:
        """`version` is that of the rules, `portfolios` all in them; `status` gives what `/v1/status` does."""
        self.names = PortfolioNames(portfolios)
        self.in_force = InForce(reach, version, self.names.all)
        self.past = Past(reach)
        self.status = status

    def serve(self, new: Reload) -> None:
        """Take what a reload brings."""
        self.names.serve(new.portfolios)
        self.in_force.serve(reach_from(new.settings), new.version)

    def daemons(self) -> Sequence[Mapping[str, Any]]:
        """Say what runs on this state directory."""
        found: list[dict[str, Any]] = [
            msgspec.to_builtins(one) for one in read_run_states(self.in_force.reach.state_dir)
        ]
        return found


def shown_of(boot: Boot, status: Status) -> Shown:
    """Begin with what the supervisor tells a process at its start."""
    return Shown(reach_from(boot.snapshot.settings), boot.snapshot.book.version, boot.portfolios, status)
