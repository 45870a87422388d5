"""The companies of one event while they are being found: the steps of `finder.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from alertd.companies.gazetteer import Hit, Name
from alertd.companies.judge import Around, Verdict, has_capitals, judge
from alertd.companies.mentions import Beside, Mention, Way
from alertd.companies.names import cik_of
from alertd.companies.ordinary import words_of
from alertd.companies.passages import FieldText
from alertd.companies.surface import POSSESSIVE, is_one_name, other_organisation, person, sister
from alertd.companies.tagged import first_words, places_of, run_before
from alertd.companies.tags import Tag, tags_in, tags_of_category

if TYPE_CHECKING:
    from alertd.companies.finder import CompanyFinder

MOST = 600
"""Mentions of one event, and names that are weighed."""
MOST_REFUSED = 50
_OTC = "OTC"
_CLEARLY_LARGER = 4
"""How many times further down in the SEC's table another company of the same name must stand."""


class _Open(NamedTuple):
    """A place that is still to be decided."""

    field: FieldText
    hit: Hit
    company: str
    why: str


class Work:
    """Finds the companies of one event."""

    def __init__(self, finder: CompanyFinder, fields: Sequence[FieldText], *, capitals: bool) -> None:
        self._finder = finder
        self._fields = fields
        self._capitals = capitals
        self._sure: dict[str, str] = {}
        """Company -> by what it is named beyond doubt."""
        self._weighed: dict[str, str] = {}
        """Company -> the word that was taken for it."""
        self._tags: dict[str, list[Tag]] = {field.name: [] for field in fields}
        self._taken: dict[str, dict[int, Mention]] = {field.name: {} for field in fields}
        """Field -> first code point -> mention."""
        self._words: dict[str, tuple[set[int], set[int]]] = {field.name: (set(), set()) for field in fields}
        """Field -> first and last words of what is taken."""
        self._candidates: list[_Open] = []
        self._open: list[_Open] = []
        self._others: dict[str, str] = {}
        """Company -> somebody else whose longer name begins or ends with its own in this item."""
        self._seen: list[tuple[tuple[str, ...], str, str]] = []
        """(words, written, company) of names in full, for their first words later."""
        self._beside: list[Beside] = []
        self._refused: dict[tuple[str, str], None] = {}

    # --- what leaves no doubt ----------------------------------------------------------------------------------

    def take_beside(self, categories: Sequence[str], filers: Iterable[Mapping[str, Any]]) -> None:
        """Take in what the event names beside its text."""
        for filer in islice(filers, 50):
            cik = cik_of(str(filer.get("cik") or ""))
            company = self._finder.securities.cik(cik) if cik else None
            if company is not None:
                self._beside.append(Beside(company, "filer", f"filer {filer.get('name') or cik}"[:120]))
                self._sure.setdefault(company, "the filer")
        for category in categories[:100]:
            for tag in tags_of_category(category, self._finder.securities):
                if tag.company is not None and tag.way in ("tag", "ticker", "isin", "cik"):
                    self._beside.append(Beside(tag.company, tag.way, tag.written))
                    self._sure.setdefault(tag.company, f"the item's category {tag.written}")

    def take_tags(self, field: FieldText) -> None:
        """Take in the tags of a text."""
        tags = self._tags[field.name] = tags_in(field.text, self._finder.securities)
        for tag in tags:
            if tag.company is not None and tag.sure:
                self._sure.setdefault(tag.company, tag.written)
                self._take_span(field, tag.start, tag.end, tag.company, tag.way, tag.written)

    # --- names -------------------------------------------------------------------------------------------------

    def take_names(self, field: FieldText, hits: Sequence[Hit]) -> None:
        """Collect the names that are written as such; those before a tag are decided by it."""
        settled = self._settle(field)
        free = 0
        for hit in hits:
            if hit.first < free or hit.first in settled or hit.last in settled or not self._is_written(field, hit):
                continue
            free = hit.last + 1
            company, why = self._one_of(hit.name)
            surface = field.surface(hit.first, hit.last)
            if company is None:
                self._refuse(surface, why)
                continue
            one = _Open(field, hit, company, why)
            if other := self._other(one):
                self._refuse(surface, f"part of `{other}`")
                self._others.setdefault(company, f"`{other}` in this item")
            else:
                self._candidates.append(one)

    def _is_written(self, field: FieldText, hit: Hit) -> bool:
        return has_capitals(field, hit.first, hit.last, hit.name) and is_one_name(field, hit)

    def _decide(self, one: _Open) -> None:
        """Take a distinct name; leave another open."""
        field, hit, company, why = one
        surface = field.surface(hit.first, hit.last)
        if hit.name.kind != "distinct":
            if len(self._open) < MOST:
                self._open.append(one)
        elif company in self._others and company not in self._sure:
            self._refuse(surface, f"stands for {self._others[company]}")
        else:
            self._take(field, hit.first, hit.last, company, hit.name.way, why, hit.name.written)
            self._sure.setdefault(company, surface)
            self._seen.append((hit.name.words, surface, company))

    def _other(self, one: _Open) -> str:
        """Give the longer name of somebody else of which a name is part; else nothing."""
        field, hit = one.field, one.hit
        return (
            other_organisation(field, hit)
            or person(field, hit, self._is_name)
            or sister(field, hit, lambda: self._own_words(one.company))
        )

    def _is_name(self, word: str) -> bool:
        return bool(self._finder.declared.get((word,)) or self._finder.registrants.get((word,)))

    def _own_words(self, company: str) -> set[str]:
        known = self._finder.company(company)
        names = (known.name, *known.aliases, *known.former) if known else ()
        return {word for name in names[:50] for word in words_of(name)}

    def _settle(self, field: FieldText) -> set[int]:
        """Settle the names before tags; give their words and those of the tags."""
        settled: set[int] = set()
        for tag in self._tags[field.name]:
            run = run_before(field, tag)
            if tag.sure:
                settled.update(range(field.index_at(tag.start), field.index_at(tag.end)))
            if run is None or run.last in settled:
                continue
            words = tuple(field.words[run.first : run.last + 1])
            name = self._name_at_end(words)
            if tag.company is None:
                if tag.way == "cik" or name is None or name.kind != "distinct":
                    settled.update(range(run.first, run.last + 1))
                    self._refuse(field.surface(run.first, run.last), f"{tag.written} is somebody else's")
                continue
            if not tag.sure and not self._bears_out(tag.company, name, words):
                continue
            if not tag.sure:
                self._sure.setdefault(tag.company, tag.written)
                self._take_span(field, tag.start, tag.end, tag.company, tag.way, tag.written)
            first = run.first
            if name is not None and len(name.words) < len(words) and tag.company in self._ids(name):
                first = run.last - len(name.words) + 1
            settled.update(range(first, run.last + 1))
            surface = field.surface(first, run.last)
            why = "" if name is not None and name.kind == "distinct" else f"named with {tag.written}"
            way: Way = name.way if name is not None else "name"
            self._take(field, first, run.last, tag.company, way, why)
            self._seen.append((tuple(field.words[first : run.last + 1]), surface, tag.company))
        return settled

    def _name_at_end(self, words: tuple[str, ...]) -> Name | None:
        """Give the longest name with which some words end."""
        for begin in range(len(words)):
            found = self._finder.declared.get(words[begin:]) or self._finder.registrants.get(words[begin:])
            if found is not None:
                return found
        return None

    def _bears_out(self, company: str, name: Name | None, words: tuple[str, ...]) -> bool:
        """Whether a ticker in brackets belongs to the name before it: `(AI)` may be anything."""
        if name is not None:
            return company in self._ids(name)
        known = self._finder.company(company)
        return known is not None and words[0] in known.name.lower().split()

    def _ids(self, name: Name) -> list[str]:
        return [self._finder.canonical(company) for company in name.companies]

    def _one_of(self, name: Name) -> tuple[str | None, str]:
        """Say which of the companies of a name is meant."""
        several = list(dict.fromkeys(self._ids(name)))
        if len(several) == 1 or name.known:
            return several[0], ""
        sure = [company for company in several if company in self._sure]
        if len(sure) == 1:
            return sure[0], f"as {self._sure[sure[0]]}"
        ranked = sorted(several, key=self._finder.rank)
        main = [company for company in ranked if self._is_main(company)]
        if len(main) == 1:
            return main[0], "the one that is listed on an exchange"
        first, second = (main or ranked)[:2]
        if self._finder.rank(second) >= _CLEARLY_LARGER * max(self._finder.rank(first), 25):
            return first, "the largest of that name"
        labels = [known.label for company in several[:4] if (known := self._finder.company(company))]
        return None, f"several are called so: {', '.join(labels)}"

    def _is_main(self, company: str) -> bool:
        known = self._finder.company(company)
        return known is not None and any(listing.exchange not in ("", _OTC) for listing in known.listings)

    # --- words that may be names -------------------------------------------------------------------------------

    def conclude(self) -> tuple[tuple[Mention, ...], tuple[Beside, ...], tuple[tuple[str, str], ...]]:
        """Weigh what is open, find what answers to names seen, and give everything."""
        for one in self._candidates:
            self._decide(one)
        local = first_words(self._seen)
        left = self._weigh([one for one in self._open if not self._is_local(one, local)])
        left = self._weigh(left)
        self._take_local(local)
        for one in left:
            if one.hit.name.kind == "common":
                continue  # `on` and `now` in every text: nobody asks why
            surface = one.field.surface(one.hit.first, one.hit.last)
            self._refuse(surface, self._verdict(one).why)
        mentions = [m for field in self._fields for _, m in sorted(self._taken[field.name].items())]
        return tuple(mentions[:MOST]), tuple(dict.fromkeys(self._beside)), tuple(self._refused)

    def _weigh(self, several: Sequence[_Open]) -> list[_Open]:
        left = []
        for one in several:
            verdict = self._verdict(one)
            if verdict.taken:
                why = "; ".join(filter(None, (one.why, verdict.why)))
                name = one.hit.name
                self._take(one.field, one.hit.first, one.hit.last, one.company, name.way, why, name.written)
                self._weighed.setdefault(one.company, one.field.surface(one.hit.first, one.hit.last))
                self._seen.append((one.hit.name.words, one.hit.name.written, one.company))
            else:
                left.append(one)
        return left

    def _verdict(self, one: _Open) -> Verdict:
        known, why = 0, ""
        if one.company in self._sure:
            known, why = 3, f"the same item has {self._sure[one.company]}"
        elif one.company in self._others:
            known, why = -3, f"stands for {self._others[one.company]}"
        elif one.company in self._weighed:
            known, why = 2, "it means the company elsewhere in the item"
        around = Around(*self._words[one.field.name], known, why, self._capitals)
        return judge(one.field, one.hit.first, one.hit.last, one.hit.name, around)

    def _is_local(self, one: _Open, local: Mapping[str, Name]) -> bool:
        """Whether a word is the first of another company's name here, while its own company is named nowhere."""
        name = local.get(one.hit.name.words[0]) if len(one.hit.name.words) == 1 else None
        return name is not None and one.company not in name.companies and one.company not in self._sure

    def _take_local(self, local: dict[str, Name]) -> None:
        for field in self._fields:
            taken = self._covered(field)
            for i, name in islice(places_of(field, local), MOST):
                if i in taken or not has_capitals(field, i, i, name):
                    continue
                company = name.companies[0]
                around = Around(*self._words[field.name], 3, f"the item names {self._label(company)}", self._capitals)
                distinct = name.kind == "distinct" and not other_organisation(field, Hit(i, i, name))
                verdict = judge(field, i, i, name, around)
                if verdict.taken and (distinct or name.kind != "distinct"):
                    self._take(field, i, i, company, "alias", f"short for {self._label(company)} in this text")

    def _covered(self, field: FieldText) -> set[int]:
        starts, ends = (sorted(side) for side in self._words[field.name])
        return {i for first, last in zip(starts, ends, strict=True) for i in range(first, last + 1)}

    def _label(self, company: str) -> str:
        known = self._finder.company(company)
        return self._finder.display_name(known) if known else company

    # --- the parts ---------------------------------------------------------------------------------------------

    def _take(
        self, field: FieldText, first: int, last: int, company: str, way: Way, why: str, written: str = ""
    ) -> None:
        starts, ends = self._words[field.name]
        if first in starts or last in ends:
            return
        starts.add(first)
        ends.add(last)
        start, end = field.span(first, last)
        if written.endswith(POSSESSIVE):
            end += 2
        self._take_span(field, start, end, company, way, why)

    def _take_span(self, field: FieldText, start: int, end: int, company: str, way: Way, why: str) -> None:
        taken = self._taken[field.name]
        if len(taken) < MOST:
            taken.setdefault(start, Mention(company, field.name, start, end, way, why))

    def _refuse(self, surface: str, why: str) -> None:
        if len(self._refused) < MOST_REFUSED:
            self._refused.setdefault((surface[:80], why))
