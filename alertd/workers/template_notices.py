"""Counts messages that templates could not write, and tells the operator, once for each version of a template."""

from __future__ import annotations

import asyncio

from alertd import telemetry
from alertd.workers.notices import Notices


class TemplateNotices:
    """Takes failures from the notifiers, which render and cannot wait."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices
        self._told: set[tuple[str, str]] = set()
        self._telling: set[asyncio.Task[bool]] = set()

    def failed(self, receiver: str, version: str, why: str) -> None:
        """Queue a notice, unless this process has told of that version; others that did give it the same id."""
        telemetry.TEMPLATE_FAILURES.labels(receiver=receiver).inc()
        if (receiver, version) in self._told:
            return
        self._told.add((receiver, version))
        text = f"The template of {receiver} failed, so its built-in message was sent: {why}"
        task = asyncio.get_running_loop().create_task(
            self._notices.tell("template_failed", receiver, text, version), name="template-notice"
        )
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)
