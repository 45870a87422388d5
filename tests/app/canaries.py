"""Secrets that are planted in every place of the settings that takes one, and servers that repeat them."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from alertd.base.secrets import Secret
from alertd.notify.catalog import RECEIVER_MODELS
from alertd.settings import SOURCE_MODELS, Settings
from tests.support.desk import Desk, item, rss
from tests.support.http import Connection, Request, answer, redirect, refused_port
from tests.support.imap_server import ImapServer
from tests.support.redis import bundled_binary, system_binary
from tests.support.redis_topology import SERVICE, SentinelServer, TcpServer
from tests.support.slack import FakeSlack
from tests.support.smtp import FakeRelay, certificate

KEY = base64.b64encode(b"canary-signing-key-of-32-bytes!!").decode()
HEADER = "canary-webhook-header-5d1c"
VALUE = 'canary-webhook-value-77"ab'
URL_PATH = "canary-url-path-90fe"
URL_QUERY = "canary-url-query-3b21"
SMTP_PASSWORD = "canary-smtp-password-c0de"
IMAP_PASSWORD = "canary-imap-password-1e7a"
REDIS_PASSWORD = "canary-redis-password-8812"
SENTINEL_PASSWORD = "canary-sentinel-password-4a4a"
FEED_HEADER = "canary-feed-header-4e4e"
FEED_QUERY = "canary-feed-query-6a6a"
PAGE_HEADER = "canary-page-header-3c3c"
PAGE_QUERY = "canary-page-query-5b5b"
JSON_HEADER = "canary-json-header-8d8d"
JSON_QUERY = "canary-json-query-2f2f"
JSON_PARAM = "canary-json-param-1a1a"
BOT_TOKEN = "xoxb-canary-bot-token-7f7f"
APP_TOKEN = "xapp-canary-app-token-2e2e"
SIGNING_SECRET = "canary-slack-signing-secret-6b6b"
WEB_TOKEN = "canary-web-token-0123456789"
DESK_TOKEN = "canary-desk-token-0123456789"
PUSH_TOKEN = "canary-push-token-0123456789"
BEAT_PATH = "canary-heartbeat-9c9c"
MODEL_KEY = "canary-model-key-5e5e"
LINKS_KEY = "canary-links-key-of-at-least-32-characters"
FIELDS = {
    "DeskToken.token": DESK_TOKEN,
    "FeedConfig.headers": FEED_HEADER,
    "HeartbeatConfig.url": BEAT_PATH,
    "JsonConfig.headers": JSON_HEADER,
    "JsonConfig.params": JSON_PARAM,
    "MailConfig.password": IMAP_PASSWORD,
    "ModelConfig.key": MODEL_KEY,
    "PageConfig.headers": PAGE_HEADER,
    "PushConfig.token": PUSH_TOKEN,
    "Settings.redis": REDIS_PASSWORD,
    "SlackConfig.app_token": APP_TOKEN,
    "SlackConfig.signing_secret": SIGNING_SECRET,
    "SlackConfig.token": BOT_TOKEN,
    "SlackConfig.webhook_url": "planted-secret",  # a part of its path
    "SmtpConfig.password": SMTP_PASSWORD,
    "WebConfig.links_key": LINKS_KEY,
    "WebConfig.token": WEB_TOKEN,
    "WebhookConfig.headers": HEADER,
    "WebhookConfig.secret": KEY,
    "WebhookConfig.url": URL_PATH,
    "WebhookConfig.values": VALUE,
}
"""By the field of the settings that holds it; a test sees that none is missing."""
CANARIES = FIELDS | {
    "query of a webhook's address": URL_QUERY,
    "query of a feed's address": FEED_QUERY,
    "query of a page's address": PAGE_QUERY,
    "query of an API's address": JSON_QUERY,
    "password of the sentinels": SENTINEL_PASSWORD,
    "value of a webhook, as JSON": VALUE.replace('"', '\\"'),
}


def secret_fields(model: type[BaseModel] = Settings, seen: set[type] | None = None) -> Iterator[str]:
    """Name the fields of the settings that hold secrets."""
    seen = {model} if seen is None else seen | {model}
    todo: list[Any] = [(name, field.annotation) for name, field in model.model_fields.items()]
    if model is Settings:
        todo += [("", each) for each in (*RECEIVER_MODELS.values(), *SOURCE_MODELS.values())]
    while todo:
        name, one = todo.pop()
        if one is Secret:
            yield f"{model.__name__}.{name}"
        elif isinstance(one, type) and issubclass(one, BaseModel):
            if one not in seen:
                yield from secret_fields(one, seen)
        else:
            todo += [(name, inner) for inner in get_args(one)]


async def echo(request: Request, connection: Connection) -> None:
    """Refuse for good, and repeat in the answer all that the request held, as endpoints for tests do."""
    said = " ".join([request.target, *request.headers.values(), request.body.decode("latin-1")])
    await answer(said.encode(), status=422, headers={"Content-Type": "text/plain"})(request, connection)


async def echo_page(request: Request, connection: Connection) -> None:
    """Answer with a web page whose title repeats the request."""
    title = f"{request.headers.get('authorization')} for {request.target}"
    page = f"<!DOCTYPE html><html><head><title>{title}</title></head></html>"
    await answer(page.encode(), headers={"Content-Type": "text/html"})(request, connection)


@contextmanager
def relay_of(folder: Path) -> Iterator[tuple[FakeRelay, Path, ImapServer]]:
    """Start a mail relay and a mailbox that refuse; gives them with the file of the relay's authority."""
    tls, ca = certificate(folder)
    (folder / "imap").mkdir()
    box = ImapServer(folder / "imap")
    box.start()
    try:
        with FakeRelay(tls=tls, login=("alertd", SMTP_PASSWORD)) as relay:
            yield relay, ca, box
    finally:
        box.stop()


