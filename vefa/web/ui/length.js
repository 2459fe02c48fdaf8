// How long an answer is, in the unit that its provider counts, and how long it may still go freely.

const COUNTS = {
  characters: (text) => [...text].length,
  utf16: (text) => text.length,
  utf8: (text) => new TextEncoder().encode(text).length,
};
const lengthOf = (field) => document.getElementById(`${field.id}-length`);

function measure(field) {
  const shown = lengthOf(field);
  const limit = Number(field.dataset.limit);
  const used = COUNTS[field.dataset.counted]?.(field.value);
  if (!shown || !limit || used === undefined) return;
  const count = new Intl.NumberFormat(document.documentElement.lang);
  const words = field.dataset.counted === "utf8" ? shown.dataset.bytes : shown.dataset.used;
  shown.textContent = words.replace("{used}", count.format(used)).replace("{limit}", count.format(limit));
  shown.classList.toggle("over", used > limit);
}

// What is counted otherwise (an SMS, X) the server tells with each saved draft.
function told(field, { length, over }) {
  const shown = lengthOf(field);
  if (!shown || length === undefined) return;
  shown.textContent = length;
  shown.classList.toggle("over", over);
}

function countDown(shown) {
  const left = Math.floor((Date.parse(shown.dataset.until) - Date.now()) / 60000);
  if (left < 1) {
    shown.textContent = shown.dataset.over;
    return;
  }
  const [value, unit] = left < 120 ? [left, "minute"] : [Math.floor(left / 60), "hour"];
  const style = { style: "unit", unit, unitDisplay: "long" };
  const span = new Intl.NumberFormat(document.documentElement.lang, style).format(value);
  shown.textContent = shown.dataset.left.replace("{span}", span);
}

document.addEventListener("input", (event) => event.target.matches?.("[data-counted]") && measure(event.target));
document.addEventListener("vefa:saved", (event) => told(event.target, event.detail));
setInterval(() => document.querySelectorAll("[data-until]").forEach(countDown), 30000);
