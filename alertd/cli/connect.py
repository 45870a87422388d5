"""How commands reach the store of the daemon that works in the same state directory."""

from __future__ import annotations

import asyncio
import json
import re
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from alertd.app.away import own_redis_away, runs
from alertd.app.reach import reach_from as reach_from
from alertd.app.state import RunState, read_run_states, working
from alertd.asking.reach import Named, Reach
from alertd.base.ids import USER_ID
from alertd.base.secrets import Secret
from alertd.base.users import closed_by, closed_words
from alertd.base.yaml import load_yaml
from alertd.cli.output import environment, told
from alertd.errors import ConfigError, StoreUnavailable
from alertd.settings import Settings, find_config, load_settings
from alertd.store.embedded import socket_url
from alertd.store.redis import RedisStore, open_store
from alertd.web.tls import local_context

WEB_S = 2.0
"""How long a daemon's web room may take to answer a command."""
PATIENCE_S = 4.0
"""How long Redis may take to greet a command; one of several servers is first to be found, which takes its time."""
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  nothing listens here
SEVERAL = re.compile(r"rediss?\+")


def settings_of(config: Path | None) -> Settings:
    """Load the settings for a command. Raises ConfigError."""
    return load_settings(config, environment()).settings


def reach_of(config: Path | None) -> Reach:
    """Load what a command needs that only asks the daemon. Raises ConfigError.

    Who is on call has not the receivers' secrets in the shell: what is wrong elsewhere in the file does not matter
    as long as the store can be found.
    """
    try:
        s = settings_of(config)
    except ConfigError as error:
        try:
            return _needed(find_config(config, environment()))
        except (ConfigError, OSError, ValueError, TypeError, KeyError, AttributeError):
            raise error from None
    return reach_from(s)


def _needed(path: Path) -> Reach:
    """Read the few keys that matter, as they stand; anything odd about them raises."""
    value = load_yaml(path.read_bytes(), str(path)).value
    env, folder = environment(), path.absolute().parent

    def plain_text(key: str, default: str) -> str:
        text = env.get(f"ALERTD_{key.upper()}", value.get(key, default))
        if not isinstance(text, str) or "${" in text:
            raise ValueError(key)
        return text

    def named(key: str) -> list[Named]:
        rows = (row for row in value.get(key, []) if USER_ID.fullmatch(row["id"]))
        return [Named(row["id"], row["type"], row.get("desk")) for row in rows]

    state_dir = folder / plain_text("state_dir", "./var")
    settings = value.get("archive")
    archive = settings.get("path") if isinstance(settings, dict) else None
    if archive is not None and (not isinstance(archive, str) or "${" in archive):
        raise ValueError("archive")
    return Reach(
        state_dir=state_dir,
        rules=folder / plain_text("rules", "./rules"),
        namespace=plain_text("namespace", "alertd"),
        redis=Secret(plain_text("redis", "embedded")),
        web_token=None,
        web_cert=None,
        sources=named("sources"),
        receivers=named("receivers"),
        archive=folder / archive if archive is not None else state_dir / "archive",
        relaxed=plain_text("redis_durability", "safe") == "relaxed",
    )


@asynccontextmanager
async def command_store(settings: Reach) -> AsyncIterator[RedisStore]:
    """Open the store that the running daemon uses. Raises StoreUnavailable, saying what to start, and StoreRefused
    for one that a newer version has changed."""
    store = await _opened(settings)
    try:
        await store.check_layout()
        yield store
    finally:
        await store.aclose()


async def _opened(settings: Reach) -> RedisStore:
    """Connect; what does not answer is told together with the daemons that wait for it."""
    url = settings.redis.reveal()
    own = url == "embedded"
    if own:
        found = socket_url(settings.state_dir)
        if found is None:
            if pids := working(settings.state_dir):
                raise StoreUnavailable(own_redis_away(settings.state_dir, pids))
            raise StoreUnavailable(f"no alertd runs in {settings.state_dir}; start it with: alertd run")
        url = found
    try:
        async with asyncio.timeout(None if SEVERAL.match(url) else PATIENCE_S):
            return await open_store(url, settings.namespace, name="command")
    except (StoreUnavailable, TimeoutError) as error:
        said = str(error) or f"Redis does not answer: not within {PATIENCE_S:g} s"
        if pids := working(settings.state_dir):
            said = own_redis_away(settings.state_dir, pids, said) if own else f"{runs(pids)}; {said}"
        raise StoreUnavailable(said) from error


def daemons_of(settings: Reach) -> list[RunState] | None:
    """Give the daemons that work in the state directory; None, and a line on stderr, where it is another user's.

    Raises PermissionError where their Redis is in there, too: then there is nobody to ask.
    """
    try:
        return read_run_states(settings.state_dir)
    except PermissionError:
        found = closed_by(settings.state_dir)
        if found is None or settings.redis.reveal() == "embedded":
            raise
        told(f"alertd: {closed_words(*found)}; this is what Redis knows")
        return None


def web_address(settings: Reach, daemon: RunState) -> str:
    """Give the address at which this machine asks a daemon: on loopback one that listens everywhere."""
    host, _, port = daemon.web.rpartition(":")
    host = host.strip("[]")
    host = EVERYWHERE.get(host, host)
    scheme = "http" if settings.web_cert is None else "https"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def live_status(settings: Reach, daemon: RunState) -> dict[str, Any] | None:
    """Ask a running daemon itself: it knows of polls that are not written down yet. None if it does not answer."""
    try:
        if not daemon.web:
            return None
        token = settings.web_token or Secret((settings.state_dir / "web.token").read_text().strip())
        headers = {"Authorization": f"Bearer {token.reveal()}"}
        known: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
        request = urllib.request.Request(f"{web_address(settings, daemon)}/v1/status", headers=headers)  # noqa: S310
        if settings.web_cert is not None:
            known.append(urllib.request.HTTPSHandler(context=local_context(settings.web_cert)))
        asking = urllib.request.build_opener(*known)
        with asking.open(request, timeout=WEB_S) as answer:
            found: dict[str, Any] = json.load(answer)
            return found
    except (OSError, ValueError, urllib.error.URLError):
        return None
