"""`type: mail` in alertd.yaml: what does not fit together is told at the key that can mend it."""

from __future__ import annotations

import pytest

from tests.settings.conftest import Desk

HEAD = "sources:\n  - id: sec\n    type: mail\n    host: imap.example.com\n    username: desk\n    password: ${P}\n"


@pytest.mark.parametrize(
    ("rest", "place", "says"),
    [
        ("    from: ['*@sec.gov']\n    dkim: if_present\n", "8:11", "`dkim`: say in authenticated_by by which name"),
        ("    from: ['*@sec.gov']\n", "2:5", "say in authenticated_by by which name"),
        (
            "    from: ['*@sec.gov']\n    dkim: off\n    tls: none\n",
            "9:10",
            "`tls`: a password is never sent without",
        ),
    ],
)
def test_a_fault_is_told_at_its_place(desk: Desk, rest: str, place: str, says: str) -> None:
    (fault,) = desk.faults(HEAD + rest, {"P": "s3cret-word"})
    assert says in fault
    assert fault.startswith(f"{place}:")
