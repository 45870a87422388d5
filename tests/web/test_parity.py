"""All that commands and pages can do can be asked of the API; what cannot stands in docs/api.md with its reason."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from aiohttp import hdrs

from tests.docs.pages import read
from tests.docs.test_names import every_command
from tests.web.conftest import Api

COMMANDS: Mapping[str, Sequence[str]] = {
    "test": ["testRule", "testEventType"],
    "explain": ["explainRule", "explainEventType", "listEventTypes"],
    "preview": ["previewMessage"],
    "send-test": ["sendTest"],
    "status": ["getStatus", "listReceivers"],
    "sources show": ["listSources", "getSource"],
    "sources reconcile": ["reconcileSource", "getJob"],
    "verify": ["verify"],
    "dead": ["listDead", "retryDead", "retrySeveralDead"],
    "route": ["routeEvent"],
    "why": ["tellWhy", "listEvents", "tellWhyOfRule"],
    "note": ["listNotes", "writeNote"],
    "alerts": ["listAlerts", "getAlert", "listRules"],
    "report": ["getReport", "getReportPage", "mailReport"],
    "ack": ["answerAlert"],
    "silence add": ["addSilence"],
    "silence list": ["listSilences"],
    "silence end": ["endSilence"],
    "push": ["/v1/push/{source}"],
    "companies graph": ["getCompanyGraph"],
    "companies show": ["getCompany"],
    "companies search": ["searchCompanies"],
    "holdings": ["listPortfolios", "getPortfolio", "getHoldings", "acceptHoldings"],
}
PAGES: Mapping[str, Sequence[str]] = {
    "GET /": [],
    "GET /alerts": ["listAlerts", "/v1/stream"],
    "GET /alerts/{alert}": ["getAlert", "tellWhy"],
    "POST /alerts/{alert}/{kind}": ["answerAlert"],
    "GET /portfolios": ["listPortfolios"],
    "GET /portfolios/{portfolio}": ["getPortfolio", "getReport", "getCalendar"],
    "GET /rules": ["listRules"],
    "GET /rules/{portfolio}": ["listRules"],
    "GET /rules/{portfolio}/{rule}": ["getRule", "testRule"],
    "POST /rules/{portfolio}/{rule}/try": ["explainRule"],
    "GET /sources": ["listSources"],
    "GET /sources/{source}": ["getSource", "countSource", "listNotices"],
    "GET /silences": ["listSilences"],
    "POST /silences": ["addSilence"],
    "POST /silences/{silence}/end": ["endSilence"],
    "GET /dead": ["listDead"],
    "POST /dead/retry": ["retryDead", "retrySeveralDead"],
    "GET /system": ["getStatus", "listReceivers", "listNotices"],
    "GET /events/{event}": ["getEvent", "getStory", "listNotes"],
}
OF_THE_PAGE = {"/login", "/login/{code}", "/logout", "/static/{mark}/{name}"}
"""Who has a token needs no session, and who asks as a program no style sheet."""
OWN = {"describeApi"}
"""What only programs ask for."""


def not_here() -> set[str]:
    """Give the commands that docs/api.md says are not there, each with a reason."""
    table = read("api.md").partition("## What is not here")[2].partition("\n## ")[0]
    rows = [line.split("|") for line in table.splitlines() if line.startswith("| `alertd ")]
    assert all(len(why.strip()) > 20 for _, _, why, _ in rows)
    named = {name for _, names, _, _ in rows for name in re.findall(r"`alertd ([a-z -]+)`", names)}
    flags = {name for name in named if " --" in name}
    assert {name.partition(" --")[0] for name in flags} <= COMMANDS.keys(), "of these the rest can be asked for"
    return named - flags


async def known(whole: Api) -> set[str]:
    """Give all that can be asked: the operations, and what stands beside the document."""
    _, document = await whole.ask("GET", "/v1/openapi.json")
    return {one["operationId"] for path in document["paths"].values() for one in path.values()}


def test_every_command_can_be_asked_for_or_it_is_said_why_not() -> None:
    missing = not_here()
    assert missing & COMMANDS.keys() == set()
    assert missing | COMMANDS.keys() == set(every_command())


async def test_every_page_and_form_can_be_asked_for(whole: Api) -> None:
    pages = {f"{one.method} {one.path}" for one in whole.routes if not one.path.startswith("/v1/")}
    own = {f"{method} {path}" for method in (hdrs.METH_GET, hdrs.METH_POST) for path in OF_THE_PAGE}
    assert pages - own == PAGES.keys()


async def test_what_is_named_here_is_there_and_all_of_it_is_named(whole: Api) -> None:
    named = {one for table in (COMMANDS, PAGES) for names in table.values() for one in names}
    beside = {one for one in named if one.startswith("/v1/")}
    assert named - beside | OWN == await known(whole)
    assert beside - {"/v1/push/{source}"} <= {one.path for one in whole.routes}
    assert all(path.replace("{source}", "ID") in read("api.md") for path in beside)
