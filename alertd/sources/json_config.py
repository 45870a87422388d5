"""The settings of `type: json`: an address, and paths that say where in its JSON everything stands."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self
from urllib.parse import parse_qsl

import msgspec
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from alertd.base.config import ConfigModel, Duration, Timezone, as_list
from alertd.base.ids import mark
from alertd.base.secrets import Secret, is_confidential
from alertd.sources.article_config import ArticleKeys
from alertd.sources.document import DocumentConfig
from alertd.sources.events import SourceFacts
from alertd.sources.json_path import Path, compile_path
from alertd.sources.json_text import compile_piece
from alertd.sources.json_times import TimeForm, check_written

_PARAM = re.compile(r"[^\x00-\x20&=#\x7f-\x9f]{1,100}")
_PLACEHOLDER = re.compile(r"\{([A-Za-z_]{1,40})\}")
_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
SINCE = "{since}"
"""What stands in a parameter for the time of the newest item that was read."""


def _check_path(text: str) -> str:
    compile_path(text)
    return text


def _check_piece(text: str) -> str:
    compile_piece(text)
    return text


def _check_naming(way: list[str]) -> list[str]:
    """Refuse a name that is the same for all rows: they would all be revisions of one event."""
    for piece in way:
        if not any(isinstance(part, Path) for part in compile_piece(piece).parts):
            word = piece.strip("{} ")
            hint = f"did you mean `$.{word}`?" if _NAME.fullmatch(word) else "write paths in it, such as {$.id}"
            raise ValueError(f"{piece[:60]!r} has no path in it, so all rows would be one item: {hint}")
    return way


def _check_value(value: Secret) -> Secret:
    """Refuse what cannot be sent. The value is not quoted: it may be a key."""
    text = value.reveal()
    if not text.isprintable():
        raise ValueError("it holds a line break or another control character")
    if any(word != "since" for word in _PLACEHOLDER.findall(text)):
        raise ValueError(f"the word in braces is no placeholder: did you mean {SINCE}? There is no other")
    return value


def _check_param(name: str) -> str:
    if not _PARAM.fullmatch(name):
        raise ValueError(f"{name[:60]!r} is no name of a parameter")
    return name


PathText = Annotated[str, AfterValidator(_check_path), Field(max_length=500)]
"""A JSON path (RFC 9535), as `$.data.items`."""
Way = Annotated[
    list[Annotated[str, AfterValidator(_check_piece), Field(min_length=1, max_length=1_000)]],
    BeforeValidator(as_list),
    Field(min_length=1, max_length=10),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
"""How a field is made: a path, a constant, a text with paths `{$.a}` in it, or a list of these."""
ParamName = Annotated[str, AfterValidator(_check_param)]
ParamValue = Annotated[
    Secret,
    AfterValidator(_check_value),
    WithJsonSchema({"anyOf": [{"type": kind, "writeOnly": True} for kind in ("string", "number", "boolean")]}),
]
"""What a parameter is set to: a text, or a figure or a word of YAML, which is sent as it is written."""


class FieldsConfig(ConfigModel):
    """Where the fields of an item stand in its row: in these paths `$` is the row."""

    id: Annotated[Way, AfterValidator(_check_naming)] | None = None
    """What names the item: the same at each poll. Without one its url does, else title and text."""
    title: Way | None = None
    body: Way | None = None
    """Its text, HTML or plain; several paragraphs are joined."""
    summary: Way | None = None
    """A summary, put before the body unless the body begins with it."""
    url: Way | None = None
    """Where a person can read it; relative to the source's url."""
    published: Way | None = None
    updated: Way | None = None
    accepted: Way | None = None
    """Of a filing: when it was accepted."""
    language: Way | None = None
    authors: Way | None = None
    categories: Way | None = None
    tickers: Way | None = None
    """Tickers of the companies that it is about; bare ones are American unless `exchange` says otherwise."""
    exchange: Way | None = None
    """The exchange of the tickers, as NASDAQ or XETR."""
    isins: Way | None = None
    ciks: Way | None = None
    form: Way | None = None
    """Of a filing: its form."""
    items: Way | None = None
    """Of an 8-K: its items; only the numbers are taken."""
    accession: Way | None = None
    filers: Way | None = None
    """Of a filing: the names of who filed it, in the order of `ciks`."""
    withdrawn: Way | None = None
    """Anything but nothing, false, no and 0 says that the item was taken back."""


def given(fields: FieldsConfig) -> dict[str, list[str]]:
    """Give the fields that are there, with how they are made."""
    return {name: way for name in FieldsConfig.model_fields if (way := getattr(fields, name)) is not None}


