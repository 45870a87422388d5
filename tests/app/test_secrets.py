"""Planted secrets never show: every kind of failure is provoked at debug level, and every output is searched."""

from __future__ import annotations

import asyncio
import base64
import json
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
import zstandard

from tests.support.daemon import Daemon, command, eventually
from tests.support.desk import Desk, item, logged, rss, says
from tests.support.http import Connection, FaultServer, Request, answer, redirect, refused_port
from tests.support.processes import descendants
from tests.support.redis import RedisServer, bundled_binary
from tests.support.slack import PATH, FakeSlack, Reply
from tests.support.smtp import FakeRelay, certificate

KEY = base64.b64encode(b"canary-signing-key-of-32-bytes!!").decode()
HEADER = "canary-webhook-header-5d1c"
URL_PATH = "canary-url-path-90fe"
URL_QUERY = "canary-url-query-3b21"
SMTP_PASSWORD = "canary-smtp-password-c0de"
REDIS_PASSWORD = "canary-redis-password-8812"
SOURCE_HEADER = "canary-source-header-4e4e"
SOURCE_QUERY = "canary-source-query-6a6a"
BOT_TOKEN = "xoxb-canary-bot-token-7f7f"
APP_TOKEN = "xapp-canary-app-token-2e2e"
WEB_TOKEN = "canary-web-token-0123456789"
DESK_TOKEN = "canary-desk-token-0123456789"
PUSH_TOKEN = "canary-push-token-0123456789"
BEAT_PATH = "canary-heartbeat-9c9c"
LINKS_KEY = "canary-links-key-of-at-least-32-characters"
CANARIES = {
    "webhook secret": KEY,
    "webhook header": HEADER,
    "path of a webhook's address": URL_PATH,
    "query of a webhook's address": URL_QUERY,
    "path of Slack's address": "planted-secret",
    "Slack bot token": BOT_TOKEN,
    "Slack app token": APP_TOKEN,
    "SMTP password": SMTP_PASSWORD,
    "Redis password": REDIS_PASSWORD,
    "source's header": SOURCE_HEADER,
    "query of a source's address": SOURCE_QUERY,
    "web token": WEB_TOKEN,
    "token of a desk": DESK_TOKEN,
    "token of a push source": PUSH_TOKEN,
    "address of the heartbeat": BEAT_PATH,
    "key of the links in mail": LINKS_KEY,
}


async def echo(request: Request, connection: Connection) -> None:
    """Refuse for good, and repeat in the answer all that the request held, as endpoints for tests do."""
    said = " ".join([request.target, *request.headers.values()])
    await answer(said.encode(), status=422, headers={"Content-Type": "text/plain"})(request, connection)


async def echo_page(request: Request, connection: Connection) -> None:
    """Answer with a web page whose title repeats the request."""
    title = f"{request.headers.get('authorization')} for {request.target}"
    page = f"<!DOCTYPE html><html><head><title>{title}</title></head></html>"
    await answer(page.encode(), headers={"Content-Type": "text/html"})(request, connection)


@contextmanager
def house(folder: Path) -> Iterator[tuple[FaultServer, RedisServer, FakeRelay, Path, str]]:
    """Start the servers; gives them with the file of the relay's authority and the address of Redis."""
    tls, ca = certificate(folder)
    port = refused_port()
    flags = {"port": str(port), "requirepass": REDIS_PASSWORD, "appendfsync": "always"}
    with (
        FaultServer() as world,
        RedisServer(bundled_binary(), flags) as redis,
        FakeRelay(tls=tls, login=("alertd", SMTP_PASSWORD)) as relay,
    ):
        yield world, redis, relay, ca, f"redis://:{REDIS_PASSWORD}@127.0.0.1:{port}/0"


