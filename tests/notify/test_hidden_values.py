"""Keys that a template writes into a body wait nowhere in the clear, and are sent to the byte."""

from __future__ import annotations

import html
import json

import pytest

from alertd.notify.hidden_values import HiddenValues

FORMS = (str, json.dumps, lambda text: json.dumps(text, ensure_ascii=False), html.escape)


@pytest.mark.parametrize(
    "value", ["key-of-the-gateway", 'with "quotes" & <signs>', "ein Schlüssel\\", "twice key-of-the-gateway"]
)
@pytest.mark.parametrize("form", FORMS)
def test_a_value_is_taken_out_however_it_is_written_and_put_back(value: str, form: object) -> None:
    assert callable(form)
    hidden = HiddenValues([value, "key-of-the-gateway", "<secret "])
    body = f"before {form(value)} between {form('key-of-the-gateway')} behind <secret ".encode()
    waits = hidden.hide(body)
    assert form(value).encode() not in waits
    assert hidden.reveal(waits) == body


def test_what_a_stranger_writes_is_no_mark_and_what_is_short_no_key() -> None:
    body = b"<secret key> yes <secret aaaaaaaaaaaaaaaa>"
    assert HiddenValues(["key-of-the-gateway", "yes"]).hide(body) == body
    assert HiddenValues(["key-of-the-gateway", "yes"]).reveal(body) == body
