"""`python -m tools.pictures [NAME…]`: take the pictures of docs/pictures anew, or some of them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tools.pictures import demo_desk, pages, reports, stories
from tools.pictures.backtest_page import backtest_page
from tools.pictures.browser import NoBrowserError, shoot

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
DESKTOP, PHONE = 760, 375


class Picture(NamedTuple):
    """One picture."""

    page: Callable[[], str]
    width: int
    scale: float = 1
    dark: bool = False
    most: int = 4000
    """Pixels of its height."""


PICTURES = {
    "slack-desktop": Picture(lambda: pages.slack(stories.seed()), DESKTOP),
    "slack-phone": Picture(lambda: pages.slack(stories.seed()), PHONE),
    "mail-desktop": Picture(lambda: pages.mail_parts(stories.seed())[0], DESKTOP),
    "mail-phone": Picture(lambda: pages.mail_parts(stories.seed())[0], PHONE),
    "mail-phone-dark": Picture(lambda: pages.mail_parts(stories.seed())[0], PHONE, dark=True),
    "mail-update-phone": Picture(lambda: pages.mail_parts(stories.seed("alert.updated"))[0], PHONE),
    "note-slack-desktop": Picture(lambda: pages.slack(stories.seed(), stories.seed("note")), DESKTOP),
    "note-slack-phone": Picture(lambda: pages.slack(stories.seed(), stories.seed("note")), PHONE),
    "note-mail-desktop": Picture(lambda: pages.mail_parts(stories.seed(noted=True))[0], DESKTOP),
    "note-mail-phone": Picture(lambda: pages.mail_parts(stories.seed(noted=True))[0], PHONE, most=6000),
    "note-mail-phone-dark": Picture(
        lambda: pages.mail_parts(stories.seed(noted=True))[0], PHONE, dark=True, most=6000
    ),
    "note-console": Picture(lambda: pages.console(stories.seed(noted=True)), 900),
    "mail-text": Picture(lambda: pages.preformatted(pages.mail_parts(stories.seed())[1]), DESKTOP),
    "answer-phone": Picture(lambda: pages.answer_page(stories.seed()), PHONE),
    "brief-desktop": Picture(lambda: pages.mail_parts(stories.brief())[0], DESKTOP),
    "brief-phone": Picture(lambda: pages.mail_parts(stories.brief())[0], PHONE),
    "brief-slack": Picture(lambda: pages.slack(stories.brief()), DESKTOP),
    "backtest-desktop": Picture(backtest_page, 980, scale=0.7),
    "backtest-phone": Picture(backtest_page, PHONE),
    "report-desktop": Picture(reports.page, 1000, most=2200),
    "report-phone": Picture(reports.page, PHONE, most=3200),
    "report-mail-desktop": Picture(reports.mail, DESKTOP),
    "report-mail-phone": Picture(reports.mail, PHONE),
    "report-mail-dark": Picture(reports.mail, PHONE, dark=True),
    "webhook": Picture(lambda: pages.webhook(stories.seed()), 900),
}


def main(names: list[str]) -> int:
    """Take them; exit 2 for a name that is none, 1 without a browser."""
    known = [*PICTURES, *demo_desk.SHOTS]
    wrong = [name for name in names if name not in known]
    if wrong:
        print(f"no such picture: {', '.join(wrong)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    FOLDER.mkdir(exist_ok=True)
    wanted = names or known
    try:
        for name in wanted:
            if (one := PICTURES.get(name)) is not None:
                shoot(one.page(), one.width, FOLDER / f"{name}.png", scale=one.scale, dark=one.dark, most=one.most)
                print(FOLDER / f"{name}.png", file=sys.stderr)
        if shots := [name for name in wanted if name in demo_desk.SHOTS]:
            demo_desk.shoot_all(shots, FOLDER)
            print(*(FOLDER / f"{name}.webp" for name in shots), sep="\n", file=sys.stderr)
    except NoBrowserError as error:
        print(f"pictures: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
