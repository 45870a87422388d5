"""The story that an event belongs to: proposed here, assigned by the store. Pure.

    event -> Report -> keys -> [the store: stories under these keys] -> compare with founder and newest -> Proposal

A story is open for 72 hours after its last report and for 7 days at most. A report joins the story that it looks most
like, if it looks enough like it; else it founds its own. It is compared with the story's first report and with its
newest: a story goes on as it is told, and never away from what founded it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from alertd.base.ids import story_id
from alertd.enrich.story_compare import compare
from alertd.enrich.story_counts import Counts, counted, united_counts
from alertd.enrich.story_filing import tells_news
from alertd.enrich.story_pair import NOTHING, Likeness
from alertd.enrich.story_report import Report
from alertd.enrich.story_weights import JOIN
from alertd.model import Story

HOUR_MS = 3_600_000
IDLE_MS = 72 * HOUR_MS
"""A story to which nothing came for so long is over."""
LIFE_MS = 7 * 24 * HOUR_MS
DECAY = 0.75
FOUNDER = 0.3
"""What a report must have in common with the founder at least, however much it is like the newest."""
MERGE = 0.62
"""From this score against two stories on, an event shows that they are one."""
KEY_WORDS, KEY_HASHES, KEY_COMPANIES, KEY_FIGURES, KEY_FILER = 8, 3, 3, 3, 2
"""How many of a kind a report is found by."""
KEY_WEIGHT = 4
"""What a word weighs at least by which a story is found."""
KEY_DIGITS = 3
"""Characters of a figure by which a story is found: `61000`, `1.2e+09`, `17%`."""
WHY = 240


class StoryState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What is remembered of an open story."""

    founder: Report
    newest: Report | None = None
    """None while there is only one."""
    last_ms: int
    counts: Counts = {}
    previous: str | None = None

    def latest(self) -> Report:
        """Give the newest report."""
        return self.newest if self.newest is not None else self.founder


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What is frozen for an event: the same at every retry and for every later revision."""

    story: Story
    because: str = ""
    """Why it joined the story, in words; empty if it founded it."""
    merged: list[str] = []
    """Stories that this event showed to be the same as its own."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an event should become, for the store to make it so."""

    story: str
    """The story that it changes."""
    answer: Answer
    state: StoryState
    """Of its story, with the event in it."""
    keys: list[str]
    merged: tuple[str, ...] = ()
    """Stories that become part of it."""


def keys_of(report: Report) -> list[str]:
    """Give the keys under which a report's story is found, and by which stories are found for it."""
    keys = list(report.names)
    if report.kind == "filing":
        keys += [f"co:{company}" for company in report.main()[:KEY_COMPANIES]]
        return keys + ([f"wo:{word}" for word in report.filer[:KEY_FILER]] if tells_news(report) else [])
    keys += [f"ti:{report.same_title}"] if report.same_title else []
    if report.alone:
        return keys
    keys += [f"sk:{value:x}" for value in report.sketch[:KEY_HASHES]]
    keys += [f"co:{company}" for company in report.main()[:KEY_COMPANIES]]
    keys += [f"pa:{pair}" for pair in report.pairs]
    words = report.title if len(report.title) >= KEY_WORDS else report.words()
    rare = [word for word, weight in words.items() if weight >= KEY_WEIGHT and word.isprintable()]
    keys += [f"wo:{word}" for word in sorted(rare, key=lambda word: -words[word])[:KEY_WORDS]]
    return keys + [f"fi:{figure}" for figure in report.numbers if len(figure) >= KEY_DIGITS][:KEY_FIGURES]


def score(report: Report, state: StoryState) -> Likeness:
    """Compare a report with a story; nothing if they do not belong together, or if the story is over for it."""
    if abs(report.at_ms - state.last_ms) > IDLE_MS or abs(report.at_ms - state.founder.at_ms) > LIFE_MS:
        return NOTHING
    if state.newest is None:
        return compare(report, state.founder, JOIN)
    last = compare(report, state.newest, JOIN)
    first = compare(report, state.founder, FOUNDER if last.score >= JOIN else JOIN)
    if last.score > first.score and first.score >= FOUNDER:
        return last
    return first