def configure(desk: Desk, slack: FakeSlack, relay: FakeRelay, ca: Path, redis: str) -> None:
    """Put every canary in its place, and see to it that everything fails."""
    world = desk.world
    world.script(f"/{URL_PATH}", echo)
    address = f"http://127.0.0.1:%d/{URL_PATH}?key={URL_QUERY}"
    hook = {
        "type": "webhook", "secret": f"whsec_{KEY}", "headers": {"X-Gateway": HEADER},
        "allow_private": True, "timeout": "1s",
    }  # fmt: skip
    desk.receivers += [
        hook | {"id": "echoes", "url": address % world.port},
        hook | {"id": "nobody", "url": address % refused_port()},
        {"id": "slack", "type": "slack", "webhook_url": slack.url, "allow_private": True},
        {
            "id": "bot",
            "type": "slack",
            "token": BOT_TOKEN,
            "app_token": APP_TOKEN,
            "channel": "C0123456789",
            "base_url": world.url("/api"),
            "allow_private": True,
        },
        {"id": "mail", "type": "email", "to": ["pm@example.com"]},
    ]
    for method in ("chat.postMessage", "apps.connections.open"):
        world.script(f"/api/{method}", echo)
    slack.script(Reply(404, f"no_service at {PATH}"), Reply(500, f"cannot post to {slack.url}"))
    relay.replies["MAIL"] = [f"550 no mail from alertd with {SMTP_PASSWORD}"] * 3
    desk.settings |= {
        "redis": redis, "log": {"level": "debug"}, "web": {
            "bind": "127.0.0.1:0", "token": WEB_TOKEN, "links_key": LINKS_KEY,
            "tokens": [{"name": "bot", "desk": "ai", "token": DESK_TOKEN}],
        },
        "heartbeat": {"url": f"http://127.0.0.1:{world.port}/{BEAT_PATH}", "every": "5s", "allow_private": True},
        "smtp": {"host": "localhost", "port": relay.port, "username": "alertd", "password": SMTP_PASSWORD,
                 "from": "alertd@example.com", "ca_file": str(ca)},
    }  # fmt: skip
    world.script(f"/{BEAT_PATH}", echo)
    desk.sources.append({"id": "inbox", "type": "push", "token": PUSH_TOKEN})
    key = {"headers": {"Authorization": f"Bearer {SOURCE_HEADER}"}}
    world.script("/page", echo_page)
    desk.feed("page", url=world.url(f"/page?key={SOURCE_QUERY}"), **key)
    world.script("/old", redirect(f"/new?key={SOURCE_QUERY}", 301))
    world.script("/new", answer(rss(item("Vega leases Orion", link="#top"))))
    desk.feed("moved", url=world.url(f"/old?key={SOURCE_QUERY}"), **key)
    desk.feed("refused", url=f"http://127.0.0.1:{refused_port()}/?key={SOURCE_QUERY}", **key)


