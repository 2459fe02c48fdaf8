// Live updates that never move what somebody reads or types.
// What the stream tells (ui/stream.js), by name:
//   counts  {"mine": 12, ...}     the numbers beside the lists ([data-count="mine"]) change in place
//   cases   {"cases": [4, 9]}     rows on screen get a mark; others raise the notice "3 new", which reloads on demand
//   calls   {}                    a telephone of this person rings: the region of calls looks at them again (desk/calls.js)
//   resync  {"within_s": 2}       something was missed: every part that shows a case looks at it again within so many seconds,
//                                 and a list says that it may be out of date
// Elements with data-live-case="4" and hx-trigger="vefa:refresh" fetch their own part, except while being typed in.

const notice = document.querySelector("[data-live-notice]");
const number = new Intl.NumberFormat(document.documentElement.lang, { useGrouping: false });
const fresh = new Set();

const typingIn = (element) => {
  const held = document.activeElement;
  if (held && held !== document.body && element.contains(held)) return true;
  if ([...element.querySelectorAll("audio")].some((one) => !one.paused)) return true;
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

const tellNotice = (words) => {
  notice.querySelector("[data-live-words]").textContent = words;
  notice.hidden = false;
};

const showNotice = () => {
  if (!notice || !fresh.size) return;
  tellNotice(notice.dataset.words.replace("{count}", number.format(fresh.size)));
};

const refresh = (part) => {
  part.classList.toggle("stale", typingIn(part)); // then as soon as nobody is in it any more
  if (!part.classList.contains("stale")) part.dispatchEvent(new CustomEvent("vefa:refresh", { bubbles: false }));
};
const late = () => setTimeout(() => document.querySelectorAll("[data-live-case].stale").forEach(refresh));
for (const name of ["focusout", "pause"]) document.addEventListener(name, late, { capture: true });

const touch = (cases) => {
  for (const id of cases) {
    const part = document.querySelector(`[data-live-case="${CSS.escape(String(id))}"]`);
    if (part) refresh(part);
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

const missed = ({ within_s = 2 }) => {
  ring();
  if (notice?.hidden && notice.dataset.missed) tellNotice(notice.dataset.missed);
  anew ||= setTimeout(lookAnew, spread(0, within_s));
};

const NEWS = { counts: setCounts, cases: ({ cases }) => touch(cases), calls: ring, resync: missed };
document.addEventListener("vefa:live", ({ detail }) => NEWS[detail.name](detail.data));
