"""Which portfolios an export may be asked for: those of today's rules, and those that the archive tells of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from alertd.asking.past_rules import Books
from alertd.asking.reach import Reach
from alertd.cli.kept import kept_of
from alertd.cli.output import told
from alertd.cli.portfolio_names import no_portfolio
from alertd.history.archive.reader import Reader
from alertd.model import JournalRecord
from alertd.rules.walls import may_see


def check_portfolios(asked: Sequence[str], reach: Reach, desk: str | None) -> None:
    """End the command if neither the rules, the history nor the archive know a portfolio. Raises ConfigError.

    Names come from what the desk may see; another desk's portfolio is none.
    """
    books = Books(reach, told)
    there = [one.id for one in books.today().book.portfolios if may_see(desk, one.desk)]
    kept = kept_of(reach, desk)
    there += kept.history.portfolios() if kept.history is not None else []
    missing = set(asked) - set(there)
    if missing and desk is None:  # one that was removed since, and whose alerts are not in the history
        there += _told_of(reach, missing)
    for name in asked:
        if name not in there:
            if books.trouble is not None:
                raise books.trouble
            no_portfolio(name, there)


def _told_of(reach: Reach, names: set[str]) -> set[str]:
    """Give those of some portfolios that any line of the archive is about."""
    found: set[str] = set()
    for line in Reader(reach.archive).lines():
        if line.record is not None:
            found.update(names.intersection(_portfolios(line.record)))
        if found == names:
            break
    return found


def _portfolios(record: JournalRecord) -> Iterator[str]:
    data = record.data
    yield str(data.get("portfolio"))
    for name in ("portfolios", "matches", "decisions"):
        many = data.get(name)
        for one in many if isinstance(many, list) else ():
            yield str(one.get("portfolio")) if isinstance(one, dict) else str(one)