@dataclass
class Outputs:
    """All that was said, by where it was said."""

    daemon: Daemon
    texts: dict[str, str] = field(default_factory=dict)

    async def ran(self, *words: str) -> str:
        """Run a command and keep what it prints."""
        code, out, err = await command(*words, folder=self.daemon.folder)
        self.texts[" ".join(["alertd", *words])] = f"{code}\n{out}\n{err}"
        return out

    async def asked(self) -> None:
        """Ask the daemon's web server for all it has."""
        base = f"http://{self.daemon.state()['web']}"
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {WEB_TOKEN}"}) as http:
            for path in (
                "/healthz",
                "/readyz",
                "/metrics",
                "/v1/status",
                "/v1/alerts",
                "/v1/silences",
                "/v1/nothing",
            ):
                async with http.get(base + path) as response:
                    self.texts[path] = await response.text()
            async with http.post(f"{base}/v1/push/inbox", data=b"{") as response:
                self.texts["push"] = await response.text()

    async def commands(self) -> None:
        """Run all commands that show something."""
        ids = set()
        for line in (await self.ran("tail", "--no-follow", "--since", "0", "--json")).splitlines():
            ids |= set(json.loads(line)["ids"])
        assert {name[:3] for name in ids} >= {"ev_", "al_", "dl_", "pag"}
        event = min(name for name in ids if name.startswith("ev_"))
        todo = [["tail", "--no-follow", "--since", "0"], ["status"], ["status", "--json"], ["dead"],
                ["dead", "--json"], ["check"], ["send-test"], ["send-test", "--json"], ["why", event, "--full"],
                ["why", event, "--json"], ["why", "page"], ["why", "moved", "--json"], ["verify"],
                ["verify", "--json"], ["sources", "--json"], ["alerts", "--json"], ["alerts", "Vega"],
                ["report", "p"], ["report", "p", "--json"], ["route", event], ["silence", "list"],
                ["archive", "status"], ["archive", "verify", "--json"], ["archive", "rules"],
                ["backtest", "--since", "1h"], ["holdings"], ["preview", "echoes", event],
                ["backup", "copy.tar"]]  # fmt: skip
        for start in range(0, len(todo), 3):
            await asyncio.gather(*(self.ran(*words) for words in todo[start : start + 3]))
        await self.ran("replay", "--dry")

    def files(self, *folders: Path) -> None:
        """Read every file of some folders, and what is packed into them."""
        for folder in folders:
            for path in folder.rglob("*"):
                if path.is_file() and path.name not in OWN_SECRETS:
                    name = str(path.relative_to(folder.parent))
                    self.texts[name] = path.read_bytes().decode("latin-1")
                    if path.suffix == ".zst":
                        self.texts[f"{name} unpacked"] = unpacked(path)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def outputs(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Outputs]:
    folder = tmp_path_factory.mktemp("secrets")
    with house(folder) as (world, redis, relay, ca, address):
        async with FakeSlack() as slack:
            desk = Desk(folder, world)
            configure(desk, slack, relay, ca, address)
            env = {"ALERTD_FAILPOINT": "match.read:1:raise"}
            async with desk.daemon(env=env) as daemon:
                said = Outputs(daemon)
                for receiver in ("echoes", "bot", "mail"):
                    await eventually(says(daemon, "dead_letter", receiver=receiver), f"{receiver} refuses")
                await eventually(says(daemon, "receiver_parked", receiver="slack"), "slack is gone")
                await eventually(says(daemon, "slack_socket_not_opened", receiver="bot"), "no socket opens")
                await eventually(says(daemon, "delivery_retried", receiver="nobody"), "nobody is there")
                await eventually(desk.fired("Vega leases Orion"), "one receiver works")
                for source in ("page", "refused"):
                    await eventually(desk.told("source_failing", source), f"{source} fails")
                await eventually(says(daemon, "heartbeat_failed"), "the heartbeat is refused")
                await said.asked()
                await said.commands()
                redis.kill()
                await eventually(says(daemon, "redis_unavailable", process="io"), "Redis is away")
                await said.ran("status")
                redis.start()
                await eventually(daemon.ready, "Redis is back")
                broken = daemon.config.read_text().replace('"every"', '"evry"')
                daemon.config.write_text(broken)
                daemon.signal(signal.SIGHUP)
                await eventually(desk.told("reload_refused", "configuration"), "the reload is refused")
                await said.ran("check")
                said.texts["processes"] = " ".join(descendants(daemon.pid).values())
            said.texts["log"] = daemon.log.read_text()
            said.texts["messages"] = json.dumps(desk.messages())
            said.files(daemon.state_dir, redis.folder)
            said.texts["backup"] = (folder / "copy.tar").read_bytes().decode("latin-1")
        yield said


PAGES = ("/healthz", "/readyz", "/metrics", "/v1/status", "/v1/alerts", "/v1/silences", "/v1/nothing")
OWN_SECRETS = ("web.token", "links.key")
"""Files of the state directory that hold nothing but a secret, for alertd's user alone."""


def unpacked(path: Path) -> str:
    """Give the text of a file of the archive."""
    with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True) as reader:
        return reader.read().decode("latin-1")


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("name", CANARIES)
async def test_no_output_shows_a_secret(outputs: Outputs, name: str) -> None:
    found = []
    for where, text in outputs.texts.items():
        if name == "query of a source's address" and "appendonly" in where:
            continue  # the store remembers the address, to see that it has changed
        at = text.find(CANARIES[name])
        if at >= 0:
            found.append(f"{where}: …{text[max(at - 100, 0) : at + 60]}…")
    assert found == []


async def test_the_failures_happened_and_are_told_in_words(outputs: Outputs) -> None:
    dead = outputs.texts["alertd dead --json"]
    assert {letter["receiver"] for letter in json.loads(dead.split("\n", 1)[1])["deliveries"]} >= {
        "echoes",
        "bot",
        "mail",
    }
    assert "422" in dead
    assert "550" in dead
    assert "an HTML page instead of a feed" in outputs.texts["/v1/status"]
    assert "refuses connections" in outputs.texts["alertd send-test"]
    assert any("Traceback" in line.get("exception", "") for line in logged(outputs.daemon, "loop_died"))
    assert any(line["level"] == "debug" for line in logged(outputs.daemon))
    packed = [text for name, text in outputs.texts.items() if name.endswith(" unpacked")]
    assert any("Vega leases Orion" in text for text in packed)
    assert "Vega leases Orion" in outputs.texts["alertd alerts Vega"]
    assert json.loads(outputs.texts["alertd verify --json"].split("\n", 1)[1])["kinds"]["events"]["count"] > 0
