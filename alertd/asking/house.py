"""What a running daemon lends to those who ask it over HTTP."""

from __future__ import annotations

from dataclasses import dataclass

from alertd.asking.apart import Apart
from alertd.asking.in_force import InForce
from alertd.asking.past import Past
from alertd.asking.rule_files import RuleFiles
from alertd.base.clock import Clock
from alertd.net.client import HttpClient
from alertd.store.redis import RedisStore


@dataclass(frozen=True, slots=True)
class House:
    """What is asked of one daemon."""

    store: RedisStore
    in_force: InForce
    past: Past
    apart: Apart
    """Answers what takes a processor for a while."""
    files: RuleFiles
    http: HttpClient
    clock: Clock
