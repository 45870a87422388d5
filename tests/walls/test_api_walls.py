"""Every operation of the API, asked with the token of one desk: no trace of the other, and no sign that it is there.

The real daemon with both desks over one event that concerns both. An operation that is not asked here fails the test.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import aiohttp
import pytest

from tests.support.daemon import eventually
from tests.walls.test_walls import DESK_TOKEN, PLANTED, TITLE, Walled, traces, walled, world

__all__ = ["walled", "world"]

EVENT = {"event": {"title": TITLE}}
ASKED: Mapping[str, tuple[str, str, Any]] = {
    "listAlerts": ("GET", "/v1/alerts?text=orion", None),
    "getAlert": ("GET", "/v1/alerts/{alert}", None),
    "answerAlert": ("POST", "/v1/alerts/{alert}/useful", {}),
    "listSilences": ("GET", "/v1/silences", None),
    "addSilence": ("POST", "/v1/silences", {"reason": "call", "until": "2h", "portfolios": ["ai"]}),
    "endSilence": ("DELETE", "/v1/silences/{silence}", None),
    "describeApi": ("GET", "/v1/openapi.json", None),
    "listEvents": ("GET", "/v1/events?text=orion", None),
    "getEvent": ("GET", "/v1/events/{event}", None),
    "listNotes": ("GET", "/v1/events/{event}/notes", None),
    "tellWhy": ("GET", "/v1/why/{alert}?full=true", None),
    "getStory": ("GET", "/v1/stories/{story}", None),
    "listPortfolios": ("GET", "/v1/portfolios", None),
    "getPortfolio": ("GET", "/v1/portfolios/{portfolio}", None),
    "getHoldings": ("GET", "/v1/portfolios/{portfolio}/holdings", None),
    "acceptHoldings": ("POST", "/v1/portfolios/{portfolio}/holdings/accept", {}),
    "getReport": ("GET", "/v1/portfolios/{portfolio}/report", None),
    "getReportPage": ("GET", "/v1/portfolios/{portfolio}/report.html", None),
    "listRules": ("GET", "/v1/rules", None),
    "getRule": ("GET", "/v1/rules/{portfolio}/{rule}", None),
    "testRule": ("POST", "/v1/rules/{portfolio}/{rule}/tests", None),
    "explainRule": ("POST", "/v1/rules/{portfolio}/{rule}/explain", EVENT),
    "listEventTypes": ("GET", "/v1/event-types", None),
    "explainEventType": ("POST", "/v1/event-types/lease/explain", EVENT),
    "testEventType": ("POST", "/v1/event-types/lease/tests", {"coverage": True}),
    "writeNote": ("POST", "/v1/note", EVENT | {"portfolio": "PORTFOLIO"}),
    "mailReport": ("POST", "/v1/portfolios/{portfolio}/report/mail", {"receiver": "ai-mail"}),
    "tellWhyOfRule": ("GET", "/v1/rules/{portfolio}/{rule}/why", None),
    "listNotices": ("GET", "/v1/notices", None),
    "getCalendar": ("GET", "/v1/portfolios/{portfolio}/calendar", None),
    "countSource": ("GET", "/v1/sources/wire/days", None),
    "searchCompanies": ("GET", "/v1/companies?text=norvane", None),
    "getCompany": ("GET", "/v1/companies/{company}", None),
    "getCompanyGraph": ("GET", "/v1/companies/{company}/graph", None),
    "getStatus": ("GET", "/v1/status", None),
    "listSources": ("GET", "/v1/sources", None),
    "getSource": ("GET", "/v1/sources/wire", None),
    "reconcileSource": ("POST", "/v1/sources/wire/reconcile", {"day": "2026-01-12"}),
    "getJob": ("GET", "/v1/jobs/jo_nothing", None),
    "listReceivers": ("GET", "/v1/receivers", None),
    "sendTest": ("POST", "/v1/receivers/{receiver}/test", {}),
    "verify": ("GET", "/v1/verify", None),
    "routeEvent": ("POST", "/v1/route", EVENT),
    "previewMessage": ("POST", "/v1/preview/{receiver}", EVENT),
    "listDead": ("GET", "/v1/dead", None),
    "retryDead": ("POST", "/v1/dead/{delivery}/retry", {}),
    "retrySeveralDead": ("POST", "/v1/dead/retry", {"receiver": "credit-hook"}),
}
REFUSED = {"verify": 403, "reconcileSource": 403, "getJob": 403, "retryDead": 404}
"""What a desk gets of its own: nothing has died, and the whole is not its matter."""
SHARED = {"event", "story"}
"""Of the event that concerns both desks."""


class Asking:
    """Asks the daemon with a token."""

    def __init__(self, walled: Walled, http: aiohttp.ClientSession) -> None:
        self._url = f"http://{walled.daemon.state()['web']}"
        self._http = http

    async def __call__(self, name: str, names: Mapping[str, str], token: str = DESK_TOKEN) -> tuple[int, str]:
        method, path, body = ASKED[name]
        body = {key: names["portfolio"] if value == "PORTFOLIO" else value for key, value in (body or {}).items()}
        headers = {"Authorization": f"Bearer {token}"}
        url = self._url + path.format(**names)

        async def answered() -> tuple[int, str] | None:
            async with self._http.request(method, url, json=body or None, headers=headers) as reply:
                return (reply.status, await reply.text()) if reply.status != 503 else None

        found: tuple[int, str] = await eventually(answered, f"{name} is answered; on a busy machine it says: later")
        return found


def mine(alert: Mapping[str, Any], event: str, silence: str) -> dict[str, str]:
    return {
        "alert": str(alert["id"]), "story": str(alert["story"]), "event": event, "portfolio": "ai", "rule": "lease",
        "company": "vega", "receiver": "ai-hook", "delivery": "dl_nothing", "silence": silence,
    }  # fmt: skip


@pytest.mark.parametrize("token", ["of the desk", "of one portfolio"])
async def test_no_operation_shows_a_desk_anything_of_another(walled: Walled, token: str) -> None:
    given = DESK_TOKEN if token == "of the desk" else "the-token-of-one-portfolio-here"
    async with aiohttp.ClientSession() as http:
        ask = Asking(walled, http)
        whole = (walled.daemon.folder / "var" / "web.token").read_text().strip()

        async def told() -> bool:
            hooks = all(walled.got(name) for name in ("ai-hook", "open-hook", "credit-hook"))
            return hooks and len(json.loads((await ask("listAlerts", {}, whole))[1])["alerts"]) == 3

        await eventually(told, "everybody was told of the event, and the history has it")
        alerts = {one["desk"]: one for one in json.loads((await ask("listAlerts", {}, whole))[1])["alerts"]}
        sent = json.loads(walled.got("credit-hook").splitlines()[0])["data"]
        status, made = await ask("addSilence", {}, given)
        assert status == 201
        ours = mine(alerts["ai"], sent["event"]["id"], json.loads(made)["id"])
        theirs = ours | {
            "alert": alerts["credit"]["id"], "portfolio": PLANTED, "rule": f"{PLANTED}-rule",
            "company": f"{PLANTED}-co", "receiver": "credit-hook", "delivery": sent["delivery"]["id"],
        }  # fmt: skip
        document = json.loads((await ask("describeApi", ours, given))[1])
        names = [one["operationId"] for path in document["paths"].values() for one in path.values()]
        assert sorted(names) == sorted(ASKED)
        own = [f"{{{part}}}" for part in theirs if part not in SHARED | {"silence"}]
        of_one = [name for name, (_, path, _) in ASKED.items() if any(part in path for part in own)] + ["writeNote"]
        for name in sorted(ASKED):
            status, text = await ask(name, ours, given)
            assert (name, status) == (name, REFUSED.get(name, 201 if name == "addSilence" else 200)), text
            assert (name, traces(text)) == (name, [])
        for name in sorted(of_one):
            assert traces((await ask(name, theirs, whole))[1]) or name in ("sendTest", "retryDead", "answerAlert")
            status, text = await ask(name, theirs, given)
            nobodys = {part: ours[part] if part in SHARED else "made-up" for part in theirs}
            unknown = await ask(name, nobodys | {"alert": "al_made-up", "delivery": "dl_made-up"}, given)
            assert (name, status, _without(text, theirs)) == (name, unknown[0], _without(unknown[1], nobodys)), text
            assert status == 404


def _without(text: str, names: Mapping[str, str]) -> str:
    """Give an answer without what was asked, which it may repeat, and what is near to that."""
    for name in sorted([*names.values(), "made-up", "al_made-up"], key=len, reverse=True):
        text = text.replace(name, "…")
    return text
