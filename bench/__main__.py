"""All measurements, one after the other: `python -m bench`."""

from __future__ import annotations

import asyncio

from bench import latency, quiet_poll

print("== a poll that brings nothing new")
quiet_poll.main()
print("\n== from bytes to webhook")
asyncio.run(latency.main(60))
