"""Reports that come by mail, as a user writes them under `reports:`, and what of them only the whole shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, model_validator

from alertd.base import suggest
from alertd.base.config import ConfigModel, Duration, Timezone, UserId, as_list
from alertd.base.yaml import Document
from alertd.errors import Fault
from alertd.notify.config_timing import DAYS, Day, TimeOfDay
from alertd.notify.receiver_checks import named

Every = Literal["day", "weekday", "week"]
FullDay = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_FULL: tuple[FullDay, ...] = get_args(FullDay)
LONGEST_S = 400 * 86_400.0
"""A report goes back so far at most."""


def _short_day(value: Any) -> Any:
    return DAYS[_FULL.index(value)] if value in _FULL else value


class ReportConfig(ConfigModel):
    """A report on a portfolio that is sent by the clock."""

    id: UserId
    portfolio: UserId
    """What it is about."""
    to: Annotated[
        list[UserId],
        BeforeValidator(as_list, json_schema_input_type=UserId | list[UserId]),
        Field(min_length=1, max_length=20),
    ]
    """Receivers of type email, on the portfolio's side of the wall."""
    every: Every = "week"
    """`day`, `weekday` (Monday to Friday) or `week`."""
    on: Annotated[Day | None, BeforeValidator(_short_day, json_schema_input_type=Day | FullDay | None)] = None
    """The day of a weekly one: `mon` or `monday`, which it is if none is written."""
    at: TimeOfDay = "07:00"
    """When, by the clock of `timezone`."""
    timezone: Timezone | None = None
    """Whose clock it is; without one that of the portfolio."""
    since: Annotated[Duration | None, Field(ge=3600, le=LONGEST_S)] = None
    """How far it looks back from the time at which it is due; without one to the time before: a day, a week, on a
    Monday of `weekday` to Friday."""

    @model_validator(mode="after")
    def _day_of_a_week(self) -> ReportConfig:
        if self.on is not None and self.every != "week":
            raise ValueError("`on` names the day of a report that comes `every: week`")
        return self

    @property
    def days(self) -> tuple[int, ...]:
        """The days of the week on which it is due, 0 for Monday."""
        if self.every == "week":
            return (DAYS.index(self.on or "mon"),)
        return tuple(range(5 if self.every == "weekday" else 7))


def report_faults(doc: Document) -> Iterator[Fault]:
    """Check, on the document of the settings, that ids differ and that reports go to receivers of mail."""
    types = {doc.raw((*at, "id")) or one.get("id"): one.get("type") for at, one in doc.items(("receivers",))}
    mails = [str(name) for name, kind in types.items() if kind == "email"]
    first: dict[str, int] = {}
    for at, item in doc.items(("reports",)):
        name = doc.raw((*at, "id")) or item.get("id")
        if isinstance(name, str):
            if name in first:
                message = f"two reports have the id `{doc.shown((*at, 'id'))}` (first in line {first[name]})"
                yield doc.fault((*at, "id"), message, "ids name messages: each needs its own")
            first.setdefault(name, doc.mark((*at, "id"))[0])
        for path, receiver in named(doc, (*at, "to")):
            if receiver not in types:
                message = f"report: there is no receiver `{doc.shown(path)}`"
                yield doc.fault(path, message, suggest.hint(receiver, mails) or "define it under `receivers`")
            elif types[receiver] != "email":
                message = f"receiver `{receiver}` is of type {types[receiver]}, and only mail can carry a report"
                yield doc.fault(path, message, "name a receiver of type email")
    archive = doc.node(("archive", "enabled"))
    if first and archive is not None and archive.value is False:
        yield doc.fault(
            ("archive", "enabled"),
            "reports are made of the archive, and it is switched off",
            "switch it on, or leave out `reports`",
        )


def report_walls(
    doc: Document,
    reports: list[ReportConfig],
    receivers: Mapping[str, str | None],
    portfolios: Mapping[str, str | None],
) -> Iterator[Fault]:
    """Check reports beside the rules: that their portfolios exist, and that nobody gets one across a wall.

    `receivers` and `portfolios` say of each whose it is.
    """
    for i, report in enumerate(reports):
        path = ("reports", i)
        if report.portfolio not in portfolios:
            message = f"there is no portfolio `{report.portfolio}`"
            yield doc.fault((*path, "portfolio"), message, suggest.hint(report.portfolio, list(portfolios)))
            continue
        desk = portfolios[report.portfolio]
        if desk is None:
            continue
        for place, name in named(doc, (*path, "to")):
            if name in receivers and receivers[name] != desk:
                whose = f"belongs to desk `{receivers[name]}`" if receivers[name] else "belongs to no desk"
                hint = f"reports of desk `{desk}` go only to its own receivers; set `desk:` there, or name another"
                yield doc.fault(place, f"receiver `{name}` {whose}", hint)
