"""Names that note who asks for them, so that a file is read again only when one of its answers has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Protocol

from alertd.rules.known import ListKind


class HasKind(Protocol):
    """A named list."""

    @property
    def kind(self) -> ListKind:
        """What it holds."""


class Names(AbstractSet[str]):
    """Names of one kind; asking for one is noted."""

    def __init__(self, names: AbstractSet[str], asked: Callable[[str], str]) -> None:
        self._names = names
        self._asked = asked

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and bool(self._asked(name))

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._names))  # hints list them: the same each time

    def __len__(self) -> int:
        return len(self._names)


class Kinds(Mapping[str, ListKind]):
    """Lists by name, with what they hold; asking for one is noted."""

    def __init__(self, lists: Mapping[str, HasKind], asked: Callable[[str], str]) -> None:
        self._lists = lists
        self._asked = asked

    def __getitem__(self, name: str) -> ListKind:
        self._asked(name)
        return self._lists[name].kind

    def __iter__(self) -> Iterator[str]:
        return iter(self._lists)

    def __len__(self) -> int:
        return len(self._lists)
