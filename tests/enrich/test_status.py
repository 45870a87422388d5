"""Whether it happened: announced, reported, rumoured, denied, or no event at all, and why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from alertd.model import Evidence, ReportedType
from tests.enrich.marked import draft_of, rule, with_status

LEASE = rule("{lessor} lease {asset}")


def _status(text: str, body: str = "", at: str = "lease") -> str:
    draft = with_status(draft_of(text, body, at=at), LEASE)
    assert bool(draft.reported) != bool(draft.refused)
    return draft.reported[0].status if draft.reported else "none"


@pytest.mark.parametrize(
    "text",
    [
        "[Vega Grid] leases Orion to [Lumen Labs]",
        "[Vega Grid] plans to lease Orion",
        "[Vega Grid] to lease Orion",
        "[Vega Grid] agrees to lease Orion",
        "[Vega Grid] will lease Orion",
        "[Vega Grid] said it would lease Orion",
        "Not only [Harbor]: [Vega Grid] leases Orion",
        "[Vega Grid] leases Orion, which could add to revenue",
        "[Vega Grid] leases Orion if regulators agree",
        "[Vega Grid] leases Orion, ending dispute",
        "[Vega Grid] leases Orion three years after its founding",
        "In May [Vega Grid] leases Orion",
        "[Vega Grid] leases Orion for $3 billion, up from $1.1 billion a year ago",
        "[Vega Grid] leases 5% more at Orion than a year ago",
        "[Vega Grid] leases Orion for 15 cents compared with a year ago",
        "[Vega Grid] leases Orion for $1 billion from 2 billion a year ago",
        "[Vega Grid] leases Orion without delay",
        "[Vega Grid] leases Orion to [Harbor], which denies wrongdoing",
    ],
)
def test_what_is_told_plainly_is_announced(text: str) -> None:
    assert _status(text) == "announced"


@pytest.mark.parametrize(
    "text",
    [
        "[Vega Grid] in talks to lease Orion",
        "[Vega Grid] reportedly leases Orion",
        "[Vega Grid] close to signing lease",
        "[Vega Grid] leases Orion, people familiar with the matter say",
        "[Vega Grid] said to have leased Orion",
    ],
)
def test_talks_and_unnamed_people_are_reports(text: str) -> None:
    assert _status(text) == "reported"


def test_the_people_under_a_headline_count_unless_the_company_says_it_itself() -> None:
    title = "[Vega Grid] to lease Orion"
    assert _status(title, "The two have agreed. The deal is near, a person familiar with it said.") == "reported"
    assert _status(title, "The company said in a statement that sources said so, too.") == "announced"


@pytest.mark.parametrize(
    "text",
    [
        "[Vega Grid] mulls lease of Orion",
        "[Vega Grid] considers a lease",
        "[Vega Grid] could lease Orion",
        "[Vega Grid] may lease Orion",
        "Rumours of a lease lift [Vega Grid]",
        "[Vega Grid] up on lease speculation",
        "[Vega Grid] hopes to lease Orion",
    ],
)
def test_what_is_pondered_or_possible_is_rumoured(text: str) -> None:
    assert _status(text) == "rumoured"


@pytest.mark.parametrize(
    "text",
    [
        "[Vega Grid] denies lease of Orion",
        "[Vega Grid] rules out lease",
        "[Vega Grid] has no plans to lease Orion",
        "[Vega Grid] dismisses reports of a lease",
        "[Vega Grid] says it will not lease Orion",
        "Report of a lease is not true, [Vega Grid] says",
    ],
)
def test_what_somebody_denies_is_denied(text: str) -> None:
    assert _status(text) == "denied"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[Vega Grid] did not lease Orion", "negated: not"),
        ("[Vega Grid] didn't lease Orion", "negated: didn't"),
        ("[Vega Grid] didn’t lease Orion", "negated: didn't"),
        ("[Vega Grid] no longer leases Orion", "negated: no"),
        ("Talks end without a lease", "negated: without"),
        ("[Vega Grid] scraps lease", "it does not come to it: scraps"),
        ("[Vega Grid] walks away from lease", "given up: walks away from"),
        ("[Vega Grid]'s lease of Orion falls through", "over: falls through"),
        ("What if [Vega Grid] leases Orion", "advice: what if"),
        ("Will [Vega Grid] lease Orion?", "a question"),
        ("How to lease a supercomputer", "advice: how to"),
        ("Five reasons to lease a supercomputer", "advice by number"),
        ("[Vega Grid] should lease Orion", "advice: should"),
        ("If [Vega Grid] leases Orion, revenue grows", "a condition: if"),
        ("Any lease of Orion takes years", "in general: any"),
        ("Three years after the lease, Orion stands idle", "long ago: years after"),
        ("[Vega Grid] signed the lease years ago", "a look back: years ago"),
        ("[Vega Grid] signed the lease with [Harbor] a year ago", "a look back: year ago"),
        ("[Vega Grid] took on a lease from [Harbor] a year ago", "a look back: year ago"),
        ("Up from a year ago: [Vega Grid] had its lease years ago", "a look back: years ago"),
        ("In 2019 [Vega Grid] leased Orion", "of 2019"),
        ("[Vega Grid], which had previously leased Orion, grows", "earlier: previously"),
        ("A look back at the lease of Orion", "a look back: look back"),
        ("The former lease of Orion", "former, not of now"),
    ],
)
def test_what_is_no_event_is_dropped_with_its_reason(text: str, reason: str) -> None:
    draft = with_status(draft_of(text, at="lease"), LEASE)
    assert (draft.reported, draft.refused) == ([], [("lease", reason)])


def test_a_sign_that_is_itself_the_evidence_is_none() -> None:
    assert _status("[Vega Grid] cancels lease", at="cancels lease") == "announced"
    assert _status("[Vega Grid] cancels lease", at="lease") == "none"


def test_the_words_that_make_a_status_are_shown() -> None:
    draft = with_status(draft_of("[Vega Grid] mulls lease of Orion", at="lease"), LEASE)
    assert [e.quote and draft.event.title[e.start : e.end] for e in draft.reported[0].evidence] == ["lease", "mulls"]


def test_a_status_of_the_types_own_file_stays_but_what_is_only_asked_is_dropped() -> None:
    draft = draft_of("[Vega Grid] could lease Orion", at="lease")
    draft.reported = [replace(draft.reported[0], status="reported")]
    assert with_status(draft, LEASE).reported[0].status == "reported"
    draft = draft_of("How to lease Orion", at="lease")
    draft.reported = [replace(draft.reported[0], status="reported")]
    assert with_status(draft, LEASE).reported == []


def test_the_title_decides_before_the_body() -> None:
    draft = draft_of("How to lease a machine", "[Vega Grid] leases Orion.", at="lease")
    draft.reported[0].evidence.append(draft.evidence("body", 10, 16))
    assert with_status(draft, LEASE).reported == []


def test_in_the_body_one_sentence_that_reports_it_is_enough() -> None:
    body = "In 2019 [Vega Grid] leased Altair. Now [Vega Grid] leases Orion."
    draft = draft_of("News in brief", body, at="leased", field="body")
    plain = draft.event.body
    draft.reported[0].evidence.append(draft.evidence("body", plain.index("leases"), plain.index("leases") + 6))
    assert [reported.status for reported in with_status(draft, LEASE).reported] == ["announced"]


def test_a_year_is_long_ago_by_the_time_of_the_item() -> None:
    draft = draft_of("In 2019 [Vega Grid] leased Orion", at="lease")
    draft.event = replace(draft.event, event_at="2019-06-03T00:00:00.000Z")
    assert len(with_status(draft, LEASE).reported) == 1


def test_a_filing_that_says_it_by_its_form_is_not_judged_by_words() -> None:
    draft = draft_of("If and unless")
    form = Evidence(field="form", start=0, end=0, quote="8-K")
    draft.reported = [ReportedType(type="lease", evidence=[form])]
    assert with_status(draft, LEASE).reported[0].status == "announced"


def test_other_languages_are_left_alone() -> None:
    draft = draft_of("What if lease?", at="lease", language="de")
    assert with_status(draft, LEASE).reported[0].status == "announced"


_WORDS = """
    lease not if would deny denies years after 2019 may ? , : in talks no the could should any said least only to
"""


@given(st.lists(st.sampled_from(_WORDS.split()), max_size=25))
def test_no_order_of_words_breaks_it(words: list[str]) -> None:
    draft = with_status(draft_of(" ".join(["lease", *words]), at="lease"), LEASE)
    assert len(draft.reported) + len(draft.refused) == 1
