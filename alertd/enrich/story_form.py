"""Whether two items of one publisher are one form with something else filled in, or parts of a series. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from alertd.enrich.story_report import Report
from alertd.enrich.story_weights import FORM, SERIES
from alertd.enrich.story_words import ORDINARY, stem


def filled_in(one: Report, other: Report, *, alike: bool, bare: bool) -> bool:
    """Whether both titles are one form, or their texts are `alike`, and each says something else in it.

    Of `bare` titles without a text it is enough that one of them does.
    """
    words, its = set(one.skeleton), set(other.skeleton)
    if len(words & its) < 0.4 * max(len(words), len(its), 1) and not alike:
        return False
    own, theirs = _only(one, other), _only(other, one)
    return bool(own and theirs) or (bool(own or theirs) and bare)


def has_another_head(one: Report, other: Report) -> bool:
    """Whether both titles go on in the same words behind a first word of which the other report says nothing."""
    words, its = one.skeleton, other.skeleton
    if not words or not its or words[0] == its[0] or words[1 : FORM + 1] != its[1 : FORM + 1]:
        return False
    long_enough = min(len(words), len(its)) > FORM
    return long_enough and stem(words[0]) not in other.words() and stem(its[0]) not in one.words()


def are_parts(one: Report, other: Report) -> bool:
    """Whether both are parts of a series: numbered, or with nothing in common behind its name and a colon."""
    number, its = _numbered(one.skeleton), _numbered(other.skeleton)
    if number and its and number.isdisjoint(its):
        return True
    cut = one.series
    if not cut or cut != other.series or one.skeleton[:cut] != other.skeleton[:cut]:
        return False
    return one.publisher == other.publisher and set(one.skeleton[cut:]).isdisjoint(_telling(other, cut))


def _only(one: Report, other: Report) -> set[str]:
    """Give what one title says that the other report does not: rare words and figures."""
    words = other.words()
    theirs = {word for word in other.skeleton if word.isdigit()}
    figures = {word for word in one.skeleton if word.isdigit()} - theirs if theirs else set()
    return {word for word, weight in one.title.items() if weight > ORDINARY and word not in words} | figures


def _telling(report: Report, cut: int) -> list[str]:
    """Give the words behind a place of a title that tell something."""
    return [word for word in report.skeleton[cut:] if report.title.get(stem(word), 0) > 1]


def _numbered(words: Sequence[str]) -> set[tuple[str, str]]:
    return {(before, number) for before, number in pairwise(words) if number.isdigit() and before in SERIES}
