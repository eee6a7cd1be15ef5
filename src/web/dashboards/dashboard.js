// Keeps a dashboard fresh while somebody looks at it, and applies filters as they are chosen.
// Without it the page still works: it is a form and a reload.
"use strict";

(() => {
  const EVERY = 30_000;
  // A page that was left open over night stops asking.
  const AT_MOST = 12 * 60 * 60 * 1000;
  const began = Date.now();
  const tiles = document.getElementById("tiles");
  const fresh = document.getElementById("fresh");
  const filters = document.getElementById("filters");
  let asking = null;
  let last = Date.now();

  const chosen = () =>
    filters ? new URLSearchParams(new FormData(filters)).toString() : "";

  const say = (words) => {
    fresh.textContent = words;
  };

  const clock = () => new Date().toLocaleTimeString([], { timeStyle: "short" });

  const show = (html) => {
    const open = [...tiles.querySelectorAll("details[open]")].map((one) => one.id);
    const parsed = new DOMParser().parseFromString(html, "text/html");
    tiles.replaceChildren(...parsed.body.childNodes);
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  };

  const look = async () => {
    asking?.abort();
    const mine = (asking = new AbortController());
    const query = chosen();
    tiles.setAttribute("aria-busy", "true");
    try {
      const path = location.pathname.replace(/\/$/, "");
      const answer = await fetch(`${path}/live?${query}`, {
        signal: mine.signal,
        cache: "no-store",
      });
      // Ended, revoked, or no longer for whoever looks: the page itself says so.
      if ([403, 404, 410].includes(answer.status)) return location.reload();
      if (!answer.ok) throw new Error(String(answer.status));
      show(await answer.text());
      last = Date.now();
      say(`Live · ${clock()}`);
      history.replaceState(null, "", query ? `?${query}` : location.pathname);
    } catch (error) {
      if (error.name !== "AbortError") say("Not up to date: no answer. Trying again…");
    } finally {
      if (asking === mine) tiles.removeAttribute("aria-busy");
    }
  };

  filters?.addEventListener("change", look);
  filters?.addEventListener("submit", (event) => {
    event.preventDefault();
    look();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && Date.now() - last > EVERY) look();
  });
  const timer = setInterval(() => {
    if (Date.now() - began > AT_MOST) {
      clearInterval(timer);
      return say("Paused. Reload the page to go on.");
    }
    if (!document.hidden) look();
  }, EVERY);

  document.documentElement.classList.add("live");
  say(`Live · ${clock()}`);
})();
