"""A source's own rhythm: when it brings something new, and so how strange a silence is. Pure.

    each hour that was watched   did anything new come? counted by hour of the week, in 120 cells
    each silent hour             adds -ln(1 - p), p the share of such hours that brought something
    silent                       the sum is beyond one chance in 100,000, and well beyond what ended by itself before

The hours are those of UTC; Tuesday to Thursday share their cells, the other days have their own, because where a
weekend begins and ends depends on the zone. What comes in bursts counts once an hour, so that a burst does not make
the pause after it strange. An hour that was never watched says nothing: a quiet weekend is no silence, and a new
source is not judged. A holiday may be called silence once; the silence that ended by itself then is remembered.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median
from typing import Annotated, Any, Literal

from msgspec.structs import replace
from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from alertd.base.config import DURATION_PATTERN, format_duration, parse_duration
from alertd.model import Rhythm

HOUR_MS = 3_600_000
CELLS = 5 * 24
FULL = 60
"""A cell that has been watched so often is halved: half of what it knows is then from the last 30 times."""
STRANGE = -math.log(1e-5)
LEEWAY = 1.5
"""A silence is beyond the longest that ended by itself when it is so many times as strange."""
LONGEST = 40.0
"""No silence that ended teaches more than this: a source that was dead for a week must not be given two."""
FADE = 0.5 ** (1 / (24 * 24))
"""A silence that ended is half forgotten after 24 days."""
HISTORY_MS = 7 * 24 * HOUR_MS
"""A source is judged after a week."""
MOST_HOURS = 24 * 21
"""Hours that are gone through at once; more of silence tell nothing new."""
SHORTEST_S = 10.0
"""The shortest silence that settings can ask to be told of."""
RATE_MS = 3 * 24 * HOUR_MS
"""Over how long the rate of items is smoothed."""
RATE_AFTER_MS = 6 * HOUR_MS
"""A rate is given after so long: one batch on the first day says nothing of a day."""

LAGS = 20
"""Times that items came, before it is judged whether they come later than usual."""
BEHIND = 3
"""So many times in a row."""
LATER_S = 300.0
"""Items that come less than this later than usual are not late."""
_LEARN = 0.05
_DAY_GROUPS = (0, 1, 1, 1, 2, 3, 4)
"""Monday to Sunday."""
_EMPTY = bytes(CELLS)

SilentFor = float | Literal["auto", "off"]


def parse_silent_after(value: Any) -> SilentFor:
    """Read the setting `silent_after`: a duration, `auto` or `off`. Raises ValueError."""
    if value in ("auto", "off"):
        return value  # type: ignore[no-any-return]
    if value is False:  # `off` without quotes, to a reader of YAML 1.1
        return "off"
    try:
        seconds = parse_duration(value)
    except ValueError:
        raise ValueError("write `auto`, `off`, or a duration such as 2h") from None
    if seconds < SHORTEST_S:
        raise ValueError(f"the shortest silence is {SHORTEST_S:g}s")
    return seconds


SilentAfter = Annotated[
    SilentFor,
    PlainValidator(parse_silent_after),
    PlainSerializer(lambda value: format_duration(value) if isinstance(value, float) else value),
    WithJsonSchema({"anyOf": [{"enum": ["auto", "off"]}, {"type": "string", "pattern": DURATION_PATTERN}]}),
]
"""After how long without a new item a source counts as silent: a duration, by its own rhythm, or never."""


def cell_of(hour: int) -> int:
    """Give the cell of an hour since the epoch, which was a Thursday."""
    return _DAY_GROUPS[(hour // 24 + 3) % 7] * 24 + hour % 24


def chance(rhythm: Rhythm, hour: int) -> float:
    """Give the share of such hours that bring something, leaning towards none where few were watched."""
    cell = cell_of(hour)
    return rhythm.busy[cell] / (rhythm.seen[cell] + 1) if rhythm.seen else 0.0


def watched(rhythm: Rhythm | None, now: int, *, all_along: bool = True) -> Rhythm:
    """Take in that the source was watched up to now (ms), or only that it is again if not `all_along`."""
    hour = now // HOUR_MS
    if rhythm is None:
        return Rhythm(begun_ms=now, hour=hour)
    if hour <= rhythm.hour:
        return rhythm
    if not all_along:
        return replace(rhythm, hour=hour, hit=False)
    seen, busy = bytearray(rhythm.seen or _EMPTY), bytearray(rhythm.busy or _EMPTY)
    quiet, hit = rhythm.quiet, rhythm.hit
    for past in range(max(rhythm.hour, hour - MOST_HOURS), hour):
        cell = cell_of(past)
        if not hit:
            quiet -= math.log1p(-busy[cell] / (seen[cell] + 1))
        seen[cell] += 1
        busy[cell] += hit
        if seen[cell] >= FULL:
            seen[cell] //= 2
            busy[cell] //= 2
        hit = False
    faded = rhythm.longest * FADE ** (hour - rhythm.hour)
    return replace(
        rhythm,
        hour=hour,
        hit=False,
        seen=bytes(seen),
        busy=bytes(busy),
        quiet=round(quiet, 3),
        longest=round(faded, 3),
    )


def heard(rhythm: Rhythm, now: int, items: int, lags_s: Sequence[float] = ()) -> Rhythm:
    """Take in that so many new items came now; `lags_s` is how long after their publication they did."""
    decayed = rhythm.items * math.exp(-max(now - rhythm.items_ms, 0) / RATE_MS)
    after = replace(
        rhythm,
        hit=True,
        quiet=0.0,
        longest=max(rhythm.longest, min(rhythm.quiet, LONGEST)),
        items=round(decayed + items, 3),
        items_ms=now,
    )
    return _lagged(after, median(lags_s)) if lags_s else after


def _lagged(rhythm: Rhythm, lag_s: float) -> Rhythm:
    """Learn from the lag of one batch. One that is far out teaches as if it were at the edge."""
    x = math.log(max(lag_s, 1.0))
    if rhythm.lags == 0:
        return replace(rhythm, lag=x, lags=1, lag_s=lag_s)
    edge = rhythm.lag + 3 * math.sqrt(rhythm.spread) + 0.5
    far = rhythm.lags >= LAGS and x > edge and lag_s > math.exp(rhythm.lag) + LATER_S
    step = max(_LEARN, 1 / (rhythm.lags + 1))
    off = min(x, edge) - rhythm.lag if rhythm.lags >= LAGS else x - rhythm.lag
    return replace(
        rhythm,
        lag=round(rhythm.lag + step * off, 4),
        spread=round((1 - step) * (rhythm.spread + step * off * off), 4),
        lags=min(rhythm.lags + 1, 1000),
        behind=rhythm.behind + 1 if far else 0,
        lag_s=lag_s,
    )


def is_silent(rhythm: Rhythm, now: int) -> bool:
    """Say whether nothing new has come for strangely long. `now` in ms; the hour under way does not count."""
    if now - rhythm.begun_ms < HISTORY_MS:
        return False
    return rhythm.quiet > max(STRANGE, LEEWAY * rhythm.longest)


def expected_hours(rhythm: Rhythm, since_ms: int, now: int) -> float:
    """Give how many of the hours since then usually bring something; of more than three weeks only the last."""
    hours = range(max(since_ms // HOUR_MS, now // HOUR_MS - MOST_HOURS), now // HOUR_MS)
    return sum(chance(rhythm, hour) for hour in hours)


def is_behind(rhythm: Rhythm) -> bool:
    """Say whether items come much later after their publication than they use to."""
    return rhythm.behind >= BEHIND


def usual_lag_s(rhythm: Rhythm) -> float:
    """Give how long after publication items usually come, in seconds."""
    return math.exp(rhythm.lag) if rhythm.lags else 0.0


def per_day(rhythm: Rhythm, now: int) -> float | None:
    """Give the rate of new items in the last days; None where it was not watched for long enough to say."""
    age = now - rhythm.begun_ms
    if age < RATE_AFTER_MS:
        return None
    known_days = RATE_MS * (1 - math.exp(-age / RATE_MS)) / (24 * HOUR_MS)
    return rhythm.items * math.exp(-max(now - rhythm.items_ms, 0) / RATE_MS) / known_days
