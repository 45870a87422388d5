"""The `page` source: a page of notices or press releases that has no feed, read by CSS selectors.

    bytes -> tree (html_tree) -> rows and their fields (page_rows) -> plain text, dates, links, names -> Candidates

Everything here is pure: the parse worker runs it with limits.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

import msgspec
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from alertd.base.config import ConfigModel, Timezone, as_list
from alertd.model import ParsedFeed
from alertd.rules.pattern import BadPattern, check_pattern
from alertd.sources.article_config import ArticleKeys
from alertd.sources.document import DocumentConfig
from alertd.sources.events import Seen, SourceFacts, candidates
from alertd.sources.guard import FREE, Guard
from alertd.sources.html_tree import Selector
from alertd.sources.links import absolute
from alertd.sources.page_rows import FIELDS, PageReads, PageRows, Pick, read_rows
from alertd.sources.pdf import MISSING, has_pdf
from alertd.sources.stated_dates import DateForm


def _check_match(pattern: str) -> str:
    try:
        check_pattern(pattern)
    except BadPattern as error:
        raise ValueError(f"{error}; {error.hint}" if error.hint else str(error)) from None
    return pattern


class PickConfig(ConfigModel):
    """Where a field of a row stands. A selector alone may be written as a text: `title: h3 a`."""

    select: Selector | None = None
    """CSS selector below the row; left out, the row itself."""
    attribute: Annotated[str, Field(pattern=r"^[A-Za-z_:][\w:.-]{0,60}$")] | None = None
    """The attribute that is wanted, such as datetime; left out, the text."""
    match: Annotated[str, AfterValidator(_check_match), Field(min_length=1, max_length=500)] | None = None
    """RE2 expression that takes a part of it: the first group, or all that it matches."""
    value: Annotated[str, Field(min_length=1, max_length=1_000)] | None = None
    """A constant, instead of all that."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.value is not None and (self.select or self.attribute or self.match):
            raise ValueError("`value` is a constant: it takes no select, attribute or match beside it")
        if self.value is None and not (self.select or self.attribute or self.match):
            raise ValueError("say where the field stands: `select`, `attribute` or `match`, or a constant `value`")
        return self

    def pick(self) -> Pick:
        """Give it as it goes to the parse worker."""
        return Pick(
            select=self.select or "", attribute=self.attribute or "", match=self.match or "", value=self.value or ""
        )


class DatePickConfig(PickConfig):
    """Where the date of a row stands, and how it is written."""

    format: Annotated[list[DateForm], BeforeValidator(as_list, json_schema_input_type=str | list[str])] = Field(
        default_factory=list, max_length=10
    )
    """Forms such as `%d/%m/%Y %H:%M`, the first that fits counts; left out, the usual ones are known."""
    timezone: Timezone = "UTC"
    """Whose clock it is where the date names no zone."""


def _short(value: Any) -> Any:
    return {"select": value} if isinstance(value, str) else value


Picked = Annotated[PickConfig, BeforeValidator(_short, json_schema_input_type=str | PickConfig)]
DatePicked = Annotated[DatePickConfig, BeforeValidator(_short, json_schema_input_type=str | DatePickConfig)]


class PageFields(ConfigModel):
    """Where the fields of a row stand."""

    title: Picked
    """Its title: a row without one is no item."""
    url: Picked | None = None
    """Its link, by default the `href`; left out, that of the title, else the first of the row."""
    id: Picked | None = None
    """What names it, where that is not its link."""
    date: DatePicked | None = None
    """When it was published."""
    body: Picked | None = None
    """Its text."""
    category: Picked | None = None
    """Its categories: all that is found."""
    author: Picked | None = None
    """Its authors: all that is found."""


def _check_pdf(wanted: bool) -> bool:
    if wanted and not has_pdf():
        raise ValueError(MISSING)
    return wanted


class PageConfig(DocumentConfig, ArticleKeys):
    """A page of notices to poll: an entry of `sources:` with `type: page`."""

    type: Literal["page"]
    list: Selector
    """CSS selector of the rows, one for each item."""
    fields: PageFields
    """Where the fields of a row stand."""
    empty: Selector | None = None
    """CSS selector of what the page shows when there is nothing to list; otherwise an empty list is an error."""
    pdf: Annotated[bool, AfterValidator(_check_pdf)] = False
    """Fetch the PDF file that an item links to: the event goes out at once, the text follows as a revision."""

    def facts(self) -> SourceFacts:
        """Give what its events say of it, and how it is read."""
        picks = {name: found.pick() for name in FIELDS if (found := getattr(self.fields, name)) is not None}
        date = self.fields.date
        reads = PageReads(
            list=self.list,
            empty=self.empty or "",
            forms=tuple(date.format) if date is not None else (),
            timezone=date.timezone if date is not None else "UTC",
            **picks,
        )
        plain = msgspec.to_builtins(reads) | {"pdf": self.pdf}
        if self.full_text:
            plain["articles"] = self.articles(self.url)
        return msgspec.structs.replace(super().facts(), full_text=self.full_text, reads=plain)


def parse_listing(
    body: bytes,
    content_type: str | None,
    base_url: str,
    source: SourceFacts,
    seen_at_ms: int,
    http_date: str | None,
    guard: Guard = FREE,
) -> ParsedFeed:
    """Make candidates of the rows of a page.

    Raises ParseFailed, with one sentence for a person, if it is no such page or has another layout than the settings
    say. `more` has `missing`, the fields that the settings ask for and no row has, and `linked`, whether any row has
    a link.
    """
    page = read_rows(body, content_type, base_url, msgspec.convert(source.reads, PageReads), guard)
    seen = Seen(source, page.base_url, seen_at_ms, hashlib.sha256(body).hexdigest(), http_date)
    awaited = _await_files(page) if source.reads.get("pdf") else {}
    made, rejected, duplicates = candidates(page.reading, seen, guard)
    return ParsedFeed(
        format="page",
        candidates=[msgspec.structs.replace(one, fetch=awaited.get(one.position, one.fetch)) for one in made],
        rejected=rejected,
        duplicates=duplicates,
        repaired="; ".join(dict.fromkeys(page.reading.notes)),
        more={"missing": page.missing, "linked": page.linked},
    )


def _await_files(page: PageRows) -> dict[int, str]:
    """Mark the rows that link to a PDF file as to be completed; gives the addresses by position."""
    awaited: dict[int, str] = {}
    for index, read in enumerate(page.reading.entries):
        link = absolute(read.entry.link, page.base_url)
        if link and urlsplit(link).path.lower().endswith(".pdf"):
            awaited[read.entry.position] = link
            page.reading.entries[index] = replace(read, more={"awaiting": "full_text"})
    return awaited
