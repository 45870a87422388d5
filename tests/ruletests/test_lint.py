"""What is allowed in rules and yet hardly meant; the findings in full: tests/cli/golden/check-doubtful.txt."""

from __future__ import annotations

import textwrap
from datetime import date
from pathlib import Path

import pytest

from alertd.base.yaml import Place
from alertd.errors import Fault
from alertd.rules.loaded import Loaded
from alertd.rules.loader import load_rules
from alertd.ruletests.lint import lint
from alertd.ruletests.lint_several import dead_receivers, without_archive

TODAY = date(2026, 11, 28)
HOLDS = "holdings: [{ticker: NVDA, weight: 5%}]"
TESTED = "tests: [{given: {title: T}, expect: no match}]"


def load(folder: Path, **files: str) -> Loaded:
    """Load rules from files named `portfolios__a` and so on."""
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/').replace('_', '-')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
    return load_rules(folder, tests=True)


def portfolio(*rules: str, name: str = "p", head: str = HOLDS, receivers: str = "desk") -> str:
    """Write a portfolio with a rule for each condition, with what may stand behind it."""
    made = "".join(
        f"  - {{id: rule-{i}, title: T, severity: low, {TESTED}, when: {rule}}}\n" for i, rule in enumerate(rules)
    )
    return f"portfolio: {name}\ntitle: T\nreceivers: [{receivers}]\n{head}\nrules:\n{made}"


def found(loaded: Loaded) -> list[str]:
    """Give the names of the findings, with the file and line of each."""
    return [f"{Path(fault.file).stem}:{fault.line} {fault.name}" for fault in lint(loaded, today=TODAY)]


def told(loaded: Loaded, name: str) -> list[str]:
    """Give the findings of one name, with line, message and hint."""
    faults = lint(loaded, today=TODAY)
    return [f"{fault.line} {fault.message} ({fault.hint})" for fault in faults if fault.name == name]


