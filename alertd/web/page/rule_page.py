"""One rule: what it is, what it brought, its tests, its source, and a text that is tried on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from alertd.asking.counts import RuleRecord, Span
from alertd.asking.rules_apart import Answer, RuleSeen
from alertd.base.html import Html, element, flow
from alertd.history.charts.svg import day_bars
from alertd.history.charts.values import Series
from alertd.history.report import words
from alertd.notify.plain import one_line, printable
from alertd.rules.book import Portfolio, Rule
from alertd.text.written import counted
from alertd.web.callers import SignedIn
from alertd.web.page.frame import badge, csrf, said
from alertd.web.page.parts import ago, facts, field, link, listed, section, state

OLD = "The files differ from what is in force: what follows is what they say."
COMING = "The files are being read; open the page again in a moment."
MOST_LINES = 400
"""Of an explanation."""


@dataclass(frozen=True, slots=True)
class Files:
    """What the files of the rules say."""

    answer: Answer | None
    """None: they are being read."""
    old: bool = False
    """They are not those in force."""

    def of(self, rule: str) -> RuleSeen | None:
        """Give a rule as its file has it."""
        return self.answer.rules.get(rule) if self.answer is not None else None


@dataclass(frozen=True, slots=True)
class Tried:
    """A text that was tried, and the answer."""

    title: str
    body: str
    answer: Answer | None
    """None: it takes longer."""


def severity_of(rule: Rule) -> str:
    """Name a rule's severity as its author wrote it."""
    return "auto" if rule.auto else rule.severity


def rule_page(
    portfolio: Portfolio,
    rule: Rule,
    record: RuleRecord | None,
    span: Span,
    files: Files,
    tried: Tried | None,
    signed: SignedIn,
    now: int,
) -> list[Html]:
    """Write it. Without `record` there is no history."""
    seen = files.of(rule.id)
    around = [said(OLD)] if files.old else []
    return [
        *_answer(tried),
        _facts(portfolio, rule, record, seen, now),
        section("What it brought", *_brought(record, span, now)),
        section("Its tests", *around, _tests(files, seen)),
        section("Its source", *around, _source(files, seen)),
        section("Try a text", _form(portfolio, rule, tried, signed), small=_TRY),
    ]


_TRY = "As the rule stands in its file. It remembers nothing that came before, and nobody is told."


def _facts(portfolio: Portfolio, rule: Rule, record: RuleRecord | None, seen: RuleSeen | None, now: int) -> Html:
    precision = words.precision(record.precision, record.useful, record.noise) if record is not None else ""
    told = ", ".join(rule.receivers or portfolio.receivers)
    valid = " to ".join(filter(None, (rule.valid_from, rule.valid_until)))
    return facts({
        "Rule": f"{portfolio.id}/{rule.id}",
        "Portfolio": link(portfolio.title or portfolio.id, "portfolios", portfolio.id),
        "Severity": badge(severity_of(rule)),
        "Status": "experimental: it matches and tells nobody" if rule.experimental else "",
        "Owner": one_line(rule.owner, 80), "Tags": one_line(", ".join(rule.tags), 200), "Tells": told,
        "Valid": valid, "Budget": _budget(rule),
        "Written in": f"{seen.file}, line {seen.line}" if seen is not None else "",
        "Last match": _last(record, now), "Precision": precision,
    })  # fmt: skip


def _budget(rule: Rule) -> str:
    return f"at most {rule.expect.at_most} per {rule.expect.per}" if rule.expect is not None else ""


def _last(record: RuleRecord | None, now: int) -> Html | str:
    if record is None:
        return ""
    when = ago(record.last_at, now)
    return flow(when, " · ", link("the event", "events", record.last_event)) if record.last_event else when


def _brought(record: RuleRecord | None, span: Span, now: int) -> Iterator[Html]:
    if record is None:
        yield element("p", "There is no history yet, so nothing is counted.")
        return
    values: list[float | None] = [*record.by_day]
    yield day_bars("Matches by day", "events for which it held, days of UTC", span.labels, [Series("events", values)])
    marks = f"{record.useful:,} useful, {record.noise:,} noise"
    yield element("p", f"{counted(record.alerts, 'alert')} in {span.count} days, {marks}.")


def _tests(files: Files, seen: RuleSeen | None) -> Html:
    if seen is None:
        return _missing(files)
    rows = [
        [
            state("ok") if test.passed else state("fails"),
            one_line(test.name, 200),
            one_line(test.expected, 120),
            one_line(test.got, 300),
            str(test.line),
        ]
        for test in seen.tests
    ]
    none = "It has no tests: nothing shows what it means."
    return listed(["State", "Test", "Expected", "Came", "Line"], rows, "Tests of this rule", numbers=(4,), none=none)


def _source(files: Files, seen: RuleSeen | None) -> Html:
    if seen is None or not seen.source:
        return _missing(files)
    rows = [
        element("li", element("span", str(line.number), class_="no"), element("code", printable(line.text)))
        for line in seen.source
    ]
    return element("ol", *rows, class_="source", aria_label=f"Lines of {seen.file}")


def _missing(files: Files) -> Html:
    if files.answer is None:
        return element("p", COMING)
    return element("p", files.answer.trouble or "It does not stand in the files any more.")


def _form(portfolio: Portfolio, rule: Rule, tried: Tried | None, signed: SignedIn) -> Html:
    title, body = (tried.title, tried.body) if tried is not None else ("", "")
    return element(
        "form",
        csrf(signed),
        field("title", "Headline", title, required="required", maxlength="500"),
        element("label", "Text", element("textarea", body, name="body", rows="6")),
        element("button", "Explain", type="submit"),
        method="post", action=f"/rules/{portfolio.id}/{rule.id}/try", class_="fields",
    )  # fmt: skip


def _answer(tried: Tried | None) -> list[Html]:
    if tried is None:
        return []
    if tried.answer is None:
        return [said("It takes longer than usual. Press Explain again in a moment.")]
    if tried.answer.trouble:
        return [said(tried.answer.trouble, "wrong")]
    answers = {True: "The rule holds for this text.", False: "The rule does not hold for this text."}
    unknown = "Whether the rule holds is not known, so it does not."
    head = said(answers[tried.answer.holds] if tried.answer.holds is not None else unknown)
    lines = "\n".join(printable(line) for line in tried.answer.lines[:MOST_LINES])
    told = element("div", lines, class_="told", tabindex="0", role="region", aria_label="Explanation")
    return [head, told]
