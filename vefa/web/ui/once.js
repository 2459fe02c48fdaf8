// Small courtesies for every page: send once, focus what must be mended, open dialogs, say what changed.
// Everything works without this file; the server refuses doubles by itself.

document.documentElement.classList.add("scripted");

const AGAIN_MS = 8000; // if no answer came by then, let the person try again

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.hasAttribute("data-once")) return;
  if (form.dataset.sending) {
    event.preventDefault();
    return;
  }
  form.dataset.sending = "yes";
  setTimeout(() => delete form.dataset.sending, AGAIN_MS);
});

// A page that comes back from the browser's memory may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sending]")) delete form.dataset.sending;
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form[data-sending]");
  if (form) delete form.dataset.sending;
});

const focusMistakes = (root) => root.querySelector("[data-focus]")?.focus();

document.addEventListener("htmx:afterSwap", (event) => focusMistakes(event.target));
focusMistakes(document);

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-opens]");
  if (!opener) return;
  const dialog = document.getElementById(opener.dataset.opens);
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
});

// A menu closes when somebody presses Escape or goes elsewhere.
const closeMenus = (except) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
};
document.addEventListener("click", (event) => closeMenus(event.target.closest?.("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest?.("details.menu[open]");
  closeMenus();
  menu?.querySelector("summary")?.focus();
});

// Words for the screen reader: anybody dispatches `vefa:say` with the words as its detail.
const say = (words) => {
  const said = document.getElementById("said");
  if (said) said.textContent = words;
};
document.addEventListener("vefa:say", (event) => say(event.detail));

// A status that stands on the page from the beginning is read by no screen reader: what was done is said once more.
const SOON_MS = 700; // after the name of the page
const done = [...document.querySelectorAll("#main .notice[role=status]:not([hidden])")];
if (done.length) setTimeout(() => say(done.map((one) => one.textContent.trim()).join(" ")), SOON_MS);

// A part that was fetched anew says if there is more in it, in its own words.
const many = new Map();
const count = (part) => part.querySelectorAll(".message, .note").length;
for (const part of document.querySelectorAll("[data-more]")) many.set(part.id, count(part));
document.addEventListener("htmx:load", ({ target }) => {
  if (!target.dataset?.more) return;
  if (count(target) > many.get(target.id)) say(target.dataset.more);
  many.set(target.id, count(target));
});