# --- conditions -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "name"),
    [
        ("{mentions: holdings}", ""),
        ("{all: [{mentions: holdings}, {title: results}]}", ""),
        ("{any: [{mentions: holdings}, {title: merger}]}", ""),
        ("{all: [{mentions: NVDA}, {mentions: AMD}]}", "never"),
        ("{all: [{mentions: NVDA}, {mentions: AMD}]}, bind: none", ""),
        ("{any: [{not: {mentions: holdings}}, {mentions: holdings}]}", "always-true"),
        ("{all: [{not: {title: van}}, {not: {text: truck}}]}", "always-true"),
        ("{all: [{kind: filing}, {language: en}]}", "always-true"),
        ("{source: prwire}", "no-company"),
        ("{any: [{mentions: holdings}, {text: said}]}", "common-words"),
        ("{any: [{mentions: holdings}, {text: ['=\"said\"', lawsuit]}]}", "common-words"),
        ("{any: [{mentions: holdings}, {all: [{text: said}, {form: 8-K}]}]}", ""),
        ("{text: [trading update, lawsuit]}", "no-company"),
        ("{all: [{text: said}, {not: {mentions: holdings}}]}", "common-words"),
        ("{near: {terms: [share, price], within: 5}}", "no-company"),
        ("{spike: {factor: 4, within: 1h, baseline: 30d, by: company}}", "no-company"),
        ("{all: [{count: {at_least: 3, within: 1h}}, {text: said}, {mentions: holdings}]}", ""),
        ("{all: [{count: {at_least: 3, within: 1h}}, {text: said}]}", "no-company"),
        ("{all: [{count: {at_least: 3, within: 1h}}, {form: 8-K}, {kind: news}]}", "never"),
        ('{sequence: [{form: 8-K, item: "1.01"}, {form: 8-K, item: "1.02"}], within: 90d}', ""),
        ("{all: [{form: SCHEDULE 13D}, {facts: {subject: NVIDIA}}]}", ""),
        ("{all: [{form: 10-K}, {facts: {percent: '>= 5'}}]}", "never"),
        ("{all: [{form: [10-K, SC 13D/A]}, {facts: {percent: '>= 5', subject: NVIDIA}}]}", ""),
        ("{all: [{form: [SCHEDULE 13D, 4]}, {facts: {percent: '>= 5', code: S}}, {mentions: NVDA}]}", ""),
        ("{all: [{form: SCHEDULE 13D}, {facts: {percent: '>= 5', code: S}}, {mentions: NVDA}]}", "never"),
        ("{all: [{text: drone AND contract}, {mentions: NVDA}]}", "literal"),
        ("{all: [{not: {title: [lease, a OR b]}}, {mentions: NVDA}]}", "literal"),
        ("{all: [{text: 'drone|contract'}, {mentions: NVDA}]}", "literal"),
        ("{all: [{text: NVDA OR AMD}, {mentions: NVDA}]}", "literal"),
        ("{all: [{text: NOT crypto}, {mentions: NVDA}]}", "literal"),
        ("{all: [{near: {terms: [lease && drone, GPU], within: 5}}, {mentions: NVDA}]}", "literal"),
        ("{all: [{text: BED BATH AND BEYOND}, {mentions: NVDA}]}", ""),
        ("{all: [{text: ['=\"Drone AND Sons\"', drone and contract, notable, OR]}, {mentions: NVDA}]}", ""),
        ("{all: [{regex: '/drone/i'}, {mentions: NVDA}]}", "literal"),
        ("{all: [{regex: ['a|b', '/', '//', 'a/b/', '/a/B']}, {mentions: NVDA}]}", ""),
        ("{all: [{count: {at_least: 3, within: 1h}}, {text: a OR b}, {mentions: holdings}]}", "literal"),
        ("{mentions: NVDA}, valid_until: 2026-11-27", "dates"),
        ("{mentions: NVDA}, valid_until: 2026-11-28", ""),
        ("{mentions: NVDA}, valid_from: 2027-01-01", ""),
        ("{mentions: NVDA}, valid_from: 2027-01-02, valid_until: 2027-01-01", "dates"),
    ],
)
def test_a_rule_gets_at_most_one_finding_about_its_condition(tmp_path: Path, when: str, name: str) -> None:
    loaded = load(tmp_path, portfolios__p=portfolio(when))
    assert found(loaded) == ([f"p:6 {name}"] if name else [])


def test_a_portfolio_about_no_company_at_all_is_a_watch_on_topics(tmp_path: Path) -> None:
    topics = portfolio("{title: merger}", "{title: lawsuit}", head="")
    mixed = portfolio("{title: merger with}", "{mentions: NVDA}", name="q", head="")
    assert found(load(tmp_path, portfolios__p=topics, portfolios__q=mixed)) == ["q:6 no-company"]


def test_a_rule_that_needs_holdings_is_told_that_there_are_none(tmp_path: Path) -> None:
    text = portfolio("{mentions: holdings}", "{any: [{mentions: holdings}, {mentions: NVDA}]}", head="")
    assert found(load(tmp_path, portfolios__p=text)) == ["p:6 no-holdings"]


