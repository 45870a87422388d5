"""Something asked of a module of ours in a process of its own: an order on its stdin, an answer on its stdout."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from typing import NamedTuple

STDERR = 2_000
"""Bytes of what it says when it dies, for the log."""


class Ended(NamedTuple):
    """What came of it."""

    code: int
    out: bytes
    said: str
    """The end of what it wrote to stderr."""


async def asked_apart(module: str, order: bytes, patience_s: float | None = None) -> Ended:
    """Run `python -m module` with an order. Raises TimeoutError after `patience_s`; it is killed then."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    try:
        async with asyncio.timeout(patience_s):
            out, said = await process.communicate(order)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    return Ended(process.returncode or 0, out, said[-STDERR:].decode("utf-8", "replace"))
