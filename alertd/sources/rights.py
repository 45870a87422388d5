"""What a user writes about the terms of a source, `rights:`; what follows from it stands in `alerts/rights.py`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Annotated, Any, Protocol

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from alertd.base import suggest
from alertd.base.config import ConfigModel, Duration, UserId
from alertd.base.yaml import Document, Path
from alertd.errors import Fault
from alertd.model import Rights
from alertd.rules.book import Portfolio

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


class Walled(Protocol):
    """A source, as far as its walls go."""

    @property
    def id(self) -> str:
        """Its name."""

    @property
    def desk(self) -> str | None:
        """Whose it is."""

    @property
    def rights(self) -> RightsConfig | None:
        """What its terms allow."""


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


def unheard(doc: Document, sources: Sequence[Walled], portfolios: Sequence[Portfolio]) -> Iterator[Fault]:
    """Name walls behind which nobody hears: a desk without a portfolio, receivers that no portfolio of it names."""
    places = {item.get("id"): at for at, item in doc.items(("sources",))}
    told: dict[str | None, set[str]] = {}
    """Desk -> the receivers that its portfolios name; None: those of all portfolios."""
    for portfolio in portfolios:
        for desk in {None, portfolio.desk}:
            told.setdefault(desk, set()).update(portfolio.tells())
    for source in sources:
        at = places.get(source.id, ())
        if source.desk is not None and source.desk not in told:
            whose = f"no portfolio belongs to desk `{source.desk}`"
            message = f"{whose}, so no rule is asked about items of source `{source.id}`"
            near = suggest.hint(source.desk, sorted(desk for desk in told if desk is not None))
            hint = near or f"write `desk: {source.desk}` in a portfolio, or take it out here"
            yield doc.fault((*at, "desk"), message, hint, severity="warning")
        else:
            yield from _untold(doc, at, source, told.get(source.desk, set()))


def _untold(doc: Document, at: Path, source: Walled, told: Collection[str]) -> Iterator[Fault]:
    whose = f"no portfolio of desk `{source.desk}`" if source.desk is not None else "no portfolio"
    for i, name in enumerate(source.rights.receivers if source.rights is not None else ()):
        if name not in told:
            message = f"rights: {whose} names receiver `{name}`, so it is not told of items of source `{source.id}`"
            near = suggest.closest(name, sorted(told))
            hint = f"did you mean `{near}`?" if near else "name it under `receivers:` of one, or take it out here"
            yield doc.fault((*at, "rights", "receivers", i), message, hint, severity="warning")


def _accepts(receiver: dict[str, Any]) -> str:
    return str(receiver.get("accepts") or ("public" if receiver.get("type") in _OUTSIDE else "internal"))
