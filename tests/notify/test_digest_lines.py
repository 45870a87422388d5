"""What a digest says, line by line, whatever the receiver."""

from __future__ import annotations

import io

import pytest

from alertd.model import DigestKind
from alertd.net.client import HttpClient
from alertd.notify.console import ConsoleConfig, ConsoleNotifier
from alertd.notify.digest_lines import called, whose
from alertd.notify.message import HEADLINE_MAX, compose
from alertd.notify.protocol import NotifierDeps
from tests.notify.cases import NOW, attempt
from tests.notify.digests import brief, digest, item


def test_a_brief_says_how_many_how_loud_and_whose() -> None:
    lines = compose(brief(), NOW)
    assert lines.status == "BRIEF · AI infrastructure · 7 alerts: 2 high, 4 medium, 1 low"
    assert lines.title == "7 alerts came in quiet hours, 11 Jan 22:00 to 06:30 EST"
    assert lines.headline.startswith("Brief of 7 alerts, 2 high · AI infrastructure · Vega Grid leases its Orion")
    assert len(lines.headline) <= HEADLINE_MAX
    assert lines.severity == "high"


def test_each_alert_has_its_holdings_its_news_and_its_clocks() -> None:
    first, second, third = compose(brief(), NOW).items
    assert first.holdings == "Vega Grid +2.0 % named, lessor · NVDA +8.0 % supplies Vega Grid"
    assert first.text == "example-wire · first seen 02:14" and first.news == ""
    assert second.mark == "ACKNOWLEDGED" and second.url == ""
    assert second.text == "example-wire · first seen 11 Jan 15:00 · held since 02:14"
    assert second.news == "severity medium → high · also reported by second-wire"
    assert third.severity == "low" and third.holdings == ""


def test_what_is_not_listed_and_what_expired_stand_at_the_foot() -> None:
    lines = compose(brief(digest(more_expired=2)), NOW)
    assert lines.foot == "4 alerts more: 4 medium · 2 more expired"
    assert [one.title for one in lines.expired] == ["Trading in Lumen Labs halted for an hour"]


def test_alerts_of_several_portfolios_say_whose_each_is() -> None:
    lines = compose(brief(digest(items=[item(), item(portfolio="power", portfolio_title="Power")])), NOW)
    assert lines.status.startswith("BRIEF · 2 portfolios · ")
    assert lines.items[1].text.startswith("Power · example-wire")


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("digest", "7 alerts waited for this digest"),
        ("storm", "7 alerts came faster than they can be read one by one"),
        ("group", "7 alerts came together"),
        ("budget", "7 alerts are beyond what the rule's author expects"),
    ],
)
def test_every_kind_says_why_its_alerts_waited(kind: DigestKind, says: str) -> None:
    lines = compose(brief(digest(kind=kind)), NOW)
    assert lines.title.startswith(says)
    assert lines.status.startswith(kind.upper())


def test_one_alert_is_no_plural_and_a_budget_names_its_rule() -> None:
    lines = compose(brief(digest(kind="budget", items=[item()], counts={"high": 1}, more=0, expired=[])), NOW)
    assert lines.title.startswith("1 alert is beyond what the rule's author expects")
    assert [(row.label, row.text) for row in lines.rows] == [
        ("Rules", "Compute lease of half a billion a year or more")
    ]


def test_a_brief_of_nothing_but_expired_alerts_says_so() -> None:
    lines = compose(brief(digest(items=[], counts={}, more=0)), NOW)
    assert lines.title == "Nothing is left of what waited"
    assert whose(digest(items=[])) == "AI infrastructure" and lines.severity is None


def test_a_brief_is_called_by_its_number_and_the_loudest() -> None:
    assert called(digest()) == "brief of 7 alerts, 2 high"
    assert called(digest(counts={}, items=[item()], more=0)) == "brief of 1 alert"


async def test_the_console_lists_the_alerts() -> None:
    stream = io.StringIO()
    deps = NotifierDeps(http=HttpClient("unused"), stream=stream, clock=lambda: NOW)
    to = ConsoleNotifier(ConsoleConfig.model_validate({"id": "screen", "format": "rich"}), deps)
    await to.send(to.render(brief()), attempt())
    said = stream.getvalue()
    assert "HIGH      Vega Grid leases its Orion supercomputer" in said
    assert "HIGH      ACKNOWLEDGED Regulator opens an inquiry into VRT" in said
    assert "New: severity medium → high" in said
    assert said.index("4 alerts more") < said.index("Expired while they waited:") < said.index("halted for an hour")


def test_a_headline_that_its_source_took_back_is_marked() -> None:
    taken_back = item(withdrawn=True, status="acknowledged")
    assert compose(brief(digest(items=[taken_back])), NOW).items[0].mark == "ACKNOWLEDGED · WITHDRAWN"
