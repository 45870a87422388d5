"""What a user writes about the terms of a source, `rights:`; what follows from it stands in `alerts/rights.py`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from alertd.base import suggest
from alertd.base.config import ConfigModel, Duration, UserId
from alertd.base.yaml import Document
from alertd.errors import Fault
from alertd.model import Rights

_SHOW = re.compile(r"title|full|snippet:([1-9]\d{0,3})")
_PATTERN = f"^({_SHOW.pattern})$"
_WORDS = {"yes": True, "no": False}


def _checked_show(text: str) -> str:
    if not _SHOW.fullmatch(text):
        raise ValueError("write title, full, or snippet and its characters up to 9,999, such as snippet:200")
    return text


def _yes_or_no(value: Any) -> Any:
    """YAML 1.2 reads `no` as a word; terms are written with it all the same."""
    return _WORDS.get(value, value) if isinstance(value, str) else value


YesNo = Annotated[bool, BeforeValidator(_yes_or_no), WithJsonSchema({"enum": [True, False, "yes", "no"]})]


class RightsConfig(ConfigModel):
    """What the terms of a source allow. They are written into each of its events, and hold for it for good."""

    show: Annotated[str, AfterValidator(_checked_show), Field(json_schema_extra={"pattern": _PATTERN})] = "full"
    """How much of an item a message may show: `title`, `snippet:200` (so many characters of the body), `full`."""
    keep_body: Annotated[Duration, Field(ge=0)] | None = None
    """How long a body may be kept; shorter than `journal_keep` it never enters the journal. None: no limit."""
    model: YesNo = True
    """Whether a language model may read its items."""
    receivers: list[UserId] = Field(default_factory=list)
    """The only receivers that may be told of its items; empty: all that a portfolio names."""
    export: YesNo = True
    """Whether a webhook may carry text and quotes of its items, not only title, link and what alertd found."""

    def rights(self) -> Rights:
        """Give what an event carries of it."""
        sized = _SHOW.fullmatch(self.show)
        snippet = int(sized[1]) if sized is not None and sized[1] else 0
        return Rights(
            show="snippet" if snippet else "title" if self.show == "title" else "full",
            snippet=snippet,
            keep_body_s=None if self.keep_body is None else int(self.keep_body),
            model=self.model,
            export=self.export,
            receivers=list(self.receivers),
        )


_OUTSIDE = ("slack", "webhook")
"""Types of receivers that take public items only, unless they say `accepts: internal`."""


def faults(doc: Document) -> Iterator[Fault]:
    """Check the rights of sources against the receivers that there are."""
    receivers = {str(item.get("id")): item for _, item in doc.items(("receivers",))}
    public = [name for name, item in receivers.items() if _accepts(item) == "public"]
    for at, item in doc.items(("sources",)):
        rights = item.get("rights")
        named = rights.get("receivers") if isinstance(rights, dict) else None
        for i, name in enumerate(named if isinstance(named, list) else []):
            if str(name) not in receivers:
                where = (*at, "rights", "receivers", i)
                message = f"rights: there is no receiver `{doc.shown(where)}`"
                yield doc.fault(where, message, suggest.hint(str(name), list(receivers)))
        kind = item.get("classification")
        if kind == "restricted" and not named and not item.get("desk"):
            message = "a restricted source needs to say whose it is"
            yield doc.fault((*at, "classification"), message, "add `desk:`, or `rights: {receivers: [...]}`")
        if kind == "internal" and not named and public:
            message = f"its items are internal, and these receivers take public ones only: {', '.join(public)}"
            hint = "`accepts: internal` at a receiver lets them through"
            yield doc.fault((*at, "classification"), message, hint, severity="warning")


def _accepts(receiver: dict[str, Any]) -> str:
    return str(receiver.get("accepts") or ("public" if receiver.get("type") in _OUTSIDE else "internal"))