@pytest.mark.parametrize(
    ("condition", "asked", "types"),
    [
        ("{event_type: cut}, {role: lessor}", "role: lessor", "`cut`: issuer"),
        (
            "{event_type: cut}, {exposed: NVDA, hops: 0, of: lessee}",
            "exposed: NVDA, of the lessee, hops 0..0",
            "`cut`: issuer",
        ),
        (
            "{event_type: [cut, merger]}, {not: {role: [lessor, lessee]}}",
            "role: lessor, lessee",
            "`cut`: issuer; `merger`: none",
        ),
        (
            "{sequence: [{event_type: cut}, {event_type: merger}], within: 9d}, {role: lessor}",
            "role: lessor",
            "`cut`: issuer; `merger`: none",
        ),
        ("{event_type: cut}, {role: [issuer, lessor]}", "", ""),
        ("{event_type: [cut, lease]}, {role: lessor}", "", ""),
        ("{role: lessor}", "", ""),
    ],
)
def test_a_role_is_one_of_the_event_types_that_the_rule_names(
    tmp_path: Path, condition: str, asked: str, types: str
) -> None:
    roles = {"cut": "[issuer]", "lease": "[lessor, lessee]", "merger": "[]"}
    files = {
        f"event_types__{name}": f"event_type: {name}\ntitle: T\nroles: {own}\nwhen: {{title: {name}}}\n{TESTED}\n"
        for name, own in roles.items()
    }
    loaded = load(tmp_path, portfolios__p=portfolio(f"{{all: [{{mentions: holdings}}, {condition}]}}"), **files)
    whole = f"6 rule `rule-0` asks for `{asked}`, a role of none of its event types ({types})"
    assert told(loaded, "no-role") == ([f"{whole} (such a role is one of `lease`)"] if asked else [])


def test_money_without_rates_is_told_once(tmp_path: Path) -> None:
    rules = [f"{{all: [{{mentions: holdings}}, {{amount: '>= {n}B EUR'}}]}}" for n in (1, 2, 3)]
    assert told(load(tmp_path, portfolios__p=portfolio(*rules)), "no-rates") == [
        "6 rule `rule-0` and 2 more compare money in EUR, and no list says rates: amounts in other currencies stay"
        " unknown (write rules/lists/rates.yaml with `list: rates`, the `date`, `base: EUR` and the `rates`)"
    ]
    one = portfolio(rules[0])
    assert "rule `rule-0` compares money in EUR" in told(load(tmp_path, portfolios__p=one), "no-rates")[0]
    rates = "list: rates\ndate: 2026-01-05\nrates: {EUR: 1.16}\n"
    assert told(load(tmp_path, portfolios__p=one, lists__rates=rates), "no-rates") == []


@pytest.mark.parametrize(
    ("one", "other", "is_told"),
    [
        ("is: supplier, of: CRWV", "is: supplier, of: META", True),
        ("is: supplier, of: CRWV", "is: customer, of: META", False),
        ("is: lessee, of: CRWV", "is: lessee, of: META", True),
        ("is: competitor, of: CRWV", "is: competitor, of: META", False),
        ("is: supplier, of: CRWV, until: 2025-01-01", "is: supplier, of: META, since: 2025-02-01", False),
    ],
)
def test_two_suppliers_of_each_other_are_told(tmp_path: Path, one: str, other: str, is_told: bool) -> None:
    text = f"relations:\n  - {{company: META, {one}}}\n  - {{company: CRWV, {other}}}\n"
    loaded = load(tmp_path, companies__c=text, portfolios__p=portfolio("{mentions: holdings}"))
    assert [line[:2] for line in told(loaded, "company-mutual")] == (["3 "] if is_told else [])


def test_event_types_are_judged_as_well_and_each_of_their_statuses(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        event_types__deal=f"""\
            event_type: deal
            title: A deal
            when: {{text: said}}
            status:
              denied: {{all: [{{form: 8-K}}, {{kind: news}}]}}
              rumoured: {{text: said}}
            {TESTED}
            """,
        portfolios__p=portfolio("{all: [{event_type: deal}, {mentions: holdings}]}"),
    )
    assert found(loaded) == ["deal:1 common-words", "deal:1 never"]


# --- several together -----------------------------------------------------------------------------------------


def test_the_same_condition_for_the_same_receivers_is_one_too_many(tmp_path: Path) -> None:
    rule = "{all: [{mentions: NVDA}, {title: merger}]}"
    loaded = load(
        tmp_path,
        portfolios__a=portfolio(rule, rule, name="a"),
        portfolios__b=portfolio(rule, name="b"),
        portfolios__c=portfolio(rule, name="c", receivers="another"),
        portfolios__d=portfolio(rule + ", valid_from: 2026-01-01", rule + ", status: experimental", name="d"),
    )
    assert found(loaded) == ["a:7 same-rule", "b:6 same-rule"]
    first = lint(loaded, today=TODAY)[1]
    assert first.message == "rule `rule-0` asks for the same as rule `rule-0` of portfolio `a`"
    assert first.hint == f"that one is in {tmp_path}/portfolios/a.yaml:6; keep one of them"


