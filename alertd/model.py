"""What flows through alertd, in the order in which it flows. Read this first.

    Source -Entry-> Candidate -Event-> Match -> Alert -> Delivery

Each border has its own frozen type, and the name says who made it:

    Entry       what a source said, as it said it
    Candidate   an entry made ready for the question "is this new?"
    Event       our normalised item, with what we found in it
    Match       rule x portfolio x event, with the evidence
    Decision    what one event meant for one alert, always with a reason
    Alert       what a desk is told about one subject
    Delivery    one message to one receiver

Times in JSON are RFC 3339 UTC with milliseconds and `Z` (`base.clock.rfc3339`); inside records that only
scripts and workers read they are integer milliseconds since the epoch, in fields named `..._ms`.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Severity = Literal["info", "low", "medium", "high", "critical"]
SEVERITIES: tuple[Severity, ...] = ("info", "low", "medium", "high", "critical")
RevisionReason = Literal["correction", "full_text", "withdrawal"]
Trust = Literal["low", "medium", "high"]
Lane = Literal["critical", "normal"]


class Struct(msgspec.Struct, frozen=True, gc=False):
    """Base of all records: frozen; unknown fields are ignored on decoding, so an older version can read on."""


# --- what a source said -------------------------------------------------------------------------------


class Entry(Struct, frozen=True, kw_only=True):
    """One item of a feed exactly as the source wrote it: HTML stays HTML, dates stay text."""

    position: int
    """Place in the document, from 0."""
    guid: str = ""
    link: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    authors: list[str] = []
    categories: list[str] = []
    published: str = ""
    updated: str = ""
    language: str = ""
    withdrawn: bool = False
    """The source says that it takes the item back (RFC 6721 deleted-entry, or a kill notice in the title)."""


class Rejected(Struct, frozen=True, kw_only=True):
    """An entry that can become no event, with the reason that `alertd why` shows."""

    position: int
    reason: str
    title: str = ""


class Evidence(Struct, frozen=True, kw_only=True):
    """A span of an event's plain text. Offsets are code points, end exclusive."""

    field: str
    """`title` or `body`; for conditions on other fields, the field's name with start = end = 0."""
    start: int
    """First code point."""
    end: int
    """The one behind the last."""
    quote: str
    """The line around it, of a deal term its sentence alone; at most 200 characters."""


class Rights(Struct, frozen=True, kw_only=True):
    """What the terms of a source allow; written into each event when it is taken, so that it keeps them for good."""

    show: Literal["title", "snippet", "full"] = "full"
    """How much of its text a message may carry."""
    snippet: int = 0
    """Characters of the body, for `snippet`."""
    keep_body_s: int | None = None
    """Seconds that its body may be kept; None: as long as the journal."""
    model: bool = True
    """A language model may read it."""
    export: bool = True
    """A webhook may carry its text and quotes, not only its title, its link and what we found."""
    receivers: list[str] = []
    """The only receivers that may be told; none named: all."""
    classification: Literal["public", "internal", "restricted"] = "public"
    """Of the source, where the rights stand without the event's provenance: in a match, in a change."""


class Provenance(Struct, frozen=True, kw_only=True):
    """Where the bytes came from: enough to prove a year later what was published."""

    fetched_sha256: str = ""
    """Of the document as it came, in hex."""
    http_date: str | None = None
    """The server's own Date header, as sent."""
    classification: Literal["public", "internal", "restricted"] = "public"
    """Who may see it, as its source says."""
    rights: Rights | None = None
    """None: the source's settings limit nothing."""


class CompanyIndex(Struct, frozen=True, kw_only=True):
    """What the news about a company has been doing, as it was when an event about it was matched.

    How it is reckoned: `history/analytics/indices.py`, docs/reports.md.
    """

    as_of: str = ""
    """When it was worked out; empty if somebody wrote it."""
    sentiment: float | None = None
    """In [-1, 1]: the mean tone of its stories, younger and surer ones counting more; None: too few."""
    stories: int = 0
    """How many of the last 30 days it is the tone of."""
    volume_z: float | None = None
    """Stories of the last day against the 30 days before, in standard deviations; None: not known for so long."""
    volume_z90: float | None = None
    """The same against 90 days."""
    day: int = 0
    """How many stories the last day had."""


class CompanyMention(Struct, frozen=True, kw_only=True):
    """A company that an event names."""

    id: str
    """`cik-0001045810`, or the slug of a declared company."""
    name: str = ""
    """As the registrant or the file of companies has it."""
    ticker: str | None = None
    """Of its first listing."""
    cik: str | None = None
    """Ten digits; None for a company that does not file with the SEC."""
    relevance: float = 1.0
    """In [0, 1]: how much the event is about it."""
    how: str = ""
    """How it was recognised, in words: `tag (NASDAQ: NVDA)`, `alias J&J`, and why that word means a company here."""
    sentiment: float | None = None
    """In [-1, 1], of the sentences about it."""
    role: str | None = None
    """What it does in what happened: `lessor`, `lessee`, `acquirer`…"""
    evidence: list[Evidence] = []
    index: CompanyIndex | None = None
    """How the news about it stood when the event was matched, where that is known."""


class Party(Struct, frozen=True, kw_only=True):
    """A company and the role it plays in what happened."""

    company: str
    """Company id."""
    role: str = ""
    """One of those that the event type names; empty where the text does not say."""


class ReportedType(Struct, frozen=True, kw_only=True):
    """An event type that an event reports."""

    type: str
    """Its id: `compute_lease`."""
    confidence: float = 1.0
    """In [0, 1]."""
    status: str = "announced"
    """announced, reported, rumoured or denied."""
    kind: str | None = None
    """Which of the kinds that the event type tells apart: of a contract_termination `commercial`, `lease`…"""
    parties: list[Party] = []
    """Who does what in it; those that alertd finds stand in the order of the type's roles."""
    asset: str | None = None
    """What it is about, in the words of the text: `Colossus 1`."""
    evidence: list[Evidence] = []


class Amount(Struct, frozen=True, kw_only=True):
    """A stated amount of money; `low` and `high` are equal unless a range is stated."""

    low: float
    """In `currency`."""
    high: float
    """At least `low`."""
    bound: Literal["over", "up_to", "about"] | None = None
    """What the text says of the figure: `over $2.5bn`, `up to $4bn`, `about $3bn`. Both ends are the figure."""
    currency: str = "USD"
    """ISO 4217."""
    per: str | None = None
    """year, quarter, month, week, day, hour or share, or what else is priced: barrel, ounce…; None for a total."""
    role: str | None = None
    """revenue, profit, deal_value, valuation, penalty…"""
    of: str | None = None
    """Company id."""
    derived: bool = False
    """Computed from a total over a stated term."""
    earlier: bool = False
    """What it was before, stated beside what it is now: the $2m of `rose from $2m to $3m`."""
    evidence: list[Evidence] = []


