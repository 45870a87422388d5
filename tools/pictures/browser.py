"""Headless Chromium: what a page of HTML shows at a given width, and its picture. Needs Debian's `chromium`.

The page stands in a frame of that width, because a window cannot be as narrow as a phone. Nothing is fetched: the
browser has no proxy to the world (`--proxy-server` leads nowhere).
"""

from __future__ import annotations

import html
import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
_PATIENCE_S = 60
_NARROWEST = 500
"""Of a window, in CSS pixels."""
_MARGIN = 16
_FLAGS = (
    "--headless=new",
    "--no-sandbox",  # the pages are our own, and a container's root cannot have one
    "--disable-gpu",
    "--hide-scrollbars",
    "--disable-extensions",
    "--no-first-run",
    "--proxy-server=127.0.0.1:9",
    "--virtual-time-budget=3000",
)
_MEASURE = """
<script>addEventListener('load', () => {
  const frame = document.querySelector('iframe'), page = frame.contentDocument, width = frame.clientWidth;
  const seen = one => one.getClientRects().length > 0 && parseFloat(getComputedStyle(one).opacity) > 0;
  const all = [...page.body.querySelectorAll('*')].filter(seen);
  const box = one => one.getBoundingClientRect();
  const wide = all.filter(one => box(one).right > width + 0.5 || box(one).left < -0.5);
  const press = all.filter(one => ['A', 'BUTTON'].includes(one.tagName)).map(one =>
    [one.innerText, Math.round(box(one).height)]);
  const small = all.filter(one => one.innerText && parseFloat(getComputedStyle(one).fontSize) < 11);
  document.body.dataset.measured = JSON.stringify({
    height: Math.ceil(page.documentElement.getBoundingClientRect().height), scrolls: page.documentElement.scrollWidth,
    wide: wide.map(one => one.outerHTML.slice(0, 200)), text: page.body.innerText, press,
    small: small.map(one => one.innerText.slice(0, 80))});
});</script>
"""


class NoBrowserError(Exception):
    """There is none, or it does not start here."""


@dataclass(frozen=True)
class Measured:
    """What a browser makes of a page."""

    height: int
    scrolls: int
    """Width of what it would have to scroll over: at most the width of the screen."""
    wide: list[str]
    """Elements that stick out."""
    text: str
    """What is visible."""
    press: list[tuple[str, int]]
    """Links and buttons with their height in pixels."""
    small: list[str]
    """Words in letters that are too small to read."""


def find_browser() -> str:
    """Give the browser's program. Raises NoBrowserError."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise NoBrowserError("no browser: apt-get install -y chromium")
    return found


@cache
def measure(page: str, width: int, *, dark: bool = False) -> Measured:
    """Lay a page out at a width in CSS pixels. Raises NoBrowserError."""
    out = _run(_framed(page, width, 4000) + _MEASURE, ["--dump-dom", "--window-size=1600,4200", *_scheme(dark)])
    _, mark, rest = out.partition('data-measured="')
    if not mark:
        raise NoBrowserError("the browser ran, but not the page's script")
    found = json.loads(html.unescape(rest.partition('"')[0]))
    return Measured(**found | {"press": [(text, height) for text, height in found["press"]]})


def shoot(page: str, width: int, target: Path, *, scale: float = 1, dark: bool = False, most: int = 4000) -> None:
    """Write a picture of the whole page, of at most `most` pixels' height. Raises NoBrowserError."""
    height = min(measure(page, width, dark=dark).height, most)
    window = [
        f"--window-size={max(width, _NARROWEST)},{height + (2 * _MARGIN if width < _NARROWEST else 0)}",
        f"--force-device-scale-factor={scale}",
        *_scheme(dark),
    ]
    with tempfile.TemporaryDirectory() as folder:
        shot = Path(folder) / "shot.png"
        _run(_framed(page, width, height), [f"--screenshot={shot}", *window])
        if not shot.exists():
            raise NoBrowserError("the browser took no picture")
        shutil.move(shot, target)


def _framed(page: str, width: int, height: int) -> str:
    """Put a page into a frame; what is narrower than a window stands in the middle of it, as a phone's screen."""
    shape = f"border:0;width:{width}px;height:{height}px"
    body = "margin:0;background:#fff"
    if width < _NARROWEST:
        shape += ";outline:1px solid #9aa3ad"
        body = f"margin:0;padding:{_MARGIN}px 0;background:#c9d0d8;text-align:center"
    frame = f'<iframe srcdoc="{html.escape(page)}" style="{shape}"></iframe>'
    return f'<!DOCTYPE html><meta charset="utf-8"><body style="{body}">{frame}</body>'


def _scheme(dark: bool) -> list[str]:
    return ["--blink-settings=preferredColorScheme=0"] if dark else ["--blink-settings=preferredColorScheme=1"]


def _run(page: str, flags: list[str]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page.html"
        file.write_text(page, "utf-8")
        home = {"HOME": folder, "XDG_CONFIG_HOME": folder, "XDG_CACHE_HOME": folder}
        command = [find_browser(), *_FLAGS, f"--user-data-dir={folder}/profile", *flags, file.as_uri()]
        try:
            done = subprocess.run(
                command, capture_output=True, timeout=_PATIENCE_S, env=os.environ | home, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise NoBrowserError("the browser does not come to an end") from error
    if done.returncode:
        raise NoBrowserError(done.stderr.decode("utf-8", "replace")[-500:])
    return done.stdout.decode("utf-8", "replace")
