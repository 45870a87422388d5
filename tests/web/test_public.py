"""The public listener serves what it was given, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, web
from pydantic import ValidationError

from alertd.web.public import MAX_BODY, PublicServer
from alertd.web.public_config import PublicConfig


async def page(_request: web.Request) -> web.Response:
    return web.Response(text="a page", headers={"Content-Security-Policy": "default-src 'self'"})


async def echo(request: web.Request) -> web.Response:
    return web.Response(text=str(len(await request.read())))


@pytest.fixture
async def client() -> AsyncIterator[ClientSession]:
    server = PublicServer(
        "127.0.0.1:0", "https://alerts.example.com", [web.get("/page", page), web.post("/echo", echo)]
    )
    _, port = await server.start()
    async with ClientSession(f"http://127.0.0.1:{port}") as session:
        yield session
    await server.stop()


@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz", "/metrics", "/v1/status", "/v1/push/x"])
async def test_what_the_house_may_see_is_not_there(client: ClientSession, path: str) -> None:
    async with client.get(path) as answer:
        assert answer.status == 404


async def test_it_answers_under_its_own_name_and_no_other(client: ClientSession) -> None:
    async with client.get("/page", headers={"Host": "alerts.example.com"}) as answer:
        assert (answer.status, await answer.text()) == (200, "a page")
    async with client.get("/page", headers={"Host": "evil.example"}) as answer:
        assert answer.status == 421


async def test_a_page_of_another_site_cannot_write(client: ClientSession) -> None:
    async with client.post("/echo", data=b"x", headers={"Origin": "https://evil.example"}) as answer:
        assert answer.status == 403


async def test_a_page_keeps_the_policy_that_it_brings(client: ClientSession) -> None:
    async with client.get("/page") as answer:
        assert answer.headers["Content-Security-Policy"] == "default-src 'self'"
        assert answer.headers["X-Frame-Options"] == "DENY"


async def test_bodies_are_bounded(client: ClientSession) -> None:
    async with client.post("/echo", data=b"x" * MAX_BODY) as answer:
        assert (answer.status, await answer.text()) == (200, str(MAX_BODY))
    async with client.post("/echo", data=b"x" * (MAX_BODY + 1)) as answer:
        assert answer.status == 413
    async with client.post("/echo", data=b"x", headers={"Content-Encoding": "gzip"}) as answer:
        assert answer.status == 415


@pytest.mark.parametrize("url", ["https://alerts.example.com/", "https://a.example:8443/x", "http://127.0.0.1:9"])
def test_an_address_by_which_others_reach_it(url: str) -> None:
    assert PublicConfig.model_validate({"bind": "127.0.0.1:0", "url": url}).url == url.rstrip("/")


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("url", "alerts.example.com", "write the address"),
        ("url", "https://alerts.example.com/?a=b", "write the address"),
        ("url", "https://[x/", "write the address"),
        ("url", "http://alerts.example.com", "write https://"),
        ("url", "https://me:secret@alerts.example.com", "user name or password"),
        ("bind", "8080", "write host:port"),
    ],
)
def test_what_cannot_be_an_address_is_refused(field: str, value: str, says: str) -> None:
    good = {"bind": "127.0.0.1:0", "url": "https://alerts.example.com"}
    with pytest.raises(ValidationError, match=says):
        PublicConfig.model_validate(good | {field: value})
