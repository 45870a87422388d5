"""How commands reach the store of the daemon that works in the same state directory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from alertd.cli.output import environment
from alertd.errors import StoreUnavailable
from alertd.settings import Settings, load_settings
from alertd.store.embedded import socket_url
from alertd.store.redis import RedisStore, open_store


def settings_of(config: Path | None) -> Settings:
    """Load the settings for a command. Raises ConfigError."""
    return load_settings(config, environment()).settings


@asynccontextmanager
async def command_store(settings: Settings) -> AsyncIterator[RedisStore]:
    """Open the store that the running daemon uses. Raises StoreUnavailable, saying what to start."""
    url = settings.redis.reveal()
    if url == "embedded":
        found = socket_url(settings.state_dir)
        if found is None:
            raise StoreUnavailable(f"no alertd runs in {settings.state_dir}; start it with: alertd run")
        url = found
    store = await open_store(url, settings.namespace, name="command")
    try:
        await store.ping()
        yield store
    finally:
        await store.aclose()
