// Renews the part of the page that is live when an alert changes. Without a script everything works after a reload.
"use strict";
(() => {
  const stream = document.body.dataset.live;
  const state = document.getElementById("state");
  if (!stream || !window.EventSource) return;
  // What was done is said once: not again each time that the page is renewed.
  if (location.search?.includes("done=")) history.replaceState(null, "", location.pathname);
  let waiting = 0;
  let busy = false;
  let again = 0;
  const AGAIN_MS = 5000;

  const renew = async () => {
    waiting = 0;
    busy = true;
    try {
      const text = await read();
      if (!text) return;
      const next = new DOMParser().parseFromString(text, "text/html").getElementById("live");
      const now = document.getElementById("live");
      if (next && now && next.innerHTML !== now.innerHTML) swap(now, next);
    } finally {
      busy = false;
      if (waiting) soon();
    }
  };

  // Gives the page as it is now, or nothing. Where the daemon or its Redis is away it is asked for again: the change
  // that was told is told only once.
  const read = async () => {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "manual" });
      if (answer.type === "opaqueredirect") location.reload(); // signed out
      if (answer.status !== 503) return answer.ok ? await answer.text() : "";
    } catch {
      // no answer, or half of one
    }
    again ||= setTimeout(() => {
      again = 0;
      changed();
    }, AGAIN_MS);
    return "";
  };

  // What has the focus keeps it, what was chosen stays chosen, what was unfolded stays so: whoever uses the page must
  // not be thrown back.
  const swap = (now, next) => {
    const focus = now.contains(document.activeElement) ? document.activeElement : null;
    const before = marked(now);
    const at = [...before].find(([, one]) => one === focus)?.[0];
    now.replaceChildren(...next.childNodes);
    const after = marked(now);
    for (const [name, one] of before) {
      const same = after.get(name);
      if (same && one.tagName === "DETAILS") same.open = one.open;
      if (same && one.tagName === "SELECT") same.value = one.value;
    }
    after.get(at)?.focus({ preventScroll: true });
  };
  // Names what can be used: by what it does, and which of several that do the same it is.
  const marked = (part) => {
    const found = new Map();
    const times = new Map();
    for (const one of part.querySelectorAll("a,button,select,input,details,summary")) {
      const does = one.getAttribute("href") || one.form?.getAttribute("action") || "";
      const name = [one.tagName, does, one.name || ""].join(" ");
      times.set(name, (times.get(name) || 0) + 1);
      found.set(`${name} ${times.get(name)}`, one);
    }
    return found;
  };

  const say = (text, how) => {
    if (!state) return;
    state.textContent = text;
    state.className = `state ${how}`;
  };
  const soon = () => {
    if (!busy) setTimeout(renew, 100);
  };
  const changed = () => {
    if (!waiting++) soon();
  };
  const source = new EventSource(stream);
  source.addEventListener("open", () => {
    say("Live.", "live");
    changed(); // what came before it was open, or while it was not, nobody told
  });
  source.addEventListener("error", () => {
    say("Not connected: what is shown may be old. Trying again.", "lost");
    if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 10000);
  });
  source.addEventListener("alert", changed);
  source.addEventListener("reset", changed);
})();
