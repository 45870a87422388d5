"""Which portfolios hold something, as far as that alone matters: their rules may be broken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from alertd.base import suggest
from alertd.base.yaml import Document, check, load_yaml
from alertd.companies.table import CompanyTable
from alertd.errors import ConfigError, Fault
from alertd.rules.files import RuleFile, Tree
from alertd.rules.holdings_files import Held, hold
from alertd.rules.portfolio_file import PortfolioFile, ids_in


@dataclass(frozen=True)
class Holder:
    """A portfolio, and what stands under `holdings` in its file or in the one that it extends."""

    id: str
    title: str
    timezone: str
    doc: Document
    """Of the file that says what is held."""
    said: PortfolioFile

    def hold(self, table: CompanyTable, memory: Path | None, now_ms: int) -> Held:
        """Give what it holds."""
        assert self.said.holdings is not None
        return hold(
            self.doc,
            ("holdings",),
            self.said.holdings,
            portfolio=self.id,
            timezone=self.timezone,
            table=table,
            memory=memory,
            now_ms=now_ms,
        )


class Holders:
    """Finds the portfolios of a rules directory. Each file is read when it is needed."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._read: dict[str, tuple[Document, PortfolioFile]] = {}

    def files(self) -> list[RuleFile]:
        """Give the files to go through, in the order of their names."""
        return self._tree.of("portfolios")

    def within(self, file: RuleFile) -> Holder | None:
        """Give the portfolio of a file; None if it holds nothing. Raises ConfigError."""
        doc, said = self._of(file)
        chain = [(doc, said)]
        while (base := chain[-1][1].extends) is not None:
            found = self._named(base)
            if found is None:
                message, hint = f"there is no portfolio `{base}`", suggest.hint(base, self.ids())
                raise ConfigError(chain[-1][0].fault(("extends",), message, hint))
            if any(found[1].portfolio == seen.portfolio for _, seen in chain):
                raise ConfigError(doc.fault(("extends",), "portfolios extend one another in a circle"))
            chain.append(found)
        held = next(((d, s) for d, s in chain if s.holdings is not None), None)
        if held is None:
            return None
        title = next((s.title for _, s in chain if s.title is not None), said.portfolio)
        timezone = next((s.timezone for _, s in chain if s.timezone is not None), "UTC")
        return Holder(said.portfolio, title, timezone, *held)

    def named(self, portfolio: str) -> Holder | None:
        """Give a portfolio by its id; None if it holds nothing. Raises ConfigError, also if there is none."""
        file = self._file_of(portfolio)
        if file is None:
            raise ConfigError(self._none(portfolio))
        return self.within(file)

    def ids(self) -> Iterator[str]:
        """Give the ids of all portfolios."""
        for file in self.files():
            yield from ids_in(file.content or b"")

    def _none(self, portfolio: str) -> Fault:
        hint = suggest.hint(portfolio, list(self.ids())) or "its file belongs under portfolios/"
        return Fault(str(self._tree.directory), 0, 0, f"there is no portfolio `{portfolio[:63]}`", hint)

    def _named(self, portfolio: str) -> tuple[Document, PortfolioFile] | None:
        file = self._file_of(portfolio)
        return self._of(file) if file is not None else None

    def _file_of(self, portfolio: str) -> RuleFile | None:
        """Find the file of a portfolio: ten thousand of them are not all read for one."""
        wanted = portfolio.encode()
        for file in self.files():
            if wanted in (file.content or b"") and self._says(file, portfolio):
                return file
        return None

    def _says(self, file: RuleFile, portfolio: str) -> bool:
        try:
            return self._of(file)[1].portfolio == portfolio
        except ConfigError:
            if portfolio in ids_in(file.content or b""):
                raise
            return False  # a broken file that only names it

    def _of(self, file: RuleFile) -> tuple[Document, PortfolioFile]:
        if file.name not in self._read:
            doc = load_yaml(file.content or b"", file.name)
            said, faults = check(PortfolioFile, doc)
            if said is None:
                raise ConfigError(faults)
            self._read[file.name] = (doc, said)
        return self._read[file.name]
