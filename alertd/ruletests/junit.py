"""JUnit's XML, as CI servers read it: a suite for each file of rules, a case for each test."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from xml.etree import ElementTree as ET

from alertd.ruletests.outcome import Outcome, Summary
from alertd.ruletests.text import details

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold (section 2.2)."""


def junit(summary: Summary) -> str:
    """Write all outcomes as one document."""
    root = ET.Element("testsuites", {"name": "alertd test", **_counts(summary.outcomes)})
    for file, outcomes in groupby(summary.outcomes, key=lambda outcome: outcome.rule.place.file):
        cases = list(outcomes)
        suite = ET.SubElement(root, "testsuite", {"name": _text(file), **_counts(cases)})
        for outcome in cases:
            suite.append(_case(outcome))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _case(outcome: Outcome) -> ET.Element:
    case = ET.Element(
        "testcase",
        classname=_text(outcome.id.replace("/", ".")),
        name=_text(f"{outcome.number} {outcome.name}"),
        file=_text(outcome.test.place.file),
        line=str(outcome.test.place.line),
        time=f"{outcome.seconds:.3f}",
    )
    if outcome.errors:
        ET.SubElement(case, "error", message=_text(outcome.errors[0])).text = _text("\n".join(outcome.errors))
    elif not outcome.passed:
        failure = ET.SubElement(case, "failure", message=_text(f"expected {outcome.expected}, got {outcome.got}"))
        failure.text = _text("\n".join(details(outcome)))
    return case


def _counts(outcomes: Iterable[Outcome]) -> dict[str, str]:
    listed = list(outcomes)
    errors = sum(bool(outcome.errors) for outcome in listed)
    failed = sum(not outcome.passed for outcome in listed)
    return {
        "tests": str(len(listed)),
        "failures": str(failed - errors),
        "errors": str(errors),
        "time": f"{sum(outcome.seconds for outcome in listed):.3f}",
    }


def _text(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