def test_the_same_question_about_other_holdings_is_another_one(tmp_path: Path) -> None:
    other = "holdings: [{ticker: AMD, weight: 5%}]"
    loaded = load(
        tmp_path,
        portfolios__a=portfolio("{mentions: holdings}", name="a"),
        portfolios__b=portfolio("{mentions: holdings}", name="b", head=other),
        portfolios__c=portfolio("{mentions: holdings}", name="c"),
    )
    assert found(loaded) == ["c:6 same-rule"]


def test_what_is_inherited_is_neither_twice_there_nor_untested(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        portfolios__base=portfolio("{mentions: holdings}", "{exposed: holdings}", name="base"),
        portfolios__derived="portfolio: derived\nextends: base\nrules:\n  - {id: rule-0, severity: critical}\n",
    )
    assert found(loaded) == []
    assert loaded.places["derived", "rule-0"].file.endswith("derived.yaml")


def test_rules_without_a_test_are_named_together_for_each_file(tmp_path: Path) -> None:
    text = portfolio(*(f"{{mentions: {ticker}}}" for ticker in ("NVDA", "AMD", "MSFT"))).replace(f"{TESTED}, ", "")
    off = text.replace("portfolio: p", "portfolio: q\nenabled: false")
    loaded = load(tmp_path, portfolios__p=text, portfolios__q=off)
    faults = lint(loaded, today=TODAY)
    assert [fault.message for fault in faults] == ["`rule-0`, `rule-1` and `rule-2` have no test"]
    assert Path(faults[0].file).name == "p.yaml"


def test_what_something_names_is_of_use(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        lists__named="list: named\nterms: [merger]\n",
        lists__by_fragment="list: by-fragment\nterms: [merger]\n",
        lists__by_what_is_off="list: by-what-is-off\ncompanies: [NVDA]\n",
        lists__routine_forms="list: routine-forms\nforms: [FWP]\n",
        lists__nobodys="list: nobodys\nterms: [merger]\n",
        fragments__all="""\
            fragments:
              outer: {all: [{use: inner}, {text: {list: by-fragment}}]}
              inner: {title: merger}
              nobodys: {title: merger}
            """,
        event_types__named=f"event_type: named\ntitle: T\nwhen: {{use: inner}}\n{TESTED}\n",
        event_types__in_a_sequence=f"event_type: later\ntitle: T\nwhen: {{title: dispute}}\n{TESTED}\n",
        event_types__nobodys=f"event_type: nobodys\ntitle: T\nwhen: {{title: recall}}\n{TESTED}\n",
        event_types__of_nobody=f"event_type: of_nobody\ntitle: T\nwhen: {{title: outage}}\n{TESTED}\n",
        portfolios__p=portfolio(
            "{all: [{text: {list: named}}, {use: outer}, {event_type: named}, {mentions: holdings}]}",
            "{sequence: [{event_type: named}, {event_type: later}], within: 90d}",
        ),
        portfolios__q=portfolio("{mentions: {list: by-what-is-off}}", name="q", head="enabled: false"),
    )
    assert found(loaded) == ["all:4 unused-fragment", "nobodys:1 unused-list"]
    notices = lint(loaded, today=TODAY)
    assert {fault.severity for fault in notices} == {"notice"}


def test_a_receiver_is_dead_if_neither_a_portfolio_nor_the_settings_send_to_it(tmp_path: Path) -> None:
    loaded = load(tmp_path, portfolios__p=portfolio("{mentions: holdings}", receivers="desk"))
    places = {name: Place("alertd.yaml", line, 3) for line, name in enumerate(("desk", "ops", "pm"), 2)}
    assert list(dead_receivers(places, ["ops"], loaded)) == [
        Fault(
            "alertd.yaml", 4, 3, "nothing is sent to receiver `pm`",
            "name it under `receivers:` of a portfolio, or take it out", "warning", "dead-receiver",
        )
    ]  # fmt: skip


