"""Who of those that are called so is meant by a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from alertd.companies import clues
from alertd.companies.gazetteer import Name
from alertd.companies.ordinary import LEGAL_FORMS, words_of
from alertd.companies.passages import FieldText

if TYPE_CHECKING:
    from alertd.companies.finder import CompanyFinder

_OTC = "OTC"
_READ = 2_000
"""Words of a field in which medicines are looked for."""
_ABOUT = 2
"""Different words of medicine that make an item one about it."""
_CLEARLY_LARGER = 4
"""How many times further down in the SEC's table another company of the same name must stand."""
_LARGE = 25
"""Places at the top of the table that count as one: the second largest is no dwarf beside the largest."""


class Called:
    """Answers for one finder."""

    def __init__(self, finder: CompanyFinder, fields: Sequence[FieldText]) -> None:
        self._finder = finder
        self._fields = fields

    @cached_property
    def _is_medicine(self) -> bool:
        """Whether the item is about a medicine."""
        words = {word for field in self._fields for word in field.words[:_READ] if word in clues.MEDICINE}
        return len(words) >= _ABOUT

    def is_declared(self, company: str) -> bool:
        """Whether the desk declares or adds to a company."""
        return company in self._finder.table.declared

    def ids(self, name: Name) -> list[str]:
        """Give all that are called so, by the ids of today."""
        return list(dict.fromkeys(self._finder.canonical(company) for company in name.companies))

    def one_of(self, name: Name, sure: Mapping[str, str]) -> tuple[str | None, str]:
        """Say which of them is meant, and why; None with the reason if that is open.

        In an item about a medicine, one that makes such. One that the item names beyond doubt (`sure`), else the
        only one on an exchange, else one much larger.
        """
        several = self.ids(name)
        if name.makers and sure.keys().isdisjoint(several) and self._is_medicine:
            several = list(dict.fromkeys(map(self._finder.canonical, name.makers)))
            if len(several) == 1:
                return several[0], "the one of that name that makes medicines"
        if len(several) == 1 or name.known:
            return several[0], ""
        named = [company for company in several if company in sure]
        if len(named) == 1:
            return named[0], f"as {sure[named[0]]}"
        ranked = sorted(several, key=self._finder.rank)
        main = [company for company in ranked if self._is_main(company)]
        if len(main) == 1:
            return main[0], "the one that is listed on an exchange"
        first, second = (main or ranked)[:2]
        if self._finder.rank(second) >= _CLEARLY_LARGER * max(self._finder.rank(first), _LARGE):
            return first, "the largest of that name"
        labels = [known.label for company in several[:4] if (known := self._finder.company(company))]
        return None, f"several are called so: {', '.join(labels)}"

    def _is_main(self, company: str) -> bool:
        known = self._finder.company(company)
        return known is not None and any(listing.exchange not in ("", _OTC) for listing in known.listings)

    def is_name(self, word: str) -> bool:
        """Whether anybody is called so."""
        return self.at_end((word,)) is not None

    def is_surely_known(self, name: Name) -> bool:
        """Whether everybody knows a name and a capital is enough to say it, or the desk declares who is called so."""
        return name.kind == "distinct" and (bool(name.known) or any(map(self.is_declared, self.ids(name))))

    def is_distinct(self, word: str) -> bool:
        """Whether somebody is called so and a capital is enough to say it."""
        name = self.at_end((word,))
        return name is not None and name.kind == "distinct"

    def at_end(self, words: tuple[str, ...]) -> Name | None:
        """Give the longest name with which some words end."""
        for begin in range(len(words)):
            found = self._finder.declared.get(words[begin:]) or self._finder.registrants.get(words[begin:])
            if found is not None:
                return found
        return None

    def bears_out(self, company: str, name: Name | None, words: tuple[str, ...]) -> bool:
        """Whether a ticker in brackets belongs to the name before it: `(AI)` may be anything."""
        if name is not None:
            return company in self.ids(name)
        own = self.own_words(company) - LEGAL_FORMS
        return words[0] in own and (words[0] not in clues.GENERIC or len(own.intersection(words)) > 1)

    def own_words(self, company: str) -> set[str]:
        """Give the words of a company's names."""
        known = self._finder.company(company)
        names = (known.name, *known.aliases, *known.former) if known else ()
        return {word for name in names[:50] for word in words_of(name)}

    def label(self, company: str) -> str:
        """Give a company's name for people."""
        known = self._finder.company(company)
        return self._finder.display_name(known) if known else company
