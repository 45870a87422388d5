"""What the pages ask beside alerts, as far as it belongs to one process: what is in force and kept, what runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec

from alertd.alerts.policy import ReceiverPolicy
from alertd.app.link import Boot, Reload
from alertd.app.reach import reach_from
from alertd.app.state import read_run_states
from alertd.asking.apart import Apart
from alertd.asking.house import House
from alertd.asking.in_force import InForce, Setup
from alertd.asking.past import Past
from alertd.asking.portfolio_names import PortfolioName, PortfolioNames
from alertd.asking.rule_files import RuleFiles
from alertd.base.born import Born
from alertd.base.clock import system_clock
from alertd.net.client import HttpClient
from alertd.settings import Settings
from alertd.store.redis import RedisStore

Status = Callable[[], Awaitable[dict[str, Any]]]


class Shown:
    """Begun with the process; a reload replaces what is in force."""

    def __init__(
        self, setup: Setup, portfolios: Sequence[PortfolioName], redis_url: str, status: Status,
        born: Sequence[Born] = (),
    ) -> None:  # fmt: skip
        """`portfolios` are all in the rules; `status` gives what `/v1/status` does; `born` wait to answer."""
        self.names = PortfolioNames(portfolios)
        self.in_force = InForce(setup, self.names)
        self.past = Past(setup.reach)
        self.apart = Apart(self.in_force, redis_url, born)
        self.files = RuleFiles(self.in_force)
        self.status = status

    def serve(self, new: Reload) -> None:
        """Take what a reload brings."""
        self.in_force.serve(setup_of(new.settings, new.receivers, new.version), new.portfolios)
        self.apart.begin_again()

    def house(self, store: RedisStore, http: HttpClient) -> House:
        """Give what the API asks."""
        return House(store, self.in_force, self.past, self.apart, self.files, http, system_clock)

    def daemons(self) -> Sequence[Mapping[str, Any]]:
        """Say what runs on this state directory."""
        found: list[dict[str, Any]] = [
            msgspec.to_builtins(one) for one in read_run_states(self.in_force.reach.state_dir)
        ]
        return found


def shown_of(boot: Boot, status: Status, born: Sequence[Born]) -> Shown:
    """Begin with what the supervisor tells a process at its start."""
    snapshot = boot.snapshot
    setup = setup_of(snapshot.settings, snapshot.receivers, snapshot.book.version)
    return Shown(setup, boot.portfolios, boot.redis_url, status, born)


def setup_of(settings: Settings, policies: Mapping[str, ReceiverPolicy], version: str) -> Setup:
    """Give what is asked about of the settings, and which rules are in force."""
    return Setup(reach_from(settings), version, policies, settings.smtp)
