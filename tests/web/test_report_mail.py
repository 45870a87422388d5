"""`POST /v1/portfolios/PORTFOLIO/report/mail`: a report goes into the queue of a receiver of mail, once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.conftest import Api

PATH = "/v1/portfolios/ai/report/mail"
SPAN = {"since": "2026-01-05T00:00:00Z", "until": "2026-01-12T00:00:00Z"}


async def test_a_report_is_queued_once_for_its_receiver(whole: Api) -> None:
    status, said = await whole.ask("POST", PATH, {"receiver": "mail", **SPAN}, token="ai")
    assert (status, said["outcome"], said["receiver"], said["delivery"][:3]) == (200, "done", "mail", "dl_")
    assert (said["since"], said["until"]) == ("2026-01-05T00:00:00.000Z", "2026-01-12T00:00:00.000Z")
    due, _ = await whole.life.store.due("mail", whole.life.clock() + 1, 10)
    (message,) = [one.message for one in due]
    assert (message.type, message.delivery, message.portfolio_title) == ("report", said["delivery"], "AI")
    assert message.mailing is not None and "AI" in message.mailing.text
    again = await whole.ask("POST", PATH, {"receiver": "mail", **SPAN})
    assert again == (200, said | {"outcome": "already"})


@pytest.mark.parametrize(
    ("path", "body", "token", "status", "detail"),
    [
        (PATH, {"receiver": "mail"}, "reader", 403, "may read only"),
        (PATH, {"receiver": "mail"}, "energy", 404, "no portfolio ai"),
        (PATH, {"receiver": "nobody"}, "ai", 404, "no such receiver"),
        ("/v1/portfolios/energy/report/mail", {"receiver": "mail"}, "energy", 404, "no such receiver"),
        ("/v1/portfolios/energy/report/mail", {"receiver": "mail"}, "all", 409, "only to receivers of its desk"),
        (PATH, {"receiver": "desk"}, "ai", 409, "only mail can carry a report"),
        (PATH, {"receiver": "mail", "since": "soon"}, "ai", 400, "since takes a time such as"),
        (PATH, {}, "ai", 400, "receiver"),
    ],
)
async def test_what_cannot_be_sent_is_refused(
    whole: Api, path: str, body: Any, token: str, status: int, detail: str
) -> None:
    found, said = await whole.ask("POST", path, body, token=token)
    assert (found, detail in said["detail"]) == (status, True), said
    assert (await whole.life.store.due("mail", whole.life.clock() + 1, 10))[0] == []
