"""Dates in forms and zones of the settings are read to the moment, or not at all."""

from __future__ import annotations

import pytest

from alertd.base.clock import rfc3339
from alertd.sources.stated_dates import stated_date


@pytest.mark.parametrize(
    ("text", "forms", "zone", "moment", "precision"),
    [
        ("03/06/2025", ["%d/%m/%Y"], "Europe/London", "2025-06-03T00:00:00.000Z", "day"),
        ("03/06/2025 17:00", ["%d/%m/%Y", "%d/%m/%Y %H:%M"], "Europe/London", "2025-06-03T16:00:00.000Z", "minute"),
        ("06/03/25 5:00:09 PM", ["%m/%d/%y %I:%M:%S %p"], "America/New_York", "2025-06-03T21:00:09.000Z", "second"),
        ("12.01.2026 09:05", [], "Europe/Berlin", "2026-01-12T08:05:00.000Z", "minute"),
        ("June 3, 2025 9:05 AM", [], "America/New_York", "2025-06-03T13:05:00.000Z", "minute"),
        ("3 June 2025 09:05 ET", [], "Europe/Berlin", "2025-06-03T13:05:00.000Z", "minute"),
        ("2025-06-03T09:05:00Z", [], "Europe/Berlin", "2025-06-03T09:05:00.000Z", "second"),
        ("Tue Jun 03 09:05:00 2025", [], "Europe/Berlin", "2025-06-03T07:05:00.000Z", "second"),
        ("3 June 2025", [], "Asia/Tokyo", "2025-06-03T00:00:00.000Z", "day"),
        ("1767225600", [], "Europe/Berlin", "2026-01-01T00:00:00.000Z", "second"),
        ("  3   June\n2025 ", ["%d %B %Y"], "UTC", "2025-06-03T00:00:00.000Z", "day"),
    ],
)
def test_a_date_is_read(text: str, forms: list[str], zone: str, moment: str, precision: str) -> None:
    found = stated_date(text, forms, zone)
    assert found is not None
    assert (rfc3339(found.ms), found.precision) == (moment, precision)


@pytest.mark.parametrize(
    ("text", "forms"),
    [("soon", []), ("03/06/2025", []), ("31/02/2025", ["%d/%m/%Y"]), ("01/01/1970", ["%d/%m/%Y"]), ("", ["%d/%m/%Y"]),
     ("1" * 10_000, ["%d/%m/%Y"]), ("2025-06-03", ["%d/%m/%Y"])],
)  # fmt: skip
def test_what_is_no_such_date_is_none(text: str, forms: list[str]) -> None:
    assert stated_date(text, forms) is None
