"""The clocks: whether a time service keeps this machine's, whether somebody sets it, and the data of time zones.

None of it asks a time server: the kernel knows whether one is followed (adjtimex(2)).
"""

from __future__ import annotations

import ctypes
import os
import re
import time
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import tzdata

from alertd.app.doctor.verdict import Verdict

STEP_MS = 100
"""A clock that moved so far against the one since the boot was set: a time service steers it by 500 ppm at most."""
OFF_MS = 1_000
"""So far off a clock may be before it is told: alerts carry milliseconds, rules count in minutes."""
TIME_ERROR = 5
STA_UNSYNC = 0x40
ZONE_YEARS = 2
"""Data of zones of the year before last or older: laws about summer time change somewhere each year."""


class _Timex(ctypes.Structure):
    """The beginning of `struct timex` (adjtimex(2)); what follows is room."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """What the kernel says of its clock."""

    kept: bool
    """A time service follows others and has said so."""
    off_ms: float
    """How far off it may be at most, by that service's word."""


def kernel_says() -> Kept | None:
    """Ask the kernel; None where it does not answer (another system, or a sandbox that forbids to ask)."""
    try:
        asked = _Timex()
        state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(asked))
    except (OSError, AttributeError):
        return None
    if state < 0:
        return None
    return Kept(state != TIME_ERROR and not asked.status & STA_UNSYNC, asked.maxerror / 1000)


def judge_kept(found: Kept | None) -> Verdict:
    """Say whether anything keeps the clock right."""
    if found is None:
        return Verdict("ok", "clock", "the kernel does not say whether a time service keeps this machine's clock")
    if not found.kept:
        return Verdict(
            "warn",
            "clock",
            "no time service keeps this machine's clock, by the kernel's word",
            "run chrony or systemd-timesyncd, here or on the host of this container: alerts say when things were "
            "published and seen",
        )
    says = f"a time service keeps it, {found.off_ms:.0f} ms off at most"
    if found.off_ms > OFF_MS:
        return Verdict("warn", "clock", says, "see whether the time service still reaches its servers")
    return Verdict("ok", "clock", says)


class Watch:
    """Notices that the clock is set between its beginning and `judge`."""

    def __init__(self) -> None:
        self._offset = _offset_ms()

    def judge(self) -> Iterator[Verdict]:
        """Say by how much, if it was."""
        yield from judge_step(_offset_ms() - self._offset)


def judge_step(step_ms: float) -> Iterator[Verdict]:
    """Judge how far the wall clock has moved against the one since the boot, in ms."""
    if abs(step_ms) >= STEP_MS:
        side = "forward" if step_ms > 0 else "back"
        says = f"it was set {side} by {abs(step_ms) / 1000:.1f} s while the doctor looked"
        yield Verdict("bad", "clock", says, "find what sets it: two time services, or the host of a virtual machine?")


def _offset_ms() -> float:
    steady = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return (time.time_ns() - time.clock_gettime_ns(steady)) / 1e6


def judge_skew(skew_ms: float) -> Verdict:
    """Judge the clock of Redis minus ours, in ms."""
    says = f"the clock of Redis is {abs(skew_ms):.0f} ms {'ahead of' if skew_ms > 0 else 'behind'} ours"
    if abs(skew_ms) <= OFF_MS:
        return Verdict("ok", "clock", says)
    return Verdict("warn", "clock", says, "let a time service keep both: leases and timers are read by all machines")


# --- zones ----------------------------------------------------------------------------------------------------


def zone_data() -> tuple[str, str]:
    """Give the version of the data of time zones that Python uses, such as `2026f`, and where it lies."""
    for folder in zoneinfo.TZPATH:
        if (Path(folder) / "Etc" / "UTC").is_file():
            return _version_in(Path(folder)), folder
    return tzdata.IANA_VERSION, "the package tzdata"


def _version_in(folder: Path) -> str:
    """Read the version of a system's data (the first line of tzdata.zi, or +VERSION); empty if it says none."""
    for name, pattern in (("tzdata.zi", r"# version (\S+)"), ("+VERSION", r"(\S+)")):
        try:
            with (folder / name).open("rb") as file:
                head = file.read(64).decode("ascii", "replace")
        except OSError:
            continue
        if found := re.match(pattern, head):
            return found[1]
    return ""


def judge_zones(version: str, where: str, year: int) -> Verdict:
    """Judge the data of time zones in a year."""
    says = f"time zones as of {version or 'an unknown version'} ({os.fspath(where)})"
    known = re.match(r"(\d{4})[a-z]*$", version)
    if known and year - int(known[1]) < ZONE_YEARS:
        return Verdict("ok", "zones", says)
    advice = "update the system's tzdata" if where.startswith("/") else "update the Python package tzdata"
    return Verdict("warn", "zones", says, f"{advice}: quiet hours and digests follow it")