class Duration(Struct, frozen=True, kw_only=True):
    """A stated length of time, or the date up to which something runs."""

    low: float | None = None
    """In `unit`; None where only the end is stated."""
    high: float | None = None
    """The same, unless a range is stated."""
    unit: Literal["day", "week", "month", "quarter", "year"] = "year"
    """What `low` and `high` count."""
    until: str | None = None
    """ISO 8601: `2031`, `2031-06`, `2031-06-30`."""
    of: str | None = None
    """What lasts so long: lease, contract, term, option, notice…; None where the text does not say."""
    evidence: list[Evidence] = []


class DealTerm(Struct, frozen=True, kw_only=True):
    """A term of a deal: reclaim_right, exclusivity, termination_right…"""

    type: str
    """`reclaim_right`, `exclusivity`, `termination_right`…"""
    held_by: str | None = None
    """Company id."""
    evidence: list[Evidence] = []


class Sentiment(Struct, frozen=True, kw_only=True):
    """The tone of a whole event."""

    score: float
    """In [-1, 1]."""
    label: str = ""
    """The score in words: `mildly positive`."""
    confidence: float = 1.0
    """In [0, 1]."""


class Story(Struct, frozen=True, kw_only=True):
    """The story an event belongs to, as it was when the event came."""

    id: str
    """Named by the event that founded it."""
    novelty: float = 1.0
    """1.0 for the first report in 24 hours, then 0.75, 0.56, 0.42…"""
    sources: int = 1
    """Independent ones up to here: copies of one wire are one."""
    position: int = 1
    """Which report of the story it is."""
    previous: str | None = None
    """An earlier story between the same parties."""


class Event(Struct, frozen=True, kw_only=True):
    """A normalised news item or filing: the JSON of DESIGN.md, "What an event carries".

    Text is plain: no markup, no control characters, no lone surrogates, no bidi overrides; the title is at most
    500 characters, the body at most 256 KiB of UTF-8. `url` is http(s) or empty.
    """

    v: int = 1
    """Of this form."""
    id: str = ""
    """`ev_…`, made of its source and what the source calls it: the same for each revision."""
    source: str = ""
    """Id of the source."""
    kind: Literal["news", "filing"] = "news"
    """What it is."""
    revision: int = 1
    """Counts from 1; each is what the source says by now."""
    revision_reason: RevisionReason | None = None
    """Why there is another one; None for the first."""
    url: str = ""
    """Where it stands: http or https, or empty."""
    language: str = ""
    """Two letters, such as `en`; empty: not known."""
    trust: Trust = "medium"
    """How far its source is to be believed."""
    title: str = ""
    """The headline, at most 500 characters."""
    body: str = ""
    """The text, at most 256 KiB; in webhooks an excerpt of 2 kB at most."""
    truncated: bool = False
    """The body was longer."""
    awaiting: Literal["full_text"] | None = None
    """What is still to come: with `full_text` the body is not there yet, so words that are missing may yet come."""
    published_at: str | None = None
    """When its source says that it was published."""
    published_precision: Literal["second", "minute", "day"] | None = None
    """How exactly the source says so."""
    published_raw: str = ""
    """That date as it was written."""
    accepted_at: str | None = None
    """When the SEC accepted the filing."""
    updated_at: str | None = None
    """When its source says that it was changed."""
    seen_at: str = ""
    """When alertd saw this revision first."""
    event_at: str = ""
    """The time that rules go by: accepted, else published, from 30 days before to 5 minutes after `seen_at`."""
    late: bool = False
    """It came through a gap: after an outage, or found missing later."""
    baseline: bool = False
    """It was there at the first poll of its source: recorded, and not told."""
    withdrawn: bool = False
    """Its source has taken it back."""
    authors: list[str] = []
    """As the source names them."""
    categories: list[str] = []
    """As the source names them."""
    form: str | None = None
    """Of a filing: `8-K`, `SCHEDULE 13D/A`…"""
    items: list[str] = []
    """Of an 8-K: `1.01`, `5.02`…"""
    accession: str | None = None
    """Number of the filing at the SEC."""
    filers: list[dict[str, Any]] = []
    """Of a filing: who filed it and whom it is about, each with `id`, `cik`, `name` and `role`."""
    facts: dict[str, Any] = {}
    """Of a form that is read: its figures, by the names of docs/forms.md."""
    companies: list[CompanyMention] = []
    """Which companies it names, the one it is most about first."""
    parties: list[str] = []
    """Ids of the companies that do something in it."""
    event_types: list[ReportedType] = []
    """What it reports."""
    amounts: list[Amount] = []
    """Money that is stated."""
    durations: list[Duration] = []
    """Lengths of time that are stated."""
    terms: list[DealTerm] = []
    """Terms of a deal that are stated."""
    sentiment: Sentiment | None = None
    """Its tone; None where it is not known."""
    story: Story | None = None
    """The story it belongs to; None before it was assigned."""
    provenance: Provenance = Provenance()
    """Where the bytes came from."""
    extra: dict[str, Any] = {}
    """Fields of a JSON event that this version does not know; written back at the top level."""


class Candidate(Struct, frozen=True, kw_only=True):
    """An entry made ready to be asked "is this new?", built in a parse worker.

    Marks are short fingerprints (`base.ids.mark`): `identity` names the item, `strong` is title, content and
    date, `weak` is title and content. `event` is the JSON of the Event it becomes, already complete but for
    revision, revision_reason and baseline, which are decided when it is stored.
    """

    position: int
    event_id: str
    identity: str
    strong: str
    weak: str
    content_hash: str
    withdrawn: bool
    title: str
    published_ms: int | None
    event: msgspec.Raw
    names: list[tuple[str, str]] = []
    """(mark, event id) of the GUID, of GUID and link, of GUID, link and title (or of the link and so on). `identity`
    is one of them, or narrower: a later one names the item once those before are known to name several."""
    tombstone: bool = False
    """Only the notice that an item was taken back (RFC 6721): never an event of its own."""
    fetch: str = ""
    """Where its full text is to be fetched; empty: nowhere."""


