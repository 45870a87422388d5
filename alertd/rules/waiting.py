"""The rules that may wait for an earlier step: sequences with conditions beside them (`beside.py`).

No rule of these is asked about an event that is no last step. It is enough to know that some of them have such an
earlier step; then the facts are read, and name the rules whose last step has been seen.
"""

from __future__ import annotations

from collections import Counter

from alertd.rules.beside import has_beside, mark_of
from alertd.rules.index import plain
from alertd.rules.keys import Keys
from alertd.rules.logic import Key
from alertd.rules.slot import Slot
from alertd.rules.state import Sequence as Steps
from alertd.rules.state import Step

_Waited = tuple[Step, bool]
"""A step, and whether its rule sees routine forms."""


class Waiting:
    """The rules of a book that have conditions beside a sequence, by their marks, and their earlier steps."""

    def __init__(self) -> None:
        self._slots: dict[str, Slot] = {}
        self._steps: dict[Key, Counter[_Waited]] = {}

    def add(self, slot: Slot) -> None:
        """Take in a rule, if it is one of these."""
        if slot.portfolio is not None and slot.rule is not None and has_beside(slot.rule):
            self._slots[mark_of(slot.portfolio, slot.rule)] = slot
            for key, waited in _posted(slot):
                self._steps.setdefault(key, Counter())[waited] += 1

    def remove(self, slot: Slot) -> None:
        """Forget a rule that was added."""
        if slot.portfolio is None or slot.rule is None or not has_beside(slot.rule):
            return
        mark = mark_of(slot.portfolio, slot.rule)
        if self._slots.get(mark) is slot:  # its next form may have taken the place already
            del self._slots[mark]
        for key, waited in _posted(slot):
            counts = self._steps[key]
            counts[waited] -= 1
            if not counts[waited]:
                del counts[waited]
            if not counts:
                del self._steps[key]

    def may_be_earlier(self, slot: Slot, keys: Keys) -> bool:
        """Whether an event with these keys may be an earlier step of a rule."""
        there = slot.rule is not None and has_beside(slot.rule)
        return there and any(key in keys for key, _ in _posted(slot))

    def slot(self, mark: str) -> Slot | None:
        """Give the rule of a mark."""
        return self._slots.get(mark)

    def steps(self, keys: Keys, *, routine: bool) -> frozenset[Step]:
        """Give the earlier steps that an event with these keys may be; `routine`: it is filed on a routine form."""
        if not self._steps:
            return frozenset()
        found = {waited for key in self._steps.keys() & keys.all() for waited in self._steps[key]}
        return frozenset(step for step, sees_routine in found if sees_routine or not routine)


def _posted(slot: Slot) -> list[tuple[Key, _Waited]]:
    assert slot.rule is not None
    assert isinstance(slot.rule.state, Steps)
    steps = slot.rule.state.steps[:-1]
    return [(key, (step, slot.rule.names_form)) for step in steps for key in plain(step.clause())]
