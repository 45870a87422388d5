"""One poll of EDGAR: a page of 100 entries read, and checked against the filings that are known.

    .venv/bin/python -m bench.edgar [--rounds 20] [--edgartools PYTHON] [--json]

Pages are those of ../shared/data/edgar/getcurrent where they are there, else made up. Every other filing of a page is
known. alertd makes of a page the events of all its filings, whatever their form, and decides what is new; beside it,
on the same pages and in turns, feedparser reads them and their ids are looked up, which gives neither filers, items
nor events. edgartools, which the project does not depend on, is measured in an interpreter that has it (its own
reading of a page, without the request; then the look-up). Of each page the median over the rounds counts.
"""

from __future__ import annotations

import argparse
import io
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import feedparser

from alertd.base.clock import parse_rfc3339
from alertd.model import Known, SourceState
from alertd.sources.edgar import parse_page
from alertd.sources.edgar_page import read_page
from alertd.sources.events import SourceFacts
from alertd.sources.novelty import decide, marks
from bench.report import Row, percentile, print_table, progress, settled

PAGES = Path(__file__).parents[2] / "shared" / "data" / "edgar" / "getcurrent"
COUNT = 100
ROUNDS = 20
SEEN = parse_rfc3339("2025-12-12T18:04:00-05:00")
FACTS = SourceFacts(id="edgar", kind="filing", trust="high", language="en")
STATE = SourceState(source="edgar", baseline_done=True, entries=COUNT)
_PEER = """
import importlib, json, statistics, sys, time
from pathlib import Path
from types import SimpleNamespace
peer = importlib.import_module("edgar.current_filings")
pages = [SimpleNamespace(content=Path(name).read_bytes()) for name in sys.argv[2:]]
taken = [[] for _ in pages]
for _ in range(int(sys.argv[1])):
    for page, times in zip(pages, taken):
        peer._get_feed_page = lambda url, timeout: page
        known = {n: 1 for n in list({e["accession_number"] for e in peer.get_current_entries_on_page(100, 0)})[::2]}
        start = time.process_time()
        new = [e for e in peer.get_current_entries_on_page(100, 0) if e["accession_number"] not in known]
        times.append(time.process_time() - start)
        assert new
print(json.dumps([statistics.median(times) for times in taken]))
"""


def pages() -> list[bytes]:
    """Give the pages of one real poll, or some of invented companies in their shape."""
    found = sorted(PAGES.glob("poll1_*/*count=100*.xml")) if PAGES.is_dir() else []
    return [path.read_bytes() for path in found] or [_made_up(n) for n in range(20)]


def _made_up(page: int) -> bytes:
    entries = []
    for n in range(COUNT):
        number = f"0009990001-25-{page * COUNT + n * 2 // 3:06d}"
        items = "&lt;br&gt;Item 2.02: Results of Operations and Financial Condition\n" if n % 9 == 0 else ""
        form = "8-K" if items else "4"
        entries.append(
            f"<entry><title>{form} - Example Grid {n} Inc. ({9_990_000 + n:010d}) (Filer)</title>"
            f'<link rel="alternate" href="https://www.sec.gov/Archives/edgar/data/1/2/{number}-index.htm"/>'
            '<summary type="html"> &lt;b&gt;Filed:&lt;/b&gt; 2025-12-12 &lt;b&gt;AccNo:&lt;/b&gt; '
            f"{number} &lt;b&gt;Size:&lt;/b&gt; 24 KB\n{items}</summary><updated>2025-12-12T17:32:17-05:00</updated>"
            f'<category term="{form}"/><id>urn:tag:sec.gov,2008:accession-number={number}</id></entry>'
        )
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{"".join(entries)}</feed>'.encode()


def measure(rounds: int = ROUNDS, edgartools: str = "") -> dict[str, Any]:
    """Measure everything; times in ms of the processor."""
    bodies = pages()
    known = [_known(body) for body in bodies]
    engines: dict[str, Callable[[int], object]] = {
        "alertd": lambda i: _alertd(bodies[i], known[i]),
        "alertd, entries only": lambda i: read_page(bodies[i]),
        "feedparser": lambda i: _feedparser(bodies[i], known[i]),
    }
    taken: dict[str, list[list[float]]] = {name: [[] for _ in bodies] for name in engines}
    with progress("pages", rounds) as step, settled():
        for turn in range(rounds):
            for name, engine in engines.items():
                for i in range(len(bodies)):
                    start = time.process_time()
                    engine(i)
                    taken[name][i].append((time.process_time() - start) * 1_000)
            step(f"round {turn + 1}")
    medians = {name: [statistics.median(times) for times in its] for name, its in taken.items()}
    if edgartools:
        medians["edgartools"] = _edgartools(bodies, rounds, edgartools)
    ours = statistics.median(medians["alertd"])
    rows = [_row(name, times, ours) for name, times in medians.items()]
    return {"pages": len(bodies), "real": PAGES.is_dir(), "rounds": rounds, "poll": rows}


def _row(name: str, times: Sequence[float], ours: float) -> Row:
    p50 = statistics.median(times)
    return {"engine": name, "p50 ms": p50, "p99 ms": percentile(times, 0.99), "times alertd": p50 / ours}


def _known(body: bytes) -> dict[str, Known]:
    """Take every other filing of a page for known."""
    candidates = parse_page(body, None, "", FACTS, SEEN, None).candidates[::2]
    return {
        c.identity: Known(identity=c.identity, event_id=c.event_id, revision=1, hashes=[c.content_hash])
        for c in candidates
    }


def _alertd(body: bytes, known: dict[str, Known]) -> None:
    page = parse_page(body, None, "", FACTS, SEEN, None)
    asked = {mark: known[mark] for mark in marks(page) if mark in known}
    verdict = decide(page, asked, STATE, "none", SEEN)
    if len(verdict.known) != len(known) or len(verdict.items) != len(page.candidates) - len(known):
        raise RuntimeError("a filing was not told from the known ones")


def _feedparser(body: bytes, known: dict[str, Known]) -> list[str]:
    read = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    return [entry["id"] for entry in read["entries"] if entry["id"] not in known]


def _edgartools(bodies: Sequence[bytes], rounds: int, python: str) -> list[float]:
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{i}.xml" for i in range(len(bodies))]
        for file, body in zip(files, bodies, strict=True):
            file.write_bytes(body)
        done = subprocess.run(
            [python, "-c", _PEER, str(rounds), *map(str, files)], capture_output=True, text=True, check=True
        )
    return [seconds * 1_000 for seconds in json.loads(done.stdout.splitlines()[-1])]


def show(found: dict[str, Any]) -> None:
    """Print the table."""
    what = "real" if found["real"] else "made-up"
    print_table(f"{found['pages']} {what} pages of {COUNT} entries, {found['rounds']} rounds", found["poll"])


def main() -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--edgartools", default="", metavar="PYTHON", help="an interpreter that has edgartools")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(options.rounds, options.edgartools)
    if options.json:
        json.dump(found, sys.stdout, indent=1)
    else:
        show(found)


if __name__ == "__main__":
    main()
