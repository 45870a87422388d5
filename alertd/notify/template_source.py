"""A template in the settings: a file beside alertd.yaml, or its text; read and compiled when settings are loaded.

template: templates/desk.j2
template: {file: templates/desk.json.j2}
template: |
  {{ lines.headline }}
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Protocol, Self

from pydantic import BeforeValidator, Field, PrivateAttr, WithJsonSchema, model_validator

from alertd.base.config import ConfigModel
from alertd.base.yaml import Document
from alertd.base.yaml import Path as At
from alertd.errors import Fault
from alertd.notify.template_language import Form
from alertd.notify.templates import MAX_SOURCE, BadTemplate, Template

_JSON = re.compile(r"(?:\s|\{#.*?#\})*(?:\[|\{(?![{%#]))", re.DOTALL)


class TemplateSource(ConfigModel):
    """Where a template stands."""

    file: str | None = None
    """A file, relative to the folder of alertd.yaml."""
    inline: str | None = None
    """The template itself."""

    _text: str | None = PrivateAttr(default=None)
    _name: str = PrivateAttr(default="")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.file is None) == (self.inline is None):
            raise ValueError("write the name of a file, or `inline:` and the template itself")
        return self

    @property
    def text(self) -> str:
        """The template. Empty before `read`."""
        return (self.inline if self.inline is not None else self._text) or ""

    @property
    def name(self) -> str:
        """What a fault in it is told of: the file, or that it stands in the settings."""
        return self._name or self.file or "the template in the settings"

    def read(self, folder: Path) -> None:
        """Read the file. Raises OSError, and UnicodeDecodeError for what is no UTF-8."""
        if self.file is None:
            return
        path = folder / self.file
        self._name = str(path)
        with path.open("rb") as stream:
            self._text = stream.read(MAX_SOURCE + 1).decode("utf-8")

    @property
    def is_json(self) -> bool:
        """Whether it writes JSON: by the file's name (`.json.j2`), or because it begins like JSON."""
        suffixes = Path(self.file).suffixes if self.file else []
        return ".json" in suffixes or _JSON.match(self.text) is not None

    def compiled(self, form: Form) -> Template:
        """Compile it. Raises BadTemplate."""
        return Template(self.text, form, self.name)


def _read_source(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    inline = "\n" in value or "{{" in value or "{%" in value
    return {"inline": value} if inline else {"file": value}


_SCHEMA = {
    "anyOf": [
        {"type": "string", "description": "A file beside alertd.yaml, or the template itself."},
        {
            "type": "object",
            "properties": {"file": {"type": "string"}, "inline": {"type": "string"}},
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        },
    ]
}

Source = Annotated[TemplateSource, BeforeValidator(_read_source), WithJsonSchema(_SCHEMA)]


class MailTemplates(ConfigModel):
    """What of a mail is the desk's own; what is left out stays as it is."""

    subject: Source | None = None
    """One line. Mail clients thread by it: of one alert it should stay the same."""
    text: Source | None = None
    """The part in plain text."""
    html: Source | None = None
    """The part in HTML; without one, a mail with a `text` of its own has no HTML."""


def _read_mail(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) or (isinstance(value, dict) and "file" in value) else value


Mails = Annotated[MailTemplates, BeforeValidator(_read_mail), Field(), WithJsonSchema({
    "anyOf": [*_SCHEMA["anyOf"], {
        "type": "object",
        "properties": {"subject": _SCHEMA, "text": _SCHEMA, "html": _SCHEMA},
        "additionalProperties": False,
        "minProperties": 1,
    }]
})]  # fmt: skip

Templates = Mapping[tuple[str, ...], tuple[TemplateSource, Form]]
"""Where it stands in a receiver's settings -> the template, and what it writes."""


class HasTemplates(Protocol):
    """A receiver's settings, as far as templates are concerned."""

    @property
    def templates(self) -> Templates:
        """Its own templates."""
        ...


def template_files(receivers: Iterable[HasTemplates]) -> frozenset[Path]:
    """Give the files that templates were read from: a reload takes them when they change."""
    sources = (source for receiver in receivers for source, _ in receiver.templates.values())
    return frozenset(Path(source.name) for source in sources if source.file is not None)


def load_templates(receivers: Sequence[HasTemplates], doc: Document, folder: Path) -> Iterator[Fault]:
    """Read and compile the templates of receivers; gives what is wrong, in a file at the file's own line."""
    for number, receiver in enumerate(receivers):
        for key, (source, form) in receiver.templates.items():
            at: At = ("receivers", number, *key)
            try:
                source.read(folder)
                source.compiled(form)
            except BadTemplate as error:
                if source.file is not None:
                    yield Fault(source.name, error.line, error.column, error.message)
                else:
                    place = _known(doc, at, "inline")
                    yield doc.fault(place, f"line {error.line} of the template: {error.message}")
            except (OSError, UnicodeDecodeError) as error:
                why = (error.strerror if isinstance(error, OSError) else "it is no UTF-8") or str(error)
                yield doc.fault(_known(doc, at, "file"), f"the template {source.name} cannot be read: {why}")


def _known(doc: Document, at: At, last: str) -> At:
    """Give the place of a key if it is written, else that of what it would stand in."""
    return (*at, last) if doc.node((*at, last)) is not None else at
