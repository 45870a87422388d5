"""The one table of sources: the name that settings use -> the model of its settings, and its parser.

A new source touches two files: its own and this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from alertd.base.config import ConfigModel
from alertd.model import ParsedFeed
from alertd.sources.article import parse_article
from alertd.sources.edgar import EdgarConfig, parse_page
from alertd.sources.edgar_header import parse_header
from alertd.sources.edgar_index import parse_index
from alertd.sources.edgar_submissions import parse_submissions
from alertd.sources.events import SourceFacts
from alertd.sources.feed import FeedConfig, parse_feed
from alertd.sources.files import FilesConfig, parse_file
from alertd.sources.filing_event import parse_documents, parse_filing
from alertd.sources.guard import Guard
from alertd.sources.json_config import JsonConfig
from alertd.sources.json_source import parse_json
from alertd.sources.mail import MailConfig, parse_mail
from alertd.sources.page import PageConfig, parse_listing
from alertd.sources.push import PushConfig, parse_push
from alertd.sources.robots import parse_robots


class Parse(Protocol):
    """Makes candidates of a document; pure. Raises ParseFailed."""

    def __call__(
        self,
        body: bytes,
        content_type: str | None,
        base_url: str,
        source: SourceFacts,
        seen_at_ms: int,
        http_date: str | None,
        guard: Guard,
    ) -> ParsedFeed:
        """Parse one document."""
        ...


@dataclass(frozen=True, slots=True)
class SourceType:
    """A kind of source."""

    config: type[ConfigModel]
    parse: Parse


SOURCE_TYPES: Mapping[str, SourceType] = MappingProxyType(
    {
        "feed": SourceType(FeedConfig, parse_feed),
        "edgar": SourceType(EdgarConfig, parse_page),
        "mail": SourceType(MailConfig, parse_mail),
        "page": SourceType(PageConfig, parse_listing),
        "files": SourceType(FilesConfig, parse_file),
        "json": SourceType(JsonConfig, parse_json),
        "push": SourceType(PushConfig, parse_push),
    }
)

_PARTS: Mapping[str, Parse] = MappingProxyType(
    {
        "robots": parse_robots,
        "edgar-index": parse_index,
        "edgar-submissions": parse_submissions,
        "edgar-header": parse_header,
        "filing-index": parse_documents,
        "filing-text": parse_filing,
        "article": parse_article,
    }
)
"""Documents that are read for a source and are no page of it, by names that no source type has."""

PARSERS: Mapping[str, Parse] = MappingProxyType(
    {name: one.parse for name, one in SOURCE_TYPES.items()} | dict(_PARTS)
)
"""What a parse worker can be asked for."""

SourceConfig = FeedConfig | EdgarConfig | MailConfig | PageConfig | FilesConfig | JsonConfig | PushConfig
"""What an entry of `sources:` can be, told apart by `type`."""