class CutPage(Struct, frozen=True, kw_only=True):
    """How a feed was cut into its entries (`sources/entry_cut.py`)."""

    digest: str
    """Of the page: the same as long as it says the same."""
    entries: list[bytes]
    """Digests, by position."""


class ParsedFeed(Struct, frozen=True, kw_only=True):
    """A parse worker's answer for one document."""

    format: str
    """`rss20`, `atom10`, `json1`… as the parser names it."""
    candidates: list[Candidate]
    rejected: list[Rejected] = []
    duplicates: list[tuple[int, int]] = []
    """(position, position of the entry it repeats): the same item twice in one document."""
    ttl_seconds: int | None = None
    """The feed's own <ttl>, if it states one."""
    repaired: str = ""
    """What had to be cleaned before the parser could read it; empty for a well-formed document."""
    listed: list[str] = []
    """Of a page among pages, as EDGAR's: the identity marks of all that is on it, also of what is not watched."""
    unfinished: list[str] = []
    """Those of `listed` that may go on on the next page."""
    shown: int = 0
    """Of such a page: entries on it, whatever they are."""
    newest_ms: int | None = None
    oldest_ms: int | None = None
    """Of such a page: the newest and the oldest acceptance of all that is on it; None where it states none."""
    cut: CutPage | None = None
    """Of a feed whose entries may be remembered: then `candidates` may lack those that were."""
    doubts: list[str] = []
    """What is odd about a document that could be read, and the operator should know."""
    says: dict[str, Any] = {}
    """Of a document that is no page of items, such as the index of a filing: what it says, as plain data."""
    more: dict[str, Any] = {}
    """What its type tells whoever asked for it: where the next page is, how far this one goes."""


# --- new or not ---------------------------------------------------------------------------------------


class Known(Struct, frozen=True, kw_only=True):
    """What the store remembers of an item: the owner of a mark."""

    identity: str
    event_id: str
    revision: int
    hashes: list[str]
    """Content hashes, newest last, at most 8."""


class IngestItem(Struct, frozen=True, kw_only=True):
    """One candidate with the verdict that makes it worth storing."""

    candidate: Candidate
    verdict: Literal["new", "baseline", "alias"]
    """`new` covers revisions: the store counts them. `alias` stores only that this identity is another's."""
    alias_of: str = ""
    """For `alias`: the identity mark that owns the item."""


class IngestResult(Struct, frozen=True, kw_only=True):
    """What became of one IngestItem: decided atomically, so a repeat answers `known`."""

    event_id: str
    outcome: Literal["new", "revised", "known", "alias"]
    revision: int


class Spell(Struct, frozen=True, kw_only=True):
    """A time in which a source was not seen: from its last success to the next."""

    since_ms: int
    until_ms: int
    why: str = ""
    """What its failures said; empty: it was not asked, because alertd was down or behind."""
    became: Literal["covered", "missed", "open", "filled"] = "covered"
    """`covered`: at the first answer something known was still listed. `missed`: nothing was, so that some may be
    missing. `open`, `filled`: what a source that can be asked for the past makes of that."""
    late: int = 0
    """Items that were found when it was filled."""


class Rhythm(Struct, frozen=True, kw_only=True):
    """What is learned of when a source brings something new (`sources/rhythm.py`); under 500 bytes as JSON."""

    begun_ms: int
    hour: int
    """The hour that is not over yet, since the epoch."""
    hit: bool = False
    """Something new came in it."""
    seen: bytes = b""
    """How often each hour of the week was watched; halved, with `busy`, before it is 60."""
    busy: bytes = b""
    """In how many of these something new came."""
    quiet: float = 0.0
    """How strange it is by now that nothing new came since the last time."""
    longest: float = 0.0
    """The strangest silence that ended by itself; fades."""
    items: float = 0.0
    """New items, each counting less the older it is."""
    items_ms: int = 0
    lag: float = 0.0
    spread: float = 0.0
    """Mean and variance of the logarithm of how long after publication items come, in seconds."""
    lags: int = 0
    """How many of these were seen; counted to 1,000."""
    behind: int = 0
    """How many of the last in a row were far above."""
    lag_s: float = 0.0
    """The newest."""


class SourceState(Struct, frozen=True, kw_only=True):
    """What is remembered of a source between polls. Validators are written last (crash point C1)."""

    source: str
    state: Literal["new", "fine", "failing", "gone"] = "new"
    url: str = ""
    """The source's URL when it last answered; of its query a fingerprint (`base.secrets.marked_query`)."""
    validators_url: str = ""
    """Where redirects led to: the URL that the validators belong to, in the same way."""
    etag: str = ""
    last_modified: str = ""
    body_sha256: str = ""
    page_digest: str = ""
    """Of a feed: `CutPage.digest` of what was taken in last."""
    ttl_s: float | None = None
    """What that said of how long it is good."""
    baseline_done: bool = False
    epoch: str = ""
    """Of the store that remembers its items: with another one, what looks new may have been told long ago."""
    polls: int = 0
    """Over the life of the source, as are `events` and `duplicates`."""
    last_poll_ms: int = 0
    last_success_ms: int = 0
    last_new_ms: int = 0
    last_read_ms: int = 0
    """When its page was last read, and what is on it noted as seen."""
    failures: int = 0
    """Consecutive failed polls."""
    error: str = ""
    not_before_ms: int = 0
    """No request before this time (Retry-After, back-off, 410)."""
    due_ms: int = 0
    """When it is asked next, as the process that polls it knows; in the store, when it was to be asked last."""
    events: int = 0
    duplicates: int = 0
    entries: int = 0
    rejected: int = 0
    """Of what was read last, not over the life: entries in it, and those of them that were rejected or skipped."""
    moved_to: str = ""
    """Where permanent redirects lead, for the operator to put into the settings."""
    cursor: dict[str, Any] = {}
    """What a type of source remembers between polls: how far it has read. Small: it is written with each poll."""
    wait_ms: int = 0
    """How long the timetable lets pass between two polls, when all is well."""
    rhythm: Rhythm | None = None
    spells: list[Spell] = []
    """The last 20 times in which it was not seen, newest last."""


Health = Literal["new", "fine", "late", "silent", "failing", "gone"]
"""How a source is, for people: `SourceState.state`, and what only a look at the clock tells."""


