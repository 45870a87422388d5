"""Who plays which role: by frames, in the title, the lead and the sentences that hold the evidence."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from alertd.model import CompanyMention, Evidence, Party, ReportedType
from tests.enrich.marked import draft_of, rule, with_roles

LEASE = rule(
    "{lessor} (lease|rent out) {asset} to {lessee}",
    "{lessee} (lease|rent) {asset} from {lessor}",
    "{asset} leased by {lessor} to {lessee}",
    "{asset} leased to {lessee}",
    "{lessor}'s lease of {asset} to {lessee}",
    "{lessor} host {lessee}",
    "{lessor} rent out {asset}",
    "{lessee} (lease|rent) {asset}",
    "{} and {} (sign|agree) lease",
    "lease (between|of) {} and {}",
)
BOTH = {"vega": "lessor", "lumen": "lessee"}


def _roles(text: str, at: str = "", kind: object = LEASE) -> dict[str, str]:
    found = re.search(r"(?i)leas\w*|rent\w*|host\w*", text)
    draft = with_roles(draft_of(text, at=at or (found[0] if found else "")), kind)  # type: ignore[arg-type]
    return {party.company: party.role for party in draft.reported[0].parties}


@pytest.mark.parametrize(
    "text",
    [
        "[Vega Grid] leases Orion to [Lumen Labs]",
        "[Vega Grid] has agreed to lease its Orion supercomputer to [Lumen Labs]",
        "[Vega Grid] is to lease Orion to [Lumen Labs]",
        "[Vega Grid] said on Monday it would lease Orion to [Lumen Labs]",
        "[Vega Grid], which is based in Leeds, leases Orion to [Lumen Labs]",
        "[Vega Grid] Inc. (NASDAQ: VGRD), a data center operator, leases Orion to [Lumen Labs]",
        "[Vega Grid]'s cloud unit leases Orion to [Lumen Labs]",
        "A unit of [Vega Grid] leases Orion to [Lumen Labs]",
        "[Vega Grid] signs a landmark 15-year deal to lease Orion to [Lumen Labs]",
        "[Vega Grid] signs deal with [Lumen Labs] to rent out Orion",
        "Orion leased by [Vega Grid] to [Lumen Labs]",
        "Orion has been leased by [Vega Grid] to [Lumen Labs] for seven years",
        "[Vega Grid]'s lease of Orion to [Lumen Labs] begins",
        "[Lumen Labs] rents Orion from [Vega Grid]",
        "[Lumen Labs], which rents Orion from [Vega Grid], raises money",
        "[Lumen Labs] wins permission, rents Orion from [Vega Grid]",
        "“We will lease Orion to [Lumen Labs],” [Vega Grid] said",
        "[VEGA GRID] TO LEASE ORION TO [LUMEN LABS]",
        "[Vega Grid] To Lease Orion Supercomputer To [Lumen Labs] In Landmark Deal",
        "[Harbor] says [Vega Grid] leases Orion to [Lumen Labs]",
        "[Harbor] falls as [Vega Grid] leases Orion to [Lumen Labs]",
        "[Vega Grid] leases Orion to [Harbor] rival [Lumen Labs]",
        "[Vega Grid] leases Orion, one of the largest machines there is, to [Lumen Labs]",
        "[Vega Grid] hosts [Lumen Labs]",
    ],
)
def test_both_parties_are_found_however_it_is_said(text: str) -> None:
    assert _roles(text) == BOTH


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("[Vega Grid] and [Lumen Labs] sign lease", {"vega": "", "lumen": ""}),
        ("The lease between [Vega Grid] and [Lumen Labs] ends", {"vega": "", "lumen": ""}),
        (
            "[Vega Grid] and [Harbor] rent Orion from [Lumen Labs]",
            {"vega": "lessee", "harbor": "lessee", "lumen": "lessor"},
        ),
        ("[Vega Grid], [Harbor] and [Ostrom] rent Orion from [Lumen Labs]",
         {"vega": "lessee", "harbor": "lessee", "ostrom": "lessee", "lumen": "lessor"}),
        ("Startup Quillon leases Orion to [Lumen Labs]", {"lumen": "lessee"}),
        ("[Vega Grid] and Quillon Works rent Orion from [Lumen Labs]", {"vega": "lessee", "lumen": "lessor"}),
        ("[Vega Grid] leases Orion to an unnamed customer", {"vega": "lessor"}),
        ("[Vega Grid] shareholders lease Orion to [Lumen Labs]", {"lumen": "lessee"}),
        ("Shareholders of [Vega Grid] lease Orion to [Lumen Labs]", {"lumen": "lessee"}),
        ("[Vega Grid] rival leases Orion to [Lumen Labs]", {"lumen": "lessee"}),
        ("[Lumen Labs] leases Orion to meet demand", {"lumen": "lessee"}),
        ("Orion will be leased to [Lumen Labs], [Harbor] says", {"lumen": "lessee"}),
    ],
)  # fmt: skip
def test_a_role_is_given_only_to_whom_it_belongs(text: str, roles: dict[str, str]) -> None:
    assert _roles(text) == roles


def test_a_passive_is_not_read_as_an_active() -> None:
    kind = rule("{plaintiff} sue {defendant}", roles=("plaintiff", "defendant"))
    assert _roles("[Vega Grid] was sued, [Lumen Labs] says", "sued", kind) == {"vega": "", "lumen": ""}
    assert _roles("[Vega Grid] sues [Lumen Labs]", "sues", kind) == {"vega": "plaintiff", "lumen": "defendant"}


def test_irregular_verbs_are_found_by_their_base_form() -> None:
    kind = rule("{buyer} buy {asset} from {seller}", roles=("buyer", "seller"))
    assert _roles("[Vega Grid] bought chips from [Lumen Labs]", "bought", kind) == {
        "vega": "buyer",
        "lumen": "seller",
    }


def test_companies_without_a_frame_are_parties_without_a_role_if_they_are_few() -> None:
    assert _roles("[Vega Grid] and [Lumen Labs] talk about a lease") == {"vega": "", "lumen": ""}
    assert _roles("[A], [B], [C] and [D] talk about a lease") == {}


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("[Vega Grid] cuts outlook", {"vega": "issuer"}),
        ("[Vega Grid] says it will cut outlook", {"vega": "issuer"}),
        ("Bottler cuts outlook, [Vega Grid] unmoved", {}),
        ("Northwind, a supplier of [Vega Grid], cuts outlook", {}),
    ],
)
def test_the_one_role_of_a_type_is_played_by_whose_verb_it_is(text: str, roles: dict[str, str]) -> None:
    assert _roles(text, "cut", rule(roles=("issuer",))) == roles


@pytest.mark.parametrize(
    ("thing", "called"),
    [
        ("its Colossus 1 supercomputer", "Colossus 1"),
        ("the Orion", "Orion"),
        ("20,000 GPUs", "20,000 GPUs"),
        ("two data centers", "data centers"),
        ("capacity at its Orion site", "Orion"),
        ("[Harbor]'s Orion cluster", "Orion"),
        ("cloud capacity", "cloud capacity"),
        ("a cluster worth $3 billion", "cluster"),
        ("$1.3 billion data center", "data center"),
        ("1.3 million GPUs", "1.3 million GPUs"),
        ("six gigawatts of GPUs", "gigawatts of GPUs"),
        ("GPU capacity through 2031", "GPU capacity"),
    ],
)
def test_a_thing_is_called_by_its_own_name_or_by_the_phrase(thing: str, called: str) -> None:
    draft = with_roles(draft_of(f"[Vega Grid] leases {thing} to [Lumen Labs]", at="leases"), LEASE)
    assert draft.reported[0].asset == called


def test_what_the_title_leaves_out_is_found_in_the_lead() -> None:
    draft = draft_of(
        "[Lumen Labs] leases Orion", "[Vega Grid] leases it. [Vega Grid] hosts [Lumen Labs].", at="leases"
    )
    parties = with_roles(draft, LEASE).reported[0].parties
    assert parties == [Party(company="vega", role="lessor"), Party(company="lumen", role="lessee")]


def test_the_event_has_all_parties_and_its_companies_their_roles() -> None:
    draft = draft_of("[Lumen Labs] rents Orion from [Vega Grid]", at="rents")
    named = [
        CompanyMention(id=name, evidence=[Evidence(field="title", start=start, end=start + 9, quote="")])
        for name, start in (("vega", 28), ("lumen", 0))
    ]
    draft.event = replace(draft.event, companies=named)
    event = with_roles(draft, LEASE).event
    assert event.parties == ["lumen", "vega"]
    assert {company.id: company.role for company in event.companies} == BOTH


def test_what_an_event_brings_with_it_stays() -> None:
    draft = draft_of("[Lumen Labs] rents Orion from [Vega Grid]", at="rents", parties=["harbor"])
    brought = Party(company="harbor", role="lessor")
    draft.reported = [ReportedType(type="lease", parties=[brought], evidence=draft.reported[0].evidence)]
    done = with_roles(draft, LEASE)
    assert done.reported[0].parties == [brought]
    assert done.event.parties == ["harbor"]


_WORDS = [
    "lease",
    "leased",
    "to",
    "from",
    "by",
    "and",
    ",",
    ".",
    "(",
    ")",
    "'s",
    "Orion",
    "which",
    "we",
    "é",
    "\n",
    "–",
]


@given(st.lists(st.sampled_from(_WORDS), max_size=25).map(" ".join))
def test_no_text_breaks_it(text: str) -> None:
    draft = draft_of(f"[Vega Grid] leases {text} [Lumen Labs] lease", f"{text} lease", at="lease")
    assert len(with_roles(draft, LEASE).reported) == 1


@pytest.mark.parametrize(
    "piece", ["lease to ", ", which leases ", "[Vega Grid] leases Orion and ", "by by by leased by ", "((("]
)
def test_repetition_costs_no_more_than_its_length(piece: str) -> None:
    began = time.thread_time()
    with_roles(draft_of("[Vega Grid] lease", piece * (60_000 // len(piece)), at="lease"), LEASE)
    assert time.thread_time() - began < 2
