"""The settings of sources whose items link to articles: whether their full text is fetched, and from where."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from alertd.base.config import ConfigModel
from alertd.sources.article import MISSING, has_articles
from alertd.sources.article_links import check_host


def _check_extra(wanted: bool) -> bool:
    if wanted and not has_articles():
        raise ValueError(MISSING)
    return wanted


class ArticleKeys(ConfigModel):
    """Keys of a source whose items link to articles. docs/full-text.md says which are fetched, and which never."""

    full_text: Annotated[bool, AfterValidator(_check_extra)] = False
    """Fetch the article behind the link too: the event goes out at once, its text follows as a revision."""
    full_text_hosts: Annotated[
        list[Annotated[str, AfterValidator(check_host)]], Field(default_factory=list, max_length=100)
    ]
    """Hosts, with those below them, from which articles may be fetched beside those of the source's own domain."""

    def articles(self, url: str) -> dict[str, Any]:
        """Say for the parse worker which links are followed; `url` is the source's own."""
        return {"own": urlsplit(url).hostname or "", "listed": list(self.full_text_hosts)}
