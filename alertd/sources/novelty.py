"""What of a page is new? Pure: the page, what the store knows of its marks, the verdict with a reason for each entry.

    known by its name                  -> known, or a revision (the store compares the content among the last 8)
    name unknown, strong mark known    -> alias: the GUID changed, the item did not
    most of a page new by name,
      most of that known by weak mark  -> mass republish: aliases of what they were, one note
    the rest                           -> new; at the first subscription `baseline`, as `backlog` says

An alias needs an owner that is not on the page itself: two entries side by side are two items, whatever they say.
When a page shows one GUID (or GUID and link) on several items, a mark says so from then on, and their narrower names
count. The item that had the GUID for itself keeps its event: its strong mark, or its text under the same GUID, tells
it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from alertd.model import Candidate, IngestItem, Known, ParsedFeed, SourceState, Struct
from alertd.sources.identity import ambiguous_mark

Backlog = Literal["none", "24h", "all"]

RECENT_MS = 86_400_000
REPUBLISH_PAGE = 5
"""A page of fewer entries is never called a mass republish."""


class Note(Struct, frozen=True, kw_only=True):
    """Something about the page that the operator should know."""

    kind: Literal["gap_suspected", "mass_republish"]
    text: str


class PageVerdict(Struct, frozen=True, kw_only=True):
    """What is to be done with a page. Each candidate is in `items`, `known` or `skipped`; `items` go in order."""

    items: list[IngestItem]
    known: list[Candidate]
    """Under the names that they are known by."""
    skipped: list[tuple[Candidate, str]]
    """What is nothing to store, with the reason."""
    notes: list[Note]
    sighted: list[str]
    """Marks of everything that is on the page: they stay remembered."""


def marks(page: ParsedFeed) -> list[str]:
    """Give the marks to ask the store about, before `decide`."""
    asked = ((c.identity, *(name for name, _ in c.names), *_flags(c), c.strong, c.weak) for c in page.candidates)
    return list(dict.fromkeys(mark for group in asked for mark in group if mark))


def is_flag(item: IngestItem) -> bool:
    """Say whether an item only stores the mark of an ambiguous GUID, and so stands for no entry of the page."""
    return item.verdict == "alias" and item.candidate.identity[:1] == "a"


def decide(
    page: ParsedFeed, known: Mapping[str, Known], state: SourceState, backlog: Backlog, now: int
) -> PageVerdict:
    """Decide what becomes of each candidate of a page. `now` is in ms."""
    return _Page(page.candidates, known, state, backlog, now).decide()


class _Page:
    def __init__(
        self,
        candidates: Sequence[Candidate],
        known: Mapping[str, Known],
        state: SourceState,
        backlog: Backlog,
        now: int,
    ) -> None:
        self._known = known
        self._state = state
        self._backlog = backlog
        self._now = now
        self._candidates = [self._narrowed(c) for c in candidates]
        owned = {c.position: owner for c in self._candidates if (owner := known.get(c.identity))}
        self._owners: dict[int, Known] = owned
        """By position: whose item a candidate is, by its name."""
        self._present = {owner.identity for owner in owned.values()}
        self._aliases: dict[int, Known] = {}
        self._notes: list[Note] = []

    def decide(self) -> PageVerdict:
        unnamed = [c for c in self._candidates if c.position not in self._owners and not c.tombstone]
        for candidate in unnamed:
            self._alias_if_moved(candidate)
        self._alias_republished(unnamed)
        self._note_gap()
        items: list[IngestItem] = []
        already: list[Candidate] = []
        skipped: list[tuple[Candidate, str]] = []
        for candidate in self._candidates:
            self._sort(candidate, items, already, skipped)
        items += self._ambiguous_marks()
        return PageVerdict(items=items, known=already, skipped=skipped, notes=self._notes, sighted=self._sighted())

    def _narrowed(self, candidate: Candidate) -> Candidate:
        """Take a narrower name where those that are wide enough for this page were found ambiguous before."""
        narrower = candidate.names[len(_wider(candidate)) :]
        for name, event_id in narrower:
            if ambiguous_mark(name) not in self._known:
                return _renamed(candidate, name, event_id)
        return candidate

    def _alias_if_moved(self, candidate: Candidate) -> None:
        owner = self._known.get(candidate.strong)
        if owner is not None and self._alias(candidate, owner):
            return
        formers = [self._known[name].identity for name in _wider(candidate) if name in self._known]
        same_text = self._known.get(candidate.weak)
        if same_text is not None and same_text.identity in formers:
            self._alias(candidate, same_text)

    def _alias(self, candidate: Candidate, owner: Known) -> bool:
        if owner.identity in self._present:
            return False
        self._present.add(owner.identity)
        self._aliases[candidate.position] = owner
        return True

    def _alias_republished(self, unnamed: Sequence[Candidate]) -> None:
        total = len(self._candidates)
        if not self._state.baseline_done or total < REPUBLISH_PAGE or 2 * len(unnamed) <= total:
            return
        same_text = [c for c in unnamed if c.position in self._aliases or c.weak in self._known]
        if 2 * len(same_text) <= len(unnamed):
            return
        for candidate in same_text:
            if candidate.position not in self._aliases:
                self._alias(candidate, self._known[candidate.weak])
        text = (
            f"{len(unnamed)} of {total} entries came back under new ids; {len(self._aliases)} of them were known "
            "by title and text and raise no alert again"
        )
        self._notes.append(Note(kind="mass_republish", text=text))

    def _note_gap(self) -> None:
        entries = [c for c in self._candidates if not c.tombstone]
        strange = bool(entries) and not self._owners and not self._aliases
        if strange and self._state.baseline_done and self._state.entries > 0:
            text = (
                f"none of the {len(entries)} entries on the page was there at the last poll: some in between may "
                "have been missed; poll more often"
            )
            self._notes.append(Note(kind="gap_suspected", text=text))

    def _sort(
        self,
        candidate: Candidate,
        items: list[IngestItem],
        already: list[Candidate],
        skipped: list[tuple[Candidate, str]],
    ) -> None:
        if alias := self._aliases.get(candidate.position):
            items.append(IngestItem(candidate=candidate, verdict="alias", alias_of=alias.identity))
        elif owner := self._owners.get(candidate.position):
            named = _renamed(candidate, owner.identity, owner.event_id)
            if candidate.content_hash in owner.hashes:
                already.append(named)
            else:
                items.append(IngestItem(candidate=named, verdict="new"))
        elif candidate.tombstone:
            skipped.append((candidate, "takes back an item that was never seen"))
        else:
            items.append(
                IngestItem(candidate=candidate, verdict="baseline" if self._is_baseline(candidate) else "new")
            )

    def _is_baseline(self, candidate: Candidate) -> bool:
        if self._state.baseline_done or self._backlog == "all":
            return False
        published = candidate.published_ms
        return self._backlog == "none" or published is None or published < self._now - RECENT_MS

    def _ambiguous_marks(self) -> list[IngestItem]:
        """Remember which names this page showed on several items. The mark hangs on one of them and lives with it."""
        found: dict[str, IngestItem] = {}
        for candidate in self._candidates:
            owner = self._owners.get(candidate.position) or self._aliases.get(candidate.position)
            alias_of = owner.identity if owner else candidate.identity
            for mark in _flags(candidate)[: len(_wider(candidate))]:
                if mark not in self._known and mark not in found:
                    flag = msgspec.structs.replace(candidate, identity=mark, strong="", weak="")
                    found[mark] = IngestItem(candidate=flag, verdict="alias", alias_of=alias_of)
        return list(found.values())

    def _sighted(self) -> list[str]:
        seen: list[str] = []
        for candidate in self._candidates:
            owner = self._owners.get(candidate.position) or self._aliases.get(candidate.position)
            seen += (candidate.identity, candidate.strong, candidate.weak, owner.identity if owner else "")
            seen += (flag for flag in _flags(candidate) if flag in self._known)
        return list(dict.fromkeys(mark for mark in seen if mark))


def _wider(candidate: Candidate) -> list[str]:
    """Give the names that are wider than the one it has: those before it, all where it has one narrower than any."""
    names = [name for name, _ in candidate.names]
    return names[: names.index(candidate.identity)] if candidate.identity in names else names


def _flags(candidate: Candidate) -> list[str]:
    """Give the marks that say that one of its names is ambiguous; where the narrowest is, nothing could follow."""
    return [ambiguous_mark(name) for name, _ in candidate.names[:-1]]


def _renamed(candidate: Candidate, identity: str, event_id: str) -> Candidate:
    """Give the candidate the names that the item is known by, in its event too."""
    if candidate.identity == identity and candidate.event_id == event_id:
        return candidate
    # The id is the second field of the JSON, and nothing before it could be mistaken for it.
    event = bytes(candidate.event).replace(candidate.event_id.encode(), event_id.encode(), 1)
    return msgspec.structs.replace(candidate, identity=identity, event_id=event_id, event=msgspec.Raw(event))