class Standing(Struct, frozen=True, kw_only=True):
    """How a source stands and what the operator was told of it; written when that changes."""

    source: str
    state: Health = "new"
    since_ms: int = 0
    why: str = ""
    """In one sentence, when the state began; empty if it is fine."""
    told: Literal["", "late", "silent", "failing", "gone"] = ""
    """The trouble that the operator knows of and does not know to be over."""
    told_ms: list[int] = []
    """When he was told of trouble, within the last hours."""
    flapping: bool = False
    """Trouble comes and goes: he is told again once it has been well for a while."""


class StreamEvent(Struct, frozen=True, kw_only=True):
    """An event as read from the stream, with its place in it."""

    stream_id: str
    event: Event
    identity: str = ""
    """The identity mark, by which the store knows the event's newest revision; empty if it was not ingested here."""
    deliveries: int
    """How often it was handed out; above 5 it is buried."""


# --- matching and deciding ----------------------------------------------------------------------------


class TouchedHolding(Struct, frozen=True, kw_only=True):
    """A holding that an event touches, as the reader of the alert is told."""

    company: str
    label: str = ""
    """Ticker or name, for people."""
    weight: float | None = None
    """Share of the portfolio as a fraction, negative for a short; None where it is not known, or not shown."""
    band: str = ""
    """In place of the weight, for a receiver with `show_weights: band`: `5-10 %`, `short < 1 %`."""
    named: bool = False
    role: str | None = None
    """What it is in what happened, where it is named."""
    path: list[str] = []
    """How it is near to a company that is named, step by step: `supplies SpaceX`."""
    impact: Literal["good", "bad"] | None = None
    """What the news is for who holds it so: good news about a short is bad. None: neutral, or not known."""


class SeverityStep(Struct, frozen=True, kw_only=True):
    """One line of the arithmetic behind `severity: auto`."""

    factor: Literal["base", "weight", "amount", "status", "novelty", "sources", "tone"]
    seen: str
    """What was looked at, in words: `NVDA 8.0 % of the portfolio`."""
    move: int
    """Steps up or down; of `base` the place of the severity that it begins with, from 0."""


GroundKind = Literal[
    "type", "term", "amount", "exposed", "role", "weight", "tone", "novelty", "index", "count", "change", "spike",
    "sequence",
]  # fmt: skip
"""Which kind of condition gave a ground."""


class Ground(Struct, frozen=True, gc=False):
    """Why a rule held, of a condition that is about more than words: what was found, and the limit that it met."""

    kind: GroundKind
    text: str
    """In words, at most 80 characters, never the source's own: `clear compute lease`, `low end $3bn ≥ $500m`."""


class Match(Struct, frozen=True, kw_only=True):
    """A rule of a portfolio held for an event."""

    rule: str
    rule_hash: str
    portfolio: str
    event: str
    event_revision: int
    severity: Severity
    title: str = ""
    """The rule's title."""
    evidence: list[Evidence] = []
    path: list[str] = []
    """How `company` is exposed, step by step in words; empty where it is named or where no company is asked for."""
    company: str = ""
    """The company that the rule's company conditions are bound to: of several, the one with the largest weight."""
    companies: list[str] = []
    """All companies for which the rule holds, that one first; at most 20."""
    holdings: list[TouchedHolding] = []
    """Those of them that are held, the largest first; of a rule about no company, the holdings that are named."""
    subject: str = ""
    """What the alert is about, where the rule's `key` says that it is not the story."""
    experimental: bool = False
    """Of a rule with `status: experimental`: journalled, never delivered."""
    rights: Rights | None = None
    """In an alert: those of the event, where they limit whom it may be told or how."""
    auto: bool = False
    """The rule leaves its severity to what the event weighs (`severity: auto`); `steps` says how it came about."""
    steps: list[SeverityStep] = []
    receivers: list[str] = []
    """Whom the rule names in place of the portfolio's receivers; none: those."""
    owner: str = ""
    """Who answers for the rule, as its file says."""
    held_as_of: str = ""
    """When the positions of `holdings` were so: a moment (RFC 3339) or a date; empty where that is not known."""
    grounds: list[Ground] = []
    """Why it held, as far as words of the text do not say it; at most 8."""


class Observation(Struct, frozen=True, kw_only=True):
    """One event put into one idempotent set of the state: of a stateful rule, or of the facts about a company.

    Put in again it changes nothing, but for a newer revision, which replaces value, distinct and data.
    """

    key: str
    """Names the set: `facts:<company>`, `facts:<a>+<b>`, `rule:<identity>:<by>`."""
    event: str
    revision: int
    at_ms: int
    """The event's own time (`event_at`)."""
    distinct: str = ""
    """What is counted once: story, source or filer."""
    value: float = 0.0
    data: str = ""
    """JSON of what else is remembered of the event."""
    keep_ms: int
    """Rows older than this before the newest are dropped."""
    most: int
    """Rows beyond this many are dropped, oldest first."""
    read: bool = True
    """Give the rows back."""


class Version(Struct, frozen=True, kw_only=True):
    """What a set remembered of an event from one place in the order on."""

    order: int
    at_ms: int
    distinct: str = ""
    value: float = 0.0
    data: str = ""


class Row(Struct, frozen=True, kw_only=True):
    """One event as a set remembers it.

    By the orders a verdict that is given again looks only at what was known then.
    """

    event: str
    revision: int
    at_ms: int
    order: int
    """Its place in the order in which events were first put into the set, from 1."""
    changed: int = 0
    """The same for when its time, value, distinct or data last changed (a newer revision); its order if never."""
    distinct: str = ""
    value: float = 0.0
    data: str = ""
    earlier: list[Version] = []
    """What was remembered before it changed, oldest first: the first version, and the newest of those since."""


class StoryAsk(Struct, frozen=True, kw_only=True):
    """What is to be known before an event is put into a story."""

    event: str
    keys: list[str]
    """What its story can be found by: a company, a rare word, an accession number…"""
    pairs: list[str] = []
    """Pairs of parties, `a+b`."""
    since_ms: int
    """Stories to which nothing came after this are over."""


class StoriesFound(Struct, frozen=True, kw_only=True):
    """What the store knows for a StoryAsk."""

    answer: str = ""
    """What was frozen for the event, if it was placed before."""
    under: dict[str, list[str]] = {}
    """Key -> the stories under it, the one with the newest report first, at most 64."""
    earlier: dict[str, list[str]] = {}
    """Pair -> stories between the two, also those that are over, the newest first, at most 8."""


class KnownStory(Struct, frozen=True, kw_only=True):
    """A story as the store keeps it; version 0 = not there, or over."""

    version: int = 0
    data: str = ""
    """JSON of what is remembered of it."""
    into: str = ""
    """The older story that it became part of."""


