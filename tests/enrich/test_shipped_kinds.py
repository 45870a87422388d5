"""The kind of a shipped event type goes by what is done with the thing itself, not by any such word in the title."""

from __future__ import annotations

import pytest

from tests.enrich.test_shipped_types import Reader

READER = Reader()


@pytest.mark.parametrize(
    ("title", "type_", "kind"),
    [
        ("[Kestrel] cuts dividend by half", "dividend_change", "cut"),
        ("[Kestrel] cuts 400 jobs, maintains dividend", "dividend_change", None),
        (
            "[Kestrel] net up 33 per cent at 362 crore rupees; it declares 60 per cent dividend",
            "dividend_change",
            None,
        ),
        ("[Kestrel] lifts quarterly dividend", "dividend_change", "raised"),
        ("[Kestrel] suspends share buyback", "buyback", "stopped"),
        ("[Kestrel] cuts 400 jobs in Leeds and at home, and plans share buyback", "buyback", None),
        ("[Barclays] lowers price target on [Kestrel]", "price_target", "lowered"),
        ("[Barclays] raises price target on [Kestrel]", "price_target", "raised"),
        ("Tribunal quashes fine that regulator imposed on [Kestrel]", "regulatory_action", "lifted"),
        ("EU fines [Kestrel] 800 million euros", "regulatory_action", "fine"),
    ],
)
def test_the_kind_is_what_is_done_with_the_thing_itself(title: str, type_: str, kind: str | None) -> None:
    assert READER.read(title)[type_].kind == kind
