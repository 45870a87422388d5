"""The files that users write beside portfolios: event types, lists, fragments."""

from __future__ import annotations

import datetime
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from alertd.base.config import ConfigModel, UserId
from alertd.model import Severity
from alertd.rules.frames import MAX_FRAME, MAX_FRAMES
from alertd.rules.known import ListKind
from alertd.rules.test_entries import TestEntry

MAX_LIST = 10_000
MAX_KINDS = 20
"""Kinds of one event type."""
ROUTINE_FORMS = "routine-forms"
"""Name of the list of forms that only rules see which name a form."""
LIST_KINDS: tuple[ListKind, ...] = ("companies", "terms", "forms", "sources", "rates")

_WORD = re.compile(r"[a-z][a-z0-9_]{0,62}")
_CURRENCY = re.compile(r"[A-Z]{3}")


def _check_word(text: str) -> str:
    if not _WORD.fullmatch(text):
        raise ValueError("write lower-case letters, digits and `_`, such as compute_lease")
    return text


def _check_currency(text: str) -> str:
    if not _CURRENCY.fullmatch(text):
        raise ValueError("a currency is three capital letters, such as EUR")
    return text


Word = Annotated[str, AfterValidator(_check_word), Field(json_schema_extra={"pattern": f"^{_WORD.pattern}$"})]
"""`compute_lease`."""
FrameText = Annotated[str, Field(min_length=1, max_length=MAX_FRAME)]
Title = Annotated[str, Field(min_length=1, max_length=200)]
Currency = Annotated[str, AfterValidator(_check_currency), Field(json_schema_extra={"pattern": "^[A-Z]{3}$"})]


class EventTypeFile(ConfigModel):
    """An event type: how it is recognised, and the roles that companies play in it."""

    event_type: Word
    """Its name, unique among all files: lower-case letters, digits and `_`."""
    title: Title
    """What a person calls it."""
    roles: tuple[Word, ...] = ()
    """The roles that its parties may play."""
    severity: Severity | None = None
    """With which rules begin that say `severity: auto`; medium where it is left out."""
    confidence: Annotated[float, Field(gt=0, le=1)] = 0.9
    """How sure it is where the condition holds."""
    alone: bool = False
    """Where it is found in the words of an event, no other type is: what such an item tells, others have told."""
    when: Any
    """The condition on the event's words and origin; see docs/rules.md."""
    status: dict[Literal["denied", "rumoured", "reported"], Any] = Field(default_factory=dict)
    """When it is denied, rumoured or only reported; asked in this order. Where none holds, its clause says it."""
    kinds: Annotated[dict[Word, Any], Field(max_length=MAX_KINDS)] = Field(default_factory=dict)
    """Kind -> when it is of this kind; the first that holds counts."""
    frames: Annotated[tuple[FrameText, ...], Field(max_length=MAX_FRAMES)] = ()
    """How a sentence says who plays which role: `{lessor} lease {asset} to {lessee}`."""
    sure_frames: Annotated[tuple[FrameText, ...], Field(max_length=MAX_FRAMES)] = ()
    """Frames that suffice: one of them, with two known companies, reports the type where `when` does not hold."""
    tests: list[TestEntry] = Field(default_factory=list)
    """Events for which it should hold, or should not."""


class ListFile(ConfigModel):
    """A named list, of one kind of thing."""

    name: Annotated[UserId, Field(alias="list")]
    """Its name, unique among all files."""
    title: Annotated[str, Field(max_length=200)] = ""
    """What a person calls it."""
    desk: UserId | None = None
    """Only this desk may name it."""
    companies: Annotated[list[str], Field(min_length=1, max_length=MAX_LIST)] | None = None
    """Companies by ticker, CIK, id or declared name."""
    terms: Annotated[list[str], Field(min_length=1, max_length=MAX_LIST)] | None = None
    """Words and phrases, for `text` and `title`."""
    forms: Annotated[list[str], Field(min_length=1, max_length=MAX_LIST)] | None = None
    """Forms of filings."""
    sources: Annotated[list[str], Field(min_length=1, max_length=MAX_LIST)] | None = None
    """Ids of sources."""
    rates: Annotated[dict[Currency, Annotated[float, Field(gt=0)]], Field(min_length=1, max_length=500)] | None = None
    """What a unit of each currency is worth in `base`."""
    date: datetime.date | None = None
    """Of the rates."""
    base: Currency | None = None
    """Of the rates; USD if it is left out."""

    @model_validator(mode="after")
    def _one_kind(self) -> ListFile:
        given = [kind for kind in LIST_KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            raise ValueError("a list holds one of " + ", ".join(f"`{kind}`" for kind in LIST_KINDS))
        if given == ["rates"] and self.date is None:
            raise ValueError("rates need their `date`")
        if given != ["rates"] and (self.date or self.base):
            raise ValueError("`date` and `base` stand beside `rates`")
        return self


class FragmentsFile(ConfigModel):
    """Named conditions, for `use: name`."""

    desk: UserId | None = None
    """Only this desk may use them."""
    fragments: Annotated[dict[UserId, Any], Field(min_length=1, max_length=10_000)]
    """Name -> condition."""