class PagingConfig(ConfigModel):
    """How to come to the next page: exactly one of `next`, `link`, `page`, `offset`, `cursor`."""

    next: PathText | None = None
    """Path of the next page's address, in the document."""
    link: bool = False
    """The HTTP header Link names it, as rel=next (RFC 8288)."""
    page: ParamName | None = None
    """Parameter that takes the page's number."""
    offset: ParamName | None = None
    """Parameter that takes the number of items before the page."""
    cursor: ParamName | None = None
    """Parameter that takes a token of the page before…"""
    at: PathText | None = None
    """…which stands there."""
    keep: bool = False
    """Begin the next poll with the last token: the vendor gives what is new since."""
    first: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    """Number of the first page (1) or offset (0)."""
    most: Annotated[int, Field(ge=1, le=200)] = 10
    """Pages of one poll; the next one goes on where it ended."""
    until: Literal["known", "end"] | None = None
    """Stop at a page that ends with a known item, or at the last page: so where `{since}` or `keep` is used."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [name for name in ("next", "link", "page", "offset", "cursor") if getattr(self, name)]
        if len(ways) != 1:
            found = " and ".join(ways) if ways else "none"
            raise ValueError(
                f"pages are found by exactly one of next, link, page, offset and cursor; here by {found}"
            )
        if (self.cursor is None) is not (self.at is None):
            raise ValueError("`cursor` names the parameter and `at` the path of the token: the one needs the other")
        if self.keep and not self.cursor:
            raise ValueError("`keep` keeps a token, so it needs `cursor` and `at`")
        if self.first is not None and not (self.page or self.offset):
            raise ValueError("`first` is the number of the first page: it needs `page` or `offset`")
        return self


def _check_since(form: str) -> str:
    return form if form in ("rfc3339", "epoch", "epoch_ms") else check_written(form)


class SinceConfig(ConfigModel):
    """How `{since}` in a parameter is written: the time of the newest item read, less some overlap."""

    format: Annotated[str, AfterValidator(_check_since), Field(max_length=80)] = "rfc3339"
    """`rfc3339`, `epoch`, `epoch_ms`, or a form such as %Y%m%dT%H%M."""
    timezone: Timezone = "UTC"
    """Of a form."""
    overlap: Annotated[Duration, Field(ge=0, le=30 * 86_400)] = 3_600.0
    """How much of what was read is asked for again: items come late and out of order."""
    first: Annotated[Duration, Field(ge=0, le=365 * 86_400)] = 86_400.0
    """How far back the first poll asks."""


class JsonConfig(DocumentConfig, ArticleKeys):
    """An API that answers with JSON: an entry of `sources:` with `type: json`."""

    type: Literal["json"]
    params: dict[ParamName, ParamValue] = Field(default_factory=dict)
    """Parameters of the query, keys among them as `${NAME}`; `{since}` is the time of the newest item read."""
    rows: Annotated[PathText, Field(alias="list")] = "$"
    """Path of the list of items."""
    fields: FieldsConfig
    state: list[str] = Field(default_factory=list, max_length=20)
    """Rows are states of what `id` names: a change of these fields, or paths in the row, makes a revision."""
    required: list[str] | None = None
    """Fields without which a row is no item: `id` and `title`, as far as they are there."""
    times: list[TimeForm] = Field(default_factory=lambda: ["auto"], min_length=1, max_length=5)
    """Forms of times, tried in turn."""
    timezone: Timezone = "UTC"
    """Of times that name none."""
    error_when: dict[PathText, str] = Field(default_factory=dict)
    """Path in the document -> text there that makes the answer an error; an empty text: anything that is there."""
    paging: PagingConfig | None = None
    since: SinceConfig = SinceConfig()

    @field_validator("fields")
    @classmethod
    def _named(cls, fields: FieldsConfig) -> FieldsConfig:
        if not {"id", "url", "title", "body"} & given(fields).keys():
            raise ValueError("`fields` needs at least one of id, url, title and body")
        return fields

    @field_validator("state", "required")
    @classmethod
    def _there(cls, names: list[str] | None, info: ValidationInfo) -> list[str] | None:
        fields = info.data.get("fields")
        if fields is None:  # a fault of its own
            return names
        known, key = given(fields), info.field_name
        if key == "state" and names and "id" not in known:
            raise ValueError("`state` says that rows change under their name, so `fields` needs an `id`")
        for name in names or ():
            if key == "state" and name.startswith("$"):
                compile_path(name)
            elif name not in known:
                raise ValueError(f"`{key}` names {name[:60]!r}, which is none of the `fields` that are there")
        return names

    def given(self) -> dict[str, list[str]]:
        """Give the fields that are there, with how they are made."""
        return given(self.fields)

    @property
    def asks_since(self) -> bool:
        """Whether it asks for what came since the newest item that was read."""
        return any(SINCE in value.reveal() for value in self.params.values())

    @property
    def to_the_end(self) -> bool:
        """Whether all pages are read, and not only those down to a known item."""
        if self.paging is None:
            return False
        return (self.paging.until or ("end" if self.asks_since or self.paging.keep else "known")) == "end"

    @property
    def address(self) -> str:
        """The url without its query, and a fingerprint of what is asked for there and of what names an item."""
        url, _, query = self.url.partition("?")
        params = [*parse_qsl(query), *((name, value.reveal()) for name, value in self.params.items())]
        asked = sorted(f"{name}={value}" for name, value in params if not is_confidential(name, value))
        return f"{url}#{mark(*asked, '', self.rows, *(self.fields.id or self.fields.url or []))}"

    def facts(self) -> SourceFacts:
        """Give what its events say of it, and how its documents are read."""
        paging = self.paging
        required = self.required if self.required is not None else [n for n in ("id", "title") if n in self.given()]
        reads = {
            "list": self.rows,
            "fields": self.given(),
            "state": self.state,
            "required": required,
            "times": self.times,
            "timezone": self.timezone,
            "errors": self.error_when,
            "next": (paging.next or paging.at or "") if paging else "",
            "articles": self.articles(self.url),
        }
        return msgspec.structs.replace(super().facts(), full_text=self.full_text, reads=reads)
