"""What the text of a filing costs: reading documents by size, splitting 8-Ks, a submission of 300 MB.

    .venv/bin/python -m bench.filings [--rounds 5]

The documents are made here in the shape of real ones: inline XBRL with its hidden header, figures with their signs
in cells of their own, paragraphs of nested `<font>`, typed text with columns. CPU time of one core.
"""

from __future__ import annotations

import argparse
import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

from alertd.sources.filing_body import filing_body
from alertd.sources.filing_items import split_items
from alertd.sources.filing_submission import Document, read_submission
from alertd.sources.filing_text import read_text
from bench.report import print_table

_SENTENCE = (
    "On May 5, 2025, Vega Grid, Inc. (the “Company”) entered into a lease with Lumen Labs for the Orion plant. "
)
_PARAGRAPH = f"<p style='margin:0'><font size=2><b>Note.</b> <i>&nbsp;</i>{_SENTENCE * 4}</font></p>\n"
_ROW = (
    "<tr><td>Net sales of grids</td><td>&nbsp;</td><td>$</td><td>(1,250</td><td>)</td><td>$</td><td>987</td></tr>\n"
)
_TABLE = f"<table border=0>{_ROW * 20}</table>\n"
_HIDDEN = "<div style='display:none'><ix:header><ix:hidden>" + "<ix:nonNumeric>x</ix:nonNumeric>" * 400
_HEAD = f"<?xml version='1.0'?><html xmlns:ix='x'><body>{_HIDDEN}</ix:hidden></ix:header></div>\n"
_TYPED = (
    "     On May 5, 1997 Vega Grid, Inc. entered into a lease with Lumen Labs for\n"
    "the Orion plant, on terms that the parties have agreed to keep for a year.\n\n"
    "Net sales of grids.............       $ 1,250     $   987\n"
)


def page(size: int) -> bytes:
    """Make an HTML document of about so many bytes: half paragraphs, half tables."""
    both = _PARAGRAPH * 6 + _TABLE
    items = "<p>Item 2.02 Results of Operations and Financial Condition.</p>\n"
    return (_HEAD + items + both * max(size // len(both), 1) + "</body></html>").encode()


def typed(size: int) -> bytes:
    """Make a typed document of about so many bytes."""
    return ("<TEXT>\n<PAGE>\nItem 5. Other Events.\n" + _TYPED * (size // len(_TYPED))).encode()


def submission(megabytes: int) -> Iterator[bytes]:
    """Make a submission in parts: a report, a release, and the rest for machines."""
    for sequence, kind, text in ((1, "8-K", page(40_000)), (2, "EX-99.1", page(400_000))):
        yield f"<DOCUMENT>\n<TYPE>{kind}\n<SEQUENCE>{sequence}\n<FILENAME>d{sequence}.htm\n<TEXT>\n".encode()
        yield text + b"\n</TEXT>\n</DOCUMENT>\n"
    yield b"<DOCUMENT>\n<TYPE>EX-101.INS\n<SEQUENCE>3\n<FILENAME>d.xml\n<TEXT>\n"
    part = (b"<us-gaap:Revenues contextRef='c1' decimals='-6'>1250000000</us-gaap:Revenues>\n" * 900)[: 1 << 16]
    for _ in range(megabytes * 16):
        yield part
    yield b"</TEXT>\n</DOCUMENT>\n"


def _ms(call: Callable[[], object], rounds: int) -> float:
    spent = []
    for _ in range(rounds):
        started = time.process_time()
        call()
        spent.append(time.process_time() - started)
    return statistics.median(spent) * 1000


def measure(rounds: int = 5) -> dict[str, Any]:
    """Measure all."""
    documents = []
    for what, make in (("HTML", page), ("typed text", typed)):
        for size in (10_000, 100_000, 1_000_000, 8_000_000):
            document = make(size)
            spent = _ms(lambda document=document: read_text(document), rounds)  # type: ignore[misc]
            documents.append(
                {
                    "document": f"{what}, {size // 1000:,} kB",
                    "ms": spent,
                    "MB/s": len(document) / spent / 1000,
                    "kB of text": len(read_text(document).text) // 1000,
                }
            )
    report = Document(sequence=1, type="8-K", filename="d8k.htm", content=page(40_000))
    release = Document(sequence=2, type="EX-99.1", filename="release.htm", content=page(200_000))
    text = read_text(report.content).text
    tracemalloc.start()
    listed = read_submission(submission(300))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return {
        "documents": documents,
        "split_ms": _ms(lambda: split_items(text), rounds),
        "body_ms": _ms(lambda: filing_body("8-K", [report, release]), rounds),
        "submission_ms": _ms(lambda: read_submission(submission(300)), 1),
        "submission_mb": sum(d.size for d in listed) / 1e6,
        "submission_peak_mb": peak / 1e6,
    }


def show(found: dict[str, Any]) -> None:
    """Print the figures."""
    print_table("documents, CPU time of one core", found["documents"])
    print(f"\n  an 8-K of 40 kB split by items: {found['split_ms']:.2f} ms")
    print(f"  an 8-K of 40 kB with a release of 200 kB made a body: {found['body_ms']:.1f} ms")
    print(
        f"  a submission of {found['submission_mb']:.0f} MB: {found['submission_ms']:.0f} ms, "
        f"at most {found['submission_peak_mb']:.1f} MB held"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    show(measure(parser.parse_args().rounds))


if __name__ == "__main__":
    main()
