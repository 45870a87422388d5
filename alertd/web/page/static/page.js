// Renews the part of the page that is live when an alert changes. Without a script everything works after a reload.
"use strict";
(() => {
  const stream = document.body.dataset.live;
  const state = document.getElementById("state");
  if (!stream || !window.EventSource) return;
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

  // What has the focus keeps it: whoever uses the keyboard must not be thrown to the top.
  const swap = (now, next) => {
    const focus = now.contains(document.activeElement) ? mark(document.activeElement) : "";
    now.replaceChildren(...next.childNodes);
    if (!focus) return;
    for (const one of now.querySelectorAll("a,button,select,input")) {
      if (mark(one) === focus) {
        one.focus({ preventScroll: true });
        return;
      }
    }
  };
  const mark = (one) => [one.tagName, one.getAttribute("href") || one.form?.getAttribute("action"), one.name].join(" ");

  const soon = () => {
    if (!busy) setTimeout(renew, 100);
  };
  const changed = () => {
    if (!waiting++) soon();
  };
  const source = new EventSource(stream);
  source.addEventListener("open", () => {
    if (state) state.textContent = "Live.";
    changed(); // what came before it was open, or while it was not, nobody told
  });
  source.addEventListener("error", () => {
    if (state) state.textContent = "Not connected: what is shown may be old. Trying again.";
    if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 10000);
  });
  source.addEventListener("alert", changed);
  source.addEventListener("reset", changed);
})();
