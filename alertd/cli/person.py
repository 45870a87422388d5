"""Who sits at the command line, and on which clock."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from alertd.base.config import check_timezone
from alertd.base.users import me
from alertd.cli.output import environment

_LOCALTIME = Path("/etc/localtime")


def whoami() -> str:
    """Give the name of the user of the system; under sudo of who asked for it."""
    if name := environment().get("SUDO_USER"):
        return name
    return me()


def clock_of(timezone: str | None) -> str:
    """Give a time zone by its name: the one that is asked for, else the machine's, else UTC. Raises ValueError."""
    if timezone is not None:
        return check_timezone(timezone)
    for name in (environment().get("TZ", ""), _machine()):
        try:
            if name:
                return check_timezone(name.removeprefix(":"))
        except ValueError:  # TZ may hold rules instead of a name (POSIX)
            continue
    return "UTC"


def zone_of(timezone: str | None) -> ZoneInfo:
    """Give the same as a zone. Raises ValueError."""
    return ZoneInfo(clock_of(timezone))


def _machine() -> str:
    """Give the zone that /etc/localtime points to; empty if it is no link into the database."""
    try:
        target = str(_LOCALTIME.readlink())
    except OSError:
        return ""
    return target.partition("zoneinfo/")[2]