def test_a_rule_on_an_index_is_named_where_no_archive_is_kept(tmp_path: Path) -> None:
    loaded = load(tmp_path, portfolios__p=portfolio('{all: [{mentions: holdings}, {volume_z: ">= 3"}]}'))
    (fault,) = without_archive(loaded)
    assert (fault.severity, fault.name) == ("warning", "no-archive")
    assert fault.message == "rule `rule-0` asks for `volume_z: >= 3`, which is never known without an archive"
    assert list(without_archive(load(tmp_path / "other", portfolios__p=portfolio("{mentions: holdings}")))) == []


def test_a_receiver_is_not_dead_if_what_nobody_answers_is_passed_on_to_it(tmp_path: Path) -> None:
    loaded = load(tmp_path, portfolios__p=portfolio("{mentions: holdings}", receivers="desk"))
    places = {
        name: Place("alertd.yaml", line, 3) for line, name in enumerate(("desk", "pm", "boss", "idle", "lost"), 2)
    }
    ways = {"desk": ["pm"], "pm": ["boss", "desk"], "idle": ["lost"]}
    dead = [fault.message for fault in dead_receivers(places, [], loaded, ways)]
    assert dead == ["nothing is sent to receiver `idle`", "nothing is sent to receiver `lost`"]


def test_who_waits_is_told_how_many_rules_are_done(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        portfolios__a=portfolio("{mentions: NVDA}", "{mentions: AMD}", name="a"),
        portfolios__b=portfolio("{mentions: MSFT}", name="b"),
    )
    done: list[int] = []
    assert lint(loaded, today=TODAY, advance=done.append) == []
    assert done == [2, 1]


# --- how it is written ----------------------------------------------------------------------------------------


def test_signs_of_another_language_are_told_with_what_is_written_instead(tmp_path: Path) -> None:
    rules = ["{text: a OR b}", "{text: a AND b}", "{text: a NOT b}", "{regex: /a+/i}", "{regex: /a+/}"]
    assert told(load(tmp_path, portfolios__p=portfolio(*rules)), "literal") == [
        "6 rule `rule-0` asks for the words `a OR b`, and `OR` is no sign here (write a list: `[one, other]`)",
        "7 rule `rule-1` asks for the words `a AND b`, and `AND` is no sign here"
        " (put the terms under `all:`, each as its own condition)",
        "8 rule `rule-2` asks for the words `a NOT b`, and `NOT` is no sign here (put the second under `not:`)",
        "9 rule `rule-3` asks for the pattern `/a+/i`, slashes and all (write `(?i)a+`)",
        "10 rule `rule-4` asks for the pattern `/a+/`, slashes and all (write `a+`)",
    ]


def test_a_fact_that_no_form_of_the_rule_states_is_told_with_the_forms_that_do(tmp_path: Path) -> None:
    loaded = load(tmp_path, portfolios__p=portfolio("{all: [{form: 10-K}, {facts: {percent: '>= 5'}}]}"))
    (said,) = told(loaded, "never")
    assert said.endswith("exclude each other (`percent` is stated on SCHEDULE 13D, SCHEDULE 13G)")


def test_a_title_of_several_lines_is_told_beside_what_else_is_odd(tmp_path: Path) -> None:
    text = portfolio("{text: said}", "{mentions: NVDA}").replace("title: T,", 'title: "a\\nb",')
    assert found(load(tmp_path, portfolios__p=text)) == ["p:6 common-words", "p:6 title-lines", "p:7 title-lines"]


