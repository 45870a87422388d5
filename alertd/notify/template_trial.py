"""Tries the templates of receivers with one message of every kind, before a real one does. Pure but for the clock."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from alertd.base.yaml import Document
from alertd.base.yaml import Path as At
from alertd.errors import Fault
from alertd.notify.config import ReceiverConfig
from alertd.notify.samples import SAMPLES
from alertd.notify.template_source import TemplateSource
from alertd.notify.templates import Template, TemplateFailed, fill
from alertd.notify.webhook import WebhookConfig


def tried(receivers: Sequence[ReceiverConfig], operator: Collection[str], doc: Document, now: int) -> Iterator[Fault]:
    """Warn of kinds of messages that a template cannot write, so that the built-in one would stand in for it."""
    for number, receiver in enumerate(receivers):
        for key, (source, form) in receiver.templates.items():
            template = source.compiled(form)
            failures: dict[str, list[str]] = {}
            for name, why in _failures(template, receiver, receiver.id in operator, now):
                failures.setdefault(why, []).append(name)
            for why, names in failures.items():
                yield _warning(doc, ("receivers", number, *key), source, f"fails for {', '.join(names)}: {why}")


def _failures(template: Template, receiver: ReceiverConfig, is_operator: bool, now: int) -> Iterator[tuple[str, str]]:
    values = dict.fromkeys(receiver.values, "") if isinstance(receiver, WebhookConfig) else {}
    for name, make in SAMPLES.items():
        message = make(receiver.id, now)
        if (message.notice is not None and not is_operator) or (message.coverage and receiver.coverage is None):
            continue
        try:
            fill(template, message, now, values)
        except TemplateFailed as error:
            yield name, str(error)


def _warning(doc: Document, at: At, source: TemplateSource, text: str) -> Fault:
    hint = "the built-in message would be sent; ask first: {% if alert %}"
    return doc.fault(at, f"the template {text}", f"{hint}; alertd preview shows it", severity="warning")
