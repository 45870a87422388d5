"""The example of a mailbox in deploy/examples/sources loads, and reads the mails that lie beside it."""

from __future__ import annotations

from pathlib import Path

from tests.cli.run import ROOT, alertd

EXAMPLES = ROOT / "deploy/examples/sources"


def test_the_mails_of_the_example_are_read_and_the_forged_one_is_not(tmp_path: Path) -> None:
    mails = [EXAMPLES / "mail-order.eml", EXAMPLES / "mail-forged.eml"]
    done = alertd("parse", "--config", EXAMPLES / "mail.yaml", "--source", "regulators", *mails, cwd=tmp_path)
    (event,) = done.lines
    assert done.code == 0
    assert event["title"] == "Order suspending trading in Vega Grid Inc. (VGRD)"
    assert event["body"] == (
        "The Commission has today suspended trading in the securities of Vega Grid Inc. for ten days, because of "
        "questions about the lease of its Orion supercomputer.\n[Attachment: securities.csv]\n"
        "ticker,from,until\nVGRD,2025-06-02,2025-06-12"
    )
    assert event["categories"] == ["orders.lists.regulator.example"]
    assert (event["trust"], event["language"]) == ("high", "en")
    assert "entry 1 is no event: forged sender: orders@lists.regulator.example is not signed by" in done.err
    assert "DKIM pass of evil.example" in done.err
