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


def write_demo(
    directory: Path,
    urls: DemoUrls,
    feeds: list[SampleFeed],
    *,
    broken: bool = False,
    quiet: bool = False,
    console: bool = True,
) -> Path:
    """Write alertd.yaml and rules/ into a directory, with the state in `var` beside them; give the file's path.

    `broken` adds a source that is no feed; `quiet` logs warnings only; without `console` only the
    local Slack is told.
    """
    receivers = "receivers: [console, desk]" if console else "receivers: [desk]"
    for file in sorted(RULES.rglob("*.yaml")):
        target = directory / "rules" / file.relative_to(RULES)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_RECEIVERS.sub(receivers, file.read_text("utf-8")), "utf-8")
    secret = directory / "slack-webhook"  # where the address of a real webhook would stand: it is a password
    secret.touch(0o600)
    secret.write_text(urls.slack + "\n", "utf-8")
    path = directory / "alertd.yaml"
    path.write_text(_settings(directory / "var", urls, feeds, broken, quiet, console), "utf-8")
    return path


def _settings(
    state_dir: Path, urls: DemoUrls, feeds: list[SampleFeed], broken: bool, quiet: bool, console: bool
) -> str:
    sources = [_source(feed.id, urls.feeds[feed.id], feed.trust) for feed in feeds]
    if broken:
        sources.append(_source("broken-wire", urls.broken, "low"))
    terminal = "  - {id: console, type: console, format: rich}\n" if console else ""
    return f"""# Settings of `alertd demo`. Everything in them is on this machine.
state_dir: {_quoted(str(state_dir))}
rules: ./rules
redis: embedded
web: {{bind: "127.0.0.1:0"}}
log: {{level: {"warning" if quiet else "info"}}}
sources:
{"".join(sources)}receivers:
{terminal}  - {{id: desk, type: slack, webhook_url_file: ./slack-webhook, allow_private: ["127.0.0.0/8"]}}
operator: [{"console" if console else "desk"}]
"""


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
