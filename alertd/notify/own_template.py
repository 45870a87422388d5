"""A receiver's own template at work: what it wrote, or that the built-in message has to stand in, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from alertd.model import Message
from alertd.notify.replayed import replayed_text, replayed_titles
from alertd.notify.template_language import Form
from alertd.notify.template_source import TemplateSource
from alertd.notify.templates import TemplateFailed, fill

log = structlog.get_logger(__name__)

SKIPPED = b"\x00"
"""Frozen in place of a message of which the template wrote nothing: there is nothing to send."""
NOTHING = "nothing to send: the template wrote nothing"
"""What the journal says then."""

Told = Callable[[str, str, str], None]
"""(receiver, version of the template, why): that a template failed. Called for each failure."""


@dataclass(frozen=True, slots=True)
class Written:
    """What came of a template."""

    text: str | None = None
    """None: there is no template, or it failed."""
    fault: str = ""
    """Why it failed, as small print under the built-in message says."""

    @property
    def nothing(self) -> bool:
        """Whether the template says that there is nothing to send."""
        return self.text is not None and not self.text.strip()


class OwnTemplate:
    """One template of one receiver; without a source it has nothing to say."""

    def __init__(
        self,
        receiver: str,
        source: TemplateSource | None,
        form: Form,
        told: Told | None,
        values: Mapping[str, str] | None = None,
    ) -> None:
        """`values`: what the settings give it beside the message. Raises BadTemplate, which loading has ruled out."""
        self._receiver, self._told, self._values = receiver, told, values
        self._template = source.compiled(form) if source is not None else None

    @property
    def form(self) -> Form | None:
        """What it writes; None where there is none."""
        return self._template.form if self._template is not None else None

    def write(self, message: Message, now: int, check: Callable[[str], object] = str) -> Written:
        """Fill it with a message; a failure is logged, and whoever counts and tells the operator hears of it.

        `check` looks at what was written, and raises TemplateFailed.
        """
        if self._template is None:
            return Written()
        try:
            said = replayed_titles(message) if message.replay else message
            text = fill(self._template, said, now, self._values)
            if message.replay and text.strip():
                text = replayed_text(text, self._template.form)
            if text.strip():
                check(text)
            return Written(text)
        except TemplateFailed as error:
            why = f"{self._template.name}: {error}"
            log.warning("template_failed", receiver=self._receiver, delivery=message.delivery, error=why)
            if self._told is not None:
                self._told(self._receiver, self._template.version, why)
            return Written(fault=f"The template of this receiver failed, so this is the built-in message: {error}")
