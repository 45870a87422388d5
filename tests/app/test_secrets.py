"""Planted secrets never show: every kind of failure is provoked at debug level, and every output is searched."""

from __future__ import annotations

import asyncio
import json
import signal
import tarfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
import redis as client
import zstandard

from tests.app.canaries import (
    CANARIES,
    FIELDS,
    REDIS_PASSWORD,
    WEB_TOKEN,
    configure,
    relay_of,
    secret_fields,
    watched_redis,
)
from tests.support.daemon import Daemon, command, eventually
from tests.support.desk import Desk, logged, says
from tests.support.http import FaultServer
from tests.support.processes import descendants
from tests.support.redis import RedisServer, bundled_binary, system_binary
from tests.support.slack import PATH, FakeSlack, Reply


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


@asynccontextmanager
async def failing(folder: Path, redis: str) -> AsyncIterator[tuple[Desk, Daemon]]:
    """Run a daemon with every canary, for which everything fails, and wait until all of that has happened."""
    with FaultServer() as world, relay_of(folder) as (relay, ca, box):
        async with FakeSlack() as slack:
            desk = Desk(folder, world)
            configure(desk, slack, relay, ca, box, redis)
            slack.script(Reply(404, f"no_service at {PATH}"), Reply(500, f"cannot post to {slack.url}"))
            async with desk.daemon(env={"ALERTD_FAILPOINT": "match.read:1:raise"}) as daemon:
                for receiver in ("echoes", "gateway", "bot", "signed", "mail"):
                    await eventually(says(daemon, "dead_letter", receiver=receiver), f"{receiver} refuses")
                await eventually(says(daemon, "receiver_parked", receiver="slack"), "slack is gone")
                await eventually(says(daemon, "slack_socket_not_opened", receiver="bot"), "no socket opens")
                await eventually(says(daemon, "delivery_retried", receiver="nobody"), "nobody is there")
                await eventually(desk.fired("Vega leases Orion", "Lyra leases Atlas"), "one receiver works")
                for source in ("page", "refused", "mailbox", "site", "api-items"):
                    await eventually(desk.told("source_failing", source), f"{source} fails")
                await eventually(says(daemon, "heartbeat_failed"), "the heartbeat is refused")
                yield desk, daemon


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def outputs(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Outputs]:
    folder = tmp_path_factory.mktemp("secrets")
    with watched_redis() as (redis, address):
        async with failing(folder, address) as (desk, daemon):
            said = Outputs(daemon)
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
            said.texts["store"] = contents(redis, REDIS_PASSWORD)
        said.texts["log"] = daemon.log.read_text()
        said.texts["messages"] = json.dumps(desk.messages())
        said.files(daemon.state_dir, redis.folder)
        said.texts["backup"] = (folder / "copy.tar").read_bytes().decode("latin-1")
        yield said


PAGES = ("/healthz", "/readyz", "/metrics", "/v1/status", "/v1/alerts", "/v1/silences", "/v1/nothing")
OWN_SECRETS = ("web.token", "links.key")
"""Files of the state directory that hold nothing but a secret, for alertd's user alone."""


def contents(server: RedisServer, password: str | None = None) -> str:
    """Read every key of a Redis as text: its files are compressed here and there."""
    found: list[Any] = []
    with client.Redis(
        unix_socket_path=str(server.socket), password=password, encoding="latin-1", decode_responses=True
    ) as asked:
        ways = {
            "string": asked.get, "hash": asked.hgetall, "set": asked.smembers,
            "list": lambda key: asked.lrange(key, 0, -1),
            "zset": lambda key: asked.zrange(key, 0, -1, withscores=True), "stream": asked.xrange,
        }  # fmt: skip
        found = [(key, ways[asked.type(key)](key)) for key in sorted(asked.scan_iter())]
    text = "\n".join(f"{key} {value}" for key, value in found)
    assert "Vega leases Orion" in text
    return text


def unpacked(path: Path) -> str:
    """Give the text of a file of the archive."""
    with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True) as reader:
        return reader.read().decode("latin-1")


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("name", CANARIES)
async def test_no_output_shows_a_secret(outputs: Outputs, name: str) -> None:
    found = []
    for where, text in outputs.texts.items():
        at = text.find(CANARIES[name])
        if at >= 0:
            found.append(f"{where}: …{text[max(at - 100, 0) : at + 60]}…")
    assert found == []


async def test_each_field_of_the_settings_that_takes_a_secret_has_one() -> None:
    assert set(secret_fields()) == set(FIELDS)


async def test_a_backup_of_the_own_store_holds_no_secret(tmp_path: Path) -> None:
    async with failing(tmp_path, "embedded"):
        code, _, err = await command("backup", "copy.tar", folder=tmp_path)
        assert code == 0, err
    (tmp_path / "restored").mkdir()
    with tarfile.open(tmp_path / "copy.tar") as tar:
        members = [member for member in tar.getmembers() if member.name not in OWN_SECRETS]
        said = {member.name: tar.extractfile(member).read().decode("latin-1") for member in members}  # type: ignore[union-attr]
    assert "redis/appendonly.aof" in said
    (tmp_path / "restored/appendonly.aof").write_bytes(said["redis/appendonly.aof"].encode("latin-1"))
    with RedisServer(system_binary() or bundled_binary(), folder=tmp_path / "restored") as redis:
        said["store"] = contents(redis)
    assert [(name, where) for name, text in CANARIES.items() for where, held in said.items() if text in held] == []


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
