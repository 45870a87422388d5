"""A desk's own message: a template, compiled once, filled with what a message says. Pure.

    source -> Template (faults with their line) -> fill(message) -> the text, or TemplateFailed: then the built-in one

What a template can name is what webhooks get as JSON, and `lines`, the built-in message in parts; docs/templates.md.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from jinja2 import TemplateError, TemplateSyntaxError, nodes
from jinja2.meta import find_undeclared_variables

from alertd.base import suggest
from alertd.model import Message
from alertd.notify.message import compose
from alertd.notify.payload import event_fields, json_data, without_receivers
from alertd.notify.plain import one_line
from alertd.notify.template_budget import Budget
from alertd.notify.template_filters import BUDGET
from alertd.notify.template_language import Form, Language

MAX_SOURCE = 65_536
"""Bytes of a template."""
MAX_OUTPUT = 65_536
"""Characters of what it writes."""

VARIABLES = (
    "type", "at", "receiver", "delivery", "reason", "dispatched_by", "portfolio_title", "timezone", "alert", "event",
    "notice", "coverage", "digest", "news", "loud", "told_before", "escalated_from", "stands_by", "replay", "lines",
    "values",
)  # fmt: skip
"""What a template can name, and nothing else."""
_FAILURES = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError)
"""What a template can raise that asks our own data for what it does not have."""


class BadTemplate(Exception):
    """A template cannot be read."""

    def __init__(self, message: str, line: int, column: int = 1) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


class TemplateFailed(Exception):
    """A template could be read, and not be filled with this message."""


class Template:
    """One template of one receiver."""

    def __init__(self, source: str, form: Form, name: str = "template") -> None:
        """Compile it; `name` is the file. Raises BadTemplate."""
        self.form, self.name = form, name
        self.version = hashlib.blake2b(f"{form}\n{source}".encode("utf-8", "replace"), digest_size=8).hexdigest()
        if len(source.encode("utf-8", "replace")) > MAX_SOURCE:
            raise BadTemplate(f"it is longer than {MAX_SOURCE >> 10} KiB", 1)
        language = Language(form)
        try:
            tree = language.parse(source, name, name)
            _known_variables(tree, name)
            self._compiled = language.from_string(source)
        except TemplateSyntaxError as error:
            raise BadTemplate(
                error.message or "it cannot be read", error.lineno, _column(source, error.lineno)
            ) from None
        except (RecursionError, SyntaxError, ValueError, OverflowError, MemoryError) as error:
            raise BadTemplate(f"it cannot be read: {one_line(str(error), 200) or type(error).__name__}", 1) from None

    def fill(self, values: Mapping[str, Any], budget: Budget) -> str:
        """Write it out. Raises TemplateFailed, saying where and why."""
        written: list[str] = []
        size = 0
        try:
            for piece in self._compiled.generate({**values, BUDGET: budget}):
                size += len(piece)
                if size > MAX_OUTPUT:
                    raise TemplateFailed(f"it writes more than {MAX_OUTPUT} characters")
                written.append(piece)
        except _FAILURES as error:
            raise TemplateFailed(one_line(f"{_line_of(error)}{error}", 300)) from error
        text = "".join(written)
        return self._checked(text) if self.form == "json" else text

    def _checked(self, text: str) -> str:
        if not text.strip():
            return ""
        try:
            json.loads(text)
        except (ValueError, RecursionError) as error:
            raise TemplateFailed(one_line(f"what it writes is no JSON: {error}", 300)) from error
        return text


def fill(template: Template, message: Message, now: int, values: Mapping[str, str] | None = None) -> str:
    """Fill a template with a message; `now` in ms, `values` as the settings give them. Raises TemplateFailed."""
    return template.fill(values_of(message, now) | {"values": dict(values or {})}, Budget(now, message.timezone))


def values_of(message: Message, now: int) -> dict[str, Any]:
    """Give what a template can name of a message, as plain data."""
    fields = {name: getattr(message, name) for name in VARIABLES if name not in ("alert", "event", "lines", "values")}
    values: dict[str, Any] = json_data(fields)
    values["alert"] = without_receivers(message.alert) if message.alert is not None else None
    values["event"] = event_fields(message) if message.event is not None else None
    values["lines"] = json_data(compose(message, now))
    return values


def _known_variables(tree: nodes.Template, name: str) -> None:
    unknown = (find_undeclared_variables(tree) | {"self"}) - set(VARIABLES)  # Jinja declares `self` by itself
    for node in tree.find_all(nodes.Name):
        if node.name in unknown:
            hint = suggest.hint(node.name, VARIABLES) or f"there are {', '.join(VARIABLES)}"
            raise TemplateSyntaxError(f"there is no variable `{node.name[:60]}`: {hint}", node.lineno, name)


def _column(source: str, line: int) -> int:
    """Give where the first tag of a line begins: Jinja tells lines alone."""
    lines = source.splitlines()
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    places = [place for tag in ("{{", "{%", "{#") if (place := text.find(tag)) >= 0]
    return min(places, default=0) + 1


def _line_of(error: BaseException) -> str:
    """Say in which line of the template something went wrong: Jinja gives its tracebacks the template's lines."""
    found, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            found = trace.tb_lineno
        trace = trace.tb_next
    return f"line {found}: " if found else ""
