"""Which of the operator's notices are for whom: for a desk its own, and those about what it may see. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from alertd.asking.caller import Caller
from alertd.history.walls import UNKNOWN
from alertd.model import JournalRecord
from alertd.rules.walls import may_see


def is_for(record: JournalRecord, caller: Caller, owners: Mapping[str, str | None]) -> bool:
    """Tell whether a notice is for somebody: it says that it is their desk's, or it is about a source or receiver
    that they may see. `owners` says whose these are.

    The text of another may name anything. So may that of a notice of their desk, where they are for some of its
    portfolios alone: for them it is about one of these, or about a source or receiver of the desk.
    """
    if caller.all_desks:
        return True
    subject, desk = str(record.data.get("subject", "")), record.data.get("desk")
    if not isinstance(desk, str):
        return may_see(caller.walls, owners.get(subject, UNKNOWN))
    if desk != caller.desk:
        return False
    named = caller.portfolios is None or subject.partition("/")[0] in caller.portfolios
    return named or owners.get(subject, UNKNOWN) == desk