@contextmanager
def watched_redis() -> Iterator[tuple[TcpServer, str]]:
    """Start a Redis of the house and its sentinel, each with a password; gives its address."""
    binary = system_binary() or bundled_binary()
    redis = TcpServer(binary, {"requirepass": REDIS_PASSWORD, "appendfsync": "always"})
    sentinel = SentinelServer(binary, redis.port, 1, password=REDIS_PASSWORD, own=SENTINEL_PASSWORD)
    with redis, sentinel:
        where = f"127.0.0.1:{sentinel.port}/{SERVICE}?sentinel_password={SENTINEL_PASSWORD}"
        yield redis, f"redis+sentinel://:{REDIS_PASSWORD}@{where}"


def configure(desk: Desk, slack: FakeSlack, relay: FakeRelay, ca: Path, box: ImapServer, redis: str) -> None:
    """Put every canary in its place, and see to it that everything fails."""
    _receivers(desk, slack, relay)
    _sources(desk, box)
    world = desk.world
    (desk.folder / "smtp-password").write_text(SMTP_PASSWORD)
    (desk.folder / "smtp-password").chmod(0o600)
    port = refused_port()
    desk.settings |= {
        "redis": redis, "log": {"level": "debug"}, "web": {
            "bind": "127.0.0.1:0", "token": WEB_TOKEN, "links_key": LINKS_KEY,
            "tokens": [{"name": "bot", "desk": "ai", "token": DESK_TOKEN}],
            "public": {"bind": f"127.0.0.1:{port}", "url": f"http://127.0.0.1:{port}"},
        },
        "heartbeat": {"url": f"http://127.0.0.1:{world.port}/{BEAT_PATH}", "every": "5s", "allow_private": True},
        "models": [{"id": "m", "protocol": "openai", "base_url": f"http://127.0.0.1:{world.port}/model",
                    "model": "small", "key": MODEL_KEY, "allow_private": True}],
        "smtp": {"host": "localhost", "port": relay.port, "username": "alertd",
                 "password_file": str(desk.folder / "smtp-password"),
                 "from": "alertd@example.com", "ca_file": str(ca)},
    }  # fmt: skip
    world.script(f"/{BEAT_PATH}", echo)


def _receivers(desk: Desk, slack: FakeSlack, relay: FakeRelay) -> None:
    world = desk.world
    world.script(f"/{URL_PATH}", echo)
    address = f"http://127.0.0.1:%d/{URL_PATH}?key={URL_QUERY}"
    hook = {
        "type": "webhook", "secret": f"whsec_{KEY}", "headers": {"X-Gateway": HEADER},
        "allow_private": True, "timeout": "1s",
    }  # fmt: skip
    own = {"template": '{"key": {{ values.key }}, "title": {{ event.title }}}', "values": {"key": VALUE}}
    bot = {
        "type": "slack", "token": BOT_TOKEN, "channel": "C0123456789", "base_url": world.url("/api"),
        "allow_private": True,
    }  # fmt: skip
    desk.receivers += [
        hook | {"id": "echoes", "url": address % world.port},
        hook | {"id": "gateway", "url": address % world.port} | own,
        hook | {"id": "nobody", "url": address % refused_port()} | own,
        {"id": "slack", "type": "slack", "webhook_url": slack.url, "allow_private": True},
        bot | {"id": "bot", "app_token": APP_TOKEN},
        bot | {"id": "signed", "signing_secret": SIGNING_SECRET},
        {"id": "mail", "type": "email", "to": ["pm@example.com"]},
    ]
    for method in ("chat.postMessage", "apps.connections.open"):
        world.script(f"/api/{method}", echo)
    relay.replies["MAIL"] = [f"550 no mail from alertd with {SMTP_PASSWORD}"] * 3


def _sources(desk: Desk, box: ImapServer) -> None:
    world = desk.world
    desk.sources += [
        {"id": "inbox", "type": "push", "token": PUSH_TOKEN},
        {"id": "mailbox", "type": "mail", "host": box.host, "port": box.port, "ca_file": str(box.ca_file),
         "username": "desk@example.com", "password": IMAP_PASSWORD, "from": ["*@sec.gov"], "dkim": "off",
         "allow_private": True, "every": "5s"},
    ]  # fmt: skip
    key = {"headers": {"Authorization": f"Bearer {FEED_HEADER}"}}
    world.script("/page", echo_page)
    desk.feed("page", url=world.url(f"/page?key={FEED_QUERY}"), **key)
    world.script("/old", redirect(f"/new?key={FEED_QUERY}", 301))
    world.script("/new", answer(rss(item("Vega leases Orion", link="#top")), etag='"1"'))
    desk.feed("moved", url=world.url(f"/old?key={FEED_QUERY}"), **key)
    desk.feed("refused", url=f"http://127.0.0.1:{refused_port()}/?key={FEED_QUERY}", **key)
    world.script("/robots.txt", answer(b""))
    desk.feed(
        "site", url=world.url(f"/page?key={PAGE_QUERY}"), type="page", list="li", fields={"title": "a"},
        headers={"Authorization": f"Bearer {PAGE_HEADER}"},
    )  # fmt: skip
    world.script("/api/items", echo)
    world.script("/api/rows", answer(b'{"rows": [{"id": "1", "title": "Lyra leases Atlas"}]}', etag='"2"'))
    for name in ("items", "rows"):
        desk.feed(
            f"api-{name}", url=world.url(f"/api/{name}?key={JSON_QUERY}"), type="json", list="$.rows",
            fields={"id": "$.id", "title": "$.title"}, params={"apikey": JSON_PARAM},
            headers={"Authorization": f"Token {JSON_HEADER}"},
        )  # fmt: skip
