"""Faults in the log: a line for each, whole as `alertd check` writes it, and in parts for machines."""

from __future__ import annotations

import logging
from typing import Any

import structlog

from alertd.errors import AlertdError, ConfigError, Fault
from alertd.text.written import counted

log = structlog.get_logger(__name__)
_LEVELS = {"error": logging.ERROR}


def log_fault(event: str, fault: Fault) -> None:
    """Write a line about a fault of a file."""
    log.log(_LEVELS.get(fault.severity, logging.WARNING), event, fault=str(fault), **parts_of(fault))


def log_end(event: str, why: AlertdError | str) -> None:
    """Say why the daemon ends, in one last line, which is what a service manager shows; faults stand before it."""
    faults = why.faults if isinstance(why, ConfigError) else ()
    if len(faults) == 1:
        log.critical(event, error=str(faults[0]), **parts_of(faults[0]))
        return
    for fault in faults:
        log_fault("config_fault", fault)
    first, *rest = [line for line in str(why).splitlines() if line.strip()] or [type(why).__name__]
    if faults:
        log.critical(event, error=f"{counted(len(faults), 'fault')}, each in a line of its own; first: {first}")
    else:
        log.critical(event, error=first, **({"details": rest} if rest else {}))


def parts_of(fault: Fault) -> dict[str, Any]:
    """Give what a fault says of itself, without what it does not say."""
    parts = {
        "file": fault.file, "line": fault.line, "column": fault.column, "problem": fault.message,
        "advice": fault.hint,
    }  # fmt: skip
    return {name: value for name, value in parts.items() if value}
