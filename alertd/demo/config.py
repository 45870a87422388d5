"""The demo's alertd.yaml and rules, as a user would write them.

The rules are the ones that alertd ships: `alertd/demo/rules` is a link to `rules/` in the repository, and a wheel
carries the files. They name the receiver `desk`; the demo also wants to see the alerts in the terminal, so its
copy names `console` too.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from alertd.demo.site import DemoUrls
from alertd.demo.stories import SampleFeed

RULES = Path(__file__).with_name("rules")
_RECEIVERS = re.compile(r"^receivers: *\[desk\]", re.MULTILINE)


def settings_text(
    urls: DemoUrls,
    feeds: list[SampleFeed],
    *,
    state_dir: str = "./var",
    web: str = "127.0.0.1:0",
    broken: bool = False,
) -> str:
    """Write alertd.yaml. `broken` adds a source that is no feed; `web` is where page, metrics and health listen."""
    sources = [_source(feed.id, urls.feeds[feed.id], feed.trust) for feed in feeds]
    if broken:
        sources.append(_source("broken-wire", urls.broken, "low"))
    return f"""# Settings of `alertd demo`. Everything in them is on this machine.
state_dir: {_quoted(state_dir)}
rules: ./rules
redis: embedded
web: {{bind: {_quoted(web)}}}
sources:
{"".join(sources)}receivers:
  - {{id: console, type: console}}
  - {{id: desk, type: slack, webhook_url: {_quoted(urls.slack)}, allow_private: ["127.0.0.0/8"]}}
operator: [console]
"""


def write_demo(
    directory: Path, urls: DemoUrls, feeds: list[SampleFeed], *, web: str = "127.0.0.1:0", broken: bool = False
) -> Path:
    """Write alertd.yaml and rules/ into a directory, with the state in `var` beside them; give the file's path."""
    for file in sorted(RULES.rglob("*.yaml")):
        target = directory / "rules" / file.relative_to(RULES)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_RECEIVERS.sub("receivers: [console, desk]", file.read_text("utf-8")), "utf-8")
    path = directory / "alertd.yaml"
    state_dir = str(directory / "var")
    path.write_text(settings_text(urls, feeds, state_dir=state_dir, web=web, broken=broken), "utf-8")
    return path


def _source(id: str, url: str, trust: str) -> str:
    return f"""  - id: {id}
    type: feed
    url: {_quoted(url)}
    every: 1s
    backlog: all                      # alert on what is there at the first poll as well
    trust: {trust}
    allow_private: ["127.0.0.0/8"]    # the sample sources live on loopback
"""


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a double-quoted scalar of YAML
