"""Every key name, in one place.

All keys of a deployment begin with one hash tag, `{namespace}:`, so that Redis Cluster keeps them on one shard and
scripts may touch several. What stands behind it is the key's *name*; scripts look their keys up by name.

    events             stream   new and revised events, only the backlog
    dead_events        stream   events that could not be processed, with the reason
    seen:<source>      hash     mark -> owner record or @owner (scripts/marks.lua)
    sight:<source>     zset     owner mark -> last time on the page
    sources            hash     source -> SourceState as JSON
    standings          hash     source -> Standing as JSON: how it stands, what the operator was told
    tally:<quarter>    hash     what was counted in that quarter of an hour since 1970; expires after 3 d
    alert:<id>         hash     v version, s AlertState as JSON, l lanes that releases have changed since, a line
                                each, t:<receiver> where its messages stand there; expires 37 d after the last
                                commit, 30 d where that closed it
    alerts             zset     alert -> time of its last commit
    told:<event>       set      alerts that the event was taken into; expires with the last of them
    rows:<set>         hash     event -> what a set of the state remembers of it, ~event -> what it was before
                                (scripts/observe.lua); expires
    times:<set>        zset     event -> its own time; expires with the rows
    placed:<event>     hash     set -> 1, r newest revision; expires 14 d after the last
    states             zset     set -> when it expires
    story:<id>         hash     v version, s what is remembered of it, i the older story it became part of
                                (scripts/place.lua); expires 72 h after its last report
    stories            zset     story -> when it expires
    story_of:<event>   string   what was decided about the event's story, for good; expires after 14 d
    under:<key>        zset     story -> time of its newest report, the newest 64; expires as its stories
    between:<a>+<b>    zset     story -> when it was founded, the newest 8; expires after 400 d
    windows            zset     window of held alerts -> its end
    held:<window>      hash     alert -> <version>|Hold as JSON: the commit that put it there, and what waits
    parts, part_ends   hash, zset  window -> how many messages it gave; when that is forgotten, 8 d after the last
    timers             zset     <kind>/<alert>/<receiver> -> due time
    note_due           zset     alert whose note a model is to write -> due time or end of the turn
    marks, mark_ends   hash, zset  cooldown mark -> <end>|<value>; its end
    counters, counter_ends  hash, zset  counter -> count; when it is forgotten
    silences, silence_ends  hash, zset  silence -> Silence as JSON, # the state of the hash (scripts/silence.lua);
                                its end
    feedback:<portfolio>  hash  alert -> what people think of it, as JSON
    feedback_ends      zset     <portfolio>/<alert> -> when that is forgotten, 400 d after the last word
    deliveries         hash     delivery -> record, a JSON object of scalars
    bodies, payloads   hash     delivery -> Message as JSON; frozen bytes of its first attempt;
                                those stay when it is sent, until it is archived, if its claim says so
    chains             hash     <chain>/<receiver> -> ids of the live deliveries, in order
    q:<receiver>:<lane> zset    delivery -> due time or end of lease; only heads of chains
    done, dead         zset     delivery -> time of its end
    recv:<receiver>    hash     failures, paused_until_ms, last_sent_ms, waiting, dead, parked
    receivers          set      every receiver that ever had a delivery
    pace               hash     receiver -> time of its last claim
    doubtful           set      deliveries that were sent in a past that is no more (age.py); expires after 1 d
    beat:<process>     string   <count>|<time>: its seconds, by which it notices a store that went back; expires
                                after 30 d
    wake               list     receivers with something due, at most 1,000
    journal            stream   everything that was decided
    indices            hash     company -> CompanyIndex as JSON without its time; expires 2 d after the last
    indices_at         string   when all of them were worked out or confirmed; expires with them
    archived           hash     archive -> how far it is, as JSON; forgotten 7 d after its last report
    trace:<id>         list     journal ids that concern an id; expires after 30 d, the last 1,000 of each
    asked:<mark>       string   a request to the API with an Idempotency-Key, and what came of it; expires after 24 h
    job:<id>           hash     what is asked, holds, state, token of the turn, attempts, came; expires 7 d after
                                its end
    job_due            zset     job that is not over -> due time or end of the turn, at most 100
    job_holds          hash     what only one job at a time may have to do with -> that job
    once:<key>         string   a record written a single time; expires after 24 h
    members:<role>     zset     process -> last heartbeat
    fetches            hash     event -> job that fetches its full text, as JSON (scripts/fetches.lua)
    fetch_headers      hash     event -> the event as JSON, on which its text is built
    fetch_due          zset     event -> due time or end of the lease
    fetch_ends         zset     event -> when it is said that its text has not come, then when the job is given up
    turns:<limit>      zset     token -> the moment at which its holder may send (scripts/turn.lua); expires
    quiet:<limit>      string   until when nobody sends there; expires a minute later
    spent:<model>/<day> hash    calls and tokens of a day since 1970, p:<portfolio> its calls, cost:<currency>,
                                r:<token> what was guessed of a question under way (scripts/spend.lua); expires 3 d
                                after the last
    answers, answer_ends  hash, zset  hash of a question to a model -> <end>|<answer>, # bytes of all; its end
                                (scripts/answer.lua): at most 500 and 8 MiB; expires a minute after the last
    flow               hash     in, out: events put into the stream and taken out; at: when that was compared last
    meta               hash     schema, epoch, trimmed (before which journal id records were dropped),
                                confirmed: when replicas were last waited for
"""

