// The triage desk by keyboard: Enter takes the first service found, and leaves a field that says more of the case;
// Escape leaves any field. Everything works without this file.

const desk = document.querySelector(".triage");
const box = document.getElementById("q");
let wanted = false; // Enter was pressed before the answer came

const takeFirst = () => {
  const found = document.getElementById("found");
  if (!found || found.dataset.asked.trim() !== box.value.trim()) return false;
  wanted = false;
  const first = found.querySelector("button");
  if (first) first.click();
  return true;
};

const leave = (field) => {
  field.blur();
  document.getElementById("said-heading")?.focus({ preventScroll: true });
};

desk?.addEventListener("keydown", (event) => {
  const field = event.target;
  if (!(field instanceof HTMLElement) || !field.matches("input, select, textarea") || event.isComposing) return;
  if (event.key === "Escape") leave(field);
  else if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
  else if (field === box) wanted = Boolean(box.value.trim()) && !takeFirst();
  else if (field.closest("#decide")) leave(field);
  else return;
  event.preventDefault();
});

document.addEventListener("htmx:afterSettle", () => wanted && takeFirst());

// A map that was folded has no size yet.
desk?.querySelector(".triage-map")?.addEventListener("toggle", () => window.dispatchEvent(new Event("resize")));
