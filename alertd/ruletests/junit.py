"""JUnit's XML, as CI servers read it: a suite for each file of rules, a case for each test."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from xml.etree import ElementTree as ET

from alertd.ruletests.outcome import Outcome, Summary
from alertd.ruletests.text import details

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold (section 2.2)."""


@dataclass(frozen=True, slots=True)
class Case:
    """One test that was run, or one expectation that was held against what came."""

    file: str
    line: int
    classname: str
    name: str
    failure: str = ""
    """What was expected and what came; empty: it passed."""
    error: str = ""
    """Why it could not be found out."""
    details: Sequence[str] = ()
    """More of what failed, in lines."""
    seconds: float = 0.0


def junit(summary: Summary) -> str:
    """Write all outcomes as one document."""
    return document("alertd test", [_case(outcome) for outcome in summary.outcomes])


def document(name: str, cases: Iterable[Case]) -> str:
    """Write cases as one document, with a suite for each file; those of a file stand together."""
    listed = list(cases)
    root = ET.Element("testsuites", {"name": name, **_counts(listed)})
    for file, own in groupby(listed, key=lambda case: case.file):
        inside = list(own)
        suite = ET.SubElement(root, "testsuite", {"name": _text(file), **_counts(inside)})
        suite.extend(map(_element, inside))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _case(outcome: Outcome) -> Case:
    failed = not outcome.passed and not outcome.errors
    return Case(
        file=outcome.rule.place.file,
        line=outcome.test.place.line,
        classname=outcome.id.replace("/", "."),
        name=f"{outcome.number} {outcome.name}",
        failure=f"expected {outcome.expected}, got {outcome.got}" if failed else "",
        error=outcome.errors[0] if outcome.errors else "",
        details=outcome.errors or (list(details(outcome)) if failed else ()),
        seconds=outcome.seconds,
    )


def _element(case: Case) -> ET.Element:
    made = ET.Element(
        "testcase",
        classname=_text(case.classname),
        name=_text(case.name),
        file=_text(case.file),
        line=str(case.line),
        time=f"{case.seconds:.3f}",
    )
    for tag, message in (("error", case.error), ("failure", case.failure)):
        if message:
            ET.SubElement(made, tag, message=_text(message)).text = _text("\n".join(case.details))
            break
    return made


def _counts(cases: Sequence[Case]) -> dict[str, str]:
    errors = sum(bool(case.error) for case in cases)
    failures = sum(bool(case.failure) and not case.error for case in cases)
    return {
        "tests": str(len(cases)),
        "failures": str(failures),
        "errors": str(errors),
        "time": f"{sum(case.seconds for case in cases):.3f}",
    }


def _text(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
