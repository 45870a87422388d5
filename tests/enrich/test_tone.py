"""The tone of an event and of its companies."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from alertd.companies.mentions import Mention
from alertd.enrich.draft import FIELDS, Draft
from alertd.enrich.tone import add_tone
from alertd.model import CompanyMention, DealTerm, Event, Evidence, Party, ReportedType, Sentiment
from alertd.text.fold import Tokens
from alertd.text.written import tone_label


def drafted(title: str = "", body: str = "", *companies: str, language: str = "en") -> Draft:
    """An event in which every place where a company's name stands is a mention of it."""
    event = Event(title=title, body=body, language=language, companies=[CompanyMention(id=c) for c in companies])
    mentions = [
        Mention(company=c, field=field, start=at, end=at + len(c), way="name")
        for field, text in zip(FIELDS, (title, body), strict=True)
        for c in companies
        for at in range(len(text))
        if text.startswith(c, at)
    ]
    return Draft(event, {"title": Tokens(title), "body": Tokens(body)}, tuple(mentions))


def tone(title: str = "", body: str = "", *companies: str, language: str = "en") -> Event:
    draft = drafted(title, body, *companies, language=language)
    add_tone(draft)
    return draft.event


def scores(event: Event) -> dict[str, float | None]:
    return {company.id: company.sentiment for company in event.companies}


def test_an_event_gets_a_score_a_label_and_a_confidence() -> None:
    found = tone("Profit soars and beats estimates").sentiment
    assert found is not None
    assert 0.4 < found.score <= 1
    assert found.label == tone_label(found.score)
    assert 0.5 < found.confidence <= 1


def test_each_company_gets_the_tone_of_its_own_clause() -> None:
    found = scores(tone("Acme soars on strong demand; Bravo slumps after profit warning", "", "Acme", "Bravo"))
    assert found["Acme"] is not None and found["Acme"] > 0.4
    assert found["Bravo"] is not None and found["Bravo"] < -0.4


def test_what_is_not_said_of_a_company_gives_it_no_tone() -> None:
    event = tone("Acme profit rises", "", "Acme")
    draft = Draft(event, {"title": Tokens(event.title), "body": Tokens("")})
    bare = Event(title=event.title, language="en", companies=[CompanyMention(id="Filer"), CompanyMention(id="Other")])
    draft.event = bare
    add_tone(draft)
    assert scores(draft.event) == {"Filer": None, "Other": None}


@pytest.mark.parametrize("language", ["de", "fr", "", "zh", "und"])
def test_no_tone_is_guessed_in_a_language_that_is_not_understood(language: str) -> None:
    event = tone("Acme soars", "", "Acme", language=language)
    assert event.sentiment is None
    assert scores(event) == {"Acme": None}


@pytest.mark.parametrize("language", ["en", "EN", "en-US", "en_GB"])
def test_english_is_understood_however_it_is_tagged(language: str) -> None:
    assert tone("Profit soars", language=language).sentiment is not None


@pytest.mark.parametrize("text", ["", " ", "\n", "\u200b"])
def test_no_text_has_no_tone(text: str) -> None:
    assert tone(text, text).sentiment is None


def test_what_an_event_brings_with_it_is_left() -> None:
    draft = drafted("Acme soars", "", "Acme", "Bravo")
    given = Sentiment(score=-0.9, label="of the source", confidence=0.2)
    draft.event = Event(
        title="Acme soars",
        language="en",
        sentiment=given,
        companies=[CompanyMention(id="Acme", sentiment=-0.5), CompanyMention(id="Bravo")],
    )
    add_tone(draft)
    assert draft.event.sentiment == given
    assert scores(draft.event)["Acme"] == -0.5


def test_the_title_outweighs_a_long_neutral_body() -> None:
    body = "The company is based in Turku. It was founded in 1950. " * 20
    found = tone("Acme plunges as fraud probe widens", body).sentiment
    assert found is not None
    assert found.label.endswith("negative")


def test_a_sentence_that_goes_on_about_a_company_counts_for_it() -> None:
    alone = scores(tone("", "Acme met analysts on Monday. Bravo came too.", "Acme", "Bravo"))
    more = scores(tone("", "Acme met analysts on Monday. Its profit plunged and it cut its dividend. Bravo came too.",
                       "Acme", "Bravo"))  # fmt: skip
    assert alone["Acme"] is not None and more["Acme"] is not None
    assert more["Acme"] < alone["Acme"] - 0.1


