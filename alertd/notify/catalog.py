"""The one table of receivers. A new one is a file with its config model, and a line here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from alertd.notify.config import ReceiverConfig
from alertd.notify.console import ConsoleConfig, ConsoleNotifier
from alertd.notify.email import EmailConfig, EmailNotifier
from alertd.notify.protocol import Notifier, NotifierDeps
from alertd.notify.slack import SlackConfig, SlackNotifier
from alertd.notify.webhook import WebhookConfig, WebhookNotifier


class _Receiver(NamedTuple):
    model: type[ReceiverConfig]
    notifier: Callable[[Any, NotifierDeps], Notifier]


_RECEIVERS: dict[str, _Receiver] = {
    "slack": _Receiver(SlackConfig, SlackNotifier),
    "email": _Receiver(EmailConfig, EmailNotifier),
    "webhook": _Receiver(WebhookConfig, WebhookNotifier),
    "console": _Receiver(ConsoleConfig, ConsoleNotifier),
}

RECEIVER_MODELS: dict[str, type[ReceiverConfig]] = {name: row.model for name, row in _RECEIVERS.items()}
"""Type name, as in `type: slack` -> config model."""


def build_notifier(config: ReceiverConfig, deps: NotifierDeps) -> Notifier:
    """Make the notifier of a configured receiver. Opens nothing yet. Raises ConfigError where `smtp` is missing."""
    return _RECEIVERS[config.type].notifier(config, deps)
