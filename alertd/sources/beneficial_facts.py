"""A Schedule 13D or 13G -> its facts, as `alertd.rules.facts` reads them, and a sentence that says what it tells.

    facts_of(read_schedule(body)), title_of(read_schedule(body))

Each reporting person is a row (`holders`); what all hold together is one more row if it is more than any one holds,
and stands beside the rows as `percent` and `shares`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from alertd.sources.beneficial import Holder, Schedule, read_schedule_xml, read_text
from alertd.sources.beneficial_stake import FIVE, Stake, lead_of, percent_before, stake_of
from alertd.sources.beneficial_text import read_schedule_text
from alertd.sources.form_values import line, number, title_line

MAX_TITLE = 300
MAX_QUOTE = 200


def read_schedule(body: bytes) -> Schedule:
    """Read a schedule from its XML, its cover pages or a full submission. Raises ParseFailed, in words."""
    text = read_text(body)
    return read_schedule_xml(text) or read_schedule_text(text)


def facts_of(form: Schedule, before: Decimal | None = None) -> dict[str, Any]:
    """Give the facts of a schedule as JSON. What it does not state is not there. docs/forms.md names each.

    `before` is the percent in the filing before, where the caller knows it; else what an amendment says of it.
    """
    stake = stake_of(form)
    before = before if before is not None else percent_before(form, stake.percent)
    lead = lead_of(form.holders)
    facts: dict[str, Any] = {
        "form": form.form,
        "amendment": form.amendment,
        "amendment_number": form.amendment_number,
        "previous_accession": form.previous_accession,
        "subject": form.subject,
        "subject_cik": form.subject_cik,
        "security": form.security,
        "event_date": form.event_date,
        "rule": form.rule,
        "filer": lead.name,
        "filer_cik": lead.cik,
        "percent": _number(stake.percent),
        "shares": _number(stake.shares),
        "together": stake.basis if len(form.holders) > 1 else None,
        "percent_before": _number(before),
        "change": _number(stake.percent - before) if before is not None and stake.percent is not None else None,
        "five_or_less": _five_or_less(form, stake),
        "purpose": form.purpose,
        "purpose_quote": line(form.purpose, MAX_QUOTE),
        "funds": form.funds,
        "holders": _rows(form, stake),
        "notes": list(form.notes),
    }
    return {name: value for name, value in facts.items() if value is not None and value not in ("", [])}


def _number(value: Decimal | None) -> int | float | None:
    return None if value is None else number(value)


def _five_or_less(form: Schedule, stake: Stake) -> bool | None:
    """Say whether they have ceased to hold more than 5 %, as far as that is known."""
    if form.five_or_less:
        return True
    return stake.percent <= FIVE if form.amendment and stake.percent is not None else None


def _rows(form: Schedule, stake: Stake) -> list[dict[str, Any]]:
    rows = [_row(holder) for holder in form.holders]
    if stake.group:
        together = {"filer": [one.name for one in form.holders], "group": True, "percent": _number(stake.percent)}
        rows.insert(0, {**together, "shares": _number(stake.shares)})
    return rows


def _row(holder: Holder) -> dict[str, Any]:
    # Percent and shares are there even if unknown: what all hold together must not stand in for them.
    always = {"filer": holder.name, "percent": _number(holder.percent), "shares": _number(holder.shares)}
    said: dict[str, Any] = {
        "filer_cik": holder.cik,
        "types": list(holder.types),
        "sole_voting": _number(holder.sole_voting),
        "shared_voting": _number(holder.shared_voting),
        "sole_disposal": _number(holder.sole_disposal),
        "shared_disposal": _number(holder.shared_disposal),
        "citizenship": holder.citizenship,
    }
    return always | {name: value for name, value in said.items() if value is not None and value not in ("", [])}


# --- the sentence ---------------------------------------------------------------------------------------------


def title_of(form: Schedule, before: Decimal | None = None) -> str:
    """Say in one sentence who reports how much of which company, and on which form."""
    stake = stake_of(form)
    before = before if before is not None else percent_before(form, stake.percent)
    more = len(form.holders) - 1
    who = lead_of(form.holders).name + (f" and {more} other{'s' if more > 1 else ''}" if more else "")
    verb = "report" if more else "reports"
    if stake.percent is None:
        what = f"{verb} a stake in {form.subject}"
    elif stake.percent == 0:
        what = f"{verb} to hold no more of {form.subject}"
    else:
        what = f"{verb} {_percent(stake.percent)} of {form.subject}"
    if before is not None and stake.percent is not None and before != stake.percent:
        what += f", {'up' if stake.percent > before else 'down'} from {_percent(before)}"
    elif form.amendment and _five_or_less(form, stake) and stake.percent:
        what += ", no longer over 5 %"
    return title_line(f"{who} {what}, {_form(form)}", MAX_TITLE)


def _percent(value: Decimal) -> str:
    return f"{number(value.quantize(Decimal('0.01')))} %"


def _form(form: Schedule) -> str:
    short = form.form.removeprefix("SCHEDULE ").removesuffix("/A")
    if not form.amendment:
        return f"first {short}"
    return f"{short} amended" + (f" (no. {form.amendment_number})" if form.amendment_number is not None else "")
