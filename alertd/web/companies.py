"""`/v1/companies`: who is who by the rules in force, and who stands how to whom.

GET /v1/companies?text=            by the beginning of a ticker or of the words of a name
GET /v1/companies/COMPANY          one by ticker, CIK, id or name, with its relations
GET /v1/companies/COMPANY/graph    the relations around it as a tree; ?hops= &on= &type=
"""

from __future__ import annotations

import datetime
from typing import Annotated, Any

import msgspec

from alertd.asking.companies_asked import CompaniesAsked, CompanyAsked, GraphAsked
from alertd.asking.house import House
from alertd.companies.model import Company, Relation, RelationType
from alertd.model import Struct
from alertd.web.operations import Asked, Nothing, Operation
from alertd.web.problems import Refusal

NOT_THERE = "no company is called so, or several are"
LONGEST = 200


class WhichCompanies(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which companies are looked for."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST, description="A ticker, CIK, id or words.")]
    limit: Annotated[int, msgspec.Meta(ge=1, le=200, description="So many at most.")] = 20


class CompanyList(Struct, frozen=True, kw_only=True):
    """Companies: declared ones first, then the largest."""

    companies: list[Company]


class CompanyInFull(Struct, frozen=True, kw_only=True):
    """A company and the relations that it stands in."""

    company: Company
    relations: list[Relation]


class WhereTraded(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which one a ticker means."""

    exchange: Annotated[str, msgspec.Meta(max_length=LONGEST, description="Where the ticker is traded (MIC).")] = ""


class Around(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far is looked around."""

    hops: Annotated[int, msgspec.Meta(ge=1, le=2, description="1, or 2 for its neighbours' as well.")] = 1
    on: Annotated[str, msgspec.Meta(description="Only what holds on this day, such as 2026-01-31.")] = ""
    type: list[RelationType] = msgspec.field(default_factory=list)
    """Only what it is that to others; may stand there several times."""


class CompanyGraph(Struct, frozen=True, kw_only=True):
    """The relations around a company."""

    company: Company
    relations: list[dict[str, Any]]
    """As `alertd companies graph --json` has them."""


class CompanyRoutes:
    """What can be asked about companies."""

    def __init__(self, house: House) -> None:
        self._house = house

    def operations(self) -> list[Operation[Any, Any]]:
        """Give it."""
        named, gone = {"company": "A ticker, a CIK, an id or a name."}, {404: NOT_THERE}
        return [
            Operation(
                name="searchCompanies", method="GET", path="/v1/companies", summary="Find companies",
                does=self._all, query=WhichCompanies, body=Nothing, answer=CompanyList, slow=True,
            ),
            Operation(
                name="getCompany", method="GET", path="/v1/companies/{company}",
                summary="The company that a name means in rules, and its relations",
                does=self._one, query=WhereTraded, body=Nothing, answer=CompanyInFull, fails=gone, parameters=named,
                slow=True,
            ),
            Operation(
                name="getCompanyGraph", method="GET", path="/v1/companies/{company}/graph",
                summary="The relations around a company as a tree",
                does=self._graph, query=Around, body=Nothing, answer=CompanyGraph, fails=gone, parameters=named,
                slow=True,
            ),
        ]  # fmt: skip

    async def _all(self, asked: Asked[WhichCompanies, Nothing]) -> object:
        question = CompaniesAsked(asked.caller.walls, asked.query.text, asked.query.limit)
        return CompanyList(companies=await self._house.apart.ask(question))

    async def _one(self, asked: Asked[WhereTraded, Nothing]) -> object:
        found = await self._house.apart.ask(CompanyAsked(asked.caller.walls, _name(asked), asked.query.exchange))
        if found is None:
            raise Refusal(404, NOT_THERE)
        return CompanyInFull(company=found[0], relations=found[1])

    async def _graph(self, asked: Asked[Around, Nothing]) -> object:
        query = asked.query
        try:
            day = datetime.date.fromisoformat(query.on).isoformat() if query.on else None
        except ValueError as error:
            raise Refusal(400, "on is a date such as 2026-01-31") from error
        found = await self._house.apart.ask(GraphAsked(asked.caller.walls, _name(asked), query.hops, day, query.type))
        if found is None:
            raise Refusal(404, NOT_THERE)
        return CompanyGraph(company=found[0], relations=found[1])


def _name(asked: Asked[Any, Any]) -> str:
    """Give what a company is called. Raises Refusal."""
    name = asked.path["company"]
    if len(name) > LONGEST:
        raise Refusal(404, NOT_THERE)
    return name
