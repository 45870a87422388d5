"""Whoever asks with a browser and cannot be answered gets a page; programs get problem details."""

from __future__ import annotations

import pytest

from alertd.web.page.errors import wants_page
from alertd.web.page.frame import POLICY
from tests.web.conftest import TOKENS, Api, problem
from tests.web.test_page import signed_in

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("path", "status", "title"),
    [
        ("/nothing/<script>", 401, "There is nothing here for you"),
        ("/alerts/al_a/close/now", 404, "There is nothing here"),
        ("/static/x/nothing.css", 404, "There is nothing here"),
    ],
)
async def test_a_browser_gets_a_page_and_a_program_problem_details(
    api: Api, path: str, status: int, title: str
) -> None:
    async with api.client.get(path, headers={"Accept": BROWSER}) as answer:
        text = await answer.text()
        assert (answer.status, answer.content_type) == (status, "text/html")
        assert f"<h1>{title}</h1>" in text and 'href="/alerts"' in text and "<script>" not in text
        assert answer.headers["Content-Security-Policy"] == POLICY
        assert (answer.headers["Server"], answer.headers["X-Frame-Options"]) == ("alertd", "DENY")
        assert answer.headers["Vary"] == "Accept"
    for accept in ("*/*", "application/json", "text/event-stream", "text/html;q=0, */*"):
        async with api.client.get(path, headers={"Accept": accept}) as answer:
            assert (answer.status, answer.content_type) == (status, "application/problem+json")


async def test_who_is_signed_in_is_told_that_there_is_nothing(api: Api) -> None:
    async with api.client.get("/nothing", headers={"Accept": BROWSER, "Cookie": await signed_in(api)}) as answer:
        assert (answer.status, "There is nothing here" in await answer.text()) == (404, True)


async def test_a_form_of_others_is_refused_with_a_page(api: Api) -> None:
    headers = {"Accept": BROWSER, "Origin": "https://evil.example"}
    async with api.client.post("/login", data={"token": TOKENS["all"]}, headers=headers) as answer:
        assert (answer.status, "That is not allowed" in await answer.text()) == (403, True)
        assert "Set-Cookie" not in answer.headers


async def test_the_api_answers_with_problem_details_whoever_asks(api: Api) -> None:
    headers = {"Accept": BROWSER, "Authorization": f"Bearer {TOKENS['all']}"}
    async with api.client.get("/v1/alerts/al_x", headers=headers) as answer:
        assert await answer.json() == problem(404, "there is no such alert")


@pytest.mark.parametrize(
    ("accept", "wants"),
    [(BROWSER, True), ("", False), ("*/*", False), ("TEXT/HTML", True), ("text/html ; q=0.0", False),
     ("application/json, text/html;q=0.1", True), ("text/htmlx", False), (";;,,text/html;;", True)],
)  # fmt: skip
def test_a_page_is_wanted_where_html_is_named(accept: str, wants: bool) -> None:
    assert wants_page(accept) is wants
