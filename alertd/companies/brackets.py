"""Letters in brackets behind a name: its ticker, or what the text calls somebody else in short.

Alcoa <AA.N>, Honeywell (HON)               its ticker
Texaco <TX>, Amax <AMX.N>                   tickers are used again: not who has TX and AMX today
Association of American Railroads (AAR)     an abbreviation: not the company AAR, there and later
the unit (BOX)                              nobody says whose: no name
"""

from __future__ import annotations

from collections.abc import Iterable

from alertd.companies.called import Called
from alertd.companies.ledger import Ledger
from alertd.companies.passages import FieldText
from alertd.companies.tagged import Run, run_before
from alertd.companies.tags import Tag, bracketed


class Brackets:
    """Answers for one event."""

    def __init__(self, called: Called, found: Ledger) -> None:
        self._called = called
        self._found = found

    def is_its(self, field: FieldText, tag: Tag) -> bool:
        """Whether a ticker in brackets, with no exchange named, may be that of the name before it."""
        if tag.company is None or not _has_no_exchange(field, tag) or (run := run_before(field, tag.opens)) is None:
            return True
        if self._is_of(field, run, [tag.company]):
            return True
        self._found.refuse(tag.written, f"no ticker of {field.surface(run.first, run.last)}")
        return False

    def strange(self, field: FieldText) -> set[int]:
        """Give the words in brackets that are somebody's name, but not that of the company before the bracket.

        What everybody knows (IBM) and what the desk declares is a name there, too.
        """
        found = set()
        for match in bracketed(field.text):
            at = field.index_at(match.start(1))
            name = self._called.at_end((field.words[at],)) if at < len(field) else None
            if name is None or self._called.is_surely_known(name):
                continue
            run = run_before(field, match.start())
            ids = self._called.ids(name)
            if run is not None and self._is_of(field, run, ids):
                continue
            found.add(at)
            if run is None:
                self._found.refuse(match[0], "letters in brackets, and no name of theirs before them")
                continue
            explained = f"`{field.surface(run.first, run.last)} {match[0]}`"[:80]
            self._found.refuse(match[0], f"stands for {explained}")
            self._found.explained.setdefault(field.words[at], explained)
        return found

    def _is_of(self, field: FieldText, run: Run, companies: Iterable[str]) -> bool:
        """Whether the words before a bracket name one of some companies; an owner may begin the name: Wendy's."""
        first = run.first - (run.first > 0 and field.gap(run.first - 1) in ("'s ", "’s "))
        for begin in {run.first, first}:
            words = tuple(field.words[begin : run.last + 1])
            name = self._called.at_end(words)
            if any(self._called.bears_out(company, name, words) for company in companies):
                return True
        return False


def _has_no_exchange(field: FieldText, tag: Tag) -> bool:
    """Whether it is `<TX>`, `[TX]` or `<TX.N>`, and not `(NYSE: TX)` or `($TX)`."""
    if tag.written[0] in "<[":
        return True
    code = tag.way == "ticker" and tag.written[0] != "$" and not tag.written.endswith("Equity")
    return code and tag.sure and tag.opens == tag.start - 1