def propose(
    report: Report,
    stories: Mapping[str, StoryState],
    earlier: Iterable[str] = (),
) -> Proposal:
    """Say which of the open stories a new event joins, or that it founds its own.

    `earlier` are stories between the same parties, the newest first, also those that are over.
    """
    ranked = _ranked(report, stories)
    if not ranked:
        own = story_id(report.event)
        previous = next((one for one in earlier if one != own), None)
        counts, _ = counted({}, report)
        state = StoryState(founder=report, last_ms=report.at_ms, counts=counts, previous=previous)
        return Proposal(own, Answer(story=Story(id=own, previous=previous)), state, keys_of(report))
    into, merged = _canonical(ranked, stories)
    like = ranked[0][1]
    state = stories[into]
    for other in merged:
        state = united(state, stories[other])
    state, story = _joined(into, state, report)
    because = f"{'; '.join(like.why)} ({like.score:.2f})"[:WHY]
    return Proposal(into, Answer(story=story, because=because, merged=list(merged)), state, keys_of(report), merged)


def revised(report: Report, own: str, stories: Mapping[str, StoryState], answer: Answer) -> Proposal | None:
    """Say what a later revision of an event changes: its text may show that its story and another are one.

    The event's story, its novelty and its sources stay as they are. None: nothing changes.
    """
    state = stories.get(own)
    if state is None:
        return None
    others = {name: other for name, other in stories.items() if name != own}
    ranked = [(name, like) for name, like in _ranked(report, others) if like.score >= MERGE]
    told = state.founder.event == report.event or state.latest().event == report.event
    if not ranked and not told:
        return None
    state = _replaced(state, report)
    known = {**stories, own: _replaced(state, report)}
    into, merged = _oldest([own, *(name for name, _ in ranked[:1])], known)
    state = known[into]
    for other in merged:
        state = united(state, known[other])
    same = msgspec.structs.replace(answer, merged=sorted({*answer.merged, *merged}))
    return Proposal(into, same, state, keys_of(report), merged)


def united(older: StoryState, younger: StoryState) -> StoryState:
    """Give the older of two stories with what the younger knew."""
    newest = max((older.latest(), younger.latest()), key=lambda report: report.at_ms)
    return msgspec.structs.replace(
        older,
        newest=newest if newest.event != older.founder.event else older.newest,
        last_ms=max(older.last_ms, younger.last_ms),
        counts=united_counts(older.counts, younger.counts),
    )


def _ranked(report: Report, stories: Mapping[str, StoryState]) -> list[tuple[str, Likeness]]:
    """Give the stories that a report looks like, the likeliest first, of equals the older."""
    found = [(name, like) for name, state in stories.items() if (like := score(report, state)).score >= JOIN]
    return sorted(found, key=lambda one: (-one[1].score, stories[one[0]].founder.at_ms, one[0]))


def _canonical(
    ranked: Sequence[tuple[str, Likeness]], stories: Mapping[str, StoryState]
) -> tuple[str, tuple[str, ...]]:
    """Say which story is joined, and which become part of it: only those that the event is very much like."""
    best = ranked[0][0]
    if ranked[0][1].score < MERGE:
        return best, ()
    return _oldest([name for name, like in ranked[:4] if like.score >= MERGE], stories)


def _oldest(names: Sequence[str], stories: Mapping[str, StoryState]) -> tuple[str, tuple[str, ...]]:
    first, *rest = sorted(names, key=lambda name: (stories[name].founder.at_ms, name))
    return first, tuple(rest)


def _joined(name: str, state: StoryState, report: Report) -> tuple[StoryState, Story]:
    """Take one more report into a story; gives what the event says of its story."""
    counts, seen = counted(state.counts, report)
    newest = report if report.at_ms >= state.latest().at_ms or state.newest is None else state.newest
    after = msgspec.structs.replace(state, newest=newest, last_ms=max(state.last_ms, report.at_ms), counts=counts)
    story = Story(
        id=name,
        novelty=round(DECAY ** (seen.chain - 1), 2),
        sources=seen.sources,
        position=seen.reports,
        previous=state.previous,
    )
    return after, story


def _replaced(state: StoryState, report: Report) -> StoryState:
    """Put a revision in the place of what its event said before."""
    if state.founder.event == report.event:
        state = msgspec.structs.replace(state, founder=report)
    if state.newest is not None and state.newest.event == report.event:
        state = msgspec.structs.replace(state, newest=report)
    return state