class Placement(Struct, frozen=True, kw_only=True):
    """One event put into a story, if nothing has changed since the story was read."""

    event: str
    story: str
    version: int
    """Of the story when it was read; 0 founds it."""
    data: str
    """The story with the event in it."""
    answer: str
    """What is frozen for the event."""
    keys: list[str] = []
    pairs: list[str] = []
    seen: list[str] = []
    """The stories that were known under the keys: another one makes the placement stale."""
    since_ms: int = 0
    founded_ms: int = 0
    last_ms: int = 0
    """When the story's newest report was made."""
    merged: dict[str, int] = {}
    """Younger stories that become part of it -> their versions."""
    again: bool = False
    """A later revision of an event that has its answer: it only changes the story."""


class Placed(Struct, frozen=True, kw_only=True):
    """What became of a placement. `known`: the event has its answer already; `stale`: read again and think again."""

    outcome: Literal["placed", "known", "stale"]
    answer: str = ""
    """What is frozen for the event, unless it is stale."""


Reason = Literal[
    "first", "update_material", "update_minor", "duplicate", "silenced", "cooldown", "quiet_until", "folded_into",
    "expired", "baseline", "experimental", "no_receiver", "restricted", "merged_into", "receiver_removed",
]  # fmt: skip
"""Why an alert went out or did not: the closed list of DESIGN.md."""


ChangeKind = Reason | Literal["acknowledged", "snoozed", "resurfaced", "closed", "reopened", "escalated"]
"""What changed an alert: an event, or a person or a clock."""


class Change(Struct, frozen=True, kw_only=True):
    """One line of an alert's history."""

    at: str
    revision: int
    event: str
    event_revision: int
    reason: ChangeKind
    text: str
    """What changed, in words for a person."""
    rights: Rights | None = None
    """Of the event that changed it, as in a match."""
    seen: dict[str, str] = {}
    """How it reads for receivers that see only some of the matches; empty text: it does not concern them."""


NoteSection = Literal[
    "implication", "winner", "loser", "exposed", "risk", "horizon", "precedent", "crowding", "contrarian", "question"
]  # fmt: skip
"""What a statement of a research note is about, in the order in which a note is read."""


