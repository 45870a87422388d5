"""Who is told and by what, as the settings say: the notifier of each receiver, and the operator's receivers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from alertd.base.clock import system_clock
from alertd.history.replay.stage import staged
from alertd.history.replay.staging import Staging
from alertd.net.client import HttpClient
from alertd.notify.catalog import build_notifier
from alertd.notify.links import Links
from alertd.notify.protocol import Notifier, NotifierDeps
from alertd.settings import Settings
from alertd.store.redis import RedisStore
from alertd.workers.notices import Desks


def notifiers_of(
    settings: Settings,
    http: HttpClient,
    store: RedisStore,
    links: Links | None,
    template_failed: Callable[[str, str, str], None],
    staging: Staging | None = None,
) -> list[tuple[str, Notifier]]:
    """Make the notifier of each receiver, in a replay on its stage.

    Raises ConfigError where an email receiver has no relay.
    """
    deps = NotifierDeps(
        http=http,
        smtp=settings.smtp,
        links=links,
        turns=store if staging is None else None,
        template_failed=template_failed,
        clock=system_clock,
    )
    made = [(receiver.id, build_notifier(receiver, deps)) for receiver in settings.receivers]
    return made if staging is None else staged(made, staging)


def operator_modes(settings: Settings) -> dict[str, Any]:
    """Give the operator's receivers with the mode of their queue."""
    return {receiver.id: receiver.mode for receiver in settings.receivers if receiver.id in settings.operator}


def desks_of(settings: Settings) -> Desks:
    """Say which sources and receivers are a desk's own."""
    return Desks(
        receivers={receiver.id: receiver.desk for receiver in settings.receivers if receiver.desk is not None},
        sources={source.id: source.desk for source in settings.sources if source.desk is not None},
    )
