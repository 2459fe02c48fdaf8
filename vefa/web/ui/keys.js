// Single keys for the desk, by the place of the key: the same on Latin, Cyrillic and Persian keyboards.
// An element says which key it answers to: data-keys="r", or data-keys="g m" for two in a row.
// Off inside fields; off altogether by the profile (body data-keys="off") or by the switch in the help.

const CODES = new Map([
  ["Slash", "/"],
  ["Period", "."],
]);
const CHORD_MS = 1500;
const STORE = "vefa-keys";

let first = "";
let forgetting = 0;

const off = () => document.body.dataset.keys === "off" || localStorage.getItem(STORE) === "off";

const letter = (event) => {
  if (event.key === "?" || (event.code === "Slash" && event.shiftKey)) return "?";
  if (event.code.startsWith("Key")) return event.code.slice(3).toLowerCase();
  if (event.code.startsWith("Digit")) return event.code.slice(5);
  return CODES.get(event.code) ?? (event.key.length === 1 ? event.key : "");
};

const typing = (target) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=radio])"));

// A form is on its way: what is typed before it is there must not be taken for commands.
const awaited = () => document.querySelector("details[open] > [data-coming].htmx-request") !== null;

const visible = (element) => element.checkVisibility?.() ?? element.offsetParent !== null;
const folded = (element) => element.closest("details:not([open])") !== null;

const find = (keys) => {
  const all = [...document.querySelectorAll(`[data-keys="${CSS.escape(keys)}"], [data-key="${CSS.escape(keys)}"]`)];
  return all.find(visible) ?? all.find(folded) ?? (keys === "?" ? all[0] : undefined);
};

const press = (element) => {
  if (element.matches("textarea, select, input:not([type=checkbox], [type=radio])")) {
    element.focus();
    element.scrollIntoView({ block: "nearest" });
    return;
  }
  const own = element.matches("summary") ? element.parentElement : element;
  own.parentElement?.closest("details")?.setAttribute("open", "");
  element.click();
  if (own !== element) own.querySelector("textarea, select, input:not([type=hidden])")?.focus();
};

// j and k walk the list, x chooses, o opens; they need no mark on each row.
const rows = () => [...document.querySelectorAll(".rows .row-link")].filter(visible);
const walk = (step) => {
  const links = rows();
  if (!links.length) return;
  const here = links.findIndex((link) => link === document.activeElement || link.ariaCurrent === "true");
  const held = links.indexOf(document.activeElement);
  const next = Math.min(links.length - 1, Math.max(0, (held >= 0 ? held : here) + step));
  links[next].focus();
};
const onRow = {
  j: () => walk(1),
  k: () => walk(-1),
  o: () => document.activeElement?.matches?.(".row-link") && document.activeElement.click(),
  x: () => document.activeElement?.closest?.(".row")?.querySelector(".row-pick")?.click(),
  ".": () => {
    const reference = document.querySelector("[data-reference]")?.dataset.reference;
    if (reference) navigator.clipboard?.writeText(reference);
  },
};

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    const send = event.target.closest?.("form")?.querySelector("[data-send]");
    if (send) send.form.requestSubmit(send);
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  if (typing(event.target) || document.querySelector("dialog[open]") || off() || awaited()) return;
  const key = letter(event);
  if (!key) return;
  const chord = first ? `${first} ${key}` : key;
  first = "";
  clearTimeout(forgetting);
  const target = find(chord);
  if (target) press(target);
  else if (onRow[key] && chord === key) onRow[key]();
  else if (chord === key && document.querySelector(`[data-keys^="${CSS.escape(key)} "]`)) {
    first = key;
    forgetting = setTimeout(() => (first = ""), CHORD_MS);
  } else return;
  event.preventDefault();
});

for (const choice of document.querySelectorAll("[data-keys-switch]")) {
  choice.checked = !off();
  choice.addEventListener("change", () => localStorage.setItem(STORE, choice.checked ? "on" : "off"));
}