# --- companies ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entries", "names"),
    [
        ("{id: a, name: The}", ["company-name"]),
        ("{id: a, name: '!!!'}", ["company-name"]),
        ("{id: a, name: Example Labs, aliases: [Group, Labs]}", ["company-name"]),
        ("{id: a, name: General Holdings}", []),
        ("{company: NVDA, aliases: [Team Green]}", []),
        ("{company: NVDA, aliases: [price]}", ["company-name"]),
        ("{id: a, name: NVIDIA Corp}", ["company-twice"]),
        ("{id: a, name: Chips, aliases: [nvidia corp]}", ["company-twice"]),
        ("{id: a, name: NVIDIA Corp, cik: '1045810'}", []),
        ("{id: a, name: Nvidia Chips}", []),
        ("{id: a, name: Search Works, aliases: [Google]}", ["company-clash"]),
        ("{id: a, name: Search Works, aliases: [Palantir, NVDA]}", ["company-clash", "company-clash"]),
        ("{id: a, name: Search Works, former_names: [OpenAI]}", ["company-clash"]),
        ("{id: anthropic, name: Anthropic, aliases: [Anthropic PBC]}", []),
        ("{id: claude-maker, name: Anthropic}", []),
        ("{company: GOOGL, aliases: [Google, GOOG]}", []),
        ("{id: a, name: Lantern}", ["company-word"]),
        ("{id: a, name: Lantern, aliases: [Lantern Grid]}", []),
        ("{id: a, name: AA, subsidiary_of: b}, {id: b, name: BB, subsidiary_of: a}", ["company-circle"]),
        ("{id: a, name: AA, subsidiary_of: b}, {id: b, name: BB, subsidiary_of: c}, {id: c, name: CC}", []),
    ],
)
def test_companies_that_are_hardly_meant_so(tmp_path: Path, entries: str, names: list[str]) -> None:
    loaded = load(tmp_path, companies__c=f"companies: [{entries}]\n", portfolios__p=portfolio("{mentions: NVDA}"))
    assert found(loaded) == [f"c:1 {name}" for name in names]


def test_a_circle_is_told_once_with_its_way_also_where_it_is_said_from_above(tmp_path: Path) -> None:
    text = (
        "companies:\n- {id: a, name: AA, subsidiary_of: b}\n- {id: b, name: BB}\n- {id: c, name: CC}\n"
        "relations:\n- {company: c, is: owner, of: b}\n- {company: c, is: subsidiary, of: a}\n"
    )
    loaded = load(tmp_path, companies__c=text, portfolios__p=portfolio("{mentions: NVDA}"))
    assert told(loaded, "company-circle") == [
        "2 companies are subsidiaries of one another in a circle: a -> b -> c -> a"
        " (say of one of them that it belongs to none)"
    ]


def test_who_owned_whom_in_turn_is_no_circle(tmp_path: Path) -> None:
    text = (
        "companies: [{id: a, name: AA, subsidiary_of: b}, {id: b, name: BB}]\n"
        "relations: [{company: a, is: owner, of: b, until: 2020-01-01}]\n"
    )
    loaded = load(tmp_path, companies__c=text, portfolios__p=portfolio("{mentions: NVDA}"))
    assert found(loaded) == []


def test_a_severity_that_no_event_type_states_is_told(tmp_path: Path) -> None:
    kind = "event_type: {name}\ntitle: T\n{more}when: {{title: {name}}}\ntests: []\n"
    rule = "{all: [{event_type: outage}, {mentions: holdings}]}"
    other = "{all: [{event_type: strike}, {mentions: holdings}]}"
    auto = portfolio(rule, other).replace("severity: low", "severity: auto")
    loaded = load(
        tmp_path,
        event_types__outage=kind.format(name="outage", more=""),
        event_types__strike=kind.format(name="strike", more="severity: high\n"),
        portfolios__p=auto,
    )
    (notice,) = [fault for fault in lint(loaded, today=TODAY) if fault.name == "auto-base"]
    assert (notice.line, notice.severity) == (6, "notice")
    assert "begins with medium" in notice.hint
