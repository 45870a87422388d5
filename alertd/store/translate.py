"""Errors of redis-py become alertd's own where they enter, with the cause kept.

| what Redis or redis-py says | becomes | because |
|---|---|---|
| no connection, time-out, and the codes in `_PASSING` | StoreUnavailable | it can pass: wait and try again |
| OOM, MISCONF | StoreFull | as above, and what is stored can be read and completed meanwhile |
| MOVED | StoreRefused | a node of a cluster, addressed as if it were the only one |
| wrong password, NOAUTH, NOPERM, unknown command | StoreRefused | it cannot be used like this |
| WRONGTYPE | Corrupt | a key holds what we never wrote |
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from redis import exceptions as r

from alertd.errors import Corrupt, StoreFull, StoreRefused, StoreUnavailable

# 6.2 wraps what a command inside a script says: "ERR Error running script (…): @user_script: 7: -OOM command not…"
_PASSING = "LOADING|BUSY|READONLY|OOM|MISCONF|NOREPLICAS|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|UNBLOCKED|NOGROUP"
# and redis-py what one of a pipeline says: "Command # 1 (XLEN …) of pipeline caused error: ('MISCONF …',)"
_CODE = re.compile(rf"(?:^|[\s'\"-])({_PASSING}|NOAUTH|NOPERM|WRONGPASS|WRONGTYPE)\b")
_WORDS = {
    "OOM": "out of memory (maxmemory reached)",
    "MISCONF": "not writing, because it cannot persist (disk full?)",
    "READONLY": "a read-only replica, not the primary",
    "LOADING": "still loading its data",
    "BUSY": "busy with a script",
    "NOREPLICAS": "not writing, because too few replicas follow",
    "TRYAGAIN": "moving our keys to another node of its cluster",
    "CLUSTERDOWN": "without a node for our keys",
}
_REFUSED = frozenset({"NOAUTH", "NOPERM", "WRONGPASS"})
_FULL = frozenset({"OOM", "MISCONF"})


def error_code(error: BaseException) -> str:
    """Name what a reply complains of: the first word of Redis's error, also when a script wraps it; "" if unknown."""
    if isinstance(error, r.BusyLoadingError):
        return "LOADING"
    if isinstance(error, r.ReadOnlyError):
        return "READONLY"
    if isinstance(error, r.OutOfMemoryError):
        return "OOM"
    if isinstance(error, r.NoPermissionError):
        return "NOPERM"
    if isinstance(error, r.TryAgainError):
        return "TRYAGAIN"
    if isinstance(error, r.ClusterDownError):
        return "CLUSTERDOWN"
    found = _CODE.search(str(error))
    return found[1] if found else ""


def translate(error: r.RedisError | OSError) -> Exception:
    """Give alertd's error for one of redis-py's. The caller raises it `from` the original."""
    code = error_code(error)
    if isinstance(error, r.AskError):
        if isinstance(error, r.MovedError):
            return StoreRefused("this Redis is a node of a cluster and has not all our keys: write redis+cluster://")
        return StoreUnavailable("Redis is moving our keys to another node of its cluster")
    if is_about_access(error) or code in _REFUSED:
        return StoreRefused(f"Redis refuses us: {error}")
    if code == "WRONGTYPE":
        return Corrupt(str(error))
    if code == "NOGROUP":
        return StoreUnavailable(f"the consumer group is missing: {error}")
    if code in _FULL:
        return StoreFull(f"Redis is {_WORDS[code]}: {error}")
    if code:
        return StoreUnavailable(f"Redis is {_WORDS.get(code, 'not available')}: {error}")
    if isinstance(error, (r.ConnectionError, r.TimeoutError, OSError)):
        return StoreUnavailable(f"Redis does not answer: {error}")
    return StoreRefused(f"Redis answers: {error}")


def is_about_access(error: BaseException) -> bool:
    """Tell whether Redis does not let us in, also where that shows while connecting."""
    # raised while connecting, redis-py wraps it in a ConnectionError, as if the server were away
    while not isinstance(error, (r.AuthenticationError, r.AuthorizationError)):
        if error.__cause__ is None:
            return False
        error = error.__cause__
    return True


@contextmanager
def translated() -> Iterator[None]:
    """Raise alertd's errors instead of redis-py's from the block."""
    try:
        yield
    except (r.RedisError, OSError) as error:
        raise translate(error) from error
