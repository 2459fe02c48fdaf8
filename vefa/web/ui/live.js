// Live updates that never move what somebody reads or types.
// body data-live="/live/desk" opens one stream. Its events are JSON:
//   counts  {"mine": 12, ...}     the numbers beside the lists ([data-count="mine"]) change in place
//   cases   {"cases": [4, 9]}     rows on screen get a mark; others raise the notice "3 new", which reloads on demand
//   calls   {}                    a telephone of this person rings: the region of calls looks at them again (desk/calls.js)
//   resync  {}                    something was missed: every part that shows a case looks at it again
// Elements with data-live-case="4" and hx-trigger="vefa:refresh" fetch their own part, except while being typed in.

const url = document.body.dataset.live ?? document.querySelector("[data-live]")?.dataset.live;
const notice = document.querySelector("[data-live-notice]");
const number = new Intl.NumberFormat(document.documentElement.lang, { useGrouping: false });
const fresh = new Set();

const typingIn = (element) => {
  const held = document.activeElement;
  if (held && held !== document.body && element.contains(held)) return true;
  const fields = element.querySelectorAll("textarea, input:not([type=hidden], [type=checkbox], [type=radio])");
  return [...fields].some((field) => field.value !== field.defaultValue);
};

const setCounts = (counts) => {
  for (const [name, count] of Object.entries(counts)) {
    for (const place of document.querySelectorAll(`[data-count="${CSS.escape(name)}"]`)) {
      place.textContent = typeof count === "number" ? number.format(count) : count;
    }
  }
};

// Hundreds of pages hear of a change in the same moment. What need not be read at once, each asks for in a moment of its own.
const spread = (from, most) => 1000 * (from + (most - from) * Math.random());
const looked = () => document.hidden && new Promise((go) => document.addEventListener("visibilitychange", go, { once: true }));

// body data-counts="/desk/counts": after a change the numbers beside the lists are asked for anew, by a page that is looked at.
let asking = 0;
const count = () => {
  const from = document.body.dataset.counts;
  if (!from || asking) return;
  asking = setTimeout(async () => {
    await looked();
    asking = 0;
    const answer = await fetch(from, { headers: { Accept: "application/json" } }).catch(() => null);
    if (answer?.ok && !answer.redirected) setCounts(await answer.json());
  }, spread(5, 15));
};

const showNotice = () => {
  if (!notice || !fresh.size) return;
  const words = notice.dataset.words.replace("{count}", number.format(fresh.size));
  notice.querySelector("[data-live-words]").textContent = words;
  notice.hidden = false;
};

const touch = (cases) => {
  for (const id of cases) {
    const part = document.querySelector(`[data-live-case="${CSS.escape(String(id))}"]`);
    if (part && !typingIn(part)) part.dispatchEvent(new CustomEvent("vefa:refresh", { bubbles: false }));
    else if (part) part.classList.add("stale");
    const row = document.querySelector(`.row[data-case="${CSS.escape(String(id))}"]`);
    if (row) row.classList.add("changed");
    if (!part) fresh.add(id);
  }
  showNotice();
  count();
};

const ring = () => document.getElementById("calls")?.dispatchEvent(new CustomEvent("vefa:calls"));

let anew = 0;
const lookAnew = () => {
  anew = 0;
  touch([...document.querySelectorAll("[data-live-case]")].map((part) => part.dataset.liveCase));
};

const lost = document.querySelector("[data-live-lost]");

const open = () => {
  const stream = new EventSource(url);
  stream.addEventListener("counts", (event) => setCounts(JSON.parse(event.data)));
  stream.addEventListener("cases", (event) => touch(JSON.parse(event.data).cases));
  stream.addEventListener("calls", ring);
  stream.addEventListener("resync", () => {
    ring();
    anew ||= setTimeout(lookAnew, spread(0, 2));
  });
  stream.addEventListener("open", () => lost && (lost.hidden = true));
  stream.addEventListener("error", () => {
    if (lost) lost.hidden = false;
    if (stream.readyState === EventSource.CLOSED) setTimeout(open, 5000);
  });
  addEventListener("pagehide", () => stream.close(), { once: true });
};

if (url) open();
