"""What makes the page live: its script, run by Node against a browser of a few lines, with a clock to turn."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from alertd.web.page.frame import file

NODE = shutil.which("node")

BROWSER = """
const timers = new Map(), heard = {}, asked = [], seen = [];
let now = 0, last = 0, answers = [];
const shown = { innerHTML: "old", contains: () => false, querySelectorAll: () => [] };
shown.replaceChildren = (...nodes) => { shown.innerHTML = nodes.join(""); };
const state = { textContent: "" };
globalThis.document = {
  body: { dataset: { live: "/v1/stream" } }, activeElement: null,
  getElementById: (id) => (id === "live" ? shown : state),
};
globalThis.location = { href: "http://a/alerts", reload: () => seen.push("reload") };
globalThis.setTimeout = (does, ms) => { timers.set(++last, [now + ms, does]); return last; };
globalThis.EventSource = class { addEventListener(name, does) { heard[name] = does; } };
globalThis.window = globalThis;
globalThis.DOMParser = class {
  parseFromString(text) { return { getElementById: () => ({ innerHTML: text, childNodes: [text] }) }; }
};
globalThis.fetch = async () => {
  asked.push(now);
  const answer = answers.shift();
  if (answer === "gone") throw new TypeError("Failed to fetch");
  const cut = async () => { throw new TypeError("cut"); };
  if (answer === "cut") return { status: 200, ok: true, type: "basic", text: cut };
  if (answer === "out") return { status: 0, ok: false, type: "opaqueredirect" };
  if (typeof answer === "number") return { status: answer, ok: false, type: "basic" };
  return { status: 200, ok: true, type: "basic", text: async () => answer };
};
const settled = async () => { for (let turn = 0; turn < 50; turn++) await null; };
const pass = async (ms) => {
  const end = now + ms;
  for (;;) {
    const due = [...timers].filter(([, [at]]) => at <= end).sort(([, [a]], [, [b]]) => a - b)[0];
    if (!due) break;
    timers.delete(due[0]);
    now = due[1][0];
    due[1][1]();
    await settled();
  }
  now = end;
};
"""


def played(play: str) -> dict[str, object]:
    """Run the script in the browser, then what happens; gives when it asked for the page, what it shows, and more."""
    assert NODE is not None
    tell = "console.log(JSON.stringify({ asked, shown: shown.innerHTML, state: state.textContent, seen }));"
    whole = f"{BROWSER}\n{file('page.js').decode()}\n(async () => {{ {play}\n{tell} }})();"
    done = subprocess.run([NODE, "-"], input=whole, capture_output=True, text=True, timeout=60, check=True)
    found: dict[str, object] = json.loads(done.stdout)
    return found


pytestmark = pytest.mark.skipif(NODE is None, reason="there is no node to run the script of the page")


def test_each_time_the_stream_opens_the_page_is_renewed() -> None:
    found = played("answers = ['new', 'newer']; heard.open(); await pass(1000); heard.open(); await pass(60000);")
    assert found == {"asked": [100, 1100], "shown": "newer", "state": "Live.", "seen": []}


@pytest.mark.parametrize("away", ["'gone'", "'cut'", "503"])
def test_a_page_that_cannot_be_had_is_asked_for_again_after_five_seconds(away: str) -> None:
    found = played(f"answers = [{away}, {away}, 'new']; heard.alert(); await pass(60000);")
    assert (found["asked"], found["shown"]) == ([100, 5200, 10300], "new")


def test_changes_while_it_cannot_be_had_do_not_make_more_of_the_asking() -> None:
    play = "answers = [503, 503, 503, 503, 'new'];" + "heard.alert(); await pass(1000);" * 3 + "await pass(60000);"
    assert played(play)["asked"] == [100, 1100, 2100, 5200, 10300]


@pytest.mark.parametrize(("answer", "seen"), [("404", []), ("'out'", ["reload"])])
def test_a_page_that_is_not_there_any_more_is_not_asked_for_again(answer: str, seen: list[str]) -> None:
    found = played(f"answers = [{answer}]; heard.alert(); await pass(60000);")
    assert (found["asked"], found["shown"], found["seen"]) == ([100], "old", seen)
