"""Which relations archived events propose."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.companies.model import Company, Relation, RelationType
from alertd.companies.table import CompanyTable, load_registrants
from alertd.history.past import PastEvent
from alertd.history.proposals import Proposal, Proposing
from alertd.model import Event, Party, Provenance, ReportedType, Rights, Story

START = parse_rfc3339("2026-01-01T12:00:00Z")
DAY = 86_400_000
NVDA = "cik-0001045810"
TABLE = CompanyTable(
    load_registrants().registrants,
    [Company(id="orbit", name="Orbit Yards"), Company(id="secret", name="Secret Yards", desk="ai")],
    {"orbit-old": "orbit"},
)
LEASE = (("orbit", "lessor"), ("anthropic", "lessee"))


def past(
    number: int,
    parties: Sequence[tuple[str, str]] = LEASE,
    *,
    kind: str = "compute_lease",
    status: str = "announced",
    confidence: float = 0.9,
    story: str = "",
    revision: int = 1,
    withdrawn: bool = False,
    provenance: Provenance | None = None,
    absorbed: tuple[str, ...] = (),
    desk: str | None = None,
) -> PastEvent:
    at = START + number * DAY
    reported = ReportedType(
        type=kind, status=status, confidence=confidence, parties=[Party(company=c, role=r) for c, r in parties]
    )
    event = Event(
        id=f"ev_{number}", title=f"headline {number}", seen_at=rfc3339(at), event_at=rfc3339(at), revision=revision,
        withdrawn=withdrawn, event_types=[reported], story=Story(id=story or f"st_{number}"),
        provenance=provenance or Provenance(),
    )  # fmt: skip
    return PastEvent(at_ms=at, event=event, absorbed=absorbed, desk=desk)


def proposed(
    *pasts: PastEvent, declared: Sequence[Relation] = (), least: int = 1, desk: str | None = None
) -> list[str]:
    return [f"{one.company} {one.type} {one.of} {one.stories}" for one in all_of(pasts, declared, least, desk)]


def all_of(
    pasts: Sequence[PastEvent], declared: Sequence[Relation] = (), least: int = 1, desk: str | None = None
) -> list[Proposal]:
    proposing = Proposing(TABLE, desk)
    for one in pasts:
        proposing.add(one)
    return proposing.proposals(declared, least)


@pytest.mark.parametrize(
    ("parties", "found"),
    [
        ((("orbit", "lessor"), (NVDA, "lessee")), [f"orbit lessor {NVDA} 1"]),
        ((("orbit", "lessee"), (NVDA, "lessor")), [f"{NVDA} lessor orbit 1"]),
        ((("orbit", "contractor"), (NVDA, "customer")), [f"orbit supplier {NVDA} 1"]),
        ((("orbit", "acquirer"), (NVDA, "target")), [f"orbit owner {NVDA} 1"]),
        ((("orbit", "issuer"), (NVDA, "lender")), [f"{NVDA} lender orbit 1"]),
        ((("orbit", "partner"), (NVDA, "partner")), [f"{NVDA} partner orbit 1"]),
        ((("orbit", "plaintiff"), (NVDA, "defendant")), []),
        ((("orbit", "lessor"), (NVDA, "customer")), []),
        ((("orbit", ""), (NVDA, "")), []),
        ((("orbit", "lessor"), ("orbit-old", "lessee")), []),
        ((("orbit", "lessor"), ("no id\n- company", "lessee")), []),
    ],
)
def test_two_parties_are_related_by_their_roles_if_a_relation_is_called_so(
    parties: Sequence[tuple[str, str]], found: list[str]
) -> None:
    assert proposed(past(1, parties)) == found


def test_stories_are_counted_and_not_reports_of_them() -> None:
    reports = [past(1, story="a"), past(2, story="a"), past(3, story="b")]
    assert proposed(*reports) == ["orbit lessor anthropic 2"]
    assert proposed(*reports, least=3) == []


def test_stories_that_became_one_count_once() -> None:
    assert proposed(past(1, story="a"), past(2, story="b"), past(3, story="c", absorbed=("a", "b"))) == [
        "orbit lessor anthropic 1"
    ]


def test_a_circle_of_merged_stories_ends() -> None:
    assert len(proposed(past(1, story="a", absorbed=("b",)), past(2, story="b", absorbed=("a",)))) == 1


@pytest.mark.parametrize("what", [{"status": "rumoured"}, {"status": "denied"}, {"confidence": 0.4}])
def test_what_is_only_said_or_unsure_does_not_count(what: dict[str, str]) -> None:
    assert proposed(past(1, **what)) == []  # type: ignore[arg-type]


def test_an_event_counts_as_its_newest_revision_says() -> None:
    first, lease = past(1), ((NVDA, "lessor"), ("anthropic", "lessee"))
    assert proposed(first, past(1, lease, revision=2)) == [f"{NVDA} lessor anthropic 1"]
    assert proposed(first, past(1, revision=2, withdrawn=True)) == []
    assert proposed(past(1, revision=2, withdrawn=True), first, past(1, revision=2, withdrawn=True)) == []


@pytest.mark.parametrize(
    ("kind", "company", "of", "until", "left"),
    [
        ("lessor", "orbit", "anthropic", None, 0),
        ("lessee", "anthropic", "orbit", None, 0),
        ("lessee", "anthropic", "orbit", "2026-01-03", 0),
        ("lessee", "anthropic", "orbit", "2026-01-02", 1),
        ("lessor", "anthropic", "orbit", None, 1),
        ("supplier", "orbit", "anthropic", None, 1),
    ],
)
def test_what_is_declared_either_way_round_is_not_proposed_unless_it_ended(
    kind: RelationType, company: str, of: str, until: str | None, left: int
) -> None:
    declared = [Relation(company=company, type=kind, of=of, until=until)]
    assert len(proposed(past(1), past(2), declared=declared)) == left


def test_a_proposal_names_its_days_and_its_newest_stories() -> None:
    (one,) = all_of([past(n) for n in (4, 1, 2, 3)])
    assert (one.first, one.last) == ("2026-01-02", "2026-01-05")
    newest = one.examples[0]
    assert (newest.event, newest.day, newest.title) == ("ev_4", "2026-01-05", "headline 4")
    assert (newest.type, newest.status) == ("compute_lease", "announced")
    assert [example.event for example in one.examples] == ["ev_4", "ev_3", "ev_2"]
    assert one.undeclared == ("anthropic",)


def test_most_stories_come_first() -> None:
    other = (("orbit", "supplier"), (NVDA, "customer"))
    assert proposed(past(1), past(2, other), past(3, other)) == [
        f"orbit supplier {NVDA} 2",
        "orbit lessor anthropic 1",
    ]


@pytest.mark.parametrize(
    "provenance", [Provenance(classification="internal"), Provenance(rights=Rights(receivers=["desk"]))]
)
def test_of_what_only_some_may_be_told_nothing_gets_into_a_file_for_all(provenance: Provenance) -> None:
    proposing = Proposing(TABLE)
    proposing.add(past(1, provenance=provenance))
    assert (proposing.proposals((), 1), proposing.withheld) == ([], 1)


def test_a_desk_sees_nothing_of_anothers_sources_and_companies() -> None:
    hidden = past(1, (("secret", "lessor"), (NVDA, "lessee")))
    assert proposed(hidden, past(2, desk="ai"), desk="rates") == []
    assert proposed(hidden, past(2, desk="ai"), desk="ai") == ["orbit lessor anthropic 1", f"secret lessor {NVDA} 1"]
    assert [one.desks for one in all_of([hidden, past(2, desk="ai"), past(3, LEASE[:1])])] == [("ai",), ("ai",)]
