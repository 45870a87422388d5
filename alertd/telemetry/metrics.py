"""Every metric of alertd, declared once. How processes share them: `shared_metrics.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, Literal, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Summary

from alertd.telemetry.allocated import allocate_metrics

REGISTRY = CollectorRegistry()
allocate_metrics()
FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
SLOW = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
LATENCY = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0)
Mode = Literal["livemostrecent", "livemax", "livemin", "livesum", "max"]
MOST_SOURCES = 1_000
"""Sources that metrics tell apart: twenty series for each of ten thousand are a page of ten seconds."""
OTHERS = "others"
"""The label of all the rest together."""
WALLED = "walled"
"""The label of all portfolios that belong to a desk, together: whoever reads the page may be of another."""
M = TypeVar("M", Counter, Gauge, Summary)


class _Apart:
    """Which sources have a label of their own."""

    def __init__(self) -> None:
        self._told: frozenset[str] | None = None

    def use(self, sources: Sequence[str]) -> None:
        self._told = frozenset(sources[:MOST_SOURCES]) if len(sources) > MOST_SOURCES else None

    def label(self, source: str) -> str:
        return source if self._told is None or source in self._told else OTHERS


_APART = _Apart()


def tell_sources_apart(sources: Sequence[str]) -> None:
    """Say which sources there are, in the order of the settings: the first of them are told apart in metrics."""
    _APART.use(sources)


class BySource(Generic[M]):
    """A metric with a label for the source."""

    def __init__(self, metric: M) -> None:
        self._metric: M = metric

    def labels(self, source: str, **more: str) -> M:
        """Give the series of a source, or of the others together."""
        series: M = self._metric.labels(source=_APART.label(source), **more)
        return series


def _counter(name: str, text: str, *labels: str) -> Counter:
    return Counter(f"alertd_{name}", text, labels, registry=REGISTRY)


def _gauge(name: str, text: str, *labels: str, mode: Mode = "livemostrecent") -> Gauge:
    # The live modes forget a process once forget_process has named it: a dead poller must not keep a figure alive.
    return Gauge(f"alertd_{name}", text, labels, registry=REGISTRY, multiprocess_mode=mode)


def _histogram(name: str, text: str, *labels: str, buckets: tuple[float, ...]) -> Histogram:
    return Histogram(f"alertd_{name}", text, labels, registry=REGISTRY, buckets=buckets)


SourceStateName = Literal["new", "fine", "late", "silent", "failing", "gone"]
SOURCE_STATES: tuple[SourceStateName, ...] = ("new", "fine", "late", "silent", "failing", "gone")

POLLS = BySource(_counter("polls_total", "Polls by what came of them.", "source", "outcome"))
PUSHES = BySource(_counter("pushes_total", "Pushed batches by what came of them.", "source", "outcome"))
PUSH_BYTES = _gauge("push_bytes", "Bytes of pushed batches that lie in memory.", mode="livesum")
# A summary: with a histogram for each source, the page of a desk with 1,000 sources takes half a second to make.
POLL_SECONDS = BySource(
    Summary("alertd_poll_duration_seconds", "One poll, request to stored state.", ["source"], registry=REGISTRY)
)
POLL_LATENESS = _histogram(
    "poll_lateness_seconds", "How long after their time polls began.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 30.0, 300.0),
)  # fmt: skip
SOURCE_LAST_SUCCESS = BySource(
    _gauge("source_last_success_timestamp_seconds", "When a poll last succeeded.", "source", mode="max")
)
SOURCE_LAST_ITEM = BySource(
    _gauge("source_last_item_timestamp_seconds", "When something new last came.", "source", mode="max")
)
GAPS_SUSPECTED = BySource(
    _counter("gaps_suspected_total", "Pages on which nothing was there at the last poll.", "source")
)
SOURCE_STATE = BySource(
    _gauge("source_state", "1 for the state a source is in, 0 for the others.", "source", "state")
)
SOURCES = _gauge("sources", "How many sources are in a state.", "state", mode="livesum")
ENTRIES = BySource(
    _counter(
        "entries_total", "Entries seen: new, revised, known, duplicate, rejected or baseline.", "source", "outcome"
    )
)
ENTRIES_REMEMBERED = BySource(
    _counter(
        "entries_remembered_total",
        "Entries of feeds that stood there before, byte for byte, and were not read.",
        "source",
    )
)
EVENTS = BySource(_counter("events_total", "Events and revisions put on the stream.", "source"))
ROBOTS_REFUSALS = BySource(_counter("robots_refusals_total", "Polls that a robots.txt did not allow.", "source"))
PAGE_FIELDS_MISSING = BySource(
    _gauge("page_fields_missing", "Fields that the settings of a page ask for and none of its rows has.", "source")
)
FILES = _counter("files_total", "Files of watched directories: taken, known before, or failed.", "source", "outcome")
FILES_WAITING = _gauge("files_waiting", "Files of a watched directory that are not taken yet.", "source")
JSON_PAGES = BySource(_counter("json_pages_total", "Pages of JSON APIs that were read.", "source"))
PARSE_SECONDS = _histogram("parse_seconds", "One document in a parse worker, waiting included.", buckets=SLOW)
MAIL_REFUSED = _counter("mail_refused_total", "Mails that were not taken, by the kind of reason.", "source", "why")
MAIL_IDLE = _gauge("mail_idle", "1 while the mail server is to say at once that mail has come.", "source")
PARSE_KILLS = BySource(_counter("parse_kills_total", "Parse workers killed over time or memory.", "source"))
SEC_REQUESTS = _counter(
    "sec_requests_total", "Requests to EDGAR: ok, failed or refused; quiet or full: not sent.", "outcome"
)
FILING_SECONDS = _histogram(
    "filing_latency_seconds", "From when a filing could first be seen on EDGAR to when it was seen.", "source",
    buckets=(1.0, 2.5, 5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 120.0, 300.0, 900.0, 3600.0),
)  # fmt: skip
LATE_FILINGS = _counter(
    "late_filings_total", "Filings that were missed and came late, by where they were found.", "source", "found"
)
RECONCILED = _counter(
    "reconcile_filings_total",
    "Filings of the forms watched in reconciled indexes: seen or missing.",
    "source",
    "outcome",
)
RECONCILED_DAY = _gauge(
    "reconcile_day_timestamp_seconds", "Midnight UTC of the last day up to which all is reconciled.", "source"
)
JOBS = _counter("jobs_total", "Jobs of the API: done, failed, or given back at a stop.", "kind", "outcome")
GAPS_OPEN = _gauge("edgar_gaps_open", "Times in which EDGAR was not seen that are not filled yet.", "source")

FULL_TEXTS = BySource(
    _counter(
        "full_texts_total",
        "Fetches of full texts: added, retried, dropped, or late (60 s without).",
        "source",
        "outcome",
    )
)
FULL_TEXT_SECONDS = _histogram(
    "full_text_seconds", "From an event on the stream to its full text there.", buckets=LATENCY
)

ENRICH_STEP_SECONDS = _counter("enrich_step_seconds_total", "Time spent on understanding events, by step.", "step")
ENRICH_SECONDS = _histogram("enrich_seconds", "Understanding one event, all steps together.", buckets=FAST)
ENRICH_EVENTS = _counter("enriched_events_total", "Events that were understood, by their language.", "language")
ENRICH_COMPANIES = _counter("enriched_companies_total", "Companies named in events, each once an event.")
EVENT_TYPES = _counter(
    "event_types_total", "Event types that were recognised: their status, or refused.", "type", "outcome"
)
ENRICH_FAILURES = _counter("enrich_failures_total", "Steps that raised on an event: it went on without them.", "step")

MATCHES = _counter("matches_total", "Rules that held.", "portfolio")
DECISIONS = _counter("decisions_total", "What events meant for alerts, by reason.", "reason")
TOLD = _counter("told_total", "What decisions came to for receivers: sent, or why not.", "outcome")
RULE_FAILURES = _counter("rule_failures_total", "Rules switched off because they raised.")
OVER_TIME = _counter("over_time_total", "What rules over time said of events.", "kind", "verdict")
STATE_SECONDS = _histogram(
    "state_seconds", "Putting a batch into the sets of the past and reading them.", buckets=FAST
)
STORIES = _counter("stories_total", "Events put into stories: founded, joined, merged or known already.", "outcome")
STORY_CANDIDATES = _histogram(
    "story_candidates", "Open stories that an event was compared with.", buckets=(0, 1, 2, 4, 8, 16, 32)
)
STORY_CONFLICTS = _counter(
    "story_conflicts_total", "Events whose story had changed when they were to be put into it."
)
STORY_SECONDS = _histogram("story_seconds", "Putting a batch into its stories.", buckets=FAST)
DEAD_EVENTS = _counter("dead_events_total", "Events buried after too many attempts.")
STREAM_BACKLOG = _gauge("stream_backlog", "Events on the stream that are not finished.")
STREAM_PENDING = _gauge("stream_pending", "Events handed to a match process and not finished.")
STREAM_OLDEST = _gauge("stream_oldest_seconds", "Age of the oldest event that is not finished.")

DELIVERIES = _counter("deliveries_total", "Attempts to deliver, by what came of them.", "receiver", "outcome")
DELIVERY_ATTEMPT_SECONDS = _histogram("delivery_attempt_seconds", "One attempt.", "receiver", buckets=SLOW)
EVENT_TO_DELIVERY_SECONDS = _histogram("event_to_delivery_seconds", "From seen to sent.", buckets=LATENCY)
QUEUE_DEPTH = _gauge("queue_depth", "Deliveries by receiver and state.", "receiver", "state")
DEAD_LETTERS = _gauge("dead_letters", "Deliveries that were given up and not yet dealt with.")
TEMPLATE_FAILURES = _counter("template_failures_total", "Messages that a template could not write.", "receiver")
COVERAGE_LINES = _counter("coverage_lines_total", "Daily lines that were queued.", "receiver")
REPORTS = _counter("reports_total", "Reports by the clock.", "report", "outcome")
ANSWERS = _counter("answers_total", "What people said about alerts.", "kind", "via", "outcome")
SLACK_CLICKS = _counter("slack_clicks_total", "Buttons that people pressed in Slack.", "outcome")
SLACK_SOCKETS = _counter("slack_sockets_total", "Attempts to open a socket to Slack.", "outcome")
LINKS_REFUSED = _counter("answer_links_refused_total", "Links in mail that were not taken.", "reason")
ESCALATIONS = _counter("escalations_total", "Alerts that were passed on as nobody answered.", "receiver")
RELEASES = _counter("releases_total", "Windows of held alerts that were over.", "kind", "outcome")
HELD = _gauge("held_alerts", "Alerts that wait in windows.", "receiver", mode="livemax")
NOTICES = _counter("notices_total", "What the operator was told.", "kind")

CONFIG_RELOAD_SUCCESSFUL = _gauge("config_last_reload_successful", "1 if the last reload was taken, else 0.")
CONFIG_RELOAD_TIMESTAMP = _gauge("config_reload_timestamp_seconds", "When settings and rules were last taken.")
POSITIONS_TROUBLE = _gauge(
    "positions_trouble", "1 while a portfolio's positions file is refused, or its positions are stale.",
    "portfolio", "state",
)  # fmt: skip
LOOP_LAG_SECONDS = _gauge("loop_lag_seconds", "How late the event loop woke up last.", "role", mode="livemax")
LOOP_LAG = _histogram(
    "event_loop_lag_seconds", "How late the event loop woke up, looked at ten times a second.", "process",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0),
)  # fmt: skip
CLOCK_STEPS = _counter("clock_steps_total", "Times that the machine's clock was set.", "direction")
TASKS = _gauge("tasks", "Asyncio tasks that are alive in a process.", "process")
PROCESS_RESTARTS = _counter("process_restarts_total", "Processes started again after they died.", "role")
HTTP_REQUESTS = _counter("http_requests_total", "Answers of the web interface.", "route", "status")
ASKED_APART = _histogram(
    "asked_apart_seconds", "Questions answered in processes of their own, waiting included.", "outcome", buckets=SLOW
)
STREAMS = _gauge("streams", "Connections that are told of alerts as they change.", mode="livesum")
LOG_LINES_LOST = _counter("log_lines_lost_total", "Log lines that the output did not take.")
BUILD_INFO = _gauge("build_info", "Always 1; the labels say what runs.", "version", "python", mode="max")


def set_source_state(source: str, state: SourceStateName) -> None:
    """Show `state` as the one a source is in."""
    if _APART.label(source) == source:  # many in one have no state
        for name in SOURCE_STATES:
            SOURCE_STATE.labels(source, state=name).set(1 if name == state else 0)
