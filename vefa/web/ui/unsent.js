// What was typed into a form is put back if it never got through: the sign-in had ended, or a page of failure came.
// A form that is sent is remembered until a page of the desk follows it; body data-unsent says that none did, and so does
// going back to where nothing followed. "vefa:signed-out" is said where a request meets the door instead of its answer.

const STORE = "vefa-unsent";
const TYPED = "textarea, select, input:not([type=hidden], [type=password], [type=file], [autocomplete=one-time-code])";
const who = document.body.dataset.staff;

const read = () => JSON.parse(sessionStorage.getItem(STORE) ?? "null");
const write = (kept) => sessionStorage.setItem(STORE, JSON.stringify(kept));

const fieldsOf = (form) => [...form.elements].filter((one) => one.matches(TYPED));
const checks = (one) => one.matches("[type=checkbox], [type=radio]");
const nameOf = (one) => one.id || `${one.name}=${checks(one) ? one.value : ""}`;
const valueOf = (one) => (checks(one) ? one.checked : one.value);
const placeOf = (form) => new URL(form.getAttribute("action") || location.href, location.href).href;
const words = (one) => !checks(one) && !one.matches("select, [type=number]") && one.value.trim() !== "";
const changed = (one) => words(one) && one.value !== one.defaultValue;

const entry = (form) => ({ place: placeOf(form), fields: fieldsOf(form).map((one) => [nameOf(one), valueOf(one)]) });
const forms = () => [...document.querySelectorAll("form[method=post]")];
const typedIn = () => forms().filter((form) => fieldsOf(form).some(changed));

const put = (one, value) => {
  one[checks(one) ? "checked" : "value"] = value;
  one.dispatchEvent(new Event("input", { bubbles: true }));
  if (words(one)) one.closest("details")?.setAttribute("open", "");
};

// Whatever is kept for a form that stands here; that of an act is opened, and filled when it comes.
const putBack = () => {
  const kept = read();
  if (!kept?.lost || kept.who !== who) return;
  const rest = kept.forms.filter(({ place, fields }) => {
    const values = new Map(fields);
    const here = forms().filter((form) => placeOf(form) === place);
    const known = here.flatMap(fieldsOf).filter((one) => values.has(nameOf(one)) && valueOf(one) !== values.get(nameOf(one)));
    for (const one of known) put(one, values.get(nameOf(one)));
    if (known.some(words)) document.querySelector("[data-put-back]")?.removeAttribute("hidden");
    return !here.some((form) => fieldsOf(form).some((one) => values.has(nameOf(one))));
  });
  for (const { place } of rest) document.getElementById(`act-${place.split("/").pop()}`)?.setAttribute("open", "");
  if (rest.length) write({ ...kept, forms: rest });
  else sessionStorage.removeItem(STORE);
};

// Another form may take an answer further (a ready sentence goes behind it): it waits until the last words are saved.
const waited = new WeakSet();
const first = (event) => {
  const { target: form, submitter } = event;
  const waits = [];
  if (form.method === "post" && !waited.has(form)) {
    document.dispatchEvent(new CustomEvent("vefa:flush", { detail: { form, waits } }));
  }
  if (!waits.length) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  waited.add(form);
  Promise.all(waits).then(() => form.requestSubmit(submitter));
};
document.addEventListener("submit", first, { capture: true });

// A link with data-anew opens this page as it stands now: what is typed comes along.
let out = false;
document.addEventListener("click", ({ target }) => {
  if (target.closest?.("[data-anew]")) out = true;
});
document.addEventListener("vefa:signed-out", () => {
  out = true;
  document.querySelector("[data-signed-out]")?.removeAttribute("hidden");
});

if ("unsent" in document.body.dataset) {
  const kept = read();
  if (kept) write({ ...kept, lost: true });
} else if (who) {
  const kept = read();
  const back = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  if (kept && kept.who === who && (kept.lost || back)) write({ ...kept, lost: true });
  else sessionStorage.removeItem(STORE);
  document.addEventListener("htmx:load", putBack);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || !fieldsOf(form).some(words)) return;
    write({ who, forms: [entry(form)] });
  });
  addEventListener("pagehide", () => {
    const left = typedIn();
    if (out && left.length) write({ who, lost: true, forms: left.map(entry) });
  });
  // A page on which something is typed is not left because a request of its own met the door.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    if (event.detail.xhr.status !== 401 || !typedIn().length) return;
    event.preventDefault();
    document.dispatchEvent(new Event("vefa:signed-out"));
  });
}
