"""Plays bytes as changes and texts to the core and to Python, and insists that both do the same.

Each byte is a choice; where they end, the play does. `make sanitize` makes them up; what is worth keeping lies in
`seeds/` and is played by the tests (test_seeds.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from alertd.text.core import CoreField, CoreTerms, CoreTokens, core_tokens, make_postings
from alertd.text.dictionaries import Dictionaries
from alertd.text.scan import Found, Term, TermScanner, make_term

WORDS = [
    "a", "b", "the", "of", "lease", "leases", "cut", "company", "Ä", "計算", "straße", "İl", "ﬁling", "x" * 7,
    "y" * 8, "z" * 15, "w" * 16, "v" * 17, "한국어", "supercomputers", "é" * 9, "\U00010428", "b’s", "s", "veto",
    "q" * 300,
]  # fmt: skip
PIECES = [
    " ", "'", "’", "'s", "’s ", "\u0301", "\u0345", "\u200b", "ß", "½", "™", "\ufdfa", "\ud800", "\x00", "\U000e0100",
    "-", ". ", "\n", "ก้", "क्षि", "٣", "Ｗ", "İ", "Σς",
]  # fmt: skip
KEYS = [*(f"key{number}" for number in range(4)), "a", "title:a", "lease", "title:the lease", "the lease"]
COMPANIES = [f"company{number}" for number in range(7)]
MANY = 1 << 30
FailAfter = Callable[[int], None]
"""Lets the core's memory run out once, after so many requests; below 0: not at all."""


class Posted(NamedTuple):
    """A slot, and what an event must have for it."""

    keys: frozenset[str]
    companies: frozenset[str] | None
    checks: tuple[frozenset[str], ...]

    def concerns(self, keys: frozenset[str], companies: frozenset[str]) -> bool:
        """Whether it is a candidate for an event with these keys and companies."""
        return (
            (not self.keys or not keys.isdisjoint(self.keys))
            and (self.companies is None or not companies.isdisjoint(self.companies))
            and not any(keys.isdisjoint(check) for check in self.checks)
        )


class _End(Exception):
    """The bytes are at their end."""


