"""Puts together what asks sources: one taker for each type, and what goes after full texts and EDGAR's gaps."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from alertd.base.clock import system_clock
from alertd.net.client import HttpClient
from alertd.settings import Settings
from alertd.sources.parsepool import ParsePool
from alertd.store.redis import RedisStore
from alertd.workers.article_fetch import ArticleFetch
from alertd.workers.edgar_gaps import EdgarGaps
from alertd.workers.edgar_gaps_fetch import LateFilings
from alertd.workers.edgar_pages import EdgarPages
from alertd.workers.edgar_poll import EdgarPoll
from alertd.workers.feed_poll import FeedPoll
from alertd.workers.files_poll import FilesPoll
from alertd.workers.filing_fetch import FilingFetch
from alertd.workers.full_text import FullText
from alertd.workers.intake import Intake
from alertd.workers.json_pages import JsonPages
from alertd.workers.json_poll import JsonPoll
from alertd.workers.mail_idle import MailIdle
from alertd.workers.mail_poll import MailPoll
from alertd.workers.notices import Notices
from alertd.workers.page_poll import PagePoll
from alertd.workers.poll import Taker
from alertd.workers.pressure import Pressure
from alertd.workers.progress import Progress
from alertd.workers.robots import Robots
from alertd.workers.sec_requests import SecRequests
from alertd.workers.source_health import SourceHealth


@dataclass(frozen=True, slots=True)
class Around:
    """What takers have around them, in one process."""

    store: RedisStore
    http: HttpClient
    sec: SecRequests
    notices: Notices
    progress: Progress
    pressure: Pressure
    mail_idle: MailIdle
    soon: Callable[[str], None]
    """Lets a source be polled at once."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What asks sources."""

    takers: dict[str, Taker]
    """By the type of source."""
    full_text: FullText
    gaps: EdgarGaps


def make_asking(
    around: Around, pool: ParsePool, intake: Intake, health: SourceHealth, settings: Settings, held: Collection[str]
) -> Asking:
    """Make it; nothing is begun. `held`: whose filings are asked for first where there is a gap."""
    store, http, sec, notices = around.store, around.http, around.sec, around.notices
    robots = Robots(http, pool, system_clock)
    articles = ArticleFetch(http, pool, robots, store, system_clock)
    fetchers = dict.fromkeys(("feed", "json", "page"), articles)
    filings = FilingFetch(sec, pool, system_clock)
    full_text = FullText(
        store, {**fetchers, "edgar": filings}, notices, system_clock, around.progress, room=around.pressure
    )
    full_text.use(settings.sources)
    gaps = EdgarGaps(LateFilings(sec, pool, store, intake, system_clock), store, notices, system_clock, held=held)
    gaps.serve(settings.sources)
    takers: dict[str, Taker] = {
        "feed": FeedPoll(intake, http, pool, health, system_clock),
        "json": JsonPoll(intake, JsonPages(http, pool, system_clock), health, notices, system_clock),
        "edgar": EdgarPoll(intake, EdgarPages(sec, pool, system_clock), health, notices, gaps, system_clock),
        "mail": MailPoll(intake, pool, health, notices, system_clock, soon=around.soon, watching=around.mail_idle),
        "page": PagePoll(intake, http, pool, health, system_clock, notices, robots),
        "files": FilesPoll(intake, pool, health, system_clock, notices, store),
    }
    return Asking(takers, full_text, gaps)