def test_the_role_of_a_company_leans_its_tone() -> None:
    title = "Acme to buy Bravo for $2 billion"

    def as_target(company: str) -> float:
        draft = drafted(title, "", "Acme", "Bravo")
        draft.reported = [ReportedType(type="acquisition", parties=[Party(company=company, role="target")])]
        add_tone(draft)
        found = scores(draft.event)["Bravo"]
        assert found is not None
        return found

    assert as_target("Bravo") > as_target("Acme")


def test_a_company_named_twice_in_a_title_is_one_company() -> None:
    found = scores(tone("Acme falls after Acme warns on profit", "", "Acme"))
    assert found["Acme"] is not None and found["Acme"] < -0.15


def test_a_company_behind_the_words_that_are_read_of_a_sentence_has_no_tone_from_it() -> None:
    found = tone("Profit rises " + "and so on " * 40 + "at Acme", "", "Acme")
    assert found.sentiment is not None
    assert scores(found) == {"Acme": None}


def in_roles(title: str, body: str, kind: str, roles: dict[str, str], *terms: DealTerm, which: str = "") -> Event:
    draft = drafted(title, body, *roles)
    parties = [Party(company=company, role=role) for company, role in roles.items()]
    reported = ReportedType(type=kind, kind=which or None, parties=parties)
    draft.event = replace(draft.event, event_types=[reported], terms=list(terms))
    add_tone(draft)
    return draft.event


def test_who_lets_and_who_leases_are_better_off_where_nothing_else_is_said() -> None:
    found = in_roles(
        "Acme leases its Orion supercomputer to Bravo", "", "compute_lease", {"Acme": "lessor", "Bravo": "lessee"}
    )
    acme, bravo = scores(found)["Acme"], scores(found)["Bravo"]
    assert acme is not None and bravo is not None
    assert 0.15 < acme < 0.7
    assert bravo > 0


def test_a_headline_that_says_otherwise_outweighs_a_role() -> None:
    found = in_roles("Acme plunges 40% on fraud charges", "", "compute_lease", {"Acme": "lessor"})
    assert (scores(found)["Acme"] or 0) < -0.4


@pytest.mark.parametrize("role", ["analyst", "short_seller", "auditor", "index_provider", "regulator"])
def test_who_judges_others_gets_no_score_of_it(role: str) -> None:
    found = in_roles("Acme downgrades Bravo to sell", "", "rating_change", {"Acme": role, "Bravo": "issuer"})
    assert scores(found)["Acme"] is None
    assert (scores(found)["Bravo"] or 0) < -0.4


@pytest.mark.parametrize(("kind", "sign"), [("raised", 1), ("lowered", -1)])
def test_a_price_target_says_of_the_issuer_which_way_it_went(kind: str, sign: int) -> None:
    parties = {"Acme": "analyst", "Bravo": "issuer"}
    found = in_roles("Acme has a new price target for Bravo", "", "price_target", parties, which=kind)
    assert sign * (scores(found)["Bravo"] or 0) > 0.15


def test_a_right_does_not_hurt_who_holds_it() -> None:
    title, body = "Acme and Bravo sign a lease", "The clause lets Acme take it back in a crisis, a severe risk."
    shown = Evidence(field="body", start=16, end=30, quote="Acme take it back")
    roles = {"Acme": "party", "Bravo": "party"}
    held = in_roles(title, body, "lease", roles, DealTerm(type="reclaim_right", held_by="Acme", evidence=[shown]))
    by_other = in_roles(
        title, body, "lease", roles, DealTerm(type="reclaim_right", held_by="Bravo", evidence=[shown])
    )
    assert (scores(by_other)["Acme"] or 0) < -0.15 < (scores(held)["Acme"] or 0)


def test_a_company_named_twice_is_heard_where_most_is_said_of_it() -> None:
    found = scores(tone("Acme to buy Bravo for $48.7 billion; Acme shares sink 14%", "", "Acme", "Bravo"))
    assert (found["Acme"] or 0) < -0.4
    assert (found["Bravo"] or 0) > -0.15
