"""The party that a filing names without its text: who files it, or whom it is about.

An issuer reports of itself (8-K, 10-Q), and writes `the Company`. Forms about holdings and bids are filed by one
about another, and EDGAR says at each which of the two it is: at the filer, or at the end of the title.

    8-K - INTEL CORP (0000050863) (Filer)           whom it happens to: issuer, subject, sponsor…
    4 - INTEL CORP (0000050863) (Issuer)            the same
    SCHEDULE 13D - Elm Capital (Filed by)           who acts: holder, insider, bidder
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from alertd.model import CompanyMention, Event

_TO = ("issuer", "subject")
"""What a type calls the company that it happens to, where it has more than one role."""
_BY = ("holder", "insider", "bidder")
"""What it calls who does it, in forms that one files about another."""
_ABOUT = frozenset(("issuer", "subject", "subject company"))
_ACTING = frozenset(("reporting", "reporting owner", "filed by"))
_OTHERS = ("SC 13", "SCHEDULE 13", "SC TO", "SCHEDULE TO", "DFAN14", "PREC14", "DEFC14")
_NUMBERED = frozenset(("3", "4", "5", "144"))
"""How the forms begin that one files about another: who is meant, only its standing tells."""
MAX_FILERS = 20
"""Filers that are looked at."""


def party_of_filing(event: Event, roles: Sequence[str]) -> dict[str, str]:
    """Give the party of a filing and its role, of those of a type; none where the filing does not say who it is."""
    if event.kind != "filing" or not event.companies:
        return {}
    found: dict[str, str] = {}
    for company, standing in _filers(event):
        role = _role(event.form or "", standing, roles)
        if role and company not in found and role not in found.values():
            found[company] = role
    return found


def _role(form: str, standing: str, roles: Sequence[str]) -> str:
    if standing in _ACTING:
        return next((role for role in roles if role in _BY), "")
    if standing not in _ABOUT and _is_about_others(form):
        return ""
    return roles[0] if len(roles) == 1 else next((role for role in _TO if role in roles), "")


def _is_about_others(form: str) -> bool:
    form = form.upper().removesuffix("/A")
    return form in _NUMBERED or form.startswith(_OTHERS)


def _filers(event: Event) -> Iterator[tuple[str, str]]:
    """Give the known companies among the filers, with what the filing says that each of them is."""
    told = _standing(event.title)
    alone = len(event.filers) == 1
    by_cik = {_digits(one.cik or one.id.removeprefix("cik-")): one for one in reversed(event.companies)}
    by_cik.pop("", None)
    for filer in islice(event.filers, MAX_FILERS):
        company = by_cik.get(_digits(str(filer.get("cik") or "")))
        if company is not None:
            role = filer.get("role")
            yield company.id, role.lower().strip() if isinstance(role, str) else told if alone else ""
    if not event.filers and told:
        yield from ((one.id, told) for one in event.companies if _named_by_cik(one))


def _named_by_cik(company: CompanyMention) -> bool:
    return company.how.startswith("cik ") and any(e.field == "title" for e in company.evidence)


def _standing(title: str) -> str:
    """Read `issuer` out of `4 - INTEL CORP (0000050863) (Issuer)`."""
    before, opened, last = title.rstrip().rpartition("(")
    return last[:-1].lower().strip() if opened and before and last.endswith(")") and len(last) <= 20 else ""


def _digits(cik: str) -> str:
    return cik.lstrip("0") if cik.isascii() and cik.isdigit() else ""
