"""What one desk may see of the journal: its own and what is nobody's; what cannot be attributed it does not see."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import to_builtins
from msgspec.structs import replace

from alertd.asking.past_rules import Books, Version
from alertd.asking.reach import Reach
from alertd.history.archive.limits import rights_of
from alertd.history.walls import UNKNOWN, for_desk
from alertd.model import AlertState, Delivery, JournalRecord, Rights, StoredAlert, event_from_dict, event_to_dict
from alertd.rules.walls import Walls, may_see

Owners = Callable[[Sequence[str]], Mapping[str, tuple[str, str | None]]]
Load = Callable[[Sequence[str]], Awaitable[Mapping[str, StoredAlert]]]


async def load_nothing(ids: Sequence[str]) -> Mapping[str, StoredAlert]:
    """Give no alerts: for views that look at none."""
    return {}


def owners_of(reach: Reach) -> dict[str, str | None]:
    """Say of each source and receiver whose it is. One id for both: a desk's wins."""
    named = [*reach.sources, *reach.receivers]
    return {one.id: one.desk for one in sorted(named, key=lambda one: one.desk is not None)}


@dataclass(slots=True)
class DeskView:
    """The journal as a desk sees it; `desk` None: as whoever runs alertd does, whole."""

    desk: str | None
    books: Books
    load: Load
    """Gives alerts from the store."""
    owners: Owners | None = None
    """Says of alerts that the store does not keep any more of which portfolio they are, and whose."""
    only: Callable[[str, str | None], bool] | None = None
    """Tells of a portfolio and whose it is whether it is one of those that are asked about; None: all are."""
    _alerts: dict[str, str | None] = field(default_factory=dict)

    async def of(self, record: JournalRecord) -> JournalRecord | None:
        """Give a record as the desk sees it; None if it is not for it."""
        if self.desk is None:
            return record
        if record.kind == "event" and "event" in record.data:
            return self._event(record)
        if record.kind == "note" and not self.may_be_told(rights_of(record)):
            return None
        owners = await self._owners(record)
        if not owners or not all(self.may_see(owner) for owner in owners):
            return None
        return for_desk(record, self.desk, owners)

    def may_see(self, owner: str | None) -> bool:
        """Tell whether what belongs to an owner is for the desk."""
        return may_see(self.desk, owner)

    def may_be_told(self, rights: Rights | None) -> bool:
        """Tell whether a receiver that is for the desk may be told of what stands under these rights."""
        if rights is None or not rights.receivers:
            return True
        known = owners_of(self.books.reach)
        return any(self.may_see(known.get(name, UNKNOWN)) for name in rights.receivers)

    def sees_portfolio(self, name: str, version: Version) -> bool:
        """Tell whether a portfolio is for the desk; one that no rules know is not."""
        return self.may_see(self._portfolio(name, version))

    def sees_alert(self, state: AlertState) -> bool:
        """Tell whether an alert is for the desk."""
        return self.may_see(state.desk) and self.sees_portfolio(state.alert.portfolio, self.books.today())

    async def sees_delivery(self, delivery: Delivery) -> bool:
        """Tell whether a delivery is for the desk: its receiver is, and the alert that it is about, if any."""
        if self.desk is None:
            return True
        owners = [owners_of(self.books.reach).get(delivery.receiver, UNKNOWN)]
        owners += await self._of_alerts([delivery.alert]) if delivery.alert else []
        return all(self.may_see(owner) for owner in owners)

    # --- events -----------------------------------------------------------------------------------------------

    def _event(self, record: JournalRecord) -> JournalRecord | None:
        """Leave out what is of other desks: companies, matches, decisions, and what names them."""
        version = self.books.of(record.data)
        event = event_from_dict(record.data["event"])
        owner = version.book.source_desks.get(event.source, owners_of(self.books.reach).get(event.source))
        if not self.may_see(owner) or not self.may_see(record.data.get("source_desk")):
            return None
        if not self.may_be_told(event.provenance.rights):
            return None
        undeclared = None if version.then else UNKNOWN
        seen = Walls(version.book.companies.declared, undeclared=undeclared).seen_by(event, self.desk)
        theirs = {name for name, desk in record.data.get("desks", {}).items() if not self.may_see(desk)}

        def may_see(portfolio: str) -> bool:  # whosever it is by now, and was then
            return portfolio not in theirs and self.sees_portfolio(portfolio, version)

        data: dict[str, Any] = record.data | {"event": event_to_dict(seen)}
        for name in ("matches", "decisions", "failures"):
            data[name] = [one for one in record.data.get(name, []) if may_see(one["portfolio"])]
        if "alerts" in record.data:
            cards = [one for one in record.data["alerts"] if may_see(one["portfolio"])]
            data["alerts"] = [one for one in cards if self.may_see(one.get("desk"))]
        if "desks" in record.data:
            data["desks"] = {name: desk for name, desk in record.data["desks"].items() if self.may_see(desk)}
        if verdicts := record.data.get("over_time", {}).get("verdicts"):
            kept = [one for one in verdicts if may_see(one["portfolio"])]
            data["over_time"] = record.data["over_time"] | {"verdicts": kept}
        if seen is not event:  # why it is part of its story may name whom the desk does not see
            data.pop("story", None)
        decisions = data["decisions"]
        named = {one["alert"] for one in decisions}
        named.update(what for one in decisions for what in one["receivers"].values())
        ids = [one for one in record.ids if not one.startswith(("al_", "dl_", "si_")) or one in named]
        reason = ", ".join(dict.fromkeys(one["reason"] for one in decisions)) or "no_match"
        return replace(record, ids=ids, reason=reason, data=to_builtins(data))

    # --- everything else --------------------------------------------------------------------------------------

    async def _owners(self, record: JournalRecord) -> set[str | None]:
        """Say whose what a record tells of is; empty if that is not known."""
        data, known = record.data, owners_of(self.books.reach)
        found: set[str | None] = set()
        if isinstance(data.get("desk"), str):
            found.add(data["desk"])
        elif record.kind == "notice":
            found.add(self._notice(str(data.get("subject", "")), known))
        portfolios = [*data.get("portfolios", []), *([data["portfolio"]] if data.get("portfolio") else [])]
        found.update(self._portfolio(name, self.books.today()) for name in portfolios)
        found.update(known[name] for name in record.ids if name in known)
        if data.get("receiver") in known:
            found.add(known[data["receiver"]])
        if alerts := [name for name in record.ids if name.startswith("al_")]:
            found.update(await self._of_alerts(alerts))
        return found

    def _notice(self, subject: str, known: Mapping[str, str | None]) -> str | None:
        """Say whose trouble a notice of before told that has no desk written on it."""
        book = self.books.today().book
        name = subject.partition("/")[0]
        if (portfolio := book.portfolio(name)) is not None:
            return portfolio.desk
        return known.get(name)

    def _portfolio(self, name: str, version: Version) -> str | None:
        found = version.book.portfolio(name) or self.books.today().book.portfolio(name)
        return found.desk if found is not None and self._is_asked(name, found.desk) else UNKNOWN

    def _is_asked(self, portfolio: str, desk: str | None) -> bool:
        return self.only is None or self.only(portfolio, desk)

    async def _of_alerts(self, names: Sequence[str]) -> list[str | None]:
        asked = [name for name in names if name not in self._alerts]
        if asked:
            there = await self.load(asked)
            states = {name: state for name in asked if name in there and (state := there[name].state) is not None}
            known = {name: (state.alert.portfolio, state.desk) for name, state in states.items()}
            if self.owners is not None and (older := [name for name in asked if name not in known]):
                known.update(self.owners(older))
            for name in asked:
                portfolio, desk = known.get(name, ("", UNKNOWN))
                owner = desk or self._portfolio(portfolio, self.books.today())
                self._alerts[name] = owner if self._is_asked(portfolio, owner) else UNKNOWN
        return [self._alerts[name] for name in names]