from __future__ import annotations

import re

from alertd.base.ids import USER_ID

GROUP = "match"
"""The one consumer group of the events."""

SCHEMA = 1
"""Version of this layout. A store written by a newer one is refused."""

LANES = ("critical", "normal")

SHARED = {
    "stream": ("events", "dead_events", "journal"),
    "hash": (
        "sources", "standings", "parts", "marks", "counters", "silences", "deliveries", "bodies", "payloads",
        "chains", "pace", "indices", "archived", "fetches", "fetch_headers", "flow",
        "meta", "answers", "job_holds",
    ),
    "zset": (
        "alerts", "states", "stories", "windows", "part_ends", "timers", "note_due", "mark_ends", "counter_ends",
        "silence_ends", "feedback_ends", "done", "dead", "fetch_due", "fetch_ends", "answer_ends",
        "job_due",
    ),
    "set": ("receivers",),
    "list": ("wake",),
    "string": ("indices_at",),
}  # fmt: skip
"""The keys of which there is one, by type: all that alertd does depends on each of them."""

TYPE_OF = {name: kind for kind, names in SHARED.items() for name in names}

WRONG_TYPE = (
    "Something else wrote there: rename or delete that key, and give this Redis or its namespace to alertd alone"
)
"""What to do about a key of another type."""


class Keys:
    """Makes full keys out of names."""

    def __init__(self, namespace: str) -> None:
        """Raise ValueError unless the namespace is an id as users give them."""
        if not USER_ID.fullmatch(namespace):
            raise ValueError(f"a namespace looks like [a-z0-9][a-z0-9-]{{0,62}}, not {namespace!r}")
        self.namespace = namespace
        self._prefix = f"{{{namespace}}}:"

    def __call__(self, name: str) -> str:
        """Give the full key of a name."""
        return self._prefix + name

    def shared_in(self, *texts: str) -> str:
        """Give the first key of SHARED that some text names in full; "" if there is none."""
        names = re.compile(re.escape(self._prefix) + r"([a-z_]+)(?![\w:])")
        found = (match for text in texts for match in names.finditer(text))
        return next((match[0] for match in found if match[1] in TYPE_OF), "")

    def queues(self, receiver: str) -> list[str]:
        """Give the full keys of a receiver's queues, critical first."""
        return [self(name) for name in queue_names(receiver)]


def queue_names(receiver: str) -> list[str]:
    """Give the names of a receiver's queues, critical first."""
    return [f"q:{receiver}:{lane}" for lane in LANES]


QUEUE_NAMES = ("deliveries", "bodies", "payloads", "chains", "done", "dead", "wake", "receivers", "journal")
"""What every script of the queue touches."""

FETCH_NAMES = ("fetches", "fetch_headers", "fetch_due", "fetch_ends")
"""What every script of full texts touches."""
