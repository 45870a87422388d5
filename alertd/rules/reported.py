"""The leaves on what an event reports: `event_type` with its status and confidence, and `terms` of a deal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from alertd.model import Evidence, Ground, ReportedType
from alertd.rules.grounds import short, type_ground
from alertd.rules.leaves import PER_LEAF, absent, listed, missing, proof
from alertd.rules.logic import Clause, Leaf, Reading, Result, Scope, Truth

STATUSES = ("announced", "reported", "rumoured", "denied")
ONLY_NAMED = ("rumoured", "denied")
"""Statuses that count only where a rule names them."""
SPANS = 7
"""Spans that show reported types: so many show one as a whole, from the verb to what it is done to."""
SURE = 0.5
"""The confidence from which a report counts, unless the rule says otherwise."""

DEAL_TERMS = (
    "termination_right", "reclaim_right", "exclusivity", "take_or_pay", "change_of_control", "option_to_extend",
    "penalty", "contingency",
)  # fmt: skip
"""The terms of deals that are told apart."""


class Reports(Leaf, frozen=True, gc=False, tag="event_type"):
    """The event reports one of these event types, surely enough and with a status that counts."""

    any_of: tuple[str, ...]
    statuses: tuple[str, ...] = ()
    """None: all but `rumoured` and `denied`."""
    min_confidence: float = SURE
    kinds: tuple[str, ...] = ()
    """None: any, or none."""

    def label(self) -> str:
        """Say the condition in one line."""
        status = f", status {' or '.join(self.statuses)}" if self.statuses else ""
        sure = f", confidence >= {self.min_confidence:g}" if self.min_confidence != SURE else ""
        kind = f", kind {' or '.join(self.kinds)}" if self.kinds else ""
        return f"event_type: {listed(self.any_of)}{kind}{status}{sure}"

    def clauses(self) -> tuple[Clause, ...]:
        """Requires one of its types."""
        return (frozenset(f"type:{name}" for name in self.any_of),)

    def truth(self, reading: Reading, scope: Scope) -> Truth:
        """Look for a report that counts."""
        if not any(name in reading.types for name in self.any_of):
            return absent(reading)
        return True if any(self._counts(found) for found in self._found(reading)) else absent(reading)

    def result(self, reading: Reading, scope: Scope) -> Result:
        """Show the words that report it, or why a report does not count."""
        found = sorted(self._found(reading), key=lambda report: -report.confidence)
        counting = [report for report in found if self._counts(report)][:PER_LEAF]
        if counting:
            why = (type_ground(counting[0].type, counting[0].confidence),)
            return Result(True, _spans(reading, counting), "; ".join(map(_said, counting)), grounds=why)
        if found:
            return missing(reading, f"{_said(found[0])}, {self._objection(found[0])}")
        others = [report.type[:60] for report in reading.event.event_types[:PER_LEAF]]
        return missing(reading, f"not reported; reported is {', '.join(others)}" if others else "not reported")

    def _found(self, reading: Reading) -> Iterator[ReportedType]:
        return (report for report in reading.event.event_types if report.type in self.any_of)

    def _counts(self, report: ReportedType) -> bool:
        return report.confidence >= self.min_confidence and self._has_kind(report) and self._has_status(report)

    def _has_kind(self, report: ReportedType) -> bool:
        return not self.kinds or report.kind in self.kinds

    def _has_status(self, report: ReportedType) -> bool:
        return report.status in self.statuses if self.statuses else report.status not in ONLY_NAMED

    def _objection(self, report: ReportedType) -> str:
        if not self._has_kind(report):
            return "a kind that is not named" if report.kind else "which is of no kind"
        if not self._has_status(report):
            return "a status that " + ("is not named" if self.statuses else "counts only where it is named")
        return f"less sure than {self.min_confidence:g}"


def _spans(reading: Reading, reports: Sequence[ReportedType]) -> tuple[Evidence, ...]:
    found = [e for one in reports for e in proof(reading, one.evidence, "event_types", _said(one), SPANS)][:SPANS]
    return tuple(sorted(found, key=lambda e: (e.field != "title", e.field, e.start, e.end)))


def _said(report: ReportedType) -> str:
    kind = f" {report.kind[:60]}" if report.kind else ""
    return f"{report.type[:60]}{kind} {report.status[:20]} {report.confidence:.2f}"


class DealTerms(Leaf, frozen=True, gc=False, tag="terms"):
    """One of these terms of a deal was found."""

    any_of: tuple[str, ...]

    def label(self) -> str:
        """Say the condition in one line."""
        return f"terms: {listed(self.any_of)}"

    def clauses(self) -> tuple[Clause, ...]:
        """Requires one of its terms."""
        return (frozenset(f"deal:{name}" for name in self.any_of),)

    def truth(self, reading: Reading, scope: Scope) -> Truth:
        """Look for one of them."""
        return True if any(term.type in self.any_of for term in reading.event.terms) else absent(reading)

    def result(self, reading: Reading, scope: Scope) -> Result:
        """Show the source's own words."""
        found = [term for term in reading.event.terms if term.type in self.any_of][:PER_LEAF]
        if not found:
            return missing(reading, "no such term found")
        said = [
            term.type + (f", held by {scope.world.label(term.held_by)[:60]}" if term.held_by else "")
            for term in found
        ]
        spans = [
            e for term, words in zip(found, said, strict=True) for e in proof(reading, term.evidence, "terms", words)
        ]
        why = tuple([Ground("term", short(term.type.replace("_", " "))) for term in found])
        return Result(True, tuple(spans[:PER_LEAF]), "; ".join(said), grounds=why)