class Play:
    """One play of some bytes."""

    def __init__(self, choices: bytes, fail_after: FailAfter | None = None) -> None:
        self._choices = iter(choices)
        self._fail_after = fail_after
        self._table = CoreTerms()
        self._core, self._python = TermScanner((), self._table), TermScanner((), Dictionaries())
        self._left: list[Term] = []
        self._before: list[tuple[Found, Found]] = []
        self._postings = make_postings()
        self._slots: dict[int, Posted] = {}

    def run(self) -> None:
        """Play to the end. AssertionError where the two differ."""
        try:
            while True:
                self._turn()
        except _End:
            pass
        for mine, theirs in self._before:  # terms that have gone meanwhile stay in what was read before
            self._same(mine, theirs)
        for term in self._left:
            self._core.remove(term)
        for slot in self._slots:
            self._postings.drop(slot)
        assert set(self._sizes().values()) == {0}

    def _turn(self) -> None:
        turns = (self._add, self._remove, self._text, self._post, self._post, self._unpost, self._ask, self._fail)
        turns[self._choose(len(turns))]()

    def _choose(self, among: int) -> int:
        choice = next(self._choices, None)
        if choice is None:
            raise _End
        return choice % among

    def _term(self) -> Term:
        words = [WORDS[self._choose(len(WORDS))] for _ in range(1 + self._choose(4))]
        return make_term(" ".join(words), exact=self._choose(3) == 0)

    def _add(self) -> None:
        term = self._term()
        self._core.add(term)
        self._python.add(term)
        self._left.append(term)

    def _remove(self) -> None:
        if self._left:
            term = self._left.pop(self._choose(len(self._left)))
            self._core.remove(term)
            self._python.remove(term)

    def _text(self) -> None:
        title, body = self._written(), self._written() * (1 if self._choose(4) else 50)
        mine, theirs = self._core.scan(title, body), self._python.scan(title, body)
        self._same(mine, theirs)
        for name in ("title", "body"):
            tokens = mine.tokens(name)
            assert isinstance(tokens, CoreTokens)
            places = [(*place, term) for term in theirs.terms() for place in theirs.positions(name, term)]
            assert sorted(self._table.search(tokens.read, MANY, MANY, False)) == sorted(places)
            raised = [place for place in places if place[0] in theirs.tokens(name).capitals]
            assert sorted(self._table.search(tokens.read, MANY, MANY, True)) == sorted(raised)
        self._before.append((mine, theirs))

    def _written(self) -> str:
        pieces = []
        for _ in range(self._choose(24)):
            kind = self._choose(4)
            if kind < 2:
                pieces.append(WORDS[self._choose(len(WORDS))] + " " * kind)
            elif kind == 2:
                pieces.append(PIECES[self._choose(len(PIECES))])
            else:
                code = self._choose(17) << 16 | self._choose(256) << 8 | self._choose(256)
                pieces.append(chr(code if self._choose(2) else code & 0x2FFF))
        return "".join(pieces)

    def _same(self, mine: Found, theirs: Found) -> None:
        assert (mine.title, mine.body) == (theirs.title, theirs.body)
        for name in ("title", "body"):
            here, there = mine.tokens(name), theirs.tokens(name)
            assert here.words == there.words
            assert here.places == there.places
            assert here.capitals == there.capitals
            assert mine.beginning(name, 5) == theirs.beginning(name, 5)
            for term in theirs.terms():
                assert mine.positions(name, term) == theirs.positions(name, term)
            for limit in (1, 3):
                assert mine.quoted(name, theirs.terms(), limit) == theirs.quoted(name, theirs.terms(), limit)
            groups = tuple(frozenset({term}) for term in sorted(theirs.terms())[:3])
            if groups:
                assert mine.near(name, groups, 6) == theirs.near(name, groups, 6)
                assert mine.near(name, groups, 20, 9) == theirs.near(name, groups, 20, 9)
            if there.words:
                assert here.span(0, len(there) - 1) == there.span(0, len(there) - 1)

    def _some(self, names: list[str], most: int) -> frozenset[str]:
        return frozenset([names[self._choose(len(names))] for _ in range(self._choose(most))])

    def _posted(self) -> Posted:
        keys, companies = self._some(KEYS, 4), self._some(COMPANIES, 5)
        checks = tuple(self._some(KEYS, 5) for _ in range(self._choose(4)))
        return Posted(keys, companies or None, checks)

    def _post(self) -> None:
        posted = self._posted()
        slot = self._postings.put(*posted)
        assert slot > 0
        assert slot not in self._slots
        self._slots[slot] = posted

    def _unpost(self) -> None:
        if self._slots:
            slot = list(self._slots)[self._choose(len(self._slots))]
            del self._slots[slot]
            self._postings.drop(slot)

    def _ask(self) -> None:
        """Ask by names, and by what stands in the texts that were read last, whose terms may have gone meanwhile."""
        keys, companies = self._some(KEYS, 8), self._some(COMPANIES, 5)
        self._concern(keys, companies, self._postings.find(keys, companies))
        if self._before:
            found = self._before[-1][0]
            title, body = found.fields
            assert isinstance(title, CoreField)
            assert isinstance(body, CoreField)
            has = keys | found.terms() | {f"title:{term}" for term in found.title}
            self._concern(has, companies, self._postings.find(keys, companies, title.read, body.read))
        for slot in self._postings.in_vain(3, self._choose(5)):
            assert slot in self._slots
        dumped = self._dumped()
        if dumped is not None:
            again = make_postings()
            assert again.load(*dumped) == len(self._slots)
            self._concern(keys, companies, again.find(keys, companies))

    def _dumped(self) -> tuple[list[str], list[str], bytes, bytes] | None:
        """Give all slots; None if some have gone whose numbers are free."""
        try:
            return self._postings.dump()
        except ValueError:
            return None

    def _concern(self, keys: frozenset[str], companies: frozenset[str], found: list[int]) -> None:
        assert len(set(found)) == len(found)
        assert set(found) == {slot for slot, posted in self._slots.items() if posted.concerns(keys, companies)}
        for slot in found:
            assert self._postings.parts(slot) == (self._slots[slot].keys, self._slots[slot].checks)

    def _fail(self) -> None:
        """Let memory run out in a change and in a reading: an error, and all is as before."""
        after, term, text, posted = self._choose(40), self._term(), self._written(), self._posted()
        if self._fail_after is None:
            return
        self._runs_out(after, lambda: self._core.scan(text, ""))
        read = core_tokens(text).read
        self._runs_out(after % 4, read.capitals)
        self._runs_out(after % 8, lambda: self._table.search(read, MANY, MANY, True))
        if not self._runs_out(after, lambda: self._core.add(term)):
            self._core.remove(term)
        slots: list[int] = []
        self._runs_out(after, lambda: slots.append(self._postings.put(*posted)))
        for slot in slots:
            self._postings.drop(slot)
        dumped = self._dumped()
        if dumped is not None:
            self._runs_out(after, self._postings.dump)
            self._runs_out(after, lambda: make_postings().load(*dumped))
            self._runs_out(after, lambda: self._postings.find(posted.keys, posted.companies or ()))

    def _runs_out(self, after: int, work: Callable[[], object]) -> bool:
        assert self._fail_after is not None
        before = self._sizes()
        self._fail_after(after)
        try:
            work()
        except MemoryError:
            assert self._sizes() == before
            return True
        finally:
            self._fail_after(-1)
        return False

    def _sizes(self) -> dict[str, int]:
        sizes = self._table.sizes() | self._postings.sizes()
        return {name: size for name, size in sizes.items() if name != "bytes"}
