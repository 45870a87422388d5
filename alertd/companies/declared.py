"""What the desk declares under rules/companies/: private companies, other names, tickers elsewhere, relations.

    files -> slugs -> what is added to companies -> table -> relations

A declared slug is the company's id for good: if it gets a CIK, or becomes a registrant, its CIK leads to the slug.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from alertd.base.yaml import Document, Path, Place
from alertd.companies.companies_file import CompaniesFile, CompanyEntry, RelationEntry, Traded
from alertd.companies.model import TRADED, Company, Listing, Relation
from alertd.companies.names import AMERICAN, exchange_of, fold_name, fold_sector, registrant_id
from alertd.companies.table import CompanyTable
from alertd.errors import Fault

Declared = tuple[CompanyTable, tuple[Relation, ...], list[Fault]]


def declare(table: CompanyTable, files: Sequence[tuple[Document, CompaniesFile]]) -> Declared:
    """Put what the files declare over a table; every fault of all of them.

    The table and the relations are what could be understood: with a fault that is an error they are not for use.
    """
    work = _Work(table)
    for doc, file in files:
        for i, entry in enumerate(file.companies):
            if entry.id is not None:
                work.declare(entry, file.desk, _At(doc, ("companies", i)))
    work.table = work.result()
    for doc, file in files:
        for i, entry in enumerate(file.companies):
            if entry.company is not None:
                work.add(entry, file.desk, _At(doc, ("companies", i)))
    work.table = work.result()
    for doc, file in files:
        for i, entry in enumerate(file.companies):
            work.parent(entry, file.desk, _At(doc, ("companies", i)))
        for i, relation in enumerate(file.relations):
            work.relate(relation, file.desk, _At(doc, ("relations", i)))
    return work.table, tuple(work.relations), sorted(work.faults)


@dataclass(frozen=True, slots=True)
class _At:
    """A place in a file."""

    doc: Document
    path: Path

    def fault(self, key: str, message: str, hint: str = "") -> Fault:
        return self.doc.fault((*self.path, key), message, hint)

    def place(self, key: str = "") -> Place:
        return self.doc.place((*self.path, key) if key else self.path)


@dataclass(slots=True)
class _Work:
    table: CompanyTable
    faults: list[Fault] = field(default_factory=list)
    companies: dict[str, Company] = field(default_factory=dict)
    other_ids: dict[str, str] = field(default_factory=dict)
    first: dict[tuple[str, str], tuple[str, Place]] = field(default_factory=dict)
    """(what, its value) -> (company, where it was said first): ids, CIKs, names and tickers are one company's."""
    relations: list[Relation] = field(default_factory=list)

    def result(self) -> CompanyTable:
        return self.table.with_declared(self.companies.values(), self.other_ids)

    def declare(self, entry: CompanyEntry, desk: str | None, at: _At) -> None:
        """Take in a company of the desk's own."""
        assert entry.id is not None
        assert entry.name is not None
        if not self._owns("id", entry.id, f"`{entry.id}` is declared twice", "id", f"{entry.id} at {at.place()}", at):
            return
        for old in (entry.formerly,) if isinstance(entry.formerly, str) else entry.formerly:
            if self._owns("id", old, f"`{old}` is the id of another company", "formerly", entry.id, at):
                self.other_ids[old] = entry.id
        known = None
        if entry.cik and self._owns(
            "cik", entry.cik, f"CIK {entry.cik} is given to two companies", "cik", entry.id, at
        ):
            known = self.table.registrants.companies.get(registrant_id(entry.cik))
            if known is not None:
                self.other_ids[known.id] = entry.id
        blank = Company(
            id=entry.id, name=entry.name, aliases=(known.name,) if known else (), cik=entry.cik,
            private=entry.private, listings=known.listings if known else (), desk=desk,
        )  # fmt: skip
        self._claim_name(blank.id, entry.name, "name", at)
        self.companies[entry.id] = self._with(blank, entry, at)

    def add(self, entry: CompanyEntry, desk: str | None, at: _At) -> None:
        """Add to a company what an entry knows of it."""
        assert entry.company is not None
        company = self._resolve(entry.company, desk, "company", at)
        if company is not None:
            self.companies[company.id] = self._with(self.companies.get(company.id, company), entry, at)

    def parent(self, entry: CompanyEntry, desk: str | None, at: _At) -> None:
        """Take in the relation that `subsidiary_of` states in short."""
        if entry.subsidiary_of is None:
            return
        child = self.table.resolve(entry.id or entry.company or "")
        parent = self._resolve(entry.subsidiary_of, desk, "subsidiary_of", at)
        if child is not None and parent is not None:
            self._relate(Relation(company=child.id, type="subsidiary", of=parent.id, desk=desk), "subsidiary_of", at)

    def relate(self, entry: RelationEntry, desk: str | None, at: _At) -> None:
        """Take in a relation."""
        company = self._resolve(entry.company, desk, "company", at)
        of = self._resolve(entry.of, desk, "of", at)
        if entry.since and entry.until and entry.until < entry.since:
            self.faults.append(at.fault("until", f"ends on {entry.until}, before it begins on {entry.since}"))
        if entry.what and entry.is_ not in TRADED:
            message = f"a {entry.is_} neither supplies nor leases anything"
            self.faults.append(at.fault("what", message, f"`what` goes with {', '.join(TRADED)}"))
        if company is None or of is None:
            return
        relation = Relation(
            company=company.id, type=entry.is_, of=of.id, strength=entry.strength, source=entry.source, desk=desk,
            since=entry.since.isoformat() if entry.since else None,
            until=entry.until.isoformat() if entry.until else None,
            what=(entry.what,) if isinstance(entry.what, str) else entry.what,
        )  # fmt: skip
        self._relate(relation, "of", at)

    # --- the parts ---------------------------------------------------------------------------------------------

    def _relate(self, relation: Relation, key: str, at: _At) -> None:
        if relation.company == relation.of:
            self.faults.append(at.fault(key, f"`{relation.of}` is related to itself", "name another company"))
            return
        same = f"{relation.company} {relation.type} {relation.of} {relation.since} {relation.until} {relation.desk}"
        if self._owns("relation", same, "this relation is stated twice", key, str(at.place()), at):
            self.relations.append(relation)

    def _resolve(self, text: str, desk: str | None, key: str, at: _At) -> Company | None:
        company = self.table.resolve(text)
        if company is None:
            self.faults.append(at.fault(key, f"no company is called `{text[:60]}`", self.table.suggest(text)))
        elif company.desk not in (None, desk):
            message = f"`{text[:60]}` is declared for desk `{company.desk}` alone"
            hint = f"set `desk: {company.desk}` in this file too, or declare the company in a file without a desk"
            self.faults.append(at.fault(key, message, hint))
        else:
            return company
        return None

    def _with(self, company: Company, entry: CompanyEntry, at: _At) -> Company:
        """Give a company with the aliases, tickers and sector of an entry."""
        for alias in entry.aliases:
            self._claim_name(company.id, alias, "aliases", at)
        for name in entry.former_names:
            self._claim_name(company.id, name, "former_names", at)
        for isin in entry.isins:
            self._owns("isin", isin, f"{isin} is the ISIN of two companies", "isins", company.id, at)
        listings = [Listing(t.ticker, t.exchange) for t in entry.tickers if self._claim_ticker(company, t, at)]
        sector = company.sector
        if entry.sector is not None:
            if sector is not None and fold_sector(sector) != fold_sector(entry.sector):
                message = f"`{company.id}` is already in sector `{sector}`"
                self.faults.append(at.fault("sector", message, "a company has one sector; lists can have many"))
            sector = entry.sector
        return replace(
            company,
            aliases=tuple(dict.fromkeys((*company.aliases, *entry.aliases))),
            former=tuple(dict.fromkeys((*company.former, *entry.former_names))),
            isins=tuple(dict.fromkeys((*company.isins, *entry.isins))),
            listings=tuple(dict.fromkeys((*company.listings, *listings))),
            sector=sector,
        )

    def _owns(self, what: str, value: str, message: str, key: str, company: str, at: _At) -> bool:
        """Note that something is this company's alone; False, with a fault, if it is another's."""
        owner, where = self.first.setdefault((what, value), (company, at.place(key)))
        if owner == company:
            return True
        self.faults.append(at.fault(key, message, f"first in {where.file}:{where.line}"))
        return False

    def _claim_name(self, company: str, name: str, key: str, at: _At) -> None:
        self._owns("name", fold_name(name), f"two companies are called `{name[:60]}`", key, company, at)

    def _claim_ticker(self, company: Company, traded: Traded, at: _At) -> bool:
        exchange = exchange_of(traded.exchange)
        owner = self.table.registrants.tickers.get(traded.ticker)
        if owner is not None and (not exchange or exchange in AMERICAN):
            known = self.table.registrants.companies[owner]
            if self.other_ids.get(owner, owner) != company.id:
                message = f"{traded.ticker} is the ticker of {known.name}"
                hint = "give the `exchange` if it is another share, or use `company` to add to that registrant"
                self.faults.append(at.fault("tickers", message, hint))
                return False
        message = f"{traded.ticker} is the ticker of two companies"
        return self._owns("ticker", f"{traded.ticker}@{exchange}", message, "tickers", company.id, at)
