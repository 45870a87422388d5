"""Terms that stand together: one of each of some groups within a number of words."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set

from alertd.text.term import Term

_Place = tuple[int, int, int]
"""First word, last word, group."""


def nearest(
    positions: Callable[[Term], list[tuple[int, int]]], groups: Sequence[Set[Term]], within: int, before: int | None
) -> list[tuple[int, int]] | None:
    """Give the first and last word of a term of each group, the first that lie within so many words; None: none do.

    `positions` gives the places of a term; of these only such count as end before the word `before`.
    """
    places: list[_Place] = []
    for number, group in enumerate(groups):
        there = len(places)
        for term in group:
            places.extend((a, z, number) for a, z in positions(term) if before is None or z < before)
        if len(places) == there:
            return None
    return _closest(sorted(places), len(groups), within)


def _closest(places: list[_Place], groups: int, within: int) -> list[tuple[int, int]] | None:
    """Go backwards through the places, which are in the order of their first words.

    Among the places from here on, the one of a group that ends first is the best for a window that begins here.
    """
    best: dict[int, _Place] = {}
    found: list[_Place] | None = None
    for place in reversed(places):
        first, last, group = place
        kept = best.get(group)
        if kept is None or last <= kept[1]:
            best[group] = place
        if len(best) == groups and max(p[1] for p in best.values()) - first < within:
            found = list(best.values())
    return sorted((a, z) for a, z, _ in found) if found is not None else None
