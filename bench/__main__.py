"""All measurements, one after the other: `python -m bench [--json]`, or some: `python -m bench matching updates`.

`python -m bench load [part …] [--minutes 10]` has options of its own (bench/load.py), and so has `python -m bench
compare [--full]`, which is not among them all (bench/compare.py).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
from collections.abc import Callable
from typing import Any

from bench import (
    alerts,
    archive,
    backtest,
    beside,
    compare,
    edgar,
    enrich,
    feeds,
    filings,
    history,
    indices,
    latency,
    life,
    load,
    matching,
    notes,
    onlookers,
    pages,
    profile,
    quiet_poll,
    reports,
    scale,
    scan,
    silence,
    storm,
    updates,
)

PARTS: dict[str, tuple[str, Callable[[], Any]]] = {
    "quiet-poll": ("a poll that brings nothing new", lambda: quiet_poll.measure_all(2_000)),
    "latency": ("from bytes to webhook", lambda: asyncio.run(latency.measure(60))),
    "matching": ("events against very many rules", matching.run),
    "alerts": ("deciding on matches", alerts.measure),
    "archive": ("the archive: size and speed", archive.measure),
    "backtest": ("rules over a hundred thousand stories", backtest.measure),
    "beside": ("matching while rules change, and by two processes", beside.measure),
    "edgar": ("a poll of EDGAR", edgar.measure),
    "enrich": ("understanding news items", enrich.measure),
    "feeds": ("very many feeds, and busy ones", feeds.measure_all),
    "filings": ("the text of filings", filings.measure),
    "history": ("searching what was", history.measure),
    "indices": ("indices of companies", indices.measure),
    "life": ("what the life of alerts costs the store", life.run),
    "load": ("the whole daemon under load", load.measure_all),
    "notes": ("research notes: writing them, and what alerts lose by them", notes.measure),
    "onlookers": ("a thousand who look on", onlookers.measure),
    "pages": ("each page, at very many alerts", pages.measure),
    "profile": ("where the time of an event goes", profile.measure),
    "reports": ("reports on a portfolio", reports.measure),
    "scale": ("more processes on one machine", lambda: asyncio.run(scale.measure())),
    "scan": ("the scan for terms, by the compiled core and without it", scan.measure),
    "silence": ("sources that fall silent", silence.measure),
    "storm": ("very many matches in a minute", storm.measure_all),
    "updates": ("loading and changing very many rules", updates.run),
}
_SHOW: dict[str, Callable[[Any], None]] = {
    "quiet-poll": quiet_poll.show, "latency": latency.show, "matching": matching.show, "edgar": edgar.show,
    "enrich": enrich.show, "feeds": feeds.show, "filings": filings.show, "life": life.show, "silence": silence.show,
    "history": history.show, "load": load.show, "storm": storm.show, "updates": updates.show,
    "backtest": backtest.show, "alerts": alerts.show, "archive": archive.show, "reports": reports.show,
    "scale": scale.show, "notes": notes.show, "scan": scan.show, "pages": pages.show,
    "onlookers": onlookers.show,
    "profile": profile.show,
    "beside": beside.show,
}  # fmt: skip


def main() -> None:
    """Measure, and print tables or JSON."""
    if sys.argv[1:2] == ["load"]:  # it has options of its own
        load.main(sys.argv[2:])
        return
    if sys.argv[1:2] == ["compare"]:
        sys.exit(compare.main(sys.argv[2:]))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"{', '.join(PARTS)}; all if none is named")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of tables")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    found = {}
    for name in options.parts or PARTS:
        title, measure = PARTS[name]
        if options.json:
            with contextlib.redirect_stdout(sys.stderr):
                found[name] = measure()
            continue
        print(f"\n== {title}", flush=True)
        _SHOW[name](measure())
    if options.json:
        print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
