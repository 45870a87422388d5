"""What a source has shown, in memory: the rules are those of scripts/marks.lua."""

from __future__ import annotations

from dataclasses import dataclass, field

from alertd.store.records import TEXT_MARK

HASHES = 8
MARKS = 32


@dataclass(slots=True)
class Owner:
    """What is remembered of an item."""

    mark: str
    event: str
    revision: int
    hashes: list[str]
    marks: list[str] = field(default_factory=list)
    baseline: str = ""
    """The mark of its title, as long as the item is baseline."""

    @property
    def has_text(self) -> bool:
        """Whether its full text is in the stream."""
        return any(known.startswith(TEXT_MARK) for known in self.hashes)

    def remember_hash(self, content_hash: str) -> None:
        """Count a text as known."""
        if content_hash not in self.hashes:
            self.hashes.append(content_hash)
            del self.hashes[:-HASHES]


@dataclass(slots=True)
class Seen:
    """What a source has shown."""

    owners: dict[str, Owner] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    sight: dict[str, int] = field(default_factory=dict)

    def owner(self, mark: str) -> Owner | None:
        """Give who owns a mark, aliases followed."""
        return self.owners.get(self.aliases.get(mark, mark))

    def claim(self, owner: Owner, mark: str) -> None:
        """Let a mark point to its owner; the first owner keeps it."""
        if not mark or mark == owner.mark or mark in owner.marks:
            return
        held = self.owner(mark)
        if held and held is not owner:
            return
        self.aliases[mark] = owner.mark
        owner.marks.append(mark)
        if len(owner.marks) > MARKS:
            self._release(owner.marks.pop(0), owner.mark)

    def _release(self, mark: str, owner_mark: str) -> None:
        if self.aliases.get(mark) == owner_mark:
            del self.aliases[mark]

    def forget(self, owner_mark: str) -> None:
        """Forget an item with all its marks."""
        del self.sight[owner_mark]
        owner = self.owners.pop(owner_mark, None)
        for mark in owner.marks if owner else []:
            self._release(mark, owner_mark)
