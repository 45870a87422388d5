"""The companies of one event while they are being found: the steps of `finder.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from alertd.companies.bare import SYMBOL, Ticker, is_borne_out
from alertd.companies.brackets import Brackets
from alertd.companies.called import Called
from alertd.companies.gazetteer import SHOWN, Hit, Name
from alertd.companies.judge import Around, Verdict, has_capitals, judge
from alertd.companies.ledger import MOST, Ledger
from alertd.companies.longer import Longer, longer_name
from alertd.companies.mentions import Beside, Way
from alertd.companies.names import cik_of
from alertd.companies.ordinary import is_place
from alertd.companies.passages import FieldText
from alertd.companies.surface import has_form, is_one_name, person
from alertd.companies.tagged import first_words, places_of, run_before
from alertd.companies.tags import Tag, tags_in, tags_of_category

if TYPE_CHECKING:
    from alertd.companies.finder import CompanyFinder

MOST_BESIDE = 100
"""Filers and categories of an event that are read."""
SURE, WEIGHED, PERSON, OTHER = 3, 2, -3, -6
"""Points for a name whose company the item names beyond doubt, or by a word that was weighed; for one that is a
person's here, or part of somebody else's."""


class _Open(NamedTuple):
    """A place that is still to be decided."""

    field: FieldText
    hit: Hit
    company: str
    why: str

    @property
    def surface(self) -> str:
        return self.field.surface(self.hit.first, self.hit.last)


class Work:
    """Finds the companies of one event."""

    def __init__(self, finder: CompanyFinder, fields: Sequence[FieldText], *, capitals: bool) -> None:
        self._who = finder.securities
        self._called = Called(finder, fields)
        self._fields = fields
        self._capitals = capitals
        self._found = Ledger(fields)
        self._brackets = Brackets(self._called, self._found)
        self._tags: dict[str, list[Tag]] = {field.name: [] for field in fields}
        self._candidates: list[_Open] = []
        self._bare = finder.bare
        self._verdicts: dict[tuple[str, int, int], tuple[int, Verdict]] = {}
        """Place -> how much was taken when it was weighed, and what came of it."""
        self._looked_at: dict[str, set[int]] = {field.name: set() for field in fields}
        """Words of each field that are names or tags, taken or not: no tickers in running text."""

    # --- what leaves no doubt ----------------------------------------------------------------------------------

    def take_beside(self, categories: Sequence[str], filers: Iterable[Mapping[str, Any]]) -> None:
        """Take in what the event names beside its text."""
        for filer in islice(filers, MOST_BESIDE):
            cik = cik_of(str(filer.get("cik") or ""))
            company = self._who.cik(cik) if cik else None
            if company is not None:
                self._found.beside.append(Beside(company, "filer", f"{filer.get('name') or cik}"[:120]))
                self._found.sure.setdefault(company, "the filer")
        for category in categories[:MOST_BESIDE]:
            for tag in tags_of_category(category, self._who):
                if tag.company is not None and tag.way in ("tag", "ticker", "isin", "cik"):
                    self._found.beside.append(Beside(tag.company, tag.way, tag.written))
                    self._found.sure.setdefault(tag.company, f"the category {tag.written}")

    def take_tags(self, field: FieldText) -> None:
        """Take in the tags of a text."""
        tags = [tag for tag in tags_in(field.text, self._who) if self._brackets.is_its(field, tag)]
        self._tags[field.name] = tags
        for tag in tags:
            if tag.company is not None and tag.sure:
                self._take_tag(field, tag, tag.company)

    def _take_tag(self, field: FieldText, tag: Tag, company: str) -> None:
        self._found.sure.setdefault(company, tag.written)
        self._found.take_span(field, tag.start, tag.end, company, tag.way, tag.written)

    # --- names -------------------------------------------------------------------------------------------------

    def take_names(self, field: FieldText, hits: Sequence[Hit]) -> None:
        """Collect the names that are written as such; those before a tag are decided by it."""
        settled = self._settle(field) | self._brackets.strange(field)
        looked_at = self._looked_at[field.name]
        looked_at.update(settled)
        free = 0
        for hit in hits:
            if hit.first < free or hit.first in settled or hit.last in settled or not _is_written(field, hit):
                continue
            free = hit.last + 1
            looked_at.update(range(hit.first, free))
            company, why = self._called.one_of(hit.name, self._found.sure)
            if company is None:
                self._found.refuse(field.surface(hit.first, hit.last), why)
                continue
            one = _Open(field, hit, company, why)
            if longer := self._longer(one):
                self._found.refuse(one.surface, f"part of `{longer.name}`")
                if longer.sure:
                    self._found.others.setdefault(company, (OTHER, f"`{longer.name}` in this item"))
            elif other := person(field, hit, self._called.is_name):
                self._found.refuse(one.surface, f"part of `{other}`")
                if not hit.name.known:  # Michael Dell may well speak of Dell
                    self._found.others.setdefault(company, (PERSON, f"`{other}` in this item"))
            else:
                self._candidates.append(one)

    def _longer(self, one: _Open) -> Longer | None:
        """Give the longer name of somebody else of which a name is part; else nothing."""
        own = partial(self._called.own_words, one.company)
        return longer_name(one.field, one.hit, own, self._called.is_distinct)

    def _is_part(self, one: _Open) -> bool:
        """Whether a name is part of somebody else's, or of a person's."""
        return bool(self._longer(one) or person(one.field, one.hit, self._called.is_name))

    def _settle(self, field: FieldText) -> set[int]:
        """Settle the names before tags; give their words and those of the tags."""
        settled: set[int] = set()
        for tag in self._tags[field.name]:
            run = run_before(field, tag.opens)
            if tag.sure:
                settled.update(range(field.index_at(tag.start), field.index_at(tag.end)))
            if run is None or run.last in settled:
                continue
            words = tuple(field.words[run.first : run.last + 1])
            name = self._called.at_end(words)
            if tag.company is None:
                if tag.way == "cik" or name is None or name.kind != "distinct":
                    settled.update(range(run.first, run.last + 1))
                    self._found.refuse(field.surface(run.first, run.last), f"{tag.written} is somebody else's")
            elif tag.sure or self._called.bears_out(tag.company, name, words):
                first = run.first
                if name is not None and tag.company in self._called.ids(name):
                    first = run.last - len(name.words) + 1
                self._take_tag(field, tag, tag.company)
                self._take_named(field, first, run.last, name, tag, tag.company)
                settled.update(range(first, run.last + 1))
        return settled

    def _take_named(self, field: FieldText, first: int, last: int, name: Name | None, tag: Tag, company: str) -> None:
        """Take the name with which a tag stands."""
        plain = name is not None and name.kind == "distinct" and company in self._called.ids(name)
        way: Way = name.way if name is not None else "name"
        self._found.take(field, first, last, company, way, "" if plain else f"named with {tag.written}")
        self._found.seen.append((tuple(field.words[first : last + 1]), field.surface(first, last), company))

    # --- what is decided ---------------------------------------------------------------------------------------

    def conclude(self) -> Ledger:
        """Decide what was collected, and find what answers to names seen."""
        self._candidates.sort(key=lambda one: not has_form(one.hit))  # what is written in full makes the rest sure
        several = [one for one in self._candidates if len(one.hit.name.words) > 1 and not self._decide(one)][:MOST]
        sure = first_words(self._found.seen)
        left = self._weigh(several)
        # Reliance Industries says who Reliance is; the London Stock Exchange leaves London what it is.
        local = sure | {w: name for w, name in first_words(self._found.seen).items() if not is_place(w)}
        single = [one for one in self._candidates if len(one.hit.name.words) == 1 and not self._is_explained(one)]
        single = [one for one in single if not (one.hit.name.kind == "distinct" and self._is_local(one, local))]
        single = [one for one in single if not self._decide(one)][:MOST]
        bare = self._take_bare(list(self._bare.candidates(self._fields, self._looked_at, self._found.sure)))
        single = [one for one in single if not self._is_local(one, sure if one.hit.name.known == SHOWN else local)]
        left += self._weigh(single)
        left = self._weigh(left)  # what was taken helps the rest
        for ticker in self._take_bare(bare):
            label = self._called.label(ticker.company)
            self._found.refuse(ticker.letters, f"letters that are {label}'s ticker, no more")
        self._take_local(local)
        for one in left:
            if one.hit.name.kind != "common":  # `on` and `now` are in every text: nobody asks why
                self._found.refuse(one.surface, self._verdict(one).why)
        return self._found

    def _is_explained(self, one: _Open) -> bool:
        """Whether the item says of such letters that they are somebody else's, and does not name the company."""
        explained = self._found.explained.get(one.hit.name.words[0])
        if explained is None or one.company in self._found.sure:
            return False
        self._found.refuse(one.surface, f"stands for {explained} in this item")
        return True

    def _decide(self, one: _Open) -> bool:
        """Decide upon a distinct name; False for others, which are weighed."""
        if one.hit.name.kind != "distinct":
            return False
        if one.company in self._found.others and one.company not in self._found.sure and not has_form(one.hit):
            self._found.refuse(one.surface, f"stands for {self._found.others[one.company][1]}")
        else:
            self._take(one, one.why)
            self._found.sure.setdefault(one.company, one.surface)
        return True

    def _take(self, one: _Open, why: str) -> None:
        name = one.hit.name
        self._found.take(one.field, one.hit.first, one.hit.last, one.company, name.way, why, name.written)
        self._found.seen.append((name.words, one.surface, one.company))

    def _weigh(self, several: Sequence[_Open]) -> list[_Open]:
        """Take what has enough around it; give the rest."""
        left = []
        for one in several:
            verdict = self._verdict(one)
            if verdict.taken:
                self._take(one, "; ".join(filter(None, (one.why, verdict.why))))
                self._found.weighed.setdefault(one.company, one.surface)
            else:
                left.append(one)
        return left

    def _take_bare(self, tickers: Sequence[Ticker]) -> list[Ticker]:
        """Take tickers in running text that are beyond doubt or borne out; give the rest."""
        left = []
        for one in sorted(tickers, key=lambda ticker: not ticker.alone):
            why = "" if one.alone else self._borne_out(one)
            if one.alone or why:
                self._found.take(one.field, one.word, one.word, one.company, "ticker", why)
                self._found.sure.setdefault(one.company, one.letters)
            else:
                left.append(one)
        return left

    def _borne_out(self, ticker: Ticker) -> str:
        """Say what shows that letters with other meanings are a ticker; empty if nothing does."""
        found, field = self._found, ticker.field
        if (known := found.sure.get(ticker.company) or found.weighed.get(ticker.company)) is not None:
            return f"the same item has {known}"
        named = SYMBOL.search(field.text, max(ticker.start - 16, 0), ticker.start)
        if named and found.ends_before(field, named.start()):
            return ""  # `Aluminum Corp of China (Symbol: ACH)`: whose ticker it was then
        return is_borne_out(ticker, *found.ticker_places(field))

    def _verdict(self, one: _Open) -> Verdict:
        """Weigh a name, again only if something was taken since: that may bear it out."""
        place = (one.field.name, one.hit.first, one.hit.last)
        before = self._verdicts.get(place)
        if before is not None and before[0] == self._found.changes:
            return before[1]
        verdict = self._judge(one)
        self._verdicts[place] = (self._found.changes, verdict)
        return verdict

    def _judge(self, one: _Open) -> Verdict:
        found, company = self._found, one.company
        known, why = 0, ""
        if company in found.sure:
            known, why = SURE, f"the same item has {found.sure[company]}"
        elif company in found.others:
            known, why = found.others[company][0], f"stands for {found.others[company][1]}"
        elif company in found.weighed:
            known, why = WEIGHED, "it means the company elsewhere in the item"
        around = Around(*found.edges(one.field), known, why, self._capitals)
        return judge(one.field, one.hit.first, one.hit.last, one.hit.name, around)

    def _is_local(self, one: _Open, local: Mapping[str, Name]) -> bool:
        """Whether a word is the first of another company's name here, while its own company is named nowhere."""
        own = one.hit.name
        if own.kind == "distinct" and (own.known or self._called.is_declared(one.company)):
            return False
        name = local.get(own.words[0])
        return name is not None and one.company not in name.companies and one.company not in self._found.sure

    def _take_local(self, local: Mapping[str, Name]) -> None:
        """Take the first words of names seen, where they stand alone."""
        for field in self._fields:
            places = list(islice(places_of(field, local), MOST))
            covered = self._found.covered(field) if places else set()
            for i, name in places:
                company, hit = name.companies[0], Hit(i, i, name)
                if (
                    i in covered
                    or not has_capitals(field, i, i, name)
                    or self._is_part(_Open(field, hit, company, ""))
                ):
                    continue
                label = self._called.label(company)
                sure = SURE if name.kind != "ordinary" else 1  # `Silver` is seldom short for Silver Lake
                around = Around(*self._found.edges(field), sure, f"the item names {label}", self._capitals)
                if judge(field, i, i, name, around).taken:
                    self._found.take(field, i, i, company, "alias", f"short for {label} in this text")


def _is_written(field: FieldText, hit: Hit) -> bool:
    return has_capitals(field, hit.first, hit.last, hit.name) and is_one_name(field, hit)
