"""What deciding needs to know of each receiver: its settings, with its conditions compiled beside the rules.

settings -> portfolios and event types that it names: there, and on this side of the wall?
         -> `only`, `pass`: read with what the rules define, every fault where it is written
         -> zones that are not written: those of the portfolios that tell it
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from alertd.alerts.policy import Cooldown, DigestTimes, Escalate, Fitting, Quiet, ReceiverPolicy, Storm
from alertd.base import suggest
from alertd.base.clock import to_datetime
from alertd.base.exchanges import warm_up
from alertd.base.yaml import Document, Path
from alertd.errors import Fault
from alertd.notify.config import ReceiverConfig
from alertd.notify.config_timing import weekdays
from alertd.rules.conditions_alert import read_condition
from alertd.rules.known import Known
from alertd.rules.known_rules import Asking
from alertd.rules.loaded import Loaded
from alertd.rules.traits import types_named
from alertd.settings import Settings

_CONDITIONS: Mapping[str, tuple[str, ...]] = {
    "only": ("only",),
    "quiet": ("quiet", "pass"),
    "digest": ("digest", "pass"),
}
"""Where conditions stand in the settings of a receiver."""


@dataclass(frozen=True, slots=True)
class Made:
    """The receivers, unless something about them is wrong."""

    policies: Mapping[str, ReceiverPolicy] = field(default_factory=dict)
    faults: Sequence[Fault] = ()
    """With warnings."""


def receiver_policies(
    settings: Settings,
    conditions: Mapping[tuple[str, str], Fitting] | None = None,
    zones: Mapping[str, str] | None = None,
) -> dict[str, ReceiverPolicy]:
    """Say what deciding needs to know of each receiver.

    `conditions` are those of (receiver, `only`, `quiet` or `digest`), `zones` those of the portfolios that tell each.
    """
    made, known = conditions or {}, zones or {}
    return {
        receiver.id: _policy(
            receiver,
            {name: fitting for (whose, name), fitting in made.items() if whose == receiver.id},
            known.get(receiver.id, "UTC"),
        )
        for receiver in settings.receivers
    }


def _policy(receiver: ReceiverConfig, conditions: Mapping[str, Fitting], zone: str) -> ReceiverPolicy:
    cooldown, storm, escalate = receiver.cooldown, receiver.storms, receiver.escalate
    return ReceiverPolicy(
        id=receiver.id,
        mode=receiver.mode,
        min_severity=receiver.min_severity,
        updates=receiver.updates,
        expire_s=receiver.expire,
        accepts=receiver.accepts,
        leaves=receiver.leaves,
        desk=receiver.desk,
        covered=receiver.coverage is not None,
        portfolios=frozenset(receiver.portfolios),
        event_types=frozenset(receiver.event_types),
        only=conditions.get("only"),
        cooldown=Cooldown(cooldown.by, cooldown.seconds) if cooldown is not None else None,
        quiet=_quiet(receiver, conditions.get("quiet"), zone),
        digest=_digest(receiver, conditions.get("digest"), zone),
        storm=Storm(storm.at_most, storm.per, storm.every) if storm is not None else None,
        group_s=receiver.group or 0.0,
        escalate=Escalate(escalate.after, tuple(escalate.to), escalate.min_severity)
        if escalate is not None
        else None,
        show_weights=receiver.show_weights,
        note=receiver.note,
        notes_apart=receiver.notes_apart,
        answered=receiver.answered,
        answers_wait=receiver.answers_wait,
    )


def _quiet(receiver: ReceiverConfig, passes: Fitting | None, zone: str) -> Quiet | None:
    quiet = receiver.quiet
    if quiet is None:
        return None
    return Quiet(
        hours=quiet.hours or "",
        timezone=quiet.timezone or zone,
        calendars=tuple(dict.fromkeys(quiet.calendars)),
        release=quiet.release,
        expire_s=quiet.expire,
        passes=passes,
    )


def _digest(receiver: ReceiverConfig, passes: Fitting | None, zone: str) -> DigestTimes | None:
    digest = receiver.digest
    if digest is None:
        return None
    at = tuple(sorted(set(digest.at)))
    return DigestTimes(at=at, timezone=digest.timezone or zone, days=weekdays(digest.days), passes=passes)


def read_calendars(policies: Mapping[str, ReceiverPolicy], now: int) -> None:
    """Read the trading days of the exchanges that receivers follow, of this year and the next: the first time that
    takes 0.2 s, which is too long for whoever decides on an alert. `now` in ms.
    """
    year = to_datetime(now).year
    for exchange in {name for policy in policies.values() if policy.quiet for name in policy.quiet.calendars}:
        warm_up(exchange, year)


# --- beside the rules -----------------------------------------------------------------------------------------


class _Side:
    """What receivers of one desk may name: what stands on their side of the wall. Made once for all of them."""

    def __init__(self, rules: Loaded, desk: str | None) -> None:
        self._rules = rules
        self._desk = desk
        self._told = [p for p in rules.book.portfolios if p.desk is None or p.desk == desk]

    @cached_property
    def portfolios(self) -> Mapping[str, str]:
        """The portfolios that there are -> why they cannot be named here; empty if they can."""
        found = {p.id: f"belongs to desk `{p.desk}`, and this receiver does not" for p in self._rules.book.portfolios}
        return found | {p.id: "" for p in self._told}

    @cached_property
    def known(self) -> Known:
        """What conditions may name: what the desk may, of the portfolios that may tell its receivers."""
        assert self._rules.names is not None
        known = Asking(self._rules.names, self._desk)
        rules = [rule for portfolio in self._told for rule in portfolio.rules]
        known.portfolios = {portfolio.id for portfolio in self._told}
        known.rules = {rule.id for rule in rules}
        known.tags = {tag for rule in rules for tag in rule.tags}
        known.owners = {rule.owner for rule in rules if rule.owner}
        return known


def read_receivers(doc: Document, settings: Settings, rules: Loaded, zones: Mapping[str, str]) -> Made:
    """Make the receivers of settings, whose document this is, with the rules that they name."""
    faults: list[Fault] = []
    conditions: dict[tuple[str, str], Fitting] = {}
    sides = {desk: _Side(rules, desk) for desk in {receiver.desk for receiver in settings.receivers}}
    for i, receiver in enumerate(settings.receivers):
        path: Path = ("receivers", i)
        side = sides[receiver.desk]
        if receiver.portfolios:
            faults += _unknown(doc, (*path, "portfolios"), receiver.portfolios, side.portfolios)
        faults += _unknown_types(doc, (*path, "event_types"), receiver.event_types, rules)
        faults += _zoneless(doc, path, receiver, zones)
        for name, steps in _CONDITIONS.items():
            if doc.node((*path, *steps)) is None:
                continue
            condition, found = read_condition(doc, (*path, *steps), side.known)
            faults += found
            if condition is not None:
                terms = frozenset(condition.terms())
                conditions[receiver.id, name] = Fitting(condition, types_named(condition), terms)
    terms = frozenset(term for fitting in conditions.values() for term in fitting.terms)
    shared = {key: replace(fitting, terms=terms) for key, fitting in conditions.items()}
    return Made(receiver_policies(settings, shared, zones), faults)


def _unknown(doc: Document, path: Path, named: Iterable[str], known: Mapping[str, str]) -> Iterator[Fault]:
    for i, name in enumerate(named):
        if name not in known:
            hint = suggest.hint(name, [other for other, why in known.items() if not why])
            yield doc.fault((*path, i), f"there is no portfolio `{name}`", hint)
        elif known[name]:
            yield doc.fault((*path, i), f"portfolio `{name}` {known[name]}", "set `desk:` here, or name another")


def _unknown_types(doc: Document, path: Path, named: Iterable[str], rules: Loaded) -> Iterator[Fault]:
    known = rules.names.type_names if rules.names is not None else None
    for i, name in enumerate(named):
        if known is not None and name not in known:
            hint = suggest.hint(name, sorted(known)) or "event types stand in files under rules/event-types/"
            yield doc.fault((*path, i), f"unknown event type `{name[:60]}`", hint)


def _zoneless(doc: Document, path: Path, receiver: ReceiverConfig, zones: Mapping[str, str]) -> Iterator[Fault]:
    """Warn of clocks that nobody has chosen."""
    for key, said in (("quiet", receiver.quiet), ("digest", receiver.digest)):
        if said is not None and said.timezone is None and receiver.id not in zones:
            message = (
                f"`{key}` of receiver `{receiver.id}` goes by UTC: the portfolios that tell it have not one zone"
            )
            yield doc.fault((*path, key), message, "write `timezone:` there", key=True, severity="warning")
