from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.enrich.enricher import Enricher
from alertd.enrich.language import LANGUAGES, language_of
from alertd.enrich.language_words import ENGLISH, WEIGHTS
from alertd.model import Event, Evidence, ReportedType
from alertd.text.scan import TermScanner

SCANNER = TermScanner([])


def understood(event: Event, *types: ReportedType) -> tuple[Event, list[tuple[str, str]]]:
    begun = Enricher().begin(event, SCANNER.scan(event.title, event.body))
    return begun.conclude(types), list(begun.refused)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "SpaceX leases its Colossus 1 supercomputer to Anthropic"),
        ("en", "Telefonica SA Form 6-K"),
        ("en", "Vale, Petrobras drag Bovespa"),
        ("en", "8-K - VEGA GRID INC (0001999999) (Filer)"),
        ("en", "AAPL"),
        ("en", "Tesla’s profit beats – “no surprise”, says Nestlé"),
        ("en", "a\ufffdb x"),
        ("en", "Société Générale Q3 net beats"),
        ("en", "Der Spiegel sues Google"),
        ("en", "De La Rue profit warning"),
        ("en", "Investors pour into La-Z-Boy as sales chute widens"),
        ("en", "Volkswagen, Continental: Prognose cut"),
        ("en", "Die Casting Corp wins award"),
        ("en", "EUR 5 Mio bond, 1,200 MW"),
        ("de", "Volkswagen senkt Prognose"),
        ("de", "Continental mit Gewinnwarnung"),
        ("de", "BMW ruft 1,5 Mio Autos zurück"),
        ("fr", "Sanofi rachète Blueprint Medicines pour 9,1 milliards de dollars"),
        ("fr", "TotalEnergies va racheter ses actions"),
        ("es", "Iberdrola eleva su beneficio un 10%"),
        ("it", "Eni taglia le stime"),
        ("pt", "Petrobras eleva lucro no trimestre"),
        ("de", "Siemens hebt Prognose für das Gesamtjahr an"),
        ("de", "Bayer streicht 5000 Stellen in Deutschland"),
        ("fr", "La Société Générale supprime 900 postes"),
        ("es", "Telefónica vende su filial en Argentina"),
        ("nl", "Philips schrapt duizenden banen"),
        ("pl", "KGHM obniża prognozę wydobycia"),
        ("ja", "トヨタ、通期予想を上方修正"),
        ("zh", "比亚迪上调全年销量目标"),
        ("ko", "삼성전자 영업이익 급증"),
        ("ru", "Газпром снизил добычу газа"),
        ("ar", "أرامكو ترفع توزيعات الأرباح"),
        ("he", "טבע מעלה את התחזית"),
        ("hi", "रिलायंस का मुनाफा बढ़ा"),
        ("", "2026: 1,200 %"),
        ("", ""),
        ("", "\ud800\x00\ufdd0"),
    ],
)
def test_the_language_of_a_headline_is_told(language: str, text: str) -> None:
    assert language_of(text) == language


def test_no_word_of_english_is_a_plain_word_of_another_language() -> None:
    plain = [word for word, told in WEIGHTS.items() if any(one != ENGLISH and w > 1 for one, w in told)]
    english = {word for word, told in WEIGHTS.items() if any(one == ENGLISH for one, _ in told)}
    assert len(plain) > 200 and len(english) > 100
    assert english.isdisjoint(plain)


def test_a_long_text_in_ascii_is_asked_in_earnest() -> None:
    text = (
        "Eni cede una quota di Plenitude a un fondo americano per due miliardi. Il gruppo ha spiegato che i soldi "
        "servono a ridurre il debito e a finanziare nuovi impianti. La cessione sarà chiusa entro la fine dell'anno, "
        "se le autorità non hanno nulla in contrario."
    )
    assert language_of(text.replace("à", "a'")) == "it"


def test_what_the_source_states_stays() -> None:
    event, _ = understood(Event(title="SpaceX leases a supercomputer", language="de"))
    assert event.language == "de"


def test_the_body_helps_a_title_of_names() -> None:
    event, _ = understood(Event(title="Stellantis", body="Il gruppo taglia le stime, perché la domanda è debole."))
    assert event.language == "it"


def test_words_of_another_language_report_no_type_and_that_is_said() -> None:
    words = ReportedType(
        type="dividend_change", evidence=[Evidence(field="title", start=0, end=9, quote="Dividende")]
    )
    form = ReportedType(type="insider_trade", evidence=[Evidence(field="form", start=0, end=0, quote="4")])
    event, refused = understood(Event(title="Dividende steigt kräftig", language="de"), words, form)
    assert [kind.type for kind in event.event_types] == ["insider_trade"]
    assert refused == [("dividend_change", "the language `de` is not understood")]


@given(st.text(max_size=3_000))
def test_any_text_has_a_language_or_none(text: str) -> None:
    assert language_of(text) in LANGUAGES | {""}


@pytest.mark.parametrize("piece", ["\ud800", "\U0001fffe", "a\x85b ", "<b>&amp;", "é", "計", "‮‫", "1 "])
def test_odd_text_is_no_fault(piece: str) -> None:
    began = time.thread_time()
    assert language_of(piece * 500_000) in LANGUAGES | {""}
    assert time.thread_time() - began < 0.5