class NoteGround(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one statement of a research note rests on; without one it is not made."""

    kind: Literal["quote", "relation", "event", "number"]
    text: str = ""
    """In words: `NVDA supplies SpaceX`, `contract dispute of 2026-03-02`, `novelty 1.00`; of a quote its words say
    it."""
    words: str = ""
    """Of a number: what a reader is told in its place, `counted over what is watched`; empty: the text."""
    evidence: Evidence | None = None
    """Of a quote: what it quotes, and where that stands in the event's text."""
    cut_before: bool = False
    cut_after: bool = False
    """Of a quote: its sentence begins before it, goes on behind it."""
    company: str = ""
    relation: str = ""
    of: str = ""
    """Of a relation: `company` is `relation` (supplier…) to `of`; ids."""
    since: str | None = None
    source: str = ""
    """Of a relation: since when it is declared to hold, and who says so."""
    event: str = ""
    """Of an earlier event: its id."""

    @property
    def said(self) -> str:
        """What a reader is shown of it; a quote that is a part of its sentence has `…` where it is cut."""
        if self.evidence is None:
            return self.words or self.text
        quote = " ".join(self.evidence.quote.split())
        return f"{'…' if self.cut_before else ''}{quote}{'…' if self.cut_after else ''}" if quote else ""


class NoteStatement(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One sentence of a research note, with what it rests on."""

    section: NoteSection
    text: str
    """Plain text, at most 280 characters, without weights: who may see these, the receiver says."""
    grounds: list[NoteGround]
    holding: TouchedHolding | None = None
    """Of winner, loser and exposed: the company that it is about, and how it is held."""


class Counted(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How often a story was told, as a note has it."""

    reports: int
    sources: int
    """Independent ones."""
    novelty: float
    """The least that a report came with."""
    later: bool = False
    """Reports that came after the note are among them."""


class Note(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an event means for one portfolio: statements that each rest on something that can be looked up."""

    v: int = 1
    event: str
    event_revision: int
    by: str = "facts"
    """`facts`: from what was found in the text, without a language model; else `<provider>/<model>` as configured."""
    at: str = ""
    statements: list[NoteStatement] = []
    none_found: list[NoteSection] = []
    """Sections that a reader looks for, and for which there is nothing that a statement could rest on."""
    horizon_low: float | None = None
    horizon_high: float | None = None
    """In months from the event: over which time the risk, or else the deal, runs; None: nothing is stated."""
    confidence: Literal["low", "medium", "high"] = "low"
    confidence_why: str = ""
    confirmed: Literal["low", "medium", "high"] | None = None
    """How sure it is once a second independent source tells it; None: no surer than now."""
    type_confidence: float = 0.0
    """How sure the kind of event is, 0 to 1; `confidence_why` says it in words."""
    counted: Counted | None = None
    """What it says of how often its story was told, counted anew with each report; None: nothing."""
    dropped: int = 0
    """Statements of a model that did not pass the check of their grounds."""
    fallback: str = ""
    """Why a model was to write it and did not; empty: none was to, or it did."""
    rights: Rights | None = None
    """In an alert: those of the event, where they limit whom it may be told or how."""


class Alert(Struct, frozen=True, kw_only=True):
    """What a desk is told about one subject, as JSON outside and in the store."""

    id: str
    revision: int
    portfolio: str
    subject: str
    status: Literal["open", "acknowledged", "closed"] = "open"
    severity: Severity
    title: str
    matches: list[Match]
    changes: list[Change] = []
    story: str
    first_at: str
    updated_at: str
    note: Note | None = msgspec.field(default=None, name="research_note")
    """What it means for the portfolio, once that is written. In the store under a name of its own: `note` was a text
    there, which older versions still read; outside it is `note`."""
    first_title: str = ""
    """The title it was raised with; a mail thread keeps it as its subject when a headline is corrected."""
    armed: list[str] = []
    """What its portfolio's rules wait for next, in words: `contract dispute between A and B → critical (rule-id)`."""
    merged_into: str | None = None
    """The alert that carries it on, where its story turned out to be part of an older one; it is closed then."""
    acknowledged_by: str | None = None
    acknowledged_at: str | None = None
    snoozed_until: str | None = None
    """Until then only a rise in severity is told."""
    feedback: dict[str, Literal["useful", "noise"]] = {}
    """Who said of it what; a person's last word counts."""


class Decision(Struct, frozen=True, kw_only=True):
    """What one event meant for one alert and, per receiver, what that led to."""

    portfolio: str
    alert: str
    alert_revision: int
    reason: Reason
    detail: str = ""
    receivers: dict[str, str] = {}
    """Receiver id -> delivery id, or the reason why it gets none."""
    rules: list[str] = []


class Folded(Struct, frozen=True, kw_only=True):
    """An (event, revision) that an alert has taken in, with the decision of that moment, so that a repeat of the
    event gives the same answer."""

    event: str
    revision: int
    decision: Decision
    headline: str = ""
    """Of that revision, as far as it is compared; empty if it took the event back."""


class SaidAmount(Struct, frozen=True, array_like=True):
    """An amount that an alert has named."""

    low: float
    high: float
    currency: str
    per: str | None = None


class Said(Struct, frozen=True, kw_only=True):
    """What an alert has told: another report of the same is no news."""

    types: list[str] = []
    """Event type and status: `compute_lease announced`."""
    terms: list[str] = []
    amounts: list[SaidAmount] = []
    stories: list[str] = []
    """The stories of its events."""


class Told(Struct, frozen=True, kw_only=True):
    """What one receiver knows of an alert: its lane."""

    revision: int = 0
    """The newest that was queued for it; 0: none yet."""
    at_ms: int = 0
    news_ms: int = 0
    """When it was last told of more than an answer, if that was before `at_ms`; else 0."""
    severity: Severity = "info"
    """As it was told, so that a rise is known."""
    sources: int = 1
    """Independent sources of the story as it was told."""
    held: str = ""
    """The window (`Hold.window`) in which a newer revision waits for it; empty: none does."""
    held_since_ms: int = 0
    """Since when, of all that waits there of this alert."""
    held_quiet: bool = False
    """Nothing of what waits is to be noticed: it only adds to what was told."""
    missed: bool = False
    """Something of it was kept from the receiver since it was told, by rights, a silence or a cooldown: one more
    report of what others know is news to it."""
    missed_loud: bool = False
    """A correction or a withdrawal of what it was told is among that."""
    via: str = ""
    """The receiver in whose place it was told, as by an escalation: it sees what that one sees."""
    elsewhere: bool = False
    """It was told only in a digest, or under an alert that this one carries on: there is no message to add to."""


class NoteDue(Struct, frozen=True, kw_only=True):
    """A note that a language model is to write."""

    event: str
    event_revision: int
    """What it is to be written about: that of the note of facts in whose place it goes."""
    revision: int = 0
    """Of the alert: who was told of that one or a later one waits for the note."""
    since_ms: int = 0
    """Since when it is waited for."""
    material: str = ""
    """What a model may be shown beside the event, as JSON; empty: nothing of it may be shown to one."""
    attempts: int = 0
    """How often it failed by a fault of ours, so that no model was to blame."""
    error: str = ""
    """At what, the last time: the name of the exception."""


class AlertState(Struct, frozen=True, kw_only=True):
    """What the store keeps of an alert: the alert, and what it has already taken in."""

    alert: Alert
    folded: list[Folded] = []
    said: Said | None = None
    """None for an alert of a time when that was not kept: then every further event is news."""
    told: dict[str, Told] = {}
    """Receiver -> its lane; of those that were told, or for which something is held."""
    event: Event | None = None
    """The newest that changed it, whose headline it bears, with an excerpt as its body: what a message shows that no
    event brings about."""
    sources: int = 1
    """Independent sources of its story, the most that one of its events came with."""
    portfolio_title: str = ""
    timezone: str = "UTC"
    desk: str | None = None
    """Of the portfolio."""
    identity: str = ""
    """The portfolio's first id, by which its state is kept; empty: its id."""
    receivers: list[str] | None = None
    """The portfolio's own: they see the matches of rules that name none. None for an alert of a time when that was
    not kept."""
    facts_note: Note | None = None
    """Where a language model wrote the alert's note: that of the facts, which it took the place of."""
    note_due: NoteDue | None = None
    """The note that a language model is to write; None: it is to write none."""


class StoredAlert(Struct, frozen=True, kw_only=True):
    """An alert's state with the version that the next commit must name; version 0 = not there yet."""

    version: int
    state: AlertState | None


# --- sending ------------------------------------------------------------------------------------------


class Notice(Struct, frozen=True, kw_only=True):
    """Something the operator has to know: a dead source, a dead letter, a refused reload."""

    kind: str
    """`source_failing`, `source_healed`, `dead_letter`, `reload_refused`, `gap`, …"""
    subject: str
    text: str
    at: str


class Blind(Struct, frozen=True, kw_only=True):
    """A time in which a source was not seen, as a receiver is told."""

    source: str
    since: str
    until: str | None = None
    """None: it is not seen yet."""
    became: str = ""
    """What became of it, in words; empty as long as it lasts."""


class Coverage(Struct, frozen=True, kw_only=True):
    """What alertd saw for a receiver between two times."""

    since: str
    until: str
    sources: int
    """Those whose items may reach it."""
    fine: int
    """How many of them are fine at the end."""
    not_fine: dict[str, str] = {}
    """The first of the others -> the state that each is in."""
    items: int
    names: int
    """Items that name a company which is held in one of its portfolios."""
    alerts: int
    blind: list[Blind] = []
    """The worst of the times in which one of the sources was not seen, in their order."""
    more_blind: int = 0
    """How many such times are not named."""


class DigestItem(Struct, frozen=True, kw_only=True):
    """One alert in a message about several."""

    alert: str
    revision: int
    portfolio: str
    portfolio_title: str = ""
    severity: Severity
    status: Literal["open", "acknowledged", "closed"] = "open"
    title: str
    url: str = ""
    """Of the report whose headline it bears, as `source`."""
    source: str = ""
    withdrawn: bool = False
    """Its source took this report back; another still stands."""
    first_at: str
    updated_at: str
    since: str
    """Since when it waited."""
    news: list[str] = []
    """What changed since the receiver was told last, in words; empty if it was never told."""
    holdings: list[TouchedHolding] = []
    rules: list[str] = []
    """Titles of the rules that held."""
    reason: Reason
    """Why it waited: `quiet_until`, `folded_into`; at the foot `expired`."""


DigestKind = Literal["brief", "digest", "storm", "group", "budget"]
"""`brief`: what quiet hours held back. `digest`: by the clock. `storm`: beyond a rate. `group`: a short wait.
`budget`: beyond what a rule's author expects."""


class Digest(Struct, frozen=True, kw_only=True):
    """Several alerts in one message, the loudest first."""

    kind: DigestKind
    since: str
    until: str
    items: list[DigestItem]
    """Those that are listed."""
    counts: dict[str, int]
    """Severity -> alerts, of all of them, the loudest first."""
    more: int = 0
    """How many are not listed."""
    expired: list[DigestItem] = []
    """Too old by the time it was sent: listed at its foot."""
    more_expired: int = 0


MessageType = Literal[
    "alert.fired", "alert.updated", "alert.acknowledged", "alert.closed", "note", "digest", "test", "notice", "report"
]


class Mailing(Struct, frozen=True, kw_only=True):
    """A report on a portfolio as a mail, written when it was due."""

    report: str
    """Its id in the settings."""
    portfolio: str
    subject: str
    text: str
    html: str


class Message(Struct, frozen=True, kw_only=True):
    """What one delivery says, before a notifier gives it its form. Frozen in the store when it is queued."""

    type: MessageType
    delivery: str
    receiver: str
    at: str
    alert: Alert | None = None
    event: Event | None = None
    """With an excerpt of at most 2 kB as its body."""
    notice: Notice | None = None
    coverage: Coverage | None = None
    """Of a digest that says what was seen."""
    digest: Digest | None = None
    """Of a digest of alerts."""
    mailing: Mailing | None = None
    """Of a report; only mail can carry it."""
    news: list[str] = []
    """What changed since this receiver was told last, oldest first, in words."""
    loud: bool = True
    """It is to be noticed: a first alert, a rise in severity, a correction. Else it only adds to what was told."""
    told_before: bool = False
    """The receiver has a message about this alert already; a line in a digest is none."""
    escalated_from: str = ""
    """The receiver where nobody acknowledged it in time."""
    stands_by: str = ""
    """Where the alert is louder than the event at hand: the rule and the report that keep it there, in words."""
    portfolio_title: str = ""
    timezone: str = "UTC"
    """Of the portfolio: the clocks in the message are shown in it."""
    reason: str = ""
    dispatched_by: str = ""
    """`alertd <version>`."""
    replay: bool = False
    """It was news once: `alertd replay` sends it again, and it says so where it is read first."""


class NewDelivery(Struct, frozen=True, kw_only=True):
    """A delivery to queue. The same id twice is queued once."""

    id: str
    receiver: str
    lane: Lane
    mode: Literal["every", "latest"]
    """`latest`: an unsent older message of the same chain is superseded (Slack, mail). `every`: in order."""
    chain: str
    """What must stay in order: `<alert id>`, or the delivery's own id."""
    due_ms: int
    expires_ms: int
    message: Message
    keep_body_s: int | None = None
    """How long words of a source in it may be kept, where a source limits that."""
    export: bool = True
    """A source forbids to hand on words in it."""
    behind: str = ""
    """The delivery before which it is not sent, and not at all if that never is: of a note, that of its alert."""


class Hold(Struct, frozen=True, kw_only=True):
    """An alert put off for one receiver: it goes out with what else waits in the same window."""

    receiver: str
    kind: DigestKind
    portfolio: str = ""
    """Only of a `budget`: whose rule it is."""
    until_ms: int
    """The end of the window."""
    since_ms: int
    expires_ms: int
    """After that it is no news any more, and stands at the foot."""
    item: DigestItem
    message: NewDelivery | None = None
    """The message itself, for a window in which nothing else waits; None: it is a digest all the same."""
    version: int = 0
    """Of the alert, as of the commit that put it there; the store writes it, and knows by it what it gave to read."""

    @property
    def window(self) -> str:
        """Name the window: `<receiver>/<kind>/<portfolio>/<end in ms>`."""
        return f"{self.receiver}/{self.kind}/{self.portfolio}/{self.until_ms}"


class Window(Struct, frozen=True, kw_only=True):
    """A window of held alerts, as the store knows it."""

    name: str
    receiver: str
    kind: DigestKind
    portfolio: str
    until_ms: int
    part: int
    """How many messages this window has given already: what comes late makes one more."""
    members: int = 0
    """How many alerts wait in it."""


TimerKind = Literal["escalate", "resurface", "close"]


class Timer(Struct, frozen=True, kw_only=True):
    """Something that is to be done with an alert at a time, unless it is cancelled before."""

    kind: TimerKind
    alert: str
    receiver: str = ""
    """Of an escalation: the receiver where nobody answered."""
    due_ms: int

    @property
    def name(self) -> str:
        """Name it: one of a kind for each alert and receiver; set again, it is moved."""
        return f"{self.kind}/{self.alert}/{self.receiver}"


class Count(Struct, frozen=True, kw_only=True):
    """A counter to add to: messages of a receiver in a minute, alerts of a rule on a day."""

    name: str
    by: int = 1
    keep_s: int
    """It is forgotten so long after it was last added to."""


class CoolMark(Struct, frozen=True, kw_only=True):
    """That something was told, and until when it is not to be told again."""

    name: str
    """`<receiver>/<story|company|rule|portfolio>/<which>`."""
    expected: str = ""
    """The value that the decision rests on; another one makes the commit a conflict."""
    value: str = ""
    until_ms: int


class Effects(Struct, frozen=True, kw_only=True):
    """What a commit brings about beside the alert and its deliveries: all of it or nothing."""

    holds: list[Hold] = []
    timers: list[Timer] = []
    cancel: list[str] = []
    """Names of timers."""
    counts: list[Count] = []
    marks: list[CoolMark] = []
    note_due_ms: int | None = None
    """When a language model is to write the alert's note; 0: it is to write none any more; None: as it was."""
    record: JournalRecord | None = None
    """A line of the journal: who answered, what a clock brought about. Events bring their own."""


class Weekly(Struct, frozen=True, kw_only=True):
    """A time that comes again each week."""

    days: list[int]
    """0 is Monday."""
    start: str
    """`HH:MM` on the wall clock of the zone."""
    end: str
    """`HH:MM`; not after `start` means on the next day."""
    timezone: str = "UTC"


class Silence(Struct, frozen=True, kw_only=True):
    """Alerts that are not to be told for a while. What it names has to fit, all of it; of each list one."""

    id: str
    author: str
    reason: str
    created_at: str
    starts_at: str
    ends_at: str
    weekly: list[Weekly] = []
    """Only within these, if there are any."""
    portfolios: list[str] = []
    rules: list[str] = []
    companies: list[str] = []
    event_types: list[str] = []
    sources: list[str] = []
    receivers: list[str] = []
    desk: str | None = None
    """Whose it is: it touches only portfolios of this desk; None: those of no desk."""
    all_desks: bool = False
    """Made by somebody who sees all desks: it touches all of them."""


AnswerKind = Literal["acknowledge", "unacknowledge", "snooze", "close", "useful", "noise"]


class Answer(Struct, frozen=True, kw_only=True):
    """What a person says about an alert."""

    kind: AnswerKind
    alert: str
    who: str
    """As the channel knows them: a name of the system, a Slack user, a mail address."""
    via: Literal["cli", "api", "page", "slack", "mail"]
    at_ms: int
    until_ms: int = 0
    """Of a snooze."""
    note: str = ""
    desk: str | None = None
    """The desk of whoever answers; alerts of another are not there for them."""
    all_desks: bool = False
    """Whoever answers sees all desks: the command line on the machine, the web token."""
    receiver: str = ""
    """By whose message it is given: no more of the alert is shown than that one may see."""


DeliveryState = Literal["queued", "waiting", "sending", "in_doubt", "sent", "dead", "superseded", "expired"]
"""`waiting`: behind the head of its chain. `in_doubt`: an attempt began and its outcome was never recorded."""


class Delivery(Struct, frozen=True, kw_only=True):
    """One message to one receiver: its record in the store."""

    id: str
    receiver: str
    lane: Lane
    mode: Literal["every", "latest"]
    chain: str
    alert: str = ""
    alert_revision: int = 0
    type: str = ""
    """Of its message (`MessageType`); empty where that cannot be read, or was not kept yet."""
    keep_body_s: int | None = None
    """As in `NewDelivery`, for its payload."""
    export: bool = True
    """As in `NewDelivery`."""
    behind: str = ""
    """As in `NewDelivery`."""
    taken_by: str = ""
    """The delivery that took its place, where it is superseded."""
    state: DeliveryState = "queued"
    attempts: int = 0
    failures: int = 0
    """Attempts that count against the retry ladder (a 429 does not)."""
    created_ms: int = 0
    due_ms: int = 0
    expires_ms: int = 0
    started_ms: int = 0
    finished_ms: int = 0
    token: str = ""
    """Of the lease; a finish, retry or bury that does not name it is a no-op."""
    error: str = ""
    progress: str = ""
    """What a partly done attempt must not repeat (the mail recipients already served), as JSON."""
    unsent_first: bool = False
    """It took the place of the first message about the alert, which was never sent."""
    unsent_loud: bool = False
    """One that it took the place of, and that was never sent, was to be noticed."""
    unsent_news: str = ""
    """What these had to say, one a line."""


class DueDelivery(Struct, frozen=True, kw_only=True):
    """A delivery that is due, with what is needed to send it."""

    delivery: Delivery
    message: Message
    payload: bytes | None
    """Frozen at the first attempt."""


class Claim(Struct, frozen=True, kw_only=True):
    """A lease on one attempt."""

    delivery: Delivery
    payload: bytes
    in_doubt: bool
    """An earlier attempt may have arrived: say so where a person reads it."""
    thread: str = ""
    """What the receiver's notifier left when it sent the first message about this alert (`Sent.thread`)."""


class ClaimRefused(Struct, frozen=True, kw_only=True):
    """Why there is no lease: nothing to do but to look again at `retry_ms`.

    `behind`: what it goes behind is still to be sent. `unsent`: that never was, so it has ended, too.
    """

    reason: Literal["gone", "not_due", "paused", "paced", "behind", "unsent"]
    retry_ms: int = 0


# --- what was decided ---------------------------------------------------------------------------------


class JournalRecord(Struct, frozen=True, kw_only=True):
    """One line of the journal.

    kinds: `event` (enriched event, matches, decisions), `entry` (rejected, duplicate, republished), `delivery`,
    `source`, `notice`, `reload`, `dead_event`, `answer` (what a person did), `timer` (what a clock brought about),
    `release` (held alerts that went out together), `silence`, `note` (what a model wrote),
    `version` (the rules, holdings, companies and models
    that are in force from then on, by hash).
    """

    kind: Literal[
        "event",
        "entry",
        "delivery",
        "source",
        "notice",
        "reload",
        "dead_event",
        "answer",
        "timer",
        "release",
        "silence",
        "note",
        "version",
    ]
    at: str
    ids: list[str]
    """Everything `alertd why` can be asked about: events, alerts, deliveries, sources."""
    reason: str
    data: dict[str, Any] = {}


class NewerRecord(JournalRecord, frozen=True, kw_only=True):
    """A line of the journal that a newer version wrote."""

    beyond: dict[str, Any]
    """The fields that this version does not know."""


# --- JSON -------------------------------------------------------------------------------------------------

_EVENT_FIELDS = frozenset(Event.__struct_fields__) - {"extra"}


def event_from_json(data: bytes | str) -> Event:
    """Read an event; fields that this version does not know are kept in `extra`.

    Raises msgspec.ValidationError (wrong type, with the field's path) or msgspec.DecodeError (not JSON).
    """
    return event_from_dict(msgspec.json.decode(data, type=dict[str, Any]))


def event_from_dict(fields: dict[str, Any]) -> Event:
    """Read an event that is decoded already. Raises msgspec.ValidationError."""
    extra = {k: v for k, v in fields.items() if k not in _EVENT_FIELDS}
    known = {k: v for k, v in fields.items() if k in _EVENT_FIELDS}
    return msgspec.convert(known | {"extra": extra}, Event)


def record_to_json(record: JournalRecord) -> bytes:
    """Write a line of the journal as it was read, fields that this version does not know among the others."""
    if not isinstance(record, NewerRecord):
        return msgspec.json.encode(record)
    fields = msgspec.to_builtins(record)
    return msgspec.json.encode(fields.pop("beyond") | fields)


def event_to_dict(event: Event) -> dict[str, Any]:
    """Give an event's JSON fields, unknown ones back at the top level."""
    fields: dict[str, Any] = msgspec.to_builtins(event)
    extra: dict[str, Any] = fields.pop("extra")
    return fields | extra


def event_to_json(event: Event) -> bytes:
    """Write an event as one JSON object without line breaks."""
    return msgspec.json.encode(event_to_dict(event))
