"""What names an item: the GUID, else the link, else title and text; the same on every poll.

    guid                    "guid:<guid>"           unless the document uses the GUID for several items
    no guid, link           "link:<canonical link>" likewise
    neither                 "text:<title, text>"
    ambiguous               the same, narrowed by the link, then the title, then the text, until all differ

An item keeps its name when its GUID turns out to be ambiguous on a later page: the candidate carries the narrower
names too, and `novelty.decide`, which knows what was seen before, chooses. Entries that agree in GUID
(or link), title and text are one item repeated; so are, in Atom, entries with one id and link and title, which
RFC 4287 section 4.1.1 calls versions of one entry: the newest stands for them.

Marks are fingerprints with a letter in front, so that the kinds never meet: `i` names the item, `s` (strong) is
title, text and date, `w` (weak) is title and text (or title and link, without a text), `a` says that a name is
ambiguous.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from alertd.base.ids import event_id, mark

_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Facts:
    """What identity rests on: cleaned text, canonical link."""

    guid: str
    link: str
    title: str
    body: str
    published_ms: int | None = None
    precise: bool = False
    """The date has a time of day. Midnight sharp counts as none: it is how feeds write a mere day."""
    updated_ms: int | None = None
    versions: bool = False
    """The format says that entries with one id are versions of one (Atom)."""
    withdrawn: bool = False
    tombstone: bool = False
    """Only says that the item with this GUID was taken back (RFC 6721)."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The names of one item, as `Candidate` carries them."""

    event_id: str
    identity: str
    names: list[tuple[str, str]]
    strong: str
    weak: str
    content_hash: str


@dataclass(frozen=True, slots=True)
class Repeat:
    """The entry is another one of the document over again: `of` is that one's index."""

    of: int


def identity_mark(key: str) -> str:
    """Give the mark of an item's name."""
    return "i" + mark("identity", key)


def ambiguous_mark(name: str) -> str:
    """Give the mark that says that a name, given as its identity mark, is one of several items."""
    return "a" + name[1:]


def usable(facts: Facts) -> bool:
    """Say whether there is anything to tell the item by."""
    return bool(facts.guid or facts.link or facts.title or facts.body)


def identify(source: str, entries: Sequence[Facts]) -> list[Identity | Repeat]:
    """Name the entries of one document, in its order. Entries must be `usable`."""
    repeats = _repeats(entries)
    groups: dict[str, list[int]] = {}
    for index, facts in enumerate(entries):
        if index not in repeats:
            groups.setdefault(_plain_key(facts), []).append(index)
    keys: dict[int, str] = {}
    for plain_key, members in groups.items():
        keys |= _narrowed(plain_key, members, entries)
    return [
        Repeat(repeats[index]) if index in repeats else _name(source, facts, keys[index])
        for index, facts in enumerate(entries)
    ]


def _plain_key(facts: Facts) -> str:
    if facts.guid:
        return f"guid:{facts.guid}"
    if facts.link:
        return f"link:{facts.link}"
    return f"text:{_content(facts)}"


def _content(facts: Facts) -> str:
    return mark("content", _fold(facts.title), _fold(facts.body))


def _fold(text: str) -> str:
    """Case and white space do not make another text."""
    return " ".join(text.casefold().split())


def _with(key: str, *more: str) -> str:
    return " ".join((key, *(mark("part", part) for part in more)))


def _keys(facts: Facts) -> list[str]:
    """Give the names of an item from the widest on, but for the text: with it each correction were another item."""
    plain = _plain_key(facts)
    if facts.guid:
        return [plain, _with(plain, facts.link), _with(plain, facts.link, _fold(facts.title))]
    return [plain, _with(plain, _fold(facts.title))] if facts.link else [plain]


def _narrowed(plain_key: str, members: list[int], entries: Sequence[Facts]) -> dict[int, str]:
    """Give the entries that share a GUID (or link) names of their own: narrower ones only as far as needed."""
    if len(members) == 1:
        return {members[0]: plain_key}
    names = {index: _keys(entries[index]) for index in members}
    for index, keys in names.items():
        keys.append(_with(keys[-1], _content(entries[index])))
    found = {index: keys[1] for index, keys in names.items()}
    for level in (2, 3):
        for index in _still_equal(found):
            found[index] = names[index][min(level, len(names[index]) - 1)]
    return found


def _still_equal(keys: dict[int, str]) -> list[int]:
    counts: dict[str, int] = {}
    for key in keys.values():
        counts[key] = counts.get(key, 0) + 1
    return [index for index, key in keys.items() if counts[key] > 1]


def _repeats(entries: Sequence[Facts]) -> dict[int, int]:
    """Find the entries that say what another entry of the document says, and which one."""
    found: dict[int, int] = {}
    for same in _grouped(((i, (_plain_key(f), f.link, _content(f), f.withdrawn)) for i, f in enumerate(entries))):
        found |= dict.fromkeys(same[1:], same[0])
    atom = (i for i, f in enumerate(entries) if f.versions and f.guid and i not in found)
    for same in _grouped((i, (entries[i].guid, entries[i].link, _fold(entries[i].title))) for i in atom):
        newest = max(same, key=lambda i: (entries[i].updated_ms or 0, -i))
        for index in same:
            if index != newest:
                found[index] = newest
    found |= _taken_back(entries)
    return {index: found.get(of, of) for index, of in found.items()}


def _taken_back(entries: Sequence[Facts]) -> dict[int, int]:
    """Decide between an entry and its tombstone on one page: the later stands (RFC 6721 section 2)."""
    found: dict[int, int] = {}
    graves = {facts.guid: index for index, facts in enumerate(entries) if facts.tombstone}
    for index, facts in enumerate(entries):
        grave = graves.get(facts.guid) if facts.guid and not facts.tombstone else None
        if grave is None or grave in found:
            continue
        if (facts.updated_ms or facts.published_ms or 0) > (entries[grave].updated_ms or 0):
            found[grave] = index
        else:
            found[index] = grave
    return found


def _grouped(items: Iterable[tuple[int, object]]) -> list[list[int]]:
    groups: dict[object, list[int]] = {}
    for index, key in items:
        groups.setdefault(key, []).append(index)
    return [members for members in groups.values() if len(members) > 1]


def _name(source: str, facts: Facts, key: str) -> Identity:
    content = _content(facts)
    return Identity(
        event_id=event_id(source, key),
        identity=identity_mark(key),
        names=[(identity_mark(name), event_id(source, name)) for name in _keys(facts)],
        strong="s" + mark(*_strong(facts, content)),
        weak="w" + mark(*_weak(facts, content)),
        content_hash=mark("hash", facts.title, facts.body, "withdrawn" if facts.withdrawn else ""),
    )


def _weak(facts: Facts, content: str) -> tuple[str, ...]:
    """Title and text; where there is no text, the link too.

    Headlines alone repeat ("Transaction in Own Shares"): a page of them would be taken for a mass republish of those
    of last week, and be lost.
    """
    return ("weak", content) if facts.body else ("weak", content, facts.link)


def _strong(facts: Facts, content: str) -> tuple[str, ...]:
    """Title, text and date; where the date is no moment, the link too.

    Without a moment two notices of one day may well have one wording ("Trading halt"), and taking the second for
    the first under a new GUID would lose it.
    """
    if facts.published_ms is not None and facts.precise and facts.published_ms % _DAY_MS:
        return ("strong", content, str(facts.published_ms))
    return ("strong", content, "" if facts.published_ms is None else str(facts.published_ms // _DAY_MS), facts.link)
