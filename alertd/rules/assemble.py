"""From compiled parts to portfolios: what only several files together can say, or get wrong.

parts -> extends -> receivers, desks, former ids -> holdings -> portfolios
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import msgspec
from msgspec.structs import replace

from alertd.base import suggest
from alertd.base.yaml_document import Place
from alertd.companies.model import NONE_HELD, Holdings
from alertd.errors import Fault
from alertd.rules.book import Portfolio, Rule, portfolio_hash
from alertd.rules.compile import define, hash_of
from alertd.rules.loaded import KnownSettings
from alertd.rules.part import At, Override, Part

Hold = Callable[[Part, Part, str], "Holdings | None"]
"""Gives what a portfolio holds: (the portfolio, the part that says what is held, its time zone); None on a fault."""


class Parts:
    """All parts of a rules directory by id, with what several of them together get wrong."""

    def __init__(
        self, parts: Iterable[Part], broken: Mapping[str, str] | None = None, heads: Iterable[Part] = ()
    ) -> None:
        """`broken` are faulty files with the id that each seems to define: who extends it is not faulted for that.

        `heads` is what can be told of them.
        """
        self.heads = tuple(heads)
        self.broken = {name: file for file, name in (broken or {}).items()}
        self.by_id: dict[str, Part] = {}
        self.derived: dict[str, list[str]] = {}
        """Portfolio -> those that extend it."""
        self.faults: list[Fault] = []
        former: list[Part] = []
        for part in parts:
            first = self.by_id.setdefault(part.id, part)
            if first is not part:
                where = f"first in {first.file}:{first.at[0]}"
                self.faults.append(part.fault(part.at, f"portfolio `{part.id}` is defined twice", where))
            elif part.id in self.broken:
                where = f"and in {self.broken[part.id]}"
                self.faults.append(part.fault(part.at, f"portfolio `{part.id}` is defined twice", where))
            if part.extends is not None:
                self.derived.setdefault(part.extends, []).append(part.id)
            if part.formerly:
                former.append(part)
        self._former(former)

    def _former(self, parts: list[Part]) -> None:
        owners: dict[str, Part] = {}
        for part in parts:
            for name in part.formerly:
                other = self.by_id.get(name) or owners.setdefault(name, part)
                if other is not part or name == part.id:
                    message = f"`{name}` is the id of another portfolio" if other is not part else (
                        f"`{name}` is the id that this portfolio has now")  # fmt: skip
                    self.faults.append(part.fault(part.formerly_at, message, f"in {other.file}:{other.at[0]}"))

    def reached(self, ids: Iterable[str]) -> set[str]:
        """Give these portfolios and all that extend them."""
        todo, found = list(ids), set[str]()
        while todo:
            name = todo.pop()
            if name not in found:
                found.add(name)
                todo += self.derived.get(name, ())
        return found

    def chain(self, part: Part) -> tuple[list[Part], list[Fault]]:
        """Give a part and those that it extends, the nearest first; it ends without a fault before a broken one."""
        chain, seen = [part], {part.id}
        while (base := chain[-1].extends) is not None:
            last = chain[-1]
            if base in seen:
                if base != part.id or base != min(seen):
                    return chain, []  # told once, of the first of the circle
                circle = " -> ".join([*(p.id for p in chain), base])
                return chain, [last.fault(last.extends_at, f"portfolios extend one another in a circle: {circle}")]
            found = self.by_id.get(base)
            if found is None and base in self.broken:
                return chain, []
            if found is None:
                hint = suggest.hint(base, self.by_id) or "it must be one of the files under rules/portfolios/"
                return chain, [last.fault(last.extends_at, f"there is no portfolio `{base}`", hint)]
            if found.desk is not None and found.desk != part.desk:
                message = f"portfolio `{base}` belongs to desk `{found.desk}`"
                return chain, [last.fault(last.extends_at, message, f"write `desk: {found.desk}` here, too")]
            chain.append(found)
            seen.add(base)
        return chain, []


@dataclass(slots=True)
class Assembler:
    """Makes portfolios of parts, and collects the faults."""

    parts: Parts
    settings: KnownSettings
    hold: Hold
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        for head in self.parts.heads:
            self._receivers(head, head, _named(head))
            self._receivers(head, head, head.rule_receivers)

    def portfolio(self, part: Part) -> Portfolio | None:
        """Make one portfolio; None if it is faulty or not enabled."""
        chain, faults = self.parts.chain(part)
        self.faults += faults
        if faults or chain[-1].extends is not None:
            return None
        title = next((p.title for p in chain if p.title is not None), part.id)
        timezone = next((p.timezone for p in chain if p.timezone is not None), "UTC")
        receivers = next((p for p in chain if p.receivers is not None), part)
        held = next((p for p in chain if p.inline is not None or p.holdings is not None), None)
        before = len(self.faults)
        rules = self._rules(chain)
        self._receivers(part, receivers, _named(receivers))
        self._receivers(part, part, part.rule_receivers)
        if len(chain) > 1:
            own = {name for name, _ in part.rule_receivers}
            inherited = dict.fromkeys(name for rule in rules for name in rule.receivers if name not in own)
            self._receivers(part, chain[-1], [(name, part.extends_at) for name in inherited])
        holdings = self.hold(part, held, timezone) if held is not None and part.enabled else NONE_HELD
        if not part.enabled or len(self.faults) > before or holdings is None:
            return None
        made = Portfolio(
            id=part.id,
            title=title,
            timezone=timezone,
            receivers=receivers.receivers or (),
            rules=rules,
            holdings=holdings,
            desk=part.desk,
            identity=part.formerly[0] if part.formerly else "",
        )
        return replace(made, hash=portfolio_hash(made))

    def _receivers(self, part: Part, says: Part, named: Iterable[tuple[str, At]]) -> None:
        """Check receivers; they are named in the part itself, or in one that it extends."""
        known = self.settings.receivers
        if known is None:
            return
        for name, at in named:
            if name not in known:
                if says is part:
                    hint = suggest.hint(name, known) or "define it in alertd.yaml"
                    self.faults.append(part.fault(at, f"there is no receiver `{name}`", hint))
            elif part.desk is not None and known[name] != part.desk:
                whose = f"belongs to desk `{known[name]}`" if known[name] else "belongs to no desk"
                hint = (
                    f"alerts of desk `{part.desk}` go only to its own receivers; set `desk:` there, or name another"
                )
                place = at if says is part else part.extends_at
                self.faults.append(part.fault(place, f"receiver `{name}` {whose}", hint))

    def _rules(self, chain: list[Part]) -> tuple[Rule, ...]:
        if len(chain) == 1 and not chain[0].overrides:
            return chain[0].rules
        rules: dict[str, Rule | None] = {}
        """None: it is off; it can be switched on again only by standing there whole."""
        for part in reversed(chain):
            rules.update((rule.id, rule) for rule in part.rules)
            rules.update(dict.fromkeys(part.off))
            for override in part.overrides:
                if override.id not in rules:
                    self._dangling(part, override, rules)
                elif (inherited := rules[override.id]) is not None:
                    rules[override.id] = overridden(inherited, override) if override.enabled else None
                elif override.enabled:
                    message = f"rule `{override.id}` is off where it is inherited from, so this changes nothing"
                    self.faults.append(part.fault(override.at, message, "write it whole to switch it on"))
        return tuple(rule for rule in rules.values() if rule is not None)

    def _dangling(self, part: Part, override: Override, rules: Iterable[str]) -> None:
        message = f"rule `{override.id}` has no `when`, and none of that id is inherited"
        self.faults.append(part.fault(override.at, message, suggest.hint(override.id, rules)))


def _named(part: Part) -> Iterator[tuple[str, At]]:
    return zip(part.receivers or (), part.receivers_at, strict=True)


def overridden(rule: Rule, override: Override) -> Rule:
    """Give an inherited rule with what an entry without a condition says."""
    definition = define({**msgspec.json.decode(rule.definition), **override.written})
    return replace(
        rule,
        title=override.title if override.title is not None else rule.title,
        severity=override.severity if override.severity is not None else rule.severity,
        hash=hash_of(definition),
        definition=definition,
        **override.settings,
    )


class Places(Mapping[tuple[str, str], Place]):
    """Where ids are written, as `Loaded.places` has them. Looked up when asked for."""

    def __init__(self, parts: Mapping[str, Part], event_types: Mapping[str, Place]) -> None:
        self._parts = parts
        self._types = event_types
        self._own: dict[str, dict[str, At]] = {}
        """Portfolio -> the rules in its own file; of those that were asked about."""

    def __getitem__(self, key: tuple[str, str]) -> Place:
        portfolio, rule = key
        if not portfolio:
            return self._types[rule]
        if not rule:
            return self._parts[portfolio].place(self._parts[portfolio].at)
        part: Part | None = self._parts[portfolio]
        while part is not None:
            if part.id not in self._own:
                self._own[part.id] = dict(_places(part))
            if (at := self._own[part.id].get(rule)) is not None:
                return part.place(at)
            part = self._parts.get(part.extends or "")
        raise KeyError(key)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        for name in self._parts:
            rules: dict[str, None] = {"": None}
            part: Part | None = self._parts[name]
            while part is not None:
                rules.update((rule, None) for rule, _ in _places(part))
                part = self._parts.get(part.extends or "")
            yield from ((name, rule) for rule in rules)
        yield from (("", name) for name in self._types)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _places(part: Part) -> Iterator[tuple[str, At]]:
    yield from zip((rule.id for rule in part.rules), part.rules_at, strict=True)
    yield from zip(part.off, part.off_at, strict=True)
    yield from ((override.id, override.at) for override in part.overrides)
